#[path = "lost_tests.rs"]
mod lost;
#[path = "fact_properties.rs"]
mod properties;

use std::collections::BTreeMap;

use super::{Judging, slo_fact};
use crate::{
    Timestamp,
    evidence::EvidenceStatus,
    slo::{Counted, KnownTime, Metric, Plan, Quality, Ratio, Slo, SloFact, Snapshot, Target, Tier, TierSeries},
};

/// 2026-11-21T10:10:42Z
const NOW: i64 = 1_795_255_842;
const MONTH: u64 = 30 * 86_400;

fn metric(name: &str) -> Metric {
    Metric::new("Demo", name, "Sum")
}

fn slo(counted: Counted) -> Slo {
    slo_over(counted, MONTH)
}

fn slo_over(counted: Counted, period_seconds: u64) -> Slo {
    let ratio = Ratio {
        counted,
        metric: metric("Counted").into(),
        total: metric("Total").into(),
        absent_total_is_zero: false,
        absent_good_is_unknown: false,
    };
    Slo::of_events("payments-api", "availability", Target::from_ppb(999_000_000).unwrap(), period_seconds, ratio)
}

fn judging() -> Judging {
    let now = Timestamp::from_timestamp(NOW, 0).unwrap();
    Judging { now, ..crate::slo::sample::judging() }
}

/// Counts of a source, by (start, length) of the datapoint.
fn snapshot(counted: impl Fn(i64, i64) -> Option<u64>, total: impl Fn(i64, i64) -> Option<u64>) -> Snapshot {
    let plan = Plan::at(NOW, [MONTH]);
    let tiers = |counts: &dyn Fn(i64, i64) -> Option<u64>| {
        let series = |tier: &Tier| TierSeries {
            values: tier.starts().map(|start| counts(start, tier.period_seconds)).collect(),
            quality: Quality::Complete,
        };
        plan.tiers().iter().map(series).collect::<Vec<_>>()
    };
    let series = [(metric("Counted"), tiers(&counted)), (metric("Total"), tiers(&total))].into();
    Snapshot { plan, series, measures: BTreeMap::new() }
}

/// Ten requests a second, of which one in 4000 is bad: a quarter of the budget's pace.
fn steady() -> Snapshot {
    snapshot(
        |_, seconds| Some((seconds * 10 - seconds / 60).unsigned_abs()),
        |_, seconds| Some((seconds * 10).unsigned_abs()),
    )
}

/// So many events a minute.
fn minutely(count: u64) -> impl Fn(i64, i64) -> Option<u64> {
    move |_, seconds| Some(count * seconds.unsigned_abs() / 60)
}

fn good(snapshot: &Snapshot) -> SloFact {
    slo_fact(&slo(Counted::Good), snapshot, &judging())
}

fn reason(fact: &SloFact) -> &str {
    fact.evidence.reason.as_deref().unwrap_or_default()
}

#[test]
fn a_steady_service_is_known_completely() {
    let fact = good(&steady());
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{:?}", fact.evidence);
    assert_eq!(fact.evidence.reason, None);
    assert_eq!(fact.evidence.as_of, Timestamp::from_timestamp(1_795_255_680, 0));
    assert_eq!((fact.evidence.datapoints_expected, fact.evidence.datapoints_received), (1804, 1804));
    assert_eq!(
        (fact.evidence.id.as_str(), fact.evidence.window_seconds),
        ("slo/payments-api/availability", Some(MONTH))
    );
    let names: Vec<_> = fact.windows.keys().map(String::as_str).collect();
    assert_eq!(names, ["1d", "1h", "2h", "30m", "3d", "5m", "6h"]);
    let hour = &fact.windows["1h"];
    assert_eq!((hour.total, hour.good, hour.datapoints_received), (Some(36_000), Some(35_940), 60));
    // 60 of 36,000 bad is 1.666… times the pace of 99.9 %.
    assert_eq!(hour.burn_rate_micro, Some(1_666_667));
    assert_eq!(fact.windows["5m"].total, Some(3_000));
    // A day begins inside a datapoint of five minutes, which it takes whole: 10:05 to 10:08.
    assert_eq!(fact.windows["1d"].total, Some(10 * (86_400 + 180)));
    let budget = fact.budget.unwrap();
    // The month begins inside a datapoint of an hour: 10:00 to 10:08.
    assert_eq!(budget.total, 10 * (MONTH + 480));
    assert_eq!((budget.consumed_ppm, budget.remaining_ppm), (1_666_666, -666_667));
    assert!(fact.burning_since.is_some());
}

