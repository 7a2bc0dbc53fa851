use proptest::prelude::*;

use super::{Count, KnownTime, Measured, Spending};
use crate::{
    Timestamp,
    evidence::EvidenceStatus,
    slo::{
        BudgetFact, Budgeting, Indicator, Quality, Ratio, SliceTarget, Slo, SloFact, Snapshot, Target,
        plan::Plan,
        reach::Reach,
        sample::{DAY, END, MONTH, NOW, STEPS_PPM, judged, reason, slo, snapshot},
    },
};

/// By five minutes for all of the month, and by minutes for two weeks where slices ask for it.
fn plan() -> Plan {
    Plan::at_with(NOW, [MONTH], Reach::of_lengths([300]))
}

/// Ten requests a second, of which those are known whose time is, by five minutes, and those are bad that come then.
fn known(is_known: impl Fn(i64) -> bool, is_bad: impl Fn(i64) -> bool) -> Snapshot {
    let total = |start: i64, seconds: i64| {
        let minutes = (start..start + seconds).step_by(60).filter(|minute| is_known(*minute)).count();
        (minutes > 0).then_some(600 * minutes as u64)
    };
    let good = |start: i64, seconds: i64| Some(if is_bad(start) { 0 } else { total(start, seconds)? });
    snapshot(&plan(), good, total)
}

fn by(budgeting: Budgeting) -> Slo {
    Slo { budgeting, ..slo() }
}

/// The same objective in each of the specification's methods.
fn methods() -> [Slo; 3] {
    let slice_target = SliceTarget::from_ppb(950_000_000).unwrap();
    [
        slo(),
        by(Budgeting::Timeslices { slice_seconds: 300, slice_target }),
        by(Budgeting::RatioTimeslices { slice_seconds: 300 }),
    ]
}

fn budget(fact: &SloFact) -> &BudgetFact {
    fact.budget.as_ref().unwrap_or_else(|| panic!("{}", reason(fact)))
}

#[test]
fn an_outage_whose_telemetry_was_lost_is_not_known_by_any_method() {
    let began = END - END.rem_euclid(DAY) - 20 * DAY;
    let lost = began..began + 6 * 3600;
    for slo in methods() {
        let fact = judged(&slo, &known(|minute| !lost.contains(&minute), |_| false));
        assert_eq!(fact.evidence.status, EvidenceStatus::Partial, "{:?}", slo.budgeting);
        let budget = budget(&fact);
        assert_eq!((budget.consumed_ppm, budget.is_undecided), (0, true));
        // 6 h of 720 h are 8.33 times a thousandth; a rolling month begins inside a datapoint of five minutes.
        let most = budget.consumed_at_most_ppm.unwrap();
        assert!((8_330_000..=8_333_333).contains(&most), "{most} by {:?}", slo.budgeting);
        assert_eq!(budget.known.unwrap().unknown_seconds, 6 * 3600);
        assert!(reason(&fact).contains("6 h of 30 days"), "{}", reason(&fact));
        assert_eq!((budget.known_remaining_ppm(), fact.depletion[0].inside_period), (None, None));
    }
}

#[test]
fn an_hour_of_which_a_minute_is_known_is_not_a_known_hour() {
    let newest = END - 6 * DAY;
    for slo in methods() {
        let fact = judged(&slo, &known(|minute| minute >= newest || minute.rem_euclid(3600) == 0, |_| false));
        assert_eq!(fact.evidence.status, EvidenceStatus::Partial, "{:?}", slo.budgeting);
        let known = budget(&fact).known.unwrap();
        // Eleven of twelve five minutes of each hour of 24 days.
        assert_eq!(known.unknown_seconds.div_ceil(3600), 24 * 22, "{:?}", slo.budgeting);
        assert!(budget(&fact).is_undecided);
    }
}

#[test]
fn a_period_of_which_three_days_exist_is_not_known_unless_the_objective_is_young() {
    let began = END - 3 * DAY;
    let data = known(|minute| minute >= began, |_| false);
    for slo in methods() {
        let fact = judged(&slo, &data);
        assert_eq!(fact.evidence.status, EvidenceStatus::Partial, "{:?}", slo.budgeting);
        assert!(reason(&fact).contains("27 days"), "{}", reason(&fact));
        let since = Timestamp::from_timestamp(began, 0);
        let young = judged(&Slo { since, ..slo.clone() }, &data);
        assert_eq!(young.evidence.status, EvidenceStatus::Ok, "{}", reason(&young));
        let known = budget(&young).known.unwrap();
        assert_eq!((known.unknown_seconds, known.known_seconds / 300), (0, 3 * 288), "{:?}", slo.budgeting);
        // Nothing came before it is said to have begun: that is lost.
        let since = Timestamp::from_timestamp(began - DAY, 0);
        assert_eq!(judged(&Slo { since, ..slo.clone() }, &data).evidence.status, EvidenceStatus::Partial);
    }
}

