//! The change gate decides: the real binary, real HTTP, the real SDK against the emulator, a real ledger.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use serde_json::{Value, json};
use tollgate_e2e::{
    bill::{Line, USUAL},
    function::HttpAnswer,
    telemetry::Traffic,
    world::{World, change},
};

/// What differs from week to week and from world to world.
const FILTERS: [(&str, &str); 5] = [
    // A young objective is known since it was first published.
    (r#""window_seconds": \d{6,}"#, r#""window_seconds": 2592000"#),
    (r#"("rule": "change\.(?:dependencies|evidence)",\s+"runbook": "[^"]+",\s+"since": )"[^"]+""#, r#"${1}"[since]""#),
    ("Tollgate/Test-[0-9A-Z]{26}", "Tollgate/Demo"),
    (r"\d{4}-\d\d-\d\dT", "2026-11-18T"),
    (r#""evaluated_at_seconds": \d+"#, r#""evaluated_at_seconds": 1794996000"#),
];

/// Ids and digests differ each time; everything else must not.
fn snapshot(name: &str, decision: &Value) {
    snapshot_as("../fixtures/change/decisions", name, decision);
}

fn snapshot_as(folder: &str, name: &str, decision: &Value) {
    insta::with_settings!({snapshot_path => folder, prepend_module_to_snapshot => false, sort_maps => true, filters => FILTERS.to_vec()}, {
        insta::assert_json_snapshot!(name, decision, {
            ".decision_id" => "[id]",
            ".policy_revision" => "[digest]",
            ".facts_digest" => "[digest]",
            ".rules_judged" => "[rules]",
        });
    });
}

/// What was spent differs from day to day of a month: every number becomes the same, and every day.
fn level(value: &mut Value) {
    match value {
        Value::Number(number) => *number = 400_000.into(),
        Value::String(text) if text.parse::<chrono::NaiveDate>().is_ok() => "2026-11-18".clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(level),
        Value::Object(fields) => fields.values_mut().for_each(level),
        _ => {}
    }
}

fn verdict(answer: &HttpAnswer) -> &str {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["verdict"].as_str().unwrap()
}

#[tokio::test]
async fn a_healthy_service_with_approvals_may_change() {
    let world = World::new();
    world.publish("payments-api", Traffic::HEALTHY).await;
    world.publish("ledger-db", Traffic::HEALTHY).await;
    world.publish("fraud-scoring", Traffic::HEALTHY).await;
    let gate = world.change_gate().await;
    let answer = gate.ask(None, &change("payments-api", "payments-api/1842")).await;
    assert_eq!(verdict(&answer), "allow", "{:#}", answer.body);
    snapshot("allow", &answer.body);
    let id = answer.body["decision_id"].as_str().unwrap();
    // The benchmarks judge these facts.
    let mut facts = gate.http("GET", &format!("/v1/decisions/{id}"), &[], "").await.body["facts"].clone();
    assert_eq!(facts["spend"]["budgets"].as_array().unwrap().len(), 2, "its own and that of everything");
    level(&mut facts["spend"]["budgets"]);
    snapshot_as("../fixtures/change/facts", "healthy", &facts);
}

#[tokio::test]
async fn a_service_that_burns_its_error_budget_may_not() {
    let world = World::new();
    world.publish("payments-api", Traffic::burning(20, 2 * 3600)).await;
    let answer = world.change_gate().await.ask(None, &change("payments-api", "payments-api/1842")).await;
    assert_eq!(verdict(&answer), "deny");
    snapshot("deny_burn_rate", &answer.body);
}

#[tokio::test]
async fn missing_approvals_make_it_wait_and_approvals_let_it_through() {
    let world = World::new();
    world.publish("payments-api", Traffic::HEALTHY).await;
    let gate = world.change_gate().await;
    let mut unapproved = change("payments-api", "payments-api/1842");
    unapproved["approvals"] = json!([{"by": "github:4519"}]);
    let pending = gate.ask(None, &unapproved).await;
    assert_eq!(verdict(&pending), "pending");
    snapshot("pending_approval", &pending.body);
    let approved = gate.ask(None, &change("payments-api", "payments-api/1842")).await;
    assert_eq!(verdict(&approved), "allow");
}

#[tokio::test]
async fn missing_telemetry_is_no_approval() {
    let world = World::new();
    let answer = world.change_gate().await.ask(None, &change("payments-api", "payments-api/1842")).await;
    assert_eq!(verdict(&answer), "deny");
    snapshot("deny_no_telemetry", &answer.body);
}

#[tokio::test]
async fn stale_telemetry_is_no_approval() {
    let world = World::new();
    world.publish("payments-api", Traffic::silent(3 * 3600)).await;
    let answer = world.change_gate().await.ask(None, &change("payments-api", "payments-api/1842")).await;
    assert_eq!(verdict(&answer), "deny");
    let statuses: Vec<_> = answer.body["findings"].as_array().unwrap().iter().map(|finding| &finding["rule"]).collect();
    assert!(statuses.contains(&&json!("change.evidence")), "{:#}", answer.body);
}

#[tokio::test]
async fn an_unreachable_cloudwatch_is_no_approval() {
    let refused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let world = World::new().with("AWS_ENDPOINT_URL", &format!("http://{refused}"));
    let answer = world.change_gate().await.ask(None, &change("payments-api", "payments-api/1842")).await;
    assert_eq!(verdict(&answer), "deny");
    assert!(answer.body["summary"].as_str().unwrap().contains("payments-api"), "{}", answer.body["summary"]);
}

#[tokio::test]
async fn an_unknown_service_may_not_change() {
    let world = World::new();
    let answer = world.change_gate().await.ask(None, &change("payment-api", "payment-api/1")).await;
    assert_eq!(verdict(&answer), "deny");
    snapshot("deny_unknown_service", &answer.body);
}

#[tokio::test]
async fn approvals_of_a_caller_that_is_not_trusted_do_not_count() {
    let world = World::new();
    world.publish("payments-api", Traffic::HEALTHY).await;
    let stranger = json!({"iam": {"userArn": "arn:aws:sts::123456789012:assumed-role/developer/anna"}});
    let answer =
        world.change_gate_asked_by(stranger).await.ask(None, &change("payments-api", "payments-api/1842")).await;
    assert_eq!(verdict(&answer), "pending");
    assert!(answer.body.to_string().contains("not trusted to say who approved"), "{:#}", answer.body);
}

#[tokio::test]
async fn a_direct_invocation_carries_the_bare_change() {
    let world = World::new();
    world.publish("payments-api", Traffic::HEALTHY).await;
    let gate = world.change_gate().await;
    let decision = gate.invoke("req-1", change("payments-api", "payments-api/1842")).await.unwrap().unwrap();
    assert_eq!(decision["verdict"], "allow");
    let again = gate.invoke("req-1", change("payments-api", "payments-api/1842")).await.unwrap().unwrap();
    assert_eq!(decision, again, "Lambda delivers a direct invocation again under the same request id");
    let wrapped = json!({"change": change("payments-api", "payments-api/1843"), "idempotency_key": "k"});
    assert_eq!(gate.invoke("req-2", wrapped).await.unwrap().unwrap()["verdict"], "allow");
    let error = gate.invoke("req-3", json!({"id": "x"})).await.unwrap().unwrap_err();
    assert_eq!(error["errorType"], "Tollgate.BadRequest");
    assert_eq!(error["errorMessage"], "`service`: is missing");
}

#[tokio::test]
async fn a_failed_change_is_remembered_and_one_under_way_collides() {
    let world = World::new();
    world.publish("payments-api", Traffic::HEALTHY).await;
    let gate = world.change_gate().await;
    let first = gate.ask(None, &change("payments-api", "payments-api/1")).await;
    assert_eq!(verdict(&first), "allow");
    let colliding = gate.ask(None, &change("payments-api", "payments-api/2")).await;
    let rules = |answer: &HttpAnswer| answer.body["findings"].to_string();
    assert!(rules(&colliding).contains("change.collision"), "{:#}", colliding.body);
    let id = first.body["decision_id"].as_str().unwrap();
    let report = |result: &str| json!({"result": result}).to_string();
    let path = format!("/v1/decisions/{id}/outcome");
    let reported = gate.http("POST", &path, &[], &report("failed")).await;
    assert_eq!((reported.status, &reported.body["outcome"]["result"]), (200, &json!("failed")));
    assert_eq!(
        gate.http("POST", &path, &[], &report("failed")).await.status,
        200,
        "the same report again is no conflict"
    );
    assert_eq!(gate.http("POST", &path, &[], &report("succeeded")).await.status, 409, "the first report stands");
    let after = gate.ask(None, &change("payments-api", "payments-api/3")).await;
    assert!(rules(&after).contains("change.failure_history"), "{:#}", after.body);
}

#[tokio::test]
async fn dynamodb_keeps_decisions_as_well() {
    let world = World::new().with_dynamodb().await;
    world.publish("payments-api", Traffic::HEALTHY).await;
    let mut gate = world.change_gate().await;
    let first = gate.ask(Some("k"), &change("payments-api", "payments-api/1")).await;
    assert_eq!(verdict(&first), "allow");
    gate.kill().await;
    gate.start_again("change-gate", &world.environment()).unwrap();
    let again = gate.ask(Some("k"), &change("payments-api", "payments-api/1")).await;
    assert_eq!(first.body, again.body, "another process gives the same decision");
    let other = gate.ask(Some("k"), &change("payments-api", "payments-api/2")).await;
    assert_eq!(other.status, 422, "{}", other.body);
    let colliding = gate.ask(None, &change("payments-api", "payments-api/3")).await;
    assert!(colliding.body.to_string().contains("change.collision"), "{:#}", colliding.body);
    let path = format!("/v1/decisions/{}/outcome", first.body["decision_id"].as_str().unwrap());
    assert_eq!(gate.http("POST", &path, &[], r#"{"result": "succeeded"}"#).await.status, 200);
    let free = gate.ask(None, &change("payments-api", "payments-api/4")).await;
    assert!(!free.body["findings"].to_string().contains("payments-api/1"), "{:#}", free.body);
}

#[tokio::test]
async fn a_decision_can_be_read_back_with_its_facts_and_health_names_the_rules() {
    let world = World::new();
    let gate = world.change_gate().await;
    let decision = gate.ask(None, &change("payments-api", "payments-api/1842")).await.body;
    let id = decision["decision_id"].as_str().unwrap();
    let record = gate.http("GET", &format!("/v1/decisions/{id}"), &[], "").await;
    assert_eq!((record.status, &record.body["decision"]), (200, &decision));
    assert_eq!(
        record.body["facts"]["change"]["links"],
        json!(["https://ci.example.com/runs/1842"]),
        "without its token"
    );
    assert_eq!(gate.http("GET", "/v1/decisions/01JD0000000000000000000000", &[], "").await.status, 404);
    let health = gate.http("GET", "/v1/health", &[], "").await;
    assert_eq!(health.body["policy_revision"], decision["policy_revision"]);
    assert_eq!(health.body["rules"].as_array().unwrap().len(), decision["rules_judged"].as_array().unwrap().len());
}

#[tokio::test]
async fn a_budget_that_is_spent_denies_a_feature_and_lets_a_fix_go() {
    let world = World::new();
    world.publish("notifications", Traffic::HEALTHY).await;
    let dear = Line { dollars_a_day: 5000, ..USUAL[4] };
    world.bill(&[dear]);
    let gate = world.change_gate().await;
    let ask = async |id: &str, purpose: &str| {
        let mut asked = change("notifications", id);
        asked["purpose"] = json!(purpose);
        asked["approvals"] = json!([{"by": "github:6001"}, {"by": "github:6002"}]);
        gate.ask(None, &asked).await
    };
    let denied = ask("notifications/1", "feature").await;
    assert_eq!(verdict(&denied), "deny");
    let summary = denied.body["summary"].as_str().unwrap();
    for expected in ["the budget `notifications` has spent", "of 400.00 USD", "only fixes and rollbacks go ahead until"]
    {
        assert!(summary.contains(expected), "{summary}");
    }
    for purpose in ["fix", "rollback"] {
        let told = ask(&format!("notifications/{purpose}"), purpose).await;
        assert_eq!(verdict(&told), "allow", "{:#}", told.body);
        assert!(told.body.to_string().contains("only fixes and rollbacks go ahead"), "{:#}", told.body);
        assert_eq!(told.body["api_cost"]["micros"], denied.body["api_cost"]["micros"], "no bill is paid for here");
    }
}

#[tokio::test]
async fn a_bill_that_nobody_fetched_lets_no_feature_pass_unapproved() {
    let world = World::new().with("TOLLGATE_BILLING", "aws");
    world.publish("payments-api", Traffic::HEALTHY).await;
    let gate = world.change_gate().await;
    let waits = gate.ask(None, &change("payments-api", "payments-api/1")).await;
    assert_eq!(verdict(&waits), "pending", "{:#}", waits.body);
    let summary = waits.body["summary"].as_str().unwrap();
    assert!(summary.contains("the bill was not fetched yet"), "{summary}");
    assert!(waits.body["awaiting"].to_string().contains("finops"), "{:#}", waits.body);
    let mut fix = change("payments-api", "payments-api/2");
    fix["purpose"] = json!("fix");
    let told = gate.ask(None, &fix).await;
    assert_eq!(verdict(&told), "allow", "{:#}", told.body);
    assert!(told.body.to_string().contains("the bill was not fetched yet"), "{:#}", told.body);
}

#[tokio::test]
async fn an_estimate_is_held_against_what_is_left_of_the_budget() {
    let world = World::new();
    world.publish("payments-api", Traffic::HEALTHY).await;
    let gate = world.change_gate().await;
    let ask = async |id: &str, currency: &str| {
        let mut asked = change("payments-api", id);
        asked["cost"] = json!({"monthly": {"currency": currency, "before": "100", "after": "140"}});
        gate.ask(None, &asked).await
    };
    let fitting = ask("payments-api/1", "USD").await;
    assert_eq!(verdict(&fitting), "allow", "{:#}", fitting.body);
    let record = format!("/v1/decisions/{}", fitting.body["decision_id"].as_str().unwrap());
    let facts = gate.http("GET", &record, &[], "").await.body["facts"].clone();
    let fits = facts["spend"]["fits"].as_array().unwrap();
    let named: Vec<&Value> = fits.iter().map(|fit| &fit["budget"]).collect();
    assert_eq!(named, ["payments-production", "organisation"]);
    assert!(fits.iter().all(|fit| fit["added_micros"].as_i64() > Some(0) && fit["exceeds"] == false), "{fits:?}");

    let other = ask("payments-api/2", "EUR").await;
    assert_eq!(verdict(&other), "pending", "{:#}", other.body);
    assert!(other.body.to_string().contains("its estimate is in EUR, the budget in USD"), "{:#}", other.body);
}