#[test]
fn no_traffic_is_not_no_data() {
    let idle = good(&snapshot(|_, _| Some(0), |_, _| Some(0)));
    assert_eq!(idle.evidence.status, EvidenceStatus::Ok);
    assert_eq!((idle.windows["1h"].total, idle.windows["1h"].burn_rate_micro), (Some(0), Some(0)));
    assert_eq!(idle.budget.unwrap().remaining_ppm, 1_000_000);
    assert_eq!(idle.burning_since, None);
    let idle_and_silent = good(&snapshot(|start, _| (start < NOW - 86_400).then_some(0), |_, _| Some(0)));
    assert_eq!(idle_and_silent.evidence.status, EvidenceStatus::Ok);

    let absent = good(&snapshot(|_, _| None, |_, _| None));
    assert_eq!(absent.evidence.status, EvidenceStatus::NoData);
    assert!(reason(&absent).contains("`Demo/Total` has no datapoint"), "{}", reason(&absent));
    assert_eq!((absent.windows["1h"].total, absent.windows["1h"].burn_rate_micro), (None, None));
    assert_eq!((&absent.budget, absent.evidence.as_of), (&None, None));
    assert_eq!((absent.windows["1h"].datapoints_expected, absent.windows["1h"].datapoints_received), (60, 0));
}

#[test]
fn a_metric_that_never_was_is_no_data_on_either_side() {
    let events = |_, seconds: i64| Some(seconds.unsigned_abs());
    for counted in [Counted::Good, Counted::Bad { absent_is_zero: false }] {
        let fact = slo_fact(&slo(counted), &snapshot(|_, _| None, events), &judging());
        assert_eq!(fact.evidence.status, EvidenceStatus::NoData);
        assert!(reason(&fact).contains("`Demo/Counted`"), "{}", reason(&fact));
        // Nothing is claimed of what nobody knows.
        assert_eq!((fact.windows["1h"].good, fact.windows["1h"].burn_rate_micro), (None, None));
        assert!(fact.pairs.iter().all(|pair| pair.exceeded.is_none()));
        assert_eq!((&fact.budget, fact.burning_since), (&None, None));
    }
    let zero = slo_fact(&slo(Counted::Bad { absent_is_zero: true }), &snapshot(|_, _| None, events), &judging());
    assert_eq!((zero.evidence.status, zero.windows["1h"].good), (EvidenceStatus::Ok, Some(3600)));
}

#[test]
fn bad_events_count_even_without_a_total() {
    let bad = slo(Counted::Bad { absent_is_zero: true });
    let newest = 1_795_255_680 - 60;
    let data = snapshot(|start, _| (start == newest).then_some(7), |start, _| (start != newest).then_some(100));
    let five = slo_fact(&bad, &data, &judging()).windows["5m"].clone();
    assert_eq!((five.good, five.total), (Some(400), Some(407)));
    // Good ones are still to have their total: the data ends before them.
    let good = slo_fact(
        &slo(Counted::Good),
        &snapshot(minutely(100), |start, seconds| minutely(100)(start, seconds).filter(|_| start != newest)),
        &judging(),
    );
    assert_eq!((good.windows["5m"].good, good.windows["5m"].total, good.late_seconds), (Some(500), Some(500), 60));
    let older = newest - 60;
    let good = slo_fact(
        &slo(Counted::Good),
        &snapshot(minutely(100), |start, seconds| minutely(100)(start, seconds).filter(|_| start != older)),
        &judging(),
    );
    assert_eq!((good.windows["5m"].good, good.windows["5m"].total), (Some(400), Some(400)));
    assert_eq!(good.windows["5m"].known, Some(KnownTime { known_seconds: 240, unknown_seconds: 60 }));
}

