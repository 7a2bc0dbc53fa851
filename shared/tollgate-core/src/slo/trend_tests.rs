use std::sync::Arc;

use proptest::prelude::*;

use super::burn_trend;
use crate::slo::{
    Composite, CompositeMethod, Indicator, Part, Slo, Snapshot,
    sample::{DAY, END, judging, maintenance, metric, monthly, plan, requests, sliced, slo, snapshot},
};

fn trend(slo: &Slo, data: &Snapshot, parts: u32) -> Vec<Option<u64>> {
    burn_trend(slo, data, &judging(), parts)
}

/// All is bad in a tenth of the minutes of the last ten days.
fn ten_bad_days() -> Snapshot {
    requests(&plan(), |minute| minute >= END - 10 * DAY && minute % 600 == 0)
}

#[test]
fn each_part_has_its_own_burn_rate_oldest_first() {
    // The period begins where an hour does, so the first part of the three is a little longer.
    let parts = trend(&slo(), &ten_bad_days(), 3);
    assert_eq!((parts[0], parts[1] < Some(1_000_000)), (Some(0), true), "{parts:?}");
    // A tenth of a thousandth.
    assert!(parts[2].unwrap().abs_diff(100_000_000) < 100_000, "{parts:?}");
    // In slices every hour is bad.
    assert_eq!(trend(&sliced(3600), &ten_bad_days(), 3)[2], Some(1_000_000_000));
}

#[test]
fn what_is_not_known_has_no_burn_rate_and_no_traffic_has_none_to_speak_of() {
    let gap = |start: i64| (END - 20 * DAY..END - 10 * DAY).contains(&start);
    let total = |start, seconds: i64| (!gap(start)).then_some(seconds.unsigned_abs());
    let data = snapshot(&plan(), total, total);
    assert_eq!(trend(&slo(), &data, 30)[11..19], [None; 8]);
    assert_eq!(trend(&slo(), &data, 30)[21..], [Some(0); 9]);
    let silent = snapshot(&plan(), |_, _| Some(0), |_, _| Some(0));
    assert_eq!(trend(&slo(), &silent, 4), [Some(0); 4]);
    assert_eq!(trend(&slo(), &snapshot(&plan(), |_, _| None, |_, _| None), 4), [None; 4]);
    let other = Slo {
        indicator: Indicator::Ratio(crate::slo::Ratio {
            counted: crate::slo::Counted::Good,
            metric: metric("Other").into(),
            total: metric("Total").into(),
            absent_total_is_zero: false,
            absent_good_is_unknown: false,
        }),
        ..slo()
    };
    assert_eq!(trend(&other, &silent, 4), [None; 4]);
}

#[test]
fn what_is_excluded_is_no_part_of_it() {
    let exclusions = [("2026-11-11", "2026-11-17"), ("2026-11-17", "2026-11-22")];
    let of = |(starts, ends): (&str, &str)| maintenance(&format!("{starts}T00:00"), &format!("{ends}T00:00"), None);
    let excluded = Slo { exclusions: exclusions.map(|days| Arc::new(of(days))).into(), ..slo() };
    assert_eq!(trend(&excluded, &ten_bad_days(), 6), [Some(0), Some(0), Some(0), Some(0), None, None]);
}

/// It is the 21st: a part of twenty is a little more than a day.
#[test]
fn a_calendar_period_is_cut_as_far_as_it_has_come() {
    let since_the_twelfth = trend(&monthly(slo(), chrono_tz::UTC), &ten_bad_days(), 20);
    let burning = since_the_twelfth.iter().filter(|burn| **burn > Some(1_000_000)).count();
    assert_eq!((since_the_twelfth.len(), burning), (20, 10), "{since_the_twelfth:?}");
}

#[test]
fn a_composite_has_the_trend_of_its_parts() {
    let part = |weight: &str| Part { slo: Arc::new(slo()), weight: weight.parse().unwrap() };
    let parts = vec![part("3"), part("1")];
    let whole =
        Slo { indicator: Indicator::Composite(Composite { method: CompositeMethod::Weighted, parts }), ..slo() };
    assert_eq!(trend(&whole, &ten_bad_days(), 5), trend(&slo(), &ten_bad_days(), 5));
    // Where nothing is known of the parts, nothing is known of the whole; what comes later is.
    let total = |start, seconds: i64| (start >= END - 10 * DAY).then_some(seconds.unsigned_abs());
    let late = snapshot(&plan(), total, total);
    assert_eq!(trend(&whole, &late, 6), [None, None, None, None, Some(0), Some(0)]);
}

proptest! {
    #[test]
    fn there_are_as_many_parts_as_were_asked_for(parts in 0..200_u32, bad in any::<bool>()) {
        let found = trend(&slo(), &requests(&plan(), |_| bad), parts);
        prop_assert_eq!(found.len(), usize::try_from(parts).unwrap());
        let rate = if bad { 1_000_000_000 } else { 0 };
        prop_assert!(found.iter().all(|burn| *burn == Some(rate)));
    }
}
