use proptest::prelude::*;

use super::{BudgetReport, Reported, ReportedBudget, ReportedInterval, ReportedStatus, reported_fact};
use crate::{
    Timestamp,
    evidence::EvidenceStatus,
    slo::{
        BudgetUnit, Budgeting, Indicator, Judging, Measure, SignalsSlo, SliceTarget, Slo, SloFact, Target, Traffic,
        sample,
    },
};

const MONTH: u64 = 30 * 86_400;

fn now() -> Timestamp {
    Timestamp::from_timestamp(1_795_255_842, 0).unwrap()
}

fn slo(budgeting: Budgeting) -> Slo {
    let id = "checkout-availability".to_owned();
    Slo {
        indicator: Indicator::ApplicationSignals(SignalsSlo { id, region: None, role_arn: None }),
        target: Target::from_ppb(999_000_000).unwrap(),
        budgeting,
        ..sample::slo()
    }
}

fn slices() -> Budgeting {
    Budgeting::Timeslices { slice_seconds: 300, slice_target: SliceTarget::from_ppb(990_000_000).unwrap() }
}

fn report(status: ReportedStatus, attainment: f64, budget: Option<ReportedBudget>) -> BudgetReport {
    BudgetReport {
        status,
        goal_percent: Measure::read(99.9),
        interval: Some(ReportedInterval::Rolling { seconds: Some(MONTH) }),
        attainment_percent: Measure::read(attainment),
        budget,
        as_of: now(),
    }
}

fn judged(budgeting: Budgeting, reported: &Reported) -> SloFact {
    let judging = Judging { now: now(), source: "applicationsignals:eu-central-1".into(), ..sample::judging() };
    reported_fact(&slo(budgeting), reported, &judging)
}

fn requests(allowed: i64, remaining: i64) -> Option<ReportedBudget> {
    Some(ReportedBudget::Requests { allowed, remaining })
}

#[test]
fn requests_are_a_budget_of_events() {
    // 1,000,000 requests, 99.9 %: 1000 may fail, 250 did.
    let fact = judged(Budgeting::Occurrences, &Ok(report(ReportedStatus::Ok, 99.975, requests(1000, 750))));
    let budget = fact.budget.unwrap();
    assert_eq!((budget.allowed_bad, budget.bad), (1000, 250));
    assert_eq!((budget.consumed_ppm, budget.remaining_ppm), (250_000, 750_000));
    assert_eq!((fact.budgeting.unit, fact.traffic), (BudgetUnit::Events, Traffic::Events));
    assert_eq!(fact.evidence.as_of, Some(now()));
    // What it does not say is not known, and is said not to be.
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok);
    assert!(fact.pairs.is_empty() && fact.depletion.is_empty());
    assert!(fact.evidence.reason.unwrap().contains("says nothing of windows"));
    assert!(fact.windows.values().all(|window| window.burn_rate_micro.is_none() && window.total.is_none()));
}

#[test]
fn periods_are_a_budget_of_seconds() {
    // 99.9 % of 30 days leaves 43 min 12 s.
    let budget = Some(ReportedBudget::Seconds { allowed: 2592, remaining: -408 });
    let fact = judged(slices(), &Ok(report(ReportedStatus::Breached, 99.88, budget)));
    let budget = fact.budget.unwrap();
    assert_eq!((budget.total, budget.allowed_bad, budget.bad), (MONTH, 2592, 3000));
    assert_eq!((budget.consumed_ppm, budget.remaining_ppm), (1_157_408, -157_408));
    assert_eq!((fact.budgeting.unit, fact.traffic), (BudgetUnit::Seconds, Traffic::Unknown));
}

