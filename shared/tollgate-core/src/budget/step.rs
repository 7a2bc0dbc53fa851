//! Steps: shares of a budget at which something happens.

use serde::{Deserialize, Serialize};

/// A share of a budget at which something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// What is held against the budget.
    pub kind: StepKind,
    /// The share, in parts per million of the budget: 750000 is 75 %.
    pub share_ppm: u64,
    /// What happens from there on.
    pub enforcement: Enforcement,
}

/// What is held against a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// What has been spent.
    Actual,
    /// What will have been spent at the end of the period.
    Forecast,
}

/// What happens at a step; later ones are stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Enforcement {
    /// The owner is told.
    Inform,
    /// Changes need an approval.
    Approve,
    /// Only fixes and rollbacks go ahead.
    Freeze,
}

impl StepKind {
    /// Its name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Actual => "actual",
            Self::Forecast => "forecast",
        }
    }
}

impl Enforcement {
    /// Its name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inform => "inform",
            Self::Approve => "approve",
            Self::Freeze => "freeze",
        }
    }
}
