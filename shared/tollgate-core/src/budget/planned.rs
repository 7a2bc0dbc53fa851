//! Would a planned change keep a budget?

use chrono::{Datelike, NaiveDate};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use serde::{Deserialize, Serialize};

use super::{BudgetFact, Terms};
use crate::spend::{days, over, ppm_up, to_micros, whole_of};

/// What a planned change makes of a budget's period: what is spent and forecast without it, and its monthly increase for the
/// days that are left. A month's increase is spread over the days of each calendar month, so a change on the 16th of a month
/// of 30 days costs half of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedFit {
    /// The budget's name.
    pub budget: String,
    /// What the change adds until the end of the period, in millionths, rounded up.
    pub added_micros: i64,
    /// What will have been spent at the end of the period with it; null when no forecast is known.
    pub projected_micros: Option<i64>,
    /// The same by the forecast's upper bound.
    pub projected_high_micros: Option<i64>,
    /// The amount at the end of the period.
    pub limit_micros: i64,
    /// What will have been spent over that amount, in parts per million, rounded up.
    pub projected_ppm: Option<i64>,
    /// Does the change take it over the amount? Null when nobody can say.
    pub exceeds: Option<bool>,
    /// Would it be over the amount without the change?
    pub exceeds_without: Option<bool>,
}

/// Why a change cannot be held against a budget.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FitError {
    /// Two currencies.
    #[error("the estimate is in {estimate} and the budget in {budget}: amounts are not compared across currencies")]
    Currencies {
        /// That of the estimate.
        estimate: String,
        /// That of the budget.
        budget: String,
    },
    /// The amount leaves 64 bits.
    #[error("the increase is larger than an amount can be")]
    TooLarge,
}

/// Holds a monthly increase against a budget.
///
/// # Errors
/// When the currencies differ, or the increase is too large.
pub fn planned_fit(
    fact: &BudgetFact,
    terms: &Terms,
    monthly_increase_micros: i64,
    currency: &str,
) -> Result<PlannedFit, FitError> {
    if currency != terms.currency {
        let (estimate, budget) = (crate::money::excerpt(currency), terms.currency.clone());
        return Err(FitError::Currencies { estimate, budget });
    }
    let added = months_left(terms.today.max(terms.first_day), terms.end_day) * BigInt::from(monthly_increase_micros);
    let limit = whole_of(terms.limit_at_end_micros);
    let with = |micros: i64| whole_of(micros) + &added;
    let forecast = fact.forecast.as_ref();
    let projected = forecast.map(|forecast| with(forecast.mean_micros));
    let high = forecast.and_then(|forecast| forecast.high_micros).map(with);
    let spent = fact.spent_micros.map(with);
    let is_good = fact.evidence.is_ok();
    // What is spent and added alone can be over the amount, whatever the forecast; never surely inside it.
    let exceeds = match (&projected, &spent) {
        (Some(projected), _) if *projected > limit => Some(true),
        (_, Some(spent)) if *spent > limit => Some(true),
        (Some(_), _) if is_good => Some(false),
        _ => None,
    };
    let exceeds_without = match forecast.map(|forecast| forecast.mean_micros > terms.limit_at_end_micros) {
        Some(true) => Some(true),
        Some(false) if is_good => Some(false),
        _ => None,
    };
    let micros = |amount: &BigRational| to_micros(&amount.ceil()).ok_or(FitError::TooLarge);
    Ok(PlannedFit {
        budget: fact.name.clone(),
        added_micros: micros(&added)?,
        projected_micros: projected.as_ref().map(micros).transpose()?,
        projected_high_micros: high.as_ref().map(micros).transpose()?,
        limit_micros: terms.limit_at_end_micros,
        projected_ppm: projected.as_ref().and_then(|projected| ppm_up(&over(projected, &limit)?)),
        exceeds,
        exceeds_without,
    })
}

/// Calendar months from a day to before another, counted by the share of each month that their days are.
fn months_left(first: NaiveDate, end: NaiveDate) -> BigRational {
    days(first, end)
        .fold(BigRational::zero(), |sum, day| sum + BigRational::new(BigInt::from(1), BigInt::from(days_of_month(day))))
}

fn days_of_month(day: NaiveDate) -> i64 {
    let (year, month) = (day.year(), day.month());
    let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    let first = |(year, month)| NaiveDate::from_ymd_opt(year, month, 1);
    first((year, month)).zip(first(next)).map_or(30, |(first, next)| (next - first).num_days())
}
