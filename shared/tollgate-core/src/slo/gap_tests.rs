use proptest::prelude::*;

use super::{Gaps, alone};
use crate::slo::{
    bucket::{Absence, Bucket},
    indicator::Counted,
    known::{Count, KnownTime},
};

const DAY: i64 = 86_400;

/// Minutes with so many events, all good, newest first; none where nothing is known.
fn minutes(totals: &[Option<u64>]) -> Vec<Bucket> {
    let bucket = |(at, total): (i64, &Option<u64>)| {
        Bucket::new(at * 60..(at + 1) * 60, Counted::Good, Absence::default(), [*total, *total], false)
    };
    let mut minutes: Vec<Bucket> = (0..).zip(totals).map(bucket).collect();
    minutes.reverse();
    minutes
}

fn counted(totals: &[Option<u64>]) -> Count {
    counted_inside(totals, &(0..i64::MAX))
}

fn counted_inside(totals: &[Option<u64>], time: &std::ops::Range<i64>) -> Count {
    let minutes = minutes(totals);
    let inside = minutes.iter().filter(|minute| time.contains(&minute.start));
    let known = inside.fold(Count::default(), |sum, minute| sum.plus(alone(minute, Counted::Good)));
    let (missing, dark_seconds) = Gaps::among(&minutes, Counted::Good).inside(time);
    Count { missing, dark_seconds, ..known }
}

#[test]
fn a_gap_has_the_traffic_of_its_busier_side() {
    let sides = |before: u64, after: u64| [vec![Some(before); 60], vec![None; 10], vec![Some(after); 60]].concat();
    assert_eq!(counted(&sides(5, 9)).missing, 90);
    assert_eq!(counted(&sides(9, 5)).missing, 90);
    assert_eq!(counted(&sides(0, 0)).missing, 0);
    let edge = [vec![None; 10], vec![Some(7); 3]].concat();
    let count = counted(&edge);
    assert_eq!((count.missing, count.dark_seconds), (70, 0));
    assert_eq!(count.time, KnownTime { known_seconds: 180, unknown_seconds: 600 });
}

#[test]
fn only_the_hour_beside_it_counts_or_as_much_as_it_is_long() {
    let far = [vec![Some(1000); 60], vec![Some(1); 60], vec![None; 10]].concat();
    assert_eq!(counted(&far).missing, 10);
    let long = [vec![Some(2); 120], vec![None; 120]].concat();
    assert_eq!(counted(&long).missing, 240);
    // Beyond another gap it is the known time that counts.
    let torn = [vec![Some(3); 59], vec![None; 1], vec![Some(60); 1], vec![None; 1]].concat();
    assert_eq!(counted(&torn).missing, 60 + (59_u128 * 3 + 60).div_ceil(60));
}

#[test]
fn a_gap_without_anything_known_is_left_to_whoever_knows_more() {
    let dark = counted(&[None; 30]);
    assert_eq!((dark.missing, dark.dark_seconds, dark.all_missing()), (0, 1800, 0));
    assert_eq!(dark.plus(counted(&[Some(4); 60])).all_missing(), 120);
    assert!(dark.spent(1).is_none());
}

/// Ten a minute from six to twenty o'clock of UTC, nothing by night, and half of that on so many days a week.
fn work(minute: i64, quiet_days: i64) -> u64 {
    let by_day = (6 * 60..20 * 60).contains(&minute.rem_euclid(1440));
    let factor = if minute.div_euclid(1440).rem_euclid(7) < quiet_days { 1 } else { 2 };
    if by_day { 5 * factor } else { 0 }
}

/// So many days of it, of which a time is lost.
fn lost(days: i64, quiet_days: i64, lost: &std::ops::Range<i64>) -> Vec<Option<u64>> {
    (0..days * 1440).map(|minute| (!lost.contains(&minute)).then(|| work(minute, quiet_days))).collect()
}

fn truth(quiet_days: i64, lost: &std::ops::Range<i64>) -> u128 {
    lost.clone().map(|minute| u128::from(work(minute, quiet_days))).sum()
}

#[test]
fn a_day_of_work_between_two_nights_had_the_traffic_of_other_weeks() {
    for (days, quiet_days) in [(30, 0), (30, 2), (10, 2), (4, 0)] {
        for day in [2, 3] {
            let gap = day * 1440 + 5 * 60..day * 1440 + 21 * 60;
            let missing = counted(&lost(days, quiet_days, &gap)).missing;
            assert_eq!(missing, truth(quiet_days, &gap), "{days} days, day {day}");
        }
    }
    // A quiet day is not taken for a busy one where other quiet days are known.
    let sunday = 8 * 1440 + 5 * 60..8 * 1440 + 21 * 60;
    assert_eq!(counted(&lost(30, 2, &sunday)).missing, truth(2, &sunday));
    // A day, or a week, as well as some hours; in the whole and in each part of it.
    for gap in [10 * 1440..11 * 1440, 10 * 1440..17 * 1440] {
        let lost = lost(30, 2, &gap);
        assert_eq!(counted(&lost).missing, truth(2, &gap));
        let seconds = gap.start * 60..gap.end * 60;
        let days = (0..30).map(|day| counted_inside(&lost, &(day * DAY..(day + 1) * DAY)));
        let whole = days.fold(Count::default(), Count::plus);
        assert_eq!(whole.time.unknown_seconds, seconds.end.abs_diff(seconds.start));
        assert!(whole.missing.abs_diff(truth(2, &gap)) < 30);
    }
}

#[test]
fn what_was_lost_at_the_same_time_too_says_nothing_of_it() {
    // Each working day of the last two weeks, and one before.
    let working = |minute: i64| (5 * 60..21 * 60).contains(&minute.rem_euclid(1440));
    let is_lost = |minute: i64| minute >= 7 * 1440 && working(minute);
    let totals: Vec<_> = (0..21 * 1440).map(|minute| (!is_lost(minute)).then(|| work(minute, 0))).collect();
    let all: u128 = (0..21 * 1440).filter(|minute| is_lost(*minute)).map(|minute| u128::from(work(minute, 0))).sum();
    assert_eq!(counted(&totals).missing, all);
}

proptest! {
    #[test]
    fn it_is_the_same_backwards(totals in proptest::collection::vec(prop::option::of(0..100_u64), 1..200)) {
        let back: Vec<_> = totals.iter().rev().copied().collect();
        prop_assert_eq!(counted(&totals), counted(&back));
    }

    /// In steady traffic a gap hides just what it would have had.
    #[test]
    fn steady_traffic_is_found_again(is_known in proptest::collection::vec(any::<bool>(), 1..200), pace in 1..1000_u64) {
        let totals: Vec<_> = is_known.iter().map(|known| known.then_some(pace)).collect();
        let count = counted(&totals);
        let lost = is_known.iter().filter(|known| !**known).count() as u128;
        if lost < totals.len() as u128 {
            prop_assert_eq!(count.all_missing(), lost * u128::from(pace));
        }
        prop_assert_eq!(count.time.is_whole(), lost == 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever the day and the length, and however little is known besides: no less than what the same time of the other
    /// weeks had, and no less than what is beside it.
    #[test]
    fn it_is_no_less_than_the_same_time_of_any_other_week(start in 0..20_160_i64, length in 1..4000_i64, quiet in 0..7_i64) {
        let gap = start..(start + length).min(21_600);
        prop_assert!(counted(&lost(30, quiet, &gap)).missing >= truth(quiet, &gap));
    }
}
