//! What a check saw, in numbers.

use std::collections::BTreeMap;

use serde::Serialize;
use tollgate_gate::{Told, bill::Renewed};
use tollgate_lambda::problem::Problem;

/// What failed is named, at most so often.
const NAMED: usize = 20;

/// What was seen.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Tally {
    /// Budgets that were looked at.
    budgets: u64,
    /// How they stand, by the most urgent of their subjects.
    levels: BTreeMap<&'static str, u64>,
    /// Those that could not be judged or whose state could not be kept.
    pub(crate) failed: u64,
    /// The first of them, with the reason.
    failures: Vec<String>,
    /// Notices that were made.
    notices: u64,
    /// Teams that were shown what they spend.
    pub(crate) showbacks: u64,
}

impl Tally {
    pub(crate) fn note(&mut self, budget: &str, told: Result<Told, Problem>) {
        self.budgets += 1;
        match told {
            Ok(told) => {
                *self.levels.entry(told.level.as_str()).or_default() += 1;
                self.notices += u64::from(told.noticed);
            }
            Err(problem) => {
                tracing::error!(budget, problem = problem.detail, "it could not be looked at");
                self.failed += 1;
                if self.failures.len() < NAMED {
                    self.failures.push(format!("{budget}: {}", problem.detail));
                }
            }
        }
    }

    /// As metrics, with what the bill cost.
    pub(crate) fn metrics(&self, renewed: &Renewed, left: usize, unsent: usize) -> [(&'static str, u64); 8] {
        let count = |count| u64::try_from(count).unwrap_or(u64::MAX);
        [
            ("CheckedBudgets", self.budgets),
            ("CheckFailures", self.failed),
            ("CheckBudgetsLeft", count(left)),
            ("Notices", self.notices + self.showbacks),
            ("NoticesUnsent", count(unsent)),
            ("AwsRequests", renewed.requests),
            ("PaidRequests", renewed.paid_requests),
            ("BillingPriceUsdMicros", renewed.price_usd_micros),
        ]
    }
}
