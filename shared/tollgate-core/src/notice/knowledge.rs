//! Whether enough is known of an objective to say that it is better.

use chrono::TimeDelta;

use super::observed::TOLD_WINDOW;
use crate::{
    Timestamp,
    settings::Settings,
    slo::{BudgetUnit, PartFact, SloFact, Traffic, WindowFact},
};

/// The pace that spends the budget in just its period.
const MILLION: u64 = 1_000_000;
const TICKET: &str = "ticket";

/// Does nobody ask anything of it, or of one that it is made of and that fails, or is a window of it left out as maintenance?
pub(super) fn is_idle(slo: &SloFact) -> bool {
    let is_unasked = |window: &WindowFact| {
        window.traffic == Traffic::None || failing_parts(slo, window).any(|part| part.total == Some(0))
    };
    slo.windows.get(TOLD_WINDOW).is_some_and(is_unasked)
        || slo.windows.values().any(|window| window.traffic == Traffic::Excluded)
}

/// The start of the shortest window that has enough to judge by and burns at no pace that pages. An objective that has no
/// windows, because something else judges it, is known up to its newest datum.
pub(super) fn calm_since(slo: &SloFact, settings: &Settings) -> Option<Timestamp> {
    let as_of = slo.evidence.as_of?;
    if slo.pairs.is_empty() && slo.windows.values().all(|window| window.traffic == Traffic::Unknown) {
        return Some(as_of);
    }
    let limit = paging_rate(slo);
    let is_calm = |window: &&WindowFact| {
        has_enough(slo, window, settings) && window.burn_rate_micro.is_some_and(|rate| rate <= limit)
    };
    let shortest = slo.windows.values().filter(is_calm).map(|window| window.seconds).min()?;
    as_of.checked_sub_signed(TimeDelta::seconds(i64::try_from(shortest).ok()?))
}

/// Did enough come in the last hour to judge an objective by?
pub fn has_enough_events(slo: &SloFact, settings: &Settings) -> bool {
    slo.windows.get(TOLD_WINDOW).is_some_and(|window| has_enough(slo, window, settings))
}

/// The slowest pace that pages.
fn paging_rate(slo: &SloFact) -> u64 {
    let limits = slo.pairs.iter().filter(|pair| pair.severity != TICKET).map(|pair| pair.factor_micro);
    limits.min().unwrap_or(MILLION)
}

/// What a window has of those parts that burn at a pace that pages in any window: that they are idle in this one does not
/// make them better.
fn failing_parts<'a>(slo: &'a SloFact, window: &'a WindowFact) -> impl Iterator<Item = &'a PartFact> {
    let limit = paging_rate(slo);
    let fails = move |part: &&PartFact| {
        let everywhere = slo.windows.values().flat_map(parts);
        everywhere.filter(|other| other.id == part.id).any(|other| other.burn_rate_micro > limit)
    };
    parts(window).iter().filter(fails)
}

fn parts(window: &WindowFact) -> &[PartFact] {
    window.made_of.as_ref().map_or(&[], |made_of| &made_of.parts)
}

/// As `objective.enough` of the rules has it: many events or some bad ones. What comes by the clock is always enough. Of
/// several, each that fails must have enough to say that it no longer does.
fn has_enough(slo: &SloFact, window: &WindowFact, settings: &Settings) -> bool {
    let is_enough = |event, good, total| is_enough(event, good, total, settings);
    match window.traffic {
        Traffic::None | Traffic::Excluded => false,
        _ if !failing_parts(slo, window).all(|part| is_enough(part.event, part.good, part.total)) => false,
        _ if window.total.is_some() => is_enough(slo.budgeting.event, window.good, window.total),
        _ => window.burn_rate_micro.is_some(),
    }
}

fn is_enough(event: BudgetUnit, good: Option<u64>, total: Option<u64>, settings: &Settings) -> bool {
    let least = |name: &str| settings.integer("slo", name).and_then(|least| u64::try_from(least).ok());
    let reaches = |count: u64, name: &str| least(name).is_some_and(|least| count >= least);
    match total {
        Some(0) => false,
        Some(total) if event == BudgetUnit::Events => {
            let bad = good.map(|good| total.saturating_sub(good));
            reaches(total, "min_events") || bad.is_some_and(|bad| reaches(bad, "min_bad_events"))
        }
        _ => true,
    }
}
