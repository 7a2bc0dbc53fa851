//! Odd answers of CloudWatch: each must end as evidence that carries no approval, about the facts it concerns only.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_cloudwatch::{
    Client,
    error::ErrorMetadata,
    operation::get_metric_data::{GetMetricDataError, GetMetricDataInput, GetMetricDataOutput},
    types::{MessageData, MetricDataResult, StatusCode},
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::{DateTime, retry::RetryConfig};
use tokio::time::Instant;
use tollgate_aws::{CloudWatch, Telemetry};
use tollgate_core::{
    Timestamp,
    evidence::EvidenceStatus,
    slo::{Counted, Metric, Ratio, Slo, SloFact, Target},
};

const NOW: i64 = 1_795_255_842;

fn metric(name: &str, service: &str) -> Metric {
    Metric {
        namespace: "Demo".into(),
        name: name.into(),
        dimensions: BTreeMap::from([("Service".into(), service.into())]),
        statistic: "Sum".into(),
        region: None,
        account_id: None,
    }
}

fn slo(service: &str) -> Slo {
    Slo {
        service: service.into(),
        name: "availability".into(),
        description: None,
        target: Target::from_ppb(999_000_000).unwrap(),
        period_seconds: 30 * 86_400,
        ratio: Ratio { counted: Counted::Good, metric: metric("Good", service), total: metric("Total", service) },
        line: 1,
    }
}

/// Every datapoint that a request asks for: 1000 in all, of which 999 are good.
fn results(input: &GetMetricDataInput) -> Vec<MetricDataResult> {
    let result = |query: &aws_sdk_cloudwatch::types::MetricDataQuery| {
        let statistic = query.metric_stat().unwrap();
        let period = usize::try_from(statistic.period().unwrap()).unwrap();
        let times: Vec<_> =
            (input.start_time().unwrap().secs()..input.end_time().unwrap().secs()).step_by(period).collect();
        let value = if statistic.metric().unwrap().metric_name() == Some("Good") { 999.0 } else { 1000.0 };
        MetricDataResult::builder()
            .id(query.id().unwrap())
            .status_code(StatusCode::Complete)
            .set_values(Some(vec![value; times.len()]))
            .set_timestamps(Some(times.into_iter().map(DateTime::from_secs).collect()))
            .build()
    };
    input.metric_data_queries().iter().map(result).collect()
}

fn page(results: Vec<MetricDataResult>) -> GetMetricDataOutput {
    GetMetricDataOutput::builder().set_metric_data_results(Some(results)).build()
}

/// Answers each request with what `answer` makes of the complete results.
fn answering(
    answer: impl Fn(&GetMetricDataInput, Vec<MetricDataResult>) -> GetMetricDataOutput + Send + Sync + 'static,
) -> Rule {
    mock!(Client::get_metric_data).then_compute_output(move |input| answer(input, results(input)))
}

fn is_hourly(input: &GetMetricDataInput) -> bool {
    input.metric_data_queries()[0].metric_stat().unwrap().period() == Some(3600)
}

fn with_status(result: &MetricDataResult, status: StatusCode) -> MetricDataResult {
    MetricDataResult::builder()
        .set_id(result.id().map(Into::into))
        .status_code(status)
        .set_timestamps(Some(result.timestamps().to_vec()))
        .set_values(Some(result.values().to_vec()))
        .build()
}

async fn gather_all(rule: &Rule, services: &[&str]) -> Vec<SloFact> {
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [rule], |config| config
        .retry_config(RetryConfig::standard().with_max_attempts(4).with_initial_backoff(Duration::from_millis(1))));
    let telemetry = Telemetry::CloudWatch(CloudWatch::from_client(client));
    let slos: Vec<_> = services.iter().map(|service| slo(service)).collect();
    let wanted: Vec<_> = slos.iter().map(|slo| (slo, true)).collect();
    let now = Timestamp::from_timestamp(NOW, 0).unwrap();
    telemetry.gather(&wanted, now, Instant::now() + Duration::from_millis(1500), 600).await
}

