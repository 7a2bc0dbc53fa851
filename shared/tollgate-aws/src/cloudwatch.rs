//! CloudWatch: the metrics of one decision, or of every service, in as few calls as its limits allow.

use std::{collections::BTreeSet, pin::pin, sync::Arc, time::Duration};

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::Client;
use futures_util::{Stream, StreamExt as _};
use tokio::time::Instant;
use tollgate_core::{
    Timestamp,
    slo::{Background, Indicator, Metric, Plan, Reach, Slo, Snapshot, Tier},
};

use crate::{
    call::Limit,
    connection::Connections,
    gathering::{Delivery, Item, gathering},
    quota::Quota,
    signals::{Reports, reports},
};

/// The longest that one call of a sweep may take: what fails is evidence about its services, and the others go on.
const LONGEST_CALL: Duration = Duration::from_secs(30);

/// Reads metrics from CloudWatch.
#[derive(Debug, Clone)]
pub struct CloudWatch {
    connections: Arc<Connections>,
}

/// What a fetch brought, and what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// The counts and measures.
    pub snapshot: Snapshot,
    /// Requests made.
    pub requests: u64,
    /// What they cost, in millionths of a US dollar.
    pub cost_usd_micros: u64,
}

impl CloudWatch {
    /// Reads with this configuration, and assumes roles with it.
    pub fn new(config: &SdkConfig) -> Self {
        let connections = Connections::new(&Client::new(config), Some(config.clone()), Quota::default());
        Self { connections: Arc::new(connections) }
    }

    /// Reads through this client. Roles are not assumed.
    pub fn from_client(client: &Client) -> Self {
        Self { connections: Arc::new(Connections::new(client, None, Quota::default())) }
    }

    /// The same, where AWS has granted another quota than its default one.
    #[must_use]
    pub fn with_quota(self, quota: Quota) -> Self {
        Self { connections: Arc::new(self.connections.with_quota(quota)) }
    }

    /// The source of an objective's metrics, as evidence names it: `cloudwatch:eu-central-1`, the region of the total.
    pub fn source(&self, slo: &Slo) -> String {
        if let Indicator::ApplicationSignals(signals) = &slo.indicator {
            return self.source_in("applicationsignals", signals.region.clone());
        }
        self.source_of(slo.metrics().last().copied())
    }

    /// The source of a metric, as evidence names it.
    pub(crate) fn source_of(&self, metric: Option<&Metric>) -> String {
        self.source_in("cloudwatch", metric.and_then(|metric| metric.region.clone()))
    }

    fn source_in(&self, name: &str, region: Option<String>) -> String {
        let region = region.or_else(|| self.connections.own_region());
        format!("{name}:{}", region.as_deref().unwrap_or("no region"))
    }

    /// Fetches everything that the objectives need by one plan, as a recording keeps it: each metric once, as far back
    /// and as fine as the most demanding of them needs it. What has not come by the deadline has failed.
    pub async fn fetch(&self, slos: &[&Slo], now: Timestamp, deadline: Instant) -> Fetch {
        let reach = Reach::of(slos.iter().copied());
        let plan = Plan::at_with(now.timestamp(), slos.iter().map(|slo| slo.period.longest_seconds()), reach);
        let measured: BTreeSet<&Metric> = slos.iter().flat_map(|slo| slo.indicator.measured()).collect();
        let metrics: BTreeSet<&Metric> = slos.iter().flat_map(|slo| slo.metrics()).collect();
        let metrics = metrics.into_iter().map(|metric| (metric, measured.contains(metric))).collect();
        self.fetch_by(plan, metrics, deadline).await
    }

    /// Fetches what these metrics measured over one range of time. What has not come by the deadline has failed.
    pub(crate) async fn sample(&self, metrics: &BTreeSet<&Metric>, tier: Tier, deadline: Instant) -> Fetch {
        self.fetch_by(Plan::of_one(tier), metrics.iter().map(|metric| (*metric, true)).collect(), deadline).await
    }

