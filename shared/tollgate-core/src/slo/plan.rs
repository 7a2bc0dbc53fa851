//! What to fetch: tiers of datapoints in time ranges that neither overlap nor leave a gap, but for whole days that are kept,
//! so that one fetch serves every window.
//!
//! CloudWatch keeps 60-second datapoints for 15 days, 300-second ones for 63 days and hourly ones for 455 days, and
//! answers with nothing, and no error, when an older start is asked for with a finer period. Each tier stays far
//! inside its retention. A metric whose own datapoints are longer than a minute has tiers of whole ones of its own:
//! [`Plan::by`].

use std::{borrow::Cow, ops::Range};

use num_rational::Ratio;

use super::{
    Resolution,
    reach::{FIVE_MINUTES_SECONDS, MINUTES_SECONDS, Reach},
};

/// How long counts are given to arrive before they are read.
pub const LAG_SECONDS: i64 = 120;

const MINUTE: i64 = 60;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

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

    /// What is left of it without a time, newest first; the ends of the time are multiples of the period.
    fn without(self, time: &Range<i64>) -> impl Iterator<Item = Self> + use<> {
        let (newer, older) =
            (Self { start: self.start.max(time.end), ..self }, Self { end: self.end.min(time.start), ..self });
        let parts = if time.is_empty() { [Some(self), None] } else { [Some(newer), Some(older)] };
        parts.into_iter().flatten().filter(|tier| tier.start < tier.end)
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

/// The tiers of one fetch, newest and finest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    end: i64,
    history_seconds: i64,
    reach: Reach,
    /// What all lengths and boundaries are multiples of.
    resolution_seconds: i64,
    /// Whole days that are not asked for, because what they came to is kept.
    skipped: Range<i64>,
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
            minutes_seconds: reach.minutes_seconds.clamp(6 * HOUR, MINUTES_SECONDS),
            five_minutes_seconds: reach
                .five_minutes_seconds
                .max(reach.minutes_seconds)
                .clamp(3 * DAY, FIVE_MINUTES_SECONDS),
        };
        Self::cut(end, history_seconds, reach, MINUTE, 0..0)
    }

    /// The same without some whole days of UTC, which are kept: from the start of the first to the end of the last. What
    /// windows need is asked for all the same.
    #[must_use]
    pub fn without(&self, days: &Range<i64>) -> Self {
        let skipped = align_up(days.start, DAY)..align_down(days.end.min(self.kept_until()), DAY);
        Self::cut(self.end, self.history_seconds, self.reach, self.resolution_seconds, skipped)
    }

    /// The start of the oldest day that windows need, even where the newest datapoints are late: days before it need not be
    /// asked for if they are kept.
    pub fn kept_until(&self) -> i64 {
        align_down(self.end - Reach::default().five_minutes_seconds - HOUR, DAY)
    }

    fn cut(end: i64, history_seconds: i64, reach: Reach, resolution_seconds: i64, skipped: Range<i64>) -> Self {
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
            .flat_map(|tier| tier.without(&skipped))
            .collect();
        Self { end, history_seconds, reach, resolution_seconds, skipped, tiers }
    }

    /// The same for metrics whose own datapoints are that long: it ends at the end of the newest of them that is whole,
    /// and has no datapoint that is not made of whole ones. For minutes it stays as it is.
    pub fn by(&self, resolution: Resolution) -> Cow<'_, Self> {
        match i64::try_from(resolution.seconds()) {
            Ok(seconds) if !resolution.is_minute() && seconds != self.resolution_seconds => {
                let skipped = self.skipped.clone();
                Cow::Owned(Self::cut(self.end, self.history_seconds, self.reach, seconds, skipped))
            }
            _ => Cow::Borrowed(self),
        }
    }

    /// The plan of one range of time only, by datapoints of one length.
    pub fn of_one(tier: Tier) -> Self {
        let history_seconds = tier.end - tier.start;
        let reach = Reach { minutes_seconds: history_seconds, five_minutes_seconds: history_seconds };
        let resolution_seconds = tier.period_seconds;
        let (end, skipped) = (tier.end, 0..0);
        Self { end, history_seconds, reach, resolution_seconds, skipped, tiers: vec![tier] }
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

    /// The days that it does not ask for.
    pub fn skipped(&self) -> &Range<i64> {
        &self.skipped
    }

    /// Its tiers, newest first.
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
pub(super) fn common_multiple(one: i64, other: i64) -> i64 {
    // In lowest terms, the denominator is what the first lacks.
    one * Ratio::new(one, other).denom()
}

/// The first multiple of the period that is not before the time.
fn align_up(time: i64, period: i64) -> i64 {
    -align_down(-time, period)
}

/// The last multiple of the period that is not after the time.
pub(crate) fn align_down(time: i64, period: i64) -> i64 {
    time - time.rem_euclid(period)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
