//! Recorded telemetry: what is read is written as it was, and can be judged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_aws::Recording;
use tollgate_core::slo::{Counted, Judging, Ratio, Slo, Target, slo_fact};

fuzz_target!(|text: &str| {
    let recording = match Recording::from_json(text) {
        Ok(recording) => recording,
        Err(reason) => return assert!(!reason.is_empty()),
    };
    let written = recording.to_json().expect("what was read can be written");
    assert_eq!(Recording::from_json(&written).as_ref(), Ok(&recording));
    let mut metrics = recording.snapshot.series.keys();
    let Some((metric, total)) = metrics.next().zip(metrics.next()) else { return };
    let judging = Judging {
        now: recording.recorded_at,
        max_age_seconds: 600,
        required: true,
        source: "recorded:fuzz".to_owned(),
        budget_steps_ppm: vec![1_000_000],
    };
    for counted in [Counted::Good, Counted::Bad { absent_is_zero: true }, Counted::Bad { absent_is_zero: false }] {
        let ratio = Ratio { counted, metric: metric.clone().into(), total: total.clone().into(), absent_total_is_zero: false, absent_good_is_unknown: false };
        let target = Target::from_ppb(999_000_000).expect("a share");
        let slo = Slo::of_events("pay", "availability", target, 3 * 86_400, ratio);
        let fact = slo_fact(&slo, &recording.snapshot, &judging);
        let known = fact.budget.is_some() && fact.windows.values().all(|window| window.burn_rate_micro.is_some());
        assert!(if fact.evidence.is_ok() { known } else { fact.evidence.reason.is_some() });
    }
});
