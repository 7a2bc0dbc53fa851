//! From counts to what is known of an objective.

use super::{
    BudgetUnit, BudgetingFact, BudgetingMethod, SloFact, Traffic, WindowFact,
    aggregate::ObjectiveDays,
    alerted::AlertFact,
    assembled::Spent,
    calendar::{PeriodFact, PeriodKind},
    composite::composite_fact,
    depletion::DepletionFact,
    fraction::Fraction,
    indicator::{CompositeMethod, Indicator},
    judged::Judged,
    objective::{Budgeting, PARTS_PER_BILLION, Slo},
    pairs::{BurnPair, largest_burn_rate},
    plan::WINDOWS,
    reading::Reading,
    series::{Snapshot, rfc3339},
    silent_metric::silent_metrics,
};
use crate::{
    Timestamp,
    evidence::{Evidence, EvidenceStatus},
};

const MILLION: u64 = 1_000_000;
/// The windows whose burn rates depletion is projected from.
pub(super) const OUTLOOKS: [&str; 2] = ["1h", "6h"];

/// How counts are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judging {
    /// The time to judge by.
    pub now: Timestamp,
    /// How old the newest datapoint may be.
    pub max_age_seconds: u64,
    /// Must a decision rest on it?
    pub required: bool,
    /// Where the counts came from: `cloudwatch:eu-central-1`.
    pub source: String,
    /// The shares of the error budget from which on more is held up, in parts per million.
    pub budget_steps_ppm: Vec<u64>,
}

/// What a snapshot does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Background {
    /// What is stored of the days of the objective, and of those that it is made of.
    pub days: Vec<ObjectiveDays>,
}

/// The fact of an objective about which nothing is known, and why.
pub fn unknown_fact(slo: &Slo, judging: &Judging, status: EvidenceStatus, reason: impl Into<String>) -> SloFact {
    unknown(slo, judging, judging.now, status, reason)
}

/// The same, at the end of the data.
pub(super) fn unknown(
    slo: &Slo,
    judging: &Judging,
    end: Timestamp,
    status: EvidenceStatus,
    reason: impl Into<String>,
) -> SloFact {
    let nowhere = PeriodFact { kind: PeriodKind::Calendar, starts_at: end, ends_at: end, elapsed_ppm: 0 };
    let period = slo.period.fact(end).unwrap_or(nowhere);
    let period_seconds = slo.period.bounds(end).map_or_else(|| slo.period.longest_seconds(), |bounds| bounds.seconds());
    // Time before it was is none of it.
    let since = slo.since.map(|since| u64::try_from((end - since).num_seconds()).unwrap_or(0));
    let resolution = slo.indicator.resolution();
    let pair = |pair: &BurnPair| pair.judge_by(|_| None, slo.target, period_seconds, resolution);
    let allowance = Fraction::new(slo.target.budget_ppb(), PARTS_PER_BILLION).unwrap_or_else(Fraction::zero);
    SloFact {
        evidence: Evidence {
            required: judging.required,
            window_seconds: Some(since.map_or(period_seconds, |age_seconds| age_seconds.min(period_seconds))),
            ..Evidence::bad(slo.evidence_id(), judging.source.clone(), status, reason)
        },
        service: slo.service.clone(),
        name: slo.name.clone(),
        target_ppb: slo.target.ppb(),
        period_seconds,
        period,
        budgeting: budgeting(slo),
        traffic: Traffic::Unknown,
        allowance_ms: allowance.floor(period_seconds.saturating_mul(1000)),
        max_burn_rate_micro: largest_burn_rate(slo.target).floor(MILLION),
        windows: WINDOWS
            .map(|(name, seconds)| (name.to_owned(), WindowFact::unknown(resolution.whole(seconds))))
            .into(),
        budget: None,
        pairs: slo.burn_pairs(period_seconds).iter().filter_map(pair).collect(),
        alerts: AlertFact::all_unknown(&slo.alerts),
        depletion: OUTLOOKS.map(DepletionFact::unknown).into(),
        burning_since: None,
        maintenance: slo.maintenance(judging.now, judging.now),
        late_seconds: 0,
        silence: None,
        silent_metrics: Vec::new(),
        idle_parts: Vec::new(),
        is_undecided: false,
    }
}

/// Says how much of a budget is not known, where that decides.
pub(super) fn undecided(fact: &SloFact) -> Option<String> {
    let budget = fact.budget.as_ref().filter(|budget| budget.is_undecided)?;
    let (known, most) = (budget.known?, budget.consumed_at_most_ppm?);
    let time = known.known_seconds.saturating_add(known.unknown_seconds);
    Some(format!(
        "{} of {} of the period are not known: at least {} of the error budget is spent, and {} if all failed in that time",
        duration(known.unknown_seconds),
        duration(time),
        percent(budget.consumed_ppm),
        percent(most),
    ))
}

