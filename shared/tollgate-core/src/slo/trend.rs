//! How the burn rate of an objective went over its period: for people to look at, and for no rule.

use super::{
    arithmetic::Spending,
    composite::{joint_share, slices},
    fact::{Background, Judging},
    indicator::{CompositeMethod, Indicator, Part},
    judged::Judged,
    objective::Slo,
    reading::Reading,
    series::Snapshot,
};

const MILLION: u64 = 1_000_000;

/// How fast an objective spent its budget in each of so many equal parts of its period, up to the end of the data, oldest
/// first: (bad / total) / (1 - target), in millionths, rounded up. 0 without traffic, none where nothing is known or
/// everything is excluded.
pub fn burn_trend(slo: &Slo, snapshot: &Snapshot, judging: &Judging, parts: u32) -> Vec<Option<u64>> {
    let spent = by_part(slo, snapshot, judging, parts).into_iter();
    spent.map(|spending| Some(spending?.burn_rate(slo.target).ceil(MILLION))).collect()
}

fn by_part(slo: &Slo, snapshot: &Snapshot, judging: &Judging, parts: u32) -> Vec<Option<Spending>> {
    let nothing = || (0..parts).map(|_| None).collect();
    if let Indicator::Composite(composite) = &slo.indicator {
        if composite.method == CompositeMethod::AnySlice {
            return slices::by_part(slo, composite, snapshot, judging, parts).unwrap_or_else(nothing);
        }
        let of = |part: &Part| {
            let over_its_period = Slo { period: slo.period, ..(*part.slo).clone() };
            by_part(&over_its_period, snapshot, judging, parts)
        };
        let spent: Vec<Vec<Option<Spending>>> = composite.parts.iter().map(of).collect();
        let share = |of_part: &Vec<Option<Spending>>, at: usize| Some(of_part.get(at)?.as_ref()?.bad_share());
        let joint = |(at, _)| joint_share(slo, composite, spent.iter().map(|of_part| share(of_part, at)));
        return (0..parts).enumerate().map(joint).collect();
    }
    // Data from after the time to judge by says nothing of it.
    if snapshot.plan.end() > judging.now.timestamp() {
        return nothing();
    }
    let Ok(reading) = Reading::of(&slo.indicator, snapshot) else { return nothing() };
    Judged::of(slo, &reading, judging, &Background::default())
        .map_or_else(|_| nothing(), |judged| judged.by_part(parts))
}

#[cfg(test)]
#[path = "trend_tests.rs"]
mod tests;
