//! Traffic that vanishes, metrics that never came, and silence that is declared.

use super::{SilenceFact, SilentMetricFact};
use crate::slo::{
    Counted, Indicator, Period, Ratio, Reach, Slo, SloFact, Snapshot,
    plan::Plan,
    sample::{DAY, END, NOW, judged, metric, sliced, slo, snapshot},
};

const HOUR: i64 = 3600;

fn plan() -> Plan {
    Plan::at_with(NOW, [30 * 86_400], Reach::of([&slo()]))
}

/// As many requests a minute as are asked for at a time, and zeros where there are none.
fn traffic(a_minute: impl Fn(i64) -> u64) -> Snapshot {
    let count =
        |start: i64, seconds: i64| Some((0..seconds / 60).map(|minute| a_minute(start + minute * 60)).sum::<u64>());
    snapshot(&plan(), count, count)
}

fn silence(a_minute: impl Fn(i64) -> u64) -> Option<SilenceFact> {
    judged(&slo(), &traffic(a_minute)).silence
}

#[test]
fn traffic_that_goes_on_is_no_silence() {
    assert_eq!(silence(|_| 10), None);
    assert_eq!(silence(|minute| u64::from(minute == END - 60)), None);
}

#[test]
fn traffic_that_vanishes_is_held_against_the_same_time_of_earlier_weeks() {
    let fact = silence(|minute| if minute >= END - HOUR { 0 } else { 10 }).unwrap();
    assert_eq!((fact.since.timestamp(), fact.seconds), (END - HOUR, 3600));
    // Between two datapoints of five minutes nothing may have come for ten.
    assert_eq!(fact.longest_seconds, 600);
    // 09:08 to 10:08 has eleven whole datapoints of five minutes.
    assert_eq!((fact.usual_events, fact.earlier_times, fact.earlier_every_days), (Some(11 * 50), 4, 7));
    assert_eq!(fact.implausibility(), (true, 550));
}

#[test]
fn a_silence_as_long_as_one_before_is_plausible() {
    let fact = silence(|minute| if minute >= END - HOUR { 0 } else { 10 }).unwrap();
    for (longest_seconds, is_longer) in [(fact.seconds - 1, true), (fact.seconds, false)] {
        assert_eq!(SilenceFact { longest_seconds, ..fact.clone() }.implausibility().0, is_longer);
    }
}

#[test]
fn without_a_week_of_data_earlier_days_are_what_is_usual() {
    let days = Plan::at_with(NOW, [3 * 86_400], Reach::of([&slo()]));
    let count = |start: i64, seconds: i64| Some(if start >= END - HOUR { 0 } else { seconds.unsigned_abs() });
    let fact = judged(&Slo { period: Period::Rolling { seconds: 86_400 }, ..slo() }, &snapshot(&days, count, count));
    let fact = fact.silence.unwrap();
    assert_eq!((fact.earlier_every_days, fact.earlier_times), (1, 2));
}

#[test]
fn what_is_silent_each_night_is_not_missed() {
    let nightly = |minute: i64| minute.rem_euclid(DAY) >= 8 * HOUR && minute.rem_euclid(DAY) < 11 * HOUR;
    let fact = silence(|minute| if nightly(minute) { 0 } else { 10 }).unwrap();
    assert_eq!(fact.usual_events, Some(0));
    assert!(fact.longest_seconds >= 3 * 3600 && !fact.implausibility().0, "{fact:?}");
}

#[test]
fn one_quiet_week_is_enough_to_say_that_it_happens() {
    let week = 7 * DAY;
    let quiet = |minute: i64| minute >= END - HOUR || (END - 2 * week - HOUR..END - 2 * week).contains(&minute);
    let fact = silence(|minute| if quiet(minute) { 0 } else { 10 }).unwrap();
    assert_eq!((fact.usual_events, fact.earlier_times), (Some(0), 4));
    assert!(fact.longest_seconds >= 3600, "{fact:?}");
}

#[test]
fn rare_requests_are_not_missed_at_once() {
    let fact = silence(|minute| u64::from(minute < END - HOUR && minute % (6 * HOUR) == 0)).unwrap();
    assert!(fact.longest_seconds >= 6 * 3600 && fact.seconds < fact.longest_seconds, "{fact:?}");
}

#[test]
fn lost_telemetry_is_no_silence() {
    let lost = |start: i64, seconds: i64| (start < END - HOUR).then_some(seconds.unsigned_abs());
    assert_eq!(judged(&slo(), &snapshot(&plan(), lost, lost)).silence, None);
    // And makes none of the time before it.
    let gap = END - 3 * DAY..END - 2 * DAY;
    let count = |start: i64, seconds: i64| match start {
        start if gap.contains(&start) => None,
        start => Some(if start >= END - HOUR { 0 } else { seconds.unsigned_abs() }),
    };
    assert_eq!(judged(&slo(), &snapshot(&plan(), count, count)).silence.unwrap().longest_seconds, 600);
}

