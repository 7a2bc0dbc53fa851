//! What a forecast is made of, so that it can be explained.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    model::{Model, MonthDay, in_micros},
    rate::days,
};

/// A month of growth is one of thirty days.
const MONTH_DAYS: i128 = 30;
const PPB_OF_A_PPM: i128 = 1_000;

/// What a forecast is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForecastParts {
    /// What a day costs now, over all weekdays and beside recurring charges, in millionths.
    pub daily_rate_micros: i64,
    /// By how much that grows in thirty days, in parts per million; 0 where there is no trend that is sure.
    pub growth_month_ppm: i64,
    /// The day since which spend is at this level; null where it did not change in the days that are known.
    pub level_since: Option<NaiveDate>,
    /// The charges that come on a day of each month.
    pub recurring: Vec<RecurringCharge>,
    /// What of them is still to come in the period, in millionths.
    pub recurring_to_come_micros: i64,
    /// How many days of spend it is made of: at least 14.
    pub history_days: u64,
}

/// A charge that comes on a day of each month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecurringCharge {
    /// The day of the month.
    pub on: MonthDay,
    /// What it comes to, in millionths.
    pub amount_micros: i64,
}

impl ForecastParts {
    /// Those of a model for the days from the first to before the end.
    pub(super) fn of(model: &Model, first: NaiveDate, end: NaiveDate) -> Self {
        let whole = |number: i128| i64::try_from(number).unwrap_or(i64::MAX);
        let micros = |amount: i128| whole(in_micros(amount));
        let charges = model.recurring.iter();
        Self {
            daily_rate_micros: micros(model.level().amount),
            growth_month_ppm: whole(model.level().growth_ppb * MONTH_DAYS / PPB_OF_A_PPM),
            level_since: model.changed_on,
            recurring: charges
                .map(|charge| RecurringCharge { on: charge.on, amount_micros: micros(charge.amount) })
                .collect(),
            recurring_to_come_micros: micros(days(first, end).map(|day| model.recurring_on(day)).sum()),
            history_days: u64::try_from(model.days).unwrap_or(u64::MAX),
        }
    }
}
