//! What a budget of AWS Budgets comes to. Its periods are those of the calendar, by the clock of UTC.

use chrono::{Datelike as _, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use tollgate_core::{
    Timestamp,
    budget::Terms,
    slo::{Bounds, CalendarUnit, Period},
};

use super::{part::Gap, snapshot::AwsBudget};

/// What it comes to at a time.
pub(super) fn terms(budget: &AwsBudget, at: Timestamp) -> Result<Terms, Gap> {
    let odd = |what: String| Gap::error(format!("the AWS Budget `{}`: {what}", budget.name));
    if let Some(reason) = &budget.unhealthy {
        return Err(odd(format!("it is not healthy, AWS says `{reason}`")));
    }
    if budget.kind != "COST" {
        return Err(odd(format!("it is of the kind `{}`, and one of the kind `COST` is needed", budget.kind)));
    }
    let basis = budget.basis.clone().map_err(odd)?;
    let limit = budget.limit.as_ref().ok_or_else(|| odd("it has no limit".to_owned()))?;
    // A budget that comes again ends far in the future.
    if budget.ends_at.is_some_and(|end| end <= at) {
        return Err(odd("its last period is over: renew it".to_owned()));
    }
    if let Some(start) = budget.starts_at.filter(|start| at < *start) {
        return Err(odd(format!("its first period begins at {}", start.to_rfc3339())));
    }
    let bounds =
        bounds(budget, at).ok_or_else(|| odd(format!("its periods, `{}`, are not known", budget.time_unit)))?;
    Terms::given(&limit.amount, &limit.unit, basis, bounds, at).map_err(odd)
}

/// The period that a time is in.
pub(super) fn bounds(budget: &AwsBudget, at: Timestamp) -> Option<Bounds> {
    let unit = match budget.time_unit.as_str() {
        "DAILY" => CalendarUnit::Day,
        "MONTHLY" => CalendarUnit::Month,
        "QUARTERLY" => CalendarUnit::Quarter,
        "ANNUALLY" => CalendarUnit::Year,
        "CUSTOM" => return Some(Bounds { starts_at: budget.starts_at?, ends_at: budget.ends_at? }),
        _ => return None,
    };
    let starts = NaiveDate::from_ymd_opt(at.year(), 1, 1)?.and_time(NaiveTime::MIN);
    let period = Period::Calendar { starts, unit, count: 1, time_zone: Tz::UTC };
    // A period is asked for by its end, and the time belongs to the one that it begins.
    period.bounds(at.checked_add_signed(TimeDelta::seconds(1))?)
}
