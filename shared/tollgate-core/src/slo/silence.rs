//! Silence: how long nobody has asked, and how plausible that is by the service's own history; and metrics whose silence is
//! declared to mean zero.

use serde::{Deserialize, Serialize};

use super::{
    bucket::Bucket,
    indicator::{Counted, Indicator},
    judged::Judged,
    objective::Slo,
    plan::DAY,
    series::{Snapshot, TierSeries},
    source::{Metric, Source},
};
use crate::Timestamp;

/// The same time of the week before, and of so many before that, is looked at.
const MOST_EARLIER: i64 = 4;
/// Traffic repeats itself by weekday; of a history shorter than a week, by day.
const WEEK: i64 = 7 * DAY;

/// A time without any event, up to the end of the data.
///
/// By Poisson, a time in which *n* events are usual stays without one with a probability of e⁻ⁿ: of 20 once in five hundred
/// million.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SilenceFact {
    /// The end of the newest datapoint that had an event, or of which nothing is known.
    pub since: Timestamp,
    /// How long it is from there to the end of the data.
    pub seconds: u64,
    /// The longest earlier silence that there may have been, as far as datapoints show it; rounded up to whole ones.
    pub longest_seconds: u64,
    /// The fewest events that came in the same time earlier; null when none of them is known.
    pub usual_events: Option<u64>,
    /// How many earlier times were looked at: those of which everything is known.
    pub earlier_times: u64,
    /// How many days each was before the next.
    pub earlier_every_days: u64,
}

impl SilenceFact {
    /// Orders silences: one that is longer than any before, and then where more is usual.
    pub(super) fn implausibility(&self) -> (bool, u64) {
        (self.seconds > self.longest_seconds, self.usual_events.unwrap_or(0))
    }
}

/// A metric whose missing datapoints are declared to be zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SilentMetricFact {
    /// The metric.
    pub metric: String,
    /// The end of its newest datapoint; null when it has none in all that was asked for.
    pub last_at: Option<Timestamp>,
    /// How long it has had none since; null when it never had one.
    pub silent_seconds: Option<u64>,
}

impl Judged<'_> {
    /// The silence that the data ends in, of an objective that counts events.
    pub(super) fn silence(&self) -> Option<SilenceFact> {
        if !matches!(self.slo.indicator, Indicator::Ratio(_)) {
            return None;
        }
        let buckets = &self.history.buckets;
        let quiet = buckets.iter().take_while(|bucket| self.is_quiet(bucket)).count();
        let since = buckets.get(quiet.checked_sub(1)?)?.start;
        let end = self.end.timestamp();
        let earlier = buckets.get(quiet..).unwrap_or_default();
        let oldest = earlier.last().map_or(since, |bucket| bucket.start);
        let every = if since - oldest >= WEEK { WEEK } else { DAY };
        let times = (1..=MOST_EARLIER).map(|back| since - back * every..end - back * every);
        let usual: Vec<u64> =
            times.take_while(|time| time.start >= oldest).filter_map(|time| self.events_inside(&time)).collect();
        Some(SilenceFact {
            since: Timestamp::from_timestamp(since, 0)?,
            seconds: end.abs_diff(since),
            longest_seconds: self.longest_silence(earlier),
            usual_events: usual.iter().min().copied(),
            earlier_times: usual.len() as u64,
            earlier_every_days: every.div_euclid(DAY).unsigned_abs(),
        })
    }

    fn is_quiet(&self, bucket: &Bucket) -> bool {
        !bucket.excluded && bucket.events(self.reading.kind).is_some_and(|events| events.total() == 0)
    }

    /// The longest time between two events that datapoints, newest first, allow for: an event may have come at the far end of
    /// the datapoint that has it.
    fn longest_silence(&self, buckets: &[Bucket]) -> u64 {
        let ends = |bucket: &&Bucket| !self.is_quiet(bucket);
        let mut longest = 0_u64;
        let mut gap = buckets.iter().take_while(|bucket| !ends(bucket)).map(Bucket::seconds).sum::<u64>();
        for bucket in buckets.iter().skip_while(|bucket| !ends(bucket)) {
            gap = gap.saturating_add(bucket.seconds());
            if ends(&bucket) {
                longest = longest.max(gap);
                gap = bucket.seconds();
            }
        }
        longest.max(gap)
    }

    /// The events of the datapoints that are inside a time; none unless all of them are known, and there is one.
    fn events_inside(&self, time: &std::ops::Range<i64>) -> Option<u64> {
        let inside = |bucket: &&Bucket| time.start <= bucket.start && bucket.end <= time.end;
        let mut sum = None;
        for bucket in self.history.buckets.iter().filter(inside) {
            let events = bucket.events(self.reading.kind).filter(|_| !bucket.excluded)?;
            sum = Some(sum.unwrap_or(0_u64).saturating_add(events.total()));
        }
        sum
    }
}

/// The metrics whose missing datapoints are declared to be zero, and which never came, or came always and have stopped: one
/// that has had zeros is published always.
pub(super) fn silent_metrics(slo: &Slo, snapshot: &Snapshot) -> Vec<SilentMetricFact> {
    let mut silent = Vec::new();
    for metric in declared_zero(slo) {
        let Some(series) = snapshot.series.get(metric) else { continue };
        let fact = silent_metric(metric, series, snapshot);
        silent.extend(fact.filter(|fact| !silent.contains(fact)));
    }
    silent
}

fn silent_metric(metric: &Metric, series: &[TierSeries], snapshot: &Snapshot) -> Option<SilentMetricFact> {
    let plan = snapshot.plan.by(metric.resolution);
    let mut ends: Vec<(i64, i64, u64)> = Vec::new();
    for (tier, series) in plan.tiers().iter().zip(series) {
        let came = tier.starts().zip(&series.values).filter_map(|(start, value)| Some((start, (*value)?)));
        ends.extend(came.map(|(start, value)| (start, start + tier.period_seconds, value)));
    }
    ends.sort_unstable();
    let Some((_, newest, _)) = ends.last().copied() else {
        return Some(SilentMetricFact { metric: metric.to_string(), last_at: None, silent_seconds: None });
    };
    let silent_seconds = plan.end().abs_diff(newest);
    let gaps = ends.windows(2).filter_map(|pair| match pair {
        [(_, end, _), (start, ..)] => Some(start.abs_diff(*end)),
        _ => None,
    });
    let publishes_zeros = ends.iter().any(|(.., value)| *value == 0);
    let stopped = publishes_zeros && gaps.max().is_none_or(|longest| silent_seconds > longest);
    (stopped && silent_seconds > 0).then(|| SilentMetricFact {
        metric: metric.to_string(),
        last_at: Timestamp::from_timestamp(newest, 0),
        silent_seconds: Some(silent_seconds),
    })
}

fn declared_zero(slo: &Slo) -> Vec<&Metric> {
    let Indicator::Ratio(ratio) = &slo.indicator else { return Vec::new() };
    let bad = matches!(ratio.counted, Counted::Bad { absent_is_zero: true });
    [of(&ratio.metric, bad), of(&ratio.total, ratio.absent_total_is_zero)].concat()
}

fn of(source: &Source, declared: bool) -> Vec<&Metric> {
    match source {
        Source::Metric(metric) if declared => vec![metric],
        Source::Metric(_) => Vec::new(),
        Source::Expression(expression) => {
            expression.inputs().values().filter(|input| input.absent_is_zero).map(|input| &input.metric).collect()
        }
    }
}

#[cfg(test)]
#[path = "silence_tests.rs"]
mod tests;
