//! A decision in process: facts JSON in, decision JSON out, under the shipped pack.

#![allow(clippy::unwrap_used, clippy::float_arithmetic, missing_docs, reason = "a benchmark fails by panicking")]

use std::{
    env, fs,
    process::Command,
    time::{Duration, Instant},
};

use tollgate_bench::{decide, evaluator, facts, judge, policies};

fn main() {
    percentiles();
    divan::main();
}

/// Divan shows the median; a gate is judged by its tail, too.
fn percentiles() {
    let evaluator = evaluator().unwrap();
    let facts = facts().unwrap();
    let mut times: Vec<Duration> = (0..20_000)
        .map(|_| {
            let started = Instant::now();
            decide(&evaluator, &facts).unwrap();
            started.elapsed()
        })
        .collect();
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 1000).unwrap();
    println!(
        "decision in process: p50 {} µs, p99 {} µs, p99.9 {} µs over {} decisions",
        at(500).as_micros(),
        at(990).as_micros(),
        at(999).as_micros(),
        times.len()
    );
    beside_opa(&facts, *at(500));
}

/// The median of the Go OPA over the same rules and facts, where `cargo xtask bench` brought it.
fn beside_opa(facts: &str, ours: Duration) {
    let (Ok(script), Ok(library)) = (env::var("TOLLGATE_OPA_SCRIPT"), env::var("TOLLGATE_OPA_LIBRARY")) else {
        println!("the Go OPA is not here: `cargo xtask bench` brings it");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("facts.json");
    fs::write(&file, facts).unwrap();
    let mut python = Command::new("python3");
    let output = python.arg(script).arg(library).arg(policies()).arg("time").arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let opa: f64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    println!(
        "Go OPA, prepared query, facts JSON in, findings JSON out: p50 {opa:.0} µs, {:.1} times as long",
        opa / ours.as_secs_f64() / 1e6
    );
}

#[divan::bench]
fn facts_json_to_decision_json(bencher: divan::Bencher<'_, '_>) {
    let evaluator = evaluator().unwrap();
    let facts = facts().unwrap();
    bencher.bench(|| decide(&evaluator, &facts).unwrap());
}

#[divan::bench]
fn replay_one_recorded_decision(bencher: divan::Bencher<'_, '_>) {
    let evaluator = evaluator().unwrap();
    let facts = serde_json::from_str(&facts().unwrap()).unwrap();
    bencher.counter(divan::counter::ItemsCount::new(1_usize)).bench(|| judge(&evaluator, &facts).unwrap());
}

#[divan::bench]
fn load_the_shipped_policies(bencher: divan::Bencher<'_, '_>) {
    bencher.bench(|| evaluator().unwrap());
}
