//! What is not known, odd or changing.

use chrono::NaiveDate;

use super::{
    Allowance, AnomalyFact, Basis, Enforcement, ForecastReading, SpendJudging, SpendReading, Standing, Terms, Unknown,
    budget_fact,
    example::{NOW, budget, day, declared, fact, judging, reading, ten_days, time, usd},
};
use crate::{
    evidence::EvidenceStatus,
    slo::Bounds,
    spend::{BilledAmount, DailySpend, GivenForecast, Reconciliation},
};

#[test]
fn what_is_stale_behind_partial_or_odd_is_never_inside() {
    let good = ten_days("2026-10-14");
    let at = |as_of: &str, complete_before: &str| SpendReading {
        as_of: time(as_of),
        complete_before: day(complete_before),
        ..good.clone()
    };
    let mut gap = DailySpend::new("USD").unwrap();
    for (date, spend) in good.daily.between(day("2026-11-01"), day("2026-11-11")) {
        if date != day("2026-11-04") {
            gap.add(date, &spend.amount.to_string(), "USD", false).unwrap();
        }
    }
    for (spend, status, reason) in [
        (at("2026-11-10T17:59:59Z", "2026-11-11"), EvidenceStatus::Stale, "the bill was fetched 12 hours ago"),
        (at("2026-11-11T06:00:01Z", "2026-11-11"), EvidenceStatus::Error, "has not been yet"),
        (
            at("2026-11-11T01:00:00Z", "2026-11-08"),
            EvidenceStatus::Stale,
            "knows the days before 2026-11-08 only, 3 days",
        ),
        (at("2026-11-11T01:00:00Z", "2026-11-13"), EvidenceStatus::Error, "the days before 2026-11-13, which have not"),
        (
            SpendReading { daily: gap, ..good.clone() },
            EvidenceStatus::Partial,
            "1 of the 10 days of the period are missing",
        ),
    ] {
        let fact = fact(&budget(""), &spend, NOW);
        assert_eq!((fact.evidence.status, fact.standing), (status, Standing::Unknown), "{reason}");
        assert!(fact.evidence.reason.unwrap().contains(reason), "{reason}");
        assert_eq!(fact.steps[1].reached, None, "short of a step, as far as an old bill knows");
    }
    // What an old bill has beyond a step stays beyond it.
    let stale = fact(&budget(""), &at("2026-11-10T01:00:00Z", "2026-11-11"), NOW);
    assert_eq!((stale.steps[0].reached, stale.enforcement), (Some(true), Some(Enforcement::Approve)));
    let over = SpendReading { period_total: Some(usd("3000")), ..at("2026-11-01T01:00:00Z", "2026-11-11") };
    let over = fact(&budget(""), &over, NOW);
    assert_eq!((over.standing, over.enforcement), (Standing::Over, Some(Enforcement::Freeze)));
    assert_eq!((over.days_to_exhaustion, over.exhausted_on), (Some(0), None));
}

#[test]
fn another_currency_or_basis_is_an_error_without_a_figure() {
    let mut euros = ten_days("2026-10-14");
    euros.daily = DailySpend::new("EUR").unwrap();
    let other_basis = SpendReading { basis: Basis { credits: true, ..Basis::default() }, ..ten_days("2026-10-14") };
    for (spend, reason) in [(euros, "the bill is in EUR and the budget in USD"), (other_basis, "another cost basis")] {
        let fact = fact(&budget(""), &spend, NOW);
        assert_eq!((fact.evidence.status, fact.standing), (EvidenceStatus::Error, Standing::Unknown));
        assert_eq!((fact.spent_micros, fact.share_ppm, fact.enforcement), (None, None, None));
        assert!(fact.evidence.required && fact.evidence.reason.unwrap().contains(reason));
    }
}

