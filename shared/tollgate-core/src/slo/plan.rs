//! What to fetch: three tiers of datapoints in time ranges that neither overlap nor leave a gap, so that one fetch
//! serves every window.
//!
//! CloudWatch keeps 60-second datapoints for 15 days, 300-second ones for 63 days and hourly ones for 455 days, and
//! answers with nothing, and no error, when an older start is asked for with a finer period. Each tier stays far
//! inside its retention. A metric whose own datapoints are longer than a minute has tiers of whole ones of its own:
//! [`Plan::by`].

use std::borrow::Cow;

use num_rational::Ratio;

use super::Resolution;

/// How long counts are given to arrive before they are read.
pub const LAG_SECONDS: i64 = 120;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The windows that burn rates are judged over, by name, in seconds.
pub const WINDOWS: [(&str, u64); 7] =
    [("5m", 300), ("30m", 1800), ("1h", 3600), ("2h", 7200), ("6h", 21_600), ("1d", 86_400), ("3d", 259_200)];

/// One range of time and the length of the datapoints in it. Times are seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tier {
    /// The length of a datapoint.
    pub period_seconds: i64,
    /// When the oldest datapoint begins; a multiple of the period.
    pub start: i64,
    /// When the newest ends, which is not part of it.
    pub end: i64,
}

impl Tier {
    /// The start of each datapoint, oldest first.
    pub fn starts(&self) -> impl Iterator<Item = i64> {
        (0_i64..).map(|index| self.start + index * self.period_seconds).take_while(|start| *start < self.end)
    }

    /// How many datapoints it has.
    pub fn datapoints(&self) -> usize {
        usize::try_from((self.end - self.start).div_euclid(self.period_seconds)).unwrap_or(0)
    }

    /// The place of the datapoint that begins then; none when no datapoint does.
    pub fn index(&self, start: i64) -> Option<usize> {
        let offset = start - self.start;
        if start >= self.end || offset.rem_euclid(self.period_seconds) != 0 {
            return None;
        }
        usize::try_from(offset.div_euclid(self.period_seconds)).ok()
    }
}

/// How far back from the end the finer datapoints reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reach {
    /// Those of 60 seconds: 6 hours to 14 days.
    pub minutes_seconds: i64,
    /// Those of 300 seconds, or finer: 3 to 62 days.
    pub five_minutes_seconds: i64,
}

impl Default for Reach {
    /// As far as the windows need them.
    fn default() -> Self {
        Self { minutes_seconds: 6 * HOUR, five_minutes_seconds: 3 * DAY }
    }
}

impl Reach {
    /// As far as the source keeps datapoints that are no longer than slices of these lengths.
    pub fn of_slices(slices_seconds: impl IntoIterator<Item = u64>) -> Self {
        let mut reach = Self::default();
        for seconds in slices_seconds {
            if !seconds.is_multiple_of(300) {
                reach.minutes_seconds = 14 * DAY;
            }
            if !seconds.is_multiple_of(3600) {
                reach.five_minutes_seconds = 62 * DAY;
            }
        }
        reach
    }
}

/// The tiers of one fetch, newest and finest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    end: i64,
    history_seconds: i64,
    reach: Reach,
    /// What all lengths and boundaries are multiples of.
    resolution_seconds: i64,
    tiers: Vec<Tier>,
}

impl Plan {
    /// The plan at a time, in seconds since 1970: back from the newest minute that has had its time to arrive, over
    /// the windows and the longest of the periods.
    pub fn at(now: i64, periods_seconds: impl IntoIterator<Item = u64>) -> Self {
        Self::at_with(now, periods_seconds, Reach::default())
    }

    /// The same, where finer datapoints reach further back.
    pub fn at_with(now: i64, periods_seconds: impl IntoIterator<Item = u64>, reach: Reach) -> Self {
        let longest = periods_seconds.into_iter().max().unwrap_or(0);
        Self::ending_with(now - LAG_SECONDS, i64::try_from(longest).unwrap_or(i64::MAX), reach)
    }

    /// The plan that ends at a full minute (an earlier one is taken otherwise) and reaches back at least three days.
    pub fn ending(end: i64, history_seconds: i64) -> Self {
        Self::ending_with(end, history_seconds, Reach::default())
    }

    /// The same, where finer datapoints reach further back, but no further than the rest.
    pub fn ending_with(end: i64, history_seconds: i64, reach: Reach) -> Self {
        let history_seconds = history_seconds.clamp(3 * DAY, 455 * DAY);
        let reach = Reach {
            minutes_seconds: reach.minutes_seconds.clamp(6 * HOUR, 14 * DAY),
            five_minutes_seconds: reach.five_minutes_seconds.max(reach.minutes_seconds).clamp(3 * DAY, 62 * DAY),
        };
        Self::cut(end, history_seconds, reach, MINUTE)
    }

