//! The bill, by the real SDK: what was spent by day and by month, what AWS forecasts, where the budgets of AWS Budgets
//! stand, and which anomalies are open.
//!
//! ```text
//!  budgets ──► Plan ──► Billing::fetch ──► Snapshot ──► slices ──► ledger
//!                                             └──► spend_of (one budget) ──► SpendReading
//! ```
//!
//! Cost Explorer charges for each page, so budgets are not asked for one by one: one query for each cost basis and pair
//! of things to group by serves all budgets, and is added up here. It is by day for the last weeks; a period that began
//! before them has its earlier months from a second query, by month. What a query cannot tell is a [`Gap`] of that part of
//! the snapshot; nothing fails as a whole.
//!
//! It calls `GetCostAndUsage` (the permission `ce:GetCostAndUsage`); where they are wanted `GetCostForecast`
//! (`ce:GetCostForecast`) and `GetAnomalies` (`ce:GetAnomalies`); where a budget points there `DescribeBudgets`
//! (`budgets:ViewBudget`).

mod amounts;
mod anomalies;
mod asking;
mod aws_budget;
mod client;
mod cost;
mod described;
mod expression;
mod forecast;
mod group;
mod joining;
mod looked;
mod part;
mod plan;
mod query;
mod reach;
mod reading;
mod served;
mod slices;
mod snapshot;
mod source;
mod spend;
mod table;
mod terms;
mod told;

pub use amounts::Amounts;
pub use client::Billing;
pub use group::{GroupKey, Tags};
pub use joining::{JoinError, Joining, join};
pub use looked::{Looked, askable, bill_evidence, fits, increase_fits, look};
pub use part::{Gap, Outcome, Part};
pub use plan::{Plan, Wanted};
pub use query::{CostQuery, ForecastQuery, Granularity};
pub use reading::{Reading, Unreadable};
pub use served::count_requests;
pub use slices::{Slice, Slices, SplitError};
pub use snapshot::{AwsBudget, BILLING_SCHEMA, OpenAnomaly, Snapshot, WrittenAmount};
pub use source::{BillingSource, BillingSourceError, SnapshotError};
pub use spend::{BudgetSpend, NoSpend, PartGap, known, spend_of};
pub use table::{CostTable, Series};
