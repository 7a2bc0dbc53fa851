use proptest::prelude::*;

use super::{DAY, HOUR, LAG_SECONDS, MINUTE, Plan, Reach, WINDOWS, common_multiple};
use crate::slo::Resolution;

#[test]
fn a_month_takes_three_tiers() {
    // 2026-11-21T10:10:42Z
    let plan = Plan::at(1_795_255_842, [30 * 86_400]);
    let ranges: Vec<_> = plan.tiers().iter().map(|tier| (tier.period_seconds, tier.datapoints())).collect();
    assert_eq!(plan.end(), 1_795_255_680);
    assert_eq!(ranges, [(60, 363), (300, 793), (3600, 648)]);
}

#[test]
fn a_short_period_needs_no_hours() {
    let plan = Plan::at(1_795_255_662, [86_400]);
    assert_eq!(plan.tiers().len(), 2);
    assert!(plan.window_start(30 * 86_400).is_none());
}

#[test]
fn slices_take_datapoints_as_short_as_they_are() {
    let ranges = |slice| {
        let plan = Plan::at_with(1_795_255_842, [30 * 86_400], Reach::of_lengths([slice]));
        plan.tiers().iter().map(|tier| (tier.period_seconds, tier.datapoints())).collect::<Vec<_>>()
    };
    assert_eq!(ranges(3600), [(60, 363), (300, 793), (3600, 648)]);
    // All of a month is inside the 63 days of five minutes, and two weeks inside the 15 days of one.
    assert_eq!(ranges(300), [(60, 363), (300, 8_569)]);
    assert_eq!(ranges(60), [(60, 20_163), (300, 4_609)]);
}

#[test]
fn longer_datapoints_have_tiers_of_their_own() {
    let plan = Plan::at(1_795_255_842, [30 * 86_400]);
    let ranges = |seconds| {
        let plan = plan.by(Resolution::from_seconds(seconds).unwrap());
        plan.tiers().iter().map(|tier| (tier.period_seconds, tier.datapoints())).collect::<Vec<_>>()
    };
    assert_eq!(ranges(60), [(60, 363), (300, 793), (3600, 648)]);
    assert_eq!(ranges(120), [(120, 184), (600, 396), (3600, 648)]);
    assert_eq!(ranges(300), [(300, 72), (300, 793), (3600, 648)]);
    assert_eq!(ranges(3600), [(3600, 6), (3600, 66), (3600, 648)]);
    assert_eq!(ranges(86_400), [(86_400, 1), (86_400, 2), (86_400, 27)]);
    // 10:08 of the 21st.
    let end = |seconds| plan.end() - plan.by(Resolution::from_seconds(seconds).unwrap()).end();
    assert_eq!([60, 300, 3600].map(end), [0, 180, 480]);
}

#[test]
fn a_window_shorter_than_a_datapoint_is_one() {
    let plan = Plan::at(1_795_255_842, [30 * 86_400]);
    let plan = plan.by(Resolution::from_seconds(3600).unwrap());
    let lengths = WINDOWS.map(|(_, seconds)| plan.end() - plan.window_start(seconds).unwrap());
    assert_eq!(lengths, [3600, 3600, 3600, 7200, 21_600, 86_400, 259_200]);
}

fn resolution() -> impl Strategy<Value = Resolution> {
    prop::sample::select(&[60, 120, 300, 900, 1440, 3600, 7200, 86_400][..])
        .prop_map(|seconds| Resolution::from_seconds(seconds).unwrap())
}

fn reach() -> impl Strategy<Value = Reach> {
    proptest::collection::vec(prop::sample::select(&[60, 120, 300, 900, 3600, 86_400][..]), 0..3)
        .prop_map(Reach::of_lengths)
}

proptest! {
    #[test]
    fn tiers_meet_at_aligned_boundaries(
        now in 0..4_000_000_000_i64, days in 1..400_u64, reach in reach(), resolution in resolution(),
    ) {
        let plan = Plan::at_with(now, [days * 86_400, 7 * 86_400], reach);
        let (plan, length) = (plan.by(resolution), i64::try_from(resolution.seconds()).unwrap());
        prop_assert!(plan.end() <= now - LAG_SECONDS && plan.end() > now - LAG_SECONDS - MINUTE.max(length));
        let mut end = plan.end();
        for tier in plan.tiers() {
            prop_assert_eq!(tier.end, end);
            prop_assert_eq!(tier.start.rem_euclid(tier.period_seconds), 0);
            prop_assert_eq!(tier.period_seconds.rem_euclid(length), 0);
            prop_assert_eq!(tier.end.rem_euclid(tier.period_seconds), 0);
            prop_assert_eq!(tier.starts().count(), tier.datapoints());
            prop_assert!(tier.starts().enumerate().all(|(index, start)| tier.index(start) == Some(index)));
            end = tier.start;
        }
        let furthest = i64::try_from(days.max(7)).unwrap() * DAY;
        prop_assert!(end <= plan.end() - furthest && end > plan.end() - furthest - common_multiple(HOUR, length));
    }

    #[test]
    fn tiers_stay_inside_the_retention(
        now in 0..4_000_000_000_i64, days in 1..400_u64, reach in reach(), resolution in resolution(),
    ) {
        for tier in Plan::at_with(now, [days * 86_400], reach).by(resolution).tiers() {
            let age_days = (now - tier.start) / DAY;
            prop_assert!(age_days < 15 || tier.period_seconds % 300 == 0);
            prop_assert!(age_days < 63 || tier.period_seconds % 3600 == 0);
        }
    }

    #[test]
    fn windows_begin_where_a_datapoint_does(now in 0..4_000_000_000_i64) {
        let plan = Plan::at(now, [30 * 86_400]);
        for (name, seconds) in WINDOWS {
            let start = plan.window_start(seconds).unwrap();
            let length = u64::try_from(plan.end() - start).unwrap();
            let exact = seconds <= 21_600;
            prop_assert!(length >= seconds && length < seconds + if exact { 1 } else { 300 }, "{name} {length}");
            prop_assert!(plan.tiers().iter().any(|tier| tier.index(start).is_some()));
        }
    }
}
