//! Metrics that are read as a role, through the real SDK: STS and CloudWatch answer in the process.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_config::{Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;
use ciborium::Value;
use tokio::time::Instant;
use tollgate_aws::{CloudWatch, Telemetry};
use tollgate_core::{
    Timestamp,
    evidence::EvidenceStatus,
    slo::{Counted, Limits, Metric, Ratio, Slo, SloFact, Target},
};

const NOW: i64 = 1_795_255_842;
const READER: &str = "arn:aws:iam::111122223333:role/metrics-reader";
const REFUSED: &str = "arn:aws:iam::444455556666:role/metrics-reader";

/// What was asked: the host, and the access key that it was signed with.
type Asked = Arc<Mutex<Vec<(String, String)>>>;

fn slo(service: &str, region: Option<&str>, role: Option<&str>) -> Slo {
    let metric = |name: &str| Metric {
        dimensions: BTreeMap::from([("Service".into(), service.into())]),
        region: region.map(Into::into),
        role_arn: role.map(Into::into),
        ..Metric::new("Demo", name, "Sum")
    };
    let ratio = Ratio {
        counted: Counted::Good,
        metric: metric("Good").into(),
        total: metric("Total").into(),
        absent_total_is_zero: false,
        absent_good_is_unknown: false,
    };
    Slo::of_events(service, "availability", Target::from_ppb(999_000_000).unwrap(), 30 * 86_400, ratio)
}

fn answer(status: u16, body: impl Into<SdkBody>, kind: &str) -> http::Response<SdkBody> {
    let response = http::Response::builder().status(status).header("content-type", kind);
    response.header("smithy-protocol", "rpc-v2-cbor").body(body.into()).unwrap()
}

/// STS gives keys that last `lifetime`, to all roles but one.
fn sts(body: &str, lifetime: chrono::Duration) -> http::Response<SdkBody> {
    if body.contains("444455556666") {
        let refusal = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to \
                       perform sts:AssumeRole</Message></Error></ErrorResponse>";
        return answer(403, refusal, "text/xml");
    }
    let until = (chrono::Utc::now() + lifetime).format("%Y-%m-%dT%H:%M:%SZ");
    let granted = format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s\
         </SecretAccessKey><SessionToken>t</SessionToken><Expiration>{until}</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    );
    answer(200, granted, "text/xml")
}

fn field<'a>(value: &'a Value, name: &str) -> &'a Value {
    let entries = value.as_map().unwrap();
    &entries.iter().find(|(key, _)| key.as_text() == Some(name)).unwrap_or_else(|| panic!("no {name} in {value:?}")).1
}

/// Every datapoint that is asked for: 1000 events, all of them good.
fn metrics(body: &[u8]) -> http::Response<SdkBody> {
    let request: Value = ciborium::from_reader(body).unwrap();
    let time = |name| match field(&request, name) {
        Value::Tag(1, value) => match &**value {
            Value::Integer(seconds) => i64::try_from(*seconds).unwrap(),
            other => other.as_float().unwrap() as i64,
        },
        other => panic!("{other:?}"),
    };
    let text = |name: &str, value: Value| (Value::Text(name.into()), value);
    let result = |query: &Value| {
        let period = i128::from(field(field(query, "MetricStat"), "Period").as_integer().unwrap());
        let times: Vec<i64> = (time("StartTime")..time("EndTime")).step_by(usize::try_from(period).unwrap()).collect();
        Value::Map(vec![
            text("Id", field(query, "Id").clone()),
            text("StatusCode", Value::Text("Complete".into())),
            text("Values", Value::Array(vec![Value::Float(1000.0); times.len()])),
            text(
                "Timestamps",
                Value::Array(times.into_iter().map(|time| Value::Tag(1, Box::new(time.into()))).collect()),
            ),
        ])
    };
    let results = field(&request, "MetricDataQueries").as_array().unwrap().iter().map(result).collect();
    let mut body = Vec::new();
    ciborium::into_writer(&Value::Map(vec![text("MetricDataResults", Value::Array(results))]), &mut body).unwrap();
    answer(200, body, "application/cbor")
}

