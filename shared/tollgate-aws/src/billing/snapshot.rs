//! A snapshot of the bill: a value that can be kept, shared by all gates, and looked at later.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tollgate_core::{Timestamp, budget::Basis, evidence::EvidenceStatus, spend::GivenForecast};

use super::{
    group::Tags,
    part::Part,
    query::{CostQuery, ForecastQuery},
    reading::Reading,
    table::CostTable,
};

/// Names the form of a snapshot.
pub const BILLING_SCHEMA: &str = "tollgate.billing/v1";

/// The bill as it was at a time, as far as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Always [`BILLING_SCHEMA`].
    pub schema: String,
    /// When it was fetched. A part that could not be renewed says its own time.
    pub fetched_at: Timestamp,
    /// The tags that it was asked by.
    pub tags: Tags,
    /// Requests that it took, failed ones and repeated ones too.
    pub requests: u64,
    /// Those of them that are paid for.
    pub paid_requests: u64,
    /// What they cost, in millionths of a US dollar.
    pub price_usd_micros: u64,
    /// What was billed.
    pub costs: Vec<Part<CostQuery, CostTable>>,
    /// What AWS forecasts.
    pub forecasts: Vec<Part<ForecastQuery, GivenForecast>>,
    /// The budgets of AWS Budgets that were asked for by name, by account.
    pub budgets: Vec<Part<String, Reading<AwsBudget>>>,
    /// Open anomalies since a day; none when they were not wanted.
    pub anomalies: Option<Part<NaiveDate, Reading<OpenAnomaly>>>,
    /// Requests that objectives (`service/name`) counted together, by day: what unit costs are of.
    #[serde(default)]
    pub served: Vec<Part<Vec<String>, BTreeMap<NaiveDate, u64>>>,
}

/// A budget of AWS Budgets, as it is written there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwsBudget {
    /// Its name.
    pub name: String,
    /// Its kind: `COST`, or one that is about no money.
    pub kind: String,
    /// How much may be spent in the period.
    pub limit: Option<WrittenAmount>,
    /// What was spent in the period so far.
    pub actual: Option<WrittenAmount>,
    /// What it said was spent in the period before, when it was last asked there: until AWS computes a new period's spend, it
    /// goes on to say this.
    #[serde(default)]
    pub actual_before: Option<WrittenAmount>,
    /// What AWS expects at the end of the period.
    pub forecast: Option<WrittenAmount>,
    /// What counts as cost; or why that cannot be told.
    pub basis: Result<Basis, String>,
    /// How long a period is: `MONTHLY`.
    pub time_unit: String,
    /// When its first period begins.
    pub starts_at: Option<Timestamp>,
    /// When its last period ends.
    pub ends_at: Option<Timestamp>,
    /// When a person last edited it, which says nothing about the age of its amounts.
    pub edited_at: Option<Timestamp>,
    /// Why AWS calls it unhealthy, where it does.
    pub unhealthy: Option<String>,
}

/// An amount as it is written in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenAmount {
    /// A decimal text.
    pub amount: String,
    /// The currency, if all is well.
    pub unit: String,
}

/// An anomaly that is not over, and that nobody has explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenAnomaly {
    /// Its id.
    pub id: String,
    /// What it is about: `Amazon Elastic Compute Cloud - Compute`.
    pub about: String,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// What was spent above what was expected, in millionths of the currency.
    pub impact_micros: i64,
    /// The same over what was expected, in parts per million; none when nothing was expected.
    pub impact_ppm: Option<i64>,
    /// The accounts that it comes from; none where that is not known.
    pub accounts: Vec<String>,
    /// The services of AWS that it comes from; none where that is not known of each of its causes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aws_services: Vec<String>,
}

impl Snapshot {
    /// Did all of it come, and anew?
    pub fn is_whole(&self) -> bool {
        let costs = self.costs.iter().all(|part| part.gap().is_none());
        let forecasts =
            self.forecasts.iter().all(|part| part.gap().is_none_or(|gap| gap.status == EvidenceStatus::NoData));
        let budgets = self.budgets.iter().all(|part| part.gap().is_none());
        costs && forecasts && budgets && self.anomalies.as_ref().is_none_or(|part| part.gap().is_none())
    }
}

/// The part of a question, among those of an older snapshot.
pub(super) fn older<Q, T>(parts: &[Part<Q, T>], is_same: impl Fn(&Q) -> bool) -> Option<&Part<Q, T>> {
    parts.iter().find(|part| is_same(&part.asked))
}
