//! A budget as policies see it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{AnomalyFact, Basis, Enforcement, Scope, StepKind, UnreadableFact};
use crate::{
    Timestamp,
    evidence::Evidence,
    spend::{ForecastMethod, ForecastParts, Reconciliation, RunAwayFact, UnitCostFact, Weighting},
};

/// Where a budget stands. Amounts are in millionths of its currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BudgetFact {
    /// How its spend is known; `budget/<name>`. `stale` when it was fetched too long ago or the bill is behind, `partial`
    /// when days are missing.
    pub evidence: Evidence,
    /// How its forecast is known; `budget/<name>/forecast`. Advisory.
    pub forecast_evidence: Evidence,
    /// Its name.
    pub name: String,
    /// The team that answers for it.
    pub owner: String,
    /// What is counted.
    pub scope: Scope,
    /// Is it for some services, accounts or tags? One of everything is none of a service's own.
    pub own: bool,
    /// How many services of the catalogue it holds. Where it is none, its steps hold nothing up.
    pub services_held: u64,
    /// Environments that are to stop first when money runs out.
    pub non_essential: Vec<String>,
    /// The budget of AWS Budgets that says how much it is; null where its file does.
    pub aws_budget: Option<String>,
    /// ISO 4217 code; null when not known.
    pub currency: Option<String>,
    /// What counts as cost; null when not known.
    pub basis: Option<Basis>,
    /// The amount for the period, as it is now; null when not known.
    pub limit_micros: Option<i64>,
    /// The amount that will hold at the end of the period: another one when a change of it is announced.
    pub limit_at_end_micros: Option<i64>,
    /// The period; null when not known.
    pub period: Option<BudgetPeriodFact>,
    /// Where it stands, as far as that is known.
    pub standing: Standing,
    /// What was spent in the period, including what is known of days that are not over.
    pub spent_micros: Option<i64>,
    /// That part of it that may still change.
    pub estimated_micros: Option<i64>,
    /// The first day that the bill does not know as a whole.
    pub complete_before: Option<NaiveDate>,
    /// What was spent over the amount, in parts per million, rounded down.
    pub share_ppm: Option<i64>,
    /// How fast it goes; null while no day of the period is known as a whole.
    pub pace: Option<PaceFact>,
    /// What will have been spent at the end of the period; null when not known, and `forecast_evidence` says why.
    pub forecast: Option<ForecastFact>,
    /// Days until the amount is spent at the rate of the last weeks, today being the first; 0 when it is. Null when it will
    /// not be before the period ends, or when the rate is not known.
    pub days_to_exhaustion: Option<u32>,
    /// The day on which it will be; null when `days_to_exhaustion` is, and when it is spent.
    pub exhausted_on: Option<NaiveDate>,
    /// Its steps, by kind and share.
    pub steps: Vec<StepFact>,
    /// The strictest of the steps that are reached; null when none is.
    pub enforcement: Option<Enforcement>,
    /// The newest whole day, held against those before it, and each day after it that already cost more than their median;
    /// newest first. Empty when the days before are too few.
    pub run_aways: Vec<RunAwayFact>,
    /// Spend without an owner tag; null where the bill was not grouped by tag.
    pub untagged: Option<UntaggedFact>,
    /// The sum of groups, held against the total; null where the bill was not grouped.
    pub reconciliation: Option<Reconciliation>,
    /// What a thousand requests cost; null where requests or spend of the last week are not known.
    pub unit_cost: Option<UnitCostFact>,
    /// Anomalies that are not over.
    pub anomalies: Vec<AnomalyFact>,
    /// Records that may concern it and could not be read: each may be what would hold it up.
    #[serde(default)]
    pub unreadable: Vec<UnreadableFact>,
}

/// Where a budget stands. Only what rests on good evidence can be inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Less than the amount was spent, and the bill of it is final.
    Inside,
    /// Less than the amount was spent, and some of it may still change: what a current month usually is.
    InsideEstimated,
    /// The amount was spent.
    Over,
    /// Nobody can say.
    Unknown,
}

/// The period that a budget is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BudgetPeriodFact {
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends, and the amount is whole again.
    pub ends_at: Timestamp,
    /// Its first day.
    pub first_day: NaiveDate,
    /// The first day after it.
    pub end_day: NaiveDate,
    /// Its days.
    pub days: u64,
    /// Those of them that the bill knows as a whole.
    pub days_known: u64,
    /// The share of its time that is over, in parts per million, rounded down.
    pub elapsed_ppm: u64,
}

/// How fast a budget goes: up to the last day that is known as a whole, or where AWS Budgets tells a sum only, up to the time
/// at which it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PaceFact {
    /// The share of the amount that was spent until then, over the share of the period that was over, in parts per million,
    /// rounded up: 1000000 spends the amount exactly. Negative when credits outweigh.
    pub pace_ppm: i64,
    /// The share of the amount that was spent until then, in parts per million, rounded down.
    pub spent_ppm: i64,
    /// The share of the period that was over then, in parts per million, rounded down.
    pub expected_ppm: i64,
    /// What days were weighted by.
    pub weighting: Weighting,
}

/// What will have been spent at the end of the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ForecastFact {
    /// The mean, in millionths.
    pub mean_micros: i64,
    /// The lower bound; null when there is none.
    pub low_micros: Option<i64>,
    /// The upper bound.
    pub high_micros: Option<i64>,
    /// How it was made.
    pub method: ForecastMethod,
    /// What it is made of; null where AWS made it, or the period is over.
    #[serde(default)]
    pub parts: Option<ForecastParts>,
    /// The mean over the amount at the end of the period, in parts per million, rounded down.
    pub projected_ppm: i64,
    /// The upper bound over it, rounded up.
    pub projected_high_ppm: Option<i64>,
}

/// A step of a budget, and whether it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepFact {
    /// What is held against the budget.
    pub kind: StepKind,
    /// The share, in parts per million.
    pub share_ppm: u64,
    /// What happens from there on.
    pub enforcement: Enforcement,
    /// Has what was spent, or will be, come to the share? Null when nobody can say: what is behind can be beyond a step,
    /// and never surely short of it.
    pub reached: Option<bool>,
    /// Can the forecast come to it, by its upper bound? Never of a step of what was spent, and not where it is reached or
    /// nobody knows.
    #[serde(default)]
    pub within_reach: bool,
}

/// Spend without an owner tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UntaggedFact {
    /// How much, in millionths.
    pub micros: i64,
    /// The same over what was spent, in parts per million, rounded up; null when nothing was.
    pub share_ppm: Option<i64>,
}
