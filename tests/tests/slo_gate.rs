//! The SLO gate decides about rollouts: the real binary, real HTTP, the real SDK against the emulator, a real ledger.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use serde_json::{Value, json};
use tollgate_e2e::{
    function::{Function, HttpAnswer},
    telemetry::{Traffic, Version},
    world::{World, now},
};

/// What differs from week to week and from world to world.
const FILTERS: [(&str, &str); 2] =
    [("Tollgate/Test-[0-9A-Z]{26}", "Tollgate/Demo"), (r"\d{4}-\d\d-\d\dT", "2026-11-18T")];

fn snapshot(name: &str, decision: &Value) {
    insta::with_settings!({snapshot_path => "../fixtures/slo/decisions", prepend_module_to_snapshot => false, sort_maps => true, filters => FILTERS.to_vec()}, {
        insta::assert_json_snapshot!(name, decision, {
            ".decision_id" => "[id]",
            ".policy_revision" => "[digest]",
            ".facts_digest" => "[digest]",
            ".rules_judged" => "[rules]",
        });
    });
}

async fn ask(gate: &Function, rollout: Value) -> HttpAnswer {
    gate.http("POST", "/v1/gates/slo", &[], &rollout.to_string()).await
}

fn rollout(service: &str, purpose: &str) -> Value {
    json!({"service": service, "environment": "production", "purpose": purpose})
}

async fn publish_all(world: &World, payments: Traffic) {
    world.publish("payments-api", payments).await;
    world.publish("ledger-db", Traffic::HEALTHY).await;
    world.publish("fraud-scoring", Traffic::HEALTHY).await;
}

fn verdict(answer: &HttpAnswer) -> &str {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["verdict"].as_str().unwrap()
}

#[tokio::test]
async fn a_rollout_of_a_healthy_service_may_go_ahead() {
    let world = World::new();
    publish_all(&world, Traffic::HEALTHY).await;
    let gate = world.slo_gate().await;
    let answer = ask(&gate, rollout("payments-api", "feature")).await;
    assert_eq!(verdict(&answer), "allow", "{:#}", answer.body);
    snapshot("allow", &answer.body);
    let id = answer.body["decision_id"].as_str().unwrap();
    let record = gate.http("GET", &format!("/v1/decisions/{id}"), &[], "").await;
    assert_eq!(record.body["decision"], answer.body, "what was answered is on record");
    assert_eq!(record.body["facts"]["gate"], "slo");
    let health = gate.http("GET", "/v1/health", &[], "").await;
    assert_eq!(health.body["rules"].as_array().unwrap().len(), answer.body["rules_judged"].as_array().unwrap().len());
}

#[tokio::test]
async fn a_service_that_burns_stops_features_and_lets_rollbacks_through() {
    let world = World::new();
    publish_all(&world, Traffic::burning(20, 2 * 3600)).await;
    let gate = world.slo_gate().await;
    let feature = ask(&gate, rollout("payments-api", "feature")).await;
    assert_eq!(verdict(&feature), "deny");
    snapshot("deny_burning", &feature.body);
    let rollback = ask(&gate, rollout("payments-api", "rollback")).await;
    assert_eq!(verdict(&rollback), "allow", "{:#}", rollback.body);
}

/// One of the two burns the budget; the other one, healthy by itself, may not go on spending it.
#[tokio::test]
async fn a_budget_that_services_share_stops_them_both() {
    let world = World::new();
    world.publish("notifications", Traffic::burning(40, 2 * 3600)).await;
    world.publish("ledger-db", Traffic { bad_ppm: 0, ..Traffic::HEALTHY }).await;
    let gate = world.slo_gate().await;
    let alone = ask(&gate, rollout("ledger-db", "feature")).await;
    assert_eq!(verdict(&alone), "allow", "{:#}", alone.body);

    let counts = |metric: &str| {
        let of = |service: &str| {
            format!("{{Namespace: {}, MetricName: {metric}, Dimensions: {{Service: {service}}}}}", world.namespace())
        };
        let inputs = format!("{{a: {}, b: {}}}", of("notifications"), of("ledger-db"));
        format!(
            "{{metricSource: {{type: CloudWatch, spec: {{expression: a + b, Region: eu-central-1, inputs: {inputs}}}}}}}"
        )
    };
    let (good, total) = (counts("GoodRequestCount"), counts("RequestCount"));
    let slo = format!(
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: together, annotations: {{tollgate.dev/shared-with: ledger-db}}}}\n\
         spec:\n  service: notifications\n  indicator: {{spec: {{ratioMetric: {{good: {good}, total: {total}}}}}}}\n  \
         timeWindow: [{{duration: 30d, isRolling: true}}]\n  budgetingMethod: Occurrences\n  objectives: [{{target: 0.999}}]\n"
    );
    std::fs::write(world.policies().join("data/slos/together.yaml"), slo).unwrap();
    let gate = world.slo_gate().await;
    for service in ["ledger-db", "notifications"] {
        let answer = ask(&gate, rollout(service, "feature")).await;
        assert_eq!(verdict(&answer), "deny", "{service}: {:#}", answer.body);
        let findings = answer.body["findings"].as_array().unwrap();
        let burning = findings.iter().find(|finding| finding["rule"] == "slo.burn_rate" && finding["effect"] == "deny");
        assert_eq!(burning.unwrap()["evidence"], json!(["slo/notifications/together"]), "{service}");
    }
}

