//! What a decision about a rollout, or about a service as it runs, rests on.

use serde::{Deserialize, Serialize};

use super::{CallerFact, DependencyFact, Facts, Frame, ServiceFact};
use crate::{
    Timestamp,
    approval::ApprovalFact,
    canary::{CanaryFact, CanaryQuestion},
    change::{Approval, Purpose},
    closed::ClosedTime,
    decision::Gate,
    keptn::KeptnFact,
    settings::Settings,
    slo::SloFact,
    waiver::Waiver,
};

/// What is asked: does this service still have error budget, and is this rollout harming it?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rollout {
    /// The service of the catalogue.
    pub service: String,
    /// Where: `production`.
    pub environment: String,
    /// What the answer is for. A fix or a rollback may pass where a feature has to wait.
    #[serde(default)]
    pub purpose: Purpose,
    /// Is it risky, as the caller knows? Whatever is new in a service whose users notice is risky when this is left out.
    #[serde(default)]
    pub risky: Option<bool>,
    /// Who rolls out: `github:4519`. Their own approval does not count.
    #[serde(default)]
    pub author: Option<String>,
    /// The commit that is rolled out.
    #[serde(default)]
    pub commit: Option<String>,
    /// Who approved it, as the caller says.
    #[serde(default)]
    pub approvals: Vec<Approval>,
    /// The canary that runs, where there is one: it is held against its baseline.
    #[serde(default)]
    pub canary: Option<CanaryQuestion>,
}

/// Everything that a decision of the SLO gate rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SloGateFacts {
    /// Always [`FACTS_SCHEMA`](super::FACTS_SCHEMA).
    pub schema: String,
    /// The time to judge by; policies have no other clock.
    pub evaluated_at: Timestamp,
    /// The same in seconds since 1970, for arithmetic.
    pub evaluated_at_seconds: i64,
    /// Who asks.
    pub caller: CallerFact,
    /// What is asked.
    pub rollout: Rollout,
    /// The service.
    pub service: ServiceFact,
    /// Its service level objectives.
    pub slos: Vec<SloFact>,
    /// What it depends on.
    pub dependencies: Vec<DependencyFact>,
    /// The canary against its baseline; null when the question names none. One that is named and of which nothing came is
    /// here without data.
    pub canary: Option<CanaryFact>,
    /// The service's imported Keptn gate; null when it has none. Values that did not come leave it inconclusive.
    pub keptn: Option<KeptnFact>,
    /// Maintenance that is planned for the service and goes on now.
    pub maintenance: Vec<MaintenanceWindow>,
    /// The times of planned maintenance, windows that follow one another as one, of at most 32 from now on.
    #[serde(default)]
    pub maintenance_times: Vec<ClosedTime>,
    /// The approvals that came with the question.
    pub approvals: Vec<ApprovalFact>,
    /// Thresholds and modes in force for this service.
    pub settings: Settings,
    /// Exceptions in force for this service.
    pub waivers: Vec<Waiver>,
}

/// A time of planned maintenance: its events count for no objective.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MaintenanceWindow {
    /// Its name in the calendar.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Who planned it.
    pub owner: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
}

impl From<SloGateFacts> for Facts {
    fn from(facts: SloGateFacts) -> Self {
        Self::Slo(Box::new(facts))
    }
}

impl SloGateFacts {
    /// What holds for every gate.
    pub fn frame(&self) -> Frame<'_> {
        let evidence = std::iter::once(&self.service.evidence)
            .chain(self.slos.iter().map(|slo| &slo.evidence))
            .chain(self.dependencies.iter().flat_map(DependencyFact::evidence))
            .chain(self.canary.iter().map(|canary| &canary.evidence))
            .chain(self.keptn.iter().map(|keptn| &keptn.evidence));
        Frame {
            gate: Gate::Slo,
            evaluated_at: self.evaluated_at,
            service: &self.rollout.service,
            environment: &self.rollout.environment,
            change: None,
            settings: &self.settings,
            waivers: &self.waivers,
            approvals: &self.approvals,
            next_obstacle_at: None,
            frozen: &[],
            closed: &self.maintenance_times,
            passes_closed: self.rollout.purpose.is_remediation(),
            evidence: evidence.collect(),
        }
    }
}
