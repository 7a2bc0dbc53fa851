//! Canaries by their questions and by what came of their metrics.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::{
    tests::{config, metric},
    *,
};
use crate::{
    Timestamp,
    evidence::EvidenceStatus,
    slo::{Expression, Input, Metric, Quality, Sampled, Source, Tier, TierSeries},
};

const NOW: i64 = 1_795_255_842;

fn now() -> Timestamp {
    Timestamp::from_timestamp(NOW, 0).unwrap()
}

fn version(value: &str) -> BTreeMap<String, String> {
    [("Version".to_owned(), value.to_owned())].into()
}

fn question(seconds_ago: i64) -> CanaryQuestion {
    CanaryQuestion {
        baseline: version("1841"),
        canary: version("1842"),
        started_at: now() - TimeDelta::seconds(seconds_ago),
    }
}

fn counted(name: &str) -> Metric {
    Metric { dimensions: [("Service".to_owned(), "pay".to_owned())].into(), ..Metric::new("N", name, "Sum") }
}

/// `bad / all`, where a missing `bad` is zero, with `all` as its events.
fn share() -> CanarySource {
    let input = |name, absent_is_zero| Input { metric: counted(name), absent_is_zero };
    let inputs = BTreeMap::from([("bad".to_owned(), input("Bad", true)), ("all".to_owned(), input("All", false))]);
    let value = Source::Expression(Expression::parse("bad / all", inputs).unwrap());
    let source = CanaryMetricSource { value, events: Some(counted("All").into()), share: true };
    CanarySource {
        service: "pay".into(),
        plan: CanaryPlan::new(config(vec![metric("share", "g", Direction::Increase)])).unwrap(),
        dimensions: ["Version".to_owned()].into(),
        metrics: [("share".to_owned(), source)].into(),
    }
}

/// What comes of the source when each side has, at the index of a datapoint, these bad events of a hundred; no datapoint
/// of `All` where there are none.
fn sampled(source: &CanarySource, asked: &CanaryQuestion, bad: impl Fn(bool, usize) -> Option<(u32, u32)>) -> Sampled {
    let tier = source.tier(asked, now());
    let series = source.metrics(asked).into_iter().map(|metric| {
        let is_canary = metric.dimensions["Version"] == "1842";
        let points = tier.starts().enumerate().filter_map(|(index, start)| {
            let (bad, all) = bad(is_canary, index)?;
            let count = if metric.name == "All" { all } else { bad };
            (metric.name == "All" || bad > 0).then_some((start, f64::from(count)))
        });
        let series = TierSeries::from_points(&tier, points, Quality::Complete);
        (metric, series)
    });
    Sampled { tier, series: series.collect() }
}

pub(super) fn judged(seconds_ago: i64, bad: impl Fn(bool, usize) -> Option<(u32, u32)>) -> CanaryFact {
    let (source, question) = (share(), question(seconds_ago));
    let sampled = sampled(&source, &question, bad);
    canary_fact(&source.plan, &source.observed(&question, &sampled, "test".into()))
}

