//! Odd answers.

use std::time::Duration;

use aws_sdk_cloudwatch::{
    Client,
    error::ErrorMetadata,
    operation::get_metric_data::{GetMetricDataError, GetMetricDataInput},
    types::{MetricDataResult, StatusCode},
};
use aws_smithy_mocks::mock;
use aws_smithy_types::DateTime;
use tokio::time::Instant;
use tollgate_aws::Telemetry;
use tollgate_core::{
    canary::{CanaryQuestion, CanaryVerdict, Cause},
    evidence::EvidenceStatus,
    keptn::KeptnResult,
};

use crate::answering::*;

#[tokio::test]
async fn both_sides_of_all_metrics_take_one_call() {
    let rule = answering(|input, query| Some(result(input, query, healthy)));
    let fact = canary(&rule).await;
    assert_eq!((fact.verdict, fact.evidence.status), (CanaryVerdict::Pass, EvidenceStatus::Ok), "{fact:?}");
    // Requests, good ones, latency and its count, of two sides; 18 minutes from 9:50 to 10:08.
    assert_eq!((rule.num_calls(), fact.evidence.api_requests, fact.evidence.api_cost_usd_micros), (1, 1, 80));
    assert_eq!((fact.observed_seconds, fact.evidence.datapoints_received), (1080, 18 * 2 * 2));
    assert_eq!(fact.evidence.source, "cloudwatch:eu-central-1");
    assert_eq!(fact.metrics[0].canary.events, Some(1800));
    assert_eq!(fact.metrics[1].baseline.events, Some(1800 * 19));
}

#[tokio::test]
async fn a_slower_canary_fails_though_its_errors_do_not_rise() {
    let slower =
        |query: &Query, index| healthy(query, index) * if query.canary && query.statistic == "p95" { 2.0 } else { 1.0 };
    let fact = canary(&answering(move |input, query| Some(result(input, query, slower)))).await;
    assert_eq!((fact.verdict, fact.score_ppm), (CanaryVerdict::Fail, 666_666), "{:?}", fact.reasons);
    assert_eq!(fact.reasons, ["`latency-p95` is higher than in the baseline, minute by minute"]);
}

#[tokio::test]
async fn a_metric_that_fails_or_comes_in_part_is_not_judged_and_says_why() {
    for status in [StatusCode::Forbidden, StatusCode::InternalError, StatusCode::PartialData] {
        let told = status.to_string();
        let fact = canary(&answering(move |input, query| {
            let whole = result(input, query, healthy);
            Some(if query.canary && query.name == "GoodRequestCount" {
                with_status(&whole, status.clone())
            } else {
                whole
            })
        }))
        .await;
        assert_eq!((fact.verdict, fact.evidence.status), (CanaryVerdict::Inconclusive, EvidenceStatus::Partial));
        assert_eq!((fact.metrics[0].cause, fact.metrics[1].cause), (Some(Cause::Unreliable), None));
        let reason = fact.evidence.reason.unwrap();
        assert!(reason.contains(&told) && reason.contains("the canary could not be read"), "{reason}");
    }
}

#[tokio::test]
async fn a_missing_permission_says_what_to_allow() {
    let denied =
        || GetMetricDataError::generic(ErrorMetadata::builder().code("AccessDeniedException").message("no").build());
    let rule = mock!(Client::get_metric_data).then_error(denied);
    let fact = canary(&rule).await;
    assert_eq!((fact.verdict, fact.evidence.status), (CanaryVerdict::Inconclusive, EvidenceStatus::Error));
    assert!(fact.evidence.reason.unwrap().contains("allow `cloudwatch:GetMetricData`"));
    let gate = keptn(&rule).await;
    assert_eq!((gate.result, gate.evidence.status), (KeptnResult::Inconclusive, EvidenceStatus::Error));
}

