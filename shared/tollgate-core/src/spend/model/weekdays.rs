//! What a weekday costs over what a day does.

use chrono::{Datelike as _, NaiveDate};

use super::fixed::{ONE_PPB, count, deviation, mean, median, of_median, ratio_ppb, times};

/// A weekday is another one when it is so many errors away from the mean, in tenths.
const FAR_TENTHS: i128 = 35;
/// Fewer weeks do not tell a weekday.
const LEAST_WEEKS: usize = 3;
/// A weekday below this costs nothing to speak of: two hundredths of a day.
const LEAST_PPB: i128 = ONE_PPB / 50;

/// By weekday, from Monday: what it costs over what a day does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weekdays([i128; 7]);

impl Weekdays {
    /// All alike.
    pub(super) const ALIKE: Self = Self([ONE_PPB; 7]);

    /// By the medians of days over the weeks around them; all alike where none is surely another.
    pub(super) fn of(days: &[NaiveDate], amounts: &[i128]) -> Self {
        let mut shares: [Vec<i128>; 7] = Default::default();
        for (week, day) in amounts.windows(7).zip(days.iter().skip(3)) {
            let (mean, middle) = (mean(week), week.get(3).copied().unwrap_or(0));
            if let Some(shares) = shares.get_mut(weekday(*day)).filter(|_| mean > 0) {
                shares.push(ratio_ppb(middle, mean));
            }
        }
        Self::by(&shares).unwrap_or(Self::ALIKE)
    }

    fn by(shares: &[Vec<i128>; 7]) -> Option<Self> {
        let least = shares.iter().map(Vec::len).min().filter(|least| *least >= LEAST_WEEKS)?;
        let medians: Vec<i128> = shares.iter().filter_map(|shares| median(shares.iter().copied())).collect();
        let whole = Some(mean(&medians)).filter(|mean| *mean > 0)?;
        let factors = medians.iter().map(|share| ratio_ppb((*share).max(0), whole));
        let factors: [i128; 7] = factors.collect::<Vec<_>>().try_into().ok()?;
        let off =
            shares.iter().zip(&factors).flat_map(|(shares, factor)| shares.iter().map(move |share| share - factor));
        let error = of_median(deviation(median(off.map(i128::abs))?), i128::try_from(least).ok()?);
        let is_far = |factor: &i128| (factor - ONE_PPB).abs() * 10 >= error * FAR_TENTHS && *factor != ONE_PPB;
        factors.iter().any(is_far).then_some(Self(factors))
    }

    /// That of a day.
    pub(super) fn on(&self, day: NaiveDate) -> i128 {
        self.0.get(weekday(day)).copied().unwrap_or(ONE_PPB)
    }

    /// What a day would have cost if all weekdays were alike; none for a weekday that costs nothing to speak of.
    pub(super) fn levelled(&self, day: NaiveDate, amount: i128) -> Option<i128> {
        let factor = self.on(day);
        (factor > LEAST_PPB).then(|| ratio_ppb(amount, factor))
    }

    /// What a day costs where all weekdays together are at a level.
    pub(super) fn at(&self, day: NaiveDate, level: i128) -> i128 {
        times(level, self.on(day))
    }
}

fn weekday(day: NaiveDate) -> usize {
    usize::try_from(day.weekday().num_days_from_monday()).unwrap_or(0)
}

/// By how much days that follow one another differ, over what they cost, as a standard deviation in parts per billion. By the
/// median, so that neither single days nor a change of level count.
pub(super) fn noise_ppb(levels: &[Option<i128>]) -> i128 {
    let pairs = levels.windows(2).filter_map(|pair| match pair {
        [Some(before), Some(after)] if before + after > 0 => {
            Some(ratio_ppb((after - before).abs() * 2, before + after))
        }
        _ => None,
    });
    let steps: Vec<i128> = pairs.collect();
    let is_enough = count(&steps) >= 5;
    // A difference of two has the error of both.
    median(steps).filter(|_| is_enough).map_or(0, |step| deviation(step) * 1_000 / 1_414)
}
