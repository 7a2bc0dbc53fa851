//! SLOs that Application Signals judges, through the real SDK: it answers in the process.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_config::Region;
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::Instant;
use tollgate_aws::Telemetry;
use tollgate_core::{
    Timestamp,
    evidence::EvidenceStatus,
    slo::{Background, Indicator, Limits, Metric, Ratio, SignalsSlo, Slo, SloFact, Target},
};

const NOW: i64 = 1_795_255_842;

fn slo(id: &str, region: Option<&str>) -> Slo {
    let nothing = Metric::new("N", "M", "Sum");
    let ratio = Ratio {
        counted: tollgate_core::slo::Counted::Good,
        metric: nothing.clone().into(),
        total: nothing.into(),
        absent_total_is_zero: false,
        absent_good_is_unknown: false,
    };
    let signals = SignalsSlo { id: id.to_owned(), region: region.map(Into::into), role_arn: None };
    Slo {
        indicator: Indicator::ApplicationSignals(signals),
        ..Slo::of_events("checkout", id, Target::from_ppb(999_000_000).unwrap(), 30 * 86_400, ratio)
    }
}

fn arn(name: &str) -> String {
    format!("arn:aws:application-signals:eu-central-1:111122223333:slo/{name}")
}

/// A thousand requests may fail, and 250 did.
fn report(name: &str, status: &str) -> Value {
    json!({
        "Name": name, "Arn": arn(name), "EvaluationType": "RequestBased", "BudgetStatus": status, "Attainment": 99.975,
        "TotalBudgetRequests": 1000, "BudgetRequestsRemaining": 750,
        "Goal": {"AttainmentGoal": 99.9, "WarningThreshold": 50.0,
                 "Interval": {"RollingInterval": {"DurationUnit": "DAY", "Duration": 30}}},
    })
}

/// What each request asked for, and of which host.
type Asked = Arc<Mutex<Vec<(String, usize)>>>;

async fn telemetry(answer: impl Fn(&[String]) -> (u16, Value) + Send + Sync + 'static) -> (Telemetry, Asked) {
    let asked = Asked::default();
    let seen = Arc::clone(&asked);
    let client = infallible_client_fn(move |request| {
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let ids: Vec<String> = serde_json::from_value(body["SloIds"].clone()).unwrap();
        assert_eq!((request.uri().path(), body["Timestamp"].as_i64()), ("/budget-report", Some(NOW)));
        seen.lock().unwrap().push((request.uri().host().unwrap().to_owned(), ids.len()));
        let (status, body) = answer(&ids);
        let response = http::Response::builder().status(status).header("content-type", "application/json");
        response.body(SdkBody::from(body.to_string())).unwrap()
    });
    let mut config = tollgate_aws::sdk_config().await.into_builder();
    config.set_endpoint_url(None);
    let config = config
        .http_client(client)
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("OWN", "s", None, None, "test")))
        .build();
    (Telemetry::cloudwatch(&config), asked)
}

fn now() -> Timestamp {
    Timestamp::from_timestamp(NOW, 0).unwrap()
}

async fn gather(telemetry: &Telemetry, slos: &[Slo]) -> Vec<SloFact> {
    let wanted: Vec<_> = slos.iter().map(|slo| (slo, true)).collect();
    telemetry.gather(&wanted, now(), Instant::now() + Duration::from_secs(5), &limits()).await
}

fn reported(ids: &[String]) -> (u16, Value) {
    let reports: Vec<_> = ids.iter().map(|id| report(id, "OK")).collect();
    (200, json!({"Timestamp": NOW, "Reports": reports, "Errors": []}))
}

/// As the gates' settings have them.
fn limits() -> Limits {
    Limits { max_age_seconds: 600, budget_steps_ppm: vec![250_000, 500_000, 750_000, 1_000_000] }
}

