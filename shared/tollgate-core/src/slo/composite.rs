//! Objectives that are made of other objectives. What is not known of one of them is not known of the whole.

use std::ops::Range;

use super::{
    MadeOfFact, PartFact, SloFact, Traffic, WindowFact,
    arithmetic::Spending,
    assembled::{Spent, assembled},
    fact::{Background, Judging, judge, undecided, unknown},
    fraction::Fraction,
    indicator::{Composite, CompositeMethod, Part},
    known::{KnownTime, Measured},
    objective::{PARTS_PER_BILLION, Slo},
    plan::WINDOWS,
    series::Snapshot,
    silence::SilenceFact,
};
use crate::{
    Timestamp,
    evidence::{Evidence, EvidenceStatus},
};

mod alerts;
#[cfg(test)]
mod lost_tests;
#[cfg(test)]
mod several_sample;
pub(super) mod slices;

use slices::over_the_period;

const MILLION: u64 = 1_000_000;

/// What its parts come to, each judged over the period of the whole, by its [method](CompositeMethod): of their shares of
/// bad events, or of bad slices where a part is counted in slices. A part without traffic is as good as can be.
pub(super) fn composite_fact(
    slo: &Slo,
    composite: &Composite,
    snapshot: &Snapshot,
    judging: &Judging,
    background: &Background,
) -> (SloFact, Spent) {
    // Whether what is not known of them decides is asked of the whole.
    let of_parts = Judging { budget_steps_ppm: Vec::new(), ..judging.clone() };
    let judged = |part: &Part| judge(&over_the_period(slo, part), snapshot, &of_parts, background);
    let (facts, parts): (Vec<_>, Vec<_>) = composite.parts.iter().map(judged).unzip();
    let (mut fact, whole) = match composite.method {
        CompositeMethod::AnySlice => any_slice(slo, composite, snapshot, judging, background),
        _ => {
            let end = Timestamp::from_timestamp(snapshot.plan.end(), 0).unwrap_or(judging.now);
            let whole = of_shares(slo, composite, &parts, end);
            (assembled(slo, judging, end, &whole), whole)
        }
    };
    for (name, window) in &mut fact.windows {
        window.traffic =
            joint_traffic(facts.iter().filter_map(|part| part.windows.get(name)).map(|window| window.traffic));
        window.made_of = made_of(slo, composite, &facts, &parts, name);
        // Shares of several have no one number of events that an interval could be made of.
        window.burn_rate_low_micro = None;
        window.burn_rate_high_micro = None;
    }
    fact.alerts = alerts::alerts(slo, composite, snapshot, judging, background);
    let is_idle = |part: &&SloFact| part.traffic == Traffic::None;
    fact.idle_parts = facts.iter().filter(is_idle).map(|part| part.evidence.id.clone()).collect();
    fact.traffic = joint_traffic(facts.iter().map(|part| part.traffic));
    fact.silence = facts.iter().filter_map(|part| part.silence.clone()).max_by_key(SilenceFact::implausibility);
    fact.silent_metrics = facts.iter().flat_map(|part| part.silent_metrics.clone()).collect();
    fact.late_seconds = facts.iter().map(|part| part.late_seconds).max().unwrap_or(0);
    join_evidence(&mut fact, &facts.iter().collect::<Vec<_>>());
    let mut maintenance: Vec<_> = facts.iter().flat_map(|part| &part.maintenance).cloned().collect();
    maintenance.extend(std::mem::take(&mut fact.maintenance));
    for window in maintenance {
        if !fact.maintenance.contains(&window) {
            fact.maintenance.push(window);
        }
    }
    (fact, whole)
}

/// What the shares of its parts come to.
fn of_shares(slo: &Slo, composite: &Composite, parts: &[Spent], end: Timestamp) -> Spent {
    let lost = joint_times(parts.iter().flat_map(|spent| &spent.lost).cloned().collect());
    let joined = |of: &dyn Fn(&Spent) -> Option<&Measured>, start: i64| {
        joint(slo, composite, parts.iter().map(of), inside(&lost, &(start..end.timestamp())))
    };
    let begins =
        slo.period.bounds(end).map_or(end, |bounds| bounds.starts_at).max(slo.since.unwrap_or(Timestamp::MIN_UTC));
    let window = |(name, seconds): (&'static str, u64)| {
        (name, joined(&|spent| spent.window(name), end.timestamp().saturating_sub_unsigned(seconds)))
    };
    Spent {
        period: joined(&|spent| spent.period.as_ref(), begins.timestamp()),
        windows: WINDOWS.map(window).into(),
        lost,
    }
}

