//! `tollgate replay` decides recorded facts again.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::{fs, process::Command};

use tollgate_e2e::{
    telemetry::Traffic,
    world::{World, change},
};

fn replay(world: &World, which: &[&str]) -> (bool, String) {
    let output = Command::new(tollgate_e2e::binary("tollgate").unwrap())
        .arg("replay")
        .args(which)
        .env_clear()
        .envs(world.environment())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

#[tokio::test]
async fn the_same_policies_give_the_same_and_others_show_the_difference() {
    let world = World::new();
    world.publish("payments-api", Traffic::burning(20, 2 * 3600)).await;
    let gate = world.change_gate().await;
    let answer = gate.ask(None, &change("payments-api", "payments-api/1")).await;
    let id = answer.body["decision_id"].as_str().unwrap();

    let (same, text) = replay(&world, &["--last", "10"]);
    assert!(same && text.contains("1 decision replayed: 1 the same, 0 differ"), "{text}");
    let (same, text) = replay(&world, &[id]);
    assert!(same, "{text}");
    assert!(text.contains("policies: the same, sha256:") && text.contains("replayed: the same verdict"), "{text}");

    // Thresholds are part of the policies, too.
    let file = world.policies().join("data/settings/organisation.yaml");
    let organisation = fs::read_to_string(&file).unwrap();
    let stricter = organisation.replace("  change:\n", "  change:\n    failure_min_changes: 1\n");
    assert_ne!(organisation, stricter);
    fs::write(&file, stricter).unwrap();
    let (_, text) = replay(&world, &[id]);
    assert!(text.contains("thresholds: those at hand, which are not those of the record"), "{text}");
    let (same, text) = replay(&world, &[id, "--settings", "recorded"]);
    assert!(same && text.contains("thresholds: those of the record"), "{text}");
    fs::write(&file, organisation).unwrap();

    fs::remove_dir_all(world.policies().join("change/burn_rate")).unwrap();
    let (same, text) = replay(&world, &[id]);
    assert!(!same && text.contains("  + tollgate.rule_missing (deny): rule `change.burn_rate` is gone"), "{text}");
    world.expect_no("change.burn_rate");
    let (same, text) = replay(&world, &[id]);
    assert!(!same, "{text}");
    assert!(
        text.contains("another verdict: pending was deny") && text.contains("  - change.burn_rate (deny): "),
        "{text}"
    );

    let (same, text) = replay(&world, &["--last", "10"]);
    assert!(!same && text.contains("1 decision replayed: 0 the same, 1 differ"), "{text}");
}

#[tokio::test]
async fn what_cannot_be_replayed_says_why() {
    let world = World::new();
    let (found, text) = replay(&world, &["01JD0000000000000000000000"]);
    assert!(!found && text.contains("there is no ledger at"), "{text}");
    let gate = world.change_gate().await;
    gate.http("GET", "/v1/health", &[], "").await;
    let (found, text) = replay(&world, &["--last", "5"]);
    assert!(!found && text.contains("the ledger has no decisions, so there is nothing to replay"), "{text}");
    gate.ask(None, &change("payments-api", "payments-api/1")).await;
    let (found, text) = replay(&world, &["01JD0000000000000000000000"]);
    assert!(!found && text.contains("has no decision `01JD0000000000000000000000`"), "{text}");
    let ledger = rusqlite::Connection::open(world.folder().join("ledger.sqlite")).unwrap();
    let tampered = r#"UPDATE decisions SET body = replace(body, '"author":"github:4519"', '"author":"github:1"')"#;
    assert_eq!(ledger.execute(tampered, []).unwrap(), 1);
    let (same, text) = replay(&world, &["--last", "1"]);
    assert!(!same && text.contains("are not those that were judged"), "{text}");
}
