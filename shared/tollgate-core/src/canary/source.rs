//! Where the numbers of a service's canaries come from.

use std::collections::{BTreeMap, BTreeSet};

use num_traits::{CheckedAdd, Signed, ToPrimitive, Zero};

use super::{CanaryCounts, CanaryPlan, CanaryQuestion, Counted, MetricSamples, Observed, Samples, question::names};
use crate::{
    Timestamp,
    change::{FieldError, limits::error},
    slo::{LAG_SECONDS, Metric, Rational, Sampled, Source, Tier, align_down},
};

const MINUTE: i64 = 60;
/// A side whose newest datapoint is older than this has fallen silent.
const SILENT_SECONDS: i64 = 300;
/// The newest time whose events are compared on their own: the short window of a page in the SRE Workbook, chapter 5.
const NEWEST_SECONDS: i64 = 300;

/// How the canaries of a service are judged, and where their numbers come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanarySource {
    /// The service.
    pub service: String,
    /// How they are judged.
    pub plan: CanaryPlan,
    /// The names of the dimensions that tell both sides apart.
    pub dimensions: BTreeSet<String>,
    /// What is read for each metric of the plan, by its name, without those dimensions.
    pub metrics: BTreeMap<String, CanaryMetricSource>,
}

/// What is read for one metric of a canary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanaryMetricSource {
    /// What is compared.
    pub value: Source,
    /// The count of the events that it is made of; none when they are not asked for.
    pub events: Option<Source>,
    /// Is what is compared a share of counts, whose events are compared as well?
    pub share: bool,
}

impl CanarySource {
    /// Does the question tell its sides apart as this service's canaries do?
    ///
    /// # Errors
    /// The field that does not.
    pub fn check(&self, question: &CanaryQuestion) -> Result<(), FieldError> {
        for (path, side) in [("baseline", &question.baseline), ("canary", &question.canary)] {
            if !side.keys().eq(self.dimensions.iter()) {
                let (service, wanted) = (&self.service, names(self.dimensions.iter()));
                let message = format!(
                    "should have the dimensions of `{service}`'s canaries, {wanted}, and has {}",
                    names(side.keys())
                );
                return Err(error(path, message));
            }
        }
        Ok(())
    }

    /// What to read at a time: by minutes, from the first that begins with the canary or later, but no longer back than
    /// until it is given up, to the newest that had its time to arrive. Empty at first.
    pub fn tier(&self, question: &CanaryQuestion, now: Timestamp) -> Tier {
        let end = align_down(now.timestamp() - LAG_SECONDS, MINUTE);
        let longest = i64::try_from(self.plan.config().give_up_seconds).unwrap_or(i64::MAX);
        let start = first_minute(question).max(align_down(end.saturating_sub(longest), MINUTE)).min(end);
        Tier { period_seconds: MINUTE, start, end }
    }

    /// What to read, of both sides.
    pub fn metrics(&self, question: &CanaryQuestion) -> BTreeSet<Metric> {
        let sources = || self.metrics.values().flat_map(|metric| std::iter::once(&metric.value).chain(&metric.events));
        [&question.baseline, &question.canary]
            .into_iter()
            .flat_map(|side| sources().map(|source| source.with_dimensions(side)))
            .flat_map(|source| source.metrics().into_iter().cloned().collect::<Vec<_>>())
            .collect()
    }

    /// What was observed, from what came of [`metrics`](Self::metrics) over the [`tier`](Self::tier).
    pub fn observed(&self, question: &CanaryQuestion, sampled: &Sampled, source: String) -> Observed {
        let mut newest = Vec::new();
        let mut side = |metric: &CanaryMetricSource, side: &BTreeMap<String, String>| {
            let (samples, at) = samples(metric, side, sampled);
            newest.extend(at);
            samples
        };
        let metrics = self.metrics.iter().map(|(name, metric)| {
            let (baseline, canary) = (side(metric, &question.baseline), side(metric, &question.canary));
            (name.clone(), MetricSamples { baseline, canary, evidence: vec![format!("canary/{}", self.service)] })
        });
        Observed {
            service: self.service.clone(),
            metrics: metrics.collect(),
            seconds: u64::try_from(sampled.tier.end - first_minute(question)).unwrap_or(0),
            source,
            as_of: newest.into_iter().min().and_then(|seconds| Timestamp::from_timestamp(seconds, 0)),
        }
    }
}

