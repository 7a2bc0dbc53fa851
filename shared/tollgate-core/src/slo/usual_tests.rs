//! What is missing of days of which only what was kept is known.

use super::{
    Background, DailyAggregate, ObjectiveDays, Reach, Slo, Snapshot,
    fact::slo_fact_with,
    plan::Plan,
    sample::{DAY, END, MONTH, NOW, judging, slo, snapshot},
};
use crate::Timestamp;

const HOUR: i64 = 3600;
/// What came on a working day.
const A_DAY: u64 = 10 * 14 * 60;

fn plan() -> Plan {
    Plan::at_with(NOW, [MONTH], Reach::of([&slo()]))
}

/// Ten requests a minute from six to twenty o'clock, of which the working hours of one day were lost.
fn data(plan: &Plan, lost: i64) -> Snapshot {
    let count = |start: i64, seconds: i64| {
        let (day, time) = (start.div_euclid(DAY), start.rem_euclid(DAY));
        let works = (6 * HOUR..20 * HOUR).contains(&time);
        let is_lost = day == lost && (5 * HOUR..21 * HOUR).contains(&time);
        (!is_lost).then(|| if works { 10 * seconds.unsigned_abs() / 60 } else { 0 })
    };
    snapshot(plan, count, count)
}

fn day(number: i64) -> chrono::NaiveDate {
    Timestamp::from_timestamp(number * DAY, 0).unwrap().date_naive()
}

fn kept(snapshot: &Snapshot, days: std::ops::Range<i64>) -> Vec<DailyAggregate> {
    days.map(|number| DailyAggregate::of(&slo(), snapshot, day(number)).unwrap()).collect()
}

#[test]
fn what_is_kept_of_a_day_is_missing_what_other_weeks_had() {
    let lost = END / DAY - 9;
    let [kept] = kept(&data(&plan(), lost), lost..lost + 1).try_into().unwrap();
    assert_eq!((kept.total, kept.known.unknown_seconds, kept.missing), (0, 16 * 3600, A_DAY));
}

#[test]
fn where_only_days_are_kept_those_of_other_weeks_say_what_is_missing() {
    let (today, slo) = (END / DAY, slo());
    let lost = today - 9;
    let mut days = kept(&data(&plan(), lost), today - 29..today - 3);
    // As if only the nights beside it had been known then.
    days.iter_mut().find(|kept| kept.day == day(lost)).unwrap().missing = 0;
    let of = |days: &[DailyAggregate]| {
        let recent = plan().without(&((today - 29) * DAY..(today - 3) * DAY));
        let background = Background { days: vec![ObjectiveDays::new(&slo, days.to_vec()).unwrap()] };
        slo_fact_with(&slo, &data(&recent, lost), &judging(), &background).budget.unwrap()
    };
    // Sixteen hours of the mean of such a day, of thirty; of a budget of a thousandth.
    let budget = of(&days);
    let most = budget.consumed_at_most_ppm.unwrap();
    assert!(budget.is_undecided && (20_000_000..24_000_000).contains(&most), "{most}");
    // No more than it lacks of such a day.
    let almost = days.iter_mut().find(|kept| kept.day == day(lost)).unwrap();
    (almost.good, almost.total) = (A_DAY - 1, A_DAY - 1);
    assert!(of(&days).consumed_at_most_ppm.unwrap() < 10_000);
    let other: Slo = Slo { name: "other".into(), ..slo.clone() };
    assert_eq!(ObjectiveDays::new(&other, days.clone()).unwrap().days_of(&slo), Vec::<&DailyAggregate>::new());
}

/// The silence at 10:08 of a day, where nobody has asked since 08:00 of it, there are three days by datapoints, and the days
/// before are kept; so many days ago, and every seven before, nobody works.
fn silence_with_kept_days(rest: [i64; 2]) -> crate::slo::SilenceFact {
    let (today, slo) = (END / DAY, slo());
    let plan = plan();
    let count = |start: i64, seconds: i64| {
        let works = (6 * HOUR..20 * HOUR).contains(&start.rem_euclid(DAY)) && start < today * DAY + 8 * HOUR;
        let rests = rest.contains(&(today - start.div_euclid(DAY)).rem_euclid(7));
        Some(if works && !rests { 10 * seconds.unsigned_abs() / 60 } else { 0 })
    };
    let days = kept(&snapshot(&plan, count, count), today - 29..today - 3);
    let recent = plan.without(&((today - 29) * DAY..(today - 3) * DAY));
    let background = Background { days: vec![ObjectiveDays::new(&slo, days).unwrap()] };
    slo_fact_with(&slo, &snapshot(&recent, count, count), &judging(), &background).silence.unwrap()
}

#[test]
fn where_only_days_are_kept_they_say_which_days_are_like_today() {
    // A Monday: of the days before only Friday is like it.
    let monday = silence_with_kept_days([1, 2]);
    assert!(monday.is_implausible() && monday.usual_events >= Some(1200), "{monday:?}");
    assert_eq!((monday.earlier_times, monday.earlier_every_days), (1, 1));
    // A Saturday is as quiet as any.
    let saturday = silence_with_kept_days([0, 6]);
    assert!(!saturday.is_implausible() || saturday.usual_events == Some(0), "{saturday:?}");
    let wednesday = silence_with_kept_days([3, 4]);
    assert!(wednesday.is_implausible() && wednesday.earlier_times >= 2, "{wednesday:?}");
}
