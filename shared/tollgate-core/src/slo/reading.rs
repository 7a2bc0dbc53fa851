//! What an indicator reads of a snapshot: two series side by side, good or bad ones and all, whatever it is made of.

use std::borrow::Cow;

use num_traits::{CheckedMul, One, Signed, ToPrimitive, Zero};

use super::{
    bucket::{Absence, Bucket},
    expression::{Expression, Rational, Undefined, rational},
    indicator::{Counted, Indicator, Ratio, RawKind},
    measure::Measure,
    plan::{Plan, Tier},
    resolution::Resolution,
    series::{Quality, Snapshot, TierSeries, rfc3339},
    source::{Metric, Source},
};

/// A minute of an indicator that is a value or a share has so many parts, so that its good part is a whole number. What
/// is finer is rounded against the service.
const PARTS_PER_MINUTE: u64 = 1_000_000_000_000;

/// Two series, tier by tier.
pub(super) struct Reading<'a> {
    /// Its datapoints.
    pub(super) plan: Cow<'a, Plan>,
    /// What the first series counts.
    pub(super) kind: Counted,
    /// Good or bad ones.
    pub(super) counted: Side<'a>,
    /// All of them.
    pub(super) total: Side<'a>,
    /// How many make one.
    pub(super) parts: u64,
    /// What it means that a datapoint is not there.
    absence: Absence,
    /// Datapoints that are longer say something else: the average of an hour is none of its minutes.
    pub(super) longest_seconds: i64,
}

/// One of the series, and what a person calls it.
pub(super) struct Side<'a> {
    pub(super) name: String,
    pub(super) tiers: Cow<'a, [TierSeries]>,
}

impl<'a> Reading<'a> {
    /// Reads an indicator. A datapoint of a value or a share counts for as many minutes as it is long.
    ///
    /// # Errors
    /// When something was not fetched, its metrics differ in the length of their datapoints, or other objectives are
    /// what it is made of.
    pub(super) fn of(indicator: &Indicator, snapshot: &'a Snapshot) -> Result<Self, String> {
        let resolution = indicator.resolution();
        if let Some(other) = indicator.metrics().into_iter().find(|metric| metric.resolution != resolution) {
            return Err(format!("`{other}` has datapoints of another length than the other metrics"));
        }
        let plan = snapshot.plan.by(resolution);
        match indicator {
            Indicator::Ratio(Ratio { counted, metric, total, absent_total_is_zero, absent_good_is_unknown }) => {
                // The total first: without it nothing is known.
                let total = Side::counts(total, snapshot, &plan)?;
                let counted_side = Side::counts(metric, snapshot, &plan)?;
                let absence = Absence {
                    counted_is_zero: match counted {
                        // A formula that has no value lacks one of its inputs.
                        Counted::Good => metric.metric().is_some() && !absent_good_is_unknown,
                        Counted::Bad { absent_is_zero } => *absent_is_zero,
                    },
                    total_is_zero: *absent_total_is_zero,
                };
                let (kind, parts, longest_seconds) = (*counted, 1, i64::MAX);
                Ok(Self { plan, kind, counted: counted_side, total, parts, absence, longest_seconds })
            }
            Indicator::Raw { kind, source, absent_is_idle } => {
                let by_minute = |value: &Rational| {
                    let good = match kind {
                        RawKind::Success => *value,
                        RawKind::Failure => Rational::one() - value,
                    };
                    let inside = !good.is_negative() && good <= Rational::one();
                    inside.then_some(good).ok_or("not a share between 0 and 1")
                };
                Self::by_minute((source, *absent_is_idle), snapshot, plan, resolution, by_minute)
            }
            Indicator::Threshold { source, comparison, value: limit, absent_is_idle } => {
                let limit = rational(*limit);
                Self::by_minute((source, *absent_is_idle), snapshot, plan, resolution, move |value| {
                    Ok(if comparison.holds(value.cmp(&limit)) { Rational::one() } else { Rational::zero() })
                })
            }
            Indicator::ApplicationSignals(_) => Err("its report by Application Signals was not read".to_owned()),
            Indicator::Composite(_) => Err("it is made of other objectives and counts nothing itself".to_owned()),
        }
    }

