//! One metric of a canary: is it worse than the baseline's?

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_rational::{BigRational, Ratio};
use num_traits::{Signed, ToPrimitive, Zero};
use serde::{Deserialize, Serialize};

use super::{
    CanaryMetricFact, CanarySideFact, MetricSamples, Samples, events,
    exact::{self, Share},
    limits, lost,
    normal::ZSquared,
    plan::{CanaryConfig, CanaryMetric, CanaryPlan, Direction, Tolerance},
    ranks::{Ranked, order},
};

const MILLION: u32 = 1_000_000;

/// What a metric of a canary is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Not surely worse, or not by more than is tolerated.
    Pass,
    /// Surely higher than the baseline, where that is bad.
    High,
    /// Surely lower than the baseline, where that is bad.
    Low,
    /// Not to be judged; counts against the canary.
    NoData,
}

/// Why a metric cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// One side has no datapoint at all.
    Absent,
    /// One side was not read, or not completely, or has fallen silent.
    Unreliable,
    /// A datapoint is infinite or no number.
    Unreadable,
    /// One side has too few datapoints.
    TooFewDatapoints,
    /// Too many of the datapoints that were asked for did not come.
    Gaps,
    /// One side has too few events, or nobody knows how many.
    TooFewEvents,
}

/// How the p-value came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Counted over all arrangements: samples of fewer than 50 datapoints without ties.
    Exact,
    /// By the normal approximation, corrected for ties and continuity.
    Normal,
}

/// Judges one metric; without samples it is absent.
pub(super) fn judge(plan: &CanaryPlan, metric: &CanaryMetric, samples: Option<&MetricSamples>) -> CanaryMetricFact {
    let none = MetricSamples::default();
    let samples = samples.unwrap_or(&none);
    let fact = unjudged(metric, samples);
    let sides = [("baseline", &samples.baseline), ("canary", &samples.canary)];
    let unfit = sides.map(|(name, side)| {
        unfit(plan.config(), metric, side).map(|(cause, reason)| (cause, format!("the {name} {reason}")))
    });
    let [of_baseline, of_canary] = unfit;
    let limits = if of_canary.is_none() { limits::judged(metric.limits, &samples.canary) } else { None };
    let beyond_limits = limits.as_ref().map(|limits| limits.class).filter(|class| *class != Class::Pass);
    let fact = CanaryMetricFact { limits, ..fact };
    // A limit says what may not be, whatever is known of the baseline.
    if let Some(class) = beyond_limits.filter(|_| of_baseline.is_some()) {
        return CanaryMetricFact { class, ..fact };
    }
    let are_gaps = [&of_baseline, &of_canary].into_iter().flatten().all(|(cause, _)| *cause == Cause::Gaps);
    if let Some((cause, _)) = of_baseline.as_ref().or(of_canary.as_ref()) {
        if let Some(events) = are_gaps.then(|| lost::fails_anyway(plan, metric, samples)).flatten() {
            return CanaryMetricFact { class: events.class, all_events: Some(events), ..fact };
        }
        let reasons: Vec<String> =
            [&of_baseline, &of_canary].into_iter().flatten().map(|(_, why)| why.clone()).collect();
        return CanaryMetricFact { cause: Some(*cause), reason: Some(reasons.join(", and ")), ..fact };
    }
    let [baseline, canary] = sides.map(|(_, side)| sorted(side));
    let ranked = Ranked::of(&baseline, &canary);
    if !plan.significance().reachable(ranked.baseline, ranked.canary) {
        let reason = format!(
            "{} against {} can never differ with a confidence of {}",
            datapoints(ranked.canary),
            ranked.baseline,
            percent(plan.config().confidence_ppm)
        );
        return match beyond_limits {
            Some(class) => CanaryMetricFact { class, ..fact },
            None => CanaryMetricFact { cause: Some(Cause::TooFewDatapoints), reason: Some(reason), ..fact },
        };
    }
    let (significant, method, p_value_ppm) = match exact::p_value(ranked) {
        Some(share) => (plan.significance().meets(share), Method::Exact, ppm(share)),
        None => {
            let z = ZSquared::of(ranked);
            (plan.significance().reached(&z), Method::Normal, z.p_value_ppm())
        }
    };
    let lies = ranked.canary_lies();
    let change = median_change(&baseline, &canary);
    // Medians that are zero say nothing of how often something rare happens.
    let told = change.as_ref().filter(|_| median(&baseline).is_some_and(|median| !median.is_zero()));
    let beyond = beyond(metric.tolerance, ranked, told);
    let ranks = classed(significant && beyond, lies, metric.direction);
    let counted = samples.baseline.counted.as_ref().zip(samples.canary.counted.as_ref());
    let newest_events = counted.map(|(baseline, canary)| {
        let counts = (canary.newest_seconds, baseline.newest, canary.newest);
        events::compared(metric, plan.newest_significance(), counts)
    });
    let all_events = counted.map(|(baseline, canary)| {
        let counts = (canary.seconds, baseline.all, canary.all);
        events::compared(metric, plan.significance(), counts)
    });
    let classes = [&newest_events, &all_events].into_iter().flatten().map(|events| events.class);
    let class = beyond_limits.into_iter().chain(classes).chain([ranks]).find(|class| *class != Class::Pass);
    let twice_pairs = Ratio::new(BigInt::from(ranked.twice_u), BigInt::from(2 * ranked.pairs()));
    let signed = BigInt::from(ranked.twice_u) - BigInt::from(ranked.pairs());
    CanaryMetricFact {
        class: class.unwrap_or(Class::Pass),
        newest_events,
        all_events,
        ranks_class: Some(ranks),
        significant: Some(significant),
        method: Some(method),
        p_value_ppm: Some(p_value_ppm),
        twice_u: u64::try_from(ranked.twice_u).ok(),
        common_language_effect_ppm: millionths(&twice_pairs, |parts| parts.round()).and_then(|parts| parts.to_u32()),
        rank_biserial_ppm: millionths(&Ratio::new(signed, BigInt::from(ranked.pairs())), away_from_zero)
            .and_then(|parts| parts.to_i32()),
        median_change_ppm: change.and_then(|change| millionths(&change, away_from_zero)),
        ..fact
    }
}

