//! What counts as cost: the same month can be nothing or a fortune.

use serde::{Deserialize, Serialize};

/// What counts as cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Basis {
    /// Which figure of the bill.
    pub cost: CostMeasure,
    /// Are credits taken off?
    pub credits: bool,
    /// Are refunds taken off?
    pub refunds: bool,
    /// Is tax counted?
    pub tax: bool,
    /// Are support charges counted?
    pub support: bool,
}

impl Default for Basis {
    /// What the console of AWS Budgets starts with.
    fn default() -> Self {
        Self { cost: CostMeasure::Unblended, credits: false, refunds: false, tax: true, support: true }
    }
}

/// A figure of the bill, in the words of Cost Explorer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CostMeasure {
    /// What was charged, on the day on which it was charged.
    Unblended,
    /// The same, with what was paid upfront spread over the days that it is for.
    Amortized,
    /// What was charged, after discounts.
    NetUnblended,
    /// Spread, after discounts.
    NetAmortized,
}

impl CostMeasure {
    /// Its name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unblended => "unblended",
            Self::Amortized => "amortized",
            Self::NetUnblended => "net_unblended",
            Self::NetAmortized => "net_amortized",
        }
    }

    /// All of them.
    pub const ALL: [Self; 4] = [Self::Unblended, Self::Amortized, Self::NetUnblended, Self::NetAmortized];
}
