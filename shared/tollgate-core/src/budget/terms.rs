//! What a budget comes to at a time.

use chrono::NaiveDate;

use super::{Basis, Declared};
use crate::{
    Timestamp,
    money::{decimal_from_micros, excerpt, is_currency, micros_from_decimal},
    slo::Bounds,
};

/// What a budget comes to at a time: declared, or read from AWS Budgets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// ISO 4217 code.
    pub currency: String,
    /// What counts as cost.
    pub basis: Basis,
    /// The amount for the period, as known at the time, in millionths; more than nothing.
    pub limit_micros: i64,
    /// The amount that will hold on the period's last day, as known at the time.
    pub limit_at_end_micros: i64,
    /// When the period begins and ends.
    pub bounds: Bounds,
    /// Its first day.
    pub first_day: NaiveDate,
    /// The first day after it.
    pub end_day: NaiveDate,
    /// The day that it is at the time.
    pub today: NaiveDate,
}

/// Why a budget has no terms at a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// Its first period begins later.
    #[error("it begins on {0}")]
    NotBegun(NaiveDate),
    /// Its only period is over.
    #[error("it ended on {0}: write the next one")]
    Over(NaiveDate),
    /// The calendar does not reach there.
    #[error("the calendar has no such time")]
    NoSuchTime,
}

impl Terms {
    /// What a budget of AWS Budgets comes to: its limit as a decimal text, the currency as its unit, and its period, which
    /// begins and ends with days of UTC.
    ///
    /// # Errors
    /// When the limit is no amount of more than nothing, the unit no currency, or the period does not hold the time.
    pub fn given(limit: &str, unit: &str, basis: Basis, bounds: Bounds, at: Timestamp) -> Result<Self, String> {
        if !is_currency(unit) {
            return Err(format!("its unit `{}` is not a currency code of ISO 4217 such as `USD`", excerpt(unit)));
        }
        let limit_micros = micros_from_decimal(limit).map_err(|error| format!("its limit: {error}"))?;
        if limit_micros <= 0 {
            return Err(format!("its limit of {} leaves nothing to spend", decimal_from_micros(limit_micros)));
        }
        if at < bounds.starts_at || bounds.ends_at <= at {
            return Err(format!("its period is {} to {}, and does not hold {at}", bounds.starts_at, bounds.ends_at));
        }
        let (first_day, end_day) = (bounds.starts_at.date_naive(), bounds.ends_at.date_naive());
        let (currency, today) = (unit.to_owned(), at.date_naive());
        Ok(Self { currency, basis, limit_micros, limit_at_end_micros: limit_micros, bounds, first_day, end_day, today })
    }
}

impl Declared {
    /// What it comes to at a time.
    ///
    /// # Errors
    /// Before its first period, and after its last.
    pub fn terms(&self, at: Timestamp) -> Result<Terms, TermsError> {
        let today = self.period.day(at);
        let days = self.period.holding(at).ok_or_else(|| match (self.period.first_day, self.period.end_day) {
            (Some(first), _) if today < first => TermsError::NotBegun(first),
            (_, Some(end)) => TermsError::Over(end),
            _ => TermsError::NoSuchTime,
        })?;
        let last_day = days.end_day.pred_opt().unwrap_or(days.end_day);
        Ok(Terms {
            currency: self.currency.clone(),
            basis: self.basis,
            limit_micros: self.amount_on(today),
            limit_at_end_micros: self.amount_on(last_day),
            bounds: days.bounds,
            first_day: days.first_day,
            end_day: days.end_day,
            today,
        })
    }

    /// The amount for one period as it is known on a day.
    fn amount_on(&self, day: NaiveDate) -> i64 {
        let known = self.changes.iter().rfind(|change| change.from <= day);
        known.map_or(self.amount_micros, |change| change.amount_micros)
    }
}