    /// Reads a value at each datapoint, and takes the share of it that is good. A time without one may be declared idle.
    fn by_minute(
        (source, absent_is_idle): (&Source, bool),
        snapshot: &'a Snapshot,
        plan: Cow<'a, Plan>,
        resolution: Resolution,
        good_share: impl Fn(&Rational) -> Result<Rational, &'static str>,
    ) -> Result<Self, String> {
        let parts = |tier: &Tier| u64::try_from(tier.period_seconds / 60).unwrap_or(0).saturating_mul(PARTS_PER_MINUTE);
        let good = |tier: &Tier, value: Rational| {
            let share = good_share(&value)?;
            let parts = Rational::from_integer(parts(tier).into());
            share.checked_mul(&parts).and_then(|good| good.floor().to_integer().to_u64()).ok_or("too large")
        };
        let counted = Side::values(source, snapshot, &plan, |tier, value| {
            value.map_or(Ok(Some(0)), |value| good(tier, value).map(Some))
        })?;
        // A share of no traffic is none of any time, and known.
        let all = |tier: &Tier, value: Option<Rational>| Ok(Some(value.map_or(0, |_| parts(tier))));
        let total = Side::values(source, snapshot, &plan, all)?;
        let longest_seconds = i64::try_from(resolution.seconds()).unwrap_or(i64::MAX);
        let absence = Absence { counted_is_zero: false, total_is_zero: absent_is_idle };
        let (kind, parts) = (Counted::Good, PARTS_PER_MINUTE);
        Ok(Self { plan, kind, counted, total, parts, absence, longest_seconds })
    }

    /// What it means that a datapoint is not there. Of good events or a total that never came since a time, as far as it was
    /// asked for, or before it, nothing is known, whatever is declared.
    pub(super) fn absence(&self, since: i64, [counted_before, total_before]: [bool; 2]) -> Absence {
        let came = |side: &Side<'_>| {
            let mut tiers = self.plan.tiers().iter().zip(side.tiers.iter());
            tiers.any(|(tier, series)| {
                let mut places = tier.starts().zip(&series.values);
                places.any(|(start, value)| value.is_some() && start >= since)
            })
        };
        let counted = counted_before || self.kind != Counted::Good || came(&self.counted);
        Absence {
            counted_is_zero: self.absence.counted_is_zero && counted,
            total_is_zero: self.absence.total_is_zero && (total_before || came(&self.total)),
        }
    }

    /// Where the data ends: before the newest datapoints that have not all come, or that contradict each other, unless they
    /// are overdue, because the last that came whole ends before `due`.
    pub(super) fn end(&self, due: i64) -> i64 {
        let plan = &self.plan;
        let sides = [&self.counted, &self.total].map(|side| side.tiers.first());
        let value = |side: Option<&TierSeries>, at: usize| side?.values.get(at).copied().flatten();
        let newest = plan.tiers().first().and_then(|tier| {
            let came = |at: &usize| {
                let values = sides.map(|side| value(side, *at));
                let bucket = Bucket::new(0..0, self.kind, self.absence, values, false);
                // More good ones than all: some of the total is still to come.
                bucket.complete(self.kind) && bucket.agrees()
            };
            let at = (0..tier.datapoints()).rev().find(came)?;
            Some(tier.start + i64::try_from(at + 1).ok()? * tier.period_seconds)
        });
        newest.filter(|end| *end >= due).unwrap_or(plan.end())
    }
}

