//! A CloudWatch that answers as it is told to, a canary and a gate.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_cloudwatch::{
    Client,
    operation::get_metric_data::{GetMetricDataInput, GetMetricDataOutput},
    types::{MetricDataResult, StatusCode},
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::{DateTime, retry::RetryConfig};
use tokio::time::Instant;
use tollgate_aws::{CloudWatch, Telemetry};
use tollgate_core::{
    Timestamp,
    canary::{CanaryFact, CanaryQuestion},
    catalogue::Catalogue,
    keptn::KeptnFact,
};

pub(crate) const NOW: i64 = 1_795_255_842;
pub(crate) const STARTED: i64 = NOW - 1242;

pub(crate) fn now() -> Timestamp {
    Timestamp::from_timestamp(NOW, 0).unwrap()
}

/// The shipped policies' data.
pub(crate) fn catalogue() -> Catalogue {
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

pub(crate) fn question() -> CanaryQuestion {
    let version = |value: &str| [("Version".to_owned(), value.to_owned())].into();
    let started_at = Timestamp::from_timestamp(STARTED, 0).unwrap();
    CanaryQuestion { baseline: version("1841"), canary: version("1842"), started_at }
}

/// One query as a test sees it.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) statistic: String,
    pub(crate) period: i64,
    pub(crate) canary: bool,
}

pub(crate) fn queries(input: &GetMetricDataInput) -> Vec<Query> {
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
pub(crate) fn healthy(query: &Query, index: i32) -> f64 {
    let share = if query.canary { 1 } else { 19 };
    match (query.name.as_str(), query.statistic.as_str()) {
        ("RequestCount", _) | ("Latency", "SampleCount") => f64::from(100 * share),
        ("GoodRequestCount", _) => f64::from((99 + index % 2) * share),
        _ => f64::from(200 + index * 7 % 13),
    }
}

pub(crate) fn result(
    input: &GetMetricDataInput,
    query: &Query,
    value: impl Fn(&Query, i32) -> f64,
) -> MetricDataResult {
    let (start, end) = (input.start_time().unwrap().secs(), input.end_time().unwrap().secs());
    let times: Vec<i64> = (start..end).step_by(usize::try_from(query.period).unwrap()).collect();
    MetricDataResult::builder()
        .id(&query.id)
        .status_code(StatusCode::Complete)
        .set_values(Some((0..).zip(&times).map(|(index, _)| value(query, index)).collect()))
        .set_timestamps(Some(times.into_iter().map(DateTime::from_secs).collect()))
        .build()
}

pub(crate) fn answering(
    answer: impl Fn(&GetMetricDataInput, &Query) -> Option<MetricDataResult> + Send + Sync + 'static,
) -> Rule {
    mock!(Client::get_metric_data).then_compute_output(move |input| {
        let results = queries(input).iter().filter_map(|query| answer(input, query)).collect();
        GetMetricDataOutput::builder().set_metric_data_results(Some(results)).build()
    })
}

pub(crate) fn telemetry(rule: &Rule) -> Telemetry {
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [rule], |config| config
        .retry_config(RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(1))));
    Telemetry::CloudWatch(CloudWatch::from_client(&client))
}

pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_millis(1500)
}

pub(crate) async fn canary(rule: &Rule) -> CanaryFact {
    telemetry(rule).canary(&catalogue().canaries["payments-api"], &question(), now(), soon()).await
}

pub(crate) async fn keptn(rule: &Rule) -> KeptnFact {
    let catalogue = catalogue();
    telemetry(rule).keptn(&catalogue.keptn["search-api"], &catalogue.keptn_slis["search-api"], &[], now(), soon()).await
}

pub(crate) fn with_status(result: &MetricDataResult, status: StatusCode) -> MetricDataResult {
    MetricDataResult::builder()
        .set_id(result.id().map(Into::into))
        .status_code(status)
        .set_timestamps(Some(result.timestamps().to_vec()))
        .set_values(Some(result.values().to_vec()))
        .build()
}
