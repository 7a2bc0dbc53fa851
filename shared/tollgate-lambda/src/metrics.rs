//! CloudWatch metrics in the embedded metric format: a line of JSON on standard output, which CloudWatch Logs turns into
//! metrics. A fixed set of metrics needs no recorder, so the line is written directly.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::{io::Write as _, time::Duration};

use serde_json::{Map, Value, json};
use tollgate_core::{Timestamp, decision::Decision, facts::Frame};

/// The namespace of all metrics.
pub const NAMESPACE: &str = "Tollgate";

/// How long each step of a decision took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Latencies {
    /// Claiming and gathering facts, in parallel.
    pub gather: Duration,
    /// Judging.
    pub evaluate: Duration,
    /// Writing to the ledger.
    pub record: Duration,
}

/// The line for one decision.
pub fn decision_line(at: Timestamp, decision: &Decision, facts: &Frame<'_>, latencies: Latencies) -> Value {
    let problems = facts.evidence.iter().filter(|evidence| !evidence.is_ok()).count();
    let metrics = [
        ("Decisions", "Count", json!(1)),
        ("EvidenceProblems", "Count", json!(problems)),
        ("AwsRequests", "Count", json!(decision.api_cost.requests)),
        ("GatherLatency", "Microseconds", microseconds(latencies.gather)),
        ("EvaluateLatency", "Microseconds", microseconds(latencies.evaluate)),
        ("RecordLatency", "Microseconds", microseconds(latencies.record)),
    ];
    let properties = [
        ("gate", json!(decision.gate.as_str())),
        ("verdict", json!(decision.verdict.as_str())),
        ("decision_id", json!(decision.decision_id)),
    ];
    line(at, &[&["gate"], &["gate", "verdict"]], &metrics, &properties)
}

/// The line for a request that led to no decision.
pub fn refusal_line(at: Timestamp, gate: &str, status: u16) -> Value {
    let properties = [("gate", json!(gate)), ("status", json!(status.to_string()))];
    line(at, &[&["gate"], &["gate", "status"]], &[("Refusals", "Count", json!(1))], &properties)
}

/// The line for one sweep: its counts by name.
pub fn sweep_line(at: Timestamp, gate: &str, counts: &[(&'static str, u64)]) -> Value {
    let metrics: Vec<_> = counts.iter().map(|(name, count)| (*name, "Count", json!(count))).collect();
    line(at, &[&["gate"]], &metrics, &[("gate", json!(gate))])
}

/// Writes a line to standard output. What cannot be written is lost: a metric must not fail a decision.
pub fn write(line: &Value) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

fn microseconds(duration: Duration) -> Value {
    json!(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
}

fn line(at: Timestamp, dimensions: &[&[&str]], metrics: &[(&str, &str, Value)], properties: &[(&str, Value)]) -> Value {
    let names: Vec<Value> = metrics.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
    let header = json!({
        "Timestamp": at.timestamp_millis(),
        "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": names}],
    });
    let values = metrics.iter().map(|(name, _, value)| ((*name).to_owned(), value.clone()));
    let properties = properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let line: Map<String, Value> =
        std::iter::once(("_aws".to_owned(), header)).chain(values).chain(properties).collect();
    Value::Object(line)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    /// Every dimension and metric that the header names must be a member of the line, or CloudWatch drops it.
    #[test]
    fn the_header_names_only_what_the_line_has() {
        let at = Utc.with_ymd_and_hms(2026, 11, 21, 9, 0, 0).unwrap();
        let line = super::refusal_line(at, "change", 413);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "Tollgate");
        assert_eq!(line["_aws"]["Timestamp"], at.timestamp_millis());
        for name in directive["Metrics"].as_array().unwrap().iter().map(|metric| metric["Name"].as_str().unwrap()) {
            assert!(line[name].is_number(), "{name}");
        }
        for dimension in directive["Dimensions"].as_array().unwrap().iter().flat_map(|set| set.as_array().unwrap()) {
            assert!(line[dimension.as_str().unwrap()].is_string(), "{dimension}");
        }
    }
}
