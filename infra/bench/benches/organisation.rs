//! The SLO gate as Lambda runs it, over an organisation of a thousand services with four objectives each.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_arithmetic,
    missing_docs,
    reason = "a benchmark fails by panicking"
)]

use std::{
    fs,
    path::Path,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use tollgate_aws::Quota;
use tollgate_bench::{
    cloudwatch::StandIn,
    copy,
    floor::{Reading, plan},
};
use tollgate_e2e::{function::Function, world::workspace_policies};

const SERVICES: usize = 1000;
const OBJECTIVES: usize = 4;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let policies = folder.path().join("policies");
    copy(&workspace_policies(), &policies)?;
    organisation(&policies)?;
    let stand_in = StandIn::default();
    let endpoint = stand_in.start().await?;
    let ledger = format!("sqlite:{}", folder.path().join("ledger.sqlite").display());
    let environment = [
        ("TOLLGATE_POLICIES", policies.to_str().unwrap()),
        ("TOLLGATE_LEDGER", &ledger),
        ("AWS_ENDPOINT_URL", &endpoint),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    let started = Instant::now();
    let mut function = Function::start("slo-gate", &environment, Value::Null).await?;
    function.ready().await?;
    println!("cold start with {SERVICES} services: {:.2?}", started.elapsed());
    let peak = |function: &Function| function.peak_memory_kibibytes().map(|kibibytes| kibibytes / 1024);
    println!("peak memory by then: {:?} MiB", peak(&function));
    // At the first sweep nothing is kept, and the stand-in writes its answers; at the second it writes those of what is kept.
    for number in 0..3 {
        stand_in.take_calls();
        let started = Instant::now();
        let answer = function.invoke(&format!("sweep-{number}"), json!({"sweep": {}})).await;
        let Some(Ok(swept)) = answer else { anyhow::bail!("{answer:?}") };
        // Each objective is on two metrics.
        let metrics = SERVICES as u64 * OBJECTIVES as u64 * 2;
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
        let (took, reading) = (started.elapsed(), Reading::of(metrics, &plan(now, number > 0)));
        let floor = reading.least_time(Quota::default());
        println!(
            "sweep: {took:.2?}, floor {floor:.2?}, {:.2} times; {} calls, {}",
            took.as_secs_f64() / floor.as_secs_f64(),
            stand_in.take_calls(),
            swept["done"][0]["saw"]
        );
    }
    println!("peak memory: {:?} MiB", peak(&function));
    Ok(())
}

/// Services and objectives as their owners write them, instead of the example's.
fn organisation(policies: &Path) -> anyhow::Result<()> {
    let data = policies.join("data");
    for folder in ["services", "slos", "budgets", "maintenance", "canaries", "keptn", "calendars", "waivers"] {
        fs::remove_dir_all(data.join(folder))?;
        fs::create_dir(data.join(folder))?;
    }
    // The layers of services that are gone would be refused.
    fs::remove_dir_all(data.join("settings/services"))?;
    for service in 0..SERVICES {
        let name = format!("service-{service:04}");
        let entry = format!(
            "name: {name}\ndescription: One of many.\ntier: tier_2\nowner: platform\nenvironments: [production]\n"
        );
        fs::write(data.join("services").join(format!("{name}.yaml")), entry)?;
        let source = |metric: String| {
            format!(
                "{{metricSource: {{type: CloudWatch, spec: {{Namespace: Shop, MetricName: {metric}, \
                 Dimensions: {{Service: {name}}}, Stat: Sum}}}}}}"
            )
        };
        let slo = |objective: usize| {
            let (good, total) = (source(format!("Good{objective}")), source(format!("Total{objective}")));
            format!(
                "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: objective-{objective}}}\nspec:\n  service: {name}\n  \
                 indicator:\n    metadata: {{name: {name}-{objective}}}\n    spec:\n      ratioMetric:\n        counter: true\n        \
                 good: {good}\n        total: {total}\n  timeWindow: [{{duration: 30d, isRolling: true}}]\n  \
                 budgetingMethod: Occurrences\n  objectives: [{{target: 0.999}}]\n"
            )
        };
        let slos: Vec<String> = (0..OBJECTIVES).map(slo).collect();
        fs::write(data.join("slos").join(format!("{name}.yaml")), slos.join("---\n"))?;
    }
    Ok(())
}
