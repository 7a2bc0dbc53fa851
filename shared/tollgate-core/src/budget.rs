//! Budgets: what may be spent on what, by whom, and what happens on the way. Read from `data/budgets/*.yaml`:
//!
//! ```yaml
//! budgets:
//!   - name: payments-production
//!     owner: payments                        # a team
//!     scope:                                 # what is counted: everything that fits all of these
//!       services: [payments-api]             # of the catalogue
//!       accounts: ["111122223333"]
//!       tags: {cost-centre: [cc-12, cc-13]}  # one of the values
//!       environments: [production]
//!       aws_services: [AWS Lambda]         # as the bill writes them: `Amazon Elastic Compute Cloud - Compute`
//!     amount: "12000.00"
//!     currency: USD
//!     period: monthly                        # or quarterly, yearly, custom
//!     starts: 2026-01-01                     # optional: periods begin on that day of the month or year
//!     time_zone: Europe/Berlin               # optional, UTC: whose midnight ends a period
//!     basis: {cost: net_amortized, tax: false}
//!     steps:
//!       - {percent: 50, of: actual, enforcement: inform}
//!       - {percent: 100, of: forecast, enforcement: approve}
//!       - {percent: 100, of: actual, enforcement: freeze}
//!     non_essential: [development, staging]  # environments that are to stop first
//!     requests: [payments-api/availability]  # optional: objectives whose totals count what the spend serves
//!     changes:                               # what the amount was changed to, and when
//!       - {from: 2026-11-10, amount: "15000"}
//!   - name: shared-account
//!     owner: platform
//!     scope: {accounts: ["444455556666"]}
//!     aws_budget: shared-monthly             # amount, period and basis are those of an AWS Budget
//!     account: "444455556666"                # the account that the AWS Budget is in
//!     steps: [{percent: 100, of: actual, enforcement: freeze}]
//! ```
//!
//! A scope of accounts or of tags holds the services whose files in `data/services` have those `accounts` or `tags`; where
//! none has, its steps hold nothing up, and `tollgate cost check` warns of that. A budget of everything holds all services,
//! and is none of any service's own. What a change adds may be on any service of AWS, so `aws_services` say which money is
//! counted and not which services are held: a budget that names nothing else holds all of them.
//!
//! A custom period has `starts` and either `length` (`90d`, `13w`, `2M`: one after the other) or `ends` (once; the first
//! day after it). It is up to three years long; one of more than a year begins on the first day of a month, since of what
//! is long ago the bill has whole months only, and takes Cost Explorer's multi-year data.
//!
//! A scope that is to hold everything says `scope: {all: true}`. Of the basis, what is not written is: `cost: unblended`,
//! `credits: false`, `refunds: false`, `tax: true`, `support: true`. Credits are left out because with them spend reads as
//! nothing until the day on which they are used up.

mod basis;
mod document;
mod fact;
mod freshness;
mod overlap;
mod period;
mod planned;
mod reader;
mod reading;
mod requests;
mod scope;
mod standing;
mod step;
mod terms;
mod written_period;
mod written_scope;
mod written_steps;

pub use basis::{Basis, CostMeasure};
pub use fact::{BudgetFact, BudgetPeriodFact, ForecastFact, PaceFact, Standing, StepFact, UntaggedFact};
pub use period::{BudgetPeriod, PeriodDays};
pub use planned::{FitError, PlannedFit, planned_fit};
pub(crate) use reader::is_account;
pub use reader::read;
pub(crate) use reader::read_referring;
pub use reading::{AnomalyFact, ForecastReading, SpendJudging, SpendReading, UnreadableFact};
pub use requests::daily_requests;
pub use scope::{Charged, Scope};
pub use standing::{Known, Unknown, budget_fact, strictest};
pub use step::{Enforcement, Step, StepKind};
pub use terms::{Terms, TermsError};

use chrono::NaiveDate;

/// What may be spent on something, and what happens on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Its name, of which there is only one.
    pub name: String,
    /// The team that answers for it.
    pub owner: String,
    /// What is counted.
    pub scope: Scope,
    /// How much it is, and for how long.
    pub allowance: Allowance,
    /// What happens on the way, by kind and percentage.
    pub steps: Vec<Step>,
    /// Environments that are to stop first when money runs out.
    pub non_essential: Vec<String>,
    /// Objectives, as `service/name`, whose totals count the requests that its spend serves.
    pub requests: Vec<String>,
    /// How many services of the catalogue it holds. Where it is none, its steps hold nothing up.
    pub services_held: u64,
    /// Its file.
    pub file: String,
    /// Its line.
    pub line: Option<u64>,
}

/// How much a budget is, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowance {
    /// As its file says.
    Declared(Declared),
    /// As a budget of AWS Budgets says.
    AwsBudget {
        /// Its name there.
        name: String,
        /// The account that it is in: 12 digits.
        account: String,
    },
}

/// An amount for each period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// ISO 4217 code.
    pub currency: String,
    /// The amount for one period in millionths, at first.
    pub amount_micros: i64,
    /// What it was changed to later, in order.
    pub changes: Vec<AmountChange>,
    /// The periods.
    pub period: BudgetPeriod,
    /// What counts as cost.
    pub basis: Basis,
}

/// A change of a budget's amount. It holds for the whole of the period that it comes in, and for all later ones: whoever
/// raises a budget on the tenth means this month's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmountChange {
    /// The day from which it is known.
    pub from: NaiveDate,
    /// The new amount for one period, in millionths.
    pub amount_micros: i64,
}

impl Budget {
    /// Names it within a decision: `budget/payments-production`.
    pub fn evidence_id(&self) -> String {
        format!("budget/{}", self.name)
    }
}

#[cfg(test)]
mod edge_tests;
#[cfg(test)]
pub(crate) mod example;
#[cfg(test)]
mod outlook_tests;
#[cfg(test)]
mod pinned_tests;
#[cfg(test)]
mod planned_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod standing_tests;
#[cfg(test)]
mod tests;
