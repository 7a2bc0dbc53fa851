//! Counts as a source gave them: whole, in their place, and known or not.

use std::collections::BTreeMap;

use super::{
    measure::Measure,
    plan::{Plan, Tier},
    source::Metric,
};

/// The largest whole number up to which every whole number is a floating-point number.
const EXACT_LIMIT: f64 = 9_007_199_254_740_992.0;

/// How sure a source was of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quality {
    /// Everything there is.
    Complete,
    /// Some of what there is, and why.
    Partial(String),
    /// Nothing that can be relied on, and why.
    Failed(String),
}

impl Quality {
    /// Why it is not complete.
    pub fn reason(&self) -> &str {
        match self {
            Self::Complete => "",
            Self::Partial(reason) | Self::Failed(reason) => reason,
        }
    }
}

/// What a datapoint is read as: a count of events (`u64`), or a [`Measure`].
pub trait Datum: Copy + PartialEq {
    /// What a value is not when it cannot be read.
    const NAME: &'static str;

    /// Reads a value; none when it is not of this kind.
    fn read(value: f64) -> Option<Self>;
}

impl Datum for u64 {
    const NAME: &'static str = "a count of events";

    fn read(value: f64) -> Option<Self> {
        count(value)
    }
}

impl Datum for Measure {
    const NAME: &'static str = "a number";

    fn read(value: f64) -> Option<Self> {
        Self::read(value)
    }
}

/// One metric in one tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierSeries<T = u64> {
    /// The values, oldest first, one place for each datapoint of the tier; none where no datapoint came.
    pub values: Vec<Option<T>>,
    /// How sure the source was.
    pub quality: Quality,
}

impl<T: Datum> TierSeries<T> {
    /// A series of which nothing came.
    pub fn empty(tier: &Tier, quality: Quality) -> Self {
        Self { values: vec![None; tier.datapoints()], quality }
    }

    /// Puts datapoints (start in seconds since 1970, value) in their places, in whatever order they come. Those outside
    /// the tier were not asked for and are left out. One that comes twice counts once; if its values differ, or it
    /// begins where no datapoint can, the series is partial. A value that cannot be read fails the series.
    pub fn from_points(tier: &Tier, points: impl IntoIterator<Item = (i64, f64)>, quality: Quality) -> Self {
        let mut series = Self::empty(tier, quality);
        for (start, value) in points {
            if start < tier.start || start >= tier.end {
                continue;
            }
            let Some(datum) = T::read(value) else {
                let (at, kind) = (rfc3339(start), T::NAME);
                series.worsen(Quality::Failed(format!("the value {value} at {at} is not {kind}")));
                continue;
            };
            match tier.index(start).and_then(|index| series.values.get_mut(index)) {
                Some(place @ None) => *place = Some(datum),
                Some(Some(known)) if *known == datum => {}
                Some(Some(_)) => {
                    series.worsen(Quality::Partial(format!("two different values came for {}", rfc3339(start))));
                }
                None => series.worsen(Quality::Partial(format!(
                    "a datapoint came for {}, which is not at a multiple of {} s",
                    rfc3339(start),
                    tier.period_seconds
                ))),
            }
        }
        series
    }

    fn worsen(&mut self, to: Quality) {
        if matches!((&self.quality, &to), (Quality::Complete, _) | (Quality::Partial(_), Quality::Failed(_))) {
            self.quality = to;
        }
    }
}

/// What one fetch brought: for each metric, its tiers in the order of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// What was asked for.
    pub plan: Plan,
    /// What came of metrics that count events.
    pub series: BTreeMap<Metric, Vec<TierSeries>>,
    /// What came of the others.
    pub measures: BTreeMap<Metric, Vec<TierSeries<Measure>>>,
}

/// Reads a count of events out of the floating-point number that a telemetry source gives: the whole number within a
/// millionth of it. None when it is negative, not finite, fractional, or so large that its last digits are lost.
pub fn count(value: f64) -> Option<u64> {
    let fraction = value.fract().abs();
    let whole = value.round();
    let close = fraction.is_finite() && !(0.000_001..=0.999_999).contains(&fraction);
    // The cast is exact: the number is whole and inside the range.
    (close && (0.0..=EXACT_LIMIT).contains(&whole)).then_some(whole as u64)
}

pub(super) fn rfc3339(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0)
        .map_or_else(|| seconds.to_string(), |time| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Measure, Quality, TierSeries, count};
    use crate::slo::plan::Tier;

    const TIER: Tier = Tier { period_seconds: 60, start: 600, end: 900 };

    #[test]
    fn only_counts_are_counts() {
        for (value, expected) in [
            (0.0, Some(0)),
            (-0.0, Some(0)),
            (17.0, Some(17)),
            (16.999_999_9, Some(17)),
            (17.000_000_1, Some(17)),
            (9_007_199_254_740_992.0, Some(1 << 53)),
            (9_007_199_254_740_994.0, None),
            (17.5, None),
            (0.01, None),
            (-1.0, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
            (f64::NEG_INFINITY, None),
            (1e300, None),
        ] {
            assert_eq!(count(value), expected, "{value}");
        }
    }

    #[test]
    fn points_find_their_places_in_any_order() {
        let points = [(840, 5.0), (600, 1.0), (720, 3.0), (600, 1.0), (540, 9.0), (900, 9.0)];
        let series = TierSeries::<u64>::from_points(&TIER, points, Quality::Complete);
        assert_eq!(series.values, [Some(1), None, Some(3), None, Some(5)]);
        assert_eq!(series.quality, Quality::Complete);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let quality =
            |points: &[(i64, f64)]| TierSeries::<u64>::from_points(&TIER, points.to_vec(), Quality::Complete).quality;
        assert!(
            matches!(quality(&[(600, 1.0), (600, 2.0)]), Quality::Partial(reason) if reason.contains("two different"))
        );
        assert!(matches!(quality(&[(630, 1.0)]), Quality::Partial(reason) if reason.contains("multiple of 60 s")));
        assert!(
            matches!(quality(&[(600, -1.0)]), Quality::Failed(reason) if reason.contains("-1 at 1970-01-01T00:10:00Z"))
        );
        assert!(matches!(quality(&[(630, 1.0), (600, f64::NAN)]), Quality::Failed(_)));
        assert!(matches!(quality(&[(600, f64::NAN), (630, 1.0)]), Quality::Failed(_)));
    }

    #[test]
    fn a_measure_may_be_a_fraction_and_nothing_that_is_no_number() {
        let series = TierSeries::<Measure>::from_points(&TIER, [(600, -0.25), (660, 17.0)], Quality::Complete);
        assert_eq!(series.values[..3], [Measure::read(-0.25), Measure::read(17.0), None]);
        assert_eq!(series.quality, Quality::Complete);
        let bad = TierSeries::<Measure>::from_points(&TIER, [(600, f64::NAN)], Quality::Complete);
        assert!(matches!(bad.quality, Quality::Failed(reason) if reason.contains("is not a number")));
    }

    proptest! {
        #[test]
        fn counts_survive_floating_point(value in 0..=(1_u64 << 53)) {
            prop_assert_eq!(count(value as f64), Some(value));
        }
    }
}
