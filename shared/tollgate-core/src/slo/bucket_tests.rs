use proptest::prelude::*;

use super::{Absence, Bucket, settle};
use crate::{
    evidence::EvidenceStatus,
    slo::{
        Counted,
        sample::{END, judged, plan, reason, sliced, slo, snapshot},
    },
};

const HOUR: i64 = 3600;
const KINDS: [Counted; 3] =
    [Counted::Good, Counted::Bad { absent_is_zero: false }, Counted::Bad { absent_is_zero: true }];

/// Settled datapoints of one length, oldest first, as (bad, excess).
fn settled(kind: Counted, seconds: i64, counts: &[[Option<u64>; 2]]) -> Vec<(u64, u64)> {
    let absence = Absence { counted_is_zero: true, total_is_zero: false };
    let bucket = |(at, counts): (i64, &[Option<u64>; 2])| {
        Bucket::new(at * seconds..(at + 1) * seconds, kind, absence, *counts, false)
    };
    let mut buckets: Vec<_> = (0..).zip(counts).map(bucket).collect();
    buckets.reverse();
    settle(&mut buckets);
    let bad = |bucket: &Bucket| bucket.events(kind).map_or(0, |events| events.bad());
    buckets.iter().rev().map(|bucket| (bad(bucket), bucket.excess)).collect()
}

fn good(seconds: i64, counts: &[u64]) -> Vec<(u64, u64)> {
    let of_60 = |good: &u64| [Some(*good), Some(60)];
    settled(Counted::Good, seconds, &counts.iter().map(of_60).collect::<Vec<_>>())
}

#[test]
fn only_neighbours_settle_what_a_minute_holds() {
    assert_eq!(good(60, &[50, 70, 60]), [(0, 0), (0, 0), (0, 0)]);
    assert_eq!(good(60, &[60, 70, 50]), [(0, 0), (0, 0), (0, 0)]);
    assert_eq!(good(60, &[50, 60, 70]), [(10, 0), (0, 0), (0, 10)]);
    assert_eq!(good(60, &[0, 200, 0]), [(0, 0), (0, 20), (0, 0)]);
    // A minute of an hour that has 60 is one.
    assert_eq!(good(HOUR, &[0, 120]), [(59, 0), (0, 59)]);
    // A bad one that is counted beside its total is bad there.
    let bad = [[Some(5), Some(0)], [Some(0), Some(60)]];
    assert_eq!(settled(Counted::Bad { absent_is_zero: true }, 60, &bad), [(0, 0), (5, 0)]);
}

#[test]
fn what_does_not_touch_or_is_excluded_lends_nothing() {
    let bucket = |time: std::ops::Range<i64>, good: u64, excluded: bool| {
        Bucket::new(time, Counted::Good, Absence::default(), [Some(good), Some(60)], excluded)
    };
    let bad = |twice: Bucket| {
        let mut buckets = [twice, bucket(0..60, 50, false)];
        settle(&mut buckets);
        buckets[1].events(Counted::Good).unwrap().bad()
    };
    assert_eq!(bad(bucket(60..120, 70, false)), 0);
    assert_eq!(bad(bucket(120..180, 70, false)), 10, "a minute between them is not there");
    assert_eq!(bad(bucket(60..120, 70, true)), 10, "maintenance makes up for no outage beside it");
    // Nor the other way round.
    let mut buckets = [bucket(60..120, 50, true), bucket(0..60, 70, false)];
    settle(&mut buckets);
    assert_eq!(buckets[1].excess, 10);
}

#[test]
fn good_events_that_are_counted_twice_do_not_make_up_for_an_outage() {
    // An hour of nothing good, and later one that is counted twice: near, in minutes, and far, in hours.
    for (hours, is_near) in [([5, 3], true), ([5, 4], true), ([200, 199], false), ([40, 39], false)] {
        let [outage, twice] = hours.map(|hours| (END / HOUR - hours) * HOUR);
        let share = |start: i64| match start - start.rem_euclid(HOUR) {
            hour if hour == outage => 0,
            hour if hour == twice => 2,
            _ => 1,
        };
        let data = snapshot(
            &plan(),
            |start, seconds| Some(share(start) * seconds.unsigned_abs()),
            |_, seconds| Some(seconds.unsigned_abs()),
        );
        for objective in [slo(), sliced(HOUR.unsigned_abs())] {
            let fact = judged(&objective, &data);
            let budget = fact.budget.as_ref().unwrap();
            assert!(objective != slo() || budget.bad >= 3480, "{hours:?} {}", budget.bad);
            assert!(objective == slo() || budget.bad >= 1, "{hours:?} {}", budget.bad);
            assert_eq!(fact.evidence.status, EvidenceStatus::Partial);
            assert!(reason(&fact).contains("contradict each other over the period"), "{}", reason(&fact));
            assert_eq!(reason(&fact).contains("over 6h"), is_near, "{}", reason(&fact));
        }
    }
}

#[test]
fn a_minute_that_is_counted_twice_is_no_gap() {
    let twice = END - 3 * HOUR;
    let data = snapshot(
        &plan(),
        |start, seconds| Some(seconds.unsigned_abs() * if start == twice { 2 } else { 1 }),
        |_, seconds| Some(seconds.unsigned_abs()),
    );
    assert_eq!(judged(&slo(), &data).evidence.status, EvidenceStatus::Ok);
}

fn count() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![1 => Just(None), 6 => (0..200_u64).prop_map(Some)]
}

proptest! {
    #[test]
    fn no_datapoint_has_more_bad_events_than_events(
        counts in proptest::collection::vec([count(), count()], 3..12),
        kind in prop::sample::select(&KINDS[..]),
        seconds in prop::sample::select(&[60, 300, HOUR][..]),
    ) {
        for ((bad, _), [counted, total]) in settled(kind, seconds, &counts).into_iter().zip(counts) {
            prop_assert!(bad <= total.or(counted).unwrap_or(0));
        }
    }

    #[test]
    fn more_good_events_in_what_is_full_change_nothing(
        counts in proptest::collection::vec(0..60_u64, 2..12),
        at in any::<prop::sample::Index>(),
        more in 0..500_u64,
    ) {
        // It and its neighbours are full.
        let at = at.index(counts.len());
        let full = |more: u64| -> Vec<u64> {
            let of = |(index, count): (usize, &u64)| match index.abs_diff(at) {
                0 => 60 + more,
                1 => 60,
                _ => *count,
            };
            counts.iter().enumerate().map(of).collect()
        };
        let bad = |counts: &[u64]| good(60, counts).into_iter().map(|(bad, _)| bad).collect::<Vec<_>>();
        prop_assert_eq!(bad(&full(more)), bad(&full(0)));
    }

    #[test]
    fn good_events_pay_for_no_bad_ones_that_are_not_beside_them(
        counts in proptest::collection::vec((0..100_u64, 0..3_u8), 1..20),
    ) {
        let all: Vec<u64> = counts.iter().map(|(count, state)| if *state == 0 { *count } else { 60 + count }).collect();
        for (index, (bad, _)) in good(60, &all).iter().enumerate() {
            let excess = |index: Option<usize>| index.and_then(|at| all.get(at)).map_or(0, |good| good.saturating_sub(60));
            let most = excess(index.checked_sub(1)) + excess(Some(index + 1));
            prop_assert!(bad + most >= 60_u64.saturating_sub(all[index]));
        }
    }
}