#[test]
fn a_budget_of_which_nothing_is_known_says_why() {
    let budget = budget("");
    let terms = declared(&budget).terms(time(NOW)).unwrap();
    let unknown = |terms| Unknown {
        terms,
        source: "cost-explorer".to_owned(),
        status: EvidenceStatus::Error,
        reason: "the ceiling on paid requests is reached".to_owned(),
    };
    let fact = budget_fact(&budget, &Err(unknown(Some(&terms))), &judging(NOW));
    assert_eq!((fact.standing, fact.limit_micros, fact.spent_micros), (Standing::Unknown, Some(3_000_000_000), None));
    assert_eq!(fact.evidence.reason.as_deref(), Some("the ceiling on paid requests is reached"));
    assert!(fact.steps.iter().all(|step| step.reached.is_none()));
    let fact = budget_fact(&budget, &Err(unknown(None)), &judging(NOW));
    assert_eq!((fact.limit_micros, fact.period, fact.currency), (None, None, None));
}

#[test]
fn credits_and_refunds_can_make_spend_nothing_or_less() {
    let refunds = |date: NaiveDate| if date == day("2026-11-05") { "-2000".to_owned() } else { "100".to_owned() };
    let as_of = "2026-11-11T01:00:00Z";
    let fact = fact(&budget(""), &reading("2026-10-14", "2026-11-11", as_of, refunds), NOW);
    assert_eq!((fact.spent_micros, fact.share_ppm), (Some(-1_100_000_000), Some(-366_666)));
    assert_eq!(fact.pace.unwrap().pace_ppm, -1_100_000);
    // The refund was a single one: it stays, and is not carried on. Twenty days at 100 are to come.
    assert_eq!(fact.forecast.unwrap().mean_micros, 900_000_000);
    assert_eq!((fact.days_to_exhaustion, fact.enforcement), (None, None));
    let free = self::fact(&budget(""), &reading("2026-11-01", "2026-11-11", as_of, |_| "0".to_owned()), NOW);
    assert_eq!((free.pace.unwrap().pace_ppm, free.days_to_exhaustion), (0, None));
    let untagged = SpendReading {
        untagged: Some(BilledAmount::ZERO),
        ..reading("2026-11-01", "2026-11-11", as_of, |_| "0".to_owned())
    };
    assert_eq!(self::fact(&budget(""), &untagged, NOW).untagged.unwrap().share_ppm, None);
}

#[test]
fn a_raise_in_the_middle_of_the_period_counts_from_its_day() {
    let raised = budget("    changes: [{from: 2026-11-11, amount: 6000}, {from: 2026-11-20, amount: 4000}]\n");
    let before = fact(&raised, &ten_days("2026-10-14"), "2026-11-10T23:00:00Z");
    assert_eq!((before.limit_micros, before.share_ppm), (Some(3_000_000_000), Some(500_000)));
    let after = fact(&raised, &ten_days("2026-10-14"), NOW);
    assert_eq!((after.limit_micros, after.share_ppm), (Some(6_000_000_000), Some(250_000)));
    assert_eq!(after.pace.unwrap().pace_ppm, 750_000);
    // The forecast is held against the amount that will hold at the end, which is announced already.
    assert_eq!((after.limit_at_end_micros, after.forecast.unwrap().projected_ppm), (Some(4_000_000_000), 1_125_000));
    assert_eq!(after.steps[2].reached, Some(true));
}

#[test]
fn leap_days_and_clocks_that_change_make_no_difference_to_days() {
    let february = budget("    time_zone: Europe/Berlin\n");
    let spend = reading("2028-02-01", "2028-02-15", "2028-02-15T01:00:00Z", |_| "100".to_owned());
    let fact = fact(&february, &spend, "2028-02-15T06:00:00Z");
    let period = fact.period.unwrap();
    assert_eq!((period.days, period.days_known), (29, 14));
    assert_eq!(fact.forecast.unwrap().mean_micros, 2_900_000_000);
    // March 2027 lacks an hour in Berlin; its days are 31 all the same.
    let spend = reading("2027-03-01", "2027-03-29", "2027-03-29T01:00:00Z", |_| "100".to_owned());
    let fact = self::fact(&february, &spend, "2027-03-29T06:00:00Z");
    let period = fact.period.unwrap();
    assert_eq!((period.days, period.days_known, period.ends_at), (31, 28, time("2027-03-31T22:00:00Z")));
    assert_eq!(fact.forecast.unwrap().mean_micros, 3_100_000_000);
}

