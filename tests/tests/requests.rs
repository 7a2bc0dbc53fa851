//! Requests that are no question get an error that helps and no decision; nothing secret is kept or logged.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use serde_json::{Value, json};
use tollgate_e2e::{
    function::Function,
    telemetry::Traffic,
    world::{World, change},
};

const GATE: &str = "/v1/gates/change";

async fn refused(gate: &Function, body: &str) -> (u16, String) {
    let answer = gate.http("POST", GATE, &[], body).await;
    assert_eq!(answer.content_type, "application/problem+json", "{}", answer.body);
    assert_eq!(answer.body["status"], answer.status);
    (answer.status, answer.body["detail"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn what_is_no_question_is_a_4xx_that_helps() {
    let world = World::new();
    let gate = world.change_gate().await;
    let with = |field: &str, value: Value| {
        let mut change = change("payments-api", "payments-api/1");
        change[field] = value;
        json!({"change": change}).to_string()
    };
    for (body, status, detail) in [
        (String::new(), 400, "the body is empty: send the question as JSON"),
        ("not json".into(), 400, "the body is not JSON: expected ident at line 1 column 2"),
        ("[]".into(), 400, "the body is a list, and should be an object with named fields"),
        (change("payments-api", "x").to_string(), 400, "`change`: is missing: wrap the change as `{\"change\": {…}}`"),
        (with("service", Value::Null), 400, "`change.service`: invalid type: null, expected a string"),
        (
            with("type", json!("hotfix")),
            400,
            "`change.type`: unknown variant `hotfix`, expected one of `standard`, `normal`, `emergency`",
        ),
        (with("type", json!(3)), 400, "`change.type`: has another type than is expected here"),
        (
            with("rollback", json!(["redeploy"])),
            400,
            "`change.rollback`: is a list, and should be an object with named fields",
        ),
        (with("id", json!("")), 400, "`change.id`: should not be empty"),
        (with("approvals", json!([{"at": "yesterday", "by": "a"}])), 400, "`change.approvals[0].at`: "),
        (
            with("links", json!(["file:///etc/passwd"])),
            400,
            "`change.links[0]`: should be an address such as `https://ci.example.com",
        ),
        (
            format!("{{\"change\": {}1{}}}", "[".repeat(70), "]".repeat(70)),
            400,
            "the body is nested 71 deep and may be nested 64 deep",
        ),
        (with("summary", json!("x".repeat(300_000))), 413, "the body has 300"),
    ] {
        let refusal = refused(&gate, &body).await;
        assert_eq!(refusal.0, status, "{}", refusal.1);
        assert!(refusal.1.starts_with(detail), "expected `{detail}`, got `{}`", refusal.1);
    }
    for (method, path, status) in [
        ("GET", GATE, 405),
        ("POST", "/v1/health", 405),
        ("GET", "/", 404),
        ("GET", "/v1/gates/chnge", 404),
        ("GET", "/v1/decisions/../../etc", 404),
        ("GET", "/v1/decisions/1", 404),
        ("POST", "/v1/decisions/01JD0000000000000000000000/outcome", 400),
    ] {
        assert_eq!(gate.http(method, path, &[], "").await.status, status, "{method} {path}");
    }
    let odd_key = gate.http("POST", GATE, &[("Idempotency-Key", &"k".repeat(256))], &with("id", json!("x"))).await;
    assert_eq!(odd_key.status, 400, "{}", odd_key.body);
    let ledger = rusqlite::Connection::open(world.folder().join("ledger.sqlite")).unwrap();
    let decisions: u64 = ledger.query_row("SELECT count(*) FROM decisions", [], |row| row.get(0)).unwrap();
    assert_eq!(decisions, 0, "none of these is a decision");
}

#[tokio::test]
async fn unknown_fields_are_named_in_a_warning_and_misspelt_ones_refused() {
    let world = World::new();
    let gate = world.change_gate().await;
    let mut unknown = change("payments-api", "payments-api/1");
    unknown["pipeline_url"] = json!("https://ci.example.com/1");
    unknown["x_incidents"] = json!(0);
    let answer = gate.ask(None, &unknown).await;
    // What is marked as for others is nobody's error.
    assert_eq!(answer.body["warnings"], json!(["`change.pipeline_url` is not known and was not read"]));
    let mut misspelt = change("payments-api", "payments-api/2");
    misspelt["incidnet"] = json!("INC-7");
    let answer = gate.ask(None, &misspelt).await;
    assert_eq!((answer.status, &answer.body["field"]), (400, &json!("change.incidnet")), "{}", answer.body);
    assert!(answer.body["detail"].as_str().unwrap().contains("write `incident`"), "{}", answer.body);
}

#[tokio::test]
async fn every_line_of_a_decision_has_its_id_and_no_line_a_secret() {
    let world = World::new().with("TOLLGATE_LOG", "trace");
    world.publish("payments-api", Traffic::HEALTHY).await;
    let gate = world.change_gate().await;
    let mut change = change("payments-api", "payments-api/1");
    change["approvals"] = json!([{"by": "anna.approver@example.com"}]);
    change["links"] = json!(["https://build:hunter2@ci.example.com/run/1?token=s3cr3t"]);
    change["cost"] = json!({"infracost": {"totalMonthlyCost": "1", "apiKey": "ico-s3cr3t"}});
    let headers = [("Authorization", "Bearer s3cr3t-bearer"), ("Idempotency-Key", "k")];
    let answer = gate.http("POST", GATE, &headers, &json!({"change": change}).to_string()).await;
    let id = answer.body["decision_id"].as_str().unwrap();
    gate.logged("\"recorded\"").await;
    let log = gate.log();
    for line in &log {
        for secret in ["s3cr3t", "hunter2", "anna.approver"] {
            assert!(!line.contains(secret), "`{secret}` is logged: {line}");
        }
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("a line is not JSON: {line}"));
        let of_a_decision =
            ["gathered", "evaluated", "recorded"].contains(&entry["message"].as_str().unwrap_or_default());
        assert!(!of_a_decision || entry["span"]["decision_id"] == id, "{line}");
    }
    let ours = log.iter().filter(|line| line.contains("\"target\":\"tollgate_gate")).count();
    assert!(ours >= 3, "{log:#?}");
    let record = gate.http("GET", &format!("/v1/decisions/{id}"), &[], "").await.body.to_string();
    for secret in ["s3cr3t", "hunter2"] {
        assert!(!record.contains(secret), "`{secret}` is kept in the ledger");
    }
}

#[tokio::test]
async fn a_decision_is_a_line_of_metrics() {
    let world = World::new();
    let gate = world.change_gate().await;
    let decision = gate.ask(None, &change("payments-api", "payments-api/1")).await.body;
    let line: Value = serde_json::from_str(&gate.logged("CloudWatchMetrics").await).unwrap();
    assert_eq!((&line["verdict"], &line["decision_id"]), (&json!("deny"), &decision["decision_id"]));
    assert_eq!((&line["Decisions"], &line["AwsRequests"]), (&json!(1), &decision["api_cost"]["requests"]));
    assert!(line["EvidenceProblems"].as_u64().unwrap() >= 1, "{line}");
    assert!(line["GatherLatency"].is_u64() && line["EvaluateLatency"].is_u64() && line["RecordLatency"].is_u64());
}

#[tokio::test]
async fn while_an_expected_rule_is_gone_its_gate_denies_and_says_so() {
    let world = World::new();
    world.publish("payments-api", Traffic::HEALTHY).await;
    std::fs::remove_dir_all(world.policies().join("change/freeze")).unwrap();
    let gate = world.change_gate().await;
    let health = gate.http("GET", "/v1/health", &[], "").await.body;
    let said = "expected_rules.yaml:20:18: `change.freeze` is gone, and is expected to deny: restore it; where it is meant, run \
                `cargo tollgate policies expect` and have the change reviewed";
    assert_eq!((&health["status"], &health["unlike_expected"]), (&json!("rules_missing"), &json!([said])));
    let decision = gate.ask(None, &change("payments-api", "payments-api/1")).await.body;
    let findings = decision["findings"].as_array().unwrap();
    let missing = findings.iter().find(|finding| finding["kind"] == "rule_missing").unwrap();
    assert_eq!((&decision["verdict"], &missing["effect"]), (&json!("deny"), &json!("deny")), "{decision}");
    assert!(missing["message"].as_str().unwrap().contains("rule `change.freeze` is gone"), "{missing}");
    assert!(gate.log().join("\n").contains("`change.freeze` is gone"));
    let other = world.slo_gate().await.http("GET", "/v1/health", &[], "").await.body;
    assert_eq!(
        (&other["status"], &other["unlike_expected"]),
        (&json!("ok"), &json!([])),
        "another gate misses nothing"
    );

    std::fs::remove_file(world.policies().join("expected_rules.yaml")).unwrap();
    let mut gate = world.change_gate().await;
    assert!(!gate.ended().await.success());
    let log = gate.log().join("\n");
    assert!(
        log.contains("expected_rules.yaml: is not there") && log.contains("cargo tollgate policies expect"),
        "{log}"
    );
}

#[tokio::test]
async fn a_gate_that_is_not_in_order_does_not_start() {
    let world = World::new();
    let settings = world.policies().join("data/settings/organisation.yaml");
    std::fs::write(settings, "thresholds: {slo: {burn_rate_pause_micro: 9000000}}").unwrap();
    let mut gate = world.change_gate().await;
    assert!(!gate.ended().await.success());
    let log = gate.log().join("\n");
    assert!(log.contains("organisation.yaml:1") && log.contains("would loosen"), "{log}");
    let world = World::new();
    let freeze = "freezes:\n  - {name: f, owner: release-management, reason: r, time_zone: UTC, starts: 2026-12-18T18:00, \
                  ends: 2026-12-19T18:00, services: [payments-aip]}\n";
    std::fs::write(world.policies().join("data/calendars/freezes.yml"), freeze).unwrap();
    let mut gate = world.change_gate().await;
    assert!(!gate.ended().await.success(), "a freeze that is misspelt would freeze nothing");
    let log = gate.log().join("\n");
    assert!(log.contains("data/calendars/freezes.yml:2:"), "{log}");
    assert!(
        log.contains("service `payments-aip` has no file in `data/services`, did you mean `payments-api`?"),
        "{log}"
    );
    let world = World::new().with("TOLLGATE_LEDGER", "mysql:x");
    let mut gate = world.change_gate().await;
    assert!(!gate.ended().await.success());
    assert!(gate.log().join("\n").contains("TOLLGATE_LEDGER"), "{:?}", gate.log());
}
