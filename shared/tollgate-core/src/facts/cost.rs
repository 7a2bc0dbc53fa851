//! What a decision about spend rests on.

use serde::{Deserialize, Serialize};

use super::{CallerFact, Facts, Frame, ServiceFact};
use crate::{
    Timestamp,
    approval::ApprovalFact,
    budget::{BudgetFact, PlannedFit},
    change::{Approval, Purpose},
    cost::PlannedCostFact,
    decision::Gate,
    evidence::Evidence,
    settings::Settings,
    waiver::Waiver,
};

/// What is asked: is this spend inside its budgets, and would this change keep it there? About a service, or about a budget
/// as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Spending {
    /// The service of the catalogue; null when a budget is asked about.
    #[serde(default)]
    pub service: Option<String>,
    /// The budget; null when a service is asked about.
    #[serde(default)]
    pub budget: Option<String>,
    /// Where: `production`; null for all environments.
    #[serde(default)]
    pub environment: Option<String>,
    /// What the answer is for. A fix or a rollback may pass where a feature has to wait.
    #[serde(default)]
    pub purpose: Purpose,
    /// Who asks for it: `github:4519`. Their own approval does not count.
    #[serde(default)]
    pub author: Option<String>,
    /// The commit that is rolled out.
    #[serde(default)]
    pub commit: Option<String>,
    /// Who approved it, as the caller says.
    #[serde(default)]
    pub approvals: Vec<Approval>,
}

/// A name of a question that nothing has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnknownName {
    /// What it should name.
    pub kind: NameKind,
    /// The name.
    pub name: String,
    /// Names that may be meant, nearest first; at most three.
    pub near: Vec<String>,
}

/// What a name of a question is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// A budget.
    Budget,
    /// An environment in which the budget holds nothing, or that nothing runs in.
    Environment,
}

/// Everything that a decision of the cost gate rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CostFacts {
    /// Always [`FACTS_SCHEMA`](super::FACTS_SCHEMA).
    pub schema: String,
    /// The time to judge by; policies have no other clock.
    pub evaluated_at: Timestamp,
    /// The same in seconds since 1970, for arithmetic.
    pub evaluated_at_seconds: i64,
    /// Who asks.
    pub caller: CallerFact,
    /// What is asked.
    pub spending: Spending,
    /// The service; null when a budget is asked about.
    pub service: Option<ServiceFact>,
    /// The budgets that hold it.
    pub budgets: Vec<BudgetFact>,
    /// Names of the question that nothing has; a service that is not there is in `service`.
    #[serde(default)]
    pub unknown_names: Vec<UnknownName>,
    /// How the bill is known: as a whole, and which of its parts are missing or older than the rest. Advisory, since the
    /// budgets' own evidence says what they rest on; what it cost to fetch is told where it was fetched, and nowhere else.
    pub bill: Vec<Evidence>,
    /// The cost estimate of a planned change; null when none came.
    pub planned: Option<PlannedCostFact>,
    /// The estimate, held against each of the budgets in its currency; empty when none came, or none that can be read.
    pub fits: Vec<PlannedFit>,
    /// The approvals that came with the question.
    pub approvals: Vec<ApprovalFact>,
    /// Thresholds and modes in force for the service, or for the budget's owner.
    pub settings: Settings,
    /// Exceptions in force; one for a budget names it as its service.
    pub waivers: Vec<Waiver>,
}

impl From<CostFacts> for Facts {
    fn from(facts: CostFacts) -> Self {
        Self::Cost(Box::new(facts))
    }
}

impl CostFacts {
    /// Where the budgets that are asked about hold, in words.
    fn environments(&self) -> &str {
        match self.budgets.as_slice() {
            [budget] if self.spending.budget.is_some() => match budget.scope.environments.as_slice() {
                [] => "all environments",
                [one] => one,
                _ => "its environments",
            },
            _ => "all environments",
        }
    }

    /// What holds for every gate.
    pub fn frame(&self) -> Frame<'_> {
        let budgets = self.budgets.iter().flat_map(|budget| [&budget.evidence, &budget.forecast_evidence]);
        let service = self.service.iter().map(|service| &service.evidence);
        let evidence =
            service.chain(budgets).chain(&self.bill).chain(self.planned.iter().map(|planned| &planned.evidence));
        let Spending { service, budget, environment, .. } = &self.spending;
        Frame {
            gate: Gate::Cost,
            evaluated_at: self.evaluated_at,
            service: service.as_deref().or(budget.as_deref()).unwrap_or("everything"),
            environment: environment.as_deref().unwrap_or_else(|| self.environments()),
            change: None,
            settings: &self.settings,
            waivers: &self.waivers,
            approvals: &self.approvals,
            next_obstacle_at: None,
            frozen: &[],
            closed: &[],
            passes_closed: true,
            evidence: evidence.collect(),
        }
    }
}