/// The same with datapoints only where something happened.
fn sparse(a_minute: impl Fn(i64) -> u64, bad: impl Fn(i64) -> bool) -> [Snapshot; 2] {
    let sum = |start: i64, seconds: i64, counts: &dyn Fn(i64) -> bool| {
        (0..seconds / 60).map(|minute| start + minute * 60).filter(|at| counts(*at)).map(&a_minute).sum::<u64>()
    };
    let good = |start, seconds| sum(start, seconds, &|at| !bad(at));
    let all = |start, seconds| sum(start, seconds, &|_| true);
    let some = |count: u64| (count > 0).then_some(count);
    [
        snapshot(&plan(), |start, seconds| some(good(start, seconds)), |start, seconds| some(all(start, seconds))),
        snapshot(&plan(), |start, seconds| Some(good(start, seconds)), |start, seconds| Some(all(start, seconds))),
    ]
}

fn declared(slo: Slo) -> Slo {
    let ratio = Ratio {
        counted: Counted::Good,
        metric: metric("Good").into(),
        total: metric("Total").into(),
        absent_total_is_zero: true,
    };
    Slo { indicator: Indicator::Ratio(ratio), ..slo }
}

#[test]
fn silent_minutes_that_are_declared_idle_are_as_good_as_zeros() {
    let [silent, zeros] =
        sparse(|minute| u64::from(minute.rem_euclid(600) == 120), |minute| minute == 120 + 600 * (END / 600 - 30));
    for slo in [slo(), sliced(300), sliced(3600)] {
        let of = |slo: &Slo, data: &Snapshot| -> SloFact { judged(slo, data) };
        let [one, other] = [&silent, &zeros].map(|data| of(&declared(slo.clone()), data));
        assert_eq!(one.budget, other.budget, "{:?}", slo.budgeting);
        assert_eq!(one.evidence.status, other.evidence.status);
        assert_eq!(one.silence, other.silence);
        assert!(other.budget.unwrap().known.unwrap().is_whole());
        // What is not declared is not known.
        let undeclared = of(&slo, &silent).budget;
        assert!(undeclared.is_none_or(|budget| !budget.known.unwrap().is_whole()));
    }
}

fn errors_declared_zero() -> Slo {
    let ratio = Ratio {
        counted: Counted::Bad { absent_is_zero: true },
        metric: metric("Good").into(),
        total: metric("Total").into(),
        absent_total_is_zero: false,
    };
    Slo { indicator: Indicator::Ratio(ratio), ..slo() }
}

fn silent_metrics(errors: impl Fn(i64) -> Option<u64>) -> Vec<SilentMetricFact> {
    let data = snapshot(&plan(), |start, _| errors(start), |_, seconds| Some(seconds.unsigned_abs()));
    judged(&errors_declared_zero(), &data).silent_metrics
}

#[test]
fn a_metric_that_never_came_is_named() {
    let never = SilentMetricFact { metric: "Demo/Good".into(), last_at: None, silent_seconds: None };
    assert_eq!(silent_metrics(|_| None), [never]);
    // One error says that the name is right.
    assert_eq!(silent_metrics(|start| (start == END - 60).then_some(1)), []);
    // Nobody declared it: then it is the evidence that says so.
    let data = snapshot(&plan(), |_, _| None, |_, seconds| Some(seconds.unsigned_abs()));
    assert_eq!(judged(&slo(), &data).silent_metrics, []);
}

#[test]
fn a_metric_that_had_zeros_and_stopped_is_named() {
    let stopped = silent_metrics(|start| (start < END - 2 * HOUR).then_some(0));
    assert_eq!((stopped.len(), stopped[0].silent_seconds), (1, Some(7200)));
    assert_eq!(stopped[0].last_at.unwrap().timestamp(), END - 2 * HOUR);
    // One that comes only with errors is silent as long as there are none.
    assert_eq!(silent_metrics(|start| (start < END - 2 * HOUR).then_some(3)), []);
    assert_eq!(silent_metrics(|_| Some(0)), []);
    assert_eq!(silent_metrics(|start| (start == END - 60).then_some(0)), [], "it came just now");
    // It has been silent as long, or for longer.
    let before = |start: i64| !(END - 9 * HOUR..END - 7 * HOUR).contains(&start) && start < END - 2 * HOUR;
    assert_eq!(silent_metrics(|start| before(start).then_some(0)), []);
    let before = |start: i64| !(END - 9 * HOUR..END - 6 * HOUR).contains(&start) && start < END - 2 * HOUR;
    assert_eq!(silent_metrics(|start| before(start).then_some(0)), []);
}
