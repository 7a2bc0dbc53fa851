//! Planned changes, held against what is left.

use super::{
    FitError, PlannedFit, SpendReading, Terms, budget_fact,
    example::{NOW, budget, day, declared, fact, judging, reading, ten_days, time},
    planned_fit,
};
use crate::evidence::EvidenceStatus;

fn fit(now: &str, spend: &SpendReading, increase: i64) -> PlannedFit {
    let budget = budget("");
    let terms = declared(&budget).terms(time(now)).unwrap();
    let fact = budget_fact(&budget, &Ok((&terms, spend)), &judging(now));
    planned_fit(&fact, &terms, increase, "USD").unwrap()
}

/// 20 of November's 30 days are left on the 11th: 90 dollars a month are 60.
#[test]
fn a_planned_change_is_held_against_what_is_left() {
    let spend = reading("2026-10-20", "2026-11-11", "2026-11-11T01:00:00Z", |_| "98".to_owned());
    let small = fit(NOW, &spend, 90_000_000);
    assert_eq!((small.added_micros, small.projected_micros), (60_000_000, Some(3_000_000_000)));
    assert_eq!(
        (small.exceeds, small.exceeds_without, small.projected_ppm),
        (Some(false), Some(false), Some(1_000_000))
    );
    let more = fit(NOW, &spend, 90_000_001);
    assert_eq!((more.added_micros, more.exceeds, more.projected_ppm), (60_000_001, Some(true), Some(1_000_001)));
    let less = fit(NOW, &ten_days("2026-10-14"), -3_000_000_000);
    assert_eq!((less.added_micros, less.exceeds, less.exceeds_without), (-2_000_000_000, Some(false), Some(true)));
}

#[test]
fn a_planned_change_is_never_inside_what_is_not_known() {
    let unknown = reading("2026-11-01", "2026-11-03", "2026-11-03T01:00:00Z", |_| "10".to_owned());
    let small = fit("2026-11-03T06:00:00Z", &unknown, 1_000_000);
    assert_eq!((small.projected_micros, small.exceeds), (None, None));
    let large = fit("2026-11-03T06:00:00Z", &unknown, 4_000_000_000);
    assert_eq!(large.exceeds, Some(true), "by itself, whatever the forecast");
    let stale = SpendReading {
        as_of: time("2026-11-09T00:00:00Z"),
        ..reading("2026-10-20", "2026-11-11", NOW, |_| "10".to_owned())
    };
    assert_eq!(fit(NOW, &stale, 1_000_000).exceeds, None);
    let budget = budget("");
    let terms = declared(&budget).terms(time(NOW)).unwrap();
    // Nor where a forecast is at hand that does not rest on what is known.
    let mut doubted =
        fact(&budget, &reading("2026-10-20", "2026-11-11", "2026-11-11T01:00:00Z", |_| "98".to_owned()), NOW);
    doubted.evidence.status = EvidenceStatus::Partial;
    let fit = planned_fit(&doubted, &terms, 1, "USD").unwrap();
    assert!(fit.projected_micros.is_some());
    assert_eq!((fit.exceeds, fit.exceeds_without), (None, None));
    let euros = planned_fit(&fact(&budget, &stale, NOW), &terms, 1, "EUR");
    assert!(matches!(euros, Err(FitError::Currencies { .. })));
}

/// Of a year from April, on 21 November: ten days of November, and December to March.
#[test]
fn a_planned_change_counts_by_calendar_months() {
    let budget = budget("");
    let yearly = Terms {
        today: day("2026-11-21"),
        first_day: day("2026-04-01"),
        end_day: day("2027-04-01"),
        ..declared(&budget).terms(time(NOW)).unwrap()
    };
    let fact = fact(&budget, &ten_days("2026-10-14"), NOW);
    let fit = planned_fit(&fact, &yearly, 300_000_000, "USD").unwrap();
    assert_eq!(fit.added_micros, 1_300_000_000);
}
