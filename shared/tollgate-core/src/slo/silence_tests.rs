//! Traffic that vanishes, metrics that never came, and silence that is declared.

use super::SilenceFact;
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
fn one_quiet_week_of_four_is_no_precedent_and_two_are() {
    let week = 7 * DAY;
    let of = |quiet_weeks: i64| {
        let last = |minute: i64, back: i64| (END - back * week - HOUR..END - back * week).contains(&minute);
        silence(|minute| if (0..=quiet_weeks).any(|back| last(minute, back)) { 0 } else { 10 }).unwrap()
    };
    let one = of(1);
    assert_eq!((one.usual_events, one.earlier_times, one.longest_seconds), (Some(550), 4, 600));
    assert!(one.is_implausible());
    let two = of(2);
    assert!(two.usual_events == Some(0) && two.longest_seconds >= 3600 && !two.is_implausible(), "{two:?}");
}

/// Ten a minute from six to twenty o'clock of working days; 21 November 2026 is a Saturday, and the data ends at 10:08.
fn office(minute: i64, days_off: &[i64]) -> u64 {
    let works = (6 * HOUR..20 * HOUR).contains(&minute.rem_euclid(DAY));
    if works && !days_off.contains(&(END / DAY - minute.div_euclid(DAY)).rem_euclid(7)) { 10 } else { 0 }
}

#[test]
fn a_night_a_weekend_or_an_outage_at_another_time_is_no_precedent() {
    // As if this were a Thursday, with the weekend five and four days ago.
    let outage = END - 20 * DAY..END - 20 * DAY + 3 * HOUR;
    for minutes in [60, 139, 240] {
        let began = END - minutes * 60;
        let fact =
            silence(|minute| if minute >= began || outage.contains(&minute) { 0 } else { office(minute, &[4, 5]) });
        let fact = fact.unwrap();
        assert_eq!(fact.longest_seconds, 600, "{minutes} min");
        assert!(fact.is_implausible() && fact.usual_events >= Some(10 * (minutes.unsigned_abs() - 10)), "{fact:?}");
    }
    // The night before belongs to it: of four nights none went on past six o'clock.
    let before = END - END.rem_euclid(DAY) + 6 * HOUR - 60;
    let fact = silence(|minute| if minute >= before { 0 } else { office(minute, &[4, 5]) }).unwrap();
    assert!(fact.seconds > 14 * 3600 && fact.longest_seconds <= 10 * 3600 + 600 && fact.is_implausible(), "{fact:?}");
    // On the day that is quiet every week it is not missed.
    let fact = silence(|minute| office(minute, &[0, 1])).unwrap();
    assert!(!fact.is_implausible() && fact.usual_events == Some(0), "{fact:?}");
}

#[test]
fn a_stray_request_or_a_lost_minute_does_not_end_a_silence() {
    let began = END - 3 * HOUR;
    let stray = silence(|minute| if minute < began { 10 } else { u64::from(minute == END - 600) }).unwrap();
    assert_eq!((stray.since.timestamp(), stray.events, stray.is_implausible()), (began, 1, true));
    assert!(stray.usual_events > Some(1700));
    let newest = silence(|minute| if minute < began { 10 } else { u64::from(minute == END - 60) }).unwrap();
    assert!(newest.is_implausible() && newest.since.timestamp() == began);
    // A probe each minute is none of many requests, and some of few.
    let probed = silence(|minute| if minute < began { 1000 } else { 1 }).unwrap();
    assert_eq!((probed.since.timestamp(), probed.events, probed.is_implausible()), (began, 180, true));
    assert_eq!(silence(|minute| if minute < began { 10 } else { u64::from(minute >= END - 1800) }), None);
    let count = |start: i64, seconds: i64| match start {
        start if start == END - 600 => None,
        start if start < began => Some(10 * seconds.unsigned_abs() / 60),
        _ => Some(0),
    };
    let lost = judged(&slo(), &snapshot(&plan(), count, count)).silence.unwrap();
    assert!(lost.is_implausible() && lost.since.timestamp() == began, "{lost:?}");
}

#[test]
fn a_silence_of_weeks_is_held_against_all_that_came_before() {
    for days in [8, 10, 14, 15, 29] {
        let fact = silence(|minute| if minute >= END - days * DAY { 0 } else { 10 }).unwrap();
        assert!(fact.is_implausible(), "{fact:?}");
        assert!(fact.usual_events >= Some(10 * 1430 * days.unsigned_abs()), "{fact:?}");
    }
    // A first night says nothing yet.
    let young = |minute: i64| (END - DAY..END - 8 * HOUR).contains(&minute);
    let since = crate::Timestamp::from_timestamp(END - DAY, 0);
    let data = snapshot(
        &plan(),
        |start, seconds| (start >= END - DAY).then(|| if young(start) { seconds.unsigned_abs() } else { 0 }),
        |start, seconds| (start >= END - DAY).then(|| if young(start) { seconds.unsigned_abs() } else { 0 }),
    );
    let fact = judged(&Slo { since, ..slo() }, &data).silence.unwrap();
    assert_eq!((fact.usual_events, fact.earlier_times), (None, 0));
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
        absent_good_is_unknown: false,
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
