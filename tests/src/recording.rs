//! Recordings of telemetry, minute by minute, as `tollgate record` would have written them.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Value, json};

const MINUTE: i64 = 60;
const FIVE_MINUTES: i64 = 5 * MINUTE;
const HISTORY_SECONDS: i64 = 31 * 86_400;
/// By minutes for six hours, by five minutes for all before.
const FINE_SECONDS: i64 = 6 * 3600;
const FIVE_MINUTES_SECONDS: i64 = 62 * 86_400;
/// How long after the newest minute it was recorded.
const LAG: Duration = Duration::seconds(156);

/// What is counted in a minute: good requests and all, by how many minutes before the end it begins; none where it is lost.
pub type Counts = fn(i64) -> Option<(u64, u64)>;

/// A recording of services, up to a full hour.
pub struct Recording {
    end: DateTime<Utc>,
    namespace: String,
    series: Vec<Value>,
}

impl Recording {
    pub fn until(end: DateTime<Utc>, namespace: &str) -> Self {
        Self { end, namespace: namespace.to_owned(), series: Vec::new() }
    }

    /// Adds good requests and all of a service.
    pub fn add(&mut self, service: &str, counts: Counts) {
        self.add_metric(service, "GoodRequestCount", |before| counts(before).map(|(good, _)| good));
        self.add_metric(service, "RequestCount", |before| counts(before).map(|(_, total)| total));
    }

    /// Adds one metric of a service.
    pub fn add_metric(&mut self, service: &str, name: &str, of: impl Fn(i64) -> Option<u64>) {
        let sum = |from: i64, seconds: i64| {
            let minutes = (from / MINUTE - seconds / MINUTE + 1..=from / MINUTE).filter_map(&of);
            minutes.fold(None, |sum, count| Some(sum.unwrap_or(0) + count))
        };
        let tier = |period: i64, from: i64, until: i64| {
            let starts = (until + period..=from).rev().step_by(usize::try_from(period).unwrap());
            json!({
                "period_seconds": period, "start": time(self.end - Duration::seconds(from)), "status": "complete",
                "reason": null, "values": starts.map(|before| sum(before, period)).collect::<Vec<_>>(),
            })
        };
        let tiers = json!([tier(MINUTE, FINE_SECONDS, 0), tier(FIVE_MINUTES, HISTORY_SECONDS, FINE_SECONDS)]);
        let metric = json!({
            "namespace": self.namespace, "name": name, "dimensions": {"Service": service}, "statistic": "Sum",
            "region": "eu-central-1", "account_id": null,
        });
        self.series.push(json!({"metric": metric, "tiers": tiers}));
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let reach = json!({"minutes_seconds": FINE_SECONDS, "five_minutes_seconds": FIVE_MINUTES_SECONDS});
        json!({
            "schema": "tollgate.telemetry/v1", "recorded_at": time(self.end + LAG), "end": time(self.end),
            "history_seconds": HISTORY_SECONDS, "reach": reach, "series": self.series,
        })
        .to_string()
    }
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
