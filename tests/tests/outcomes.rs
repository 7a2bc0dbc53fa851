//! Who may say what came of a change, and of which.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use serde_json::{Value, json};
use tollgate_e2e::{
    function::{Function, HttpAnswer},
    telemetry::Traffic,
    world::{PIPELINE, World, change},
};

async fn report(gate: &Function, decision: &Value, result: &str) -> HttpAnswer {
    let path = format!("/v1/decisions/{}/outcome", decision["decision_id"].as_str().unwrap());
    gate.http("POST", &path, &[], &json!({"result": result}).to_string()).await
}

#[tokio::test]
async fn only_a_change_that_was_allowed_has_an_outcome() {
    let world = World::new();
    world.publish("payments-api", Traffic::HEALTHY).await;
    let gate = world.change_gate().await;
    let mut unapproved = change("payments-api", "payments-api/1");
    unapproved["approvals"] = json!([]);
    for (asked, verdict) in [(unapproved, "pending"), (change("payment-api", "payment-api/1"), "deny")] {
        let decision = gate.ask(None, &asked).await.body;
        assert_eq!(decision["verdict"], verdict);
        let answer = report(&gate, &decision, "succeeded").await;
        let detail = answer.body["detail"].as_str().unwrap();
        assert_eq!(answer.status, 409, "{detail}");
        assert!(detail.contains(&format!("is `{verdict}`: only a change that was allowed")), "{detail}");
    }
    let unknown = report(&gate, &json!({"decision_id": "01JD0000000000000000000000"}), "failed").await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn who_asked_may_report_and_of_others_only_who_is_declared() {
    let world = World::new();
    world.publish("payments-api", Traffic::HEALTHY).await;
    let watch = "arn:aws:sts::123456789012:assumed-role/deployment-watch/w";
    let callers = format!(
        "callers:\n- {{principal: 'arn:aws:sts::123456789012:assumed-role/ci-deploy/*', may_assert_approvals: true}}\n\
         - {{principal: '{watch}', may_report_outcomes: true}}\n"
    );
    std::fs::write(world.policies().join("data/callers.yaml"), callers).unwrap();
    let by = async |arn: &str| world.change_gate_asked_by(json!({"iam": {"userArn": arn}})).await;
    let gate = by(PIPELINE).await;
    let decision = gate.ask(None, &change("payments-api", "payments-api/1")).await.body;
    assert_eq!(decision["verdict"], "allow");

    let another_run = PIPELINE.replace("1842", "1843");
    for stranger in [by(&another_run).await, world.change_gate_asked_by(Value::Null).await] {
        let answer = report(&stranger, &decision, "succeeded").await;
        let detail = answer.body["detail"].as_str().unwrap();
        assert_eq!(answer.status, 403, "{detail}");
        assert!(detail.contains("may_report_outcomes: true"), "{detail}");
    }
    let record =
        gate.http("GET", &format!("/v1/decisions/{}", decision["decision_id"].as_str().unwrap()), &[], "").await;
    assert_eq!(record.status, 200);
    // A refused report left nothing behind that would stand before this one.
    assert_eq!(report(&by(watch).await, &decision, "failed").await.status, 200);
    assert_eq!(report(&gate, &decision, "failed").await.status, 200);
    assert_eq!(report(&gate, &decision, "succeeded").await.status, 409);
}

/// Two callers whom nobody verified need not be the same.
#[tokio::test]
async fn nobody_reports_as_nobody() {
    let world = World::new();
    world.publish("payments-api", Traffic::HEALTHY).await;
    let gate = world.change_gate_asked_by(Value::Null).await;
    let mut staging = change("payments-api", "payments-api/1");
    staging["environment"] = json!("staging");
    let decision = gate.ask(None, &staging).await.body;
    assert_eq!(decision["verdict"], "allow", "{decision:#}");
    assert_eq!(report(&gate, &decision, "succeeded").await.status, 403);
}
