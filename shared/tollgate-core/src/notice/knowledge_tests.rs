//! A page stands until enough is known to end it: objectives through hours of requests, looked at every quarter of one.

use std::sync::Arc;

use super::{Level, Notice, NoticeKind, State, observed::of_objective, step, step_tests::CONFIG, step_tests::report};
use crate::{
    Timestamp,
    finding::{Effect, Finding, Urgency},
    settings::Settings,
    slo::{
        Composite, CompositeMethod, Counted, Indicator, Judging, Metric, Part, Plan, Ratio, Reach, Slo, SloFact,
        Snapshot, sample, slo_fact,
    },
};

/// 2026-03-29T00:00:00Z, as in the reports.
const START: i64 = 1_774_742_400;
const HOUR: i64 = 60;

fn settings() -> Settings {
    let thresholds = serde_json::json!({"slo": {"min_events": 100, "min_bad_events": 10}});
    Settings { thresholds: serde_json::from_value(thresholds).unwrap(), ..Settings::default() }
}

/// What the rules find: a page while a pair of windows that pages is exceeded, a ticket once half of the budget is spent.
fn findings(slo: &SloFact) -> Vec<Finding> {
    let found = |rule: &str, urgency| Finding {
        urgency: Some(urgency),
        evidence: vec![slo.evidence.id.clone()],
        ..Finding::new(rule, Effect::Deny, rule)
    };
    let enough = |name: &str| {
        let (good, total) = (slo.windows[name].good.unwrap_or_default(), slo.windows[name].total.unwrap_or_default());
        total >= 100 || total - good >= 10 || slo.windows[name].made_of.is_some()
    };
    let mut exceeded = slo.pairs.iter().filter(|pair| pair.exceeded == Some(true) && enough(&pair.long));
    let pages = exceeded.any(|pair| pair.severity == "page").then(|| found("slo.burn_rate", Urgency::Page));
    let undecided = slo.is_undecided.then(|| found("slo.error_budget", Urgency::Ticket));
    let is_spent = slo.budget.as_ref().is_some_and(|budget| budget.consumed_ppm >= 500_000);
    pages.into_iter().chain(undecided).chain(is_spent.then(|| found("slo.error_budget", Urgency::Ticket))).collect()
}

/// The notices of so many hours, of which each minute has so many good and total requests, or nothing, by its number.
fn told(hours: i64, is_blind: impl Fn(i64) -> bool, minute: impl Fn(i64) -> Option<(u64, u64)>) -> Vec<(i64, Notice)> {
    told_of(&sample::slo(), hours, is_blind, |plan| requests(plan, &minute))
}

fn requests(plan: &Plan, minute: &dyn Fn(i64) -> Option<(u64, u64)>) -> Snapshot {
    let sum = |start: i64, seconds: i64, of: fn((u64, u64)) -> u64| {
        let minutes = (start..start + seconds).step_by(60).filter_map(|at| minute((at - START).div_euclid(60)));
        minutes.map(of).reduce(|sum, more| sum + more)
    };
    sample::snapshot(plan, |at, long| sum(at, long, |(good, _)| good), |at, long| sum(at, long, |(_, all)| all))
}

fn told_of(
    slo: &Slo,
    hours: i64,
    is_blind: impl Fn(i64) -> bool,
    snapshot: impl Fn(&Plan) -> Snapshot,
) -> Vec<(i64, Notice)> {
    let mut state: Option<State> = None;
    let mut notices = Vec::new();
    for looked in (0..=hours * HOUR).step_by(15) {
        let now = START + looked * 60;
        let plan = Plan::at_with(now, [30 * 86_400], Reach::default());
        let judging = Judging { now: Timestamp::from_timestamp(now, 0).unwrap(), ..sample::judging() };
        let fact = slo_fact(slo, &snapshot(&plan), &judging);
        let findings = findings(&fact);
        let mut report = report(looked, &[]);
        let found = findings.iter().collect::<Vec<_>>();
        report.observations = vec![of_objective(&fact, &found, is_blind(looked), &settings())];
        let stepped = step(state.take(), &report, &CONFIG);
        state = Some(stepped.state);
        notices.extend(stepped.notice.map(|notice| (looked, notice)));
    }
    notices
}