#[test]
fn groups_that_are_not_the_whole_are_no_ground_to_stand_on() {
    let of = |groups: &str, all: bool| {
        let reconciliation = Some(Reconciliation::of(usd(groups), usd("1500")).unwrap());
        let spend = SpendReading { reconciliation, ..ten_days("2026-10-14") };
        let mut budget = budget("");
        if !all {
            budget.scope.accounts = vec!["111122223333".to_owned()];
        }
        let fact = fact(&budget, &spend, NOW);
        (fact.evidence.status, fact.standing, fact.evidence.reason.unwrap_or_default())
    };
    let (partial, ok) = (EvidenceStatus::Partial, EvidenceStatus::Ok);
    // One in a hundred may differ, and not more.
    assert_eq!((of("1485", false).0, of("1484.99", false).0, of("1515.01", false).0), (ok, partial, partial));
    assert_eq!(of("1000", false).1, Standing::Unknown);
    assert!(of("1000", false).2.contains("the groups of the bill come to 1000.00 and the whole bill to 1500.00"));
    // What is spent in all is the whole, whatever its groups leave out; not when they come to more.
    assert_eq!((of("1000", true).0, of("1600", true).0), (ok, partial));
}

#[test]
fn groups_and_what_carries_no_tag_are_held_against_the_whole() {
    let spend = SpendReading {
        reconciliation: Some(Reconciliation::of(usd("1498.5"), usd("1500")).unwrap()),
        untagged: Some(usd("375.000001")),
        anomalies: vec![AnomalyFact {
            id: "a".to_owned(),
            about: "EC2".to_owned(),
            starts_on: day("2026-11-09"),
            impact_micros: 5,
            impact_ppm: None,
        }],
        ..ten_days("2026-10-14")
    };
    let fact = fact(&budget(""), &spend, NOW);
    let reconciliation = fact.reconciliation.unwrap();
    assert_eq!((reconciliation.difference_micros, reconciliation.difference_ppm), (1_500_000, Some(1000)));
    let untagged = fact.untagged.unwrap();
    assert_eq!((untagged.micros, untagged.share_ppm), (375_000_001, Some(250_001)));
    assert_eq!(fact.anomalies.len(), 1);
}

#[test]
fn an_aws_budget_stands_where_aws_says_without_any_day() {
    let mut aws = budget("");
    let terms = declared(&aws).terms(time(NOW)).unwrap();
    aws.allowance = Allowance::AwsBudget { name: "monthly".to_owned(), account: "111122223333".to_owned() };
    let spend = SpendReading {
        period_total: Some(usd("1500.25")),
        forecast: ForecastReading::Given(GivenForecast {
            currency: "USD".to_owned(),
            first_day: day("2026-11-01"),
            end_day: day("2026-12-01"),
            mean: usd("3100"),
            low: None,
            high: None,
        }),
        ..reading("2026-11-01", "2026-11-01", "2026-11-11T01:00:00Z", |_| "0".to_owned())
    };
    let spend = SpendReading { complete_before: day("2026-11-11"), ..spend };
    let fact = budget_fact(&aws, &Ok((&terms, &spend)), &judging(NOW));
    assert!(fact.evidence.is_ok(), "{:?}", fact.evidence);
    assert_eq!((fact.aws_budget.as_deref(), fact.spent_micros), (Some("monthly"), Some(1_500_250_000)));
    // Ten days and an hour of thirty were over when AWS was asked.
    let pace = fact.pace.unwrap();
    assert_eq!((pace.pace_ppm, pace.spent_ppm, pace.expected_ppm), (1_494_026, 500_083, 334_722));
    assert_eq!((fact.forecast.unwrap().mean_micros, fact.standing), (3_100_000_000, Standing::InsideEstimated));
    assert_eq!(fact.steps[2].reached, Some(true));
    // Without a forecast of AWS nothing is known of the days, and nothing is made up.
    let silent = SpendReading { forecast: ForecastReading::NotAsked, ..spend };
    let fact = budget_fact(&aws, &Ok((&terms, &silent)), &judging(NOW));
    assert_eq!((fact.forecast, fact.forecast_evidence.status), (None, EvidenceStatus::NoData));
}

