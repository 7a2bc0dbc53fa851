//! Puts two weeks of the demo's telemetry into the CloudWatch emulator that `AWS_ENDPOINT_URL` names, and has the objectives
//! below `TOLLGATE_POLICIES`, where it is set, say that they are no older.

use std::process::ExitCode;

use anyhow::Context as _;
use tollgate_e2e::telemetry::{Traffic, Version, publish, publish_version, rejuvenate};

const REGION: &str = "eu-central-1";
const NAMESPACE: &str = "Tollgate/Demo";
const HOUR: i64 = 3600;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<()> {
    let endpoint = std::env::var("AWS_ENDPOINT_URL").context("`AWS_ENDPOINT_URL` should name the emulator")?;
    // `search-api` is left out: it sends nothing.
    let services = [
        ("payments-api", Traffic::HEALTHY),
        ("ledger-db", Traffic::HEALTHY),
        ("fraud-scoring", Traffic::HEALTHY),
        ("notifications", Traffic::HEALTHY),
        ("checkout-web", Traffic::burning(16, 2 * HOUR)),
    ];
    let now = chrono::Utc::now();
    if let Some(policies) = std::env::var_os("TOLLGATE_POLICIES") {
        rejuvenate(policies.as_ref(), Traffic::HEALTHY.days, now)?;
    }
    let publishing = services.map(|(service, traffic)| {
        let endpoint = endpoint.clone();
        tokio::spawn(async move { publish(&endpoint, REGION, NAMESPACE, service, &traffic, now).await })
    });
    for task in publishing {
        task.await??;
    }
    // The canary that the README asks about, and its baseline.
    for (name, requests_per_minute, latency_ms) in [("1841", 2000, 100), ("1842", 100, 101)] {
        let version = Version { name, requests_per_minute, bad_per_minute: 0, latency_ms };
        publish_version(&endpoint, REGION, NAMESPACE, "payments-api", version, now).await?;
    }
    println!("two weeks of {} services", services.len());
    Ok(())
}
