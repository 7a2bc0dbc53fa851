//! Gather: where the budgets stand by the bill that is kept, and how a plan fits into them.

use tollgate_core::{
    Timestamp,
    approval::{ApprovalTime, approval_facts},
    budget::{Budget, SpendJudging},
    cost::planned_of,
    facts::{CallerFact, CostFacts, FACTS_SCHEMA, Spending},
    settings::Settings,
};
use tollgate_gate::{
    bill::{Looked, Statement, fits},
    service_fact,
};

use crate::{CostGate, names::unknown_names, receive::SpendQuestion};

impl CostGate {
    /// The facts about a question.
    pub(crate) fn gather(&self, asked: &SpendQuestion, principal: &str, bill: &Statement, now: Timestamp) -> CostFacts {
        let catalogue = &self.house.catalogue;
        let spending = &asked.spending;
        let about = spending.service.as_deref().or(spending.budget.as_deref()).unwrap_or_default();
        let budgets: Vec<&Budget> = match &spending.service {
            Some(service) => catalogue.budgets_of(service, spending.environment.as_deref()),
            None => catalogue.budgets.iter().filter(|budget| budget.name == about).collect(),
        };
        let settings = match (&spending.service, budgets.first()) {
            (None, Some(budget)) => self.settings_of(budget),
            _ => catalogue.settings_of(about),
        };
        let judging = SpendJudging::of(&settings, now, true);
        let looked: Vec<Looked> = budgets.iter().map(|budget| bill.look(budget, &judging)).collect();
        let planned = asked.cost.as_ref().map(|cost| planned_of(cost, "cost"));
        let caller = CallerFact {
            may_assert_approvals: catalogue.may_assert_approvals(principal),
            principal: principal.to_owned(),
        };
        let max_age_seconds = settings.integer("change", "approval_max_age_seconds").unwrap_or(0);
        let approved_by = ApprovalTime { now, max_age_seconds };
        CostFacts {
            schema: FACTS_SCHEMA.to_owned(),
            evaluated_at: now,
            evaluated_at_seconds: now.timestamp(),
            service: spending.service.as_deref().map(|service| service_fact(catalogue, service)),
            bill: bill.evidence(&looked),
            fits: fits(&looked, planned.as_ref()),
            unknown_names: unknown_names(catalogue, spending, &budgets),
            budgets: looked.into_iter().map(|looked| looked.fact).collect(),
            planned,
            approvals: approval_facts(spending, &caller, approved_by, |person| catalogue.groups_of(person)),
            waivers: catalogue.waivers.iter().filter(|waiver| waiver.service == about).cloned().collect(),
            caller,
            spending: spending.clone(),
            settings,
        }
    }

    /// The question that nobody asks: may more be spent from this budget?
    pub(crate) fn as_it_runs(&self, budget: &Budget, asked_by: &str, bill: &Statement, now: Timestamp) -> CostFacts {
        let spending = Spending {
            service: None,
            budget: Some(budget.name.clone()),
            environment: None,
            purpose: <_>::default(),
            author: None,
            commit: None,
            approvals: Vec::new(),
        };
        self.gather(&SpendQuestion { spending, cost: None }, asked_by, bill, now)
    }

    /// The settings in force for a budget: those of the team that answers for it.
    pub(crate) fn settings_of(&self, budget: &Budget) -> Settings {
        self.house.catalogue.settings_of_budget(budget)
    }
}
