//! Shares of counts by their events: the test against published cases, and what it must never let pass.
//!
//! Published: Fisher's tea and his convictions of twins in R's documentation of `fisher.test` (one-sided), the example of
//! SciPy's `scipy.stats.fisher_exact`, and for the corrected score that of R's `chisq.test` (12, 5, 7, 7) and Yates' own of
//! 1934, malocclusion of the teeth of infants. The large one was
//! computed with Python's `math.erfc`.

use proptest::prelude::*;

use super::{
    proportions::{Table, Tail},
    source_tests::judged,
    tests::{config, metric, observed, pair, side},
    *,
};

fn table([a, b]: [u64; 2], [c, d]: [u64; 2]) -> Table {
    let counts = |marked, other| CanaryCounts { marked, events: marked + other };
    Table::of(counts(c, d), counts(a, b))
}

/// In parts per million, rounded up.
fn exact(canary: [u64; 2], baseline: [u64; 2]) -> u64 {
    let Tail { part, whole } = table(canary, baseline).exact().unwrap();
    u64::try_from((part * 1_000_000_u32 + &whole - 1_u32) / whole).unwrap()
}

#[test]
fn published_cases_of_fishers_test() {
    // p = 0.2429.
    assert_eq!(exact([3, 1], [1, 3]), 242_858);
    // p = 0.0004652: dizygotic twins are convicted less often.
    assert_eq!(exact([10, 3], [2, 15]), 466);
    // p = 148 / 1716.
    assert_eq!(exact([6, 2], [1, 4]), 86_248);
    // p = 0.1435.
    assert_eq!(exact([4, 16], [1, 21]), 143_528);
}

#[test]
fn published_cases_of_the_corrected_score() {
    // p = 0.4233 on both sides.
    assert_eq!(table([12, 7], [5, 7]).score().p_value_ppm(), 423_306);
    // p = 0.1427 on one side, where it is 0.1435 exactly.
    assert_eq!(table([4, 16], [1, 21]).score().p_value_ppm().div_ceil(2), 142_850);
}

#[test]
fn large_counts_are_judged_by_the_score() {
    let large = table([1180, 98_900], [2000, 198_000]);
    assert_eq!(large.exact(), None);
    assert_eq!(large.score().p_value_ppm(), 7);
    assert!(table([300, 0], [5, 2995]).exact().is_some());
}

/// A finished observation of a share whose newest and all events are these: marked, of all; baseline first.
fn counted(direction: Direction, [baseline, canary]: [(u64, u64); 2]) -> CanaryMetricFact {
    let of = |(marked, events)| {
        let counts = CanaryCounts { marked, events };
        let counted = Counted { seconds: 900, all: counts, newest_seconds: 300, newest: counts };
        Samples { counted: Some(counted), ..side([0.5; 20]) }
    };
    let plan = CanaryPlan::new(config(vec![metric("share", "g", direction)])).unwrap();
    canary_fact(&plan, &observed(900, [("share", pair(of(baseline), of(canary)))])).metrics.remove(0)
}

#[test]
fn a_small_difference_is_nothing_however_sure_it_is() {
    let up = |baseline, canary| {
        let fact = counted(Direction::Increase, [baseline, canary]);
        (fact.class, fact.all_events.unwrap().significant)
    };
    // Less than a tenth of a per cent, though twenty times as much.
    assert_eq!(up((50, 1_000_000), (1_000, 1_000_000)), (Class::Pass, true));
    assert_eq!(up((50, 1_000_000), (1_051, 1_000_000)), (Class::High, true));
    // Less than a quarter more.
    assert_eq!(up((200_000, 1_000_000), (249_000, 1_000_000)), (Class::Pass, true));
    assert_eq!(up((200_000, 1_000_000), (250_001, 1_000_000)), (Class::High, true));
    assert_eq!(up((0, 600), (1, 60)), (Class::Pass, false));
    // Just as much as is tolerated, or a quarter more, is not beyond it.
    assert_eq!(up((1_000, 1_000_000), (2_000, 1_000_000)), (Class::Pass, true));
    assert_eq!(up((200_000, 1_000_000), (250_000, 1_000_000)), (Class::Pass, true));
}

#[test]
fn what_people_read_of_a_comparison_is_rounded_as_it_says() {
    let all = |baseline, canary| counted(Direction::Either, [baseline, canary]).all_events.unwrap();
    // Away from zero.
    assert_eq!(all((0, 3), (1, 3)).difference_ppm, 333_334);
    assert_eq!(all((1, 3), (0, 3)).difference_ppm, -333_334);
    // Up, of Fisher's convictions of twins.
    assert_eq!(all((2, 17), (10, 13)).p_value_ppm, 466);
    for (marked, events, percent) in
        [(5, 1000, "0.5 %"), (1, 3, "33.33 %"), (0, 7, "0 %"), (1, 1, "100 %"), (1, 100_000, "less than 0.01 %")]
    {
        let told = all((marked, events), (300, 300)).told("the last");
        assert_eq!(told, format!("300 of 300 events in the last 15 minutes, and {percent} of the baseline's"));
    }
}