#[tokio::test]
async fn a_report_is_a_budget_and_nothing_else() {
    let (telemetry, asked) = telemetry(reported).await;
    let fact = &gather(&telemetry, &[slo("availability", None)]).await[0];
    let budget = fact.budget.as_ref().unwrap();
    assert_eq!((budget.allowed_bad, budget.bad, budget.remaining_ppm), (1000, 250, 750_000));
    // Never `ok`: a rule that needs a window must not pass in silence.
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok);
    assert_eq!(fact.evidence.source, "applicationsignals:eu-central-1");
    assert!(fact.windows.values().all(|window| window.burn_rate_micro.is_none()));
    assert_eq!(*asked.lock().unwrap(), [("application-signals.eu-central-1.api.aws".to_owned(), 1)]);
}

#[tokio::test]
async fn fifty_are_asked_for_at_once_and_by_region() {
    let (telemetry, asked) = telemetry(reported).await;
    let mut slos: Vec<_> = (0..60).map(|number| slo(&format!("slo-{number}"), None)).collect();
    slos.push(slo("elsewhere", Some("us-east-1")));
    slos.push(slo("slo-7", None));
    let facts = gather(&telemetry, &slos).await;
    assert!(facts.iter().all(|fact| fact.budget.is_some()));
    let mut counts: Vec<_> = asked.lock().unwrap().iter().map(|(_, count)| *count).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 10, 50]);
}

#[tokio::test]
async fn a_sweep_says_what_a_decision_says() {
    let (telemetry, _) = telemetry(reported).await;
    let slos: Vec<_> = (0..3).map(|number| slo(&format!("slo-{number}"), None)).collect();
    let services = slos.iter().map(|slo| (slo.name.clone(), vec![(slo, true)]));
    let deadline = Instant::now() + Duration::from_secs(60);
    let judge = |_: &String, mut found: Vec<tollgate_aws::Gathered<'_>>| {
        found[0].judging.set(&limits());
        found[0].fact(&Background::default())
    };
    let swept: Vec<_> = telemetry
        .sweep(services, now(), deadline, |_| Background::default(), judge)
        .map(|(_, fact)| fact)
        .collect()
        .await;
    assert_eq!(swept, gather(&telemetry, &slos).await);
}

#[tokio::test]
async fn what_is_wrong_with_one_is_the_evidence_of_that_one() {
    let (telemetry, _) = telemetry(|_| {
        let gone =
            json!({"Name": "gone", "Arn": arn("gone"), "ErrorCode": "ResourceNotFound", "ErrorMessage": "no such SLO"});
        let shut = json!({"Name": "shut", "Arn": arn("shut"), "ErrorCode": "AccessDenied", "ErrorMessage": "no"});
        let reports = [report("good", "WARNING"), report("odd", "FINE"), report("young", "INSUFFICIENT_DATA")];
        (200, json!({"Timestamp": NOW, "Reports": reports, "Errors": [gone, shut]}))
    })
    .await;
    let ids = [&arn("good"), "gone", "shut", "odd", "young", "absent"];
    let slos: Vec<_> = ids.iter().map(|id| slo(id, None)).collect();
    let facts = gather(&telemetry, &slos).await;
    let expected = [
        (EvidenceStatus::Ok, "`WARNING`"),
        (EvidenceStatus::NoData, "`ResourceNotFound`: no such SLO"),
        (EvidenceStatus::Error, "`AccessDenied`: no"),
        (EvidenceStatus::Error, "`FINE`"),
        (EvidenceStatus::NoData, "`INSUFFICIENT_DATA`"),
        (EvidenceStatus::Error, "does not mention it"),
    ];
    for (fact, (status, part)) in facts.iter().zip(expected) {
        assert_eq!(fact.evidence.status, status, "{fact:?}");
        assert!(fact.evidence.reason.as_deref().unwrap().contains(part), "{:?}", fact.evidence.reason);
        assert_eq!(fact.budget.is_some(), part == "`WARNING`");
    }
}

#[tokio::test]
async fn a_missing_permission_says_what_to_allow() {
    let (telemetry, _) =
        telemetry(|_| (403, json!({"__type": "AccessDeniedException", "Message": "not authorized"}))).await;
    let fact = &gather(&telemetry, &[slo("availability", None)]).await[0];
    assert_eq!(fact.evidence.status, EvidenceStatus::Error);
    let reason = fact.evidence.reason.as_deref().unwrap();
    assert!(reason.contains("allow `application-signals:BatchGetServiceLevelObjectiveBudgetReport`"), "{reason}");
}
