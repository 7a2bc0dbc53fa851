use proptest::prelude::*;

use super::{Budgeting, Counts, DailySlices, Fraction, Slices, Slicing, Stretch, Tally};
use crate::slo::{
    BudgetFact, Target,
    arithmetic::Spending,
    known::{KnownTime, Measured},
};

const MINUTE: i64 = 60;
const BY_TARGET: Slicing = Slicing { seconds: MINUTE, target_ppb: Some(950_000_000) };
const BY_RATIO: Slicing = Slicing { seconds: MINUTE, target_ppb: None };

fn target(percent: &str) -> Target {
    Target::from_decimal(percent, 100).unwrap()
}

fn stretch(start: i64, seconds: i64, bad: u128, total: u128) -> Stretch {
    Stretch { time: start..start + seconds, counts: Some(Counts { bad, total }) }
}

fn silent(start: i64, seconds: i64) -> Stretch {
    Stretch { time: start..start + seconds, counts: None }
}

fn tally(slicing: Slicing, stretches: Vec<Stretch>, until: i64) -> Tally {
    Slices::cut(slicing, stretches, &[]).tally(&(0..until))
}

/// Two weeks with 24,000 requests a day, of which 99 % succeed, and an attack of some minutes in which 1 % do.
/// "Budgeting method", <https://github.com/OpenSLO/OpenSLO/tree/main/examples/budgeting-method>.
fn attacked(minutes: i64, slicing: Slicing) -> Measured {
    let all = 14 * 24 * 60;
    let slice = |index: i64| stretch(index * MINUTE, MINUTE, if index < minutes { 99 } else { 1 }, 100);
    let stretches = (0..all).map(slice).collect();
    tally(slicing, stretches, all * MINUTE).spent(slicing).unwrap()
}

fn budget(spent: &Measured, percent: &str) -> BudgetFact {
    spent.budget(target(percent), &[])
}

fn exhausted(spent: &Measured) -> bool {
    budget(spent, "95").remaining_ppm <= 0
}

#[test]
fn a_slice_that_is_known_in_part_counts_by_what_it_may_have_been() {
    // Half a minute of fifty events is known of one minute, all of the other.
    let known = vec![stretch(0, 30, 0, 50), silent(30, 30), stretch(60, 60, 0, 100)];
    let tally = tally(BY_RATIO, known, 120);
    assert_eq!((tally.total, tally.unknown), (2, 1));
    let spent = tally.spent(BY_RATIO).unwrap();
    assert_eq!(
        (spent.certain().bad(), spent.at_most().bad()),
        (&Fraction::zero(), &Fraction::new(1_u8, 2_u8).unwrap())
    );
}

#[test]
fn slices_of_which_none_is_known_spend_nothing_that_is_known() {
    let quiet = |slicing| tally(slicing, vec![stretch(0, 30, 0, 0), silent(30, 30)], 60);
    let dark = |slicing| tally(slicing, vec![silent(0, 60)], 60);
    for slicing in [BY_TARGET, BY_RATIO] {
        assert_eq!((quiet(slicing).spent(slicing), dark(slicing).spent(slicing)), (None, None));
    }
    // Nor does a summary of them that says otherwise.
    let time = KnownTime { known_seconds: 0, unknown_seconds: 86_400 };
    assert_eq!(Tally::kept(&kept(1440, 0), time).spent(BY_TARGET), None);
}

/// A day of minutes of which so many count, all good.
fn kept(total: u64, excluded: u64) -> DailySlices {
    DailySlices {
        seconds: 60,
        target_ppb: BY_TARGET.target_ppb,
        total,
        good: total,
        unknown: 0,
        excluded,
        bad_femto: 0,
        unknown_femto: 0,
    }
}

#[test]
fn a_day_of_maintenance_is_left_out_and_none_that_is_missing() {
    let day = 0..24 * 3600;
    let tally = Slices::cut(BY_TARGET, [], std::slice::from_ref(&day)).tally_with(&day, &[]);
    assert_eq!((tally.total, tally.excluded, tally.days_missing), (0, 1440, 0));
    assert_eq!(Tally::kept(&kept(1400, 40), KnownTime::default()).fact().excluded, 40);
}