#[test]
fn an_aws_budget_has_terms_only_for_its_period_and_an_amount() {
    let bounds = Bounds { starts_at: time("2026-11-01T00:00:00Z"), ends_at: time("2026-12-01T00:00:00Z") };
    let given = |limit: &str, unit: &str, at: &str| Terms::given(limit, unit, Basis::default(), bounds, time(at));
    let terms = given("1250.5", "USD", NOW).unwrap();
    assert_eq!(
        (terms.limit_micros, terms.first_day, terms.end_day),
        (1_250_500_000, day("2026-11-01"), day("2026-12-01"))
    );
    for (limit, unit, at, expected) in [
        ("0.0", "USD", NOW, "its limit of 0.00 leaves nothing to spend"),
        ("-1", "USD", NOW, "leaves nothing to spend"),
        ("many", "USD", NOW, "its limit: `many` is not a decimal amount"),
        ("100", "GB", NOW, "its unit `GB` is not a currency code"),
        ("100", "USD", "2026-12-01T00:00:00Z", "does not hold 2026-12-01"),
        ("100", "USD", "2026-10-31T23:59:59Z", "does not hold 2026-10-31"),
    ] {
        let error = given(limit, unit, at).unwrap_err();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

#[test]
fn a_bill_is_good_up_to_the_last_second_and_day() {
    let good = ten_days("2026-10-14");
    let status = |as_of: &str, complete_before: &str| {
        let spend = SpendReading { as_of: time(as_of), complete_before: day(complete_before), ..good.clone() };
        fact(&budget(""), &spend, NOW).evidence.status
    };
    assert_eq!(status("2026-11-10T18:00:00Z", "2026-11-11"), EvidenceStatus::Ok, "twelve hours");
    assert_eq!(status(NOW, "2026-11-11"), EvidenceStatus::Ok, "now");
    assert_eq!(status("2026-11-11T01:00:00Z", "2026-11-09"), EvidenceStatus::Ok, "two days");
}

#[test]
fn its_evidence_says_what_was_read_and_whether_it_decides() {
    let budget = budget("");
    let terms = declared(&budget).terms(time(NOW)).unwrap();
    let of = |required| {
        let judging = SpendJudging { required, ..judging(NOW) };
        budget_fact(&budget, &Ok((&terms, &ten_days("2026-10-14"))), &judging)
    };
    let fact = of(true);
    assert_eq!((fact.evidence.window_seconds, fact.evidence.api_requests), (Some(10 * 86_400), 2));
    assert_eq!(fact.complete_before, Some(day("2026-11-11")));
    assert_eq!([true, false].map(|required| of(required).evidence.required), [true, false]);
    // What is reached is no longer only within reach.
    assert!(fact.steps.iter().all(|step| step.reached != Some(true) || !step.within_reach), "{:?}", fact.steps);
}

#[test]
fn of_an_amount_that_will_be_nothing_no_share_is_told() {
    let budget = budget("");
    let terms = declared(&budget).terms(time(NOW)).unwrap();
    for terms in [Terms { limit_at_end_micros: 0, ..terms.clone() }, Terms { limit_micros: -1, ..terms }] {
        let fact = budget_fact(&budget, &Ok((&terms, &ten_days("2026-10-14"))), &judging(NOW));
        assert_eq!((fact.evidence.status, fact.standing), (EvidenceStatus::Error, Standing::Unknown));
    }
}