#[test]
fn of_two_answers_the_worse_counts() {
    let consumed = |status, attainment, budget| {
        judged(Budgeting::Occurrences, &Ok(report(status, attainment, budget))).budget.unwrap().consumed_ppm
    };
    assert_eq!(consumed(ReportedStatus::Ok, 99.9, requests(1000, 750)), 1_000_000);
    assert_eq!(consumed(ReportedStatus::Breached, 99.975, requests(1000, 750)), 1_000_000);
    assert_eq!(consumed(ReportedStatus::Warning, 100.0, requests(1000, -1)), 1_001_000);
    // A third is never less than a third.
    assert_eq!(consumed(ReportedStatus::Ok, 100.0, requests(3, 2)), 333_334);
}

#[test]
fn what_is_no_answer_is_no_budget() {
    let good = || report(ReportedStatus::Ok, 99.975, requests(1000, 750));
    let seconds = Some(ReportedBudget::Seconds { allowed: 2592, remaining: 2592 });
    let later = now() + chrono::Duration::seconds(1);
    let earlier = now() - chrono::Duration::seconds(601);
    for (reported, status, part) in [
        (Err((EvidenceStatus::Error, "refused".into())), EvidenceStatus::Error, "refused"),
        (Ok(report(ReportedStatus::InsufficientData, 99.975, requests(10, 1))), EvidenceStatus::NoData, "INSUFFICIENT"),
        (Ok(BudgetReport { goal_percent: None, ..good() }), EvidenceStatus::Error, "no goal"),
        (Ok(BudgetReport { goal_percent: Measure::read(99.95), ..good() }), EvidenceStatus::Error, "99.95"),
        (Ok(BudgetReport { interval: None, ..good() }), EvidenceStatus::Error, "timeWindow"),
        (
            Ok(BudgetReport { interval: Some(ReportedInterval::Calendar), ..good() }),
            EvidenceStatus::Error,
            "timeWindow",
        ),
        (Ok(BudgetReport { budget: None, ..good() }), EvidenceStatus::Partial, "no budget"),
        (Ok(BudgetReport { budget: seconds, ..good() }), EvidenceStatus::Error, "write `budgetingMethod: Timeslices`"),
        (Ok(BudgetReport { budget: requests(-1, -5), ..good() }), EvidenceStatus::Error, "cannot be left"),
        (Ok(BudgetReport { budget: requests(5, 6), ..good() }), EvidenceStatus::Error, "cannot be left"),
        (Ok(BudgetReport { budget: requests(0, 0), ..good() }), EvidenceStatus::Partial, "answered `OK`"),
        (Ok(BudgetReport { attainment_percent: Measure::read(100.1), ..good() }), EvidenceStatus::Error, "attainment"),
        (Ok(BudgetReport { attainment_percent: Measure::read(-1e300), ..good() }), EvidenceStatus::Error, "attainment"),
        (Ok(BudgetReport { as_of: later, ..good() }), EvidenceStatus::Error, "past the time"),
        (Ok(BudgetReport { as_of: earlier, ..good() }), EvidenceStatus::Stale, "601 s old"),
    ] {
        let fact = judged(Budgeting::Occurrences, &reported);
        assert_eq!((fact.evidence.status, fact.budget), (status, None), "{reported:?}");
        assert!(fact.evidence.reason.as_deref().unwrap().contains(part), "{:?}", fact.evidence.reason);
    }
    let fact = judged(slices(), &Ok(good()));
    assert!(fact.evidence.reason.unwrap().contains("write `budgetingMethod: Occurrences`"));
}

proptest! {
    #[test]
    fn more_is_never_said_to_be_left_than_is(allowed in 1..i64::from(i32::MAX), bad in 0..i64::from(i32::MAX), attainment in 0.0..=100.0_f64) {
        let fact = judged(Budgeting::Occurrences, &Ok(report(ReportedStatus::Ok, attainment, requests(allowed, allowed - bad))));
        let budget = fact.budget.unwrap();
        let consumed = i128::from(budget.consumed_ppm);
        prop_assert!(consumed * i128::from(allowed) >= i128::from(bad) * 1_000_000);
        prop_assert_eq!(1_000_000 - consumed, i128::from(budget.remaining_ppm));
        prop_assert!(budget.total >= budget.bad && budget.total >= budget.allowed_bad);
    }
}
