//! Counts from a source that says anything: what is judged good rests on everything being known.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use tollgate_core::{
    Timestamp,
    slo::{
        Counted, Judging, Metric, PARTS_PER_BILLION, Plan, Quality, Ratio, Slo, Snapshot, Target, Tier, TierSeries,
        WINDOWS, slo_fact,
    },
};

const NOW: i64 = 1_795_255_842;

#[derive(Debug, Arbitrary)]
struct Answer {
    now: u32,
    lag_seconds: i16,
    max_age_seconds: u16,
    target_ppb: u32,
    period_days: u8,
    kind: u8,
    series: [[Points; 3]; 2],
}

#[derive(Debug, Arbitrary)]
struct Points {
    quality: u8,
    /// What every datapoint is, before single ones.
    all: Option<u16>,
    single: Vec<(Place, f64)>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Place {
    Datapoint(u16),
    Anywhere(i64),
}

impl Points {
    fn series(&self, tier: &Tier) -> TierSeries {
        let quality = match self.quality {
            255 => Quality::Failed("Forbidden".to_owned()),
            254 => Quality::Partial("PartialData".to_owned()),
            _ => Quality::Complete,
        };
        let single = self.single.iter().map(|(place, value)| match place {
            Place::Datapoint(index) => (tier.start + i64::from(*index) * tier.period_seconds, *value),
            Place::Anywhere(start) => (*start, *value),
        });
        let single: Vec<_> = single.collect();
        let is_single = |start: &i64| single.iter().any(|(other, _)| other == start);
        let all = self
            .all
            .iter()
            .flat_map(|value| tier.starts().filter(|start| !is_single(start)).map(|start| (start, f64::from(*value))));
        TierSeries::from_points(tier, all.chain(single.iter().copied()), quality)
    }
}

fn metric(name: &str) -> Metric {
    Metric::new("Fuzz", name, "Sum")
}

fuzz_target!(|answer: Answer| {
    let counted = [Counted::Good, Counted::Bad { absent_is_zero: false }, Counted::Bad { absent_is_zero: true }];
    let ratio = Ratio {
        counted: counted[usize::from(answer.kind) % counted.len()],
        metric: metric("Counted").into(),
        total: metric("Total").into(),
        absent_total_is_zero: answer.kind % 2 == 1, absent_good_is_unknown: false,
    };
    let target = Target::from_ppb(1 + u64::from(answer.target_ppb) % (PARTS_PER_BILLION - 1)).expect("a share");
    let period_seconds = (1 + u64::from(answer.period_days) % 40) * 86_400;
    let slo = Slo::of_events("pay", "availability", target, period_seconds, ratio);
    let seconds = NOW + i64::from(answer.now);
    let plan = Plan::at(seconds + i64::from(answer.lag_seconds), [period_seconds]);
    let series = slo.metrics().into_iter().cloned().zip(&answer.series).map(|(metric, points)| {
        (metric, plan.tiers().iter().zip(points).map(|(tier, points)| points.series(tier)).collect())
    });
    let snapshot = Snapshot { series: series.collect(), measures: Default::default(), plan };
    let judging = Judging {
        now: Timestamp::from_timestamp(seconds, 0).expect("a time"),
        max_age_seconds: answer.max_age_seconds.into(),
        required: true,
        source: "fuzz".to_owned(),
        budget_steps_ppm: vec![500_000, 1_000_000],
    };
    let fact = slo_fact(&slo, &snapshot, &judging);

    assert_eq!(fact.windows.len(), WINDOWS.len());
    for window in fact.windows.values() {
        assert!(window.datapoints_received <= window.datapoints_expected);
        assert_eq!(window.total.is_some(), window.good.is_some());
        assert_eq!(window.total.is_some(), window.burn_rate_micro.is_some());
        if let (Some(good), Some(total), Some(burn)) = (window.good, window.total, window.burn_rate_micro) {
            assert!(good <= total && (burn == 0) == (good == total), "{window:?}");
        }
    }
    if let Some(budget) = &fact.budget {
        assert!(budget.bad <= budget.total && budget.remaining_ppm <= 1_000_000);
        assert_eq!(budget.remaining_ppm < 0, budget.bad > budget.allowed_bad, "{budget:?}");
    }
    assert!(fact.burning_since.is_none_or(|since| since.timestamp() < snapshot.plan.end()));
    if fact.evidence.is_ok() {
        assert!(snapshot.series.values().flatten().all(|series| series.quality == Quality::Complete));
        assert!(fact.budget.is_some() && fact.windows.values().all(|window| window.burn_rate_micro.is_some()));
        let age = fact.evidence.as_of.map(|as_of| seconds - as_of.timestamp()).expect("the newest datapoint");
        assert!(u64::try_from(age).is_ok_and(|age| age <= judging.max_age_seconds), "{age} s");
    } else {
        assert!(fact.evidence.reason.is_some_and(|reason| !reason.is_empty()));
    }
});
