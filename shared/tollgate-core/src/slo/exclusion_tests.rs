//! Planned maintenance, and what comes of it as it grows old.

use std::sync::Arc;

use super::{
    DailyAggregate, ObjectiveDays, Plan, Reach, Slo, SloFact, Snapshot,
    sample::{DAY, END, NOW, judged, judging, maintenance, plan, reason, requests, sliced, slo},
    slo_fact,
};
use crate::{Timestamp, evidence::EvidenceStatus};

/// Every day from 02:00 to 02:10.
fn daily() -> Slo {
    let exclusion = maintenance("2026-09-01T02:00", "2026-09-01T02:10", Some("FREQ=DAILY"));
    Slo { exclusions: vec![Arc::new(exclusion)], ..slo() }
}

/// So many days after the newest maintenance's day, as it would be fetched then: it failed, and 40 minutes more.
fn later(slo: &Slo, days: i64) -> SloFact {
    let now = NOW + days * DAY;
    let two = NOW - NOW.rem_euclid(DAY) + 2 * 3600;
    let plan = Plan::at_with(now, [slo.period.longest_seconds()], Reach::of([slo]));
    let data: Snapshot = requests(&plan, |minute| (two..two + 50 * 60).contains(&minute));
    let now = Timestamp::from_timestamp(now, 0).unwrap();
    slo_fact(slo, &data, &super::Judging { now, ..judging() })
}

#[test]
fn what_fails_after_maintenance_counts_however_old_it_is() {
    for days in [0, 1, 4, 10, 28] {
        let fact = later(&daily(), days);
        assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{}", reason(&fact));
        let budget = fact.budget.unwrap();
        // 40 minutes of a request a second; ten minutes a day are left out.
        assert_eq!((budget.bad, budget.excluded_seconds / 600), (2400, 30), "after {days} days");
        // By the hour: 02:10 to 02:50 spoils the one that it is in.
        let slices =
            later(&Slo { exclusions: daily().exclusions, ..sliced(3600) }, days).budget.unwrap().slices.unwrap();
        assert_eq!((slices.total - slices.good, slices.excluded, slices.unknown), (1, 0, 0), "after {days} days");
    }
}

#[test]
fn a_datapoint_that_is_excluded_in_part_counts_whole() {
    // From 09:03 to 09:17, of a failure that begins and ends with it.
    let (began, ended) = (END - 65 * 60, END - 51 * 60);
    let announced = maintenance("2026-11-21T09:03", "2026-11-21T09:17", None);
    let excluding = Slo { exclusions: vec![Arc::new(announced)], ..slo() };
    let bad = |days: i64| {
        let now = NOW + days * DAY;
        let plan = Plan::at_with(now, [30 * 86_400], Reach::of([&excluding]));
        let data = requests(&plan, |minute| (began..ended).contains(&minute));
        let now = Timestamp::from_timestamp(now, 0).unwrap();
        let budget = slo_fact(&excluding, &data, &super::Judging { now, ..judging() }).budget.unwrap();
        (budget.bad, budget.excluded_seconds)
    };
    assert_eq!(bad(0), (0, 14 * 60));
    // By five minutes, 09:05 to 09:15 is left out.
    assert_eq!([bad(1), bad(10)], [(4 * 60, 600); 2]);
}

#[test]
fn five_minutes_of_a_day_do_not_excuse_it() {
    let day = super::Resolution::from_seconds(86_400).unwrap();
    let by_days = |name: &str| super::Metric { resolution: day, ..super::Metric::new("Demo", name, "Sum") };
    let ratio = super::Ratio {
        counted: super::Counted::Good,
        metric: by_days("Good").into(),
        total: by_days("Total").into(),
        absent_total_is_zero: false,
    };
    let announced = maintenance("2026-11-20T02:00", "2026-11-20T02:05", None);
    let excluding = Slo { exclusions: vec![Arc::new(announced)], indicator: super::Indicator::Ratio(ratio), ..slo() };
    let whole = plan();
    let of = |value: u64| {
        let coarse = whole.by(day);
        let tiers = coarse.tiers().iter().map(|tier| super::TierSeries {
            values: vec![Some(value); tier.datapoints()],
            quality: super::Quality::Complete,
        });
        tiers.collect::<Vec<_>>()
    };
    let series = [(by_days("Good"), of(999)), (by_days("Total"), of(1000))].into();
    let data = Snapshot { plan: whole.clone(), series, measures: [].into() };
    let fact = judged(&excluding, &data);
    assert_eq!(fact.windows["1d"].burn_rate_micro, Some(1_000_000), "{}", reason(&fact));
    let budget = fact.budget.unwrap();
    assert_eq!((budget.bad, budget.excluded_seconds), (30, 0));
}

#[test]
fn maintenance_counts_on_neither_side() {
    // An outage from 09:00 to 09:30, announced from 09:00 to 09:30.
    let began = END - 68 * 60;
    let data = requests(&plan(), |minute| (began..began + 1800).contains(&minute));
    let announced = maintenance("2026-11-21T09:00", "2026-11-21T09:30", None);
    let excluding = Slo { exclusions: vec![Arc::new(announced)], ..slo() };
    let fact = judged(&excluding, &data);
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{}", reason(&fact));
    let two = &fact.windows["2h"];
    assert_eq!((two.good, two.total, two.excluded_seconds), (Some(5400), Some(5400), 1800));
    assert_eq!((two.datapoints_expected, fact.windows["30m"].excluded_seconds), (90, 0));
    let budget = fact.budget.as_ref().unwrap();
    assert_eq!((budget.bad, budget.excluded_seconds), (0, 1800));
    assert!(judged(&slo(), &data).budget.unwrap().bad > 0);
    // In slices of an hour, the other half of it counts.
    let hourly = judged(&Slo { exclusions: excluding.exclusions, ..sliced(3600) }, &data);
    let slices = hourly.budget.unwrap().slices.unwrap();
    assert_eq!((slices.excluded, slices.total, slices.good), (0, 721, 721));
}

#[test]
fn a_day_is_kept_with_the_maintenance_that_it_had() {
    let date = Timestamp::from_timestamp(END - 2 * DAY, 0).unwrap().date_naive();
    let day = DailyAggregate::of(
        &daily(),
        &requests(&Plan::at_with(NOW, [30 * 86_400], Reach::of([&daily()])), |_| false),
        date,
    );
    let day = day.unwrap();
    assert_eq!((day.excluded_seconds, day.total), (600, 86_400 - 600));
    let days_of = |slo: &Slo| ObjectiveDays::new(slo, vec![day.clone()]).unwrap().days_of(slo).len();
    assert_eq!((days_of(&daily()), days_of(&slo())), (1, 0), "without it, the day is another");
}