async fn gather(rule: &Rule) -> SloFact {
    gather_all(rule, &["payments-api"]).await.remove(0)
}

fn reason(fact: &SloFact) -> &str {
    fact.evidence.reason.as_deref().unwrap_or_default()
}

#[tokio::test]
async fn a_complete_answer_takes_one_call_a_tier() {
    let rule = answering(|_, results| page(results));
    let fact = gather(&rule).await;
    assert_eq!((fact.evidence.status, rule.num_calls()), (EvidenceStatus::Ok, 3), "{:?}", fact.evidence);
    assert_eq!((fact.evidence.api_requests, fact.evidence.api_cost_usd_micros), (3, 60));
    assert_eq!(fact.evidence.source, "cloudwatch:us-east-1");
    assert_eq!(fact.evidence.datapoints_received, fact.evidence.datapoints_expected);
    assert_eq!(fact.windows["1h"].burn_rate_micro, Some(1_000_000));
    assert_eq!(fact.budget.unwrap().remaining_ppm, 0);
}

#[tokio::test]
async fn services_share_calls_and_a_shared_metric_is_asked_once() {
    let rule = answering(|_, results| page(results));
    let facts = gather_all(&rule, &["payments-api", "ledger", "payments-api", "mail"]).await;
    assert_eq!(rule.num_calls(), 3);
    let paid: Vec<_> =
        facts.iter().map(|fact| (fact.evidence.api_requests, fact.evidence.api_cost_usd_micros)).collect();
    assert_eq!(paid, [(3, 3 * 6 * 10), (0, 0), (0, 0), (0, 0)]);
    assert_eq!(
        facts.iter().map(|fact| fact.service.as_str()).collect::<Vec<_>>(),
        ["payments-api", "ledger", "payments-api", "mail"]
    );
}

