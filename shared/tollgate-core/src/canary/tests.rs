use std::collections::BTreeMap;

use super::*;
use crate::evidence::EvidenceStatus;

pub(super) fn metric(name: &str, group: &str, direction: Direction) -> CanaryMetric {
    CanaryMetric {
        name: name.into(),
        group: group.into(),
        direction,
        weight: 1,
        min_events: 100,
        tolerance: Tolerance::RankBiserialPpm(200_000),
        share_tolerance_ppm: 1_000,
        limits: CanaryLimits::default(),
        critical: false,
    }
}

pub(super) fn config(metrics: Vec<CanaryMetric>) -> CanaryConfig {
    CanaryConfig {
        metrics,
        group_weights: BTreeMap::new(),
        confidence_ppm: 980_000,
        pass_score_ppm: 950_000,
        marginal_score_ppm: 750_000,
        max_no_data_ppm: 500_000,
        min_datapoints: 5,
        min_datapoints_share_ppm: 900_000,
        observation_seconds: 900,
        give_up_seconds: 1800,
        ask_again_seconds: 60,
    }
}

pub(super) fn side(values: impl IntoIterator<Item = f64>) -> Samples {
    Samples { values: values.into_iter().map(Some).collect(), events: Some(1000), ..Samples::default() }
}

pub(super) fn pair(baseline: Samples, canary: Samples) -> MetricSamples {
    MetricSamples { baseline, canary, evidence: vec!["canary/test".into()] }
}

/// Twenty datapoints around four hundred, moved.
fn around(moved: i32) -> Samples {
    side((0..20).map(|i| f64::from(400 + i * 7 % 20 + moved)))
}