#[tokio::test]
async fn what_is_not_known_approves_nothing() {
    let world = World::new();
    let gate = world.slo_gate().await;
    assert_eq!(verdict(&ask(&gate, rollout("payments-api", "feature")).await), "deny", "no telemetry");
    assert_eq!(verdict(&ask(&gate, rollout("payment-api", "rollback")).await), "deny", "no such service");
    publish_all(&world, Traffic::silent(3 * 3600)).await;
    assert_eq!(verdict(&ask(&gate, rollout("payments-api", "feature")).await), "deny", "old telemetry");
    let refused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let world = World::new().with("AWS_ENDPOINT_URL", &format!("http://{refused}"));
    assert_eq!(
        verdict(&ask(&world.slo_gate().await, rollout("payments-api", "feature")).await),
        "deny",
        "no CloudWatch"
    );
}

#[tokio::test]
async fn the_same_question_under_the_same_key_has_the_same_decision() {
    let world = World::new();
    publish_all(&world, Traffic::HEALTHY).await;
    let gate = world.slo_gate().await;
    let mut question = rollout("payments-api", "feature");
    question["idempotency_key"] = json!("run-7");
    let (first, again) = (ask(&gate, question.clone()).await, ask(&gate, question.clone()).await);
    assert_eq!((verdict(&first), &first.body), ("allow", &again.body));
    question["purpose"] = json!("fix");
    assert_eq!(ask(&gate, question).await.status, 422, "a key names one question");
    let direct = gate.invoke("req-1", rollout("payments-api", "feature")).await.unwrap().unwrap();
    assert_eq!(direct, gate.invoke("req-1", rollout("payments-api", "feature")).await.unwrap().unwrap());
}

#[tokio::test]
async fn a_canary_of_which_nothing_is_known_does_not_pass() {
    let world = World::new();
    publish_all(&world, Traffic::HEALTHY).await;
    world.publish("search-api", Traffic::HEALTHY).await;
    let gate = world.slo_gate().await;
    let started_at = (now() - chrono::Duration::minutes(20)).to_rfc3339();
    let mut question = rollout("payments-api", "feature");
    question["canary"] =
        json!({"baseline": {"Version": "1841"}, "canary": {"Version": "1842"}, "started_at": started_at});
    let waits = ask(&gate, question.clone()).await;
    assert_eq!(verdict(&waits), "pending", "{:#}", waits.body);
    assert!(waits.body["retry_at"].is_string(), "a time to ask again");
    question["service"] = json!("fraud-scoring");
    let unconfigured = ask(&gate, question.clone()).await;
    assert_ne!(verdict(&unconfigured), "allow");
    assert!(
        unconfigured.body.to_string().contains("policies/data/canaries/fraud-scoring.yaml"),
        "{:#}",
        unconfigured.body
    );
    question["canary"]["canary"] = json!({"Version": "1841"});
    let same = ask(&gate, question).await;
    assert_eq!((same.status, &same.body["field"]), (400, &json!("canary.canary")));
}

/// The baseline has most of the traffic, the canary a twentieth of it.
#[tokio::test]
async fn a_canary_passes_when_it_does_as_well_and_fails_when_it_does_worse() {
    let world = World::new();
    publish_all(&world, Traffic::HEALTHY).await;
    let version = |name, requests_per_minute, bad_per_minute, latency_ms| Version {
        name,
        requests_per_minute,
        bad_per_minute,
        latency_ms,
    };
    world.publish_version("payments-api", version("1841", 2000, 2, 100)).await;
    world.publish_version("payments-api", version("1842", 100, 0, 101)).await;
    world.publish_version("payments-api", version("1843", 100, 20, 300)).await;
    let gate = world.slo_gate().await;
    let started_at = (now() - chrono::Duration::minutes(20)).to_rfc3339();
    let canary = async |name: &str| {
        let mut question = rollout("payments-api", "feature");
        let sides = json!({"baseline": {"Version": "1841"}, "canary": {"Version": name}, "started_at": started_at});
        question["canary"] = sides;
        ask(&gate, question).await
    };
    let good = canary("1842").await;
    assert_eq!(verdict(&good), "allow", "{:#}", good.body);
    let bad = canary("1843").await;
    assert_eq!(verdict(&bad), "deny", "{:#}", bad.body);
    let findings = bad.body["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["rule"] == "slo.canary").unwrap();
    assert_eq!(found["effect"], "deny");
    insta::with_settings!({snapshot_path => "../fixtures/slo", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("canary_fails", found["message"].as_str().unwrap());
    });
}

#[tokio::test]
async fn requests_that_cannot_be_read_say_what_to_do() {
    let world = World::new();
    let gate = world.slo_gate().await;
    let missing = ask(&gate, json!({"service": "payments-api"})).await;
    assert_eq!((missing.status, missing.body["detail"].as_str().unwrap()), (400, "`environment`: is missing"));
    let odd = ask(&gate, json!({"service": "payments api", "environment": "production"})).await;
    assert_eq!((odd.status, &odd.body["field"]), (400, &json!("service")));
    assert_eq!(gate.http("GET", "/v1/gates/slo", &[], "").await.status, 405);
    assert_eq!(gate.http("GET", "/v1/gates/change", &[], "").await.status, 404);
}
