//! Estimates, names and letters as strangers send them: the real binaries, real HTTP, a real ledger.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use serde_json::{Value, json};
use tollgate_e2e::{
    billing::Billing,
    function::{Function, HttpAnswer},
    letters::sns,
    spending::{STEPS, budget, spend},
    world::{World, change},
};

/// As much as Lambda takes in one request.
const LARGEST: usize = 6 * 1024 * 1024;
/// A function has 256 MiB; a debug build and the policies take their part of it.
const MOST_MEMORY_KIBIBYTES: u64 = 200 * 1024;

async fn world() -> (World, Billing) {
    let billing = Billing::start(spend("search-api", "search", "production", 1000)).await;
    let file = format!(
        "budgets:\n{}",
        budget("search-production", "search", "services: [search-api], environments: [production]", &STEPS)
    );
    (World::new().with_budgets(&file).with_billing(&billing), billing)
}

async fn checked(world: &World) -> Function {
    let gate = world.cost_gate().await;
    gate.invoke("check", json!({"sweep": {}})).await.unwrap().unwrap();
    gate
}

async fn ask(gate: &Function, question: &Value) -> HttpAnswer {
    let answer = gate.http("POST", "/v1/gates/cost", &[], &question.to_string()).await;
    assert_eq!(answer.status, 200, "{:#}", answer.body);
    answer
}

fn about(cost: &Value) -> Value {
    json!({"spending": {"service": "search-api", "environment": "production"}, "cost": {"infracost": cost}})
}

/// A side of a project, as Infracost 0.10 writes it: so many servers of a dollar.
fn side(servers: usize) -> Value {
    let component = |cost: &str| {
        json!({"name": "Instance usage (Linux/UNIX, on-demand, m5.2xlarge)", "unit": "hours",
        "hourlyQuantity": "1", "monthlyQuantity": "730", "price": "0.384", "hourlyCost": "0.384", "monthlyCost": cost,
        "priceNotFound": false})
    };
    let server = |number: usize| {
        json!({"name": format!("module.fleet.aws_instance.web[{number}]"),
        "resourceType": "aws_instance", "tags": {"Owner": "search", "Environment": "production", "Name": "web"},
        "metadata": {"calls": [{"blockName": "aws_instance.web", "endLine": 55, "filename": "main.tf", "startLine": 43}]},
        "hourlyCost": "0.385", "monthlyCost": "1", "costComponents": [component("0.25")],
        "subresources": [{"name": "root_block_device", "metadata": {}, "monthlyCost": "0.75", "costComponents": [component("0.75")]}]})
    };
    json!({"totalMonthlyCost": servers.to_string(), "resources": (0..servers).map(server).collect::<Vec<_>>()})
}

/// A diff that adds one server to many.
fn diff(servers: usize) -> Value {
    json!({"version": "0.2", "currency": "USD", "metadata": {"infracostCommand": "diff"},
           "summary": {"totalDetectedResources": servers + 1, "totalSupportedResources": servers + 1, "totalUnsupportedResources": 0},
           "totalMonthlyCost": (servers + 1).to_string(), "pastTotalMonthlyCost": servers.to_string(), "diffTotalMonthlyCost": "1",
           "projects": [{"name": "fleet", "metadata": {"type": "terraform_dir"}, "pastBreakdown": side(servers),
                         "breakdown": side(servers + 1), "diff": {"resources": [], "totalMonthlyCost": "1"}}]})
}

/// The largest diff that Lambda delivers, with something around it.
fn largest() -> Value {
    let (few, more) = (diff(1000).to_string().len(), diff(2000).to_string().len());
    diff(1000 + (LARGEST - 20_000 - few) * 1000 / (more - few))
}

#[tokio::test]
async fn a_report_of_as_many_bytes_as_lambda_delivers_is_read_by_both_gates() {
    let (world, _billing) = world().await;
    let report = largest();
    let bytes = report.to_string().len();
    assert!((LARGEST - 40_000..LARGEST).contains(&bytes), "{bytes}");
    let gate = checked(&world).await;
    let answer = ask(&gate, &about(&report)).await;
    assert_eq!(answer.body["verdict"], "allow", "{:#}", answer.body);
    let id = answer.body["decision_id"].as_str().unwrap();
    let record = gate.http("GET", &format!("/v1/decisions/{id}"), &[], "").await;
    let planned = &record.body["facts"]["planned"];
    assert_eq!(
        (&planned["monthly_increase_micros"], &planned["evidence"]["status"]),
        (&json!(1_000_000), &json!("ok"))
    );
    let memory = gate.peak_memory_kibibytes();
    assert!(memory.is_none_or(|memory| memory < MOST_MEMORY_KIBIBYTES), "{memory:?} KiB");
    let direct = gate.invoke("direct", about(&report)).await.unwrap().unwrap();
    assert_eq!(direct["verdict"], "allow", "{direct:#}");
    let changes = world.change_gate().await;
    let mut change = change("search-api", "search-api/large");
    change["cost"] = json!({"infracost": report});
    let decided = changes.ask(None, &change).await;
    assert_eq!(decided.status, 200, "{:#}", decided.body);
    let id = decided.body["decision_id"].as_str().unwrap();
    let record = changes.http("GET", &format!("/v1/decisions/{id}"), &[], "").await;
    assert_eq!(
        record.body["facts"]["cost"]["monthly_increase_micros"], 1_000_000,
        "{:#}",
        record.body["facts"]["cost"]
    );
}

