use chrono::NaiveDate;
use proptest::prelude::*;

use super::{DailyAggregate, DailySlices, ObjectiveDays};
use crate::slo::{
    Background, Slo,
    known::{Count, KnownTime},
    sample::slo,
    timeslice::{Counts, Slices, Slicing, Stretch, Tally},
};

const HOUR: i64 = 3600;
const DAY: u64 = 86_400;
const BY_TARGET: Slicing = Slicing { seconds: HOUR, target_ppb: Some(900_000_000) };
const BY_RATIO: Slicing = Slicing { seconds: HOUR, target_ppb: None };

fn day(index: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + chrono::Days::new(index)
}

fn stored(slicing: Slicing, index: u64, tally: &Tally) -> DailyAggregate {
    let total = if tally.time.known_seconds == 0 { 0 } else { 168 };
    let count = Count { total, time: tally.time, ..Count::default() };
    DailyAggregate::new(day(index), 0, &count, Some(&(slicing, tally.clone()))).unwrap()
}

fn hours(bad: &[u128], first: i64) -> Vec<Stretch> {
    let at = |(index, bad): (i64, &u128)| Stretch {
        time: (first + index) * HOUR..(first + index + 1) * HOUR,
        counts: Some(Counts { bad: *bad, total: 7 }),
    };
    (0..).zip(bad).map(at).collect()
}

#[test]
fn a_missing_day_is_unknown_and_said() {
    // Three days: the first is stored, the second is lost, of the third there is data.
    let first = Slices::cut(BY_TARGET, hours(&[0; 24], 0), &[]).tally(&(0..24 * HOUR));
    let slices = Slices::cut(BY_TARGET, hours(&[0; 24], 48), &[]);
    let tally = slices.tally_with(&(0..72 * HOUR), &[stored(BY_TARGET, 0, &first)]);
    assert_eq!((tally.total, tally.good, tally.unknown), (72, 48, 24));
    assert_eq!(tally.time, KnownTime { known_seconds: 2 * DAY, unknown_seconds: DAY });
    assert_eq!((tally.days_stored, tally.days_missing), (1, 1));
}

#[test]
fn what_does_not_fit_is_no_aggregate() {
    let tally = Slices::cut(BY_TARGET, hours(&[0; 24], 0), &[]).tally(&(0..24 * HOUR));
    let whole = stored(BY_TARGET, 0, &tally);
    let taken = |days: &[DailyAggregate]| DailyAggregate::tally_of_day(days, 0, BY_TARGET).is_some();
    assert!(taken(std::slice::from_ref(&whole)));
    // It came twice, and once otherwise.
    assert!(taken(&[whole.clone(), whole.clone()]));
    let slices = |change: fn(&mut DailySlices)| {
        let mut changed = whole.clone();
        change(changed.slices.as_mut().unwrap());
        changed
    };
    assert!(!taken(&[whole.clone(), slices(|slices| slices.good = 3)]));
    for wrong in [
        DailyAggregate { day: day(1), ..whole.clone() },
        DailyAggregate { slices: None, ..whole.clone() },
        DailyAggregate { good: whole.total + 1, ..whole.clone() },
        DailyAggregate { missing: 1, ..whole.clone() },
        DailyAggregate { known: KnownTime { known_seconds: DAY - 1, unknown_seconds: 0 }, ..whole.clone() },
        DailyAggregate { known: KnownTime { known_seconds: DAY, unknown_seconds: 1 }, ..whole.clone() },
        DailyAggregate { known: KnownTime { known_seconds: 1, unknown_seconds: u64::MAX }, ..whole.clone() },
        DailyAggregate { known: KnownTime { known_seconds: 0, unknown_seconds: DAY }, ..whole.clone() },
        slices(|slices| slices.seconds = 1800),
        slices(|slices| slices.target_ppb = None),
        slices(|slices| slices.target_ppb = Some(1)),
        slices(|slices| slices.total = 23),
        slices(|slices| slices.total = u64::MAX),
        slices(|slices| slices.excluded = 1),
        slices(|slices| slices.good = 25),
        slices(|slices| slices.unknown = 1),
        slices(|slices| slices.unknown = u64::MAX),
        slices(|slices| slices.unknown_femto = 24_000_000_000_000_025),
        slices(|slices| slices.bad_femto = 24_000_000_000_000_025),
    ] {
        assert!(!taken(std::slice::from_ref(&wrong)), "{wrong:?}");
    }
}

