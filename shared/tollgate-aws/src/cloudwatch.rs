//! CloudWatch: all metrics of a decision in one parallel round of as few calls as its limits allow.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
};

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::{
    Client,
    config::Region,
    types::{Dimension, MetricDataQuery, MetricStat, ScanBy},
};
use aws_smithy_types::DateTime;
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};
use tollgate_core::{
    Timestamp,
    slo::{Datum, Measure, Metric, Plan, Quality, Reach, Slo, Snapshot, Tier, TierSeries},
};

use crate::answer::Answer;

/// What one call may ask for: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>.
const QUERIES_PER_CALL: usize = 500;
const DATAPOINTS_PER_CALL: usize = 100_800;
/// More pages than a call within the limits can have.
const PAGES_PER_CALL: u64 = 20;
const CALLS_AT_ONCE: usize = 16;
/// $0.01 for 1,000 metrics requested: <https://aws.amazon.com/cloudwatch/pricing/>.
const USD_MICROS_PER_METRIC: u64 = 10;

/// Reads metrics from CloudWatch.
#[derive(Debug, Clone)]
pub struct CloudWatch {
    client: Client,
}

/// What a fetch brought, and what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// The counts.
    pub snapshot: Snapshot,
    /// One for each call.
    pub receipts: Vec<Receipt>,
}

/// What one call took, pages included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The metrics that it was for.
    pub metrics: BTreeSet<Metric>,
    /// Requests made.
    pub requests: u64,
    /// What they cost, in millionths of a US dollar.
    pub cost_usd_micros: u64,
}

/// One call: some metrics of one region in one tier.
struct Batch<'a> {
    client: Client,
    tier_index: usize,
    tier: Tier,
    metrics: Vec<&'a Metric>,
}

impl CloudWatch {
    /// Reads with this configuration.
    pub fn new(config: &SdkConfig) -> Self {
        Self::from_client(Client::new(config))
    }

    /// Reads through this client.
    pub fn from_client(client: Client) -> Self {
        Self { client }
    }

    /// The source of an objective's metrics, as evidence names it: `cloudwatch:eu-central-1`, the region of the total.
    pub fn source(&self, slo: &Slo) -> String {
        self.source_of(slo.metrics().last().copied())
    }

    /// The source of a metric, as evidence names it.
    pub(crate) fn source_of(&self, metric: Option<&Metric>) -> String {
        let own = || self.client.config().region().map(ToString::to_string);
        let region = metric.and_then(|metric| metric.region.clone()).or_else(own);
        format!("cloudwatch:{}", region.as_deref().unwrap_or("no region"))
    }

    /// Fetches everything that the objectives need, each metric once. What has not come by the deadline has failed.
    pub async fn fetch(&self, slos: &[&Slo], now: Timestamp, deadline: Instant) -> Fetch {
        let reach = Reach::of_slices(slos.iter().filter_map(|slo| slo.budgeting.slice_seconds()));
        let plan = Plan::at_with(now.timestamp(), slos.iter().map(|slo| slo.period.longest_seconds()), reach);
        let metrics: BTreeSet<&Metric> = slos.iter().flat_map(|slo| slo.metrics()).collect();
        let measured: BTreeSet<&Metric> = slos.iter().flat_map(|slo| slo.indicator.measured()).collect();
        self.fetch_by(plan, &metrics, &measured, deadline).await
    }

    /// Fetches what these metrics measured over one range of time. What has not come by the deadline has failed.
    pub(crate) async fn sample(&self, metrics: &BTreeSet<&Metric>, tier: Tier, deadline: Instant) -> Fetch {
        self.fetch_by(Plan::of_one(tier), metrics, metrics, deadline).await
    }

