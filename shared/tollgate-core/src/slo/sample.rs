//! Objectives and snapshots for tests.

use std::collections::BTreeMap;

use super::{
    Budgeting, Counted, Exclusion, Judging, Measure, Metric, Period, Plan, Quality, Ratio, Reach, SliceTarget, Slo,
    SloFact, Snapshot, Target, Tier, TierSeries, slo_fact,
};
use crate::Timestamp;

/// 2026-11-21T10:10:42Z
pub(super) const NOW: i64 = 1_795_255_842;
/// The end of the data then: 10:08.
pub(super) const END: i64 = 1_795_255_680;
/// At which more is held up, as shipped.
pub(super) const STEPS_PPM: [u64; 4] = [250_000, 500_000, 750_000, 1_000_000];
pub(super) const DAY: i64 = 86_400;
pub(super) const MONTH: u64 = 30 * 86_400;

pub(super) fn metric(name: &str) -> Metric {
    Metric::new("Demo", name, "Sum")
}

pub(crate) fn slo() -> Slo {
    let ratio = Ratio {
        counted: Counted::Good,
        metric: metric("Good").into(),
        total: metric("Total").into(),
        absent_total_is_zero: false,
        absent_good_is_unknown: false,
    };
    Slo::of_events("payments-api", "availability", Target::from_ppb(999_000_000).unwrap(), MONTH, ratio)
}

/// The same, in slices of which 95 % must be good.
pub(super) fn sliced(slice_seconds: u64) -> Slo {
    let slice_target = SliceTarget::from_ppb(950_000_000).unwrap();
    Slo { budgeting: Budgeting::Timeslices { slice_seconds, slice_target }, ..slo() }
}

pub(crate) fn judging() -> Judging {
    let now = Timestamp::from_timestamp(NOW, 0).unwrap();
    Judging { now, max_age_seconds: 600, required: true, source: "test".into(), budget_steps_ppm: STEPS_PPM.to_vec() }
}

pub(super) fn plan() -> Plan {
    Plan::at_with(NOW, [62 * 86_400], Reach::default())
}

/// The counts by (start, length) of a datapoint.
pub(crate) fn snapshot(
    plan: &Plan,
    good: impl Fn(i64, i64) -> Option<u64>,
    total: impl Fn(i64, i64) -> Option<u64>,
) -> Snapshot {
    let series = [(metric("Good"), tiers(plan, good)), (metric("Total"), tiers(plan, total))].into();
    Snapshot { plan: plan.clone(), series, measures: BTreeMap::new() }
}

/// A request a second, of which those are bad that come at these times.
pub(super) fn requests(plan: &Plan, bad: impl Fn(i64) -> bool) -> Snapshot {
    let good = |start: i64, seconds: i64| {
        // By minutes: a test says which of them are bad.
        let minutes = (0..seconds / 60).map(|minute| start + minute * 60);
        Some(60 * minutes.filter(|minute| !bad(*minute)).count() as u64)
    };
    snapshot(plan, good, |_, seconds| Some(seconds.unsigned_abs()))
}

pub(super) fn measured(plan: &Plan, value: impl Fn(i64) -> Option<f64>) -> Snapshot {
    let read = |start, _| value(start).map(|value| Measure::read(value).unwrap());
    let measures = [(Metric::new("Demo", "Value", "p99"), tiers(plan, read))].into();
    Snapshot { plan: plan.clone(), series: BTreeMap::new(), measures }
}

fn tiers<T>(plan: &Plan, value: impl Fn(i64, i64) -> Option<T>) -> Vec<TierSeries<T>> {
    let series = |tier: &Tier| TierSeries {
        values: tier.starts().map(|start| value(start, tier.period_seconds)).collect(),
        quality: Quality::Complete,
    };
    plan.tiers().iter().map(series).collect()
}

pub(super) fn monthly(slo: Slo, time_zone: chrono_tz::Tz) -> Slo {
    let starts = "2026-01-01T00:00:00".parse().unwrap();
    Slo { period: Period::Calendar { starts, unit: super::CalendarUnit::Month, count: 1, time_zone }, ..slo }
}

/// Maintenance in UTC.
pub(super) fn maintenance(starts: &str, ends: &str, rrule: Option<&str>) -> Exclusion {
    let entry = serde_json::json!({
        "name": "maintenance", "owner": "payments", "reason": "the database moves", "services": ["payments-api"],
        "time_zone": "UTC", "starts": starts, "ends": ends, "rrule": rrule,
    });
    let entry = crate::data::from_yaml("m.yaml", &entry.to_string()).unwrap();
    Exclusion::read("m.yaml", entry, &mut crate::names::References::default()).unwrap()
}

pub(super) fn judged(slo: &Slo, snapshot: &Snapshot) -> SloFact {
    slo_fact(slo, snapshot, &judging())
}

pub(super) fn reason(fact: &SloFact) -> &str {
    fact.evidence.reason.as_deref().unwrap_or_default()
}