#[test]
fn data_is_taken_where_it_says_more_than_what_is_stored() {
    let half = Slices::cut(BY_TARGET, hours(&[0; 12], 0), &[]);
    let stored = [stored(BY_TARGET, 0, &half.tally(&(0..24 * HOUR)))];
    let whole = Slices::cut(BY_TARGET, hours(&[7; 24], 0), &[]);
    let tally = whole.tally_with(&(0..24 * HOUR), &stored);
    assert_eq!((tally.good, tally.unknown, tally.days_stored), (0, 0, 0));
}

proptest! {
    /// A day that is stored, written and read comes to what its data came to; shares lose no more than their rounding.
    #[test]
    fn storing_a_day_changes_nothing(
        bad in proptest::collection::vec((0..=7_u128, prop::bool::weighted(0.9)), 24), ratio in any::<bool>(),
    ) {
        let slicing = if ratio { BY_RATIO } else { BY_TARGET };
        let counts: Vec<u128> = bad.iter().map(|(bad, _)| *bad).collect();
        let is_known = |stretch: &Stretch| bad[usize::try_from(stretch.time.start / HOUR).unwrap()].1;
        let hours = hours(&counts, 0).into_iter().filter(is_known);
        let data = Slices::cut(slicing, hours, &[]).tally(&(0..24 * HOUR));
        let text = serde_json::to_string(&stored(slicing, 0, &data)).unwrap();
        let kept: DailyAggregate = serde_json::from_str(&text).unwrap();
        let tally = DailyAggregate::tally_of_day(&[kept], 0, slicing).unwrap();
        prop_assert_eq!((tally.total, tally.good, tally.unknown), (data.total, data.good, data.unknown));
        prop_assert_eq!(tally.time, data.time);
        let (exact, rounded) = (data.spent(slicing).unwrap(), tally.spent(slicing).unwrap());
        for (exact, rounded) in [(exact.certain(), rounded.certain()), (exact.at_most(), rounded.at_most())] {
            prop_assert!(rounded.bad() >= exact.bad());
            prop_assert!(rounded.bad().minus(exact.bad()).unwrap().floor(super::FEMTO) == 0);
        }
    }
}

#[test]
fn the_day_in_which_a_young_objective_began_is_not_kept_of_it() {
    let tally = Slices::cut(BY_TARGET, hours(&[0; 24], 0), &[]).tally(&(0..24 * HOUR));
    let days: Vec<_> =
        (1..=3).map(|index| DailyAggregate { day: day(index), ..stored(BY_TARGET, 0, &tally) }).collect();
    let began = |seconds: i64| Slo { since: crate::Timestamp::from_timestamp(seconds, 0), ..slo() };
    for (seconds, kept) in [(0, 3), (24 * HOUR, 3), (24 * HOUR + 1, 2), (59 * HOUR, 1)] {
        let slo = began(seconds);
        let of_objective = ObjectiveDays::new(&slo, days.clone()).unwrap();
        assert_eq!(of_objective.days_of(&slo).len(), kept, "{seconds}");
        let background = Background { days: vec![of_objective] };
        let start = background.kept_until(&slo, 4 * 24 * HOUR).map(|kept| kept.start / (24 * HOUR));
        assert_eq!(start, Some(4 - i64::try_from(kept).unwrap()), "{seconds}");
    }
}

#[test]
fn what_a_day_may_have_had_besides_counts_once() {
    let known = KnownTime { known_seconds: DAY / 2, unknown_seconds: DAY / 2 };
    let half = DailyAggregate { day: day(0), known, excluded_seconds: 0, good: 5, total: 5, missing: 7, slices: None };
    let count = DailyAggregate::count_of_day(&[half], 0).unwrap();
    assert_eq!((count.dark_seconds, count.all_missing()), (0, 7));
}
