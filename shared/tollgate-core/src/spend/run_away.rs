//! Spend that ran away: a day far above the days before it.

use chrono::NaiveDate;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use serde::{Deserialize, Serialize};

use super::{
    amount::BilledAmount,
    model::{Model, Recent, Recurring, known},
    rate::whole,
    series::DailySpend,
    share::to_micros,
};

/// The days that one is held against.
const MOST_DAYS: usize = 28;
/// Fewer say nothing of what is usual.
const LEAST_DAYS: usize = 14;
/// With so many whole weeks, weekdays tell what is odd.
const LEAST_WEEKS: u32 = 4;

/// A day, held against the whole days before it by the modified z-score of Iglewicz and Hoaglin, which outliers
/// among those days hardly move: 0.6745 × (amount − median) / MAD, and 3.5 is far (NIST/SEMATECH Handbook, 1.3.5.17). Where
/// more than half of the days cost the same, the MAD is 0 and says nothing: then the mean absolute deviation stands in for it,
/// by (amount − median) / (1.253314 × mean deviation).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunAwayFact {
    /// The day.
    pub day: NaiveDate,
    /// Is it known as a whole? What is known of one that is not is the least that it will have cost.
    pub is_whole: bool,
    /// What it cost, in millionths.
    pub amount_micros: i64,
    /// The median of the whole days before it, in millionths.
    pub median_micros: i64,
    /// What of it is charged on that day of each month, as the months before tell, in millionths: no part of the excess.
    #[serde(default)]
    pub recurring_micros: i64,
    /// What it cost above the median, beside what recurs, in millionths; negative when it cost less.
    pub excess_micros: i64,
    /// How far that is, in millionths: 3500000 is 3.5. Rounded up; null where all days before it cost the same.
    pub score_micro: Option<i64>,
    /// What the excess was measured by.
    pub spread: Spread,
    /// How many days it was held against: 14 to 28.
    pub days: u64,
}

/// What an excess is measured by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// The median absolute deviation.
    MedianDeviation,
    /// The mean absolute deviation, since the median one is 0.
    MeanDeviation,
    /// Nothing: all days before it cost the same, so any excess is far.
    None,
}

/// Holds the newest whole day, and those after it that already cost more than the median, against the whole days before them;
/// newest first. Nothing where fewer than 14 whole days are known.
pub(crate) fn run_aways(daily: &DailySpend, complete_before: NaiveDate) -> Vec<RunAwayFact> {
    let newest = daily.newest(complete_before, MOST_DAYS + 1);
    let whole = newest.split_first().and_then(|(day, before)| held(*day, before, &Recurrence::of(daily, day.0), true));
    let recurrence = Recurrence::of(daily, complete_before);
    let not_whole = daily.between(complete_before, NaiveDate::MAX).rev().filter_map(|(day, spend)| {
        held((day, spend.amount), newest.get(..MOST_DAYS.min(newest.len()))?, &recurrence, false)
    });
    not_whole.filter(|fact| fact.excess_micros > 0).chain(whole).collect()
}

/// What recurs by the month, as the days before one tell.
struct Recurrence(Vec<Recurring>);

impl Recurrence {
    fn of(daily: &DailySpend, end: NaiveDate) -> Self {
        let known = known(daily, end).unwrap_or_default();
        Self(Recent::of(&known).map(|recent| Model::of(recent, LEAST_WEEKS).recurring).unwrap_or_default())
    }

    /// What of a day it is, at most the day.
    fn on(&self, day: NaiveDate, amount: &BigRational) -> BigRational {
        let charges = self.0.iter().filter(|charge| charge.on.is(day));
        let sum = charges.map(|charge| whole(charge.amount)).fold(BigRational::zero(), |sum, charge| sum + charge);
        sum.min(amount.clone().max(BigRational::zero()))
    }
}

fn held(
    (day, amount): (NaiveDate, BilledAmount),
    before: &[(NaiveDate, BilledAmount)],
    recurrence: &Recurrence,
    is_whole: bool,
) -> Option<RunAwayFact> {
    if before.len() < LEAST_DAYS {
        return None;
    }
    let amount = amount.exact_micros();
    let recurring = recurrence.on(day, &amount);
    let plain = |(day, amount): &(NaiveDate, BilledAmount)| {
        let amount = amount.exact_micros();
        &amount - recurrence.on(*day, &amount)
    };
    let before: Vec<BigRational> = before.iter().map(plain).collect();
    let middle = median(before.clone())?;
    let deviations: Vec<BigRational> = before.iter().map(|amount| (amount - &middle).abs()).collect();
    let sum = deviations.iter().fold(BigRational::zero(), |sum, deviation| sum + deviation);
    let mean = sum / BigInt::from(deviations.len());
    let mad = median(deviations)?;
    let excess = &amount - &recurring - &middle;
    let (score, spread) = match (mad.is_zero(), mean.is_zero()) {
        (false, _) => (Some(&excess * thousandths(6745, 10_000) / mad), Spread::MedianDeviation),
        (true, false) => (Some(&excess / (mean * thousandths(1_253_314, 1_000_000))), Spread::MeanDeviation),
        (true, true) => (None, Spread::None),
    };
    let micro = |score: BigRational| (score * BigInt::from(1_000_000)).ceil().to_integer().to_i64().unwrap_or(i64::MAX);
    Some(RunAwayFact {
        day,
        is_whole,
        amount_micros: to_micros(&amount)?,
        median_micros: to_micros(&middle)?,
        recurring_micros: to_micros(&recurring)?,
        excess_micros: to_micros(&excess)?,
        score_micro: score.map(micro),
        spread,
        days: u64::try_from(before.len()).ok()?,
    })
}

fn thousandths(numer: i64, denom: i64) -> BigRational {
    BigRational::new(BigInt::from(numer), BigInt::from(denom))
}

/// The middle of some numbers, or the mean of the two in the middle.
fn median(mut numbers: Vec<BigRational>) -> Option<BigRational> {
    numbers.sort();
    let upper = numbers.get(numbers.len() / 2)?;
    if numbers.len() % 2 == 1 {
        return Some(upper.clone());
    }
    let lower = numbers.get((numbers.len() / 2).checked_sub(1)?)?;
    Some((lower + upper) / BigInt::from(2))
}