/// What a difference is, in the direction in which the canary lies.
pub(super) fn classed(worse: bool, lies: Ordering, direction: Direction) -> Class {
    match (worse, lies, direction) {
        (true, Ordering::Greater, Direction::Increase | Direction::Either) => Class::High,
        (true, Ordering::Less, Direction::Decrease | Direction::Either) => Class::Low,
        (_, _, _) => Class::Pass,
    }
}

fn unjudged(metric: &CanaryMetric, samples: &MetricSamples) -> CanaryMetricFact {
    CanaryMetricFact {
        name: metric.name.clone(),
        group: metric.group.clone(),
        weight: metric.weight,
        direction: metric.direction,
        tolerance: metric.tolerance,
        share_tolerance_ppm: metric.share_tolerance_ppm,
        critical: metric.critical,
        class: Class::NoData,
        cause: None,
        reason: None,
        min_events: metric.min_events,
        baseline: side(&samples.baseline),
        canary: side(&samples.canary),
        limits: None,
        newest_events: None,
        all_events: None,
        ranks_class: None,
        significant: None,
        method: None,
        p_value_ppm: None,
        twice_u: None,
        common_language_effect_ppm: None,
        rank_biserial_ppm: None,
        median_change_ppm: None,
        evidence: samples.evidence.clone(),
    }
}

fn side(samples: &Samples) -> CanarySideFact {
    CanarySideFact {
        datapoints_expected: samples.values.len() as u64,
        datapoints_received: samples.values.iter().flatten().count() as u64,
        events: samples.events,
        median_micro: median(&sorted(samples)).and_then(|median| millionths(&median, |parts| parts.round())),
    }
}

