//! Metrics whose silence is declared to mean something, and which are silent.

use serde::{Deserialize, Serialize};

use super::{
    fact::Judging,
    indicator::{Counted, Indicator},
    objective::Slo,
    series::{Datum, Snapshot, TierSeries},
    source::{Metric, Source},
};
use crate::Timestamp;

/// A metric whose missing datapoints are declared to mean that nothing happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SilentMetricFact {
    /// The metric.
    pub metric: String,
    /// The end of its newest datapoint; null when it has none in all that was asked for.
    pub last_at: Option<Timestamp>,
    /// How long it has had none since; null when it never had one.
    pub silent_seconds: Option<u64>,
    /// What a missing datapoint of it counts as.
    #[serde(default)]
    pub counts_as: CountsAs,
}

/// What a missing datapoint counts as, by declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CountsAs {
    /// None of what it counts (`treatMissing: zero`).
    #[default]
    Zero,
    /// Time in which there was nothing to measure (`treatMissing: idle`).
    Idle,
}

/// A metric, and what is declared of it.
struct Declared<'a> {
    metric: &'a Metric,
    counts_as: CountsAs,
    /// Is it silent as long as all is well, unless it is seen to publish zeros?
    counts_trouble: bool,
}

/// The metrics whose missing datapoints are declared, and which never came, or have stopped: they have been silent for longer
/// than datapoints may take to come, and for a quarter longer than ever before. One that may count nothing but trouble is published always if it has had zeros.
pub(super) fn silent_metrics(slo: &Slo, snapshot: &Snapshot, judging: &Judging) -> Vec<SilentMetricFact> {
    let mut silent: Vec<SilentMetricFact> = Vec::new();
    for declared in declared(slo) {
        let metric = declared.metric;
        let counts = || snapshot.series.get(metric).map(|series| declared.fact(series, snapshot, |count| *count == 0));
        let fact = match snapshot.measures.get(metric) {
            Some(series) => declared.fact(series, snapshot, |_| false),
            None => counts().flatten(),
        };
        let is_late =
            |fact: &SilentMetricFact| fact.silent_seconds.is_some_and(|seconds| seconds <= judging.max_age_seconds);
        silent.extend(fact.filter(|fact| !is_late(fact) && !silent.contains(fact)));
    }
    silent
}

impl Declared<'_> {
    fn fact<T: Datum>(
        &self,
        series: &[TierSeries<T>],
        snapshot: &Snapshot,
        is_zero: impl Fn(&T) -> bool,
    ) -> Option<SilentMetricFact> {
        let plan = snapshot.plan.by(self.metric.resolution);
        let (mut times, mut publishes_zeros) = (Vec::new(), false);
        for (tier, series) in plan.tiers().iter().zip(series) {
            for (start, value) in
                tier.starts().zip(&series.values).filter_map(|(start, value)| Some((start, value.as_ref()?)))
            {
                publishes_zeros |= is_zero(value);
                times.push((start, start + tier.period_seconds));
            }
        }
        times.sort_unstable();
        let Some((_, newest)) = times.last().copied() else { return Some(self.silent(None, None)) };
        let silent_seconds = plan.end().abs_diff(newest);
        let gaps = times.windows(2).filter_map(|pair| match pair {
            [(_, end), (start, _)] => Some(start.abs_diff(*end)),
            _ => None,
        });
        let longest = gaps.max().unwrap_or(0);
        let stopped = silent_seconds > longest.saturating_add(longest / 4);
        let is_told = stopped && (publishes_zeros || !self.counts_trouble);
        is_told.then(|| self.silent(Timestamp::from_timestamp(newest, 0), Some(silent_seconds)))
    }

    fn silent(&self, last_at: Option<Timestamp>, silent_seconds: Option<u64>) -> SilentMetricFact {
        SilentMetricFact { metric: self.metric.to_string(), last_at, silent_seconds, counts_as: self.counts_as }
    }
}

fn declared(slo: &Slo) -> Vec<Declared<'_>> {
    match &slo.indicator {
        Indicator::Ratio(ratio) => {
            let bad = ratio.counted == Counted::Bad { absent_is_zero: true };
            let mut all = zero(&ratio.metric, bad, true);
            all.extend(zero(&ratio.total, ratio.absent_total_is_zero, false));
            all
        }
        Indicator::Raw { source, absent_is_idle: true, .. }
        | Indicator::Threshold { source, absent_is_idle: true, .. } => {
            let idle = |metric| Declared { metric, counts_as: CountsAs::Idle, counts_trouble: false };
            source.metrics().into_iter().map(idle).collect()
        }
        _ => Vec::new(),
    }
}

fn zero(source: &Source, is_declared: bool, counts_trouble: bool) -> Vec<Declared<'_>> {
    let declared = |metric, counts_trouble| Declared { metric, counts_as: CountsAs::Zero, counts_trouble };
    match source {
        Source::Metric(metric) if is_declared => vec![declared(metric, counts_trouble)],
        Source::Metric(_) => Vec::new(),
        // What a total adds up may be errors.
        Source::Expression(expression) => {
            let inputs = expression.inputs().values().filter(|input| input.absent_is_zero);
            inputs.map(|input| declared(&input.metric, true)).collect()
        }
    }
}

#[cfg(test)]
#[path = "silent_metric_tests.rs"]
mod tests;
