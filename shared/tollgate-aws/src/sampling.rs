//! What some metrics measured over one range of time, from either source.

use std::collections::BTreeSet;

use tokio::time::Instant;
use tollgate_core::{
    evidence::Evidence,
    slo::{Measure, Metric, Quality, Sampled, Snapshot, Tier, TierSeries},
};

use crate::{Recording, Telemetry};

/// Up to here every whole number is a floating-point number.
const MOST_EXACT: u64 = 1 << 53;

/// What a source gave, and what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sampling {
    /// What came; none when the source never had any of it.
    pub(crate) sampled: Option<Sampled>,
    /// The source, as evidence names it.
    pub(crate) source: String,
    /// Requests that it took.
    pub(crate) requests: u64,
    /// Their price, in millionths of a US dollar.
    pub(crate) cost_usd_micros: u64,
}

impl Sampling {
    /// Adds what it took to the evidence that it was for.
    pub(crate) fn charge(&self, evidence: &mut Evidence) {
        evidence.api_requests += self.requests;
        evidence.api_cost_usd_micros += self.cost_usd_micros;
    }
}

impl Telemetry {
    /// Samples metrics; a range without a datapoint is not asked for.
    pub(crate) async fn sample(&self, metrics: &BTreeSet<&Metric>, tier: Tier, deadline: Instant) -> Sampling {
        match self {
            Self::CloudWatch(cloudwatch) => {
                let source = cloudwatch.source_of(metrics.first().copied());
                if metrics.is_empty() || tier.datapoints() == 0 {
                    let sampled = Some(Sampled { tier, series: [].into() });
                    return Sampling { sampled, source, requests: 0, cost_usd_micros: 0 };
                }
                let fetch = cloudwatch.sample(metrics, tier, deadline).await;
                let first =
                    |(metric, tiers): (Metric, Vec<TierSeries<Measure>>)| Some((metric, tiers.into_iter().next()?));
                Sampling {
                    sampled: Some(Sampled {
                        tier,
                        series: fetch.snapshot.measures.into_iter().filter_map(first).collect(),
                    }),
                    source,
                    requests: fetch.requests,
                    cost_usd_micros: fetch.cost_usd_micros,
                }
            }
            Self::Recorded(recording, name) => Sampling {
                sampled: recording.sample(metrics, tier),
                source: format!("recorded:{name}"),
                requests: 0,
                cost_usd_micros: 0,
            },
        }
    }
}

impl Recording {
    /// What was recorded of the metrics; none when none of them was.
    fn sample(&self, metrics: &BTreeSet<&Metric>, tier: Tier) -> Option<Sampled> {
        let Snapshot { series, measures, .. } = &self.snapshot;
        let known = metrics.iter().any(|metric| series.contains_key(*metric) || measures.contains_key(*metric));
        let of = |metric: &&Metric| {
            let found = self.series(metric, &tier);
            ((*metric).clone(), found.unwrap_or_else(|reason| TierSeries::empty(&tier, Quality::Failed(reason))))
        };
        known.then(|| Sampled { tier, series: metrics.iter().map(of).collect() })
    }

    /// One metric by the recorded minutes; counts also over longer datapoints, as their sums.
    fn series(&self, metric: &Metric, tier: &Tier) -> Result<TierSeries<Measure>, String> {
        let Snapshot { plan, series, measures } = &self.snapshot;
        let minutes = plan.tiers().first().filter(|minutes| minutes.start <= tier.start && tier.end <= minutes.end);
        let minutes = minutes.ok_or("it is not recorded by minutes for all of that time")?;
        let starts =
            |from: i64| (from..from + tier.period_seconds).step_by(60).filter_map(|start| minutes.index(start));
        let filled = |value: &dyn Fn(i64) -> Option<Measure>, quality: &Quality| TierSeries {
            values: tier.starts().map(value).collect(),
            quality: quality.clone(),
        };
        if let Some(counted) = series.get(metric).and_then(|tiers| tiers.first()) {
            let sum = |from: i64| {
                let counts = starts(from).filter_map(|index| *counted.values.get(index)?);
                let sum = counts.map(Some).reduce(|sum, count| sum?.checked_add(count?))??;
                (sum <= MOST_EXACT).then(|| Measure::read(sum as f64)).flatten()
            };
            return Ok(filled(&sum, &counted.quality));
        }
        match measures.get(metric).and_then(|tiers| tiers.first()) {
            Some(measured) if tier.period_seconds == minutes.period_seconds => {
                let value = |from: i64| *measured.values.get(minutes.index(from)?)?;
                Ok(filled(&value, &measured.quality))
            }
            Some(_) => Err(format!("it is recorded by minutes, which give no `{}` of longer times", metric.statistic)),
            None => Err("it is not recorded".to_owned()),
        }
    }
}
