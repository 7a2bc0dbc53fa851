//! What CloudWatch answered to one call, over all its pages: nothing in it is taken on trust.

use aws_sdk_cloudwatch::{
    operation::get_metric_data::GetMetricDataOutput,
    types::{MessageData, MetricDataResult, StatusCode},
};
use tollgate_core::slo::{Datum, Quality, Tier, TierSeries};

/// The answer to one call for some metrics.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Requests made.
    pub(crate) requests: u64,
    /// Metrics that they asked for, in all.
    pub(crate) metrics_requested: u64,
    results: Vec<Collected>,
    /// Those of the results that are being asked for.
    asked: Vec<usize>,
    /// What failed last and might have passed.
    last_failure: Option<String>,
}

/// What came for one metric.
#[derive(Debug, Default)]
struct Collected {
    points: Vec<(i64, f64)>,
    status: Option<Quality>,
    messages: Vec<String>,
    /// CloudWatch failed at it, which may pass.
    may_pass: bool,
}

impl Answer {
    /// The answer to a call for so many metrics, before any of it came.
    pub(crate) fn to(metrics: usize) -> Self {
        let results = (0..metrics).map(|_| Collected::default()).collect();
        Self { requests: 0, metrics_requested: 0, results, asked: (0..metrics).collect(), last_failure: None }
    }

    /// The metrics that are to be asked for.
    pub(crate) fn asked(&self) -> &[usize] {
        &self.asked
    }

    /// A request goes out for them.
    pub(crate) fn request(&mut self) {
        self.requests += 1;
        self.metrics_requested += self.asked.len() as u64;
    }

    /// It did not go out after all.
    pub(crate) fn withdraw(&mut self) {
        self.requests -= 1;
        self.metrics_requested -= self.asked.len() as u64;
    }

    /// From now on only that is asked for which failed in a way that may pass; false when nothing did.
    pub(crate) fn ask_again(&mut self) -> bool {
        self.asked.retain(|index| self.results.get(*index).is_some_and(|collected| collected.may_pass));
        !self.asked.is_empty()
    }

    /// Forgets what came of what is asked for.
    pub(crate) fn begin(&mut self) {
        for index in &self.asked {
            if let Some(collected) = self.results.get_mut(*index) {
                *collected = Collected::default();
            }
        }
    }

    /// What is asked for failed as a whole.
    pub(crate) fn fail(&mut self, reason: &str) {
        self.failed(reason, false);
    }

    /// What is asked for failed as a whole, and this may pass.
    pub(crate) fn fail_for_now(&mut self, reason: &str) {
        self.last_failure = Some(reason.to_owned());
        self.failed(reason, true);
    }

    /// The time is over.
    pub(crate) fn expire(&mut self) {
        let late = "CloudWatch did not answer before the deadline";
        let reason = self.last_failure.take().map_or_else(|| late.to_owned(), |last| format!("{last}; then {late}"));
        self.fail(&reason);
    }

    fn failed(&mut self, reason: &str, may_pass: bool) {
        for index in &self.asked {
            if let Some(collected) = self.results.get_mut(*index) {
                let status = Some(Quality::Failed(reason.to_owned()));
                *collected = Collected { status, may_pass, ..Collected::default() };
            }
        }
    }

    /// Takes a page, and gives the token of the next.
    pub(crate) fn read(&mut self, page: GetMetricDataOutput) -> Option<String> {
        let messages: Vec<String> = page.messages().iter().map(text).collect();
        for index in &self.asked {
            if let Some(collected) = self.results.get_mut(*index) {
                collected.messages.extend(messages.iter().cloned());
            }
        }
        for result in page.metric_data_results() {
            let index = result.id().and_then(|id| id.strip_prefix('m')).and_then(|id| id.parse::<usize>().ok());
            match index
                .filter(|index| self.asked.binary_search(index).is_ok())
                .and_then(|index| self.results.get_mut(index))
            {
                Some(collected) => collected.read(result),
                None => tracing::warn!(id = result.id(), "CloudWatch answered a query that was not asked"),
            }
        }
        page.next_token.filter(|token| !token.is_empty())
    }

    /// The series of one metric of the call.
    pub(crate) fn series<T: Datum>(&mut self, index: usize, tier: &Tier) -> TierSeries<T> {
        let failed = |reason: &str| TierSeries::empty(tier, Quality::Failed(reason.to_owned()));
        let Some(Collected { points, status, messages, .. }) = self.results.get_mut(index).map(std::mem::take) else {
            return failed("it was not asked for");
        };
        let quality = match status {
            None => return failed("CloudWatch's answer does not mention it"),
            Some(status) if messages.is_empty() => status,
            Some(Quality::Complete) => Quality::Partial(messages.join("; ")),
            Some(Quality::Partial(reason)) => Quality::Partial(format!("{reason}: {}", messages.join("; "))),
            Some(Quality::Failed(reason)) => Quality::Failed(format!("{reason}: {}", messages.join("; "))),
        };
        if matches!(quality, Quality::Failed(_)) {
            return TierSeries::empty(tier, quality);
        }
        TierSeries::from_points(tier, points, quality)
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
        self.may_pass = result.status_code() == Some(&StatusCode::InternalError);
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