    fn cut(end: i64, history_seconds: i64, reach: Reach, resolution_seconds: i64) -> Self {
        let end = align_down(end, resolution_seconds);
        let [minutes, five_minutes, hours] =
            [MINUTE, 5 * MINUTE, HOUR].map(|period| common_multiple(period, resolution_seconds));
        // Each boundary is a multiple of the coarser period, so that no event is in two tiers or in none.
        let fine = align_down(end - reach.minutes_seconds.min(history_seconds), five_minutes);
        let middle = align_down(end - reach.five_minutes_seconds.min(history_seconds), hours);
        let oldest = align_down(end - history_seconds, hours);
        let tiers = [(minutes, fine, end), (five_minutes, middle, fine), (hours, oldest, middle)]
            .map(|(period_seconds, start, end)| Tier { period_seconds, start, end })
            .into_iter()
            .filter(|tier| tier.start < tier.end)
            .collect();
        Self { end, history_seconds, reach, resolution_seconds, tiers }
    }

    /// The same for metrics whose own datapoints are that long: it ends at the end of the newest of them that is whole,
    /// and has no datapoint that is not made of whole ones. For minutes it stays as it is.
    pub fn by(&self, resolution: Resolution) -> Cow<'_, Self> {
        match i64::try_from(resolution.seconds()) {
            Ok(seconds) if !resolution.is_minute() && seconds != self.resolution_seconds => {
                Cow::Owned(Self::cut(self.end, self.history_seconds, self.reach, seconds))
            }
            _ => Cow::Borrowed(self),
        }
    }

    /// The plan of one range of time only, by datapoints of one length.
    pub fn of_one(tier: Tier) -> Self {
        let history_seconds = tier.end - tier.start;
        let reach = Reach { minutes_seconds: history_seconds, five_minutes_seconds: history_seconds };
        let resolution_seconds = tier.period_seconds;
        Self { end: tier.end, history_seconds, reach, resolution_seconds, tiers: vec![tier] }
    }

    /// The end of the newest datapoint.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// How far back it reaches, at least.
    pub fn history_seconds(&self) -> i64 {
        self.history_seconds
    }

    /// How far back its finer datapoints reach, where the rest does.
    pub fn reach(&self) -> Reach {
        self.reach
    }

    /// Its tiers, newest and finest first.
    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// Where a window begins that is counted back from the end: a window that would begin inside a datapoint takes all
    /// of it, so no event of the window is left out. None when the plan does not reach that far.
    pub fn window_start(&self, seconds: u64) -> Option<i64> {
        self.datapoint_start(self.end.checked_sub_unsigned(seconds)?)
    }

    /// Where the datapoint begins that holds a time; none when the plan does not reach that far.
    pub fn datapoint_start(&self, time: i64) -> Option<i64> {
        let tier = self.tiers.iter().find(|tier| tier.start <= time)?;
        Some(align_down(time, tier.period_seconds))
    }
}

/// The least length that has whole numbers of both.
fn common_multiple(one: i64, other: i64) -> i64 {
    // In lowest terms, the denominator is what the first lacks.
    one * Ratio::new(one, other).denom()
}

