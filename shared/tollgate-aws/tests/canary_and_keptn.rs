//! Canaries and Keptn gates against odd answers of CloudWatch and against recordings: none makes one pass.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_cloudwatch::{
    Client,
    error::ErrorMetadata,
    operation::get_metric_data::{GetMetricDataError, GetMetricDataInput, GetMetricDataOutput},
    types::{MetricDataResult, StatusCode},
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::{DateTime, retry::RetryConfig};
use tokio::time::Instant;
use tollgate_aws::{CloudWatch, Recording, Telemetry};
use tollgate_core::{
    Timestamp,
    canary::{CanaryFact, CanaryQuestion, CanaryVerdict, Cause},
    catalogue::Catalogue,
    evidence::EvidenceStatus,
    keptn::{KeptnFact, KeptnResult},
    slo::{Metric, Plan, Quality, Snapshot, TierSeries},
};

const NOW: i64 = 1_795_255_842;
const STARTED: i64 = NOW - 1242;

fn now() -> Timestamp {
    Timestamp::from_timestamp(NOW, 0).unwrap()
}

/// The shipped policies' data.
fn catalogue() -> Catalogue {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut files = BTreeMap::new();
    for inner in ["services", "teams", "slos", "canaries", "keptn", "settings"] {
        for entry in std::fs::read_dir(folder.join("data").join(inner)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = format!("data/{inner}/{}", path.file_name().unwrap().to_str().unwrap());
                files.insert(name, std::fs::read_to_string(path).unwrap());
            }
        }
    }
    Catalogue::read(&files).unwrap()
}

fn question() -> CanaryQuestion {
    let version = |value: &str| [("Version".to_owned(), value.to_owned())].into();
    let started_at = Timestamp::from_timestamp(STARTED, 0).unwrap();
    CanaryQuestion { baseline: version("1841"), canary: version("1842"), started_at }
}

/// One query as a test sees it.
#[derive(Debug, Clone)]
struct Query {
    id: String,
    name: String,
    statistic: String,
    period: i64,
    canary: bool,
}

fn queries(input: &GetMetricDataInput) -> Vec<Query> {
    let of = |query: &aws_sdk_cloudwatch::types::MetricDataQuery| {
        let statistic = query.metric_stat().unwrap();
        let metric = statistic.metric().unwrap();
        let named = |name: &str| metric.dimensions().iter().find(|dimension| dimension.name() == Some(name));
        assert!(named("Service").is_some(), "{metric:?}");
        Query {
            id: query.id().unwrap().to_owned(),
            name: metric.metric_name().unwrap().to_owned(),
            statistic: statistic.stat().unwrap().to_owned(),
            period: i64::from(statistic.period().unwrap()),
            canary: named("Version").is_some_and(|version| version.value() == Some("1842")),
        }
    };
    input.metric_data_queries().iter().map(of).collect()
}

/// What a healthy service measures: the baseline has nineteen times the canary's traffic.
fn healthy(query: &Query, index: i32) -> f64 {
    let share = if query.canary { 1 } else { 19 };
    match (query.name.as_str(), query.statistic.as_str()) {
        ("RequestCount", _) | ("Latency", "SampleCount") => f64::from(100 * share),
        ("GoodRequestCount", _) => f64::from((99 + index % 2) * share),
        _ => f64::from(200 + index * 7 % 13),
    }
}

fn result(input: &GetMetricDataInput, query: &Query, value: impl Fn(&Query, i32) -> f64) -> MetricDataResult {
    let (start, end) = (input.start_time().unwrap().secs(), input.end_time().unwrap().secs());
    let times: Vec<i64> = (start..end).step_by(usize::try_from(query.period).unwrap()).collect();
    MetricDataResult::builder()
        .id(&query.id)
        .status_code(StatusCode::Complete)
        .set_values(Some((0..).zip(&times).map(|(index, _)| value(query, index)).collect()))
        .set_timestamps(Some(times.into_iter().map(DateTime::from_secs).collect()))
        .build()
}

fn answering(answer: impl Fn(&GetMetricDataInput, &Query) -> Option<MetricDataResult> + Send + Sync + 'static) -> Rule {
    mock!(Client::get_metric_data).then_compute_output(move |input| {
        let results = queries(input).iter().filter_map(|query| answer(input, query)).collect();
        GetMetricDataOutput::builder().set_metric_data_results(Some(results)).build()
    })
}

