//! The function as Lambda sees it: from exec to the first poll, and warm invocations, with recorded telemetry and SQLite.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark fails by panicking")]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tollgate_e2e::{
    function::Function,
    world::{change, workspace_policies},
};

const STARTS: usize = 30;
const INVOCATIONS: usize = 1000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let ledger = format!("sqlite:{}", folder.path().join("ledger.sqlite").display());
    let recording = tollgate_e2e::workspace().join("infra/demo/telemetry.json");
    let telemetry = format!("recorded:{}", recording.display());
    let policies = workspace_policies().display().to_string();
    let environment = [
        ("TOLLGATE_POLICIES", policies.as_str()),
        ("TOLLGATE_LEDGER", &ledger),
        ("TOLLGATE_TELEMETRY", &telemetry),
        ("TOLLGATE_CLOCK", "recorded"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let started = Instant::now();
        let mut function = Function::start("change-gate", &environment, Value::Null).await?;
        function.ready().await?;
        starts.push(started.elapsed());
        function.kill().await;
    }
    show("cold start, exec to first poll", starts);
    let function = Function::start("change-gate", &environment, Value::Null).await?;
    let mut invocations = Vec::new();
    for number in 0..INVOCATIONS {
        let payload = json!({"change": change("fraud-scoring", &format!("fraud-scoring/{}", number % 7))});
        let started = Instant::now();
        let answer = function.invoke(&format!("bench-{number}"), payload).await;
        invocations.push(started.elapsed());
        anyhow::ensure!(matches!(&answer, Some(Ok(decision)) if decision["verdict"].is_string()), "{answer:?}");
    }
    show("warm invocation", invocations.split_off(10));
    if let Some(kibibytes) = function.peak_memory_kibibytes() {
        println!("peak memory: {} MiB", kibibytes / 1024);
    }
    Ok(())
}

fn show(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len() - 1)).unwrap();
    println!("{what}: p50 {:.2?}, p99 {:.2?} over {}", at(50), at(99), times.len());
}