    async fn fetch_by(&self, plan: Plan, metrics: Vec<(&Metric, bool)>, deadline: Instant) -> Fetch {
        let item = Item { plan: plan.clone(), metrics };
        let delivery = self.deliveries(vec![item], deadline).await.pop();
        delivery.map_or_else(
            || Fetch {
                snapshot: Snapshot { plan, series: Default::default(), measures: Default::default() },
                requests: 0,
                cost_usd_micros: 0,
            },
            Fetch::from,
        )
    }

    /// Fetches what each of the objectives needs, by a plan of its own. Objectives whose slices and periods are as long
    /// share calls and metrics. What has not come by the deadline has failed.
    pub(crate) async fn fetch_each(
        &self,
        slos: impl Iterator<Item = &Slo>,
        now: Timestamp,
        deadline: Instant,
    ) -> Vec<Fetch> {
        let items = slos.map(|slo| item(slo, now)).collect();
        self.deliveries(items, deadline).await.into_iter().map(Fetch::from).collect()
    }

    /// Fetches what each of the objectives of many groups needs, and hands them on group by group, in their order. A
    /// call that does not come in its time is evidence about the objectives that it was for; the stream ends at the
    /// deadline.
    pub(crate) fn sweep<'a, G, T>(
        &self,
        groups: impl Iterator<Item = (G, Vec<&'a Slo>)>,
        now: Timestamp,
        deadline: Instant,
        kept: impl Fn(&Slo) -> Background,
        mut judge: impl FnMut(&G, Vec<Fetch>) -> T,
    ) -> impl Stream<Item = (G, T)> {
        let item = move |slo| without_kept(item(slo, now), slo, &kept(slo));
        let orders = groups.map(move |(group, slos)| (group, slos.into_iter().map(&item).collect()));
        let call = longest_call(deadline);
        let judge =
            move |group: &G, deliveries: Vec<Delivery>| judge(group, deliveries.into_iter().map(Fetch::from).collect());
        gathering(Arc::clone(&self.connections), orders, Limit { deadline, call }, judge)
            .take_while(move |_| std::future::ready(Instant::now() < deadline))
    }

    /// What Application Signals reports of those of the objectives that it judges.
    pub(crate) async fn reports(&self, slos: Vec<&Slo>, now: Timestamp, deadline: Instant) -> Reports {
        let mut judged_there = BTreeSet::new();
        for slo in slos {
            if let Indicator::ApplicationSignals(signals) = &slo.indicator {
                judged_there.insert(signals.clone());
            }
        }
        reports(&self.connections, judged_there, now, deadline).await
    }

    async fn deliveries(&self, items: Vec<Item<'_>>, deadline: Instant) -> Vec<Delivery> {
        let limit = Limit { deadline, call: Duration::MAX };
        let order = std::iter::once(((), items));
        let mut deliveries = pin!(gathering(Arc::clone(&self.connections), order, limit, |(), found| found));
        deliveries.next().await.map(|((), found)| found).unwrap_or_default()
    }
}

impl From<Delivery> for Fetch {
    fn from(delivery: Delivery) -> Self {
        let Delivery { snapshot, requests, cost_usd_micros } = delivery;
        Self { snapshot, requests, cost_usd_micros }
    }
}

/// How long a call of a sweep may take: half of the time at most, so that a source that is silent cannot keep sweeps at
/// the same place forever.
pub(crate) fn longest_call(deadline: Instant) -> Duration {
    (deadline.saturating_duration_since(Instant::now()) / 2).min(LONGEST_CALL)
}

fn item(slo: &Slo, now: Timestamp) -> Item<'_> {
    let measured: BTreeSet<&Metric> = slo.indicator.measured().into_iter().collect();
    let metrics = slo.metrics().into_iter().map(|metric| (metric, measured.contains(metric)));
    let plan = Plan::at_with(now.timestamp(), [slo.period.longest_seconds()], Reach::of([slo]));
    Item { plan, metrics: metrics.collect() }
}

/// The same without the days of which everything is kept.
fn without_kept<'a>(item: Item<'a>, slo: &Slo, kept: &Background) -> Item<'a> {
    let days = kept.kept_until(slo, item.plan.kept_until());
    let plan = days.map_or_else(|| item.plan.clone(), |days| item.plan.without(&days));
    Item { plan, ..item }
}
