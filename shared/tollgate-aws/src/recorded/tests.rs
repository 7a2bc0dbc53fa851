use std::io::Write;

use serde_json::{Value, json};
use tollgate_core::slo::{Metric, Plan, Quality, Snapshot, TierSeries};

use super::{Recording, RecordingError, timestamp};

const END: i64 = 1_795_255_680;

fn recording() -> Recording {
    let plan = Plan::ending(END, 7 * 86_400);
    let metric = Metric {
        dimensions: [("Service".into(), "payments-api".into())].into(),
        region: Some("eu-central-1".into()),
        ..Metric::new("Demo", "Total", "Sum")
    };
    let mut tiers: Vec<_> = plan
        .tiers()
        .iter()
        .map(|tier| TierSeries::from_points(tier, tier.starts().map(|at| (at, 17.0)), Quality::Complete))
        .collect();
    tiers[0].values[3] = None;
    tiers[1].quality = Quality::Partial("PartialData".into());
    tiers[2].quality = Quality::Failed("Forbidden".into());
    let measures = plan
        .tiers()
        .iter()
        .map(|tier| TierSeries::from_points(tier, tier.starts().map(|at| (at, 0.25)), Quality::Complete))
        .collect();
    let measures = [(Metric::new("Demo", "Latency", "p99"), measures)].into();
    Recording::new(timestamp(END + 162), Snapshot { plan, series: [(metric, tiers)].into(), measures })
}

fn json() -> Value {
    serde_json::from_str(&recording().to_json().unwrap()).unwrap()
}

#[test]
fn writing_and_reading_loses_nothing() {
    assert_eq!(Recording::from_json(&recording().to_json().unwrap()), Ok(recording()));
    let first = &json()["series"][0]["tiers"][0];
    assert_eq!((&first["period_seconds"], &first["start"]), (&json!(60), &json!("2026-11-21T04:05:00Z")));
    assert_eq!(
        (&first["values"][2], &first["values"][3], &first["status"]),
        (&json!(17), &Value::Null, &json!("complete"))
    );
}

#[test]
fn what_tollgate_did_not_write_is_refused() {
    let cases: [(&str, Value, &str); 12] = [
        ("/schema", json!("tollgate.telemetry/v9"), "not `tollgate.telemetry/v1`"),
        ("/end", json!("2026-11-21T10:08:30Z"), "not a full minute"),
        ("/end", json!("2026-11-22T10:08:00Z"), "after it was recorded"),
        ("/history_seconds", json!(i64::MAX), "`history_seconds` not 3 to 455 days"),
        ("/history_seconds", json!(259_200), "tiers, not 2"),
        ("/series/0/tiers/0/values", json!([1, 2]), "expected 363 values by 60 s"),
        ("/series/0/tiers/0/start", json!("2026-11-21T04:04:00Z"), "from 2026-11-21 04:04:00 UTC"),
        ("/series/0/tiers/1/period_seconds", json!(60), "found 793 by 60 s"),
        ("/series/0/tiers/0/values/0", json!(-1), "invalid value"),
        ("/series/0/tiers/0/values/0", json!(1.5), "invalid type"),
        ("/series/0/tiers/0/status", json!("fine"), "unknown variant"),
        ("/series/0/metric/colour", json!("red"), "unknown field"),
    ];
    for (place, value, expected) in cases {
        let mut file = json();
        match file.pointer_mut(place) {
            Some(old) => *old = value,
            None => _ = file["series"][0]["metric"].as_object_mut().unwrap().insert("colour".into(), value),
        }
        let error = Recording::from_json(&file.to_string()).unwrap_err();
        assert!(error.contains(expected), "{place}: {error}");
    }
    let mut twice = json();
    let series = twice["series"][0].clone();
    twice["series"].as_array_mut().unwrap().push(series);
    assert!(Recording::from_json(&twice.to_string()).unwrap_err().contains("comes twice"));
    for text in ["", "{", "[]", "null", "{\"schema\": \"tollgate.telemetry/v1\"}"] {
        assert!(Recording::from_json(text).is_err(), "{text}");
    }
}

#[test]
fn a_huge_file_is_not_read_to_its_end() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b" ").unwrap();
    file.as_file().set_len((64 << 20) + 2).unwrap();
    let error = Recording::open(file.path()).unwrap_err();
    assert!(matches!(&error, RecordingError::Malformed { reason, .. } if reason.contains("64 MiB")), "{error}");
}
