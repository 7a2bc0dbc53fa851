//! Metrics whose datapoints are longer than a minute.

use chrono::NaiveDate;

use super::{
    Budgeting, Comparison, DailyAggregate, Indicator, Measure, Metric, Plan, Quality, Reach, Resolution, SliceTarget,
    Slo, SloFact, Snapshot, TierSeries, Traffic,
    sample::{DAY, END, NOW, judged, metric, plan, reason, slo},
};
use crate::evidence::EvidenceStatus;

/// The end of the newest datapoint of five minutes, and of an hour.
const FIVE: i64 = END - 180;
const HOUR: i64 = END - 480;

fn resolution(seconds: u64) -> Resolution {
    Resolution::from_seconds(seconds).unwrap()
}

fn value(seconds: u64) -> Metric {
    Metric { resolution: resolution(seconds), ..Metric::new("Demo", "Value", "Maximum") }
}

/// At least 95, of a metric whose datapoints are that long.
fn at_least_95(seconds: u64) -> Slo {
    let (source, comparison) = (value(seconds).into(), Comparison::Gte);
    let target = super::Target::from_ppb(990_000_000).unwrap();
    Slo {
        target,
        indicator: Indicator::Threshold { source, comparison, value: 95.into(), absent_is_idle: false },
        ..slo()
    }
}

fn sliced(seconds: u64) -> Slo {
    let slice_target = SliceTarget::from_ppb(1_000_000_000).unwrap();
    Slo { budgeting: Budgeting::Timeslices { slice_seconds: seconds, slice_target }, ..at_least_95(seconds) }
}

/// What CloudWatch has of a metric that is published at these times: of each of its datapoints, the largest.
fn published(plan: &Plan, seconds: u64, every: i64, value_at: impl Fn(i64) -> Option<f64>) -> Snapshot {
    let metric = value(seconds);
    let of = |start: i64, length: i64| {
        let first = start + (every - start.rem_euclid(every)).rem_euclid(every);
        let times = (first..start + length).step_by(usize::try_from(every).unwrap());
        times.filter_map(&value_at).map(|value| Measure::read(value).unwrap()).max_by_key(|value| value.rational())
    };
    let coarse = plan.by(metric.resolution);
    let series = coarse.tiers().iter().map(|tier| TierSeries {
        values: tier.starts().map(|start| of(start, tier.period_seconds)).collect(),
        quality: Quality::Complete,
    });
    let series = series.collect();
    Snapshot { plan: plan.clone(), series: [].into(), measures: [(metric, series)].into() }
}

/// As fine as datapoints of five minutes need it.
fn by_five_minutes() -> Plan {
    Plan::at_with(NOW, [30 * 86_400], Reach::of_lengths([300]))
}

fn windows(fact: &SloFact) -> Vec<(u64, u64, u64)> {
    let of = |name: &str| &fact.windows[name];
    ["5m", "1h", "6h", "3d"]
        .map(of)
        .iter()
        .map(|window| (window.seconds, window.datapoints_expected, window.datapoints_received))
        .collect()
}

#[test]
fn what_comes_every_five_minutes_is_known() {
    for slo in [at_least_95(300), sliced(300)] {
        let fact = judged(&slo, &published(&by_five_minutes(), 300, 300, |_| Some(100.0)));
        assert_eq!((fact.evidence.status, fact.traffic), (EvidenceStatus::Ok, Traffic::Events), "{}", reason(&fact));
        assert_eq!(windows(&fact), [(300, 1, 1), (3600, 12, 12), (21_600, 72, 72), (259_200, 864, 864)]);
        assert_eq!(fact.evidence.as_of.map(|at| at.timestamp()), Some(FIVE));
        assert_eq!(fact.evidence.datapoints_expected, fact.evidence.datapoints_received);
        assert_eq!(fact.windows["1h"].burn_rate_micro, Some(0));
        assert_eq!(fact.budget.unwrap().consumed_ppm, 0);
    }
    // By minutes, four of five would be holes.
    let week = Plan::at_with(NOW, [7 * 86_400], Reach::of_lengths([60]));
    let weekly = Slo { period: super::Period::Rolling { seconds: 7 * 86_400 }, ..at_least_95(60) };
    let fact = judged(&weekly, &published(&week, 60, 300, |_| Some(100.0)));
    assert_eq!(windows(&fact)[1], (3600, 60, 12));
}

#[test]
fn a_window_shorter_than_a_datapoint_is_judged_over_one_and_says_so() {
    let bad_hour = |time: i64| Some(if time >= HOUR - 3600 { 90.0 } else { 100.0 });
    let fact =
        judged(&at_least_95(3600), &published(&plan(), 3600, 300, |time| bad_hour(time).filter(|_| time < HOUR)));
    // The largest of the hour before is 100 until its end: only the newest hour is bad.
    assert_eq!(windows(&fact), [(3600, 1, 1), (3600, 1, 1), (21_600, 6, 6), (259_200, 72, 72)]);
    let five = &fact.windows["5m"];
    assert_eq!((five.good, five.total), (Some(0), Some(60)), "an hour of sixty bad minutes");
    assert_eq!(five.burn_rate_micro, Some(100_000_000));
    // A hundred times too fast for an hour, of 720 in the period.
    assert_eq!((five.consumed_ppm, fact.windows["1h"].consumed_ppm), (Some(138_888), Some(138_888)));
    assert_eq!(fact.pairs[0].exceeded, Some(true));
    assert_eq!(fact.pairs[0].consumed_ppm, Some(138_888));
    let budget = fact.budget.unwrap();
    assert_eq!((budget.bad, budget.total), (60, 43_200));
}

