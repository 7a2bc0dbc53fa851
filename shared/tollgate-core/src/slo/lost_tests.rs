//! Datapoints that have not come.

use super::{good, judging, minutely, reason, slo, slo_fact, snapshot};
use crate::{
    evidence::EvidenceStatus,
    slo::{Counted, Indicator, Ratio, Slo, Target},
};

/// Good events that are declared to be published always.
fn declared_good() -> Slo {
    let Indicator::Ratio(ratio) = slo(Counted::Good).indicator else { panic!("a ratio") };
    Slo { indicator: Indicator::Ratio(Ratio { absent_good_is_unknown: true, ..ratio }), ..slo(Counted::Good) }
}

#[test]
fn good_events_that_are_published_always_are_lost_and_not_bad_where_they_are_not_there() {
    let end = 1_795_255_680;
    let bad = slo(Counted::Bad { absent_is_zero: false });
    for minutes in [12, 60, 240] {
        let came =
            |count| move |start: i64, seconds| minutely(count)(start, seconds).filter(|_| start < end - minutes * 60);
        let facts = [
            slo_fact(&declared_good(), &snapshot(came(10), minutely(10)), &judging()),
            slo_fact(&bad, &snapshot(came(0), minutely(10)), &judging()),
        ];
        for fact in &facts {
            assert_eq!(fact.evidence.status, EvidenceStatus::Partial);
            assert!(reason(fact).contains("whether they are bad is not known"), "{}", reason(fact));
            assert!(fact.pairs.iter().all(|pair| pair.exceeded != Some(true)), "{:?}", fact.pairs);
            assert_eq!(fact.budget.as_ref().unwrap().consumed_ppm, 0);
            assert_eq!(fact.burning_since, None);
        }
        let [good, bad] = facts;
        assert_eq!((good.windows, good.budget), (bad.windows, bad.budget));
    }
    // What is not declared has nothing where all was bad.
    let stopped = |start: i64, seconds| minutely(10)(start, seconds).filter(|_| start < end - 3600);
    let undeclared = good(&snapshot(stopped, minutely(10)));
    assert!(
        undeclared.budget.unwrap().consumed_ppm > 0
            && reason(&good(&snapshot(stopped, minutely(10)))).contains("as bad")
    );
}

#[test]
fn the_newest_minutes_of_which_the_total_has_come_in_part_are_late() {
    let newest = |minutes: i64| 1_795_255_680 - minutes * 60;
    let of = |minutes: i64| {
        let total =
            move |start: i64, seconds| minutely(if start < newest(minutes) { 600 } else { 300 })(start, seconds);
        good(&snapshot(minutely(600), total))
    };
    for minutes in [1, 3, 7] {
        let fact = of(minutes);
        assert_eq!((fact.evidence.status, fact.late_seconds), (EvidenceStatus::Ok, 60 * minutes.unsigned_abs()));
    }
    // After the time that datapoints may take it is a contradiction.
    let old = of(30);
    assert_eq!((old.evidence.status, old.late_seconds), (EvidenceStatus::Partial, 0));
    assert!(reason(&old).contains("contradict each other"));
}

#[test]
fn what_is_counted_too_often_is_tolerated_as_far_as_it_could_hide_less_than_a_quarter_of_the_budget() {
    // 60 requests a minute, of which 27 hours have one good one more than all.
    let total = minutely(60);
    let odd = |start: i64, seconds: i64| u64::from(seconds == 3600 && start.rem_euclid(20 * 3600) == 0);
    let data = snapshot(|start, seconds| Some(total(start, seconds)? + odd(start, seconds)), &total);
    let of =
        |ppb: u64| slo_fact(&Slo { target: Target::from_ppb(ppb).unwrap(), ..slo(Counted::Good) }, &data, &judging());
    // Of 2,592,000 a thousandth may fail, or 25.
    assert_eq!(of(999_000_000).evidence.status, EvidenceStatus::Ok);
    let strict = of(999_990_000);
    assert_eq!(strict.evidence.status, EvidenceStatus::Partial);
    assert!(reason(&strict).contains("contradict each other over the period"), "{}", reason(&strict));
}