#[test]
fn slices_of_no_length_cut_nothing() {
    let of = |slice_seconds| Slicing::of(Budgeting::RatioTimeslices { slice_seconds });
    assert_eq!((of(0), of(u64::MAX), of(1).map(|slicing| slicing.seconds)), (None, None, Some(1)));
}

#[test]
fn openslos_example_comes_out() {
    // Timeslices: 16 hours and 48 minutes.
    let last = 16 * 60 + 48;
    assert!(!exhausted(&attacked(last - 1, BY_TARGET)));
    assert!(exhausted(&attacked(last, BY_TARGET)));
    let at = budget(&attacked(last, BY_TARGET), "95");
    assert_eq!((at.total, at.bad, at.allowed_bad, at.consumed_ppm), (20_160, 1_008, 1_008, 1_000_000));
    // RatioTimeslices: 822.857… minutes, so 13 hours and 43 minutes; the example says "about 13 hours and 45".
    let last = 13 * 60 + 43;
    assert!(!exhausted(&attacked(last - 1, BY_RATIO)));
    assert!(exhausted(&attacked(last, BY_RATIO)));
    // Occurrences: 5 % of 336,000 requests are 16,800; the 16,632 that is printed there leaves some of the budget.
    let occurrences = |bad| {
        let known = Spending::of(336_000, bad).unwrap();
        Measured::new(known, &Fraction::zero(), KnownTime::of(14 * 86_400, true)).unwrap()
    };
    assert_eq!(budget(&occurrences(0), "95").allowed_bad, 16_800);
    assert!(exhausted(&occurrences(16_800)));
    assert!(!exhausted(&occurrences(16_799)) && !exhausted(&occurrences(16_632)));
}

/// 99.95 % over 30 days is 21.6 minutes: of slices of six seconds, 216.
#[test]
fn a_share_of_a_month_is_its_minutes() {
    let month = 30 * 86_400;
    let slicing = Slicing { seconds: 6, target_ppb: Some(1_000_000_000) };
    let spent = tally(slicing, vec![stretch(0, 6, 0, 1)], month).spent(slicing).unwrap();
    assert_eq!(budget(&spent, "99.95").allowed_bad, 216);
}

#[test]
fn a_slice_is_good_at_its_target_and_bad_below() {
    let tally = tally(BY_TARGET, vec![stretch(0, 60, 5, 100), stretch(60, 60, 6, 100), stretch(120, 60, 1, 1)], 180);
    assert_eq!((tally.total, tally.good, tally.unknown), (3, 1, 0));
}

#[test]
fn no_traffic_is_good_and_no_data_is_neither_good_nor_bad() {
    let stretches = vec![stretch(0, 60, 0, 0), silent(60, 60), stretch(120, 60, 0, 9)];
    for slicing in [BY_TARGET, BY_RATIO] {
        let tally = tally(slicing, stretches.clone(), 240);
        // The fourth was never heard of.
        assert_eq!((tally.total, tally.good, tally.unknown), (4, 2, 2));
        let spent = tally.spent(slicing).unwrap();
        assert_eq!((spent.certain().total(), spent.observed().total()), (4, 2));
        assert!(spent.certain().bad().is_zero() && spent.observed().bad().is_zero());
        assert_eq!(spent.at_most().bad(), &Fraction::whole(2_u8));
        assert_eq!(spent.time(), KnownTime { known_seconds: 120, unknown_seconds: 120 });
    }
}

fn five_by_ratio() -> Slicing {
    Slicing { seconds: 300, ..BY_RATIO }
}

