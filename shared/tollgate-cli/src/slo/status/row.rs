//! What is shown of one objective.

use serde::Serialize;
use tollgate_aws::TelemetrySource;
use tollgate_core::{
    Timestamp,
    finding::Finding,
    notice::Level,
    slo::{BudgetFact, CompositeMethod, Indicator, Slo, SloFact, Traffic},
};

use super::judged::Measured;

/// How an objective does, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Nothing is left of its budget.
    Exhausted,
    /// It burns its budget faster than a threshold or an alert of its own allows.
    Burning,
    /// It holds rollouts up otherwise: a step of its budget is reached, or its traffic has vanished.
    Held,
    /// Its evidence cannot be relied on, or what decides is not known.
    Unknown,
    /// It is inside its budget.
    Inside,
}

/// Why an objective is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Relation {
    /// It is the service's, or all were asked for.
    Own,
    /// The service spends its budget, too.
    Shared,
    /// A service that the service needs has it.
    Dependency,
}

/// What is shown of one objective.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) state: State,
    /// What people are notified of.
    pub(super) level: Level,
    pub(super) relation: Relation,
    /// What it is made of, or who shares it.
    pub(super) made_of: Option<String>,
    /// Were there enough events in the last hour to judge it by?
    pub(super) enough_events: bool,
    /// The burn rate in equal parts of the period, oldest first, in millionths; null where it is not known.
    pub(super) trend_burn_rate_micro: Vec<Option<u64>>,
    /// What the SLO gate's rules find of it as it runs, the most urgent first.
    pub(super) findings: Vec<Finding>,
    pub(super) fact: SloFact,
}

impl State {
    fn of(level: Level, fact: &SloFact, findings: &[Finding]) -> Self {
        let is_spent = fact.budget.as_ref().is_some_and(|budget| budget.consumed_ppm >= 1_000_000);
        let urgent = |observed: &str| {
            let is_of = |finding: &Finding| finding.observed.keys().any(|name| name.starts_with(observed));
            findings.iter().any(|finding| finding.urgency.is_some() && is_of(finding))
        };
        match level {
            Level::Ok => Self::Inside,
            Level::Unknown => Self::Unknown,
            Level::Ticket | Level::Page if is_spent && urgent("budget_consumed") => Self::Exhausted,
            Level::Ticket | Level::Page if urgent("burn_rate") => Self::Burning,
            // Only what is not known of its period decides.
            Level::Ticket | Level::Page if !fact.evidence.is_ok() => Self::Unknown,
            Level::Ticket | Level::Page => Self::Held,
        }
    }
}

impl Row {
    pub(super) fn new(measured: Measured<'_>, level: Level, mut findings: Vec<Finding>, enough_events: bool) -> Self {
        let Measured { slo, relation, fact, trend, .. } = measured;
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.urgency));
        let state = State::of(level, &fact, &findings);
        let enough_events = enough_events && fact.traffic != Traffic::None;
        Self {
            state,
            level,
            relation,
            made_of: made_of(slo),
            enough_events,
            trend_burn_rate_micro: trend,
            findings,
            fact,
        }
    }

    /// The worst first, then what has the least left.
    pub(super) fn rank(&self) -> (bool, State, i64, String) {
        let left = self.fact.budget.as_ref().map_or(i64::MIN, |budget| budget.remaining_ppm);
        (self.relation == Relation::Dependency, self.state, left, self.name())
    }

    /// `payments-api/availability`.
    pub(super) fn name(&self) -> String {
        format!("{}/{}", self.fact.service, self.fact.name)
    }

    /// The budget, where it is known how it stands: its evidence is good and no unknown time decides, or all of it is spent
    /// for certain.
    pub(super) fn known_budget(&self) -> Option<&BudgetFact> {
        let is_spent = |budget: &BudgetFact| budget.consumed_ppm >= 1_000_000;
        let is_known = |budget: &&BudgetFact| self.fact.evidence.is_ok() && !budget.is_undecided || is_spent(budget);
        self.fact.budget.as_ref().filter(is_known)
    }

    /// Good ones and all, in what the budget is counted in, as far as the period has come; none while it is not known.
    pub(super) fn share(&self) -> Option<(u64, u64)> {
        let budget = self.known_budget().filter(|budget| !budget.is_undecided)?;
        let total = budget.slices.as_ref().map_or(budget.total, |slices| slices.total);
        Some((total.saturating_sub(budget.bad), total)).filter(|_| total > 0)
    }

    /// How fast the budget burns over a window, in millionths; none where nothing is known of most of its time.
    pub(super) fn burn_rate_micro(&self, window: &str) -> Option<u64> {
        let window = self.fact.windows.get(window)?;
        let is_seen = window.known.is_none_or(|known| known.known_seconds > known.unknown_seconds);
        window.burn_rate_micro.filter(|_| is_seen)
    }
}

fn made_of(slo: &Slo) -> Option<String> {
    let shared = || format!("shared with {}", slo.shared_with.join(", "));
    match &slo.indicator {
        Indicator::Composite(composite) => {
            let parts = composite.parts.len();
            Some(match composite.method {
                CompositeMethod::WorstOf => format!("worst of {parts}"),
                CompositeMethod::WorstBurnRate => format!("fastest burn of {parts}"),
                CompositeMethod::AnySlice => format!("any bad of {parts}"),
                CompositeMethod::SumOfBad => format!("sum of {parts}"),
                CompositeMethod::Weighted => format!("weighted mean of {parts}"),
            })
        }
        _ => (!slo.shared_with.is_empty()).then(shared),
    }
}

#[derive(Serialize)]
pub(super) struct Page<'a> {
    schema: &'static str,
    judged_at: Timestamp,
    telemetry: String,
    objectives: &'a [Row],
}

/// All that is known, for programs.
pub(super) fn json<'a>(rows: &'a [Row], now: Timestamp, telemetry: &TelemetrySource) -> Page<'a> {
    Page { schema: "tollgate.slo_status/v1", judged_at: now, telemetry: telemetry.to_string(), objectives: rows }
}