#[test]
fn questions_outside_the_limits_are_named() {
    let many: BTreeMap<String, String> = (0..11).map(|index| (format!("D{index}"), "x".to_owned())).collect();
    let of = |baseline: &BTreeMap<String, String>, canary: &BTreeMap<String, String>| CanaryQuestion {
        baseline: baseline.clone(),
        canary: canary.clone(),
        ..question(600)
    };
    for (asked, expected) in [
        (question(600), None),
        (question(-60), None),
        (question(-61), Some("`started_at` is 2026-11-21 10:11:43 UTC, after now")),
        (question(7 * 86_400), None),
        (question(7 * 86_400 + 1), Some("more than 7 days ago: a canary is shorter")),
        (of(&BTreeMap::new(), &version("2")), Some("`baseline` should name what tells it apart")),
        (of(&version("1"), &BTreeMap::new()), Some("`canary` should name what tells it apart")),
        (of(&version("1"), &version("1")), Some("`canary` should differ from `baseline`")),
        (of(&version("1"), &version(" ")), Some("`canary.Version` should not be empty")),
        (of(&version("1"), &version("a\nb")), Some("`canary.Version` should be one line")),
        (of(&version("1"), &version("ｖ2")), Some("visible ASCII characters")),
        (of(&version("1"), &version(&"x".repeat(257))), Some("`canary.Version` has 257 characters and may have 256")),
        (of(&many, &many), Some("`baseline` has 11 entries and may have 10")),
        (
            of(&version("1"), &[("Alias".to_owned(), "2".to_owned())].into()),
            Some("`canary` should have the dimensions of"),
        ),
    ] {
        let refused = asked.check(now()).err().map(|error| error.to_string());
        assert_eq!(refused.is_some(), expected.is_some(), "{refused:?}");
        assert!(refused.unwrap_or_default().contains(expected.unwrap_or_default()), "{expected:?}");
    }
    let extreme = CanaryQuestion { started_at: Timestamp::MIN_UTC, ..question(0) };
    assert!(extreme.check(now()).is_err());
    assert!(CanaryQuestion { started_at: Timestamp::MAX_UTC, ..extreme }.check(now()).is_err());
}

#[test]
fn sides_are_told_apart_as_the_service_says() {
    assert_eq!(share().check(&question(0)), Ok(()));
    let alias = CanaryQuestion { baseline: [("Alias".to_owned(), "live".to_owned())].into(), ..question(0) };
    assert_eq!(
        share().check(&alias).unwrap_err().to_string(),
        "`baseline` should have the dimensions of `pay`'s canaries, `Version`, and has `Alias`"
    );
}

/// 10:10:42 less the lag is 10:08:42, so the newest full minute ends at 10:08.
#[test]
fn only_full_minutes_of_the_canary_that_had_time_to_arrive_are_read() {
    let end = NOW - 162;
    for (seconds_ago, start) in
        [(1242, end - 1080), (1241, end - 1020), (1182, end - 1020), (0, end), (90_000, end - 1800)]
    {
        let tier = share().tier(&question(seconds_ago), now());
        assert_eq!(tier, Tier { period_seconds: 60, start, end }, "{seconds_ago}");
    }
    let metrics = share().metrics(&question(600));
    let named: Vec<_> =
        metrics.iter().map(|metric| (metric.name.as_str(), metric.dimensions["Version"].as_str())).collect();
    assert_eq!(named, [("All", "1841"), ("All", "1842"), ("Bad", "1841"), ("Bad", "1842")]);
    assert!(metrics.iter().all(|metric| metric.dimensions["Service"] == "pay"));
}

/// 5 % of the traffic: the same share of errors is no difference, however many more the baseline counts.
#[test]
fn shares_are_compared_and_not_counts() {
    let same =
        judged(1200, |canary, index| Some(if canary { (index as u32 % 2, 50) } else { (index as u32 % 2 * 19, 950) }));
    assert_eq!((same.verdict, same.evidence.status), (CanaryVerdict::Pass, EvidenceStatus::Ok), "{same:?}");
    assert_eq!((same.metrics[0].baseline.events, same.metrics[0].canary.events), (Some(950 * 17), Some(50 * 17)));
    assert_eq!(same.evidence.as_of.map(|at| at.timestamp()), Some(NOW - 162));
    assert_eq!((same.observed_seconds, same.evidence.datapoints_expected), (1020, 34));
    let worse = judged(1200, |canary, index| Some(if canary { (5 + index as u32 % 2, 50) } else { (19, 950) }));
    assert_eq!((worse.verdict, worse.metrics[0].class), (CanaryVerdict::Fail, Class::High));
}

