//! A fact, out of what was spent.

use std::{collections::BTreeMap, ops::Range};

use super::{
    SloFact, Traffic, WindowFact,
    arithmetic::Spending,
    depletion::{Budgeted, DepletionFact, Outlook},
    fact::{Judging, OUTLOOKS, unknown},
    indicator::Indicator,
    known::{KnownTime, Measured},
    objective::{Budgeting, Slo, Target},
    period::Period,
    plan::WINDOWS,
};
use crate::{Timestamp, evidence::EvidenceStatus};

const MILLION: u64 = 1_000_000;

/// What was spent in the period and in each window; none where nothing of it is known.
pub(super) struct Spent {
    pub(super) period: Option<Measured>,
    pub(super) windows: BTreeMap<&'static str, Option<Measured>>,
    /// The time of which nothing is known, as far as datapoints show when it was.
    pub(super) lost: Vec<Range<i64>>,
}

impl Spent {
    pub(super) fn nothing_known() -> Self {
        Self { period: None, windows: BTreeMap::new(), lost: Vec::new() }
    }

    pub(super) fn window(&self, name: &str) -> Option<&Measured> {
        self.windows.get(name)?.as_ref()
    }

    /// What was observed in the known time of a window.
    fn observed(&self, name: &str) -> Option<&Spending> {
        self.window(name).map(Measured::observed)
    }
}

/// Everything that follows from what was spent up to the end of the data. Its evidence is not judged yet.
pub(super) fn assembled(slo: &Slo, judging: &Judging, end: Timestamp, spent: &Spent) -> SloFact {
    let blank = unknown(slo, judging, end, EvidenceStatus::Error, "");
    let (target, period_seconds) = (slo.target, blank.period_seconds);
    let outlook = Outlook {
        target,
        budget: match slo.period {
            Period::Calendar { .. } if counts_events(slo) => {
                Budgeted::SoFar { elapsed_seconds: (end - blank.period.starts_at).num_seconds().max(0).unsigned_abs() }
            }
            _ => Budgeted::Whole { period_seconds },
        },
        spent: spent.period.as_ref().map(Measured::certain),
        end,
        period_end: match slo.period {
            Period::Rolling { .. } => end + (blank.period.ends_at - blank.period.starts_at),
            Period::Calendar { .. } => blank.period.ends_at,
        },
    };
    let resolution = slo.indicator.resolution();
    let window = |(name, seconds): (&str, u64)| {
        (name.to_owned(), WindowFact::of(resolution.whole(seconds), spent.window(name), target, period_seconds))
    };
    let budget = spent.period.as_ref().map(|spent| spent.budget(target, &judging.budget_steps_ppm));
    // What is spent for certain ends the budget by then at the latest; where that is too late to matter, it is not known.
    let is_undecided = budget.as_ref().is_some_and(|budget| budget.is_undecided);
    let depletion = |name| {
        let fact = outlook.depletion(name, spent.observed(name));
        if is_undecided && fact.inside_period != Some(true) { DepletionFact::unknown(name) } else { fact }
    };
    SloFact {
        windows: WINDOWS.map(window).into(),
        budget,
        pairs: slo
            .burn_pairs(period_seconds)
            .iter()
            .filter_map(|pair| pair.judge_by(|name| spent.observed(name), target, period_seconds, resolution))
            .collect(),
        depletion: OUTLOOKS.map(depletion).into(),
        ..blank
    }
}

/// Is its budget a share of what came, and not of slices that are known beforehand?
fn counts_events(slo: &Slo) -> bool {
    match &slo.indicator {
        Indicator::Composite(composite) => composite.parts.iter().all(|part| counts_events(&part.slo)),
        _ => slo.budgeting == Budgeting::Occurrences,
    }
}

impl WindowFact {
    /// A window in which this was spent.
    fn of(seconds: u64, spent: Option<&Measured>, target: Target, period_seconds: u64) -> Self {
        let observed = spent.map(Measured::observed);
        let interval = observed.map(|spending| spending.burn_rate_interval(target));
        Self {
            known: Some(spent.map_or(KnownTime::of(seconds, false), Measured::time)),
            burn_rate_micro: observed.map(|spending| spending.burn_rate(target).ceil(MILLION)),
            burn_rate_at_most_micro: spent.map(|spent| spent.at_most().burn_rate(target).ceil(MILLION)),
            burn_rate_low_micro: interval.as_ref().map(|(low, _)| low.floor(MILLION)),
            burn_rate_high_micro: interval.as_ref().map(|(_, high)| high.ceil(MILLION)),
            consumed_ppm: observed.map(|spending| spending.consumed_ppm(target, seconds, period_seconds)),
            ..Self::unknown(seconds)
        }
    }

    pub(super) fn unknown(seconds: u64) -> Self {
        Self {
            seconds,
            good: None,
            total: None,
            traffic: Traffic::Unknown,
            slices: None,
            known: Some(KnownTime::of(seconds, false)),
            burn_rate_micro: None,
            burn_rate_at_most_micro: None,
            burn_rate_low_micro: None,
            burn_rate_high_micro: None,
            consumed_ppm: None,
            excluded_seconds: 0,
            datapoints_expected: 0,
            datapoints_received: 0,
            made_of: None,
        }
    }
}

impl Traffic {
    pub(super) fn of(total: Option<u64>) -> Self {
        match total {
            Some(0) => Self::None,
            Some(_) => Self::Events,
            None => Self::Unknown,
        }
    }
}
