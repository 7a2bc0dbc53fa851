//! One call of `GetMetricData`, its pages, and what is asked again of it.

use std::{iter, time::Duration};

use aws_sdk_cloudwatch::{
    Client,
    config::{Builder, timeout::TimeoutConfig},
    types::{Dimension, MetricDataQuery, MetricStat, ScanBy},
};
use aws_smithy_types::DateTime;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tollgate_core::slo::{Metric, Tier};

use crate::{
    answer::Answer,
    connection::{Connections, Whom},
    failure::{describe, may_pass, not_assumed},
};

/// What one call may ask for: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>.
const QUERIES_PER_CALL: usize = 500;
const DATAPOINTS_PER_CALL: usize = 100_800;
/// More pages than a call within the limits can have.
const PAGES_PER_CALL: u64 = 20;
/// How long CloudWatch is given for an attempt: a full call is twelve seconds, one of a decision little over two.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
const ATTEMPT_TIMEOUT_PER_DATAPOINT: Duration = Duration::from_micros(100);
/// How often that is asked for again which failed and may pass, and the longest wait before the first time. It doubles.
const ASKED_AGAIN: u32 = 3;
const FIRST_BACKOFF_MS: u64 = 200;

/// How long a call may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    /// Nothing that comes later counts.
    pub(crate) deadline: Instant,
    /// The longest that one call may take, once it goes out.
    pub(crate) call: Duration,
}

/// Some metrics of one region, read as one role, over one range of time.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) whom: Whom,
    pub(crate) tier: Tier,
    pub(crate) metrics: Vec<&'a Metric>,
}

impl Call<'_> {
    /// How many metrics a call can ask for over such a range.
    pub(crate) fn metrics_at_most(tier: &Tier) -> usize {
        (DATAPOINTS_PER_CALL / tier.datapoints().max(1)).clamp(1, QUERIES_PER_CALL)
    }

    fn datapoints(&self) -> usize {
        self.metrics.len() * self.tier.datapoints()
    }

    /// Asks. What has not come within the limit has failed.
    pub(crate) async fn fetch(&self, connections: &Connections, limit: Limit) -> Answer {
        let mut answer = Answer::to(self.metrics.len());
        let connection = match connections.to(&self.whom).await {
            Ok(connection) => connection,
            Err(reason) => {
                answer.fail(&reason);
                return answer;
            }
        };
        let from = connection.pace.next(Instant::now(), self.datapoints());
        sleep_until(from.min(limit.deadline)).await;
        let until = Instant::now().checked_add(limit.call).map_or(limit.deadline, |until| until.min(limit.deadline));
        if timeout_at(until, self.fill(&connection.client, &mut answer)).await.is_err() {
            answer.expire();
        }
        answer
    }

    /// Asks, and again for what failed and may pass.
    async fn fill(&self, client: &Client, answer: &mut Answer) {
        for again in 0..=ASKED_AGAIN {
            answer.begin();
            self.pages(client, answer).await;
            if again == ASKED_AGAIN || !answer.ask_again() {
                return;
            }
            let longest = FIRST_BACKOFF_MS << again;
            sleep(Duration::from_millis(fastrand::u64(longest / 2..=longest))).await;
        }
    }

    async fn pages(&self, client: &Client, answer: &mut Answer) {
        let asked = answer.asked().iter().filter_map(|index| Some((*index, self.metrics.get(*index)?)));
        let queries: Vec<_> = asked.map(|(index, metric)| query(metric, index, self.tier.period_seconds)).collect();
        let datapoints = u32::try_from(queries.len() * self.tier.datapoints()).unwrap_or(u32::MAX);
        let timeout = ATTEMPT_TIMEOUT + ATTEMPT_TIMEOUT_PER_DATAPOINT.saturating_mul(datapoints);
        let patience = TimeoutConfig::builder().operation_attempt_timeout(timeout).build();
        let mut token = None;
        for page in iter::successors(Some(1), |page| Some(page + 1)) {
            if page > PAGES_PER_CALL {
                return answer.fail(&format!("CloudWatch's answer has more than {PAGES_PER_CALL} pages"));
            }
            let request = client
                .get_metric_data()
                .start_time(DateTime::from_secs(self.tier.start))
                .end_time(DateTime::from_secs(self.tier.end))
                .scan_by(ScanBy::TimestampAscending)
                .set_metric_data_queries(Some(queries.clone()))
                .set_next_token(token.take());
            answer.request();
            let sent =
                request.customize().config_override(Builder::new().timeout_config(patience.clone())).send().await;
            token = match sent {
                Ok(output) => answer.read(output),
                Err(error) => {
                    return match self.whom.1.as_ref().and_then(|role| not_assumed(role, &error)) {
                        Some(reason) => {
                            answer.withdraw();
                            answer.fail(&reason);
                        }
                        None if may_pass(&error) => answer.fail_for_now(&describe(&error)),
                        None => answer.fail(&describe(&error)),
                    };
                }
            };
            if token.is_none() {
                return;
            }
        }
    }
}

fn query(metric: &Metric, index: usize, period_seconds: i64) -> MetricDataQuery {
    let dimensions = metric.dimensions.iter().map(|(name, value)| Dimension::builder().name(name).value(value).build());
    let identity = aws_sdk_cloudwatch::types::Metric::builder()
        .namespace(&metric.namespace)
        .metric_name(&metric.name)
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let statistic = MetricStat::builder()
        .metric(identity)
        .period(i32::try_from(period_seconds).unwrap_or(i32::MAX))
        .stat(&metric.statistic)
        .build();
    MetricDataQuery::builder()
        .id(format!("m{index}"))
        .metric_stat(statistic)
        .set_account_id(metric.account_id.clone())
        .return_data(true)
        .build()
}
