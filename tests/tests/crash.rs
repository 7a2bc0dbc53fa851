//! A crash at any point, then the same question again: the same decision id, the same decision, once.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use std::{path::PathBuf, time::Duration};

use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;
use tollgate_e2e::{
    function::Function,
    telemetry::Traffic,
    valve::Valve,
    world::{World, change},
};

const KEY: &str = "payments-api/1842/attempt";

/// A healthy service, a gate in front of it, and a valve between the gate and CloudWatch.
struct Scene {
    world: World,
    gate: Function,
    valve: Valve,
}

impl Scene {
    async fn new() -> Self {
        let valve = Valve::closed(&tollgate_e2e::aws_endpoint()).await;
        let world = World::new().with("AWS_ENDPOINT_URL", &valve.endpoint);
        world.publish("payments-api", Traffic::HEALTHY).await;
        let gate = world.change_gate().await;
        // The gate has made its ledger once it answers.
        assert_eq!(gate.http("GET", "/v1/health", &[], "").await.status, 200);
        Self { world, gate, valve }
    }

    fn ledger(&self) -> PathBuf {
        self.world.folder().join("ledger.sqlite")
    }

    /// Asks in the background, as a pipeline whose connection will break.
    fn ask(&self) -> impl Future<Output = ()> + use<> {
        let url = format!("http://{}/v1/gates/change", self.gate.api.address);
        let body = serde_json::json!({"change": change("payments-api", "payments-api/1842")}).to_string();
        let asking = tokio::task::spawn_blocking(move || {
            tollgate_e2e::agent().post(url).header("idempotency-key", KEY).send(body).map(|answer| answer.status())
        });
        async move { assert_eq!(asking.await.unwrap().unwrap(), 502, "the first attempt should have had no answer") }
    }

    fn claimed(&self) -> Option<String> {
        let ledger = Connection::open(self.ledger()).unwrap();
        ledger.query_row("SELECT decision_id FROM claims", [], |row| row.get(0)).optional().unwrap()
    }

    async fn until_claimed(&self) -> String {
        for _ in 0..2000 {
            if let Some(id) = self.claimed() {
                return id;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the question was never claimed; the gate logged\n{}", self.gate.log().join("\n"))
    }

    /// Kills the gate, starts another, asks again and again, and gives the one decision.
    async fn kill_and_ask_again(&mut self, first: impl Future<Output = ()>) -> Value {
        self.gate.kill().await;
        first.await;
        self.valve.open();
        self.gate.api.swallow_answers(false);
        self.gate.start_again("change-gate", &self.world.environment()).unwrap();
        let answer = self.gate.ask(Some(KEY), &change("payments-api", "payments-api/1842")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let again = self.gate.ask(Some(KEY), &change("payments-api", "payments-api/1842")).await;
        assert_eq!(answer.body, again.body, "the same question has the same decision");
        let count: u64 = Connection::open(self.ledger())
            .unwrap()
            .query_row("SELECT count(*) FROM decisions", [], |row| row.get(0))
            .unwrap();
        assert_eq!(count, 1, "one decision is in the ledger");
        assert_eq!(answer.body["verdict"], "allow");
        answer.body
    }
}

#[tokio::test]
async fn killed_before_the_question_is_claimed() {
    let mut scene = Scene::new().await;
    let lock = Connection::open(scene.ledger()).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let first = scene.ask();
    scene.valve.reached().await;
    assert_eq!(scene.claimed(), None);
    scene.gate.kill().await;
    lock.execute_batch("ROLLBACK").unwrap();
    scene.kill_and_ask_again(first).await;
}

#[tokio::test]
async fn killed_while_gathering() {
    let mut scene = Scene::new().await;
    let first = scene.ask();
    let claimed = scene.until_claimed().await;
    scene.valve.reached().await;
    let decision = scene.kill_and_ask_again(first).await;
    assert_eq!(decision["decision_id"], claimed.as_str());
}

#[tokio::test]
async fn killed_between_judging_and_recording() {
    let mut scene = Scene::new().await;
    let first = scene.ask();
    let claimed = scene.until_claimed().await;
    let lock = Connection::open(scene.ledger()).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    scene.valve.open();
    let line = scene.gate.logged("\"evaluated\"").await;
    assert!(line.contains(&claimed), "every line carries the decision's id: {line}");
    scene.gate.kill().await;
    lock.execute_batch("ROLLBACK").unwrap();
    let decision = scene.kill_and_ask_again(first).await;
    assert_eq!(decision["decision_id"], claimed.as_str());
}

#[tokio::test]
async fn killed_between_recording_and_answering() {
    let mut scene = Scene::new().await;
    scene.gate.api.swallow_answers(true);
    let first = scene.ask();
    scene.valve.open();
    let line = scene.gate.logged("\"recorded\"").await;
    let recorded: String = Connection::open(scene.ledger())
        .unwrap()
        .query_row("SELECT decision_id FROM decisions", [], |row| row.get(0))
        .unwrap();
    assert!(line.contains(&recorded), "{line}");
    let decision = scene.kill_and_ask_again(first).await;
    assert_eq!(decision["decision_id"], recorded.as_str());
}

#[tokio::test]
async fn a_decision_whose_ledger_was_deleted_is_not_given() {
    let scene = Scene::new().await;
    scene.valve.open();
    let ask = async |key| scene.gate.ask(Some(key), &change("payments-api", "payments-api/1842")).await;
    assert_eq!(ask("1").await.body["verdict"], "allow");
    std::fs::remove_file(scene.ledger()).unwrap();
    for key in ["1", "2"] {
        let answer = ask(key).await;
        assert_eq!((answer.status, answer.body.get("verdict")), (503, None), "{}", answer.body);
    }
    scene.gate.logged("the file was deleted while this program ran").await;
}

#[tokio::test]
async fn an_allow_that_has_expired_is_not_given_out_again() {
    let mut scene = Scene::new().await;
    scene.valve.open();
    let first = scene.gate.ask(Some(KEY), &change("payments-api", "payments-api/1842")).await;
    assert_eq!(first.body["verdict"], "allow");
    scene.gate.kill().await;
    let later = (tollgate_e2e::world::now() + Duration::from_secs(3600)).to_rfc3339();
    scene.world = scene.world.with("TOLLGATE_CLOCK", &later);
    scene.gate.start_again("change-gate", &scene.world.environment()).unwrap();
    let late = scene.gate.ask(Some(KEY), &change("payments-api", "payments-api/1842")).await;
    assert_eq!(late.status, 409, "{}", late.body);
    assert!(late.body["detail"].as_str().unwrap().contains("ask with a new key"), "{}", late.body);
}

#[tokio::test]
async fn the_same_key_for_another_change_is_refused() {
    let scene = Scene::new().await;
    scene.valve.open();
    let first = scene.gate.ask(Some(KEY), &change("payments-api", "payments-api/1842")).await;
    assert_eq!(first.status, 200);
    let other = scene.gate.ask(Some(KEY), &change("payments-api", "payments-api/1843")).await;
    assert_eq!(other.status, 422, "{}", other.body);
    assert!(other.body["detail"].as_str().unwrap().contains("a key names one question"));
}
