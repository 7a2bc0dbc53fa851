use proptest::prelude::*;

use super::Reach;
use crate::{
    Timestamp,
    slo::{
        Budgeting, Comparison, Indicator, Judging, Measure, Metric, Period, Plan, Quality, Resolution, Slo, Snapshot,
        Target, TierSeries,
        plan::DAY,
        sample::{NOW, judging, slo},
        slo_fact,
    },
};

/// Under a second, by a statistic of a metric whose datapoints are that long, as the reader of OpenSLO makes it.
fn under_a_second(statistic: &str, days: u64, own_seconds: u64, budgeting: Budgeting) -> Slo {
    let resolution = Resolution::from_seconds(own_seconds).unwrap();
    let source = Metric { resolution, ..Metric::new("Demo", "Seconds", statistic) }.into();
    let period = Period::Rolling { seconds: days * 86_400 };
    let indicator = Indicator::Threshold { source, comparison: Comparison::Lt, value: 1.into(), absent_is_idle: false };
    let target = Target::from_ppb(900_000_000).unwrap();
    Slo { target, period, budgeting, indicator: indicator.by_one_length(period, budgeting), ..slo() }
}

/// What CloudWatch has at a time of a metric with a value each minute.
fn published(slo: &Slo, now: i64, value: impl Fn(i64) -> u64) -> Snapshot {
    let plan = Plan::at_with(now, [slo.period.longest_seconds()], Reach::of([slo]));
    let metric = slo.metrics()[0].clone();
    let of = |start: i64, seconds: i64| {
        let minutes = (start..start + seconds).step_by(60).map(&value);
        let value = match metric.statistic.as_str() {
            "Maximum" => minutes.max().unwrap() as f64,
            _ => (minutes.sum::<u64>() / (seconds.unsigned_abs() / 60)) as f64,
        };
        Measure::read(value)
    };
    let tiers = plan.by(metric.resolution);
    let tiers = tiers.tiers().iter().map(|tier| TierSeries {
        values: tier.starts().map(|start| of(start, tier.period_seconds)).collect(),
        quality: Quality::Complete,
    });
    let measures = [(metric.clone(), tiers.collect())].into();
    Snapshot { plan, series: [].into(), measures }
}

fn bad_minutes(slo: &Slo, now: i64, value: impl Fn(i64) -> u64) -> u64 {
    let data = published(slo, now, value);
    let now = Timestamp::from_timestamp(now, 0).unwrap();
    let fact = slo_fact(slo, &data, &Judging { now, ..judging() });
    assert!(fact.evidence.is_ok(), "{:?}", fact.evidence.reason);
    fact.budget.unwrap().bad
}

#[test]
fn ten_bad_minutes_of_each_hour_are_that_many_for_a_month() {
    let midnight = NOW - NOW.rem_euclid(DAY);
    let day = midnight - DAY..midnight;
    let value = |time: i64| if day.contains(&time) && time.rem_euclid(3600) < 600 { 5 } else { 0 };
    for statistic in ["Average", "Maximum"] {
        let month = under_a_second(statistic, 30, 60, Budgeting::Occurrences);
        for age in [0, 1, 3, 5, 14, 28] {
            assert_eq!(bad_minutes(&month, NOW + age * DAY, value), 24 * 10, "{statistic} after {age} days");
        }
    }
}

#[test]
fn datapoints_show_to_five_minutes_what_is_known_wherever_they_are_kept() {
    let finer = Reach { five_minutes_seconds: 62 * DAY, ..Reach::default() };
    assert_eq!(Reach::of([&slo()]), finer);
    let plan = Plan::at_with(NOW, [30 * 86_400], finer);
    assert!(plan.tiers().iter().all(|tier| tier.period_seconds <= 300));
    let quarter = Plan::at_with(NOW, [90 * 86_400], finer);
    let hours: Vec<_> = quarter.tiers().iter().filter(|tier| tier.period_seconds > 300).collect();
    assert!(hours.iter().all(|tier| tier.end <= NOW - 61 * DAY && tier.start <= NOW - 90 * DAY));
    assert_eq!(hours.len(), 1);
}

proptest! {
    /// Whatever the period and the metric's own length: no datapoint of the period is longer than another.
    #[test]
    fn a_value_has_datapoints_of_one_length(
        now in 1_700_000_000..1_900_000_000_i64,
        days in 1..366_u64,
        own in prop::sample::select(&[60, 120, 300, 600, 900, 1440, 3600, 7200, 86_400][..]),
        calendar in any::<bool>(),
    ) {
        let mut slo = under_a_second("Average", days, own, Budgeting::Occurrences);
        if calendar {
            slo = crate::slo::sample::monthly(slo, chrono_tz::Tz::Europe__Berlin);
            slo.indicator = slo.indicator.clone().by_one_length(slo.period, slo.budgeting);
        }
        let plan = Plan::at_with(now, [slo.period.longest_seconds()], Reach::of([&slo]));
        let resolution = slo.indicator.resolution();
        let plan = plan.by(resolution);
        let bounds = slo.period.bounds(Timestamp::from_timestamp(plan.end(), 0).unwrap()).unwrap();
        let start = bounds.starts_at.timestamp().min(plan.window_start(3 * 86_400).unwrap());
        prop_assert!(plan.datapoint_start(start).is_some());
        let length = i64::try_from(resolution.seconds()).unwrap();
        prop_assert_eq!(length.rem_euclid(i64::try_from(own).unwrap()), 0);
        for tier in plan.tiers().iter().filter(|tier| tier.end > start) {
            prop_assert_eq!(tier.period_seconds, length);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The age of an outage changes no count, as long as it is in the period.
    #[test]
    fn the_age_of_an_outage_changes_no_count(
        began in 0..1440_i64, minutes in 1..300_i64, every in 1..90_i64, age in 0..25_i64,
        days in prop::sample::select(&[30_u64, 62, 90][..]),
        statistic in prop::sample::select(&["Average", "Maximum"][..]),
    ) {
        let slo = under_a_second(statistic, days, 60, Budgeting::Occurrences);
        let start = NOW - NOW.rem_euclid(DAY) - 2 * DAY + began * 60;
        let bad = |time: i64| {
            let minute = (time - start).div_euclid(60);
            u64::from((0..minutes).contains(&minute) && minute % every < every.div_euclid(2) + 1) * 3
        };
        prop_assert_eq!(bad_minutes(&slo, NOW + age * DAY, bad), bad_minutes(&slo, NOW, bad));
    }
}
