//! What is shown of one budget.

use serde::Serialize;
use tollgate_aws::billing::Looked;
use tollgate_core::{
    Timestamp,
    budget::{BudgetFact, Enforcement, Standing, StepFact},
    evidence::Evidence,
};

use super::total::{Total, totals};
use crate::cost::bill::Bill;

/// How a budget stands, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// The amount was spent.
    Over,
    /// A step is reached that holds changes up.
    HeldUp,
    /// Its evidence cannot be relied on.
    Unknown,
    /// It is inside its budget.
    Inside,
}

/// What is shown of one budget.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) state: State,
    pub(super) fact: BudgetFact,
    /// Parts of the bill that concern it and are missing.
    pub(super) gaps: Vec<Evidence>,
}

impl Row {
    pub(super) fn new(looked: Looked) -> Self {
        let Looked { fact, gaps, .. } = looked;
        let state = match (fact.standing, fact.enforcement) {
            (Standing::Over, _) => State::Over,
            (_, Some(Enforcement::Approve | Enforcement::Freeze)) => State::HeldUp,
            (Standing::Unknown, _) => State::Unknown,
            (Standing::Inside | Standing::InsideEstimated, _) => State::Inside,
        };
        Self { state, fact, gaps }
    }

    /// The worst first, then what has the least left.
    pub(super) fn rank(&self) -> (State, i64, String) {
        (self.state, self.fact.share_ppm.map_or(i64::MIN, i64::saturating_neg), self.fact.name.clone())
    }

    /// The last of the steps of each kind that is surely reached.
    pub(super) fn reached(&self) -> impl Iterator<Item = &StepFact> {
        let steps = &self.fact.steps;
        let reached = |step: &&StepFact| step.reached == Some(true);
        let is_last = move |step: &&StepFact| {
            !steps.iter().filter(reached).any(|other| other.kind == step.kind && other.share_ppm > step.share_ppm)
        };
        steps.iter().filter(reached).filter(is_last)
    }
}

#[derive(Serialize)]
pub(super) struct Page<'a> {
    schema: &'static str,
    judged_at: Timestamp,
    billing: &'a str,
    fetched_at: Timestamp,
    paid_requests: u64,
    price_usd_micros: u64,
    budgets: &'a [Row],
    totals: Vec<Total>,
}

/// All that is known, for programs.
pub(super) fn json<'a>(rows: &'a [Row], bill: &'a Bill) -> Page<'a> {
    Page {
        schema: "tollgate.cost_status/v1",
        judged_at: bill.now,
        billing: &bill.source,
        fetched_at: bill.snapshot.fetched_at,
        paid_requests: bill.paid_requests,
        price_usd_micros: bill.price_usd_micros,
        budgets: rows,
        totals: totals(rows),
    }
}
