//! What a budget of AWS Budgets comes to. Its periods are those of the calendar, by the clock of UTC.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use tollgate_core::{
    Timestamp,
    budget::{BudgetPeriod, Declared, Terms},
    evidence::EvidenceStatus,
    money::micros_from_decimal,
    slo::{CalendarUnit, Period},
    spend::DailySpend,
};

use super::{part::Gap, snapshot::AwsBudget};

/// What it comes to at a time.
pub(super) fn terms(budget: &AwsBudget, at: Timestamp) -> Result<Terms, Gap> {
    let name = &budget.name;
    let odd = |what: String| Gap::error(format!("the AWS Budget `{name}` {what}"));
    if let Some(reason) = &budget.unhealthy {
        return Err(odd(format!("is not healthy: AWS says `{reason}`")));
    }
    if budget.kind != "COST" {
        return Err(odd(format!("is of the kind `{}`: one of the kind `COST` is needed", budget.kind)));
    }
    let basis = budget.basis.clone().map_err(odd)?;
    let limit = budget.limit.as_ref().ok_or_else(|| odd("has no limit".to_owned()))?;
    let amount_micros = micros_from_decimal(&limit.amount).map_err(|error| odd(format!("has a limit that {error}")))?;
    DailySpend::new(&limit.unit).map_err(|error| odd(format!("has a limit in no currency: {error}")))?;
    let period = period(budget, at).ok_or_else(|| odd(format!("has no period here: it is `{}`", budget.time_unit)))?;
    let declared = Declared { currency: limit.unit.clone(), amount_micros, changes: Vec::new(), period, basis };
    declared.terms(at).map_err(|error| Gap::new(EvidenceStatus::NoData, format!("the AWS Budget `{name}`: {error}")))
}

fn period(budget: &AwsBudget, at: Timestamp) -> Option<BudgetPeriod> {
    let starts_on = budget.starts_at.map(|time| time.date_naive());
    // The last day of a budget that comes again is far away, and may be inside of a period.
    let custom_end = budget.ends_at.map(|time| time.date_naive()).filter(|_| budget.time_unit == "CUSTOM");
    let january = NaiveDate::from_ymd_opt(at.year(), 1, 1)?;
    let (first_day, unit, count) = match budget.time_unit.as_str() {
        "DAILY" => (january, CalendarUnit::Day, 1),
        "MONTHLY" => (january, CalendarUnit::Month, 1),
        "QUARTERLY" => (january, CalendarUnit::Quarter, 1),
        "ANNUALLY" => (january, CalendarUnit::Year, 1),
        "CUSTOM" => {
            let days = (custom_end? - starts_on?).num_days();
            (starts_on?, CalendarUnit::Day, u32::try_from(days).ok().filter(|days| (1..=366).contains(days))?)
        }
        _ => return None,
    };
    let period = Period::Calendar { starts: first_day.and_time(NaiveTime::MIN), unit, count, time_zone: Tz::UTC };
    let is_custom = custom_end.is_some();
    let over = budget.ends_at.is_some_and(|end: DateTime<_>| end <= at);
    (is_custom || !over).then_some(BudgetPeriod {
        period,
        time_zone: Tz::UTC,
        first_day: starts_on.filter(|_| is_custom),
        end_day: custom_end,
    })
}
