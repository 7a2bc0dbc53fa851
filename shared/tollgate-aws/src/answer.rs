//! What CloudWatch answered to one call, over all its pages: nothing in it is taken on trust.

use std::error::Error;

use aws_sdk_cloudwatch::{
    error::{ProvideErrorMetadata, SdkError},
    operation::get_metric_data::GetMetricDataOutput,
    types::{MessageData, MetricDataResult, StatusCode},
};
use tollgate_core::slo::{Datum, Quality, Tier, TierSeries};

/// The answer to one call for some metrics.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Requests made.
    pub(crate) requests: u64,
    results: Vec<Collected>,
    failure: Option<String>,
    messages: Vec<String>,
}

/// What came for one metric.
#[derive(Debug, Default)]
struct Collected {
    points: Vec<(i64, f64)>,
    status: Option<Quality>,
    messages: Vec<String>,
}

impl Answer {
    /// The answer to a call for so many metrics, before any of it came.
    pub(crate) fn to(metrics: usize) -> Self {
        let results = (0..metrics).map(|_| Collected::default()).collect();
        Self { requests: 0, results, failure: None, messages: Vec::new() }
    }

    /// The call failed as a whole.
    pub(crate) fn fail(&mut self, reason: String) {
        self.failure = Some(reason);
    }

    /// Takes a page, and gives the token of the next.
    pub(crate) fn read(&mut self, page: GetMetricDataOutput) -> Option<String> {
        self.messages.extend(page.messages().iter().map(text));
        for result in page.metric_data_results() {
            let index = result.id().and_then(|id| id.strip_prefix('m')).and_then(|id| id.parse::<usize>().ok());
            match index.and_then(|index| self.results.get_mut(index)) {
                Some(collected) => collected.read(result),
                None => tracing::warn!(id = result.id(), "CloudWatch answered a query that was not asked"),
            }
        }
        page.next_token.filter(|token| !token.is_empty())
    }

    /// The series of one metric of the call.
    pub(crate) fn series<T: Datum>(&mut self, index: usize, tier: &Tier) -> TierSeries<T> {
        let failed = |reason: &str| TierSeries::empty(tier, Quality::Failed(reason.to_owned()));
        if let Some(reason) = &self.failure {
            return failed(reason);
        }
        let Some(collected) = self.results.get_mut(index).map(std::mem::take) else {
            return failed("it was not asked for");
        };
        let Some(status) = collected.status else {
            return failed("CloudWatch's answer does not mention it");
        };
        let mut messages = collected.messages;
        messages.extend(self.messages.iter().cloned());
        let quality = match status {
            Quality::Complete if !messages.is_empty() => Quality::Partial(messages.join("; ")),
            Quality::Partial(reason) if !messages.is_empty() => {
                Quality::Partial(format!("{reason}: {}", messages.join("; ")))
            }
            Quality::Failed(reason) if !messages.is_empty() => {
                Quality::Failed(format!("{reason}: {}", messages.join("; ")))
            }
            status => status,
        };
        TierSeries::from_points(tier, collected.points, quality)
    }
}

impl Collected {
    /// A later page says more about the same metric. It may complete what was partial, never mend what failed.
    fn read(&mut self, result: &MetricDataResult) {
        let (timestamps, values) = (result.timestamps(), result.values());
        self.points.extend(timestamps.iter().zip(values).map(|(time, value)| (time.secs(), *value)));
        self.messages.extend(result.messages().iter().map(text));
        if timestamps.len() != values.len() {
            self.messages.push(format!("{} times came with {} values", timestamps.len(), values.len()));
        }
        if matches!(self.status, Some(Quality::Failed(_))) {
            return;
        }
        self.status = Some(match result.status_code() {
            Some(StatusCode::Complete) => Quality::Complete,
            Some(status @ (StatusCode::InternalError | StatusCode::Forbidden)) => {
                Quality::Failed(format!("CloudWatch answered `{status}`"))
            }
            Some(status) => Quality::Partial(format!("CloudWatch answered `{status}`")),
            None => Quality::Partial("CloudWatch gave no status".to_owned()),
        });
    }
}

fn text(message: &MessageData) -> String {
    format!("{}: {}", message.code().unwrap_or("message"), message.value().unwrap_or("without text"))
}

/// Why a request failed, for a person.
pub(crate) fn describe<E, R>(error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug,
{
    if matches!(error, SdkError::TimeoutError(_)) {
        return "CloudWatch did not answer in time, in any of the attempts".to_owned();
    }
    if let Some(code) = error.code() {
        let hint = if code.contains("AccessDenied") { " (allow `cloudwatch:GetMetricData`)" } else { "" };
        return format!("CloudWatch refused with `{code}`: {}{hint}", error.message().unwrap_or("without a message"));
    }
    let mut reasons: Vec<String> = Vec::new();
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(reason) = cause {
        reasons.push(reason.to_string());
        cause = reason.source();
    }
    reasons.dedup();
    format!("CloudWatch cannot be reached: {}", reasons.join(": "))
}