fn telemetry(rule: &Rule) -> Telemetry {
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [rule], |config| config
        .retry_config(RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(1))));
    Telemetry::CloudWatch(CloudWatch::from_client(&client))
}

fn soon() -> Instant {
    Instant::now() + Duration::from_millis(1500)
}

async fn canary(rule: &Rule) -> CanaryFact {
    telemetry(rule).canary(&catalogue().canaries["payments-api"], &question(), now(), soon()).await
}

async fn keptn(rule: &Rule) -> KeptnFact {
    let catalogue = catalogue();
    telemetry(rule).keptn(&catalogue.keptn["search-api"], &catalogue.keptn_slis["search-api"], &[], now(), soon()).await
}

fn with_status(result: &MetricDataResult, status: StatusCode) -> MetricDataResult {
    MetricDataResult::builder()
        .set_id(result.id().map(Into::into))
        .status_code(status)
        .set_timestamps(Some(result.timestamps().to_vec()))
        .set_values(Some(result.values().to_vec()))
        .build()
}

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
    assert_eq!(fact.reasons, ["`latency-p95` is higher than in the baseline"]);
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

#[tokio::test]
async fn a_gate_takes_one_datapoint_of_each_metric() {
    let rule = answering(|input, query| {
        assert_eq!((query.period, input.end_time().unwrap().secs() - input.start_time().unwrap().secs()), (900, 900));
        Some(result(input, query, healthy))
    });
    let fact = keptn(&rule).await;
    assert_eq!((fact.result, fact.evidence.status), (KeptnResult::Pass, EvidenceStatus::Ok), "{fact:?}");
    assert_eq!((rule.num_calls(), fact.evidence.api_requests, fact.evidence.api_cost_usd_micros), (1, 1, 20));
    let values: Vec<_> = fact.objectives.iter().map(|objective| objective.value.as_deref()).collect();
    assert_eq!(values, [Some("1"), Some("1900")]);
}

/// Counts by minutes as a recording has them: eleven in a hundred requests fail when it is bad.
fn recording(good: f64) -> Telemetry {
    let plan = Plan::ending(NOW - 162, 3 * 86_400);
    let series = |name: &str, value: f64| {
        let metric = Metric {
            dimensions: [("Service".to_owned(), "search-api".to_owned())].into(),
            region: Some("eu-central-1".into()),
            ..Metric::new("Tollgate/Demo", name, "Sum")
        };
        let tiers = plan.tiers().iter();
        let tiers =
            tiers.map(|tier| TierSeries::from_points(tier, tier.starts().map(|at| (at, value)), Quality::Complete));
        (metric, tiers.collect())
    };
    let series = [series("RequestCount", 100.0), series("GoodRequestCount", good)].into();
    let snapshot = Snapshot { plan: plan.clone(), series, measures: BTreeMap::new() };
    Telemetry::Recorded(Box::new(Recording::new(now(), snapshot)), "demo.json".to_owned())
}

#[tokio::test]
async fn a_recording_gives_what_it_has_and_says_what_it_has_not() {
    let catalogue = catalogue();
    let (gate, slis) = (&catalogue.keptn["search-api"], &catalogue.keptn_slis["search-api"]);
    for (good, result, value) in [(99.0, KeptnResult::Pass, "1"), (89.0, KeptnResult::Fail, "11")] {
        let fact = recording(good).keptn(gate, slis, &[], now(), soon()).await;
        assert_eq!((fact.result, fact.objectives[0].value.as_deref()), (result, Some(value)));
        assert_eq!(fact.objectives[1].value.as_deref(), Some("1500"));
        assert_eq!(fact.evidence.source, "recorded:demo.json");
    }
    let fact = recording(99.0).canary(&catalogue.canaries["payments-api"], &question(), now(), soon()).await;
    assert_eq!((fact.verdict, fact.evidence.status), (CanaryVerdict::Inconclusive, EvidenceStatus::NoData));
    assert_eq!(fact.evidence.reason.as_deref(), Some("the recording has none of its metrics"));
    let later = now() + chrono::TimeDelta::hours(1);
    let fact = recording(99.0).keptn(gate, slis, &[], later, soon()).await;
    assert_eq!((fact.result, fact.evidence.status), (KeptnResult::Inconclusive, EvidenceStatus::Error));
}
