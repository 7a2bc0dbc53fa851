//! What a budget forecasts of a series, and what plain ways do.

use std::collections::BTreeMap;

use anyhow::{Context as _, anyhow};
use chrono::{NaiveDate, NaiveTime};
use tollgate_core::{
    Timestamp,
    budget::{
        Allowance, Basis, Budget, ForecastFact, ForecastReading, SpendJudging, SpendReading, Terms, budget_fact, read,
    },
    catalogue::Team,
    evidence::EvidenceStatus,
    money::decimal_from_micros,
    spend::DailySpend,
};

use super::daily::Series;

/// As gates ask for days.
const HISTORY_DAYS: u64 = 84;
const BUDGET: &str = "budgets:\n  - {name: b, owner: money, scope: {all: true}, amount: 30000, currency: USD, period: monthly, \
                      steps: [{percent: 100, of: forecast, enforcement: inform}]}\n";

/// Forecasts of the sum of a month, in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecasts {
    /// As budgets forecast; none where they say that it is not known.
    pub ours: Option<Interval>,
    /// What was spent, for each day to come once more.
    pub linear: i64,
    /// What the month before came to.
    pub last_month: i64,
    /// What was spent, and the mean of the last seven days for each day to come.
    pub last_seven_days: i64,
}

/// A forecast between its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The lower bound.
    pub low: i64,
    /// The forecast.
    pub mean: i64,
    /// The upper bound.
    pub high: i64,
}

impl Forecasts {
    /// Those of a series at the time to which it is known.
    ///
    /// # Errors
    /// When the budget cannot be read.
    pub fn of(series: &Series) -> anyhow::Result<Self> {
        let (first, cut, end) = (series.first, series.cut, series.end());
        let (known, left) = ((cut - first).num_days(), (end - cut).num_days());
        let spent = series.sum(first, cut);
        Ok(Self {
            ours: ours(series)?,
            linear: spent + per(spent * left, known),
            last_month: series.sum(series.before(), first),
            last_seven_days: spent + per(series.sum(series.ago(7), cut) * left, 7),
        })
    }
}

fn per(amount: i64, days: i64) -> i64 {
    amount.checked_div(days).unwrap_or(0)
}

fn ours(series: &Series) -> anyhow::Result<Option<Interval>> {
    let now = series.cut.and_time(NaiveTime::MIN).and_utc();
    let budget = budget()?;
    let Allowance::Declared(declared) = &budget.allowance else { return Err(anyhow!("it is declared")) };
    let terms: Terms = declared.terms(now)?;
    let reading = reading(series, now)?;
    let judging = SpendJudging {
        now,
        required: true,
        max_age_seconds: 3600,
        max_lag_days: 2,
        reconciliation_ppm: 0,
        min_weeks: 4,
        history_days: HISTORY_DAYS,
    };
    let fact = budget_fact(&budget, &Ok((&terms, &reading)), &judging);
    let interval = |forecast: ForecastFact| {
        Some(Interval { low: forecast.low_micros?, mean: forecast.mean_micros, high: forecast.high_micros? })
    };
    Ok(fact.forecast.and_then(interval))
}

fn budget() -> anyhow::Result<Budget> {
    let team: Team = tollgate_core::data::from_yaml("money", "name: money").map_err(|error| anyhow!("{error}"))?;
    let teams = BTreeMap::from([("money".to_owned(), team)]);
    let budgets = read([("b.yaml", BUDGET)], &teams, &BTreeMap::new()).map_err(|errors| anyhow!("{errors:?}"))?;
    budgets.into_iter().next().context("one is written")
}

fn reading(series: &Series, now: Timestamp) -> anyhow::Result<SpendReading> {
    let mut daily = DailySpend::new("USD")?;
    let days = series.days.range(..series.cut).filter(|(day, _)| is_asked(**day, series));
    for (day, amount) in days {
        daily.add(*day, &decimal_from_micros(*amount), "USD", false)?;
    }
    Ok(SpendReading {
        source: "backtest".to_owned(),
        as_of: now,
        complete_before: series.cut,
        basis: Basis::default(),
        daily,
        period_total: None,
        reconciliation: None,
        untagged: None,
        forecast: ForecastReading::Unknown(EvidenceStatus::NoData, "it was not asked".to_owned()),
        anomalies: Vec::new(),
        unreadable: Vec::new(),
        requests: BTreeMap::new(),
        api_requests: 0,
        api_cost_usd_micros: 0,
    })
}

fn is_asked(day: NaiveDate, series: &Series) -> bool {
    day >= series.ago(HISTORY_DAYS)
}