/// A server that takes connections and never answers.
#[tokio::test]
async fn silence_is_an_error_by_the_deadline() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let credentials = aws_sdk_cloudwatch::config::Credentials::new("test", "test", None, None, "test");
    let config = tollgate_aws::sdk_config()
        .await
        .into_builder()
        .endpoint_url(format!("http://{}", listener.local_addr().unwrap()))
        .region(aws_sdk_cloudwatch::config::Region::new("eu-central-1"))
        .credentials_provider(aws_sdk_cloudwatch::config::SharedCredentialsProvider::new(credentials))
        .build();
    let (catalogue, telemetry) = (catalogue(), Telemetry::cloudwatch(&config));
    let began = Instant::now();
    let deadline = began + Duration::from_millis(500);
    let (gate, slis) = (&catalogue.keptn["search-api"], &catalogue.keptn_slis["search-api"]);
    let source = &catalogue.canaries["payments-api"];
    let (asked, now) = (question(), now());
    let (canary, keptn) =
        tokio::join!(telemetry.canary(source, &asked, now, deadline), telemetry.keptn(gate, slis, &[], now, deadline));
    assert!(began.elapsed() < Duration::from_millis(1500));
    assert_eq!((canary.verdict, keptn.result), (CanaryVerdict::Inconclusive, KeptnResult::Inconclusive));
    for evidence in [canary.evidence, keptn.evidence] {
        assert_eq!(evidence.status, EvidenceStatus::Error);
        assert!(evidence.reason.as_deref().unwrap().contains("before the deadline"), "{evidence:?}");
    }
}

#[tokio::test]
async fn odd_answers_never_pass() {
    type Answer = fn(&GetMetricDataInput, &Query) -> Option<MetricDataResult>;
    let odd: [(&str, Answer); 5] = [
        ("nothing", |_, _| None),
        ("empty", |_, query| Some(MetricDataResult::builder().id(&query.id).status_code(StatusCode::Complete).build())),
        ("no number", |input, query| Some(result(input, query, |_, _| f64::NAN))),
        ("negative", |input, query| Some(result(input, query, |query, index| -healthy(query, index)))),
        ("another period", |input, query| {
            let aligned = Query { period: 3600, ..query.clone() };
            let end = DateTime::from_secs(input.end_time().unwrap().secs());
            Some(result(input, &aligned, healthy)).map(|found| {
                MetricDataResult::builder()
                    .set_id(found.id().map(Into::into))
                    .status_code(StatusCode::Complete)
                    .timestamps(DateTime::from_secs(end.secs() - 30))
                    .values(1.0)
                    .build()
            })
        }),
    ];
    for (name, answer) in odd {
        let fact = canary(&answering(answer)).await;
        assert_eq!(fact.verdict, CanaryVerdict::Inconclusive, "{name}: {:?}", fact.reasons);
        assert!(!fact.evidence.is_ok() && fact.evidence.required, "{name}");
        let gate = keptn(&answering(answer)).await;
        // Sums may be negative, of money for instance, and the share of these is a healthy one.
        let known = name == "negative";
        assert_eq!(gate.result == KeptnResult::Inconclusive, !known, "{name}: {:?}", gate.reasons);
    }
}

#[tokio::test]
async fn a_question_that_does_not_fit_asks_nothing_of_cloudwatch() {
    let rule = answering(|input, query| Some(result(input, query, healthy)));
    let alias = CanaryQuestion {
        baseline: [("Alias".to_owned(), "live".to_owned())].into(),
        canary: [("Alias".to_owned(), "next".to_owned())].into(),
        ..question()
    };
    let same = CanaryQuestion { canary: question().baseline, ..question() };
    for asked in [alias, same] {
        let fact = telemetry(&rule).canary(&catalogue().canaries["payments-api"], &asked, now(), soon()).await;
        assert_eq!((fact.verdict, fact.evidence.status), (CanaryVerdict::Inconclusive, EvidenceStatus::NoData));
        assert_eq!(rule.num_calls(), 0);
    }
    // Too early for a datapoint.
    let young = CanaryQuestion { started_at: now(), ..question() };
    let fact = telemetry(&rule).canary(&catalogue().canaries["payments-api"], &young, now(), soon()).await;
    assert_eq!((fact.verdict, rule.num_calls()), (CanaryVerdict::Inconclusive, 0));
}
