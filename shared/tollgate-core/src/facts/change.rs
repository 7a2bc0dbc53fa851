//! What a decision about a change rests on.

use serde::{Deserialize, Serialize};

use super::{CallerFact, CostFact, DependencyFact, Facts, Frame, FreezeFact, HistoryFact, ServiceFact};
use crate::{
    Timestamp,
    approval::ApprovalFact,
    budget::{BudgetFact, PlannedFit},
    change::{Change, ChangeType},
    decision::Gate,
    evidence::Evidence,
    settings::Settings,
    slo::SloFact,
    waiver::{Asked, Waiver},
};

/// Everything that a decision about a change rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeFacts {
    /// Always [`FACTS_SCHEMA`](super::FACTS_SCHEMA).
    pub schema: String,
    /// The time to judge by; policies have no other clock.
    pub evaluated_at: Timestamp,
    /// The same in seconds since 1970, for arithmetic.
    pub evaluated_at_seconds: i64,
    /// Who asks.
    pub caller: CallerFact,
    /// What is proposed.
    pub change: Change,
    /// The service that is changed.
    pub service: ServiceFact,
    /// Its service level objectives.
    pub slos: Vec<SloFact>,
    /// What it depends on.
    pub dependencies: Vec<DependencyFact>,
    /// Other changes.
    pub history: HistoryFact,
    /// Freeze windows.
    pub freezes: FreezeFact,
    /// The approvals that came with the change.
    pub approvals: Vec<ApprovalFact>,
    /// The cost estimate that came with the change; null when none came.
    pub cost: Option<CostFact>,
    /// The budgets that the change has to keep; absent in decisions that were made before there were any, which can so be
    /// judged again as they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<ChangeSpend>,
    /// Thresholds and modes in force for this service.
    pub settings: Settings,
    /// Exceptions in force for this service.
    pub waivers: Vec<Waiver>,
}

/// What the budgets of the changed service say of a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeSpend {
    /// How many budgets the organisation has; 0 where it uses none.
    pub budgets_declared: u64,
    /// The budgets that hold the service in its environment. Their evidence is required, except for a fix or a rollback,
    /// which goes ahead however they stand.
    pub budgets: Vec<BudgetFact>,
    /// The cost estimate, held against each of the budgets in its currency; empty when none came, or none that can be read.
    pub fits: Vec<PlannedFit>,
}

impl From<ChangeFacts> for Facts {
    fn from(facts: ChangeFacts) -> Self {
        Self::Change(Box::new(facts))
    }
}

impl ChangeSpend {
    fn evidence(&self) -> impl Iterator<Item = &Evidence> {
        self.budgets.iter().flat_map(|budget| [&budget.evidence, &budget.forecast_evidence])
    }
}

impl ChangeFacts {
    /// What holds for every gate.
    pub fn frame(&self) -> Frame<'_> {
        let evidence = [&self.service.evidence, &self.history.evidence, &self.freezes.evidence]
            .into_iter()
            .chain(self.slos.iter().map(|slo| &slo.evidence))
            .chain(self.dependencies.iter().flat_map(DependencyFact::evidence))
            .chain(self.cost.iter().map(|cost| &cost.evidence))
            .chain(self.spend.iter().flat_map(ChangeSpend::evidence));
        let gate = Gate::Change;
        let Change { service, environment, id, .. } = &self.change;
        let asked = Asked { gate, service, environment, change: Some(id) };
        Frame {
            gate,
            evaluated_at: self.evaluated_at,
            service,
            environment,
            change: Some(id),
            settings: &self.settings,
            waivers: &self.waivers,
            approvals: &self.approvals,
            next_obstacle_at: self.freezes.next_obstacle_at(self.evaluated_at, &self.waivers, &asked),
            frozen: &self.freezes.active,
            closed: &self.freezes.closed,
            passes_closed: self.change.purpose.is_remediation() || self.change.change_type == ChangeType::Emergency,
            evidence: evidence.collect(),
        }
    }
}