#[test]
fn old_data_is_stale_and_its_short_windows_are_not_known() {
    let fact =
        good(&snapshot(|start, _| (start < NOW - 3600).then_some(9), |start, _| (start < NOW - 3600).then_some(9)));
    assert_eq!(fact.evidence.status, EvidenceStatus::Stale);
    assert!(reason(&fact).contains("is 3582 s old, at most 600 s"), "{}", reason(&fact));
    assert_eq!((fact.windows["30m"].total, fact.windows["30m"].burn_rate_micro), (None, None));
    assert!(fact.windows["2h"].total.is_some());
    // Not old enough to be stale: its windows end where the data does.
    let came = |start, seconds| minutely(9)(start, seconds).filter(|_| start < NOW - 480);
    let short = good(&snapshot(came, came));
    assert_eq!((short.evidence.status, reason(&short)), (EvidenceStatus::Ok, ""));
    assert_eq!((short.windows["5m"].total, short.late_seconds), (Some(45), 300));
    assert_eq!(short.evidence.as_of, Timestamp::from_timestamp(1_795_255_680 - 300, 0));
    // At the limit itself it is not too old.
    let at = |max_age_seconds| slo_fact(&slo(Counted::Good), &steady(), &Judging { max_age_seconds, ..judging() });
    assert_eq!(at(162).evidence.status, EvidenceStatus::Ok);
    assert_eq!(at(161).evidence.status, EvidenceStatus::Stale);
}

#[test]
fn good_events_that_lag_are_not_known_until_they_are_overdue() {
    let behind = |kind: Counted, seconds: i64| {
        let came = move |start, length| minutely(100)(start, length).filter(|_| start < NOW - seconds);
        let data = snapshot(came, minutely(100));
        slo_fact(&slo(kind), &data, &judging())
    };
    let good = |seconds| behind(Counted::Good, seconds);
    // The newest minute has its total, and its good events are still to come.
    let a_little = good(240);
    assert_eq!((a_little.evidence.status, a_little.late_seconds), (EvidenceStatus::Ok, 60));
    assert_eq!((a_little.windows["5m"].good, a_little.windows["5m"].total), (Some(500), Some(500)));
    assert!(a_little.pairs.iter().all(|pair| pair.exceeded == Some(false)));
    assert_eq!((a_little.burning_since, a_little.budget.unwrap().consumed_ppm), (None, 0));
    // At ten minutes it is overdue, and none of it was good.
    assert_eq!((good(540).late_seconds, good(660).late_seconds), (360, 0));
    let late = good(1200);
    assert_eq!(late.evidence.status, EvidenceStatus::Partial);
    assert!(reason(&late).contains("no datapoint since 2026-11-21T09:51:00Z"), "{}", reason(&late));
    assert_eq!(late.windows["5m"].good, Some(0));
    assert_eq!(late.burning_since, Timestamp::from_timestamp(1_795_254_660, 0));
    // Bad events that do not come were not all bad.
    let bad = behind(Counted::Bad { absent_is_zero: false }, 1200);
    assert!(reason(&bad).contains("whether they are bad is not known"), "{}", reason(&bad));
    assert_eq!((bad.windows["5m"].good, bad.windows["5m"].burn_rate_micro), (None, None));
}

