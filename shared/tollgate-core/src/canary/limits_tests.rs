//! Absolute limits and critical metrics.

use super::CanaryLimits;
use crate::canary::{
    CanaryConfig, CanaryCounts, CanaryFact, CanaryMetric, CanaryPlan, CanaryVerdict, Cause, Class, Counted, Direction,
    MetricSamples, Samples, canary_fact,
    tests::{config, metric, observed, pair, side},
};

const MOST_HALF: CanaryLimits = CanaryLimits { at_most_micro: Some(500_000), at_least_micro: None };

fn limited(limits: CanaryLimits) -> CanaryMetric {
    CanaryMetric { limits, ..metric("latency", "speed", Direction::Increase) }
}

fn fact(config: CanaryConfig, seconds: u64, metrics: &[(&'static str, MetricSamples)]) -> CanaryFact {
    canary_fact(&CanaryPlan::new(config).unwrap(), &observed(seconds, metrics.to_vec()))
}

fn one(metric: CanaryMetric, samples: MetricSamples) -> CanaryFact {
    fact(config(vec![metric]), 900, &[("latency", samples)])
}

/// Both sides have the same value.
fn both(value: f64) -> MetricSamples {
    pair(side([value; 20]), side([value; 20]))
}

#[test]
fn a_ceiling_holds_although_the_baseline_is_as_bad() {
    for (value, class) in [(0.5, Class::Pass), (0.500001, Class::High), (9.0, Class::High), (0.1, Class::Pass)] {
        let fact = one(limited(MOST_HALF), both(value));
        assert_eq!(fact.metrics[0].class, class, "{value}");
        let verdict = if class == Class::Pass { CanaryVerdict::Pass } else { CanaryVerdict::Fail };
        assert_eq!(fact.verdict, verdict, "{value}");
    }
    let fact = one(limited(MOST_HALF), both(0.8));
    assert_eq!(fact.reasons, ["`latency` is 0.8 over all minutes, above its limit of 0.5"]);
    let limits = fact.metrics[0].limits.as_ref().unwrap();
    assert_eq!((limits.value_micro, limits.class, limits.limits), (Some(800_000), Class::High, MOST_HALF));
    assert_eq!(one(limited(CanaryLimits::default()), both(0.8)).metrics[0].limits, None);
}

#[test]
fn a_floor_holds_whichever_direction_is_bad() {
    let floor = CanaryLimits { at_most_micro: None, at_least_micro: Some(-1_000_000) };
    for (value, class) in [(-1.0, Class::Pass), (-1.000001, Class::Low), (7.0, Class::Pass)] {
        assert_eq!(one(limited(floor), both(value)).metrics[0].class, class, "{value}");
    }
    assert_eq!(one(limited(floor), both(-2.0)).reasons, ["`latency` is -2 over all minutes, below its limit of -1"]);
}

#[test]
fn the_newest_minutes_are_held_on_their_own() {
    let newest = |values: &[f64]| {
        let canary = Samples { newest: values.to_vec(), ..side([0.1; 20]) };
        one(limited(MOST_HALF), pair(side([0.1; 20]), canary))
    };
    let fact = newest(&[0.1, 0.9, 0.9, 0.1, 0.9]);
    assert_eq!((fact.metrics[0].class, fact.verdict), (Class::High, CanaryVerdict::Fail));
    assert_eq!(fact.reasons, ["`latency` is 0.9 in the last minutes, above its limit of 0.5"]);
    assert_eq!(newest(&[0.1, 0.9, 0.1, 0.1, 0.9]).verdict, CanaryVerdict::Pass);
    // What is said is what is beyond: the newest are at their limit.
    let all = |limits, all: f64, newest: f64| {
        let canary = Samples { newest: vec![newest; 5], ..side([all; 20]) };
        one(limited(limits), pair(side([all; 20]), canary)).reasons.remove(0)
    };
    let floor = CanaryLimits { at_most_micro: None, at_least_micro: Some(500_000) };
    assert_eq!(all(MOST_HALF, 0.8, 0.5), "`latency` is 0.8 over all minutes, above its limit of 0.5");
    assert_eq!(all(floor, 0.2, 0.5), "`latency` is 0.2 over all minutes, below its limit of 0.5");
    assert_eq!(all(floor, 0.2, 0.4), "`latency` is 0.4 in the last minutes, below its limit of 0.5");
    // Two minutes are too few to speak for five.
    assert_eq!(newest(&[0.9, 0.9]).verdict, CanaryVerdict::Pass);
}

#[test]
fn of_a_share_the_events_count() {
    let counted = |all: (u64, u64), newest: (u64, u64)| {
        let counts = |(marked, events)| CanaryCounts { marked, events };
        let counted = Counted { seconds: 900, all: counts(all), newest_seconds: 300, newest: counts(newest) };
        // By minutes, half of them are far above the limit.
        let side = || Samples { counted: Some(counted), ..side((0..20).map(|at| f64::from(at % 2))) };
        one(limited(CanaryLimits { at_most_micro: Some(10_000), at_least_micro: None }), pair(side(), side()))
    };
    assert_eq!(counted((10, 1000), (1, 100)).metrics[0].class, Class::Pass);
    assert_eq!(counted((11, 1000), (1, 100)).metrics[0].class, Class::High);
    assert_eq!(counted((10, 1000), (2, 100)).metrics[0].class, Class::High);
}

#[test]
fn a_limit_needs_the_canary_alone() {
    let absent = Samples::default;
    let fact = one(limited(MOST_HALF), pair(absent(), side([0.8; 20])));
    assert_eq!((fact.metrics[0].class, fact.metrics[0].cause, fact.verdict), (Class::High, None, CanaryVerdict::Fail));
    // What is within its limit is not known to be as good as its baseline.
    let fact = one(limited(MOST_HALF), pair(absent(), side([0.1; 20])));
    assert_eq!((fact.metrics[0].class, fact.metrics[0].cause), (Class::NoData, Some(Cause::Absent)));
    let fact = one(limited(MOST_HALF), pair(side([0.8; 20]), absent()));
    assert_eq!((fact.metrics[0].class, fact.metrics[0].limits.clone()), (Class::NoData, None));
}

/// Nine metrics that pass, and one that is as said.
fn beside_nine(critical: bool, samples: MetricSamples, seconds: u64) -> CanaryFact {
    const GOOD: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let mut metrics: Vec<CanaryMetric> = GOOD.iter().map(|name| metric(name, "others", Direction::Increase)).collect();
    metrics.push(CanaryMetric { critical, ..metric("latency", "others", Direction::Increase) });
    let mut observed: Vec<_> = GOOD.iter().map(|name| (*name, both(1.0))).collect();
    observed.push(("latency", samples));
    fact(CanaryConfig { pass_score_ppm: 900_000, ..config(metrics) }, seconds, &observed)
}

fn worse() -> MetricSamples {
    pair(side((0..20).map(f64::from)), side((100..120).map(f64::from)))
}

#[test]
fn all_fails_with_a_critical_metric() {
    assert_eq!(beside_nine(false, worse(), 900).verdict, CanaryVerdict::Pass);
    let fact = beside_nine(true, worse(), 900);
    assert_eq!((fact.verdict, fact.score_ppm, fact.judged_score_ppm), (CanaryVerdict::Fail, 0, Some(0)));
    assert_eq!(fact.reasons, ["`latency`, which is critical, is higher than in the baseline, minute by minute"]);
    // At once, however short it ran.
    assert_eq!(beside_nine(true, worse(), 300).verdict, CanaryVerdict::Fail);
    assert_eq!(beside_nine(true, both(1.0), 900).verdict, CanaryVerdict::Pass);
}

#[test]
fn nothing_passes_without_the_data_of_a_critical_metric() {
    let absent = || pair(Samples::default(), Samples::default());
    let fact = beside_nine(false, absent(), 900);
    assert_eq!(fact.verdict, CanaryVerdict::Pass);
    let reason = fact.evidence.reason.as_ref().unwrap();
    assert!(reason.starts_with("`latency`: ") && !reason.contains("`a`"), "{reason}");
    assert_eq!((fact.evidence.window_seconds, fact.evidence.datapoints_received), (Some(900), 9 * 2 * 20));
    let fact = beside_nine(true, absent(), 900);
    assert_eq!((fact.verdict, fact.ask_again_seconds), (CanaryVerdict::Inconclusive, Some(60)));
    assert!(fact.reasons[0].starts_with("`latency`, which is critical, could not be judged: "), "{:?}", fact.reasons);
    assert!(fact.evidence.required);
    assert_eq!(beside_nine(true, absent(), 1800).verdict, CanaryVerdict::Fail);
}

#[test]
fn limits_that_leave_nothing_are_refused() {
    let none = CanaryLimits { at_most_micro: Some(1), at_least_micro: Some(2) };
    let errors = CanaryPlan::new(config(vec![limited(none)])).unwrap_err();
    assert_eq!(errors, ["`at_least` of `latency` is above its `at_most`: nothing is within both"]);
    let one_value = CanaryLimits { at_most_micro: Some(2), at_least_micro: Some(2) };
    assert!(CanaryPlan::new(config(vec![limited(one_value)])).is_ok());
}

#[test]
fn a_record_without_limits_reads_as_one_that_has_none() {
    let fact = one(limited(MOST_HALF), both(0.1));
    let mut value = serde_json::to_value(&fact).unwrap();
    let metric = value["metrics"][0].as_object_mut().unwrap();
    metric.remove("limits");
    metric.remove("critical");
    let read: CanaryFact = serde_json::from_value(value).unwrap();
    assert_eq!((read.metrics[0].limits.clone(), read.metrics[0].critical), (None, false));
}