#[tokio::test]
async fn many_services_stay_inside_the_limits_of_a_call() {
    let rule = answering(|input, results| {
        let datapoints: usize = results.iter().map(|result| result.values().len()).sum();
        assert!(input.metric_data_queries().len() <= 500 && datapoints <= 100_800, "{datapoints}");
        page(results)
    });
    let names: Vec<_> = (0..200).map(|number| format!("service-{number}")).collect();
    let facts = gather_all(&rule, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert!(facts.iter().all(|fact| fact.evidence.is_ok()));
    // 400 metrics of 363, 793 and 648 datapoints.
    assert_eq!(rule.num_calls(), 400_usize.div_ceil(277) + 400_usize.div_ceil(127) + 400_usize.div_ceil(155));
    assert_eq!(facts.iter().map(|fact| fact.evidence.api_cost_usd_micros).sum::<u64>(), 400 * 3 * 10);
}

#[tokio::test]
async fn pages_are_followed() {
    let rule = answering(|input, results| {
        let second = input.next_token() == Some("more");
        let halves = results.iter().map(|result| {
            let middle = result.values().len() / 2;
            let range = if second { middle..result.values().len() } else { 0..middle };
            MetricDataResult::builder()
                .set_id(result.id().map(Into::into))
                .status_code(if second { StatusCode::Complete } else { StatusCode::PartialData })
                .set_timestamps(Some(result.timestamps()[range.clone()].to_vec()))
                .set_values(Some(result.values()[range].to_vec()))
                .build()
        });
        let token = (!second).then(|| "more".to_owned());
        GetMetricDataOutput::builder().set_metric_data_results(Some(halves.collect())).set_next_token(token).build()
    });
    let fact = gather(&rule).await;
    assert_eq!((fact.evidence.status, rule.num_calls()), (EvidenceStatus::Ok, 6), "{:?}", fact.evidence);
    assert_eq!((fact.evidence.api_requests, fact.evidence.api_cost_usd_micros), (6, 120));
    assert_eq!(fact.evidence.datapoints_received, fact.evidence.datapoints_expected);
    assert_eq!(fact.windows["5m"].total, Some(5000));
}

#[tokio::test]
async fn pages_without_end_are_an_error() {
    let rule = answering(|_, results| {
        GetMetricDataOutput::builder().set_metric_data_results(Some(results)).next_token("again").build()
    });
    let fact = gather(&rule).await;
    assert_eq!(fact.evidence.status, EvidenceStatus::Error);
    assert!(reason(&fact).contains("more than 20 pages"), "{}", reason(&fact));
}

#[tokio::test]
async fn partial_data_is_partial() {
    let rule = answering(|input, results| {
        let status = if is_hourly(input) { StatusCode::PartialData } else { StatusCode::Complete };
        page(results.iter().map(|result| with_status(result, status.clone())).collect())
    });
    let fact = gather(&rule).await;
    assert_eq!(fact.evidence.status, EvidenceStatus::Partial);
    assert!(reason(&fact).contains("by 3600 s: CloudWatch answered `PartialData`"), "{}", reason(&fact));
}

#[tokio::test]
async fn a_metric_that_fails_takes_only_its_own_objective() {
    for status in [StatusCode::InternalError, StatusCode::Forbidden] {
        let shown = status.to_string();
        let rule = answering(move |_, results| {
            // The metrics are asked for in their order: Good and Total, each of `ledger` before `payments-api`.
            page(
                results
                    .iter()
                    .enumerate()
                    .map(|(index, result)| {
                        with_status(result, if index == 1 { status.clone() } else { StatusCode::Complete })
                    })
                    .collect(),
            )
        });
        let facts = gather_all(&rule, &["ledger", "payments-api"]).await;
        assert_eq!(facts[0].evidence.status, EvidenceStatus::Ok);
        assert_eq!(facts[1].evidence.status, EvidenceStatus::Error);
        assert!(reason(&facts[1]).contains(&shown), "{}", reason(&facts[1]));
        assert!(facts[1].windows.values().all(|window| window.good.is_none()));
    }
}

#[tokio::test]
async fn an_unknown_status_and_none_are_partial() {
    for status in [Some(StatusCode::from("Approximately")), None] {
        let rule = answering(move |_, results| {
            let odd = |result: &MetricDataResult| {
                MetricDataResult::builder()
                    .set_id(result.id().map(Into::into))
                    .set_status_code(status.clone())
                    .set_timestamps(Some(result.timestamps().to_vec()))
                    .set_values(Some(result.values().to_vec()))
                    .build()
            };
            page(results.iter().map(odd).collect())
        });
        assert_eq!(gather(&rule).await.evidence.status, EvidenceStatus::Partial);
    }
}

#[tokio::test]
async fn messages_are_read_at_both_levels() {
    let message = || MessageData::builder().code("MaxMetricsExceeded").value("too much was asked").build();
    let above = answering(move |_, results| {
        GetMetricDataOutput::builder().set_metric_data_results(Some(results)).messages(message()).build()
    });
    let beside = answering(move |_, results| {
        let told = |result: &MetricDataResult| {
            MetricDataResult::builder()
                .set_id(result.id().map(Into::into))
                .status_code(StatusCode::Complete)
                .set_timestamps(Some(result.timestamps().to_vec()))
                .set_values(Some(result.values().to_vec()))
                .messages(message())
                .build()
        };
        page(results.iter().map(told).collect())
    });
    for rule in [above, beside] {
        let fact = gather(&rule).await;
        assert_eq!(fact.evidence.status, EvidenceStatus::Partial);
        assert!(reason(&fact).contains("MaxMetricsExceeded: too much was asked"), "{}", reason(&fact));
    }
}

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
    assert_eq!((fact.evidence.status, rule.num_calls()), (EvidenceStatus::NoData, 9), "{:?}", fact.evidence);
}

#[tokio::test]
async fn a_throttle_that_stays_is_an_error() {
    let rule = mock!(Client::get_metric_data).then_error(throttle);
    let fact = gather(&rule).await;
    assert_eq!(fact.evidence.status, EvidenceStatus::Error);
    assert!(reason(&fact).contains("`ThrottlingException`: Rate exceeded"), "{}", reason(&fact));
    assert_eq!((fact.evidence.api_requests, rule.num_calls()), (3, 12));
}

