//! A sweep on its own, as the function runs it: on one thread, against what stands at `AWS_ENDPOINT_URL`.

use std::{
    collections::BTreeMap,
    env, fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::Instant;
use tollgate_aws::{CloudWatch, Quota, Telemetry, sdk_config};
use tollgate_core::{
    Timestamp,
    slo::{Background, Counted, DailyAggregate, KnownTime, Limits, Metric, ObjectiveDays, Ratio, Slo, SloFact, Target},
};

/// Objectives of a service, each on two metrics.
pub const OBJECTIVES: usize = 4;
/// Set in the process that sweeps: services, calls and datapoints a second, and 1 where days are kept, with spaces between.
pub const TASK: &str = "TOLLGATE_BENCH_SWEEP";

const DAY: u64 = 86_400;
/// 2026-11-21T10:10:42Z.
pub const NOW: i64 = 1_795_255_842;
/// What the stand-in has in each datapoint of five minutes.
const DATAPOINTS_OF_A_DAY: u64 = 288;

/// Sweeps, when this process is to, and prints what it took; false when it is not.
///
/// # Errors
/// When a service is not known in the end.
pub fn run() -> anyhow::Result<bool> {
    let Ok(task) = env::var(TASK) else {
        return Ok(false);
    };
    let numbers = task.split(' ').map(str::parse).collect::<Result<Vec<u64>, _>>()?;
    let [services, calls_per_second, datapoints_per_second, is_kept] = numbers[..] else {
        anyhow::bail!("`{TASK}` is `{task}`");
    };
    let quota = Quota { calls_per_second, datapoints_per_second };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    println!("{}", runtime.block_on(sweep(services, quota, is_kept == 1))?);
    Ok(true)
}

async fn sweep(services: u64, quota: Quota, is_kept: bool) -> anyhow::Result<Value> {
    let slos: Vec<(String, Vec<Slo>)> = (0..services).map(objectives).collect();
    let telemetry = Telemetry::CloudWatch(CloudWatch::new(&sdk_config().await).with_quota(quota));
    let now = Timestamp::from_timestamp(NOW, 0).context("the time is one")?;
    let kept: Arc<BTreeMap<String, Background>> = Arc::new(if is_kept { kept(&slos, now)? } else { BTreeMap::new() });
    let (asked, judged_by) = (Arc::clone(&kept), kept);
    let wanted = slos.iter().map(|(name, slos)| (name, slos.iter().map(|slo| (slo, true)).collect()));
    let began = Instant::now();
    let judged = Arc::new(AtomicU64::new(0));
    let judging = Arc::clone(&judged);
    let (until, limits) =
        (began + Duration::from_secs(600), Limits { max_age_seconds: 600, budget_steps_ppm: vec![1_000_000] });
    let mut stream = telemetry.sweep(
        wanted,
        now,
        until,
        move |slo| background(slo, &asked),
        move |_, mut found| {
            let began = Instant::now();
            found.iter_mut().for_each(|found| found.judging.set(&limits));
            let facts =
                found.iter().map(|found| found.fact(&background(found.slo, &judged_by))).collect::<Vec<SloFact>>();
            judging.fetch_add(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
            facts
        },
    );
    let (mut known, mut cost, mut requests) = (0_u64, 0, 0);
    while let Some((name, facts)) = stream.next().await {
        for SloFact { evidence, .. } in facts {
            anyhow::ensure!(evidence.is_ok(), "{name}: {evidence:?}");
            cost += evidence.api_cost_usd_micros;
            requests += evidence.api_requests;
        }
        known += 1;
    }
    anyhow::ensure!(known == services, "{known} of {services} services are known");
    let took = began.elapsed();
    let (peak_kibibytes, processor_ticks) = process()?;
    Ok(json!({
        "micros": took.as_micros(), "requests": requests, "cost_usd_micros": cost, "peak_kibibytes": peak_kibibytes,
        "processor_ms": processor_ticks * 10, "judging_ms": judged.load(Ordering::Relaxed) / 1000,
    }))
}

/// What is kept of an objective.
fn background(slo: &Slo, kept: &BTreeMap<String, Background>) -> Background {
    kept.get(&slo.evidence_id()).cloned().unwrap_or_default()
}

fn objectives(service: u64) -> (String, Vec<Slo>) {
    let name = format!("service-{service:04}");
    let slo = |objective: usize| {
        let metric = |metric: &str| Metric {
            dimensions: BTreeMap::from([("Service".to_owned(), name.clone())]),
            ..Metric::new("Shop", format!("{metric}{objective}"), "Sum")
        };
        let (metric, total) = (metric("Good").into(), metric("Total").into());
        let ratio =
            Ratio { counted: Counted::Good, metric, total, absent_total_is_zero: false, absent_good_is_unknown: false };
        let target = Target::from_ppb(999_000_000)?;
        Some(Slo::of_events(&name, format!("objective-{objective}"), target, 30 * DAY, ratio))
    };
    let slos = (0..OBJECTIVES).filter_map(slo).collect();
    (name, slos)
}

/// A month of days of each objective, as the gate keeps them.
fn kept(slos: &[(String, Vec<Slo>)], now: Timestamp) -> anyhow::Result<BTreeMap<String, Background>> {
    let day = |back: u64| DailyAggregate {
        day: now.date_naive() - chrono::Days::new(back),
        known: KnownTime { known_seconds: DAY, unknown_seconds: 0 },
        excluded_seconds: 0,
        good: DATAPOINTS_OF_A_DAY,
        total: DATAPOINTS_OF_A_DAY,
        missing: 0,
        slices: None,
    };
    let of = |slo: &Slo| {
        let days = ObjectiveDays::new(slo, (1..30).map(day).collect())?;
        Ok((slo.evidence_id(), Background { days: vec![days] }))
    };
    slos.iter().flat_map(|(_, slos)| slos).map(of).collect()
}

/// The largest memory of this process, and its time on a processor in hundredths of a second.
fn process() -> anyhow::Result<(u64, u64)> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("the kernel tells no peak")?;
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit_once(')').context("the kernel tells no times")?.1.split_whitespace().collect();
    let ticks = fields.iter().skip(11).take(2).map(|field| field.parse::<u64>()).sum::<Result<u64, _>>()?;
    Ok((peak.trim().trim_end_matches(" kB").parse()?, ticks))
}