#[test]
fn what_is_not_known_does_not_decide_where_it_cannot_reach_a_step() {
    let begins = END - END.rem_euclid(300) - 10 * DAY;
    let lost = begins..begins + 600;
    for slo in methods() {
        // Ten of 43.2 minutes.
        let fact = judged(&slo, &known(|minute| !lost.contains(&minute), |_| false));
        assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{}", reason(&fact));
        assert!(!budget(&fact).is_undecided && budget(&fact).consumed_at_most_ppm.unwrap() > 230_000);
        // What is spent beyond the last step for certain is known to be so.
        let bad = END - 20 * DAY..END - 20 * DAY + 3600;
        let fact = judged(&slo, &known(|minute| !lost.contains(&minute), |start| bad.contains(&start)));
        assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{}", reason(&fact));
        assert!(budget(&fact).consumed_ppm > 1_300_000);
    }
}

#[test]
fn a_step_that_is_reached_for_certain_is_decided() {
    let target = Target::from_ppb(999_000_000).unwrap();
    let spent = |bad| Spending::of(1_000_000, bad).unwrap();
    for (certain, at_most, undecided) in [(249, 250, true), (250, 499, false), (250, 500, true), (0, 249, false)] {
        let measured = Measured::of_three([certain, certain, at_most].map(spent), KnownTime::default());
        assert_eq!(measured.is_undecided(target, &STEPS_PPM), undecided, "{certain} {at_most}");
    }
}

#[test]
fn only_what_is_not_known_makes_it_undecided() {
    let began = END - END.rem_euclid(DAY) - 20 * DAY;
    let lost = |hours: i64| move |minute: i64| !(began..began + hours * 3600).contains(&minute);
    for (hours, quality, undecided) in [
        (6, Quality::Complete, true),
        (6, Quality::Partial("PartialData".into()), false),
        (0, Quality::Partial("PartialData".into()), false),
        (0, Quality::Complete, false),
    ] {
        let mut data = known(lost(hours), |_| false);
        data.series.values_mut().for_each(|series| series[0].quality = quality.clone());
        let fact = judged(&slo(), &data);
        assert_eq!(fact.is_undecided, undecided, "{hours} {}", reason(&fact));
        assert_eq!(fact.evidence.is_ok(), hours == 0 && quality == Quality::Complete, "{hours} {}", reason(&fact));
    }
}

#[test]
fn silence_is_known_where_it_is_declared_to_be_no_traffic() {
    let data = known(|minute| minute.rem_euclid(600) == 0, |_| false);
    let silent = |slo: &Slo| {
        let Indicator::Ratio(ratio) = slo.indicator.clone() else { panic!("a ratio") };
        let ratio = Ratio { absent_total_is_zero: true, ..ratio };
        Slo { indicator: Indicator::Ratio(ratio), ..slo.clone() }
    };
    for slo in methods() {
        assert_eq!(judged(&slo, &data).evidence.status, EvidenceStatus::Partial);
        let fact = judged(&silent(&slo), &data);
        assert_eq!((fact.evidence.status, fact.late_seconds), (EvidenceStatus::Ok, 0), "{}", reason(&fact));
        assert_eq!(budget(&fact).known.unwrap().unknown_seconds, 0);
        let never = judged(&silent(&slo), &known(|_| false, |_| false));
        assert_eq!(never.evidence.status, EvidenceStatus::NoData);
    }
}

#[test]
fn the_most_that_may_be_spent_is_by_the_traffic_around_the_gap() {
    // By day a hundred times as much as by night, and two hours of noon are lost.
    let is_day = |start: i64| (6 * 3600..18 * 3600).contains(&start.rem_euclid(DAY));
    let noon = END - END.rem_euclid(DAY) - 5 * DAY + 11 * 3600;
    let total = |start: i64, seconds: i64| {
        let seconds = seconds.unsigned_abs();
        (!(noon..noon + 7200).contains(&start)).then_some(if is_day(start) { 100 * seconds } else { seconds })
    };
    let fact = judged(&slo(), &snapshot(&plan(), total, total));
    // All of 720,000 requests, of 30 days of 43,200 × 101.
    let all = 30.0 * 43_200.0 * 101.0;
    let exact = (720_000.0 / all * 1e9) as u64;
    let most = budget(&fact).consumed_at_most_ppm.unwrap();
    assert!(most.abs_diff(exact) < exact / 100, "{most} and {exact}");
}

