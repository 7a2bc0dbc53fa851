//! The level that spend has now, and how it grows.

use super::{
    change_point::growths_ppb,
    fixed::{ONE_PPB, count, deviation, grown, mean, median, over_root, ratio_ppb, root, times},
};

/// A trend is looked for in so many weeks.
const TREND_WEEKS: usize = 8;
/// The level is that of so many weeks, where they are alike.
const LEVEL_WEEKS: usize = 4;
/// Weeks are alike when they differ by no more than so many errors, in tenths.
const ALIKE_TENTHS: i128 = 25;
/// No trend is carried on that is steeper: a tenth a week.
const STEEPEST_PPB: i128 = ONE_PPB / 10;
/// A trend counts as far as it is more than so many errors, in tenths (the positive part of a James-Stein estimate).
const SHRUNK_TENTHS: i128 = 18;
/// What the newest weeks say of a trend may be off by so many errors.
const TOLERANCE: i128 = 2;

/// The level of a day, and what is known of where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::spend) struct Level {
    /// Of the first day to come, in billionths.
    pub(in crate::spend) amount: i128,
    /// By how much it grows from day to day, in parts per billion.
    pub(in crate::spend) growth_ppb: i128,
    /// The error of the growth.
    pub(in crate::spend) growth_error_ppb: i128,
    /// The growth of a week as the weeks tell it, before it is doubted.
    pub(in crate::spend) seen_week_ppb: i128,
    /// How many days the level is of.
    pub(in crate::spend) days: i128,
    /// A trend goes on for as long as it was seen.
    pub(in crate::spend) seen_days: i128,
}

impl Level {
    /// As the days since the last change tell; they differ by so much.
    pub(super) fn of(levels: &[i128], noise_ppb: i128, has_weekdays: bool) -> Self {
        let weeks: Vec<i128> = levels.rchunks_exact(7).take(TREND_WEEKS).map(mean).collect();
        let week_error_ppb = over_root(noise_ppb, 7);
        let trend = Trend::of(&weeks, week_error_ppb);
        let growth_ppb = trend.growth_ppb / 7;
        let brought: Vec<i128> =
            weeks.iter().zip(0_i128..).map(|(week, ago)| grown(*week, growth_ppb, 7 * ago + 4)).collect();
        let alike = alike(&brought, week_error_ppb);
        let newest = levels.get(levels.len().saturating_sub(LEVEL_WEEKS * 7)..).unwrap_or_default();
        let is_flat = growth_ppb == 0 && alike == brought.len().min(LEVEL_WEEKS) && has_weekdays;
        let (amount, days) = match brought.get(..alike).filter(|_| !is_flat) {
            Some(weeks) if !weeks.is_empty() => (mean(weeks), 7 * count(weeks)),
            _ => (mean(newest), count(newest)),
        };
        Self {
            amount: amount.max(0),
            growth_ppb,
            growth_error_ppb: trend.error_ppb / 7,
            seen_week_ppb: trend.seen_ppb,
            days: days.max(1),
            seen_days: count(levels).min(7 * i128::try_from(TREND_WEEKS).unwrap_or(0)),
        }
    }

    /// What it is so many days after the first one to come.
    pub(super) fn after(&self, days: i128) -> i128 {
        grown(self.amount, self.growth_ppb, days.clamp(0, self.seen_days))
    }
}

/// How many of the newest weeks are alike.
fn alike(newest_first: &[i128], error_ppb: i128) -> usize {
    let most = newest_first.len().min(LEVEL_WEEKS);
    let fits = |taken: usize| {
        let (Some(taken), Some(next)) = (newest_first.get(..taken), newest_first.get(taken)) else { return false };
        let error = times(*next, error_ppb) * ALIKE_TENTHS / 10;
        let of_both = over_root(error, 1) * root(1_000_000 + 1_000_000 / count(taken)) / 1_000;
        (next - mean(taken)).abs() <= of_both
    };
    (1..most).find(|taken| !fits(*taken)).unwrap_or(most)
}

/// By how much a week is more than the one before it.
#[derive(Debug, Default)]
struct Trend {
    growth_ppb: i128,
    error_ppb: i128,
    seen_ppb: i128,
}