#[test]
fn gaps_are_counted_and_change_no_ratio() {
    let gappy = |start: i64| (start / 60) % 3 != 0;
    let fact = good(&snapshot(|start, _| gappy(start).then_some(999), |start, _| gappy(start).then_some(1000)));
    let hour = &fact.windows["1h"];
    assert_eq!((hour.datapoints_expected, hour.datapoints_received), (60, 40));
    assert_eq!(hour.burn_rate_micro, Some(1_000_000));
    // A third may have been bad: 333 times the budget.
    assert_eq!(hour.known, Some(KnownTime { known_seconds: 2400, unknown_seconds: 1200 }));
    assert_eq!(hour.burn_rate_at_most_micro, Some(334_000_000));
    assert_eq!(fact.evidence.status, EvidenceStatus::Partial);
    assert!(fact.budget.unwrap().is_undecided);
}

#[test]
fn counts_that_do_not_belong_together_are_not_believed() {
    // One minute's worth of requests may end in another minute than they began.
    let newest = 1_795_255_680 - 60;
    let skewed = good(&snapshot(
        |start, seconds| minutely(if start == newest { 150 } else { 100 })(start, seconds),
        minutely(100),
    ));
    assert_eq!((skewed.evidence.status, skewed.windows["5m"].good), (EvidenceStatus::Ok, Some(500)));
    let wrong = good(&snapshot(minutely(130), minutely(100)));
    assert_eq!(wrong.evidence.status, EvidenceStatus::Partial);
    let said = "contradict each other over 30m: 900 events more than all, in 30 datapoints since 2026-11-21T09:38:00Z";
    assert!(reason(&wrong).contains(said), "{}", reason(&wrong));
    assert_eq!(wrong.windows["30m"].good, Some(3000));
    let bad =
        slo_fact(&slo(Counted::Bad { absent_is_zero: false }), &snapshot(minutely(130), minutely(100)), &judging());
    assert_eq!(bad.evidence.status, EvidenceStatus::Partial);
    let huge = good(&snapshot(|_, _| Some(u64::MAX), |_, _| Some(u64::MAX)));
    assert_eq!((huge.evidence.status, &huge.budget), (EvidenceStatus::Partial, &None));
}

fn with_quality(tier: usize, quality: Quality) -> SloFact {
    let mut data = steady();
    data.series.get_mut(&metric("Total")).unwrap()[tier].quality = quality;
    good(&data)
}

#[test]
fn a_tier_that_failed_takes_what_reaches_into_it() {
    let month = with_quality(2, Quality::Failed("InternalError".into()));
    assert_eq!(month.evidence.status, EvidenceStatus::Error);
    assert_eq!(reason(&month), "`Demo/Total` by 3600 s: InternalError");
    assert_eq!(month.budget, None);
    assert!(month.windows["3d"].total.is_some());
    let middle = with_quality(1, Quality::Failed("InternalError".into()));
    assert_eq!((middle.windows["1d"].total, middle.windows["6h"].total), (None, Some(216_000)));
    assert_eq!(middle.burning_since, Timestamp::from_timestamp(1_795_255_680 - 6 * 3600 - 180, 0));
    let all = with_quality(0, Quality::Failed("Forbidden".into()));
    assert!(all.windows.values().all(|window| window.total.is_none()));
    assert_eq!((&all.budget, all.burning_since), (&None, None));
    let partial = with_quality(2, Quality::Partial("PartialData".into()));
    assert_eq!(
        (partial.evidence.status, reason(&partial)),
        (EvidenceStatus::Partial, "`Demo/Total` by 3600 s: PartialData")
    );
    assert!(partial.budget.is_some());
}

#[test]
fn the_worst_status_is_the_one_given() {
    let mut data = snapshot(|_, _| None, |_, _| None);
    data.series.get_mut(&metric("Counted")).unwrap()[0].quality = Quality::Partial("PartialData".into());
    assert_eq!(good(&data).evidence.status, EvidenceStatus::NoData);
    data.series.get_mut(&metric("Total")).unwrap()[1].quality = Quality::Failed("Forbidden".into());
    assert_eq!(good(&data).evidence.status, EvidenceStatus::Error);
}