/// The time that any of these has, in order.
fn joint_times(mut times: Vec<Range<i64>>) -> Vec<Range<i64>> {
    times.sort_by_key(|time| time.start);
    let mut joint: Vec<Range<i64>> = Vec::new();
    for time in times {
        match joint.last_mut().filter(|last| time.start <= last.end) {
            Some(last) => last.end = last.end.max(time.end),
            None => joint.push(time),
        }
    }
    joint
}

/// How much of times that do not overlap is inside another.
fn inside(times: &[Range<i64>], other: &Range<i64>) -> u64 {
    let part = |time: &Range<i64>| time.end.min(other.end).saturating_sub(time.start.max(other.start)).max(0);
    times.iter().map(part).map(i64::unsigned_abs).sum()
}

/// What the slices of its parts come to, up to where the data of all of them ends.
fn any_slice(
    slo: &Slo,
    composite: &Composite,
    snapshot: &Snapshot,
    judging: &Judging,
    background: &Background,
) -> (SloFact, Spent) {
    let Some(joined) = slices::joined(slo, composite, snapshot, judging, background) else {
        return (unknown(slo, judging, judging.now, EvidenceStatus::Error, ""), Spent::nothing_known());
    };
    let mut fact = assembled(slo, judging, joined.end, &joined.spent);
    if let Some(budget) = &mut fact.budget {
        budget.slices = Some(joined.period);
    }
    for (name, slices) in joined.windows {
        if let Some(window) = fact.windows.get_mut(name) {
            window.slices = slices;
        }
    }
    (fact, joined.spent)
}

/// What each part adds to the burn rate of a window: the joint one, were the shares of all others zero.
fn made_of(slo: &Slo, composite: &Composite, facts: &[SloFact], spent: &[Spent], window: &str) -> Option<MadeOfFact> {
    let alone = |(at, (fact, own)): (usize, (&SloFact, &Spent))| {
        let share = own.window(window)?.observed().bad_share();
        let others = (0..spent.len()).map(|other| Some(if other == at { share.clone() } else { Fraction::zero() }));
        let counted = fact.windows.get(window)?;
        Some(PartFact {
            id: fact.evidence.id.clone(),
            event: fact.budgeting.event,
            good: counted.good,
            total: counted.total,
            burn_rate_micro: joint_share(slo, composite, others)?.burn_rate(slo.target).ceil(MILLION),
        })
    };
    let parts = facts.iter().zip(spent).enumerate().map(alone).collect::<Option<_>>()?;
    Some(MadeOfFact { method: composite.method, parts })
}

/// What several come to, as far as each is known; none where one is not known at all. The time of which one is not known is not
/// known of the whole: as much as is lost of any, and no less than of the one that is known least.
fn joint<'a>(
    slo: &Slo,
    composite: &Composite,
    parts: impl Iterator<Item = Option<&'a Measured>>,
    lost_seconds: u64,
) -> Option<Measured> {
    let parts: Vec<&Measured> = parts.collect::<Option<_>>()?;
    let share = |of: fn(&Measured) -> &Spending| {
        joint_share(slo, composite, parts.iter().map(|part| Some(of(part).bad_share())))
    };
    let least_known = parts.iter().map(|part| part.time()).max_by_key(|time| time.unknown_seconds)?;
    let three = [share(Measured::observed)?, share(Measured::certain)?, share(Measured::at_most)?];
    let length = least_known.known_seconds.saturating_add(least_known.unknown_seconds);
    let unknown_seconds = lost_seconds.max(least_known.unknown_seconds).min(length);
    let time = KnownTime { known_seconds: length.saturating_sub(unknown_seconds), unknown_seconds };
    Some(Measured::of_three(three, time))
}