/// The first full minute of the canary.
fn first_minute(question: &CanaryQuestion) -> i64 {
    let started = question.started_at;
    align_down(started.timestamp() + i64::from(started.timestamp_subsec_nanos() > 0) + MINUTE - 1, MINUTE)
}

/// One side of a metric, and the end of its newest datapoint.
fn samples(metric: &CanaryMetricSource, side: &BTreeMap<String, String>, sampled: &Sampled) -> (Samples, Option<i64>) {
    let (value, events) =
        (metric.value.with_dimensions(side), metric.events.as_ref().map(|of| of.with_dimensions(side)));
    let tier = &sampled.tier;
    let expected = tier.datapoints();
    if expected == 0 {
        return (Samples::default(), None);
    }
    let failure = [Some(&value), events.as_ref()].into_iter().flatten().find_map(|source| sampled.failure(source));
    let failure = failure.map(|reason| format!("could not be read: {reason}"));
    if failure.is_some() {
        return (Samples { values: vec![None; expected], failure, ..Samples::default() }, None);
    }
    let mut values: Vec<Option<f64>> =
        (0..expected).map(|index| sampled.value(&value, index).ok().and_then(|value| value.to_f64())).collect();
    let mut counts: Vec<Option<(Rational, Rational)>> = Vec::new();
    let mut impossible = 0;
    if metric.share {
        counts = (0..expected).map(|index| sampled.counts(&value, index)).collect();
        for (value, counts) in values.iter_mut().zip(&mut counts) {
            if counts.is_some_and(|(marked, all)| marked.is_negative() || marked > all) {
                impossible += 1;
                (*value, *counts) = (None, None);
            }
        }
    }
    let newest_from = tier.end - NEWEST_SECONDS;
    let recent = tier.starts().zip(&values).filter(|(start, _)| *start >= newest_from).filter_map(|(_, value)| *value);
    let recent: Vec<f64> = recent.collect();
    let events = events.and_then(|source| sum((0..expected).filter_map(|index| sampled.value(&source, index).ok())));
    let newest =
        tier.starts().zip(&values).filter(|(_, value)| value.is_some()).map(|(start, _)| start + MINUTE).last();
    let silent = newest.map(|newest| tier.end - newest).filter(|silent| *silent > SILENT_SECONDS);
    let failure = silent.map(|silent| format!("has no datapoint of the last {silent} s"));
    let counted = metric.share.then(|| counted(tier, &counts));
    let too_many = (counted == Some(None)).then(|| "counts more events than can be added up".to_owned());
    (
        Samples {
            values,
            newest: recent,
            events,
            counted: counted.flatten(),
            impossible,
            failure: failure.or(too_many),
        },
        newest,
    )
}

/// The events of a share of counts; none when they do not fit.
fn counted(tier: &Tier, counts: &[Option<(Rational, Rational)>]) -> Option<Counted> {
    let seconds = |from: i64| u64::try_from(tier.end - from).unwrap_or(0);
    let newest = tier.start.max(tier.end - NEWEST_SECONDS);
    let since = |from: i64| {
        let known =
            || tier.starts().zip(counts).filter(move |(start, _)| *start >= from).filter_map(|(_, counts)| *counts);
        let (marked, events) = (nearest(known().map(|(marked, _)| marked))?, nearest(known().map(|(_, all)| all))?);
        Some(CanaryCounts { marked, events })
    };
    Some(Counted {
        seconds: seconds(tier.start),
        all: since(tier.start)?,
        newest_seconds: seconds(newest),
        newest: since(newest)?,
    })
}

/// A number of events, rounded to the nearest; none when it does not fit.
fn nearest(mut counts: impl Iterator<Item = Rational>) -> Option<u64> {
    counts.try_fold(Rational::zero(), |sum, count| sum.checked_add(&count))?.round().to_integer().to_u64()
}

/// A number of events, rounded down; none when it is negative or does not fit.
fn sum(mut counts: impl Iterator<Item = Rational>) -> Option<u64> {
    counts.try_fold(Rational::zero(), |sum, count| sum.checked_add(&count))?.to_integer().to_u64()
}