/// The last multiple of the period that is not after the time.
pub(crate) fn align_down(time: i64, period: i64) -> i64 {
    time - time.rem_euclid(period)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DAY, HOUR, LAG_SECONDS, MINUTE, Plan, Reach, WINDOWS, common_multiple};
    use crate::slo::Resolution;

    #[test]
    fn a_month_takes_three_tiers() {
        // 2026-11-21T10:10:42Z
        let plan = Plan::at(1_795_255_842, [30 * 86_400]);
        let ranges: Vec<_> = plan.tiers().iter().map(|tier| (tier.period_seconds, tier.datapoints())).collect();
        assert_eq!(plan.end(), 1_795_255_680);
        assert_eq!(ranges, [(60, 363), (300, 793), (3600, 648)]);
    }

    #[test]
    fn a_short_period_needs_no_hours() {
        let plan = Plan::at(1_795_255_662, [86_400]);
        assert_eq!(plan.tiers().len(), 2);
        assert!(plan.window_start(30 * 86_400).is_none());
    }

    #[test]
    fn slices_take_datapoints_as_short_as_they_are() {
        let ranges = |slice| {
            let plan = Plan::at_with(1_795_255_842, [30 * 86_400], Reach::of_slices([slice]));
            plan.tiers().iter().map(|tier| (tier.period_seconds, tier.datapoints())).collect::<Vec<_>>()
        };
        assert_eq!(ranges(3600), [(60, 363), (300, 793), (3600, 648)]);
        // All of a month is inside the 63 days of five minutes, and two weeks inside the 15 days of one.
        assert_eq!(ranges(300), [(60, 363), (300, 8_569)]);
        assert_eq!(ranges(60), [(60, 20_163), (300, 4_609)]);
    }

    #[test]
    fn longer_datapoints_have_tiers_of_their_own() {
        let plan = Plan::at(1_795_255_842, [30 * 86_400]);
        let ranges = |seconds| {
            let plan = plan.by(Resolution::from_seconds(seconds).unwrap());
            plan.tiers().iter().map(|tier| (tier.period_seconds, tier.datapoints())).collect::<Vec<_>>()
        };
        assert_eq!(ranges(60), [(60, 363), (300, 793), (3600, 648)]);
        assert_eq!(ranges(120), [(120, 184), (600, 396), (3600, 648)]);
        assert_eq!(ranges(300), [(300, 72), (300, 793), (3600, 648)]);
        assert_eq!(ranges(3600), [(3600, 6), (3600, 66), (3600, 648)]);
        assert_eq!(ranges(86_400), [(86_400, 1), (86_400, 2), (86_400, 27)]);
        // 10:08 of the 21st.
        let end = |seconds| plan.end() - plan.by(Resolution::from_seconds(seconds).unwrap()).end();
        assert_eq!([60, 300, 3600].map(end), [0, 180, 480]);
    }

    #[test]
    fn a_window_shorter_than_a_datapoint_is_one() {
        let plan = Plan::at(1_795_255_842, [30 * 86_400]);
        let plan = plan.by(Resolution::from_seconds(3600).unwrap());
        let lengths = WINDOWS.map(|(_, seconds)| plan.end() - plan.window_start(seconds).unwrap());
        assert_eq!(lengths, [3600, 3600, 3600, 7200, 21_600, 86_400, 259_200]);
    }

    fn resolution() -> impl Strategy<Value = Resolution> {
        prop::sample::select(&[60, 120, 300, 900, 1440, 3600, 7200, 86_400][..])
            .prop_map(|seconds| Resolution::from_seconds(seconds).unwrap())
    }

    fn reach() -> impl Strategy<Value = Reach> {
        proptest::collection::vec(prop::sample::select(&[60, 120, 300, 900, 3600, 86_400][..]), 0..3)
            .prop_map(Reach::of_slices)
    }

    proptest! {
        #[test]
        fn tiers_meet_at_aligned_boundaries(
            now in 0..4_000_000_000_i64, days in 1..400_u64, reach in reach(), resolution in resolution(),
        ) {
            let plan = Plan::at_with(now, [days * 86_400, 7 * 86_400], reach);
            let (plan, length) = (plan.by(resolution), i64::try_from(resolution.seconds()).unwrap());
            prop_assert!(plan.end() <= now - LAG_SECONDS && plan.end() > now - LAG_SECONDS - MINUTE.max(length));
            let mut end = plan.end();
            for tier in plan.tiers() {
                prop_assert_eq!(tier.end, end);
                prop_assert_eq!(tier.start.rem_euclid(tier.period_seconds), 0);
                prop_assert_eq!(tier.period_seconds.rem_euclid(length), 0);
                prop_assert_eq!(tier.end.rem_euclid(tier.period_seconds), 0);
                prop_assert_eq!(tier.starts().count(), tier.datapoints());
                prop_assert!(tier.starts().enumerate().all(|(index, start)| tier.index(start) == Some(index)));
                end = tier.start;
            }
            let furthest = i64::try_from(days.max(7)).unwrap() * DAY;
            prop_assert!(end <= plan.end() - furthest && end > plan.end() - furthest - common_multiple(HOUR, length));
        }

        #[test]
        fn tiers_stay_inside_the_retention(
            now in 0..4_000_000_000_i64, days in 1..400_u64, reach in reach(), resolution in resolution(),
        ) {
            for tier in Plan::at_with(now, [days * 86_400], reach).by(resolution).tiers() {
                let age_days = (now - tier.start) / DAY;
                prop_assert!(age_days < 15 || tier.period_seconds % 300 == 0);
                prop_assert!(age_days < 63 || tier.period_seconds % 3600 == 0);
            }
        }

        #[test]
        fn windows_begin_where_a_datapoint_does(now in 0..4_000_000_000_i64) {
            let plan = Plan::at(now, [30 * 86_400]);
            for (name, seconds) in WINDOWS {
                let start = plan.window_start(seconds).unwrap();
                let length = u64::try_from(plan.end() - start).unwrap();
                let exact = seconds <= 21_600;
                prop_assert!(length >= seconds && length < seconds + if exact { 1 } else { 300 }, "{name} {length}");
                prop_assert!(plan.tiers().iter().any(|tier| tier.index(start).is_some()));
            }
        }
    }
}
