//! Facts: everything that a decision rests on, as one value. Policies see it as `input`.
//!
//! Every field is always there. What is not known is null or empty, and its evidence says why.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    approval::ApprovalFact,
    closed::ClosedTime,
    decision::{Gate, Verdict},
    evidence::Evidence,
    settings::Settings,
    slo::SloFact,
    waiver::Waiver,
};

mod change;
mod cost;
mod recorded;
mod slo;

pub use change::{ChangeFacts, ChangeSpend};
pub use cost::{CostFacts, NameKind, Spending, UnknownName};
pub use recorded::RecordedFacts;
pub use slo::{MaintenanceWindow, Rollout, SloGateFacts};

/// The version of the contract between facts and policies.
pub const FACTS_SCHEMA: &str = "tollgate.facts/v1";

/// The principal of a caller whom nobody verified; two of them need not be the same.
pub const ANONYMOUS: &str = "anonymous";

/// Everything that one decision rests on, by the gate that asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "gate", rename_all = "snake_case")]
pub enum Facts {
    /// About a change.
    Change(Box<ChangeFacts>),
    /// About a rollout, or a service as it runs.
    Slo(Box<SloGateFacts>),
    /// About spend.
    Cost(Box<CostFacts>),
}

impl Facts {
    /// Which gate asks.
    pub fn gate(&self) -> Gate {
        match self {
            Self::Change(_) => Gate::Change,
            Self::Slo(_) => Gate::Slo,
            Self::Cost(_) => Gate::Cost,
        }
    }

    /// The thresholds and modes that they are judged by.
    pub fn settings_mut(&mut self) -> &mut Settings {
        match self {
            Self::Change(facts) => &mut facts.settings,
            Self::Slo(facts) => &mut facts.settings,
            Self::Cost(facts) => &mut facts.settings,
        }
    }

    /// What holds for every gate.
    pub fn frame(&self) -> Frame<'_> {
        match self {
            Self::Change(facts) => facts.frame(),
            Self::Slo(facts) => facts.frame(),
            Self::Cost(facts) => facts.frame(),
        }
    }
}

/// What folding findings to a verdict needs of any gate's facts.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    /// Which gate asks.
    pub gate: Gate,
    /// The time to judge by.
    pub evaluated_at: Timestamp,
    /// The service that is asked about.
    pub service: &'a str,
    /// The environment that is asked about.
    pub environment: &'a str,
    /// The change that is asked about, by its id; none where another thing is.
    pub change: Option<&'a str>,
    /// Thresholds and modes in force.
    pub settings: &'a Settings,
    /// Exceptions in force.
    pub waivers: &'a [Waiver],
    /// The approvals that came with the question.
    pub approvals: &'a [ApprovalFact],
    /// When the next known obstacle begins: an `allow` holds no longer.
    pub next_obstacle_at: Option<Timestamp>,
    /// The times that calendars keep closed, in order.
    pub closed: &'a [ClosedTime],
    /// May what is asked pass a closed time with an approval? Then only what speaks of freezes waits for its end.
    pub passes_closed: bool,
    /// All evidence in the facts.
    pub evidence: Vec<&'a Evidence>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CallerFact {
    /// The caller's verified identity: an IAM ARN, `direct` for an invocation, `local` on a laptop, `anonymous`.
    pub principal: String,
    /// Does configuration trust it to say who approved?
    pub may_assert_approvals: bool,
}

/// What the catalogue says of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServiceFact {
    /// How it is known; `no_data` when the catalogue has no such service.
    pub evidence: Evidence,
    /// The name that the change gives.
    pub name: String,
    /// Is it in the catalogue?
    pub known: bool,
    /// Names of the catalogue that may be meant where it is not; nearest first, at most three.
    #[serde(default)]
    pub near: Vec<String>,
    /// How critical it is, `tier_1` being the most; null when not known.
    pub tier: Option<Tier>,
    /// The team that owns it, which must exist; null when not known.
    pub owner: Option<String>,
    /// How to reach the owner.
    pub contact: Option<String>,
    /// The environments it runs in.
    pub environments: Vec<String>,
    /// Where its operation is explained.
    pub runbook: Option<String>,
}