#[tokio::test]
async fn a_missing_permission_says_what_to_allow() {
    let denied =
        || GetMetricDataError::generic(ErrorMetadata::builder().code("AccessDeniedException").message("no").build());
    let fact = gather(&mock!(Client::get_metric_data).then_error(denied)).await;
    assert_eq!(fact.evidence.status, EvidenceStatus::Error);
    assert!(reason(&fact).contains("allow `cloudwatch:GetMetricData`"), "{}", reason(&fact));
}

#[tokio::test]
async fn an_empty_answer_is_no_data_and_an_absent_one_an_error() {
    let empty = answering(|_, results| {
        let without = |result: &MetricDataResult| {
            MetricDataResult::builder().set_id(result.id().map(Into::into)).status_code(StatusCode::Complete).build()
        };
        page(results.iter().map(without).collect())
    });
    assert_eq!(gather(&empty).await.evidence.status, EvidenceStatus::NoData);
    let absent = answering(|_, _| GetMetricDataOutput::builder().build());
    let fact = gather(&absent).await;
    assert_eq!(fact.evidence.status, EvidenceStatus::Error);
    assert!(reason(&fact).contains("does not mention it"), "{}", reason(&fact));
    let other = answering(|_, mut results| {
        results[0] = MetricDataResult::builder().id("m77").status_code(StatusCode::Complete).build();
        results.push(MetricDataResult::builder().id("nonsense").status_code(StatusCode::Complete).build());
        page(results)
    });
    assert_eq!(gather(&other).await.evidence.status, EvidenceStatus::Error);
}

#[tokio::test]
async fn values_that_are_no_counts_are_an_error_and_misplaced_ones_are_told() {
    let odd = |point: (i64, f64)| {
        answering(move |input, results| {
            let first = &results[0];
            let (mut times, mut values) = (first.timestamps().to_vec(), first.values().to_vec());
            times.push(DateTime::from_secs(input.start_time().unwrap().secs() + point.0));
            values.push(point.1);
            let result = MetricDataResult::builder()
                .set_id(first.id().map(Into::into))
                .status_code(StatusCode::Complete)
                .set_timestamps(Some(times))
                .set_values(Some(values));
            page([result.build()].into_iter().chain(results.into_iter().skip(1)).collect())
        })
    };
    for (offset, value, expected) in [
        (0, f64::NAN, EvidenceStatus::Error),
        (0, -5.0, EvidenceStatus::Error),
        (0, 999.5, EvidenceStatus::Error),
        (0, f64::INFINITY, EvidenceStatus::Error),
        (0, 998.0, EvidenceStatus::Partial),
        (30, 999.0, EvidenceStatus::Partial),
        (0, 999.0, EvidenceStatus::Ok),
        (-3600, -5.0, EvidenceStatus::Ok),
    ] {
        let fact = gather(&odd((offset, value))).await;
        assert_eq!(fact.evidence.status, expected, "{offset} {value}: {}", reason(&fact));
    }
    let torn = answering(|_, results| {
        let first = &results[0];
        let result = MetricDataResult::builder()
            .set_id(first.id().map(Into::into))
            .status_code(StatusCode::Complete)
            .set_timestamps(Some(first.timestamps().to_vec()))
            .values(999.0);
        page([result.build()].into_iter().chain(results.into_iter().skip(1)).collect())
    });
    assert_eq!(gather(&torn).await.evidence.status, EvidenceStatus::Partial);
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
            .gather(&[(&slo, false)], chrono::Utc::now(), began + Duration::from_millis(700), 600)
            .await;
        assert!(began.elapsed() < Duration::from_millis(1500));
        assert_eq!(facts[0].evidence.status, EvidenceStatus::Error);
        assert!(reason(&facts[0]).contains(expected), "{}", reason(&facts[0]));
        assert!(!facts[0].evidence.required);
        assert_eq!(facts[0].evidence.source, "cloudwatch:eu-central-1");
    }
}