#[test]
fn what_is_not_known_never_passes() {
    let good = |canary: bool, _| Some(if canary { (1, 50) } else { (19, 950) });
    assert_eq!(judged(1200, good).verdict, CanaryVerdict::Pass);
    let early = judged(100, good);
    assert_eq!((early.verdict, early.evidence.status), (CanaryVerdict::Inconclusive, EvidenceStatus::NoData));
    assert_eq!(early.observed_seconds, 0);
    let short = judged(700, good);
    assert_eq!(
        (short.verdict, short.observed_seconds, short.ask_again_seconds),
        (CanaryVerdict::Inconclusive, 480, Some(420))
    );
    let few = judged(1200, |canary, _| Some((0, if canary { 5 } else { 950 })));
    assert_eq!(few.metrics[0].cause, Some(Cause::TooFewEvents));
    let dead = judged(1200, |canary, index| (!canary || index < 11).then_some((0, 950)));
    assert_eq!(dead.metrics[0].reason.as_deref(), Some("the canary has no datapoint of the last 360 s"));
    let never = judged(1200, |canary, _| (!canary).then_some((0, 950)));
    assert_eq!((never.verdict, never.metrics[0].cause), (CanaryVerdict::Inconclusive, Some(Cause::Absent)));
    let given_up = judged(4000, |canary, _| (!canary).then_some((0, 950)));
    assert_eq!((given_up.verdict, given_up.observed_seconds), (CanaryVerdict::Fail, 3780));
}

/// A missing count of bad events is zero only when its source says that nothing is missing.
#[test]
fn a_source_that_failed_or_gave_a_part_is_not_judged() {
    let (source, question) = (share(), question(1200));
    for quality in [Quality::Failed("`Forbidden`".into()), Quality::Partial("`PartialData`".into())] {
        for name in ["Bad", "All"] {
            let mut sampled = sampled(&source, &question, |_, _| Some((0, 500)));
            let broken = sampled.series.iter_mut().find(|(metric, _)| metric.name == name).unwrap();
            broken.1.quality = quality.clone();
            let fact = canary_fact(&source.plan, &source.observed(&question, &sampled, "test".into()));
            assert_eq!((fact.verdict, fact.evidence.status), (CanaryVerdict::Inconclusive, EvidenceStatus::Error));
            let told =
                format!("the baseline could not be read: `N/{name}{{Service=pay,Version=1841}}`: {}", quality.reason());
            assert_eq!(fact.metrics[0].reason.as_deref(), Some(told.as_str()));
        }
    }
    let nothing = Sampled { series: BTreeMap::new(), ..sampled(&source, &question, |_, _| None) };
    let fact = canary_fact(&source.plan, &source.observed(&question, &nothing, "test".into()));
    assert!(fact.reasons[0].contains("was not read"), "{:?}", fact.reasons);
}

#[test]
fn a_canary_that_nothing_judges_is_told_and_waits() {
    let reason = "nothing says how it is judged: write `policies/data/canaries/pay.yaml`";
    let fact = unknown_canary("pay", reason);
    assert_eq!((fact.verdict, fact.evidence.status), (CanaryVerdict::Inconclusive, EvidenceStatus::NoData));
    assert!(fact.evidence.required && fact.ask_again_seconds.is_some());
    assert_eq!(fact.evidence.reason.as_deref(), Some(reason));
}

/// Three minutes of thirty with an error against none: medians are zero on both sides and hide it.
#[test]
fn medians_of_zero_tolerate_nothing() {
    let metric = CanaryMetric { tolerance: Tolerance::MedianPpm(250_000), ..metric("share", "g", Direction::Increase) };
    let source = CanarySource { plan: CanaryPlan::new(config(vec![metric])).unwrap(), ..share() };
    let asked = question(2000);
    let rare = |canary: bool, index: usize| Some((u32::from(canary && index.is_multiple_of(3)), 100));
    let fact = canary_fact(&source.plan, &source.observed(&asked, &sampled(&source, &asked, rare), "test".into()));
    assert_eq!((fact.metrics[0].median_change_ppm, fact.metrics[0].class), (Some(0), Class::High));
}
