//! Alerts on burn rates, as the OpenSLO files of an objective ask for them.

use rust_decimal::Decimal;

use super::indicator::Comparison;

/// When to say that an objective burns its budget too fast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BurnAlert {
    /// The alert policy that it is from.
    pub policy: String,
    /// The condition of the policy.
    pub condition: String,
    /// What it means, for a person.
    pub description: Option<String>,
    /// How bad it is, in the author's words: `page`, `ticket`.
    pub severity: String,
    /// [`Gt`](Comparison::Gt) or [`Gte`](Comparison::Gte): how the burn rate must compare with the threshold.
    pub comparison: Comparison,
    /// The burn rate: 1 spends exactly the budget of the period in the period.
    pub threshold: Decimal,
    /// The length of the window that the burn rate is taken over.
    pub lookback_seconds: u64,
    /// How long the condition must have held.
    pub after_seconds: u64,
    /// Say it when it begins?
    pub when_breaching: bool,
    /// Say it when it is over?
    pub when_resolved: bool,
    /// Say it when nothing is known?
    pub when_no_data: bool,
    /// The names of those to tell.
    pub targets: Vec<String>,
}