#[tokio::test]
async fn an_estimate_that_says_nothing_is_never_allowed() {
    let (world, _billing) = world().await;
    let gate = checked(&world).await;
    let mut of_directory = diff(900);
    of_directory["metadata"]["infracostCommand"] = json!("breakdown");
    let mut failed = diff(1);
    failed["projects"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "net", "metadata": {"errors": [{"message": "no credentials"}]}}));
    let mut contradicted = diff(1);
    contradicted["projects"][0]["breakdown"]["totalMonthlyCost"] = json!("0");
    let no_price = json!({"currency": "USD", "summary": {"total_monthly_cost": null},
                          "projects": [{"project_name": "x", "resources": []}]});
    for (cost, said) in [
        (of_directory, "the estimate does not say what is spent now, so all of 901.00 USD a month counts as new"),
        (failed, "the project `net`, which failed: no credentials"),
        (contradicted, "the estimate contradicts itself"),
        (no_price, "nothing could be priced"),
    ] {
        let answer = ask(&gate, &about(&cost)).await;
        assert_ne!(answer.body["verdict"], "allow", "{said}: {:#}", answer.body);
        assert!(answer.body.to_string().contains(said), "{said}: {:#}", answer.body);
    }
}

#[tokio::test]
async fn a_budget_or_environment_that_is_not_there_is_denied_whatever_it_is_asked_for() {
    let (world, _billing) = world().await;
    let gate = checked(&world).await;
    for purpose in ["feature", "fix", "rollback"] {
        for (question, said) in [
            (json!({"budget": "serch-production", "purpose": purpose}), "did you mean `search-production`?"),
            (json!({"budget": "nosuch", "purpose": purpose}), "there is no budget `nosuch`"),
            (
                json!({"budget": "search-production", "environment": "prodution", "purpose": purpose}),
                "no budget that is asked about is for the environment `prodution`: did you mean `production`?",
            ),
            (json!({"service": "serch-api", "purpose": purpose}), "did you mean `search-api`?"),
        ] {
            let answer = ask(&gate, &json!({"spending": question})).await;
            assert_eq!(answer.body["verdict"], "deny", "{question}: {:#}", answer.body);
            assert!(answer.body.to_string().contains(said), "{said}: {:#}", answer.body);
        }
    }
}

#[tokio::test]
async fn alerts_of_all_kinds_wake_the_gate_and_are_answered_for_what_they_are() {
    let (world, billing) = world().await;
    let gate = world.cost_gate().await;
    let letter = |kind: &str, lines: &str| {
        format!(
            "AWS Budget Notification November 21, 2026\nAWS Account 111122223333\n\nBudget Name: x\nBudget Type: {kind}\n{lines}"
        )
    };
    for (index, (letter, about, unread)) in [
        (
            letter(
                "Usage",
                "Budgeted Amount: 1,000 GB\nAlert Type: Actual\nAlert Threshold: > 800 GB\nActual Amount: 912.5 GB",
            ),
            "usage",
            0,
        ),
        (
            letter(
                "RI Utilization",
                "Budgeted Amount: 90%\nAlert Type: ACTUAL\nAlert Threshold: < 90%\nACTUAL Amount: 71%",
            ),
            "utilization of reservations",
            0,
        ),
        (letter("Something New", "Alert Type: ACTUAL"), "Something New", 3),
    ]
    .into_iter()
    .enumerate()
    {
        let done = gate.invoke(&format!("a{index}"), sns(&[("1", letter)])).await.unwrap().unwrap();
        let alert = &done["done"][0]["alert"];
        assert_eq!((&alert["about"], &alert["budget"]), (&json!(about), &json!("x")), "{done:#}");
        assert_eq!(alert["unread"].as_array().unwrap().len(), unread, "{done:#}");
    }
    assert!(!billing.take_asked().is_empty(), "the bill is looked at");
    assert_eq!(world.unread(), [] as [String; 0], "nothing of them goes to the dead-letter queue");
}
