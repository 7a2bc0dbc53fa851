//! The decision: what the caller gets, and what the ledger keeps.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, facts::RecordedFacts, finding::Finding};

/// May it go ahead? Ordered from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Yes, now, until the decision expires.
    Allow,
    /// Not yet: once the named people approve.
    Pending,
    /// No, not now.
    Deny,
}

impl Verdict {
    /// The word used in JSON, logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Pending => "pending",
            Self::Deny => "deny",
        }
    }
}

/// Which gate decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// May this change go ahead?
    Change,
    /// Does the service still have error budget, and is this rollout harming it?
    Slo,
    /// Is spend inside its budgets?
    Cost,
}

impl Gate {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Change, Self::Slo, Self::Cost];

    /// The word used in addresses, packages, logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Slo => "slo",
            Self::Cost => "cost",
        }
    }
}

/// An approval that a pending decision waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Awaited {
    /// The rule that asks for it.
    pub rule: String,
    /// The group whose members may approve; anyone but the author when null.
    pub group: Option<String>,
    /// How many people must approve in all.
    pub count: u32,
    /// How many have.
    pub received: u32,
}

/// What asking AWS cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApiCost {
    /// Always `USD`.
    pub currency: String,
    /// Millionths of a US dollar.
    pub micros: u64,
    /// Requests to AWS that gathered facts.
    pub requests: u64,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decision {
    /// Names the decision: a ULID, so ids sort by time.
    pub decision_id: String,
    /// Which gate decided.
    pub gate: Gate,
    /// May it go ahead?
    pub verdict: Verdict,
    /// One line that says why, for a person.
    pub summary: String,
    /// What was found; what holds the change up comes first.
    pub findings: Vec<Finding>,
    /// Approvals that a pending decision waits for.
    pub awaiting: Vec<Awaited>,
    /// When asking again makes sense: when the last of the known obstacles ends. Null when that is not known.
    pub retry_at: Option<Timestamp>,
    /// Until when the verdict holds; ask again afterwards.
    pub valid_until: Timestamp,
    /// Digest of the policies that judged.
    pub policy_revision: String,
    /// Digest of the facts that were judged.
    pub facts_digest: String,
    /// The time that the facts were judged at.
    pub evaluated_at: Timestamp,
    /// Names of the rules that were judged.
    pub rules_judged: Vec<String>,
    /// What gathering the facts cost.
    pub api_cost: ApiCost,
    /// Notes about the request itself, such as fields that are not known.
    pub warnings: Vec<String>,
}

/// What the ledger keeps: enough to answer again, to explain, and to decide again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionRecord {
    /// The decision as it was answered.
    pub decision: Decision,
    /// The facts that it rests on, as they were judged.
    pub facts: RecordedFacts,
}
