//! Waivers: exceptions as data, with an owner, a reason, a beginning and an end.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, facts::Frame, finding::Finding, rule::Subject};

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
    /// Whether it holds for a finding about what is asked, at the time that it is judged by.
    pub fn covers(&self, finding: &Finding, asked: &Frame<'_>) -> bool {
        self.rule == finding.rule
            && self.service == asked.service
            && (self.environments.is_empty() || self.environments.iter().any(|name| name == asked.environment))
            && self.starts_at.is_none_or(|starts_at| starts_at <= asked.evaluated_at)
            && asked.evaluated_at < self.expires_at
            && self.is_for(finding, asked)
    }

    /// A waiver for one thing holds for no finding that is about another one, too.
    fn is_for(&self, finding: &Finding, asked: &Frame<'_>) -> bool {
        let about = finding.about.as_ref();
        let freeze =
            self.freeze.as_ref().is_none_or(|name| matches!(about, Some(Subject::Freeze(about)) if about == name));
        let objective = self.objective.as_ref().is_none_or(|name| {
            matches!(about, Some(Subject::Objective(about)) if about == name)
                || about.is_none() && only(finding, "slo/", name)
        });
        let budget = self.budget.as_ref().is_none_or(|name| {
            matches!(about, Some(Subject::Budget(about)) if about == name)
                || about.is_none() && only(finding, "budget/", name)
        });
        let change = self.change.as_ref().is_none_or(|id| asked.change == Some(id));
        freeze && objective && budget && change
    }

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

/// Does a finding rest on evidence of this, and of nothing else of its kind?
fn only(finding: &Finding, kind: &str, name: &str) -> bool {
    let mut cited = finding.evidence.iter().filter_map(|id| id.strip_prefix(kind)).peekable();
    cited.peek().is_some() && cited.all(|id| id == name || id.strip_suffix("/forecast") == Some(name))
}