#[test]
fn a_slice_is_made_of_its_datapoints_and_not_of_longer_ones() {
    let five = Slicing { seconds: 300, ..BY_TARGET };
    let minutes = (0..5).map(|index| stretch(index * 60, 60, u128::from(index == 0), 10)).collect();
    assert_eq!(tally(five, minutes, 300).good, 1);
    // Four of them are missing. A minute that was all bad is a fifth of the slice, whatever the others were; one that was
    // good says nothing of them.
    let of = |stretch| {
        let tally = tally(five, vec![stretch, silent(60, 240)], 300);
        (tally.good, tally.unknown, tally.time.unknown_seconds)
    };
    assert_eq!((of(stretch(0, 60, 10, 10)), of(stretch(0, 60, 0, 10))), ((0, 0, 240), (0, 1, 240)));
    assert_eq!(of(stretch(0, 60, 0, 0)), (0, 1, 240), "no traffic in one minute is none of the next");
    // One of them is missing: four in five are good for certain, which is not 95 %, and is 80 %.
    let most = || (0..4).map(|index| stretch(index * 60, 60, 0, 10)).chain([silent(240, 60)]).collect::<Vec<_>>();
    assert_eq!(tally(five, most(), 300).unknown, 1);
    assert_eq!(tally(Slicing { target_ppb: Some(800_000_000), ..five }, most(), 300).good, 1);
    // By its share, four fifths are known, and one may be bad.
    let by_share = tally(Slicing { target_ppb: None, ..five }, most(), 300);
    assert_eq!(by_share.spent(five_by_ratio()).unwrap().at_most().bad_share(), Fraction::new(1_u8, 5_u8).unwrap());
    // An hour says nothing of one of its minutes, though its end may be known.
    let blurred = vec![stretch(0, 3600, 0, 10), stretch(3600, 60, 0, 10)];
    let hour = tally(BY_TARGET, blurred, 3660);
    assert_eq!((hour.total, hour.good, hour.unknown), (61, 1, 60));
}

#[test]
fn a_slice_is_left_out_when_all_of_it_is_excluded() {
    let five = Slicing { seconds: 300, ..BY_TARGET };
    let minutes = || (0..20).map(|index| stretch(index * 60, 60, u128::from(index == 6), 1));
    // All of the first slice, a part of the second and a second of the third.
    let excluded = [0..360, 600..601];
    // The minutes that are excluded do not come here.
    let slices = Slices::cut(five, minutes().filter(|minute| minute.time.start >= 360), &excluded);
    let tally = slices.tally(&(0..1200));
    assert_eq!((tally.total, tally.good, tally.unknown, tally.excluded), (3, 2, 0, 1));
    let nothing_else = Slices::cut(five, [], &excluded).tally(&(300..600));
    assert_eq!((nothing_else.total, nothing_else.unknown), (1, 1));
    let none = Slices::cut(five, [stretch(0, 300, 0, 1)], &[0..300, 300..600]).tally(&(0..300));
    assert_eq!((none.total, none.excluded, none.spent(five)), (0, 1, None));
}

#[test]
fn slices_before_1970_and_across_it_are_cut_alike() {
    let tally = Slices::cut(BY_TARGET, [stretch(-60, 60, 1, 1), stretch(0, 60, 0, 1)], &[]).tally(&(-60..60));
    assert_eq!((tally.total, tally.good), (2, 1));
}

