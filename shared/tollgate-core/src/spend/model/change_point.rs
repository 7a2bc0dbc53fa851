//! Where the level of spend changed last: the days since then are the ones to go by.

use super::fixed::{median, of_median, ratio_ppb, times, together_ppb};

const WEEK: usize = 7;
/// Fewer days are no new level.
const LEAST_AFTER: usize = 3;
/// A change is by so many errors, in tenths, and by this share at least.
const SURE_TENTHS: i128 = 35;
const LEAST_SHARE_PPB: i128 = 120_000_000;
/// A drift is measured over so many days.
const DRIFT_DAYS: usize = 10;

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    /// The first of the days after it.
    pub(super) index: usize,
    /// The level of the week before it.
    pub(super) before: i128,
}

/// The newest change among levels, of which two that follow one another differ by so much.
pub(super) fn newest(levels: &[i128], noise_ppb: i128) -> Option<Change> {
    let last = levels.len().checked_sub(LEAST_AFTER)?;
    let split = (WEEK..=last).rev().find_map(|split| Split::at(levels, split, noise_ppb).map(|sides| (split, sides)));
    let (split, sides) = split?;
    let from = split.saturating_sub(WEEK + 1);
    let cost = |index: usize| {
        let off = |range: std::ops::Range<usize>, level: i128| {
            levels.get(range).unwrap_or_default().iter().map(|amount| (amount - level).abs()).sum::<i128>()
        };
        off(from..index, sides.before) + off(index..(split + WEEK + 1).min(levels.len()), sides.after)
    };
    let near = split.saturating_sub(6).max(WEEK)..=(split + 1).min(last);
    let index = near.min_by_key(|index| cost(*index)).unwrap_or(split);
    let before = median(levels.get(index.checked_sub(WEEK)?..index)?.iter().copied())?;
    Some(Change { index, before })
}

/// The levels of the weeks on both sides of a day.
struct Split {
    before: i128,
    after: i128,
}

impl Split {
    /// None where the level does not change there.
    fn at(levels: &[i128], index: usize, noise_ppb: i128) -> Option<Self> {
        let week_before = levels.get(index.checked_sub(WEEK)?..index)?;
        let week_after = levels.get(index..(index + WEEK).min(levels.len()))?;
        let before = median(week_before.iter().copied())?;
        let after = median(week_after.iter().copied())?;
        let days = |week: &[i128]| i128::try_from(week.len()).unwrap_or(1);
        let error_of = |level: i128, week: &[i128]| of_median(times(level, noise_ppb), days(week));
        let error = together_ppb(error_of(before, week_before), error_of(after, week_after));
        let smaller = before.min(after).max(before.max(after) / 20);
        let least = times(smaller, LEAST_SHARE_PPB).max(error * SURE_TENTHS / 10);
        let change = after - before;
        if change.abs() <= least {
            return None;
        }
        let by_drift = drift(levels.get(index.saturating_sub(DRIFT_DAYS)..index)?) * (days(week_after) + 7) / 2;
        let jump = if by_drift.signum() == change.signum() { change.abs() - by_drift.abs() } else { change.abs() };
        let sides = Self { before, after };
        (jump > least && sides.is_apart(week_before, week_after)).then_some(sides)
    }

    /// Do the days of one side lie above the middle and those of the other below it, all but a few?
    fn is_apart(&self, week_before: &[i128], week_after: &[i128]) -> bool {
        let middle = (self.before + self.after) / 2;
        let is_up = self.after > self.before;
        let above = |week: &[i128]| week.iter().filter(|level| **level > middle).count();
        let (high, low) = if is_up { (week_after, week_before) } else { (week_before, week_after) };
        let wrong = high.len() - above(high) + above(low);
        wrong <= week_after.len() / 4
    }
}

/// By how much the level drifts in a day: the median of the slopes between any two of some days (Theil and Sen).
fn drift(levels: &[i128]) -> i128 {
    median(slopes(levels)).unwrap_or(0)
}

fn slopes(levels: &[i128]) -> Vec<i128> {
    let numbered = || levels.iter().zip(0_i128..);
    let pairs = numbered().flat_map(|(early, at)| numbered().map(move |(late, then)| (late - early, then - at)));
    pairs.filter(|(_, days)| *days > 0).map(|(change, days)| change / days).collect()
}

/// The same over what there is, in parts per billion of the mean of the two, newest first.
pub(super) fn growths_ppb(newest_first: &[i128]) -> Vec<i128> {
    let numbered = || newest_first.iter().zip(0_i128..);
    let pairs = numbered().flat_map(|(late, ago)| numbered().map(move |(early, before)| (late, early, before - ago)));
    let pairs = pairs.filter(|(late, early, weeks)| *weeks > 0 && *late + *early > 0);
    pairs.map(|(late, early, weeks)| ratio_ppb((late - early) * 2, late + early) / weeks).collect()
}

#[cfg(test)]
mod tests {
    use super::{Change, growths_ppb, newest};
    use crate::spend::model::ONE_PPB;

    #[test]
    fn a_new_level_is_found_on_its_day_and_growth_is_none() {
        let step: Vec<i128> = (0..40).map(|day| if day < 33 { 1_000 + day % 3 } else { 2_000 + day % 3 }).collect();
        assert_eq!(newest(&step, ONE_PPB / 500), Some(Change { index: 33, before: 1_001 }));
        let fresh: Vec<i128> = (0..40).map(|day| if day < 37 { 1_000 } else { 500 }).collect();
        assert_eq!(newest(&fresh, 0), Some(Change { index: 37, before: 1_000 }));
        let growing: Vec<i128> = (0..60).map(|day| 1_000 + 20 * day).collect();
        assert_eq!(newest(&growing, 0), None);
        assert_eq!(newest(&[1_000; 60], 0), None);
        assert_eq!(newest(&[5, 5], 0), None);
    }

    #[test]
    fn growth_is_by_the_week() {
        assert_eq!(growths_ppb(&[1_100, 1_000]), [95_238_095]);
        assert_eq!(growths_ppb(&[0, 0]), [] as [i128; 0]);
    }
}
