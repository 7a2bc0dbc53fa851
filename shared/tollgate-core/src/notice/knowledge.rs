//! Whether enough is known of an objective to say that it is better.

use chrono::TimeDelta;

use super::observed::TOLD_WINDOW;
use crate::{
    Timestamp,
    settings::Settings,
    slo::{BudgetUnit, SloFact, Traffic, WindowFact},
};

/// The pace that spends the budget in just its period.
const MILLION: u64 = 1_000_000;
const TICKET: &str = "ticket";

/// Does nobody ask anything of it, or is a window of it left out as maintenance?
pub(super) fn is_idle(slo: &SloFact) -> bool {
    slo.windows.get(TOLD_WINDOW).is_some_and(|window| window.traffic == Traffic::None)
        || slo.windows.values().any(|window| window.traffic == Traffic::Excluded)
}

/// The start of the shortest window that has enough to judge by and burns at no pace that pages. An objective that has no
/// windows, because something else judges it, is known up to its newest datum.
pub(super) fn calm_since(slo: &SloFact, settings: &Settings) -> Option<Timestamp> {
    let as_of = slo.evidence.as_of?;
    if slo.pairs.is_empty() && slo.windows.values().all(|window| window.traffic == Traffic::Unknown) {
        return Some(as_of);
    }
    let limit = slo.pairs.iter().filter(|pair| pair.severity != TICKET).map(|pair| pair.factor_micro).min();
    let limit = limit.unwrap_or(MILLION);
    let is_calm = |window: &&WindowFact| {
        has_enough(slo, window, settings) && window.burn_rate_micro.is_some_and(|rate| rate <= limit)
    };
    let shortest = slo.windows.values().filter(is_calm).map(|window| window.seconds).min()?;
    as_of.checked_sub_signed(TimeDelta::seconds(i64::try_from(shortest).ok()?))
}

/// As `objective.enough` of the rules has it: many events or some bad ones. What comes by the clock is always enough.
fn has_enough(slo: &SloFact, window: &WindowFact, settings: &Settings) -> bool {
    let least = |name: &str| settings.integer("slo", name).and_then(|least| u64::try_from(least).ok());
    let reaches = |count: u64, name: &str| least(name).is_some_and(|least| count >= least);
    match (window.traffic, window.total) {
        (Traffic::None | Traffic::Excluded, _) => false,
        (_, Some(total)) if slo.budgeting.event == BudgetUnit::Events => {
            let bad = window.good.map(|good| total.saturating_sub(good));
            reaches(total, "min_events") || bad.is_some_and(|bad| reaches(bad, "min_bad_events"))
        }
        _ => window.burn_rate_micro.is_some(),
    }
}