#[test]
fn a_hole_is_one_datapoint_and_no_minute() {
    let without = |time: i64| (time != FIVE - 1800).then_some(100.0);
    let fact = judged(&at_least_95(300), &published(&by_five_minutes(), 300, 300, without));
    assert_eq!(windows(&fact)[1], (3600, 12, 11));
    let fact = judged(&sliced(300), &published(&by_five_minutes(), 300, 300, without));
    // One of 8640 slices, and 1 % of them may be bad: too little to decide anything.
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{}", reason(&fact));
    let budget = fact.budget.unwrap();
    assert_eq!((budget.slices.unwrap().unknown, budget.known.unwrap().unknown_seconds), (1, 300));
    assert_eq!((budget.consumed_ppm, budget.consumed_at_most_ppm), (0, Some(11_574)));
}

#[test]
fn a_datapoint_may_be_as_much_older_as_it_is_long() {
    // Now is 10:10:42; ten minutes are allowed, and five more for the datapoint.
    for (last_end, status) in
        [(FIVE, EvidenceStatus::Ok), (FIVE - 300, EvidenceStatus::Ok), (FIVE - 900, EvidenceStatus::Stale)]
    {
        let snapshot = published(&by_five_minutes(), 300, 300, |time| (time < last_end).then_some(100.0));
        let fact = judged(&at_least_95(300), &snapshot);
        assert_eq!(fact.evidence.status == EvidenceStatus::Stale, status == EvidenceStatus::Stale, "{}", reason(&fact));
    }
    let fact = judged(
        &at_least_95(300),
        &published(&by_five_minutes(), 300, 300, |time| (time < FIVE - 900).then_some(100.0)),
    );
    assert!(reason(&fact).contains("at most 900 s are allowed"), "{}", reason(&fact));
    let gone = judged(&at_least_95(300), &published(&by_five_minutes(), 300, 300, |_| None));
    assert_eq!(gone.evidence.status, EvidenceStatus::NoData);
}

#[test]
fn days_are_kept_of_slices_of_five_minutes() {
    let snapshot = published(&plan(), 300, 300, |time| Some(if time.rem_euclid(DAY) < 600 { 90.0 } else { 100.0 }));
    let day = NaiveDate::from_ymd_opt(2026, 11, 19).unwrap();
    let kept = DailyAggregate::of(&sliced(300), &snapshot, day).unwrap();
    let slices = kept.slices.unwrap();
    assert_eq!((slices.total, slices.good, slices.unknown), (288, 286, 0));
}

#[test]
fn metrics_of_different_lengths_are_not_put_side_by_side() {
    let ratio = super::Ratio {
        counted: super::Counted::Good,
        metric: metric("Good").into(),
        total: Metric { resolution: resolution(300), ..metric("Total") }.into(),
        absent_total_is_zero: false,
        absent_good_is_unknown: false,
    };
    let fact = judged(
        &Slo { indicator: Indicator::Ratio(ratio), ..slo() },
        &Snapshot { plan: plan(), series: [].into(), measures: [].into() },
    );
    assert_eq!(fact.evidence.status, EvidenceStatus::Error);
    assert!(reason(&fact).contains("datapoints of another length"), "{}", reason(&fact));
}

/// The objective that ships, of a sweep that looks at ten services whenever five minutes are over.
fn shipped_coverage(reporting: impl Fn(i64) -> Option<f64>) -> SloFact {
    let read = super::read([
        ("telemetry.yaml", include_str!("../../../../policies/data/slos/telemetry.yaml")),
        ("sources.yaml", include_str!("../../../../policies/data/slos/sources.yaml")),
        ("alerts.yaml", include_str!("../../../../policies/data/slos/alerts.yaml")),
    ]);
    let slos = read.unwrap().slos;
    let coverage = slos.iter().find(|slo| slo.name == "coverage").unwrap();
    let plan = by_five_minutes();
    let series = |metric: &&Metric| {
        let sweep =
            |time: i64| if metric.name == "KnownServices" { reporting(time).map(|_| 10.0) } else { reporting(time) };
        let published = published(&plan, 300, 300, |time| sweep(time + 200));
        ((*metric).clone(), published.measures.into_values().next().unwrap())
    };
    let measures = coverage.metrics().iter().map(series).collect();
    judged(coverage, &Snapshot { plan: plan.clone(), series: [].into(), measures })
}

#[test]
fn the_coverage_that_ships_is_known_while_sweeps_come_and_not_when_they_stop() {
    let fact = shipped_coverage(|_| Some(10.0));
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{}", reason(&fact));
    assert_eq!(fact.budget.as_ref().map(|budget| (budget.consumed_ppm, budget.total)), Some((0, 8064)));
    assert!(fact.windows.values().all(|window| window.burn_rate_micro == Some(0)), "{:?}", fact.windows);
    assert!(fact.pairs.iter().all(|pair| pair.exceeded == Some(false)));
    let half = shipped_coverage(|time| Some(if time >= END - 7200 { 5.0 } else { 10.0 }));
    assert_eq!((half.evidence.status, half.pairs[0].exceeded), (EvidenceStatus::Ok, Some(true)), "{}", reason(&half));
    let stopped = shipped_coverage(|time| (time < END - 1800).then_some(10.0));
    assert_eq!(stopped.evidence.status, EvidenceStatus::Stale, "{}", reason(&stopped));
    let never = shipped_coverage(|_| None);
    assert_eq!(never.evidence.status, EvidenceStatus::NoData, "{}", reason(&never));
}
