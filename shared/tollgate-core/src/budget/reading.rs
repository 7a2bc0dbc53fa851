//! What is known of a budget's spend.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::Basis;
use crate::{
    Timestamp,
    evidence::EvidenceStatus,
    settings::Settings,
    spend::{BilledAmount, DailySpend, GivenForecast, Reconciliation},
};

/// What is known of a budget's spend, as it was gathered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendReading {
    /// Where it came from: `cost-explorer`, `aws-budgets`, `recorded:demo.json`.
    pub source: String,
    /// When it was fetched.
    pub as_of: Timestamp,
    /// The first day that the bill does not know as a whole.
    pub complete_before: NaiveDate,
    /// What was asked for.
    pub basis: Basis,
    /// The spend in the budget's scope, of the period, and of the weeks before it as far as they are known: day by day, and
    /// of what is long ago by the month.
    pub daily: DailySpend,
    /// The spend of the period so far, where it is known as a sum only: by AWS Budgets.
    pub period_total: Option<BilledAmount>,
    /// The groups that the spend was taken from, all of them, held against the whole bill of the same time and period; none
    /// where it was not grouped, or the two were not fetched together.
    pub reconciliation: Option<Reconciliation>,
    /// That part of it that carries no owner tag; none where it was not grouped by tag.
    pub untagged: Option<BilledAmount>,
    /// What AWS forecasts.
    pub forecast: ForecastReading,
    /// Anomalies that concern the scope and are not over.
    pub anomalies: Vec<AnomalyFact>,
    /// Records that may concern the scope and could not be read.
    #[serde(default)]
    pub unreadable: Vec<UnreadableFact>,
    /// Requests that the scope's services served, day by day.
    pub requests: BTreeMap<NaiveDate, u64>,
    /// Requests made to AWS for this reading alone.
    pub api_requests: u64,
    /// What they cost, in millionths of a US dollar.
    pub api_cost_usd_micros: u64,
}

/// What AWS forecasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForecastReading {
    /// This.
    Given(GivenForecast),
    /// Nothing, and why: an account that is too young has no data, which is not the same as no cost.
    Unknown(EvidenceStatus, String),
    /// It was not asked.
    NotAsked,
}

/// An anomaly that AWS Cost Anomaly Detection found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AnomalyFact {
    /// Its id.
    pub id: String,
    /// What it is about: `Amazon Elastic Compute Cloud - Compute`.
    pub about: String,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// What was spent above what was expected, in millionths of the currency.
    pub impact_micros: i64,
    /// The same over what was expected, in parts per million; null when nothing was expected.
    pub impact_ppm: Option<i64>,
}

/// A record from outside that may concern a budget and that could not be read: what it says is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnreadableFact {
    /// The part of the bill that it is of: `anomalies`.
    pub part: String,
    /// What it is called there: the id of an anomaly.
    pub record: String,
    /// Why it cannot be read.
    pub reason: String,
}

/// How spend is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendJudging {
    /// The time to judge by.
    pub now: Timestamp,
    /// Must a decision rest on it?
    pub required: bool,
    /// How long ago it may have been fetched.
    pub max_age_seconds: u64,
    /// How many days the bill may be behind: the days before today that it does not know as a whole.
    pub max_lag_days: u32,
    /// By how much the groups of a bill may differ from the whole, in parts per million of the whole.
    pub reconciliation_ppm: i64,
    /// With this many whole weeks of history, days are weighted by their weekday.
    pub min_weeks: u32,
    /// How many days before the one on which the bill was fetched forecasts are made of, whatever else is known: so many are
    /// always asked for.
    pub history_days: u64,
}

impl SpendJudging {
    /// As the thresholds `cost.spend_max_age_seconds`, `cost.spend_max_lag_days`, `cost.reconciliation_ppm`,
    /// `cost.weekday_min_weeks` and `billing.history_days` say. One that is not set lets no bill be old, behind or contradict itself, and weights
    /// nothing.
    pub fn of(settings: &Settings, now: Timestamp, required: bool) -> Self {
        let number = |name: &str| settings.integer("cost", name);
        let whole = |name: &str| number(name).and_then(|number| u32::try_from(number).ok());
        Self {
            now,
            required,
            max_age_seconds: number("spend_max_age_seconds").and_then(|age| u64::try_from(age).ok()).unwrap_or(0),
            max_lag_days: whole("spend_max_lag_days").unwrap_or(0),
            reconciliation_ppm: number("reconciliation_ppm").unwrap_or(0),
            min_weeks: whole("weekday_min_weeks").unwrap_or(u32::MAX),
            history_days: settings.seconds("billing", "history_days"),
        }
    }

    /// The first day that forecasts of a bill are made of, which was fetched at a time.
    pub(super) fn history_since(&self, fetched_at: Timestamp) -> NaiveDate {
        let day = fetched_at.date_naive();
        day.checked_sub_days(Days::new(self.history_days)).unwrap_or(NaiveDate::MIN)
    }
}
