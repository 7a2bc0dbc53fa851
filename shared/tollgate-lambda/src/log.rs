//! Structured logs: one JSON object a line, with the decision id of the span it is written in.

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

/// How the names of the packages begin whose level can be set.
const OURS: [&str; 4] = ["change_gate", "cost_gate", "slo_gate", "tollgate_"];

/// Starts logging to standard output. `TOLLGATE_LOG` sets our own level (`error` to `trace`, `info` by default). Everybody
/// else stays at `warn`: at finer levels the runtime and the AWS SDK write whole requests, with the secrets in them.
pub fn start() {
    let level = std::env::var("TOLLGATE_LOG").ok().and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    let ours = OURS.map(|name| (name, level));
    let lines =
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false);
    // The runtime's errors carry what the function answered, which may quote the request.
    let targets = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("lambda_runtime", LevelFilter::OFF)
        .with_targets(ours);
    // A second start in one process, as in tests, keeps the first.
    let _ = tracing_subscriber::registry().with(targets).with(lines).try_init();
}
