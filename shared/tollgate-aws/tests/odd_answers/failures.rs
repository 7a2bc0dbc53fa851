//! Answers that did not come.

use std::time::Duration;

use aws_sdk_cloudwatch::{
    Client,
    error::ErrorMetadata,
    operation::get_metric_data::GetMetricDataError,
    types::{MetricDataResult, StatusCode},
};
use aws_smithy_mocks::mock;
use tokio::time::Instant;
use tollgate_aws::Telemetry;
use tollgate_core::evidence::EvidenceStatus;

use crate::answering::{gather, limits, page, reason, slo};

fn throttle() -> GetMetricDataError {
    GetMetricDataError::generic(ErrorMetadata::builder().code("ThrottlingException").message("Rate exceeded").build())
}

#[tokio::test]
async fn a_throttle_that_passes_is_forgotten() {
    // The mock cannot see the request at a second attempt, so what comes at last is the same to all: an empty answer.
    let empty = |id: &str| MetricDataResult::builder().id(id).status_code(StatusCode::Complete).build();
    let rule = mock!(Client::get_metric_data)
        .sequence()
        .error(throttle)
        .times(3)
        .http_status(503, None)
        .times(3)
        .output(move || page(vec![empty("m0"), empty("m1")]))
        .repeatedly()
        .build();
    let fact = gather(&rule).await;
    assert_eq!((fact.evidence.status, rule.num_calls()), (EvidenceStatus::NoData, 8), "{:?}", fact.evidence);
}

/// What the SDK does not know to pass is asked for again all the same.
#[tokio::test]
async fn every_name_of_a_throttle_may_pass() {
    let empty = |id: &str| MetricDataResult::builder().id(id).status_code(StatusCode::Complete).build();
    let limit = || GetMetricDataError::generic(ErrorMetadata::builder().code("LimitExceeded").build());
    let rule = mock!(Client::get_metric_data)
        .sequence()
        .error(limit)
        .times(3)
        .output(move || page(vec![empty("m0"), empty("m1")]))
        .repeatedly()
        .build();
    let fact = gather(&rule).await;
    assert_eq!((fact.evidence.status, rule.num_calls()), (EvidenceStatus::NoData, 5), "{:?}", fact.evidence);
}

#[tokio::test]
async fn a_throttle_that_stays_is_an_error() {
    let rule = mock!(Client::get_metric_data).then_error(throttle);
    let fact = gather(&rule).await;
    assert_eq!(fact.evidence.status, EvidenceStatus::Error);
    assert!(reason(&fact).contains("`ThrottlingException`: Rate exceeded"), "{}", reason(&fact));
    // Four attempts for each of two calls, whatever the client's own configuration says.
    assert_eq!((fact.evidence.api_requests, rule.num_calls()), (8, 8));
}

#[tokio::test]
async fn a_missing_permission_says_what_to_allow() {
    let denied =
        || GetMetricDataError::generic(ErrorMetadata::builder().code("AccessDeniedException").message("no").build());
    let fact = gather(&mock!(Client::get_metric_data).then_error(denied)).await;
    assert_eq!(fact.evidence.status, EvidenceStatus::Error);
    assert!(reason(&fact).contains("allow `cloudwatch:GetMetricData`"), "{}", reason(&fact));
}

/// A server that takes connections and never answers; one that is not there.
#[tokio::test]
async fn silence_is_an_error_by_the_deadline() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    for (endpoint, expected) in [(silent.as_str(), "before the deadline"), ("http://127.0.0.1:9", "cannot be reached")]
    {
        let config = tollgate_aws::sdk_config()
            .await
            .into_builder()
            .endpoint_url(endpoint)
            .region(aws_sdk_cloudwatch::config::Region::new("eu-central-1"))
            .credentials_provider(aws_sdk_cloudwatch::config::SharedCredentialsProvider::new(
                aws_sdk_cloudwatch::config::Credentials::new("test", "test", None, None, "test"),
            ))
            .build();
        let slo = slo("payments-api");
        let began = Instant::now();
        let facts = Telemetry::cloudwatch(&config)
            .gather(&[(&slo, false)], chrono::Utc::now(), began + Duration::from_millis(700), &limits())
            .await;
        assert!(began.elapsed() < Duration::from_millis(1500));
        assert_eq!(facts[0].evidence.status, EvidenceStatus::Error);
        assert!(reason(&facts[0]).contains(expected), "{}", reason(&facts[0]));
        assert!(!facts[0].evidence.required);
        assert_eq!(facts[0].evidence.source, "cloudwatch:eu-central-1");
    }
}