fn some_stretches() -> impl Strategy<Value = Vec<Stretch>> {
    let counts = prop_oneof![
        1 => Just(None),
        4 => (0..50_u128, 0..50_u128).prop_map(|(bad, good)| Some(Counts { bad, total: bad + good })),
    ];
    proptest::collection::vec(counts, 1..120).prop_map(|counts| {
        let at = |(index, counts): (usize, Option<Counts>)| {
            let start = i64::try_from(index).unwrap() * 60;
            Stretch { time: start..start + 60, counts }
        };
        counts.into_iter().enumerate().map(at).collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_datapoints_does_not_matter(stretches in some_stretches().prop_shuffle(), ratio in any::<bool>()) {
        let slicing = Slicing { seconds: 300, ..if ratio { BY_RATIO } else { BY_TARGET } };
        let until = i64::try_from(stretches.len()).unwrap() * 60;
        let shuffled = tally(slicing, stretches.clone(), until);
        let mut sorted = stretches;
        sorted.sort_by_key(|stretch| stretch.time.start);
        prop_assert_eq!(shuffled, tally(slicing, sorted, until));
    }

    #[test]
    fn splitting_a_window_changes_nothing(stretches in some_stretches(), cut in 0..120_i64, ratio in any::<bool>()) {
        let slicing = if ratio { BY_RATIO } else { BY_TARGET };
        let until = i64::try_from(stretches.len()).unwrap() * 60;
        let cut = (cut * 60).min(until);
        let slices = Slices::cut(slicing, stretches, &[]);
        let mut parts = slices.tally(&(0..cut));
        parts.add_summary(&slices.tally(&(cut..until)));
        prop_assert_eq!(parts, slices.tally(&(0..until)));
    }

    #[test]
    fn scaling_traffic_changes_no_slice(stretches in some_stretches(), factor in 1..1000_u128) {
        let until = i64::try_from(stretches.len()).unwrap() * 60;
        let more = stretches.iter().cloned().map(|stretch| Stretch {
            counts: stretch.counts.map(|Counts { bad, total }| Counts { bad: bad * factor, total: total * factor }),
            ..stretch
        });
        for slicing in [BY_TARGET, BY_RATIO] {
            let spent = tally(slicing, stretches.clone(), until).spent(slicing);
            prop_assert_eq!(spent, tally(slicing, more.clone().collect(), until).spent(slicing));
        }
    }

    /// The sum of the shares, one after the other.
    #[test]
    fn shares_are_summed_exactly(stretches in some_stretches()) {
        let until = i64::try_from(stretches.len()).unwrap() * 60;
        let share = |stretch: &Stretch, unknown: u8| match stretch.counts {
            None => Fraction::whole(unknown),
            Some(Counts { bad, total }) => Fraction::new(bad, total).unwrap_or_else(Fraction::zero),
        };
        let sum = |unknown| {
            stretches.iter().map(|stretch| share(stretch, unknown)).fold(Fraction::zero(), |sum, share| sum.plus(&share))
        };
        if let Some(spent) = tally(BY_RATIO, stretches.clone(), until).spent(BY_RATIO) {
            prop_assert_eq!((spent.certain().bad(), spent.at_most().bad()), (&sum(0), &sum(1)));
        }
    }

    /// Whatever is lost: what is spent for certain is no more, and at most no less. Nothing unknown counts as good.
    #[test]
    fn losing_a_datapoint_never_helps_and_accuses_nobody(stretches in some_stretches(), lost in 0..120_usize) {
        let until = i64::try_from(stretches.len()).unwrap() * 60;
        let lost = lost % stretches.len();
        let mut less = stretches.clone();
        less[lost].counts = None;
        for slicing in [BY_TARGET, BY_RATIO] {
            let (known, unknown) = (tally(slicing, stretches.clone(), until), tally(slicing, less.clone(), until));
            if let (Some(known), Some(unknown)) = (known.spent(slicing), unknown.spent(slicing)) {
                prop_assert!(unknown.certain().bad() <= known.certain().bad());
                prop_assert!(unknown.at_most().bad() >= known.at_most().bad());
                prop_assert!(unknown.certain().bad() <= unknown.at_most().bad());
                prop_assert_eq!(known.time().is_whole(), known.certain() == known.at_most());
            }
        }
    }

    /// The same of slices of which a part is lost: in steady traffic, what is known of the whole lies in between.
    #[test]
    fn what_is_known_of_a_part_holds_what_is_known_of_the_whole(
        bad in proptest::collection::vec((0..=10_u128, any::<bool>()), 5..60),
    ) {
        let until = i64::try_from(bad.len() / 5 * 5).unwrap() * 60;
        let minute = |(at, (bad, is_known)): (i64, &(u128, bool)), all: bool| match is_known | all {
            true => stretch(at * 60, 60, *bad, 10),
            false => silent(at * 60, 60),
        };
        let of = |all: bool, slicing| {
            let minutes = (0..).zip(&bad).take_while(|(at, _)| at * 60 < until).map(|at| minute(at, all)).collect();
            tally(slicing, minutes, until).spent(slicing)
        };
        for slicing in [Slicing { seconds: 300, ..BY_TARGET }, five_by_ratio()] {
            if let (Some(part), Some(whole)) = (of(false, slicing), of(true, slicing)) {
                prop_assert!(part.certain().bad() <= whole.certain().bad());
                prop_assert!(whole.at_most().bad() <= part.at_most().bad());
            }
        }
    }
}