#[test]
fn what_was_not_fetched_is_an_error() {
    let mut lost = steady();
    lost.series.remove(&metric("Counted"));
    assert_eq!(good(&lost).evidence.status, EvidenceStatus::Error);
    assert!(reason(&good(&lost)).contains("`Demo/Counted`"));
    let mut cut = steady();
    cut.series.get_mut(&metric("Total")).unwrap().pop();
    assert_eq!(reason(&good(&cut)), "`Demo/Total` by 3600 s: nothing came");
    let short = Snapshot { plan: Plan::at(NOW, [7 * 86_400]), ..steady() };
    assert_eq!(good(&short).evidence.status, EvidenceStatus::Error);
    let future = Judging { now: Timestamp::from_timestamp(NOW - 3600, 0).unwrap(), ..judging() };
    let fact = slo_fact(&slo(Counted::Good), &steady(), &future);
    assert_eq!((fact.evidence.status, fact.windows.len()), (EvidenceStatus::Error, 7));
}

#[test]
fn a_shorter_objective_rests_on_its_own_period_alone() {
    let week = slo_over(Counted::Good, 7 * 86_400);
    let old = snapshot(
        |start, _| (start < NOW - 20 * 86_400).then_some(1),
        |start, _| (start < NOW - 20 * 86_400).then_some(1),
    );
    assert_eq!(slo_fact(&week, &old, &judging()).evidence.status, EvidenceStatus::NoData);
    let day = slo_over(Counted::Good, 86_400);
    let mut cut = steady();
    cut.series.get_mut(&metric("Total")).unwrap()[2].quality = Quality::Failed("InternalError".into());
    assert_eq!(slo_fact(&day, &cut, &judging()).evidence.status, EvidenceStatus::Ok);
}

#[test]
fn burning_since_is_the_start_of_the_run_and_an_idle_minute_ends_it() {
    let began = 1_795_255_680 - 1800;
    let burning = |start: i64, seconds: i64| Some((if start < began { seconds } else { seconds - 30 }).unsigned_abs());
    let fact = good(&snapshot(burning, |_, seconds| Some(seconds.unsigned_abs())));
    assert_eq!(fact.burning_since, Timestamp::from_timestamp(began, 0));
    let idle = began + 600;
    let fact = good(&snapshot(
        |start, seconds| if start == idle { Some(0) } else { burning(start, seconds) },
        |start, seconds| Some(if start == idle { 0 } else { seconds.unsigned_abs() }),
    ));
    assert_eq!(fact.burning_since, Timestamp::from_timestamp(idle + 60, 0));
}

#[test]
fn one_cause_is_told_once() {
    let mut data = steady();
    for series in data.series.values_mut().flatten() {
        series.quality = Quality::Failed("no answer".into());
    }
    assert_eq!(reason(&good(&data)), "`Demo/Counted`, `Demo/Total` by 60, 300, 3600 s: no answer");
}

/// What was before an objective was is no time in which it was not known.
#[test]
fn a_young_objective_is_unknown_for_as_long_as_it_is_one() {
    let end = Timestamp::from_timestamp(NOW, 0).unwrap();
    let covered = |age_days: Option<i64>| {
        let since = age_days.map(|days| end - chrono::TimeDelta::days(days));
        let young = Slo { since, ..slo(Counted::Good) };
        super::unknown(&young, &crate::slo::sample::judging(), end, EvidenceStatus::NoData, "nothing came")
            .evidence
            .window_seconds
    };
    assert_eq!(covered(None), Some(MONTH));
    assert_eq!(covered(Some(4)), Some(4 * 86_400));
    assert_eq!(covered(Some(40)), Some(MONTH));
    assert_eq!(covered(Some(-1)), Some(0));
}
