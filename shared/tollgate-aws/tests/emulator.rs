//! Against a CloudWatch emulator, through the real SDK: what is put in is what comes out, live and recorded.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::{collections::BTreeMap, time::Duration};

use aws_config::SdkConfig;
use aws_sdk_cloudwatch::{
    Client,
    config::{Credentials, Region, SharedCredentialsProvider},
    types::{Dimension, MetricDatum},
};
use aws_smithy_types::DateTime;
use tokio::time::Instant;
use tollgate_aws::{CloudWatch, Recording, RecordingError, Telemetry, sdk_config};
use tollgate_core::{
    Timestamp,
    evidence::EvidenceStatus,
    slo::{Counted, Limits, Metric, Plan, Ratio, Reach, Slo, SloFact, Target},
};

async fn config() -> SdkConfig {
    let endpoint =
        std::env::var("TOLLGATE_TEST_AWS_ENDPOINT").expect("no AWS emulator: run `cargo xtask test`, which starts it");
    sdk_config()
        .await
        .into_builder()
        .endpoint_url(endpoint)
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "test")))
        .build()
}

const PERIOD_SECONDS: u64 = 7 * 86_400;

fn slo(namespace: &str) -> Slo {
    let metric = |name: &str, region: Option<&str>| Metric {
        dimensions: BTreeMap::from([("Service".to_owned(), "payments-api".to_owned())]),
        region: region.map(ToOwned::to_owned),
        ..Metric::new(namespace, name, "Sum")
    };
    // Two regions: the good events lie in another than the caller's own.
    let (metric, total) = (metric("Good", Some("us-west-2")).into(), metric("Total", None).into());
    let ratio =
        Ratio { counted: Counted::Good, metric, total, absent_total_is_zero: false, absent_good_is_unknown: false };
    Slo::of_events("payments-api", "availability", Target::from_ppb(999_000_000).unwrap(), PERIOD_SECONDS, ratio)
}

/// The total of the datapoint that begins then: every one another.
fn total(start: i64) -> u64 {
    1000 + (start / 60 % 997).unsigned_abs()
}

async fn publish(config: &SdkConfig, slo: &Slo, plan: &Plan) {
    for (metric, bad) in slo.metrics().into_iter().zip([2, 0]) {
        let region = metric.region.clone().map_or_else(|| config.region().unwrap().clone(), Region::new);
        let client = Client::from_conf(aws_sdk_cloudwatch::config::Builder::from(config).region(region).build());
        // Neighbours that no window may take in.
        let beside = [plan.end(), plan.tiers().last().unwrap().start - 60];
        let starts = plan.tiers().iter().flat_map(|tier| tier.starts()).chain(beside);
        let data: Vec<_> = starts
            .map(|start| {
                MetricDatum::builder()
                    .metric_name(&metric.name)
                    .dimensions(Dimension::builder().name("Service").value("payments-api").build())
                    .timestamp(DateTime::from_secs(start))
                    .value((total(start) - bad) as f64)
                    .build()
            })
            .collect();
        for chunk in data.chunks(1000) {
            client
                .put_metric_data()
                .namespace(&metric.namespace)
                .set_metric_data(Some(chunk.to_vec()))
                .send()
                .await
                .unwrap();
        }
    }
}

fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

/// As the gates' settings have them.
fn limits() -> Limits {
    Limits { max_age_seconds: 600, budget_steps_ppm: vec![250_000, 500_000, 750_000, 1_000_000] }
}

