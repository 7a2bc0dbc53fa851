//! A proposed change, as a caller describes it.

pub(crate) mod limits;
mod report;

pub use limits::FieldError;
pub use report::CostReport;
pub(crate) use report::DEEPEST_WRAPPING;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// What a caller proposes to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// The caller's name for the change, stable when it asks again: `payments-api/1842`.
    pub id: String,
    /// The service of the catalogue that is changed.
    pub service: String,
    /// Where: `production`.
    pub environment: String,
    /// How it is managed.
    #[serde(rename = "type")]
    pub change_type: ChangeType,
    /// Why it is made. A fix or a rollback may pass where a feature has to wait.
    #[serde(default)]
    pub purpose: Purpose,
    /// Who made it: `github:4519`.
    pub author: String,
    /// The commit that is rolled out.
    #[serde(default)]
    pub commit: Option<String>,
    /// One line for people.
    #[serde(default)]
    pub summary: Option<String>,
    /// How large the change to the source is.
    #[serde(default)]
    pub diff: Option<DiffSize>,
    /// Addresses where more can be read: the pull request, the pipeline's run.
    #[serde(default)]
    pub links: Vec<String>,
    /// The incident that an emergency change mends.
    #[serde(default)]
    pub incident: Option<String>,
    /// Who approved it, as the caller says.
    #[serde(default)]
    pub approvals: Vec<Approval>,
    /// How it is undone.
    #[serde(default)]
    pub rollback: Option<Rollback>,
    /// What it will cost.
    #[serde(default)]
    pub cost: Option<Cost>,
}

/// How a change is managed, in the words of IT service management.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeType {
    /// Low risk, well understood, approved beforehand.
    Standard,
    /// Judged on its own.
    Normal,
    /// Mends an incident; judged fast and reviewed afterwards.
    Emergency,
}

/// Why a change is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Something new.
    #[default]
    Feature,
    /// Mends a fault.
    Fix,
    /// Goes back to an earlier state.
    Rollback,
    /// Keeps things running: upgrades, certificates, capacity.
    Maintenance,
}

impl Purpose {
    /// Is it a fix or a rollback, which make things better?
    pub fn is_remediation(self) -> bool {
        matches!(self, Self::Fix | Self::Rollback)
    }
}

/// The size of a change to the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DiffSize {
    /// Files changed.
    pub files: u64,
    /// Lines added.
    pub lines_added: u64,
    /// Lines removed.
    pub lines_removed: u64,
}

/// An approval, as the caller asserts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Approval {
    /// Who approved: `github:77`.
    pub by: String,
    /// When.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// The commit that was approved; an approval of another commit does not count.
    #[serde(default)]
    pub commit: Option<String>,
}

/// How a change is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rollback {
    /// What to do: `redeploy 1841`.
    pub plan: String,
}

/// What a change will cost: one of the two forms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    /// The JSON of `infracost diff`, of `infracost breakdown` or of `infracost scan`, as it is.
    Infracost(CostReport),
    /// The monthly cost before and after, said directly.
    Monthly(MonthlyCost),
}

/// The monthly cost before and after, as decimal texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MonthlyCost {
    /// ISO 4217 code.
    pub currency: String,
    /// Before the change: `1200.00`.
    pub before: String,
    /// After the change: `1350.00`.
    pub after: String,
}