/// 1 of 600 fail each minute, and in the canary all of the last.
#[test]
fn a_canary_that_fails_now_fails() {
    for bad in 2..=28 {
        let fact = judged(2000, |canary, index| {
            Some(if canary { (if index >= 30 - bad { 60 } else { 0 }, 60) } else { (1, 600) })
        });
        assert_eq!((fact.verdict, fact.metrics[0].class), (CanaryVerdict::Fail, Class::High), "{bad}");
        let marked = 60 * bad.min(5);
        let told = format!(
            "`share` is higher than in the baseline: it was {marked} of 300 events in the last 5 minutes, and 0.17 % of \
             the baseline's"
        );
        assert_eq!(fact.reasons, [told], "{bad}");
    }
    let over = judged(2000, |canary, index| {
        Some(if canary { (if (10..17).contains(&index) { 60 } else { 0 }, 60) } else { (1, 600) })
    });
    assert_eq!(
        over.reasons,
        [
            "`share` is higher than in the baseline: it was 420 of 1800 events in all 30 minutes, and 0.17 % of the baseline's"
        ]
    );
}

#[test]
fn more_than_all_is_a_gap_and_never_better_than_perfect() {
    let odd = |minutes: usize| {
        judged(2000, move |canary, index| Some(if canary && index < minutes { (90, 60) } else { (0, 60) }))
    };
    for (minutes, cause, reason) in [
        (
            30,
            Some(Cause::Absent),
            "the canary has no datapoint (30 count less than nothing or more than all of the events)",
        ),
        (4, Some(Cause::Gaps), "the canary has 26 of 30 datapoints (4 count less than nothing or more than all"),
        (3, None, ""),
    ] {
        let fact = odd(minutes);
        assert_eq!(fact.metrics[0].cause, cause, "{minutes}");
        assert!(fact.metrics[0].reason.as_deref().unwrap_or("").starts_with(reason), "{:?}", fact.metrics[0].reason);
        assert_eq!(fact.verdict == CanaryVerdict::Pass, cause.is_none());
    }
}

#[test]
fn both_sides_without_datapoints_are_named() {
    let fact = judged(2000, |_, _| None);
    let told = "the baseline has no datapoint, and the canary has no datapoint";
    assert_eq!(fact.metrics[0].reason.as_deref(), Some(told));
}

fn sides() -> impl Strategy<Value = [(u64, u64); 2]> {
    let side = || (1..3_000_u64).prop_flat_map(|events| (0..=events, Just(events)));
    [side(), side()]
}

proptest! {
    /// Whatever came before, and however much of the traffic it has.
    #[test]
    fn an_all_failing_canary_never_passes(
        before in proptest::collection::vec(0..=20_u32, 30),
        baseline in proptest::collection::vec(0..=10_u32, 30),
        failing in 2..=30_usize,
        times in 1..40_u32,
    ) {
        let fact = judged(2000, |canary, index| Some(match (canary, index + failing >= 30) {
            (true, true) => (20 * times, 20 * times),
            (true, false) => (before[index] * times, 20 * times),
            (false, _) => (baseline[index], 1000),
        }));
        prop_assert_eq!(fact.verdict, CanaryVerdict::Fail);
    }

    #[test]
    fn equal_shares_never_fail((marked, events) in (1..3_000_u64).prop_flat_map(|all| (0..=all, Just(all))), times in 1..2_000_u64) {
        let fact = counted(Direction::Either, [(marked * times, events * times), (marked, events)]);
        prop_assert_eq!(fact.class, Class::Pass);
    }

    /// Fewer good events are what more bad ones are.
    #[test]
    fn good_and_bad_are_two_views_of_one(sides in sides()) {
        let [(one, of_one), (other, of_other)] = sides;
        prop_assume!(one * of_other != other * of_one);
        let bad = counted(Direction::Increase, sides);
        let good = counted(Direction::Decrease, sides.map(|(marked, events)| (events - marked, events)));
        let (bad_events, good_events) = (bad.all_events.unwrap(), good.all_events.unwrap());
        prop_assert_eq!(bad_events.p_value_ppm, good_events.p_value_ppm);
        prop_assert_eq!(bad_events.difference_ppm, -good_events.difference_ppm);
        prop_assert_eq!(bad.class == Class::High, good.class == Class::Low);
    }

    /// At least as many, and fewer, are all there is.
    #[test]
    fn both_tails_make_the_whole([(c, baseline), (a, canary)] in [
        (0..60_u64, 61..900_u64), (1..60_u64, 61..900_u64),
    ]) {
        let upper = table([a, canary - a], [c, baseline - c]).exact().unwrap();
        let lower = table([a - 1, canary - a + 1], [c + 1, baseline - c - 1]).turned().exact().unwrap();
        prop_assert_eq!(&upper.part * &lower.whole + &lower.part * &upper.whole, upper.whole * lower.whole);
    }
}
