//! Structured logs: one JSON object a line, with the decision id of the span it is written in.

use tracing_subscriber::{EnvFilter, fmt::format::FmtSpan};

/// Starts logging to standard output. `TOLLGATE_LOG` sets the level or a filter (`info` by default); the libraries below
/// us stay at `warn`, because at finer levels they would write requests with their headers.
pub fn start() {
    let level = std::env::var("TOLLGATE_LOG").unwrap_or_else(|_| "info".to_owned());
    let quiet = "aws_smithy_runtime=warn,aws_sdk_cloudwatch=warn,aws_sdk_dynamodb=warn,hyper=warn,aws_config=warn";
    let filter = EnvFilter::builder().parse_lossy(format!("{level},{quiet}"));
    // A second start in one process, as in tests, keeps the first.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_span_events(FmtSpan::NONE)
        .with_env_filter(filter)
        .try_init();
}
