//! What budgets come to together: those of one currency and period, and none that holds another.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::row::Row;

/// The sum of some budgets of one currency and period.
#[derive(Debug, Serialize)]
pub(super) struct Total {
    pub(super) currency: String,
    pub(super) first_day: NaiveDate,
    pub(super) end_day: NaiveDate,
    pub(super) budgets: u64,
    /// Null when it is not known of one of them, or larger than an amount can be.
    pub(super) spent_micros: Option<i64>,
    pub(super) limit_micros: Option<i64>,
}

/// The sums of which there are at least two budgets. One that names no services may hold what others do, and is left out.
pub(super) fn totals(rows: &[Row]) -> Vec<Total> {
    let mut found: BTreeMap<(&str, NaiveDate, NaiveDate), Total> = BTreeMap::new();
    for fact in rows.iter().map(|row| &row.fact).filter(|fact| !fact.scope.services.is_empty()) {
        let (Some(currency), Some(period)) = (fact.currency.as_deref(), &fact.period) else { continue };
        let (first_day, end_day) = (period.first_day, period.end_day);
        let none = || Total {
            currency: currency.to_owned(),
            first_day,
            end_day,
            budgets: 0,
            spent_micros: Some(0),
            limit_micros: Some(0),
        };
        let total = found.entry((currency, first_day, end_day)).or_insert_with(none);
        let add = |sum: Option<i64>, micros: Option<i64>| sum?.checked_add(micros?);
        total.budgets += 1;
        total.spent_micros = add(total.spent_micros, fact.spent_micros);
        total.limit_micros = add(total.limit_micros, fact.limit_micros);
    }
    found.into_values().filter(|total| total.budgets > 1).collect()
}
