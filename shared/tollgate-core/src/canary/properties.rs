use std::cmp::Ordering;

use proptest::prelude::*;

use super::{
    tests::{config, metric, observed, pair, side},
    *,
};

fn values() -> impl Strategy<Value = Vec<i32>> {
    // Few different values make many ties, many make few.
    prop_oneof![proptest::collection::vec(-20..20_i32, 5..80), proptest::collection::vec(-100_000..100_000_i32, 5..80)]
}

fn samples(values: &[i32], by: impl Fn(i64) -> i64) -> Samples {
    // Cubes of a hundred thousand stay below 2^53.
    side(values.iter().map(|value| by(i64::from(*value)) as f64))
}

fn judged(direction: Direction, samples: MetricSamples) -> CanaryMetricFact {
    let plan = CanaryPlan::new(config(vec![metric("latency", "g", direction)])).unwrap();
    canary_fact(&plan, &observed(900, [("latency", samples)])).metrics.remove(0)
}

fn opposite(class: Class) -> Class {
    match class {
        Class::High => Class::Low,
        Class::Low => Class::High,
        Class::Pass | Class::NoData => class,
    }
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// A plan of four metrics in two groups, and how each is moved: none has no data.
fn canaries() -> impl Strategy<Value = (Vec<CanaryMetric>, [Option<i32>; 4], u64)> {
    let metrics = proptest::collection::vec((1..9_u32, any::<bool>()), 4).prop_map(|parts| {
        let named = |(name, (weight, first)): (&&'static str, (u32, bool))| CanaryMetric {
            weight,
            ..metric(name, if first { "g" } else { "h" }, Direction::Either)
        };
        NAMES.iter().zip(parts).map(named).collect()
    });
    (metrics, proptest::array::uniform4(proptest::option::of(prop_oneof![Just(0), Just(90)])), 0..3000_u64)
}

fn moved(moved: &[Option<i32>; 4]) -> Vec<(&'static str, MetricSamples)> {
    let of = |by: i32| pair(side((0..20).map(f64::from)), side((0..20).map(|i| f64::from(i + by))));
    NAMES.iter().zip(moved).filter_map(|(name, by)| by.map(|by| (*name, of(by)))).collect()
}

fn compared(metrics: Vec<CanaryMetric>, moves: &[Option<i32>; 4], seconds: u64) -> CanaryFact {
    canary_fact(&CanaryPlan::new(config(metrics)).unwrap(), &observed(seconds, moved(moves)))
}

proptest! {
    /// Whatever the others do: all fails with a critical metric, and nothing passes without its data.
    #[test]
    fn a_critical_metric_decides(canaries in canaries(), critical in 0..4_usize) {
        let (mut metrics, moves, seconds) = canaries;
        metrics[critical].critical = true;
        let fact = compared(metrics, &moves, seconds);
        match fact.metrics[critical].class {
            Class::Pass => {}
            Class::NoData => prop_assert!(matches!(fact.verdict, CanaryVerdict::Inconclusive | CanaryVerdict::Fail)),
            Class::High | Class::Low => prop_assert_eq!((fact.verdict, fact.score_ppm), (CanaryVerdict::Fail, 0)),
        }
    }

    /// What is high against a baseline makes that baseline low against it.
    #[test]
    fn it_is_symmetric(one in values(), other in values()) {
        let plain = |value| value;
        let there = judged(Direction::Either, pair(samples(&one, plain), samples(&other, plain)));
        let back = judged(Direction::Either, pair(samples(&other, plain), samples(&one, plain)));
        prop_assert_eq!(back.class, opposite(there.class));
        prop_assert_eq!(back.p_value_ppm, there.p_value_ppm);
        prop_assert_eq!(back.rank_biserial_ppm.unwrap(), -there.rank_biserial_ppm.unwrap());
        let pairs = u64::try_from(one.len() * other.len()).unwrap();
        prop_assert_eq!(back.twice_u.unwrap() + there.twice_u.unwrap(), 2 * pairs);
    }

    /// U is what counting the pairs gives.
    #[test]
    fn u_counts_pairs(one in values(), other in values()) {
        let plain = |value| value;
        let fact = judged(Direction::Either, pair(samples(&one, plain), samples(&other, plain)));
        let counted: u64 = other
            .iter()
            .flat_map(|canary| one.iter().map(move |baseline| canary.cmp(baseline)))
            .map(|order| match order { Ordering::Greater => 2, Ordering::Equal => 1, Ordering::Less => 0 })
            .sum();
        prop_assert_eq!(fact.twice_u, Some(counted));
    }

    /// Only the order of datapoints counts.
    #[test]
    fn a_monotonic_scale_changes_nothing(one in values(), other in values(), by in 1..1000_i64) {
        let of = |scale: &dyn Fn(i64) -> i64| {
            let fact = judged(Direction::Either, pair(samples(&one, scale), samples(&other, scale)));
            (fact.class, fact.p_value_ppm, fact.twice_u, fact.rank_biserial_ppm, fact.significant)
        };
        let plain = of(&|value| value);
        prop_assert_eq!(plain, of(&|value| value * by));
        prop_assert_eq!(plain, of(&|value| value + by));
        prop_assert_eq!(plain, of(&|value| value * value * value));
    }

    #[test]
    fn identical_samples_never_fail(values in values(), rotated in 0..80_usize) {
        let mut turned = values.clone();
        turned.rotate_left(rotated % values.len());
        let fact = judged(Direction::Either, pair(samples(&values, |value| value), samples(&turned, |value| value)));
        prop_assert_eq!((fact.class, fact.p_value_ppm, fact.median_change_ppm), (Class::Pass, Some(1_000_000), Some(0)));
    }

    /// Data that goes missing never makes a canary pass or only marginal that was not.
    #[test]
    fn losing_data_never_improves((metrics, moves, seconds) in canaries(), lost in 0..4_usize) {
        let before = compared(metrics.clone(), &moves, seconds);
        let mut fewer = moves;
        fewer[lost] = None;
        let after = compared(metrics, &fewer, seconds);
        prop_assert!(after.score_ppm <= before.score_ppm);
        prop_assert!(after.verdict >= before.verdict || after.verdict >= CanaryVerdict::Inconclusive);
        prop_assert!(after.no_data_ppm >= before.no_data_ppm);
    }

    /// A further metric of which there is no data never makes any verdict better.
    #[test]
    fn a_metric_without_data_never_improves((metrics, moves, seconds) in canaries(), own_group in any::<bool>()) {
        let before = compared(metrics.clone(), &moves, seconds);
        let mut more = metrics;
        more.push(metric("e", if own_group { "i" } else { "g" }, Direction::Either));
        let after = compared(more, &moves, seconds);
        prop_assert!(after.score_ppm <= before.score_ppm);
        prop_assert!(after.verdict >= before.verdict, "{:?} became {:?}", before.verdict, after.verdict);
    }

    /// A canary passes only on evidence: the observation is over and most of what counts was judged and passes.
    #[test]
    fn a_pass_is_earned((metrics, moves, seconds) in canaries()) {
        let fact = compared(metrics, &moves, seconds);
        if fact.verdict == CanaryVerdict::Pass {
            prop_assert!(seconds >= 900 && fact.score_ppm >= 950_000 && fact.no_data_ppm < 500_000);
        }
        prop_assert_eq!(fact.ask_again_seconds.is_some(), fact.verdict == CanaryVerdict::Inconclusive);
        prop_assert_eq!(fact.evidence.is_ok(), fact.no_data_ppm == 0);
    }
}
