//! Calendar periods begin at their instant, wherever datapoints and slices begin.

use chrono_tz::Tz;
use proptest::prelude::*;

use super::{
    Budgeting, Judging, Plan, Reach, Slo, SloFact, Snapshot,
    sample::{judging, monthly, requests, sliced, slo},
    slo_fact,
};
use crate::Timestamp;

const ZONES: [Tz; 6] = [
    Tz::Asia__Kolkata,
    Tz::Asia__Kathmandu,
    Tz::Australia__Lord_Howe,
    Tz::America__St_Johns,
    Tz::Pacific__Chatham,
    Tz::Europe__Berlin,
];

fn methods() -> Vec<Slo> {
    let ratio = |slice_seconds| Slo { budgeting: Budgeting::RatioTimeslices { slice_seconds }, ..slo() };
    vec![slo(), sliced(60), sliced(900), sliced(3600), ratio(3600), ratio(86_400)]
}

fn fact(slo: &Slo, data: &Snapshot, now: i64) -> SloFact {
    let now = Timestamp::from_timestamp(now, 0).unwrap();
    slo_fact(slo, data, &Judging { now, ..judging() })
}

/// When the month begins in a zone.
fn begins(slo: &Slo, month: &str) -> i64 {
    let middle: Timestamp = format!("{month}-15T00:00:00Z").parse().unwrap();
    slo.period.bounds(middle).unwrap().starts_at.timestamp()
}

/// All is bad in some minutes from the start of the month.
fn bad(slo: &Slo, now: i64, minutes: std::ops::Range<i64>, month: &str) -> Snapshot {
    let start = begins(slo, month);
    let plan = Plan::at_with(now, [slo.period.longest_seconds()], Reach::of([slo]));
    requests(&plan, |minute| minutes.contains(&((minute - start) / 60)) && minute >= start + minutes.start * 60)
}

#[test]
fn what_came_before_the_month_is_none_of_it() {
    for zone in ZONES {
        // Clocks go forward or back in some of these.
        for month in ["2026-04", "2026-11"] {
            for slo in methods().into_iter().map(|slo| monthly(slo, zone)) {
                let now = begins(&slo, month) + 3 * 86_400 + 8640;
                let before = fact(&slo, &bad(&slo, now, -30..0, month), now);
                let budget = before.budget.unwrap();
                assert_eq!((budget.bad, budget.consumed_ppm), (0, 0), "{zone} {month} {:?}", slo.budgeting);
                assert_eq!(budget.consumed_at_most_ppm, Some(0), "{zone} {month} {:?}", slo.budgeting);
                let after = fact(&slo, &bad(&slo, now, 0..15, month), now);
                let spent = after.budget.unwrap().consumed_ppm;
                assert!(spent > 0, "{zone} {month} {:?}: {spent}", slo.budgeting);
            }
        }
    }
}

/// 30 bad minutes of three days and a tenth are 6.7 times a budget of a thousandth, in October.
#[test]
fn half_an_hour_of_october_is_spent_in_october() {
    let slo = monthly(slo(), Tz::Asia__Kolkata);
    let start = begins(&slo, "2026-11");
    assert_eq!(Timestamp::from_timestamp(start, 0).unwrap().to_rfc3339(), "2026-10-31T18:30:00+00:00");
    let at = |now: i64| fact(&slo, &bad(&slo, now, -30..0, "2026-11"), now).budget.unwrap();
    assert_eq!(at(start + 3 * 86_400 + 8640).consumed_ppm, 0);
    // The last hour of October: 30 minutes of 31 days.
    assert_eq!(at(start).bad, 28 * 60);
}

/// An hour that the month begins in says nothing of when its events came.
#[test]
fn a_datapoint_that_the_month_begins_in_is_not_known() {
    let slo = monthly(slo(), Tz::Asia__Kolkata);
    let now = begins(&slo, "2026-11") + 10 * 86_400;
    let start = begins(&slo, "2026-11");
    // As it was recorded before five minutes were asked for.
    let plan = Plan::at_with(now, [slo.period.longest_seconds()], Reach::default());
    let budget = fact(&slo, &requests(&plan, |minute| minute < start), now).budget.unwrap();
    assert_eq!((budget.bad, budget.known.unwrap().unknown_seconds), (0, 1800));
    assert!(budget.consumed_at_most_ppm.unwrap() > 0);
    // It may have had what came beside it.
    let busy = |start: i64, seconds: i64| {
        Some(seconds.unsigned_abs() * if start < begins(&slo, "2026-11") + 3600 { 10 } else { 1 })
    };
    let busy = fact(&slo, &super::sample::snapshot(&plan, busy, busy), now).budget.unwrap();
    assert!(busy.consumed_at_most_ppm.unwrap() > 8 * budget.consumed_at_most_ppm.unwrap(), "{busy:?} {budget:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Whatever came before the instant, the budget is the same.
    #[test]
    fn the_past_changes_nothing(zone in 0..ZONES.len(), method in 0..6_usize, from in 1..600_i64, after in 1..2000_i64) {
        let slo = monthly(methods().swap_remove(method), ZONES[zone]);
        let now = begins(&slo, "2026-11") + 120 + after * 60;
        let budget = |minutes| fact(&slo, &bad(&slo, now, minutes, "2026-11"), now).budget;
        prop_assert_eq!(budget(-from..0), budget(0..0));
    }
}