/// `7 min`, `6 h 5 min`, `27 days 2 h`, rounded up to minutes.
pub(super) fn duration(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    let (days, hours, minutes) = (minutes / 1440, minutes % 1440 / 60, minutes % 60);
    let part = |number: u64, unit: &str| (number > 0).then(|| format!("{number} {unit}"));
    let day = if days == 1 { "day" } else { "days" };
    let parts = [part(days, day), part(hours, "h"), part(minutes, "min")];
    let parts: Vec<String> = parts.into_iter().flatten().take(2).collect();
    if parts.is_empty() { "0 min".to_owned() } else { parts.join(" ") }
}

/// `83.3 %` of parts per million, rounded down.
fn percent(ppm: u64) -> String {
    match (ppm / 10_000, ppm % 10_000 / 1000) {
        (whole, 0) => format!("{whole} %"),
        (whole, tenths) => format!("{whole}.{tenths} %"),
    }
}

pub(super) fn window_seconds(name: &str) -> u64 {
    WINDOWS.iter().find(|(known, _)| *known == name).map_or(0, |(_, seconds)| *seconds)
}

fn budgeting(slo: &Slo) -> BudgetingFact {
    let event = match slo.indicator {
        Indicator::Ratio(_) | Indicator::ApplicationSignals(_) => BudgetUnit::Events,
        Indicator::Raw { .. } | Indicator::Threshold { .. } => BudgetUnit::Minutes,
        Indicator::Composite(_) => BudgetUnit::PartsPerBillion,
    };
    let is_of_shares = match &slo.indicator {
        Indicator::Composite(composite) => composite.method != CompositeMethod::AnySlice,
        _ => false,
    };
    let unit = |unit| if is_of_shares { event } else { unit };
    let (method, unit, slice_seconds, slice_target_ppb) = match slo.budgeting {
        Budgeting::Occurrences => (BudgetingMethod::Occurrences, event, None, None),
        Budgeting::Timeslices { slice_seconds, slice_target } => {
            (BudgetingMethod::Timeslices, unit(BudgetUnit::Slices), Some(slice_seconds), Some(slice_target.ppb()))
        }
        Budgeting::RatioTimeslices { slice_seconds } => {
            (BudgetingMethod::RatioTimeslices, unit(BudgetUnit::Slices), Some(slice_seconds), None)
        }
    };
    BudgetingFact { method, unit, event, slice_seconds, slice_target_ppb }
}

/// What a snapshot says of an objective, judged without stored days.
///
/// Evidence that is `ok` has every window and the budget: a rule that compares them never meets null unwarned.
///
/// Time of which a datapoint is missing is not known, and counts as neither good nor bad: what may have been bad in it is in
/// what is spent at most. The newest datapoints that have not all come are no part of the data before they are overdue.
/// A total without good events beside it, once that is overdue, is all bad, unless good ones never came; good events
/// without a total are left out, bad ones are counted. Good and bad can exceed the total of a datapoint by what one minute
/// holds, where the one beside it lacks them, since requests end in another minute than they begin; what is over that makes
/// up for nothing, and where it is much the evidence says that the two contradict each other.
pub fn slo_fact(slo: &Slo, snapshot: &Snapshot, judging: &Judging) -> SloFact {
    slo_fact_with(slo, snapshot, judging, &Background::default())
}

/// What a snapshot and its background say of an objective: see [`slo_fact`].
pub fn slo_fact_with(slo: &Slo, snapshot: &Snapshot, judging: &Judging, background: &Background) -> SloFact {
    judge(slo, snapshot, judging, background).0
}

/// The same, with what it follows from.
pub(super) fn judge(slo: &Slo, snapshot: &Snapshot, judging: &Judging, background: &Background) -> (SloFact, Spent) {
    let plan = &snapshot.plan;
    let error = |reason: String| {
        let fact = unknown(slo, judging, judging.now, EvidenceStatus::Error, reason);
        (fact, Spent::nothing_known())
    };
    if plan.end() > judging.now.timestamp() {
        return error(format!("the data reaches to {}, past the time to judge by", rfc3339(plan.end())));
    }
    if let Indicator::Composite(composite) = &slo.indicator {
        return composite_fact(slo, composite, snapshot, judging, background);
    }
    let reading = match Reading::of(&slo.indicator, snapshot) {
        Ok(reading) => reading,
        Err(reason) => return error(reason),
    };
    match Judged::of(slo, &reading, judging, background) {
        Ok(judged) => {
            let (fact, spent) = judged.fact();
            (SloFact { silent_metrics: silent_metrics(slo, snapshot, judging), ..fact }, spent)
        }
        Err(reason) => error(reason),
    }
}

#[cfg(test)]
#[path = "fact_tests.rs"]
mod tests;
