//! A decision in process: facts JSON in, decision JSON out, under the shipped pack.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark fails by panicking")]

use std::time::{Duration, Instant};

use tollgate_bench::{decide, evaluator, facts, judge};

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
    let at = |share: usize| times.get(times.len() * share / 1000).unwrap().as_micros();
    println!(
        "decision in process: p50 {} µs, p99 {} µs, p99.9 {} µs over {} decisions",
        at(500),
        at(990),
        at(999),
        times.len()
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
