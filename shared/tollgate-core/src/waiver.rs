//! Waivers: exceptions as data, with an owner, a reason, a beginning and an end.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// An exception from one rule. The rule still runs; its findings are shown as waived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Names the waiver in findings and logs.
    pub id: String,
    /// The rule it is from, in full: `change.freeze`.
    pub rule: String,
    /// The one service it holds for.
    pub service: String,
    /// The environments it holds for; all when left out.
    #[serde(default)]
    pub environments: Vec<String>,
    /// The one freeze it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freeze: Option<String>,
    /// The one objective it is for, as `service/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<String>,
    /// The one budget it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<String>,
    /// The one change it is for, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// Who granted it and answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// When it begins; null in what was recorded before waivers had a beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// When it ends. There is no waiver without an end.
    pub expires_at: Timestamp,
}

/// The waiver under which a finding holds nothing up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AppliedWaiver {
    /// Its id.
    pub id: String,
    /// Who granted it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Waiver {
    /// How it is shown on a finding.
    pub fn applied(&self) -> AppliedWaiver {
        AppliedWaiver {
            id: self.id.clone(),
            owner: self.owner.clone(),
            reason: self.reason.clone(),
            expires_at: self.expires_at,
        }
    }
}