/// Two services, of which the second serves its requests at all times.
fn told_of_both(after: (u64, u64)) -> Vec<(i64, Notice)> {
    let named = |name: &str| Metric::new("Demo", format!("Other{name}"), "Sum");
    let ratio = Ratio {
        counted: Counted::Good,
        metric: named("Good").into(),
        total: named("Total").into(),
        absent_total_is_zero: false,
        absent_good_is_unknown: false,
    };
    let other = Slo { name: "other".into(), indicator: Indicator::Ratio(ratio), ..sample::slo() };
    let parts = [sample::slo(), other].map(|slo| Part { slo: Arc::new(slo), weight: 1.into() }).into();
    let method = CompositeMethod::WorstBurnRate;
    let whole = Slo { indicator: Indicator::Composite(Composite { method, parts }), ..sample::slo() };
    let both = |plan: &Plan| {
        let mut all = requests(plan, &|minute| outage(minute, 24, Some(after)));
        let served = requests(plan, &|_| Some((600, 600))).series;
        all.series.extend(served.into_iter().map(|(metric, tiers)| (named(&metric.name), tiers)));
        all
    };
    told_of(&whole, 12, |_| false, both)
}

fn kinds(notices: &[(i64, Notice)]) -> Vec<NoticeKind> {
    notices.iter().map(|(_, notice)| notice.kind).collect()
}

/// Requests of a minute in which nothing succeeds, from the start until then.
fn outage(minute: i64, until: i64, after: Option<(u64, u64)>) -> Option<(u64, u64)> {
    match minute {
        ..0 => Some((600, 600)),
        _ if minute < until => Some((0, 600)),
        _ => after,
    }
}

#[test]
fn a_page_outlasts_telemetry_that_is_gone() {
    for until in [24, 55, 2 * HOUR] {
        let told = told(12, |_| false, |minute| outage(minute, until, None));
        assert_eq!(kinds(&told), [NoticeKind::Page], "{until}: {told:?}");
    }
}

#[test]
fn a_page_outlasts_requests_that_are_gone() {
    for until in [24, 55, 2 * HOUR] {
        let told = told(12, |_| false, |minute| outage(minute, until, Some((0, 0))));
        assert_eq!(kinds(&told), [NoticeKind::Page], "{until}: {told:?}");
    }
}

#[test]
fn a_page_outlasts_requests_of_one_service_that_are_gone_beside_another_that_has_some() {
    let told = told_of_both((0, 0));
    assert_eq!(kinds(&told), [NoticeKind::Page], "{told:?}");
    let served = told_of_both((600, 600));
    assert_eq!(kinds(&served), [NoticeKind::Page, NoticeKind::Ticket], "{served:?}");
}

#[test]
fn a_page_outlasts_a_few_requests_that_all_fail() {
    let hourly = |minute: i64| Some((0, u64::from(minute % 60 == 0)));
    let told = told(80, |_| false, |minute| outage(minute, 24, hourly(minute)));
    assert_eq!(kinds(&told), [NoticeKind::Page], "{told:?}");
}

#[test]
fn a_page_outlasts_rules_that_fail() {
    let blind_from = |from: i64| move |minute| minute >= from;
    let told = told(12, blind_from(HOUR), |minute| outage(minute, 2 * HOUR, Some((600, 600))));
    assert_eq!(kinds(&told), [NoticeKind::Page], "{told:?}");
}

#[test]
fn a_page_ends_when_enough_succeeds_again() {
    let served = told(6, |_| false, |minute| outage(minute, 2 * HOUR, Some((600, 600))));
    assert_eq!(kinds(&served), [NoticeKind::Page, NoticeKind::Ticket], "{served:?}");
    let (minute, better) = &served[1];
    assert!((2 * HOUR + 15..=3 * HOUR).contains(minute), "{minute}");
    assert_eq!((better.changes[0].from, better.changes[0].to), (Level::Page, Level::Ticket));
    // Twenty requests an hour are enough in some hours, and not in one.
    let slow = |minute: i64| Some(if minute % 3 == 0 { (1, 1) } else { (0, 0) });
    let seldom = told(12, |_| false, |minute| outage(minute, 2 * HOUR, slow(minute)));
    assert_eq!(kinds(&seldom), [NoticeKind::Page, NoticeKind::Ticket], "{seldom:?}");
    assert!(seldom[1].0 > 6 * HOUR, "{}", seldom[1].0);
}

#[test]
fn a_page_ends_though_time_of_long_ago_is_not_known() {
    let lost = -20 * 24 * HOUR..-20 * 24 * HOUR + 6 * HOUR;
    let requests = |minute: i64| outage(minute, 2 * HOUR, Some((600, 600))).filter(|_| !lost.contains(&minute));
    let told = told(6, |_| false, requests);
    assert_eq!(kinds(&told), [NoticeKind::Ticket, NoticeKind::Page, NoticeKind::Ticket], "{told:?}");
    // What is spent is not said while it is not known.
    assert_eq!((told[0].1.changes[0].to, told[0].1.changes[0].budget_remaining_ppm), (Level::Ticket, None));
}