async fn aws(lifetime: chrono::Duration) -> (SdkConfig, Asked) {
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    let client = infallible_client_fn(move |request| {
        let host = request.uri().host().unwrap().to_owned();
        let signature = request.headers()["authorization"].to_str().unwrap();
        let key = signature.split("Credential=").nth(1).unwrap().split('/').next().unwrap().to_owned();
        seen.lock().unwrap().push((host.clone(), key));
        let body = request.body().bytes().unwrap();
        if host.starts_with("sts.") { sts(std::str::from_utf8(body).unwrap(), lifetime) } else { metrics(body) }
    });
    let mut config = tollgate_aws::sdk_config().await.into_builder();
    config.set_endpoint_url(None);
    let config = config
        .http_client(client)
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("OWN", "s", None, None, "test")))
        .build();
    (config, asked)
}

async fn gather(telemetry: &Telemetry, slos: &[Slo]) -> Vec<SloFact> {
    let wanted: Vec<_> = slos.iter().map(|slo| (slo, true)).collect();
    let now = Timestamp::from_timestamp(NOW, 0).unwrap();
    telemetry.gather(&wanted, now, Instant::now() + Duration::from_secs(5), &limits()).await
}

/// As the gates' settings have them.
fn limits() -> Limits {
    Limits { max_age_seconds: 600, budget_steps_ppm: vec![250_000, 500_000, 750_000, 1_000_000] }
}

#[tokio::test]
async fn a_role_is_assumed_once_and_reads_what_names_it() {
    let (config, asked) = aws(chrono::Duration::hours(1)).await;
    let telemetry = Telemetry::CloudWatch(CloudWatch::new(&config));
    let slos = [
        slo("payments-api", None, Some(READER)),
        slo("ledger", Some("us-east-1"), Some(READER)),
        slo("mail", None, None),
    ];
    for _ in 0..2 {
        let facts = gather(&telemetry, &slos).await;
        assert!(facts.iter().all(|fact| fact.evidence.is_ok()), "{facts:?}");
    }
    let asked = asked.lock().unwrap();
    let by = |host: &str, key: &str| asked.iter().filter(|(asked, by)| asked.starts_with(host) && by == key).count();
    // One region and the other share the role's keys; the second time they are still there.
    assert_eq!(by("sts.eu-central-1", "OWN"), 1);
    assert_eq!(by("monitoring.eu-central-1", "ASIAROLE"), 4);
    assert_eq!(by("monitoring.us-east-1", "ASIAROLE"), 4);
    assert_eq!(by("monitoring.eu-central-1", "OWN"), 4);
    assert_eq!(asked.len(), 1 + 12);
}

#[tokio::test]
async fn keys_are_renewed_before_they_expire() {
    let (config, asked) = aws(chrono::Duration::seconds(60)).await;
    let telemetry = Telemetry::CloudWatch(CloudWatch::new(&config));
    let slos = [slo("payments-api", None, Some(READER))];
    for _ in 0..2 {
        assert!(gather(&telemetry, &slos).await[0].evidence.is_ok());
    }
    let renewed = asked.lock().unwrap().iter().filter(|(host, _)| host.starts_with("sts.")).count();
    assert!(renewed >= 2, "{renewed}");
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_fails_only_what_names_it() {
    let (config, _) = aws(chrono::Duration::hours(1)).await;
    let telemetry = Telemetry::CloudWatch(CloudWatch::new(&config));
    let slos = [slo("payments-api", None, Some(REFUSED)), slo("ledger", None, Some(READER)), slo("mail", None, None)];
    let facts = gather(&telemetry, &slos).await;
    let statuses: Vec<_> = facts.iter().map(|fact| fact.evidence.status).collect();
    assert_eq!(statuses, [EvidenceStatus::Error, EvidenceStatus::Ok, EvidenceStatus::Ok]);
    let reason = facts[0].evidence.reason.as_deref().unwrap();
    for part in [REFUSED, "`AccessDenied`: not authorized to perform sts:AssumeRole", "allow `sts:AssumeRole`"] {
        assert!(reason.contains(part), "{reason}");
    }
    // Nothing was asked of CloudWatch for it, so nothing is paid.
    assert_eq!((facts[0].evidence.api_requests, facts[0].evidence.api_cost_usd_micros), (0, 0));
    assert!(facts[0].windows.values().all(|window| window.burn_rate_micro.is_none()));
}