/// Why a side cannot be judged.
fn unfit(config: &CanaryConfig, metric: &CanaryMetric, samples: &Samples) -> Option<(Cause, String)> {
    let expected = samples.values.len() as u64;
    let received = samples.values.iter().flatten().count() as u64;
    if let Some(reason) = &samples.failure {
        return Some((Cause::Unreliable, reason.clone()));
    }
    let impossible = match samples.impossible {
        0 => String::new(),
        1 => " (1 counts less than nothing or more than all of the events)".to_owned(),
        count => format!(" ({count} count less than nothing or more than all of the events)"),
    };
    if received == 0 {
        return Some((Cause::Absent, format!("has no datapoint{impossible}")));
    }
    if let Some(value) = samples.values.iter().flatten().find(|value| !value.is_finite()) {
        return Some((Cause::Unreadable, format!("has a datapoint of {value}, which is no number to compare")));
    }
    let least = u64::from(config.min_datapoints);
    if received < least {
        return Some((
            Cause::TooFewDatapoints,
            format!("has {}{impossible}, at least {least} are needed", datapoints(received)),
        ));
    }
    let share_ppm = config.min_datapoints_share_ppm;
    if u128::from(received) * u128::from(MILLION) < u128::from(expected) * u128::from(share_ppm) {
        let least = percent(share_ppm);
        let reason =
            format!("has {received} of {}{impossible}, at least {least} of them are needed", datapoints(expected));
        return Some((Cause::Gaps, reason));
    }
    if let Some(silent) = samples.counted.filter(|counted| counted.newest.events == 0) {
        return Some((Cause::TooFewEvents, format!("has no event in the last {} s", silent.newest_seconds)));
    }
    match samples.events {
        Some(events) if events < metric.min_events => {
            let least = metric.min_events;
            let noun = if events == 1 { "event" } else { "events" };
            Some((Cause::TooFewEvents, format!("has {events} {noun}, at least {least} are needed")))
        }
        None if metric.min_events > 0 => {
            let least = metric.min_events;
            Some((Cause::TooFewEvents, format!("has an unknown number of events, at least {least} are needed")))
        }
        Some(_) | None => None,
    }
}

/// `1 datapoint`, `7 datapoints`.
fn datapoints(count: impl Into<u64>) -> String {
    let count = count.into();
    format!("{count} {}", if count == 1 { "datapoint" } else { "datapoints" })
}

/// `90 %`, `99.5 %` of parts per million, exactly.
fn percent(ppm: u32) -> String {
    let percent = rust_decimal::Decimal::new(ppm.into(), 4).normalize();
    format!("{percent} %")
}

pub(super) fn sorted(samples: &Samples) -> Vec<f64> {
    in_order(samples.values.iter().copied().flatten().collect())
}

pub(super) fn in_order(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(|one, other| order(*one, *other));
    values
}

/// The exact median of sorted values; none without values, or with one in the middle that is not finite.
pub(super) fn median(sorted: &[f64]) -> Option<BigRational> {
    let middle = |index: usize| sorted.get(index).copied().and_then(BigRational::from_float);
    let last = sorted.len().checked_sub(1)?;
    Some((middle(last / 2)? + middle(last.div_ceil(2))?) / BigInt::from(2))
}

/// The difference of the medians over the size of the baseline's; none where that is zero and the canary's is not.
fn median_change(baseline: &[f64], canary: &[f64]) -> Option<BigRational> {
    let (baseline, canary) = (median(baseline)?, median(canary)?);
    let difference = canary - &baseline;
    if difference.is_zero() {
        return Some(difference);
    }
    (!baseline.is_zero()).then(|| difference / baseline.abs())
}

/// Is the effect larger than is tolerated? One that cannot be told is.
fn beyond(tolerance: Tolerance, ranked: Ranked, median_change: Option<&BigRational>) -> bool {
    match tolerance {
        Tolerance::RankBiserialPpm(limit) => {
            BigInt::from(ranked.distance()) * MILLION > BigInt::from(ranked.pairs()) * limit
        }
        Tolerance::MedianPpm(limit) => {
            median_change.is_none_or(|change| change.abs() > Ratio::new(BigInt::from(limit), BigInt::from(MILLION)))
        }
    }
}

pub(super) fn ppm(share: Share) -> u32 {
    let parts = Ratio::new(share.part * i128::from(MILLION), share.whole.max(1)).ceil();
    parts.to_integer().to_u32().unwrap_or(MILLION)
}

/// A fraction in millionths; none when they do not fit.
pub(super) fn millionths(value: &BigRational, round: impl Fn(&BigRational) -> BigRational) -> Option<i64> {
    round(&(value * BigInt::from(MILLION))).to_integer().to_i64()
}

fn away_from_zero(value: &BigRational) -> BigRational {
    if value.is_negative() { value.floor() } else { value.ceil() }
}
