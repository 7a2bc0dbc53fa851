//! What a day costs, as the last weeks tell: by weekday where there are enough of them, otherwise the mean.

use chrono::{Datelike, Duration, NaiveDate};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use serde::{Deserialize, Serialize};

use super::{amount::BilledAmount, series::DailySpend};

/// No more of the past tells of the present: a quarter of a year.
const MOST_WEEKS: usize = 12;
/// How far a mean looks back.
const MEAN_DAYS: usize = 28;
/// Fewer days have not seen each weekday.
const LEAST_DAYS: usize = 7;

/// What shares of a period and rates were weighted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// Every day counts the same.
    Days,
    /// A day counts as its weekday did in the last weeks.
    Weekdays,
}

/// What the newest whole weeks cost by weekday, each of their days being known.
#[derive(Debug, Clone)]
pub(crate) struct WeekdayProfile {
    weeks: usize,
    /// From Monday.
    totals: [BigRational; 7],
    /// The sums of the weeks.
    sums: Vec<BigRational>,
}

impl WeekdayProfile {
    /// Up to twelve whole weeks that end before a day; none without one.
    fn before(daily: &DailySpend, end: NaiveDate) -> Option<Self> {
        let newest = daily.newest(end, MOST_WEEKS * 7);
        let whole = newest.chunks_exact(7);
        let mut totals: [BigRational; 7] = std::array::from_fn(|_| BigRational::zero());
        let mut sums = Vec::new();
        for week in whole {
            let mut sum = BigRational::zero();
            for (day, amount) in week {
                let amount = amount.exact_micros();
                sum += &amount;
                if let Some(total) = totals.get_mut(weekday(*day)) {
                    *total += amount;
                }
            }
            sums.push(sum);
        }
        (!sums.is_empty()).then_some(Self { weeks: sums.len(), totals, sums })
    }

    /// Can days be weighted by it? Credits that outweigh a weekday in all weeks say nothing of what it will cost.
    fn is_usable(&self, least_weeks: u32) -> bool {
        let enough = u32::try_from(self.weeks).is_ok_and(|weeks| weeks >= least_weeks.max(1));
        let sum = self.totals.iter().fold(BigRational::zero(), |sum, total| sum + total);
        enough && sum.is_positive() && self.totals.iter().all(|total| !total.is_negative())
    }
}

fn weekday(day: NaiveDate) -> usize {
    usize::try_from(day.weekday().num_days_from_monday()).unwrap_or(0)
}

/// What days weigh and cost.
#[derive(Debug, Clone)]
pub(crate) struct Outlook {
    profile: Option<WeekdayProfile>,
    by_weekday: bool,
    /// The mean of the newest days; none when there are too few.
    mean: Option<BigRational>,
}

impl Outlook {
    /// As the days before one tell; weighted by weekday where there are at least so many whole weeks of them.
    pub(crate) fn of(daily: &DailySpend, complete_before: NaiveDate, least_weeks: u32) -> Self {
        let profile = WeekdayProfile::before(daily, complete_before);
        let by_weekday = profile.as_ref().is_some_and(|profile| profile.is_usable(least_weeks));
        let newest = daily.newest(complete_before, MEAN_DAYS);
        let mean = (newest.len() >= LEAST_DAYS).then(|| {
            let sum = newest.iter().fold(BigRational::zero(), |sum, (_, amount)| sum + amount.exact_micros());
            sum / BigInt::from(newest.len())
        });
        Self { profile, by_weekday, mean }
    }

    pub(crate) fn weighting(&self) -> Weighting {
        if self.by_weekday { Weighting::Weekdays } else { Weighting::Days }
    }

    /// What the days from the first to before the end weigh together.
    pub(crate) fn weight(&self, first: NaiveDate, end: NaiveDate) -> BigRational {
        match self.profile.as_ref().filter(|_| self.by_weekday) {
            Some(profile) => days(first, end)
                .filter_map(|day| profile.totals.get(weekday(day)))
                .fold(BigRational::zero(), |sum, total| sum + total),
            None => BigRational::from_integer(BigInt::from((end - first).num_days().max(0))),
        }
    }

    /// What a day will cost, in millionths; none when the past is too short. Credits of the past are not expected again, so
    /// it is never less than nothing.
    pub(crate) fn rate(&self, day: NaiveDate) -> Option<BigRational> {
        let rate = match self.profile.as_ref().filter(|_| self.by_weekday) {
            Some(profile) => Some(profile.totals.get(weekday(day))? / BigInt::from(profile.weeks)),
            None => self.mean.clone(),
        };
        rate.map(|rate| if rate.is_negative() { BigRational::zero() } else { rate })
    }

    /// The cheapest and the dearest of the last whole weeks, as what one day of them cost; none with fewer than two.
    pub(crate) fn spread(&self) -> Option<(BigRational, BigRational)> {
        let sums = &self.profile.as_ref()?.sums;
        let of_a_day = |week: &BigRational| week.max(&BigRational::zero()) / BigInt::from(7);
        (sums.len() >= 2).then_some((of_a_day(sums.iter().min()?), of_a_day(sums.iter().max()?)))
    }
}

/// The days from the first to before the end.
pub(crate) fn days(first: NaiveDate, end: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    first.iter_days().take_while(move |day| *day < end)
}

/// What a day that is not over is expected to cost.
pub(crate) fn expected(daily: &DailySpend, outlook: &Outlook, day: NaiveDate) -> Option<BigRational> {
    outlook.rate(day).map(|rate| with_known(daily, day, rate))
}

/// What a day that is not over comes to at a rate: what is known of it or the rate, whichever is more. A refund that is booked
/// already comes on top of the rate, since the day goes on.
pub(crate) fn with_known(daily: &DailySpend, day: NaiveDate, rate: BigRational) -> BigRational {
    let known = daily.on(day).map_or(BilledAmount::ZERO, |spend| spend.amount).exact_micros();
    if known.is_negative() { known + rate } else { rate.max(known) }
}

/// The day after so many.
pub(crate) fn later(day: NaiveDate, count: i64) -> Option<NaiveDate> {
    day.checked_add_signed(Duration::try_days(count)?)
}