pub(super) fn observed(seconds: u64, metrics: impl IntoIterator<Item = (&'static str, MetricSamples)>) -> Observed {
    Observed {
        service: "payments-api".into(),
        seconds,
        source: "recorded:test".into(),
        as_of: None,
        metrics: metrics.into_iter().map(|(name, samples)| (name.to_owned(), samples)).collect(),
    }
}

fn fact(config: CanaryConfig, observed: &Observed) -> CanaryFact {
    canary_fact(&CanaryPlan::new(config).unwrap(), observed)
}

/// The fact of one metric in a finished observation.
fn one(metric: CanaryMetric, samples: MetricSamples) -> CanaryFact {
    fact(config(vec![metric]), &observed(900, [("latency", samples)]))
}

#[test]
fn only_the_bad_direction_is_bad() {
    for (direction, moved, class) in [
        (Direction::Increase, 36, Class::High),
        (Direction::Increase, -36, Class::Pass),
        (Direction::Decrease, -36, Class::Low),
        (Direction::Decrease, 36, Class::Pass),
        (Direction::Either, 36, Class::High),
        (Direction::Either, -36, Class::Low),
        (Direction::Either, 0, Class::Pass),
    ] {
        let fact = one(metric("latency", "speed", direction), pair(around(0), around(moved)));
        assert_eq!(fact.metrics[0].class, class, "{direction:?} {moved}");
        let verdict = if class == Class::Pass { CanaryVerdict::Pass } else { CanaryVerdict::Fail };
        assert_eq!(fact.verdict, verdict, "{direction:?} {moved}");
    }
}

#[test]
fn the_fact_has_all_numbers() {
    let fact = one(metric("latency", "speed", Direction::Increase), pair(around(0), around(36)));
    let metric = &fact.metrics[0];
    assert_eq!((metric.significant, metric.method), (Some(true), Some(Method::Exact)));
    assert_eq!((metric.twice_u, metric.p_value_ppm), (Some(800), Some(1)));
    assert_eq!((metric.common_language_effect_ppm, metric.rank_biserial_ppm), (Some(1_000_000), Some(1_000_000)));
    assert_eq!((metric.baseline.median_micro, metric.canary.median_micro), (Some(409_500_000), Some(445_500_000)));
    // 36 / 409.5 is 0.0879120…
    assert_eq!(metric.median_change_ppm, Some(87_913));
    assert_eq!((metric.canary.datapoints_received, metric.canary.events), (20, Some(1000)));
    assert_eq!(metric.evidence, ["canary/test"]);
    assert_eq!(fact.reasons, ["`latency` is higher than in the baseline, minute by minute"]);
    assert_eq!((fact.score_ppm, fact.judged_score_ppm, fact.ask_again_seconds), (0, Some(0), None));
    assert_eq!(fact.evidence.id, "canary/payments-api");
    let read: CanaryFact = serde_json::from_value(serde_json::to_value(&fact).unwrap()).unwrap();
    assert_eq!(read, fact);
}

#[test]
fn an_effect_within_the_tolerance_passes_up_to_its_edge() {
    let judged = |tolerance| {
        let metric = CanaryMetric { tolerance, ..metric("latency", "speed", Direction::Increase) };
        one(metric, pair(side((0..20).map(|_| 100.0)), side((0..20).map(|_| 110.0)))).metrics[0].class
    };
    assert_eq!(judged(Tolerance::MedianPpm(100_000)), Class::Pass);
    assert_eq!(judged(Tolerance::MedianPpm(99_999)), Class::High);
    assert_eq!(judged(Tolerance::RankBiserialPpm(999_999)), Class::High);
}

#[test]
fn any_increase_over_a_baseline_of_zero_is_beyond_a_relative_tolerance() {
    let metric =
        CanaryMetric { tolerance: Tolerance::MedianPpm(u32::MAX), ..metric("latency", "speed", Direction::Increase) };
    let fact = one(metric, pair(side([0.0; 20]), side([0.001; 20])));
    assert_eq!((fact.metrics[0].class, fact.metrics[0].median_change_ppm), (Class::High, None));
}

#[test]
fn what_cannot_be_judged_says_why_and_never_passes() {
    let few = |count| side((0..count).map(f64::from));
    let with = |patch: fn(&mut Samples)| {
        let mut samples = around(0);
        patch(&mut samples);
        samples
    };
    for (samples, cause, reason) in [
        (Samples::default(), Cause::Absent, "has no datapoint"),
        (with(|side| side.values = vec![None; 20]), Cause::Absent, "has no datapoint"),
        (with(|side| side.values[3] = Some(f64::NAN)), Cause::Unreadable, "a datapoint of NaN"),
        (with(|side| side.values[3] = Some(f64::INFINITY)), Cause::Unreadable, "a datapoint of inf"),
        (few(4), Cause::TooFewDatapoints, "has 4 datapoints, at least 5 are needed"),
        (
            with(|side| side.values[..3].fill(None)),
            Cause::Gaps,
            "has 17 of 20 datapoints, at least 90 % of them are needed",
        ),
        (few(1), Cause::TooFewDatapoints, "has 1 datapoint, at least 5 are needed"),
        (with(|side| side.events = Some(99)), Cause::TooFewEvents, "has 99 events, at least 100 are needed"),
        (with(|side| side.events = None), Cause::TooFewEvents, "an unknown number of events"),
    ] {
        for (name, pair) in
            [("canary", pair(around(0), samples.clone())), ("baseline", pair(samples.clone(), around(0)))]
        {
            let fact = one(metric("latency", "speed", Direction::Increase), pair);
            let metric = &fact.metrics[0];
            assert_eq!((metric.class, metric.cause), (Class::NoData, Some(cause)), "{name}");
            assert!(metric.reason.as_ref().is_some_and(|text| text.contains(reason) && text.contains(name)));
            assert_eq!((fact.verdict, fact.score_ppm), (CanaryVerdict::Inconclusive, 0));
            assert_eq!(fact.evidence.status, EvidenceStatus::NoData);
        }
    }
}

#[test]
fn samples_that_could_never_differ_surely_do_not_pass() {
    let few = CanaryConfig { min_datapoints: 1, ..config(vec![metric("latency", "speed", Direction::Increase)]) };
    let of = |from: i32, count: i32| side((from..from + count).map(f64::from));
    // 2 of C(8, 4) = 70 arrangements are 2.9 %, of C(10, 5) = 252 are 0.8 %: 98 % asks for 2 %.
    for (count, cause) in [(4, Some(Cause::TooFewDatapoints)), (5, None)] {
        let fact = fact(few.clone(), &observed(900, [("latency", pair(of(0, count), of(50, count)))]));
        assert_eq!(fact.metrics[0].cause, cause, "{count}");
        assert_ne!(fact.verdict, CanaryVerdict::Pass);
    }
}

#[test]
fn a_canary_without_samples_waits_and_then_fails() {
    let plan = || config(vec![metric("latency", "speed", Direction::Increase)]);
    for (seconds, verdict, ask_again) in [
        (0, CanaryVerdict::Inconclusive, Some(900)),
        (899, CanaryVerdict::Inconclusive, Some(1)),
        (900, CanaryVerdict::Inconclusive, Some(60)),
        (1799, CanaryVerdict::Inconclusive, Some(60)),
        (1800, CanaryVerdict::Fail, None),
        (u64::MAX, CanaryVerdict::Fail, None),
    ] {
        let fact = fact(plan(), &observed(seconds, []));
        assert_eq!((fact.verdict, fact.ask_again_seconds), (verdict, ask_again), "{seconds}");
        assert_eq!(fact.no_data_ppm, 1_000_000);
    }
}

#[test]
fn nothing_passes_before_the_observation_is_over_but_harm_fails_at_once() {
    let plan = || config(vec![metric("latency", "speed", Direction::Increase)]);
    let early = fact(plan(), &observed(60, [("latency", pair(around(0), around(0)))]));
    assert_eq!((early.verdict, early.ask_again_seconds), (CanaryVerdict::Inconclusive, Some(840)));
    assert_eq!(early.reasons, ["it has run for 60 s, at least 900 s are needed"]);
    let harm = fact(plan(), &observed(60, [("latency", pair(around(0), around(36)))]));
    assert_eq!(harm.verdict, CanaryVerdict::Fail);
}

/// The cases of Kayenta's `ScorerSuite`: group scores are shares of metrics, the summary their mean by group weight.
#[test]
fn scores_are_kayentas() {
    let score = |metrics: &[(&'static str, &str, i32)], weights: &[(&str, u32)]| {
        let plan = metrics.iter().map(|(name, group, _)| metric(name, group, Direction::Either)).collect();
        let weights = weights.iter().map(|(group, weight)| ((*group).to_owned(), *weight)).collect();
        let samples: Vec<_> = metrics.iter().map(|(name, _, moved)| (*name, pair(around(0), around(*moved)))).collect();
        fact(CanaryConfig { group_weights: weights, ..config(plan) }, &observed(900, samples)).score_ppm
    };
    assert_eq!(score(&[("a", "g", 0)], &[]), 1_000_000);
    assert_eq!(score(&[("a", "g", 36)], &[]), 0);
    assert_eq!(score(&[("a", "g", 0), ("b", "g", 36)], &[]), 500_000);
    assert_eq!(score(&[("a", "g", 0), ("b", "g", 36), ("c", "g", -36)], &[]), 333_333);
    let three = [("a", "g", 0), ("b", "g", 0), ("c", "h", 36)];
    assert_eq!(score(&three, &[("g", 75), ("h", 25)]), 750_000);
    let halves = [("a", "g", 0), ("b", "g", 36), ("c", "h", 36)];
    assert_eq!(score(&halves, &[("g", 50), ("h", 50)]), 250_000);
}

#[test]
fn scores_decide_at_their_edges() {
    let verdict = |passing: u32, failing: u32| {
        let mut good = metric("good", "g", Direction::Either);
        let mut bad = metric("bad", "g", Direction::Either);
        (good.weight, bad.weight) = (passing, failing);
        let samples = [("good", pair(around(0), around(0))), ("bad", pair(around(0), around(36)))];
        fact(config(vec![good, bad]), &observed(900, samples)).verdict
    };
    assert_eq!(verdict(95, 5), CanaryVerdict::Pass);
    assert_eq!(verdict(949_999, 50_001), CanaryVerdict::Marginal);
    assert_eq!(verdict(75, 25), CanaryVerdict::Marginal);
    assert_eq!(verdict(749_999, 250_001), CanaryVerdict::Fail);
}

#[test]
fn half_without_data_fails_once_it_is_given_up() {
    let plan = |weight| {
        let mut heavy = metric("latency", "g", Direction::Increase);
        heavy.weight = weight;
        config(vec![heavy, metric("errors", "g", Direction::Increase)])
    };
    let samples = || [("latency", pair(around(0), around(0)))];
    for weight in [1, 1_000_000] {
        let waiting = fact(plan(weight), &observed(900, samples()));
        assert_eq!((waiting.verdict, waiting.no_data_ppm), (CanaryVerdict::Inconclusive, 500_000));
        assert_eq!(waiting.evidence.status, EvidenceStatus::Partial);
        assert_eq!(fact(plan(weight), &observed(1800, samples())).verdict, CanaryVerdict::Fail);
    }
}

/// A score that passes has what is missing held against it already; nothing else lets bad evidence be advisory.
#[test]
fn only_a_pass_needs_no_more_evidence() {
    let mut heavy = metric("latency", "g", Direction::Increase);
    heavy.weight = 99;
    let plan =
        config(vec![heavy, metric("errors", "g", Direction::Increase), metric("queue", "g", Direction::Increase)]);
    let seen = |moved| {
        let samples = [("latency", pair(around(0), around(moved))), ("errors", pair(around(0), around(0)))];
        let fact = fact(plan.clone(), &observed(900, samples));
        (fact.verdict, fact.evidence.status, fact.evidence.required)
    };
    assert_eq!(seen(0), (CanaryVerdict::Pass, EvidenceStatus::Partial, false));
    assert_eq!(seen(36), (CanaryVerdict::Fail, EvidenceStatus::Partial, true));
}

#[test]
fn a_configuration_that_makes_no_sense_is_refused() {
    let good = || config(vec![metric("latency", "g", Direction::Increase)]);
    assert!(CanaryPlan::new(good()).is_ok());
    let refused = |patch: fn(&mut CanaryConfig)| {
        let mut config = good();
        patch(&mut config);
        CanaryPlan::new(config).unwrap_err().join("; ")
    };
    for (found, expected) in [
        (refused(|config| config.metrics.clear()), "would always pass"),
        (refused(|config| config.metrics.push(config.metrics[0].clone())), "two metrics `latency`"),
        (refused(|config| config.metrics[0].weight = 0), "the weight of `latency` is 0"),
        (refused(|config| config.metrics[0].tolerance = Tolerance::RankBiserialPpm(1_000_000)), "every effect"),
        (refused(|config| config.metrics[0].share_tolerance_ppm = 1_000_000), "every effect"),
        (refused(|config| config.confidence_ppm = 970_000), "`confidence_ppm` is 970000: write 900000"),
        (refused(|config| config.pass_score_ppm = 0), "`pass_score_ppm` is 0"),
        (refused(|config| config.marginal_score_ppm = 950_001), "is above `pass_score_ppm`"),
        (refused(|config| config.max_no_data_ppm = 1_000_001), "`max_no_data_ppm` is 1000001"),
        (refused(|config| config.min_datapoints = 0), "`min_datapoints` is 0"),
        (refused(|config| config.give_up_seconds = 899), "less than `observation_seconds`"),
        (refused(|config| config.ask_again_seconds = 0), "`ask_again_seconds` is 0"),
        (refused(|config| config.group_weights = [("h".into(), 1)].into()), "group `g` has no weight"),
        (refused(|config| config.group_weights = [("g".into(), 1), ("h".into(), 1)].into()), "`h` has a weight and no"),
        (refused(|config| config.group_weights = [("g".into(), 0)].into()), "group `g` is 0"),
    ] {
        assert!(found.contains(expected), "{found}");
    }
}
