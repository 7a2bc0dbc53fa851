//! Two questions about one service at the same time, asked of two processes: of two changes that collide, one waits.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Value, json};
use tollgate_e2e::{
    function::{Function, HttpAnswer},
    telemetry::Traffic,
    valve::Valve,
    world::{World, change},
};

async fn two_gates(world: &World) -> [Function; 2] {
    let gates = [world.change_gate().await, world.change_gate().await];
    for gate in &gates {
        assert_eq!(gate.http("GET", "/v1/health", &[], "").await.status, 200);
    }
    gates
}

/// A change that nobody approved, where nobody has to unless it collides: approvals by the owner would cover that, too.
fn unapproved(id: &str) -> Value {
    let mut change = change("payments-api", id);
    change["environment"] = json!("staging");
    change["approvals"] = json!([]);
    change
}

/// Sees that one was allowed and the other waits for it, and gives the decision that allows.
fn one_allowed_one_waiting(answers: [&HttpAnswer; 2]) -> String {
    let verdicts = answers.map(|answer| answer.body["verdict"].as_str().unwrap_or_default());
    let (allowed, waiting) = match verdicts {
        ["allow", "pending"] => (answers[0], answers[1]),
        ["pending", "allow"] => (answers[1], answers[0]),
        _ => panic!("{verdicts:?}: {:#}\n{:#}", answers[0].body, answers[1].body),
    };
    assert!(waiting.body["findings"].to_string().contains("change.collision"), "{:#}", waiting.body);
    allowed.body["decision_id"].as_str().unwrap().to_owned()
}

/// Both have read a history without the other before either can be judged.
#[tokio::test]
async fn two_that_could_not_see_each_other_are_never_both_allowed() {
    let valve = Valve::closed(&tollgate_e2e::aws_endpoint()).await;
    let world = World::new().with("AWS_ENDPOINT_URL", &valve.endpoint);
    world.publish("payments-api", Traffic::HEALTHY).await;
    let [one, other] = two_gates(&world).await;
    let both_claimed = async {
        let ledger = Connection::open(world.folder().join("ledger.sqlite")).unwrap();
        let claims = || ledger.query_row("SELECT count(*) FROM claims", [], |row| row.get::<_, u64>(0)).unwrap();
        while claims() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        valve.reached().await;
        valve.open();
    };
    let (first, second) = (unapproved("payments-api/1"), unapproved("payments-api/2"));
    let (first, second, ()) = tokio::join!(one.ask(Some("1"), &first), other.ask(Some("2"), &second), both_claimed);
    one_allowed_one_waiting([&first, &second]);
}

#[tokio::test]
async fn in_dynamodb_neither() {
    let world = World::new().with_dynamodb().await;
    world.publish("payments-api", Traffic::HEALTHY).await;
    let [one, other] = two_gates(&world).await;
    for round in 0..4 {
        let of = |n: u32| unapproved(&format!("payments-api/{round}-{n}"));
        let (first, second) = (of(1), of(2));
        let (first, second) = tokio::join!(one.ask(None, &first), other.ask(None, &second));
        let allowed = one_allowed_one_waiting([&first, &second]);
        let path = format!("/v1/decisions/{allowed}/outcome");
        assert_eq!(one.http("POST", &path, &[], r#"{"result": "succeeded"}"#).await.status, 200);
    }
}
