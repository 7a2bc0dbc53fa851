//! Every service of an organisation, beside the least time that the calls can take.

#![allow(clippy::unwrap_used, clippy::float_arithmetic, missing_docs, reason = "a benchmark fails by panicking")]

use std::{env, time::Duration};

use serde_json::Value;
use tokio::process::Command;
use tollgate_aws::{CALLS_AT_ONCE, Quota};
use tollgate_bench::{
    cloudwatch::{CALL, StandIn},
    floor::{Reading, plan},
    sweep::{self, OBJECTIVES},
};

const SERVICES: u64 = 1000;
const UNLIMITED: u64 = 1 << 40;

fn main() -> anyhow::Result<()> {
    if sweep::run()? {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure())
}

async fn measure() -> anyhow::Result<()> {
    let stand_in = StandIn::default();
    let endpoint = stand_in.start().await?;
    let run = async |services: u64, quota: Quota, is_kept: bool| -> anyhow::Result<Value> {
        let Quota { calls_per_second, datapoints_per_second } = quota;
        let child = Command::new(env::current_exe()?)
            .env(sweep::TASK, format!("{services} {calls_per_second} {datapoints_per_second} {}", u8::from(is_kept)))
            .env("AWS_ENDPOINT_URL", &endpoint)
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .output()
            .await?;
        anyhow::ensure!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
        Ok(serde_json::from_slice(&child.stdout)?)
    };
    let decision = run(1, Quota::default(), false).await?;
    let (requests, micros) = (number(&decision, "requests"), number(&decision, "cost_usd_micros"));
    println!(
        "a decision about {OBJECTIVES} ratios requests {} metrics in {requests} calls: {micros} millionths of a dollar",
        micros / 10
    );

    let metrics = SERVICES * OBJECTIVES as u64 * 2;
    let own = Quota { calls_per_second: UNLIMITED, datapoints_per_second: UNLIMITED };
    let by_calls = Quota { datapoints_per_second: UNLIMITED, ..Quota::default() };
    for (state, is_kept) in [("nothing is kept", false), ("the days that are over are kept", true)] {
        let reading = Reading::of(metrics, &plan(sweep::NOW, is_kept));
        let Reading { calls, datapoints } = reading;
        println!(
            "{state}: {SERVICES} services, {metrics} metrics, {datapoints} datapoints, no fewer than {calls} calls of {CALL:?}"
        );
        // The stand-in writes its answers at the first sweep.
        run(SERVICES, own, is_kept).await?;
        for (what, quota) in [
            (format!("{CALLS_AT_ONCE} calls at once"), own),
            ("and CloudWatch's 50 calls a second".to_owned(), by_calls),
            ("and its 396,000 datapoints a second".to_owned(), Quota::default()),
        ] {
            stand_in.take_calls();
            let found = run(SERVICES, quota, is_kept).await?;
            let took = Duration::from_micros(number(&found, "micros"));
            let floor = reading.least_time(quota);
            println!(
                "{what}: {} calls, floor {floor:.2?}, took {took:.2?}, {:.2} times; {} ms on a processor, {} of them judging; peak memory {} MiB; {} millionths of a dollar",
                stand_in.take_calls(),
                took.as_secs_f64() / floor.as_secs_f64(),
                number(&found, "processor_ms"),
                number(&found, "judging_ms"),
                number(&found, "peak_kibibytes") / 1024,
                number(&found, "cost_usd_micros"),
            );
        }
    }
    Ok(())
}

fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap()
}