fn count(bad: u128, total: u128, missing: u128) -> Count {
    let time = KnownTime { known_seconds: 100, unknown_seconds: if missing > 0 { 10 } else { 0 } };
    Count { bad, total, missing, dark_seconds: 0, time }
}

proptest! {
    #[test]
    fn at_most_is_no_less_than_certain_and_the_same_when_all_is_known(
        total in 0..1_u64 << 40, bad in 0..1_u64 << 40, missing in 0..1_u64 << 40, ppb in 1..1_000_000_000_u64,
    ) {
        let (target, bad) = (Target::from_ppb(ppb).unwrap(), bad.min(total));
        let spent = count(bad.into(), total.into(), missing.into()).spent(1).unwrap();
        let budget = spent.budget(target, &STEPS_PPM);
        let most = budget.consumed_at_most_ppm.unwrap();
        prop_assert!(budget.consumed_ppm <= most);
        prop_assert!(spent.certain().bad_share() <= spent.observed().bad_share());
        prop_assert!(spent.observed().bad_share() <= spent.at_most().bad_share());
        prop_assert!(missing > 0 || budget.consumed_ppm == most && !budget.is_undecided);
        let crosses = STEPS_PPM.iter().any(|step| budget.consumed_ppm < *step && most >= *step);
        prop_assert_eq!(budget.is_undecided, crosses);
    }

    /// Whatever came in the unknown time, if it was as much as around it: the truth is inside.
    #[test]
    fn what_is_learnt_narrows_what_is_known(
        total in 1..1_u64 << 40, bad in 0..1_u64 << 40, missing in 1..1_u64 << 40, learnt in 0..1_u64 << 40,
        bad_of_it in 0..1_u64 << 40,
    ) {
        let (bad, learnt) = (bad.min(total), learnt.min(missing));
        let bad_of_it = bad_of_it.min(learnt);
        let before = count(bad.into(), total.into(), missing.into()).spent(1).unwrap();
        let after = count((bad + bad_of_it).into(), (total + learnt).into(), (missing - learnt).into());
        let after = after.spent(1).unwrap();
        prop_assert!(before.certain().bad_share() <= after.certain().bad_share());
        prop_assert!(after.at_most().bad_share() <= before.at_most().bad_share());
    }

    #[test]
    fn counts_add_up_in_any_order(parts in proptest::collection::vec((0..99_u128, 0..99_u128, 0..99_u128), 0..9)) {
        let one = |(bad, good, missing): &(u128, u128, u128)| count(*bad, bad + good, *missing);
        let sum = |parts: &mut dyn Iterator<Item = Count>| parts.fold(Count::default(), Count::plus);
        let (forward, back) = (sum(&mut parts.iter().map(one)), sum(&mut parts.iter().rev().map(one)));
        prop_assert_eq!(forward, back);
        prop_assert_eq!(forward.time.is_whole(), forward.missing == 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The same traffic and the same gaps: all methods know as much, and come to the same but for what a slice rounds.
    #[test]
    fn all_methods_agree_on_the_same_gaps(
        gaps in proptest::collection::vec((3..8600_i64, 1..40_i64), 0..6),
        outages in proptest::collection::vec((3..8600_i64, 1..40_i64), 0..4),
    ) {
        let five = |time: i64| END.div_euclid(300) - time.div_euclid(300);
        let inside =
            |ranges: &[(i64, i64)], at: i64| ranges.iter().any(|(from, length)| (*from..from + length).contains(&at));
        let data = known(|minute| !inside(&gaps, five(minute)), |start| inside(&outages, five(start)));
        let facts = methods().map(|slo| judged(&slo, &data));
        let first = budget(&facts[0]);
        let is_near = |one: u64, other: u64| one.abs_diff(other) <= one / 1000 + 1;
        for fact in &facts {
            let budget = budget(fact);
            let most = budget.consumed_at_most_ppm.unwrap();
            prop_assert_eq!(budget.known, first.known);
            prop_assert!(is_near(budget.consumed_ppm, first.consumed_ppm), "{budget:?} {first:?}");
            prop_assert!(is_near(most, first.consumed_at_most_ppm.unwrap()), "{budget:?} {first:?}");
            prop_assert_eq!(budget.known.unwrap().is_whole(), budget.consumed_ppm == most);
        }
    }
}
