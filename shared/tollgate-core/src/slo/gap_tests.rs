use proptest::prelude::*;

use super::count;
use crate::slo::{
    bucket::{Absence, Bucket},
    indicator::Counted,
    known::KnownTime,
};

/// Minutes with so many events, all good; none where nothing is known.
fn minutes(totals: &[Option<u64>]) -> Vec<Bucket> {
    let bucket = |(at, total): (i64, &Option<u64>)| {
        Bucket::new(at * 60..(at + 1) * 60, Counted::Good, Absence::default(), [*total, *total], false)
    };
    (0..).zip(totals).map(bucket).collect()
}

fn counted(totals: &[Option<u64>]) -> super::Count {
    let minutes = minutes(totals);
    count(&minutes.iter().collect::<Vec<_>>(), Counted::Good)
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
fn a_gap_without_anything_around_it_is_left_to_the_rest_of_the_period() {
    let dark = counted(&[None; 30]);
    assert_eq!((dark.missing, dark.dark_seconds, dark.all_missing()), (0, 1800, 0));
    let day = counted(&[Some(4); 60]);
    assert_eq!(dark.plus(day).all_missing(), 120);
    assert!(dark.spent(1).is_none());
}

proptest! {
    #[test]
    fn it_is_the_same_backwards(totals in proptest::collection::vec(prop::option::of(0..100_u64), 1..200)) {
        let minutes = minutes(&totals);
        let forward: Vec<&Bucket> = minutes.iter().collect();
        let back: Vec<&Bucket> = minutes.iter().rev().collect();
        prop_assert_eq!(count(&forward, Counted::Good), count(&back, Counted::Good));
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