/// What shares of bad ones come to, each of the part in its place. Of slices that are bad together it is the most that they
/// can come to.
pub(super) fn joint_share(
    slo: &Slo,
    composite: &Composite,
    shares: impl Iterator<Item = Option<Fraction>>,
) -> Option<Spending> {
    let shares = shares.collect::<Option<Vec<_>>>()?;
    let weights = composite.parts.iter().map(weight).collect::<Option<Vec<_>>>()?;
    let weighted = || shares.iter().zip(&weights).map(|(share, weight)| share.times(weight));
    let share = match composite.method {
        CompositeMethod::WorstOf => shares.iter().cloned().max()?,
        CompositeMethod::Weighted => Fraction::sum(weighted()).over(&Fraction::sum(weights.iter().cloned()))?,
        CompositeMethod::WorstBurnRate => {
            let of_whole = |(share, part): (Fraction, &Part)| {
                Some(share.times(&Fraction::new(slo.target.budget_ppb(), part.slo.target.budget_ppb())?))
            };
            weighted().zip(&composite.parts).map(of_whole).collect::<Option<Vec<_>>>()?.into_iter().max()?
        }
        CompositeMethod::SumOfBad => Fraction::sum(weighted()),
        CompositeMethod::AnySlice => Fraction::sum(shares.iter().cloned()),
    };
    // Nothing is worse than all bad.
    let share = share.min(Fraction::whole(1_u8));
    Spending::new(share.times(&Fraction::whole(PARTS_PER_BILLION)), PARTS_PER_BILLION)
}

fn weight(part: &Part) -> Option<Fraction> {
    let mantissa = u128::try_from(part.weight.mantissa()).ok()?;
    Fraction::new(mantissa, 10_u128.checked_pow(part.weight.scale())?)
}

/// Some traffic is traffic; not knowing of one is not knowing, and what is left out of one is not known of the whole.
fn joint_traffic(parts: impl Iterator<Item = Traffic>) -> Traffic {
    parts.fold(Traffic::None, |joint, part| match (joint, part) {
        (Traffic::Unknown, _) | (_, Traffic::Unknown) => Traffic::Unknown,
        (Traffic::Excluded, _) | (_, Traffic::Excluded) => Traffic::Excluded,
        (Traffic::Events, _) | (_, Traffic::Events) => Traffic::Events,
        (Traffic::None, Traffic::None) => Traffic::None,
    })
}

/// No better than the worst of the parts, and as old as the oldest.
fn join_evidence(fact: &mut SloFact, parts: &[&SloFact]) {
    let worst = [EvidenceStatus::Error, EvidenceStatus::NoData, EvidenceStatus::Stale, EvidenceStatus::Partial];
    let of = |status: &EvidenceStatus| parts.iter().any(|part| part.evidence.status == *status);
    let mut reasons: Vec<_> = parts.iter().filter(|part| !part.evidence.is_ok()).map(|part| reason(part)).collect();
    let undecided = undecided(fact);
    let received = |of: fn(&Evidence) -> u64| parts.iter().map(|part| of(&part.evidence)).sum();
    let is_known = |window: &WindowFact| window.burn_rate_micro.is_some() || window.traffic == Traffic::Excluded;
    let known = fact.budget.is_some() && fact.windows.values().all(is_known);
    fact.is_undecided = known && reasons.is_empty() && undecided.is_some();
    reasons.extend(undecided);
    fact.evidence = Evidence {
        status: match worst.into_iter().find(of) {
            Some(status) => status,
            None if known && reasons.is_empty() => EvidenceStatus::Ok,
            None if known => EvidenceStatus::Partial,
            None => EvidenceStatus::Error,
        },
        reason: match reasons.is_empty() {
            true if known => None,
            true => Some("its parts do not come to one number".to_owned()),
            false => Some(reasons.join("; ")),
        },
        as_of: parts.iter().map(|part| part.evidence.as_of).min().flatten(),
        datapoints_expected: received(|evidence| evidence.datapoints_expected),
        datapoints_received: received(|evidence| evidence.datapoints_received),
        ..fact.evidence.clone()
    };
}

fn reason(part: &SloFact) -> String {
    format!("`{}`: {}", part.evidence.id, part.evidence.reason.as_deref().unwrap_or("is not known"))
}

#[cfg(test)]
#[path = "composite_tests.rs"]
mod tests;