/// How critical a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Tier {
    /// Users notice at once.
    #[serde(rename = "tier_1")]
    One,
    /// Users notice soon.
    #[serde(rename = "tier_2")]
    Two,
    /// Users hardly notice.
    #[serde(rename = "tier_3")]
    Three,
}

/// A service that the changed one depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DependencyFact {
    /// How it is known: `no_data` when the catalogue has no such service.
    pub evidence: Evidence,
    /// Its name.
    pub name: String,
    /// Who owns it.
    pub owner: Option<String>,
    /// Its objectives; their evidence is advisory.
    pub slos: Vec<SloFact>,
}

impl DependencyFact {
    /// All evidence about it.
    pub fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        std::iter::once(&self.evidence).chain(self.slos.iter().map(|slo| &slo.evidence))
    }
}

/// Other changes, as the ledger knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HistoryFact {
    /// How it is known.
    pub evidence: Evidence,
    /// How far back it reaches.
    pub window_seconds: u64,
    /// This change's earlier decisions, newest first, at most 20.
    pub this_change: Vec<PastChange>,
    /// Other changes of this service and environment that were allowed and whose outcome is not known yet,
    /// newest first, at most 20.
    pub in_progress: Vec<PastChange>,
    /// Changes of this service and environment that were allowed.
    pub allowed: u64,
    /// Those of them whose outcome is known.
    pub with_outcome: u64,
    /// Those that failed or were rolled back.
    pub failed: u64,
    /// Change failure rate: failed over those with an outcome, in parts per million, rounded up (so that
    /// `>` against a whole threshold is exact); null without outcomes.
    pub failure_rate_ppm: Option<u64>,
    /// The newest failure.
    pub last_failure: Option<PastChange>,
}

/// A change that was decided before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PastChange {
    /// Its decision.
    pub decision_id: String,
    /// The caller's name for it.
    pub change_id: String,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// Who made it.
    pub author: String,
    /// What was decided.
    pub verdict: Verdict,
    /// When.
    pub evaluated_at: Timestamp,
    /// What came of it; null while not reported.
    pub outcome: Option<Outcome>,
}

/// What came of a change, as the pipeline reported it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outcome {
    /// How it ended.
    pub result: OutcomeResult,
    /// When it was reported.
    pub reported_at: Timestamp,
}

/// How a change ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OutcomeResult {
    /// It is in place and works.
    Succeeded,
    /// It did harm or could not be completed.
    Failed,
    /// It was undone.
    RolledBack,
}

/// The name of the evidence of freezes.
pub const FREEZES: &str = "freezes";

/// Freeze windows that concern the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FreezeFact {
    /// How they are known.
    pub evidence: Evidence,
    /// Those that hold now.
    pub active: Vec<FreezeWindow>,
    /// The next to begin: the first of `upcoming`.
    pub next: Option<FreezeWindow>,
    /// The next window of each, in the order in which they begin.
    #[serde(default)]
    pub upcoming: Vec<FreezeWindow>,
    /// The times that they keep closed, those that follow one another as one, of at most 32 from now on.
    #[serde(default)]
    pub closed: Vec<ClosedTime>,
}

/// A time in which changes rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FreezeWindow {
    /// Its name in the calendar.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Who decided it and can lift it.
    pub owner: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends; that instant is not in it any more.
    pub ends_at: Timestamp,
}

/// The cost estimate that came with a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CostFact {
    /// How it is known; `partial` when some resources have no price, or a project failed.
    pub evidence: Evidence,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Monthly cost before, in millionths of the currency; null where the estimate has no past, and all of it counts as new.
    pub monthly_before_micros: Option<i64>,
    /// Monthly cost after.
    pub monthly_after_micros: Option<i64>,
    /// After less before.
    pub monthly_increase_micros: Option<i64>,
    /// The increase over the cost before, in parts per million, rounded up; null when nothing was spent before.
    pub increase_ppm: Option<i64>,
    /// Resources that the change may touch and whose cost is not known: without a price, of a type that the tool does not know,
    /// or paid by use that nobody estimated.
    pub unpriced_resources: u64,
    /// Projects, or parts of them, that the tool could not read.
    #[serde(default)]
    pub failed_projects: u64,
    /// Resources of types that the tool does not know, where the report shows no change of any of their type.
    #[serde(default)]
    pub unsupported_unchanged_resources: u64,
}
