//! What the cost gate kept of the bill reaches the change gate, and the command.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use std::process::Command;

use serde_json::{Value, json};
use tollgate_e2e::{
    billing::Billing,
    spending::{ACCOUNT, STEPS, budget, spend},
    telemetry::Traffic,
    world::{World, change, now},
};

fn status(world: &World) -> (i32, Value, String) {
    let output = Command::new(tollgate_e2e::binary("tollgate").unwrap())
        .args(["cost", "status", "--json"])
        .env_clear()
        .envs(world.environment())
        .output()
        .unwrap();
    let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), json, String::from_utf8(output.stderr).unwrap())
}

fn notification(id: &str, purpose: &str) -> Value {
    let mut asked = change("notifications", id);
    asked["purpose"] = json!(purpose);
    asked["approvals"] = json!([{"by": "github:6001"}, {"by": "github:6002"}]);
    asked
}

async fn fetched(world: &World) {
    let time = now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let schedule = json!({
        "version": "0", "id": "s-1", "detail-type": "Scheduled Event", "source": "aws.scheduler", "time": time,
        "account": "123456789012", "region": "eu-central-1", "resources": ["arn:schedule"], "detail": {},
    });
    world.cost_gate().await.invoke("req-1", schedule).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_budget_frozen_by_the_kept_bill_holds_a_feature_up_and_costs_the_caller_nothing() {
    let billing = Billing::start(spend("notifications", "messaging", "production", 20_000)).await;
    let mails = budget("mails", "messaging", "services: [notifications], environments: [production]", &STEPS);
    let world = World::new().with_budgets(&format!("budgets:\n{mails}")).with_billing(&billing);
    world.publish("notifications", Traffic::HEALTHY).await;
    fetched(&world).await;
    assert!(!billing.take_asked().is_empty());

    let gate = world.change_gate().await;
    let denied = gate.ask(None, &notification("notifications/1", "feature")).await.body;
    assert_eq!(denied["verdict"], "deny", "{denied:#}");
    let summary = denied["summary"].as_str().unwrap();
    let ends = now().date_naive() + chrono::Days::new(20);
    for expected in ["the budget `mails` has spent", "of 1000.00 USD", &format!("go ahead until {ends}T00:00:00Z")] {
        assert!(summary.contains(expected), "{expected}: {summary}");
    }
    let told = gate.ask(None, &notification("notifications/2", "fix")).await.body;
    assert_eq!(told["verdict"], "allow", "{told:#}");
    assert_eq!(billing.take_asked(), [""; 0], "who asks about a change waits for no bill and pays for none");

    let (code, shown, said) = status(&world);
    assert_eq!((code, &shown["budgets"][0]["state"]), (2, &"over".into()), "{said}");
    assert!(shown["billing"].as_str().unwrap().starts_with("sqlite:") && shown["paid_requests"] == 0, "{shown:#}");
    assert_eq!(billing.take_asked(), [""; 0], "the command reads what is kept, too");
}

/// The account's budget holds up what is charged to it: the services that say so, and no others.
#[tokio::test]
async fn a_frozen_budget_of_an_account_holds_up_the_services_that_run_in_it() {
    let of_account = budget("shared", "platform", &format!("accounts: [\"{ACCOUNT}\"]"), &STEPS);
    for (more, verdict) in [(format!("accounts: [\"{ACCOUNT}\"]\n"), "deny"), (String::new(), "allow")] {
        let billing = Billing::start(spend("search-api", "search", "production", 20_000)).await;
        let world = World::new().with_budgets(&format!("budgets:\n{of_account}")).with_billing(&billing);
        let world = world.with_service("notifications", &more);
        world.publish("notifications", Traffic::HEALTHY).await;
        fetched(&world).await;
        let gate = world.change_gate().await;
        let answer = gate.ask(None, &notification("notifications/1", "feature")).await.body;
        assert_eq!(answer["verdict"], verdict, "{answer:#}");
        let said = answer.to_string();
        assert_eq!(said.contains("the budget `shared` has spent"), verdict == "deny", "{answer:#}");
        assert_eq!(said.contains("no budget holds `notifications`"), verdict == "allow", "{answer:#}");
    }
}