    async fn fetch_by(
        &self,
        plan: Plan,
        metrics: &BTreeSet<&Metric>,
        measured: &BTreeSet<&Metric>,
        deadline: Instant,
    ) -> Fetch {
        let answers: Vec<_> = stream::iter(self.batches(&plan, metrics))
            .map(|batch| async move {
                let answer = batch.fetch(deadline).await;
                (batch, answer)
            })
            .buffer_unordered(CALLS_AT_ONCE)
            .collect()
            .await;
        let (measured, counted): (Vec<_>, Vec<_>) = metrics.iter().partition(|metric| measured.contains(*metric));
        let mut series = nothing::<u64>(&plan, counted);
        let mut measures = nothing::<Measure>(&plan, measured);
        let mut receipts = Vec::new();
        for (batch, mut answer) in answers {
            for (index, metric) in batch.metrics.iter().enumerate() {
                if let Some(place) = place(&mut series, metric, batch.tier_index) {
                    *place = answer.series(index, &batch.tier);
                } else if let Some(place) = place(&mut measures, metric, batch.tier_index) {
                    *place = answer.series(index, &batch.tier);
                }
            }
            receipts.push(Receipt {
                requests: answer.requests,
                cost_usd_micros: answer.requests * batch.metrics.len() as u64 * USD_MICROS_PER_METRIC,
                metrics: batch.metrics.into_iter().cloned().collect(),
            });
        }
        Fetch { snapshot: Snapshot { plan, series, measures }, receipts }
    }

    fn batches<'a>(&self, plan: &Plan, metrics: &BTreeSet<&'a Metric>) -> Vec<Batch<'a>> {
        let mut regions: BTreeMap<Option<&str>, Vec<&'a Metric>> = BTreeMap::new();
        for metric in metrics.iter().filter(|metric| metric.role_arn.is_none()) {
            regions.entry(metric.region.as_deref()).or_default().push(metric);
        }
        let mut batches = Vec::new();
        for (region, metrics) in regions {
            let client = self.client_in(region);
            for (tier_index, tier) in plan.tiers().iter().enumerate() {
                let queries = (DATAPOINTS_PER_CALL / tier.datapoints().max(1)).clamp(1, QUERIES_PER_CALL);
                batches.extend(metrics.chunks(queries).map(|metrics| Batch {
                    client: client.clone(),
                    tier_index,
                    tier: *tier,
                    metrics: metrics.to_vec(),
                }));
            }
        }
        batches
    }

    fn client_in(&self, region: Option<&str>) -> Client {
        match region {
            None => self.client.clone(),
            Some(region) => {
                Client::from_conf(self.client.config().to_builder().region(Region::new(region.to_owned())).build())
            }
        }
    }
}

/// What is known before anything came.
fn nothing<T: Datum>(plan: &Plan, metrics: Vec<&Metric>) -> BTreeMap<Metric, Vec<TierSeries<T>>> {
    let of = |metric: &Metric| {
        let reason = match &metric.role_arn {
            None => "nothing came".to_owned(),
            Some(role) => format!("`{role}` is not assumed here: read the metric by `AccountId`"),
        };
        plan.tiers().iter().map(|tier| TierSeries::empty(tier, Quality::Failed(reason.clone()))).collect()
    };
    metrics.into_iter().map(|metric| (metric.clone(), of(metric))).collect()
}

fn place<'a, T>(
    series: &'a mut BTreeMap<Metric, Vec<TierSeries<T>>>,
    metric: &Metric,
    tier_index: usize,
) -> Option<&'a mut TierSeries<T>> {
    series.get_mut(metric)?.get_mut(tier_index)
}

impl Batch<'_> {
    async fn fetch(&self, deadline: Instant) -> Answer {
        let mut answer = Answer::to(self.metrics.len());
        if timeout_at(deadline, self.fill(&mut answer)).await.is_err() {
            answer.fail("CloudWatch did not answer before the deadline".to_owned());
        }
        answer
    }

    async fn fill(&self, answer: &mut Answer) {
        let queries: Vec<_> = self
            .metrics
            .iter()
            .zip(0..)
            .map(|(metric, index)| query(metric, index, self.tier.period_seconds))
            .collect();
        let mut token = None;
        for page in iter::successors(Some(1), |page| Some(page + 1)) {
            if page > PAGES_PER_CALL {
                return answer.fail(format!("CloudWatch's answer has more than {PAGES_PER_CALL} pages"));
            }
            answer.requests = page;
            let request = self
                .client
                .get_metric_data()
                .start_time(DateTime::from_secs(self.tier.start))
                .end_time(DateTime::from_secs(self.tier.end))
                .scan_by(ScanBy::TimestampAscending)
                .set_metric_data_queries(Some(queries.clone()))
                .set_next_token(token.take());
            match request.send().await {
                Ok(output) => token = answer.read(output),
                Err(error) => return answer.fail(crate::answer::describe(&error)),
            }
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