#[tokio::test]
async fn what_is_published_is_what_is_known() {
    let config = config().await;
    let now = chrono::Utc::now();
    let slo = slo(&format!("Test/Counts/{}", now.timestamp_micros()));
    let plan = Plan::at_with(now.timestamp(), [PERIOD_SECONDS], Reach::of([&slo]));
    publish(&config, &slo, &plan).await;

    let facts = Telemetry::cloudwatch(&config).gather(&[(&slo, true)], now, deadline(), &limits()).await;
    let fact = &facts[0];
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{:?}", fact.evidence.reason);
    assert_eq!(fact.evidence.source, "cloudwatch:eu-central-1");
    assert_eq!(fact.evidence.as_of, Timestamp::from_timestamp(plan.end(), 0));
    assert_eq!(fact.evidence.datapoints_received, fact.evidence.datapoints_expected);
    // Two regions, two tiers, one metric each.
    assert_eq!((fact.evidence.api_requests, fact.evidence.api_cost_usd_micros), (4, 40));
    let starts: Vec<i64> = plan.tiers().iter().flat_map(|tier| tier.starts()).collect();
    for (name, window) in &fact.windows {
        let start = plan.window_start(window.seconds).unwrap();
        let inside: Vec<_> = starts.iter().filter(|at| **at >= start).collect();
        let expected: u64 = inside.iter().map(|at| total(**at)).sum();
        assert_eq!(window.total, Some(expected), "{name}");
        assert_eq!(window.good, Some(expected - 2 * inside.len() as u64), "{name}");
    }
    let start = plan.window_start(PERIOD_SECONDS).unwrap();
    let expected: u64 = starts.iter().filter(|at| **at >= start).map(|at| total(*at)).sum();
    assert_eq!(fact.budget.as_ref().unwrap().total, expected);
}

#[tokio::test]
async fn a_recording_gives_the_same_facts() {
    let config = config().await;
    let now = chrono::Utc::now();
    let slo = slo(&format!("Test/Recording/{}", now.timestamp_micros()));
    publish(&config, &slo, &Plan::at_with(now.timestamp(), [PERIOD_SECONDS], Reach::of([&slo]))).await;
    let cloudwatch = CloudWatch::new(&config);
    let fetch = cloudwatch.fetch(&[&slo], now, deadline()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("telemetry.json");
    std::fs::write(&path, Recording::new(now, fetch.snapshot).to_json().unwrap()).unwrap();

    let live = Telemetry::CloudWatch(cloudwatch).gather(&[(&slo, true)], now, deadline(), &limits()).await;
    let recorded = Telemetry::recorded(&path).unwrap();
    let clock = recorded.recorded_at().unwrap();
    assert_eq!(clock.timestamp(), now.timestamp());
    let again = recorded.gather(&[(&slo, true)], clock, deadline(), &limits()).await;
    let same = |fact: &SloFact| {
        let mut fact = fact.clone();
        (fact.evidence.api_requests, fact.evidence.api_cost_usd_micros) = (0, 0);
        fact.evidence.source = String::new();
        fact
    };
    assert_eq!(same(&live[0]), same(&again[0]));
    assert_eq!(again[0].evidence.source, "recorded:telemetry.json");
    // Judged by the clock of later, it is what it is: old.
    let later = recorded.gather(&[(&slo, true)], clock + chrono::Duration::hours(1), deadline(), &limits()).await;
    assert_eq!(later[0].evidence.status, EvidenceStatus::Stale);
    let before = recorded.gather(&[(&slo, true)], clock - chrono::Duration::hours(1), deadline(), &limits()).await;
    assert_eq!(before[0].evidence.status, EvidenceStatus::Error);
}

#[tokio::test]
async fn a_metric_that_nobody_publishes_is_no_data() {
    let slo = slo("Test/Nothing");
    let facts =
        Telemetry::cloudwatch(&config().await).gather(&[(&slo, true)], chrono::Utc::now(), deadline(), &limits()).await;
    assert_eq!(facts[0].evidence.status, EvidenceStatus::NoData);
    assert!(facts[0].windows.values().all(|window| window.burn_rate_micro.is_none()));
}

#[test]
fn a_recording_that_is_not_there_says_how_to_make_one() {
    let error = Telemetry::recorded(std::path::Path::new("/nowhere/telemetry.json")).unwrap_err();
    assert!(matches!(error, RecordingError::Unreadable { .. }));
    assert!(error.to_string().contains("write one with `tollgate record`"), "{error}");
}
