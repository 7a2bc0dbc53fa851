use super::{SlicesOf, Union, common_slice};
use crate::slo::{
    known::KnownTime,
    timeslice::{Counts, Slices, Slicing, Stretch},
};

/// Slices of an hour and a half, of which what is known is good, and half of them is excluded.
fn minutes(seconds: i64) -> Slices {
    let stretch =
        |at: i64| Stretch { time: at * 60..(at + 1) * 60, counts: (at >= 30).then_some(Counts { bad: 0, total: 9 }) };
    let excluded = 3600..5400;
    let slicing = Slicing { seconds, target_ppb: Some(950_000_000) };
    Slices::cut(slicing, (0..60).map(stretch), std::slice::from_ref(&excluded))
}

#[test]
fn a_shorter_slice_has_its_share_of_the_time_of_the_longer() {
    let (long, short) = (minutes(600), minutes(60));
    let parts = [&long, &short].map(|slices| SlicesOf { slices, stored: &[] });
    let tally = Union::of(parts.into()).unwrap().tally(&(0..5400));
    assert_eq!((tally.total, tally.good, tally.unknown, tally.excluded), (60, 30, 30, 30));
    assert_eq!(tally.time, KnownTime { known_seconds: 1800, unknown_seconds: 1800 });
}

#[test]
fn slices_have_the_longest_in_common_that_all_are_made_of() {
    for (lengths, expected) in [
        (vec![], None),
        (vec![0], None),
        (vec![60], Some(60)),
        (vec![300, 60], Some(60)),
        (vec![480, 720], Some(240)),
        (vec![3600, 300, 3600], Some(300)),
    ] {
        assert_eq!(common_slice(lengths.clone()), expected, "{lengths:?}");
    }
}
