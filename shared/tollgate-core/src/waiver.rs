//! Waivers: exceptions as data, with an owner, a reason, a beginning and an end.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{Timestamp, decision::Gate};

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

/// What a gate is asked about, as far as waivers name it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The gate that asks.
    pub gate: Gate,
    /// The service.
    pub service: &'a str,
    /// The environment.
    pub environment: &'a str,
    /// The change, by its id; none where another thing is asked about.
    pub change: Option<&'a str>,
}

impl Waiver {
    /// Is it from a rule of this gate, and for what is asked?
    pub(crate) fn is_for(&self, asked: &Asked<'_>) -> bool {
        let of_gate = self.rule.split_once('.').is_some_and(|(gate, _)| gate == asked.gate.as_str());
        of_gate
            && self.service == asked.service
            && (self.environments.is_empty() || self.environments.iter().any(|name| name == asked.environment))
            && self.change.as_ref().is_none_or(|id| asked.change == Some(id))
    }

    /// When it is in force, in seconds since 1970; a second that it has only a part of is not in it.
    fn seconds(&self) -> Range<i64> {
        let from = |time: Timestamp| time.timestamp() + i64::from(time.timestamp_subsec_nanos() > 0);
        self.starts_at.map_or(i64::MIN, from)..self.expires_at.timestamp()
    }
}

/// The times in which waivers lift a freeze for what is asked, in seconds since 1970; they may overlap.
pub(crate) fn lifted(waivers: &[Waiver], freeze: &str, asked: &Asked<'_>) -> Vec<Range<i64>> {
    let of_freeze = |waiver: &&Waiver| waiver.freeze.as_deref() == Some(freeze) && waiver.is_for(asked);
    waivers.iter().filter(of_freeze).map(Waiver::seconds).collect()
}
