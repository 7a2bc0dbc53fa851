//! Spend that is known by the month only, and the sums that it counts in. A stretch counts where all of its days are asked
//! for; of one that is only partly asked for nobody can say what its days cost, so they are missing.

use chrono::NaiveDate;
use num_rational::BigRational;
use num_traits::Zero;
use serde::{Deserialize, Serialize};

use super::{
    amount::{BilledAmount, SpendError, same_currency},
    series::{DailySpend, SpendDay},
};

/// What was billed for several days together: a month, or what a period has of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stretch {
    /// The first day after it.
    end_day: NaiveDate,
    spend: SpendDay,
}

impl DailySpend {
    /// Takes in what was billed from a day to before another, as a decimal text and the currency as its unit.
    ///
    /// # Errors
    /// When the text is no amount, the currency another, there is no day in it, or one that is there already.
    pub fn add_stretch(
        &mut self,
        first: NaiveDate,
        end: NaiveDate,
        amount: &str,
        unit: &str,
        estimated: bool,
    ) -> Result<(), SpendError> {
        same_currency(&self.currency, unit)?;
        let amount = BilledAmount::read(amount)?;
        if end <= first {
            return Err(SpendError::NoDays(first, end));
        }
        let later = self.stretches.range(first..end).next().map(|(day, _)| *day);
        let day = self.between(first, end).next().map(|(day, _)| day);
        if let Some(twice) = self.stretch_with(first).map(|_| first).or(later).or(day) {
            return Err(SpendError::DayTwice(twice));
        }
        self.stretches.insert(first, Stretch { end_day: end, spend: SpendDay { amount, estimated } });
        Ok(())
    }

    /// The stretch that a day is in.
    pub(super) fn stretch_with(&self, day: NaiveDate) -> Option<Stretch> {
        let (_, newest) = self.stretches.range(..=day).next_back()?;
        (day < newest.end_day).then_some(*newest)
    }

    /// The stretches that lie wholly in the days from the first to before the end.
    fn stretches_in(&self, first: NaiveDate, end: NaiveDate) -> impl Iterator<Item = (NaiveDate, Stretch)> {
        let range = (first < end).then(|| self.stretches.range(first..end));
        let inside = range.into_iter().flatten().filter(move |(_, stretch)| stretch.end_day <= end);
        inside.map(|(day, stretch)| (*day, *stretch))
    }

    /// What is known of the days from the first to before the end, by day or by stretch.
    fn known_in(&self, first: NaiveDate, end: NaiveDate) -> impl Iterator<Item = SpendDay> {
        let days = self.between(first, end).map(|(_, spend)| spend);
        self.stretches_in(first, end).map(|(_, stretch)| stretch.spend).chain(days)
    }

    /// The sum over the days from the first to before the end.
    ///
    /// # Errors
    /// When it is larger than an amount can be.
    pub fn sum(&self, first: NaiveDate, end: NaiveDate) -> Result<BilledAmount, SpendError> {
        BilledAmount::sum(self.known_in(first, end).map(|spend| spend.amount))
    }

    /// That part of the sum which may still change.
    ///
    /// # Errors
    /// When it is larger than an amount can be.
    pub fn estimated(&self, first: NaiveDate, end: NaiveDate) -> Result<BilledAmount, SpendError> {
        BilledAmount::sum(self.known_in(first, end).filter(|spend| spend.estimated).map(|spend| spend.amount))
    }

    /// The sum in millionths, however large.
    pub(super) fn exact_sum(&self, first: NaiveDate, end: NaiveDate) -> BigRational {
        self.known_in(first, end).fold(BigRational::zero(), |sum, spend| sum + spend.amount.exact_micros())
    }

    /// How many days from the first to before the end are not known.
    pub fn missing(&self, first: NaiveDate, end: NaiveDate) -> u64 {
        let length = |days: i64| u64::try_from(days).unwrap_or(0);
        let days = u64::try_from(self.between(first, end).count()).unwrap_or(u64::MAX);
        let together = self.stretches_in(first, end).map(|(day, stretch)| length((stretch.end_day - day).num_days()));
        let known = together.fold(days, u64::saturating_add);
        length((end - first).num_days()).saturating_sub(known)
    }
}
