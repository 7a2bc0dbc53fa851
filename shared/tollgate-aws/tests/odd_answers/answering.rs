//! A CloudWatch that answers as it is told to.

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
    slo::{Counted, Limits, Metric, Ratio, Slo, SloFact, Target},
};

pub(crate) const NOW: i64 = 1_795_255_842;

pub(crate) fn metric(name: &str, service: &str) -> Metric {
    Metric { dimensions: BTreeMap::from([("Service".into(), service.into())]), ..Metric::new("Demo", name, "Sum") }
}

pub(crate) fn slo(service: &str) -> Slo {
    let (metric, total) = (metric("Good", service).into(), metric("Total", service).into());
    let ratio =
        Ratio { counted: Counted::Good, metric, total, absent_total_is_zero: false, absent_good_is_unknown: false };
    Slo::of_events(service, "availability", Target::from_ppb(999_000_000).unwrap(), 30 * 86_400, ratio)
}

/// As the gates' settings have them.
pub(crate) fn limits() -> Limits {
    Limits { max_age_seconds: 600, budget_steps_ppm: vec![250_000, 500_000, 750_000, 1_000_000] }
}

/// Every datapoint that a request asks for: 1000 in all, of which 999 are good.
pub(crate) fn results(input: &GetMetricDataInput) -> Vec<MetricDataResult> {
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

pub(crate) fn page(results: Vec<MetricDataResult>) -> GetMetricDataOutput {
    GetMetricDataOutput::builder().set_metric_data_results(Some(results)).build()
}

/// Answers each request with what `answer` makes of the complete results.
pub(crate) fn answering(
    answer: impl Fn(&GetMetricDataInput, Vec<MetricDataResult>) -> GetMetricDataOutput + Send + Sync + 'static,
) -> Rule {
    mock!(Client::get_metric_data).then_compute_output(move |input| answer(input, results(input)))
}

pub(crate) fn is_by_five_minutes(input: &GetMetricDataInput) -> bool {
    input.metric_data_queries()[0].metric_stat().unwrap().period() == Some(300)
}

pub(crate) fn with_status(result: &MetricDataResult, status: StatusCode) -> MetricDataResult {
    MetricDataResult::builder()
        .set_id(result.id().map(Into::into))
        .status_code(status)
        .set_timestamps(Some(result.timestamps().to_vec()))
        .set_values(Some(result.values().to_vec()))
        .build()
}

pub(crate) async fn gather_all(rule: &Rule, services: &[&str]) -> Vec<SloFact> {
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [rule], |config| config
        .retry_config(RetryConfig::standard().with_max_attempts(4).with_initial_backoff(Duration::from_millis(1))));
    let telemetry = Telemetry::CloudWatch(CloudWatch::from_client(&client));
    let slos: Vec<_> = services.iter().map(|service| slo(service)).collect();
    let wanted: Vec<_> = slos.iter().map(|slo| (slo, true)).collect();
    let now = Timestamp::from_timestamp(NOW, 0).unwrap();
    telemetry.gather(&wanted, now, Instant::now() + Duration::from_millis(1500), &limits()).await
}

pub(crate) async fn gather(rule: &Rule) -> SloFact {
    gather_all(rule, &["payments-api"]).await.remove(0)
}

pub(crate) fn reason(fact: &SloFact) -> &str {
    fact.evidence.reason.as_deref().unwrap_or_default()
}
