//! What is shown of one objective.

use serde::Serialize;
use tollgate_aws::TelemetrySource;
use tollgate_core::{
    Timestamp,
    slo::{BudgetFact, BudgetUnit, CompositeMethod, Indicator, PairFact, Slo, SloFact, Traffic, WindowFact},
};

/// How an objective does, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Nothing is left of its budget.
    Exhausted,
    /// It burns its budget faster than a pair of windows allows.
    Burning,
    /// Its evidence cannot be relied on.
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

/// How many events a window needs to be judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Enough {
    pub(super) events: Option<u64>,
    pub(super) bad_events: Option<u64>,
}

impl Enough {
    /// Windows that are not counted in events, or for which nothing is set, always have enough.
    fn has(&self, window: &WindowFact, event: BudgetUnit) -> bool {
        let (Some(total), Some(good), BudgetUnit::Events) = (window.total, window.good, event) else { return true };
        let reaches = |count: u64, least: Option<u64>| least.is_none_or(|least| count >= least);
        reaches(total, self.events) || self.bad_events.is_some() && reaches(total.saturating_sub(good), self.bad_events)
    }
}

/// What is shown of one objective.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) state: State,
    pub(super) relation: Relation,
    /// What it is made of, or who shares it.
    pub(super) made_of: Option<String>,
    /// Were there enough events in the last hour to judge it by?
    pub(super) enough_events: bool,
    /// The burn rate in equal parts of the period, oldest first, in millionths; null where it is not known.
    pub(super) trend_burn_rate_micro: Vec<Option<u64>>,
    pub(super) fact: SloFact,
}

/// Of fewer events than are needed: is even the lower end of the burn rates that they are compatible with above the limit?
/// One or two failures say too little for that, as in the gates' rules.
fn is_certain(window: &WindowFact, pair: &PairFact) -> bool {
    let bad = window.total.zip(window.good).map_or(0, |(total, good)| total.saturating_sub(good));
    bad >= 3 && window.burn_rate_low_micro.is_some_and(|low| low > pair.factor_micro)
}

impl Row {
    pub(super) fn new(slo: &Slo, relation: Relation, fact: SloFact, trend: Vec<Option<u64>>, enough: &Enough) -> Self {
        let has_enough =
            |window: &str| fact.windows.get(window).is_some_and(|window| enough.has(window, fact.budgeting.event));
        let tells = |pair: &PairFact| fact.windows.get(&pair.long).is_some_and(|window| is_certain(window, pair));
        let burns = |pair: &PairFact| pair.exceeded == Some(true) && (has_enough(&pair.long) || tells(pair));
        let exhausted = |budget: &BudgetFact| budget.consumed_ppm >= 1_000_000;
        let state = if fact.budget.as_ref().is_some_and(exhausted) {
            State::Exhausted
        } else if fact.pairs.iter().any(burns) {
            State::Burning
        } else if fact.evidence.is_ok() {
            State::Inside
        } else {
            State::Unknown
        };
        let enough_events = fact.traffic != Traffic::None && has_enough("1h");
        Self { state, relation, made_of: made_of(slo), enough_events, trend_burn_rate_micro: trend, fact }
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

    /// Good ones and all, in what the budget is counted in, as far as the period has come; none while what is not known of
    /// it decides.
    pub(super) fn share(&self) -> Option<(u64, u64)> {
        let budget = self.fact.budget.as_ref().filter(|budget| !budget.is_undecided)?;
        let total = budget.slices.as_ref().map_or(budget.total, |slices| slices.total);
        Some((total.saturating_sub(budget.bad), total)).filter(|_| total > 0)
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
