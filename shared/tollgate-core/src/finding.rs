//! Findings: what the rules, and the evaluation itself, have to say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Timestamp, approval::ApprovalRequirement, waiver::AppliedWaiver};

mod expected;

pub use expected::{ExpectedRule, Shortfall};

/// What a finding asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Worth knowing; holds nothing up.
    Warn,
    /// May go ahead once the named people approve.
    RequireApproval,
    /// May not go ahead now.
    Deny,
}

impl Effect {
    /// What a rule of this effect can do, in a sentence: `deny`.
    pub const fn as_verb(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::RequireApproval => "ask for approval",
            Self::Deny => "deny",
        }
    }
}

/// Whether a rule's findings count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The finding counts.
    #[default]
    Enforce,
    /// The finding is recorded as what the rule would have done, and changes nothing.
    Shadow,
}

/// How soon someone must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Within days.
    Ticket,
    /// Now.
    Page,
}

/// Where a finding comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A rule produced it.
    #[default]
    Rule,
    /// A rule failed, ran out of time or gave something unreadable.
    EvaluationError,
    /// Evidence is not good, and no rule said anything about it.
    UnjudgedEvidence,
    /// No enforced rule ran that could have held it up.
    NoRuleRan,
    /// A rule that is expected to run is gone, weaker in effect or in shadow.
    RuleMissing,
}

/// The one thing that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A freeze, by its name.
    Freeze(String),
    /// An objective, as `service/name`.
    Objective(String),
    /// A spend budget, by its name.
    Budget(String),
    /// A change, by its id.
    Change(String),
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The rule's name: `change.burn_rate`.
    pub rule: String,
    /// What kind of finding it is.
    pub kind: FindingKind,
    /// What it asks for.
    pub effect: Effect,
    /// Whether it counts: the mode in force.
    pub mode: Mode,
    /// The file of settings that changed the mode from the rule's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode_set_by: Option<String>,
    /// The one thing that it is about, where the rule says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Subject>,
    /// What was found, by how much and what ends it, for a person.
    pub message: String,
    /// The observed values that the rule looked at, by name with unit.
    pub observed: BTreeMap<String, Value>,
    /// The limits that they were held against, under the same names where possible.
    pub threshold: BTreeMap<String, Value>,
    /// Since when it is so.
    pub since: Option<Timestamp>,
    /// Ids of the evidence that it rests on.
    pub evidence: Vec<String>,
    /// Who can help: the team that owns what the finding is about.
    pub owner: Option<String>,
    /// What to do next.
    pub remediation: Option<String>,
    /// Where it is explained.
    pub runbook: Option<String>,
    /// When asking again makes sense.
    pub retry_at: Option<Timestamp>,
    /// Who must approve; only with [`Effect::RequireApproval`].
    pub approval: Option<ApprovalRequirement>,
    /// How soon someone must act, where the finding is about a service as it runs; null where it only answers a question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// Who did approve, once the requirement is met; the finding then holds nothing up.
    pub approved_by: Vec<String>,
    /// The exception under which the finding holds nothing up.
    pub waiver: Option<AppliedWaiver>,
}

impl Finding {
    /// A finding with only what every finding has.
    pub fn new(rule: impl Into<String>, effect: Effect, message: impl Into<String>) -> Self {
        Self {
            rule: rule.into(),
            kind: FindingKind::Rule,
            effect,
            mode: Mode::Enforce,
            mode_set_by: None,
            about: None,
            message: message.into(),
            observed: BTreeMap::new(),
            threshold: BTreeMap::new(),
            since: None,
            evidence: Vec::new(),
            owner: None,
            remediation: None,
            runbook: None,
            retry_at: None,
            approval: None,
            urgency: None,
            approved_by: Vec::new(),
            waiver: None,
        }
    }

    /// Does it hold the change up? Not in shadow mode, not when waived, not once approved.
    pub fn is_blocking(&self) -> bool {
        self.waiver.is_none() && self.would_block()
    }

    /// Would it hold the change up without a waiver?
    pub fn would_block(&self) -> bool {
        self.mode == Mode::Enforce
            && match self.effect {
                Effect::Warn => false,
                Effect::RequireApproval => self.approved_by.is_empty(),
                Effect::Deny => true,
            }
    }
}

/// What evaluating the policies gave: findings as the rules made them, before waivers and approvals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Digest of the policies.
    pub policy_revision: String,
    /// Every rule of the gate, also those without findings.
    pub rules: Vec<RuleRun>,
    /// What they found, and an [`FindingKind::EvaluationError`] for each that failed.
    pub findings: Vec<Finding>,
    /// The rules of the gate that are expected to run; empty where nobody wrote them down.
    #[serde(default)]
    pub expected: Vec<ExpectedRule>,
}

/// How one rule fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRun {
    /// The rule's name: `change.burn_rate`.
    pub rule: String,
    /// The mode that its metadata gives it; settings may change it.
    pub mode: Mode,
    /// The strongest effect that it can have.
    pub effect: Effect,
    /// Did it come to an end? One that failed has a finding that says why.
    pub judged: bool,
}
