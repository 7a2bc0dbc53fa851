//! The budget that tests are about: 3,000 dollars for November, of 30 days that begin on a Sunday.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::{
    Allowance, Basis, Budget, BudgetFact, BudgetPeriod, Declared, ForecastReading, SpendJudging, SpendReading,
    budget_fact, read,
};
use crate::{
    Timestamp,
    catalogue::{Service, Team},
    data::from_yaml,
    evidence::EvidenceStatus,
    slo::{CalendarUnit, Period},
    spend::{BilledAmount, DailySpend},
};

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn usd(text: &str) -> BilledAmount {
    BilledAmount::read(text).unwrap()
}

pub(crate) fn budget(changes: &str) -> Budget {
    let teams: BTreeMap<String, Team> = BTreeMap::from([("money".to_owned(), from_yaml("t", "name: money").unwrap())]);
    let services: BTreeMap<String, Service> = BTreeMap::new();
    let text = format!(
        "budgets:\n  - name: b\n    owner: money\n    scope: {{all: true}}\n    amount: 3000\n    currency: USD\n    \
         period: monthly\n    steps:\n      - {{percent: 50, of: actual, enforcement: inform}}\n      \
         - {{percent: 100, of: actual, enforcement: freeze}}\n      - {{percent: 100, of: forecast, enforcement: \
         approve}}\n{changes}"
    );
    read([("b.yaml", text.as_str())], &teams, &services).unwrap().remove(0)
}

/// The same for a year.
pub(crate) fn yearly() -> Budget {
    let mut budget = budget("");
    if let Allowance::Declared(Declared {
        period: BudgetPeriod { period: Period::Calendar { unit, .. }, .. }, ..
    }) = &mut budget.allowance
    {
        *unit = CalendarUnit::Year;
    }
    budget
}

/// The same spend, of which the days before one are known by the month only.
pub(crate) fn by_month(spend: &SpendReading, before: NaiveDate) -> SpendReading {
    let mut daily = DailySpend::new("USD").unwrap();
    let mut months: BTreeMap<NaiveDate, (BilledAmount, NaiveDate)> = BTreeMap::new();
    for (date, known) in spend.daily.between(NaiveDate::MIN, NaiveDate::MAX) {
        if date >= before {
            daily.add(date, &known.amount.to_string(), "USD", known.estimated).unwrap();
        } else {
            let month = months.entry(date.with_day(1).unwrap()).or_insert((BilledAmount::ZERO, date));
            *month = (month.0.plus(known.amount).unwrap(), date);
        }
    }
    for (first, (amount, last)) in months {
        daily.add_stretch(first, last.succ_opt().unwrap(), &amount.to_string(), "USD", false).unwrap();
    }
    SpendReading { daily, ..spend.clone() }
}

pub(crate) fn declared(budget: &Budget) -> &Declared {
    match &budget.allowance {
        Allowance::Declared(declared) => declared,
        Allowance::AwsBudget { .. } => panic!("declared"),
    }
}

pub(crate) fn judging(now: &str) -> SpendJudging {
    SpendJudging {
        now: time(now),
        required: true,
        max_age_seconds: 12 * 3600,
        max_lag_days: 2,
        reconciliation_ppm: 10_000,
        min_weeks: 4,
        history_days: 84,
    }
}

/// Each day from the first to before the end costs what `cost` says; what is of November may still change.
pub(crate) fn reading(
    first: &str,
    complete_before: &str,
    as_of: &str,
    cost: impl Fn(NaiveDate) -> String,
) -> SpendReading {
    let mut daily = DailySpend::new("USD").unwrap();
    let end = day(complete_before);
    for date in day(first).iter_days().take_while(|date| *date < end) {
        daily.add(date, &cost(date), "USD", date >= day("2026-11-01")).unwrap();
    }
    SpendReading {
        source: "cost-explorer".to_owned(),
        as_of: time(as_of),
        complete_before: end,
        basis: Basis::default(),
        daily,
        period_total: None,
        reconciliation: None,
        untagged: None,
        forecast: ForecastReading::Unknown(EvidenceStatus::NoData, "too little history".to_owned()),
        anomalies: Vec::new(),
        unreadable: Vec::new(),
        requests: BTreeMap::new(),
        api_requests: 2,
        api_cost_usd_micros: 20_000,
    }
}

pub(crate) fn fact(budget: &Budget, spend: &SpendReading, now: &str) -> BudgetFact {
    let terms = declared(budget).terms(time(now)).unwrap();
    budget_fact(budget, &Ok((&terms, spend)), &judging(now))
}

pub(crate) const NOW: &str = "2026-11-11T06:00:00Z";

/// Ten days of November are known, at 150 dollars a day: half is spent in a third of the time.
pub(crate) fn ten_days(first: &str) -> SpendReading {
    reading(first, "2026-11-11", "2026-11-11T01:00:00Z", |_| "150".to_owned())
}