impl Trend {
    /// The median of the growths between any two weeks (Theil and Sen), as far as it is more than its error, no more than the
    /// newest weeks bear out, and none where one change of level explains the weeks better.
    fn of(weeks: &[i128], week_error_ppb: i128) -> Self {
        let seen_ppb = median(growths_ppb(weeks)).unwrap_or(0);
        if weeks.len() < 3 {
            return Self { growth_ppb: 0, error_ppb: week_error_ppb * 1_414 / 1_000, seen_ppb };
        }
        let line: Vec<i128> = weeks.iter().zip(0_i128..).map(|(week, ago)| grown(*week, seen_ppb, ago)).collect();
        let level = median(line.iter().copied()).unwrap_or(0);
        let off = line.iter().map(|week| ratio_ppb((week - level).abs(), level));
        let scatter = median(off).map_or(0, deviation);
        let error_ppb = of_slope(week_error_ppb.max(scatter), weeks.len());
        let sure = shrunk(seen_ppb, error_ppb);
        let borne = [LEVEL_WEEKS, 2].into_iter().filter(|newest| weeks.len() > *newest).fold(sure, |sure, newest| {
            let own = median(growths_ppb(weeks.get(..newest).unwrap_or_default())).unwrap_or(0);
            let tolerance = TOLERANCE * of_slope(week_error_ppb, newest);
            if sure > 0 { sure.min(own + tolerance).max(0) } else { sure.max(own - tolerance).min(0) }
        });
        let is_step = borne != 0 && is_step(weeks, seen_ppb, level);
        let growth_ppb = if is_step { 0 } else { borne.clamp(-STEEPEST_PPB, STEEPEST_PPB) };
        let doubted = if growth_ppb == 0 { 0 } else { (seen_ppb - growth_ppb).abs() };
        Self { growth_ppb, error_ppb: error_ppb.max(doubted), seen_ppb }
    }
}

/// The error of a slope through so many weeks with an error each.
fn of_slope(error_ppb: i128, weeks: usize) -> i128 {
    let weeks = i128::try_from(weeks).unwrap_or(i128::from(u32::MAX));
    error_ppb * root(12 * 1_000_000) / root((weeks * weeks * weeks - weeks) * 1_000_000).max(1)
}

fn shrunk(seen_ppb: i128, error_ppb: i128) -> i128 {
    let least = error_ppb * SHRUNK_TENTHS / 10;
    let share = ratio_ppb(least * least, (seen_ppb * seen_ppb).max(1));
    times(seen_ppb, (ONE_PPB - share).max(0))
}

/// Are two levels nearer to the weeks than a line?
fn is_step(weeks: &[i128], growth_ppb: i128, level: i128) -> bool {
    // In parts per million of the level, so that squares stay small.
    let parts = |amount: i128| ratio_ppb(amount, level.max(1)) / 1_000;
    let shares: Vec<i128> = weeks.iter().map(|week| parts(*week)).collect();
    let square = |off: i128| off.saturating_mul(off);
    let on_line = |ago: i128| (0..ago).fold(ONE_PPB, |share, _| ratio_ppb(share, ONE_PPB + growth_ppb)) / 1_000;
    let line: i128 = shares.iter().zip(0_i128..).map(|(share, ago)| square(share - on_line(ago))).sum();
    let flat = |side: &[i128]| side.iter().map(|share| square(share - mean(side))).sum::<i128>();
    let steps = (1..shares.len()).filter_map(|index| shares.split_at_checked(index));
    steps.map(|(new, old)| flat(new) + flat(old)).min().is_some_and(|step| step < line)
}

#[cfg(test)]
mod tests {
    use super::{Level, ONE_PPB};

    #[test]
    fn flat_days_have_their_mean_and_no_trend() {
        let level = Level::of(&[1_000; 60], 0, true);
        assert_eq!((level.amount, level.growth_ppb, level.days, level.after(30)), (1_000, 0, 28, 1_000));
    }

    #[test]
    fn steady_growth_goes_on_as_long_as_it_was_seen() {
        let mut days = vec![1_000_000_000];
        for _ in 1..70 {
            days.push(days[days.len() - 1] * 1_008 / 1_000);
        }
        let level = Level::of(&days, ONE_PPB / 1_000, true);
        assert!((7_700_000..=8_000_000).contains(&level.growth_ppb), "{level:?}");
        let next = days[69] * 1_008 / 1_000;
        assert!((level.amount - next).abs() < next / 200, "{level:?}");
        assert_eq!(level.after(56), level.after(400));
    }

    #[test]
    fn one_step_among_weeks_is_no_growth() {
        let days: Vec<i128> = (0..56).map(|day| if day < 28 { 1_000_000 } else { 1_100_000 }).collect();
        let level = Level::of(&days, ONE_PPB / 100, true);
        assert_eq!((level.amount, level.growth_ppb), (1_100_000, 0));
    }
}