impl<'a> Side<'a> {
    fn counts(source: &Source, snapshot: &'a Snapshot, plan: &Plan) -> Result<Self, String> {
        if let Some(tiers) = source.metric().and_then(|metric| snapshot.series.get(metric)) {
            return Ok(Self { name: source.to_string(), tiers: Cow::Borrowed(tiers) });
        }
        let count = |_: &Tier, value: Option<Rational>| {
            let Some(value) = value else { return Ok(None) };
            let count = value.is_integer().then(|| value.to_integer().to_u64()).flatten();
            count.map(Some).ok_or("not a count of events")
        };
        Self::values(source, snapshot, plan, count)
    }

    /// The value of a source at each datapoint, as a whole number; it is read as none where it is a share of no traffic. One
    /// that cannot be read fails its series.
    fn values(
        source: &Source,
        snapshot: &Snapshot,
        plan: &Plan,
        read: impl Fn(&Tier, Option<Rational>) -> Result<Option<u64>, &'static str>,
    ) -> Result<Self, String> {
        if let Some(metric) = source.metrics().into_iter().find(|metric| !snapshot.has(metric)) {
            return Err(nothing_of(metric));
        }
        let tiers = plan.tiers().iter().enumerate().map(|(index, tier)| {
            let mut series = TierSeries::empty(tier, snapshot.quality(source, index));
            for (place, (start, at)) in series.values.iter_mut().zip(tier.starts().zip(0..)) {
                let value = |metric: &Metric| snapshot.value(metric, index, at);
                let read = evaluate(source, value).and_then(|value| match value {
                    Some(value) => read(tier, value).map_err(|kind| format!("is {kind}")),
                    None => Ok(None),
                });
                match read {
                    Ok(value) => *place = value,
                    Err(reason) => {
                        let reason = format!("its value at {} {reason}", rfc3339(start));
                        return TierSeries::empty(tier, Quality::Failed(reason));
                    }
                }
            }
            series
        });
        Ok(Self { name: source.to_string(), tiers: Cow::Owned(tiers.collect()) })
    }
}

/// The value at one datapoint; none when nothing came, and none in it when it is a share of no traffic.
fn evaluate(source: &Source, value: impl Fn(&Metric) -> Option<Rational>) -> Result<Option<Option<Rational>>, String> {
    match source {
        Source::Metric(metric) => Ok(value(metric).map(Some)),
        // Where nothing came at all, zeros are not put in its place.
        Source::Expression(_) if source.metrics().into_iter().all(|metric| value(metric).is_none()) => Ok(None),
        Source::Expression(expression) => match Expression::evaluate(expression, value) {
            Ok(value) => Ok(Some(Some(value))),
            Err(Undefined::DividedByZero) => Ok(Some(None)),
            Err(Undefined::Missing(_)) => Ok(None),
            Err(Undefined::TooLarge) => Err("is too large".to_owned()),
        },
    }
}

fn nothing_of(metric: &Metric) -> String {
    format!("nothing was fetched or recorded of `{metric}`")
}

impl Snapshot {
    fn has(&self, metric: &Metric) -> bool {
        self.series.contains_key(metric) || self.measures.contains_key(metric)
    }

    fn value(&self, metric: &Metric, tier: usize, at: usize) -> Option<Rational> {
        let count = || {
            let count = (*self.series.get(metric)?.get(tier)?.values.get(at)?)?;
            Some(Rational::from_integer(count.into()))
        };
        let measure = || (*self.measures.get(metric)?.get(tier)?.values.get(at)?).map(Measure::rational);
        measure().or_else(count)
    }

    /// The worst quality among what a source reads.
    fn quality(&self, source: &Source, tier: usize) -> Quality {
        let of = |metric: &Metric| {
            let count = || Some(self.series.get(metric)?.get(tier)?.quality.clone());
            let measure = || Some(self.measures.get(metric)?.get(tier)?.quality.clone());
            measure().or_else(count).unwrap_or_else(|| Quality::Failed("nothing came".to_owned()))
        };
        let rank = |quality: &Quality| match quality {
            Quality::Complete => 0,
            Quality::Partial(_) => 1,
            Quality::Failed(_) => 2,
        };
        source.metrics().into_iter().map(of).max_by_key(rank).unwrap_or(Quality::Complete)
    }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
