//! What was billed, day by day, as a whole and by group.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use serde::{Deserialize, Serialize};

use super::{
    amount::{BilledAmount, SpendError, same_currency},
    share::{over, ppm_up},
    stretch::Stretch,
};
use crate::money::{excerpt, is_currency};

/// What was billed, day by day, in one currency; of times whose days are not known, by stretches of several days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailySpend {
    /// ISO 4217 code.
    pub(super) currency: String,
    pub(super) days: BTreeMap<NaiveDate, SpendDay>,
    /// By their first days. None has a day of another, or one that is known by itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) stretches: BTreeMap<NaiveDate, Stretch>,
}

/// What was billed for one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendDay {
    /// How much; negative when credits and refunds outweigh.
    pub amount: BilledAmount,
    /// May it still change?
    pub estimated: bool,
}

impl DailySpend {
    /// Without any day yet.
    ///
    /// # Errors
    /// When the currency is none.
    pub fn new(currency: &str) -> Result<Self, SpendError> {
        if !is_currency(currency) {
            return Err(SpendError::NotCurrency(excerpt(currency)));
        }
        Ok(Self { currency: currency.to_owned(), days: BTreeMap::new(), stretches: BTreeMap::new() })
    }

    /// ISO 4217 code.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// Takes in a day as Cost Explorer writes it: a decimal text and the currency as its unit.
    ///
    /// # Errors
    /// When the text is no amount, the currency another, or the day is there already.
    pub fn add(&mut self, day: NaiveDate, amount: &str, unit: &str, estimated: bool) -> Result<(), SpendError> {
        same_currency(&self.currency, unit)?;
        let amount = BilledAmount::read(amount)?;
        if self.days.contains_key(&day) || self.stretch_with(day).is_some() {
            return Err(SpendError::DayTwice(day));
        }
        self.days.insert(day, SpendDay { amount, estimated });
        Ok(())
    }

    /// What was billed for a day; none where nothing is known of it, or only a sum that it is in.
    pub fn on(&self, day: NaiveDate) -> Option<SpendDay> {
        self.days.get(&day).copied()
    }

    /// The days from the first to before the end that are known by themselves, in order.
    pub fn between(&self, first: NaiveDate, end: NaiveDate) -> impl DoubleEndedIterator<Item = (NaiveDate, SpendDay)> {
        let range = (first < end).then(|| self.days.range(first..end));
        range.into_iter().flatten().map(|(day, spend)| (*day, *spend))
    }

    /// The days from one on that are known by themselves, without stretches.
    pub(crate) fn since(&self, first: NaiveDate) -> Self {
        let days = self.days.range(first..).map(|(day, spend)| (*day, *spend)).collect();
        Self { currency: self.currency.clone(), days, stretches: BTreeMap::new() }
    }

    /// The amounts of the newest days before `end` that follow one another without a gap, newest first; at most so many.
    pub(super) fn newest(&self, end: NaiveDate, most: usize) -> Vec<(NaiveDate, BilledAmount)> {
        let mut expected = end;
        let mut found = Vec::new();
        for (day, spend) in self.between(NaiveDate::MIN, end).rev().take(most) {
            if expected.pred_opt() != Some(day) {
                break;
            }
            found.push((day, spend.amount));
            expected = day;
        }
        found
    }
}

/// What was billed, day by day, for each group: one name for each thing that was grouped by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupedSpend {
    currency: String,
    groups: BTreeMap<Vec<String>, DailySpend>,
}

impl GroupedSpend {
    /// Without any group yet.
    ///
    /// # Errors
    /// When the currency is none.
    pub fn new(currency: &str) -> Result<Self, SpendError> {
        Ok(Self { currency: DailySpend::new(currency)?.currency, groups: BTreeMap::new() })
    }

    /// Takes in a group's day. The same day may come in several pages, each with other groups.
    ///
    /// # Errors
    /// When the text is no amount, the currency another, or the group has the day already.
    pub fn add(
        &mut self,
        keys: &[String],
        day: NaiveDate,
        amount: &str,
        unit: &str,
        estimated: bool,
    ) -> Result<(), SpendError> {
        same_currency(&self.currency, unit)?;
        let currency = self.currency.clone();
        let empty = || DailySpend { currency, days: BTreeMap::new(), stretches: BTreeMap::new() };
        self.groups.entry(keys.to_vec()).or_insert_with(empty).add(day, amount, unit, estimated)
    }

    /// The groups, by their names.
    pub fn groups(&self) -> impl Iterator<Item = (&[String], &DailySpend)> {
        self.groups.iter().map(|(keys, spend)| (keys.as_slice(), spend))
    }

    /// The sum of each group over the days from the first to before the end.
    ///
    /// # Errors
    /// When one is larger than an amount can be.
    pub fn totals(&self, first: NaiveDate, end: NaiveDate) -> Result<Vec<(&[String], BilledAmount)>, SpendError> {
        self.groups().map(|(keys, spend)| Ok((keys, spend.sum(first, end)?))).collect()
    }

    /// The sum over those groups whose names fit.
    ///
    /// # Errors
    /// When it is larger than an amount can be.
    pub fn sum(
        &self,
        first: NaiveDate,
        end: NaiveDate,
        fits: impl Fn(&[String]) -> bool,
    ) -> Result<BilledAmount, SpendError> {
        let fitting = self.groups().filter(|(keys, _)| fits(keys));
        fitting.map(|(_, spend)| spend.sum(first, end)).try_fold(BilledAmount::ZERO, |sum, group| sum.plus(group?))
    }
}

/// Is it what Cost Explorer calls the group of what does not carry a tag? That is the tag's key and `$`, without a value.
pub fn is_untagged(group: &str) -> bool {
    group.split_once('$').is_some_and(|(_, value)| value.is_empty())
}

/// The sum of groups, held against the same without groups: Cost Explorer's may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reconciliation {
    /// The sum of the groups, in millionths.
    pub grouped_micros: i64,
    /// The total, in millionths.
    pub ungrouped_micros: i64,
    /// The total less the sum of the groups: what no group has.
    pub difference_micros: i64,
    /// The size of the difference over that of the total, in parts per million, rounded up; 0 where there is none, and null
    /// where there is one and the total is nothing.
    pub difference_ppm: Option<i64>,
}

impl Reconciliation {
    /// Holds one against the other.
    ///
    /// # Errors
    /// When a figure is larger than an amount can be.
    pub fn of(grouped: BilledAmount, ungrouped: BilledAmount) -> Result<Self, SpendError> {
        let micros = |amount: BilledAmount| amount.micros().ok_or(SpendError::TooLarge);
        let difference = ungrouped.minus(grouped)?;
        let share = match difference == BilledAmount::ZERO {
            true => Some(BigRational::from_integer(BigInt::zero())),
            false => over(&difference.exact_micros().abs(), &ungrouped.exact_micros().abs()),
        };
        Ok(Self {
            grouped_micros: micros(grouped)?,
            ungrouped_micros: micros(ungrouped)?,
            difference_micros: micros(difference)?,
            difference_ppm: share.as_ref().and_then(ppm_up),
        })
    }
}
