//! The cost gate against an emulator of Cost Explorer and AWS Budgets: the real binary, the real SDK, a server not ours.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use chrono::{Datelike as _, Months, NaiveDate};
use serde_json::{Value, json};
use tollgate_e2e::{
    account::Account,
    function::Function,
    letters::{invoke, schedule},
    spending::{STEPS, budget},
    world::{World, now},
};

/// The first day that is asked for. It is the first of a month, so that it is the same by whole months.
fn first_day() -> NaiveDate {
    now().date_naive().with_day(1).unwrap() - Months::new(2)
}

/// A world with a budget over the search service in production, whose bill is asked of the account.
fn world(account: &Account) -> World {
    let scope = "services: [search-api], environments: [production]";
    let file = format!("budgets:\n{}", budget("search-production", "search", scope, &STEPS));
    let history_days = (now().date_naive() - first_day()).num_days().to_string();
    let world = World::new().with_budgets(&file).with_threshold("billing", "history_days", &history_days);
    account.billing(world)
}

/// What Cost Explorer answers about each day: the total, then its groups, in the order in which the gate asks.
fn answers(total: &str, groups: &[(&str, &str, &str)]) -> [Value; 2] {
    let today = now().date_naive();
    let cost = |amount: &str| json!({"UnblendedCost": {"Amount": amount, "Unit": "USD"}});
    let group = |(environment, service, amount): &(&str, &str, &str)| {
        let keys = [format!("environment${environment}"), format!("service${service}")];
        json!({"Keys": keys, "Metrics": cost(amount)})
    };
    let groups: Vec<Value> = groups.iter().map(group).collect();
    let by_day = |total: Value, groups: &[Value]| {
        let days = first_day().iter_days().take_while(|day| *day <= today).map(|day| {
            json!({"TimePeriod": {"Start": day, "End": day.succ_opt().unwrap()}, "Total": total, "Groups": groups,
                   "Estimated": day.month() == today.month()})
        });
        json!({"ResultsByTime": days.collect::<Vec<_>>(), "DimensionValueAttributes": []})
    };
    [by_day(cost(total), &[]), by_day(json!({}), &groups)]
}

/// The text of a budget that points at the account's AWS Budget of the same name.
fn pointing(account: &Account, name: &str) -> String {
    let steps: String = STEPS.iter().map(|step| format!("      - {{{step}}}\n")).collect();
    let id = &account.id;
    format!(
        "  - name: {name}\n    owner: search\n    scope: {{accounts: [\"{id}\"]}}\n    aws_budget: {name}\n    account: \
         \"{id}\"\n    steps:\n{steps}"
    )
}

/// What decides about these budgets, once the account was asked for them.
async fn asked(account: &Account, names: &[&str]) -> (World, Function) {
    let file: String = names.iter().map(|name| pointing(account, name)).collect();
    let world = account.billing(World::new().with_budgets(&format!("budgets:\n{file}")));
    let world = world.with_threshold("billing", "anomalies", "false");
    let gate = world.cost_gate().await;
    let checked = invoke(&gate, "a", schedule(0)).await;
    let bill = &checked["bill"];
    assert_eq!((&bill["outcome"], &bill["requests"]), (&json!("fetched"), &json!(1)), "{checked:#}");
    assert_eq!(bill["paid_requests"], 0, "AWS Budgets charges for nothing");
    (world, gate)
}

async fn ask(gate: &Function, budget: &str) -> Value {
    let question = json!({"spending": {"budget": budget, "purpose": "feature"}});
    let answer = gate.http("POST", "/v1/gates/cost", &[], &question.to_string()).await;
    assert_eq!(answer.status, 200, "{:#}", answer.body);
    assert_eq!(answer.body["api_cost"]["requests"], 0, "who asks pays for nothing");
    answer.body
}

/// What the decision was made from.
async fn facts(gate: &Function, decision: &Value) -> Value {
    let path = format!("/v1/decisions/{}", decision["decision_id"].as_str().unwrap());
    gate.http("GET", &path, &[], "").await.body["facts"].clone()
}

#[tokio::test]
async fn a_bill_decides_by_what_was_spent() {
    let cases =
        [("35.3456789056", "12.3456789012", 135_802_468, "allow"), ("115.0000000044", "92", 1_012_000_000, "deny")];
    for (total, ours, spent_micros, verdict) in cases {
        let account = Account::open().await;
        let groups = [("production", "search-api", ours), ("staging", "search-api", "3.0000000044"), ("", "", "20")];
        account.answers(&answers(total, &groups)).await;
        let world = world(&account).with_threshold("billing", "anomalies", "false");
        let gate = world.cost_gate().await;
        let checked = invoke(&gate, "a", schedule(0)).await;
        let bill = &checked["bill"];
        assert_eq!((&bill["outcome"], &bill["paid_requests"]), (&json!("fetched"), &json!(2)), "{checked:#}");
        let decision = ask(&gate, "search-production").await;
        assert_eq!(decision["verdict"], verdict, "{decision:#}");
        let facts = facts(&gate, &decision).await;
        let budget = &facts["budgets"][0];
        assert_eq!((&budget["spent_micros"], &budget["evidence"]["status"]), (&json!(spent_micros), &json!("ok")));
        assert_eq!(
            (&budget["evidence"]["source"], &facts["bill"][0]["status"]),
            (&json!("cost-explorer"), &json!("ok"))
        );
        assert_eq!(budget["reconciliation"]["difference_micros"], 0, "the groups come to the total: {budget:#}");
    }
}

/// Nobody has laid out answers: there are no days, which is not the same as days without cost.
#[tokio::test]
async fn a_bill_without_days_approves_nothing() {
    let account = Account::open().await;
    let world = world(&account).with_threshold("billing", "anomalies", "false");
    let gate = world.cost_gate().await;
    let checked = invoke(&gate, "a", schedule(0)).await;
    assert_eq!(checked["bill"]["outcome"], "fetched, and not all of it came", "{checked:#}");
    let decision = ask(&gate, "search-production").await;
    let (verdict, summary) = (&decision["verdict"], decision["summary"].as_str().unwrap());
    assert!(verdict == "deny" && summary.contains("days that were asked for did not come"), "{decision:#}");
}

/// The emulator has no `GetAnomalies`, and fails with a page for people: no answer of AWS, five times, each paid for.
#[tokio::test]
async fn what_the_emulator_has_not_is_told_and_the_rest_is_judged() {
    let account = Account::open().await;
    account.answers(&answers("10", &[("production", "search-api", "10")])).await;
    let world = world(&account);
    let gate = world.cost_gate().await;
    let bill = &invoke(&gate, "a", schedule(0)).await["bill"];
    assert_eq!((&bill["outcome"], &bill["paid_requests"]), (&json!("fetched, and not all of it came"), &json!(7)));
    let decision = ask(&gate, "search-production").await;
    let finding = &decision["findings"][0];
    assert_eq!(finding["evidence"], json!(["budget/search-production/anomalies"]), "{decision:#}");
    assert!(finding["message"].as_str().unwrap().contains("Cost Explorer answered with status 500"), "{finding:#}");
}

#[tokio::test]
async fn an_aws_budget_decides_by_what_aws_has_calculated() {
    let account = Account::open().await;
    let calculated = |actual: &str| {
        let amount = |amount: &str| json!({"Amount": amount, "Unit": "USD"});
        Some(json!({"ActualSpend": amount(actual), "ForecastedSpend": amount("990.5")}))
    };
    for (name, actual) in [("calm", "200.55"), ("held", "500"), ("frozen", "1000.000001")] {
        account.create_budget(name, calculated(actual)).await;
    }
    let (_world, gate) = asked(&account, &["calm", "held", "frozen"]).await;
    for (name, spent_micros, verdict) in
        [("calm", 200_550_000, "allow"), ("held", 500_000_000, "pending"), ("frozen", 1_000_000_001, "deny")]
    {
        let decision = ask(&gate, name).await;
        assert_eq!(decision["verdict"], verdict, "{name}: {decision:#}");
        let budget = &facts(&gate, &decision).await["budgets"][0];
        assert_eq!(
            (&budget["aws_budget"], &budget["spent_micros"]),
            (&json!(name), &json!(spent_micros)),
            "{budget:#}"
        );
        assert_eq!(
            (&budget["evidence"]["source"], &budget["forecast"]["mean_micros"]),
            (&json!("aws-budgets"), &json!(990_500_000))
        );
    }
    let held = ask(&gate, "held").await;
    assert_eq!(held["awaiting"][0]["group"], "search", "{held:#}");
}

#[tokio::test]
async fn an_aws_budget_that_is_not_there_or_says_nothing_yet_approves_nothing() {
    let account = Account::open().await;
    account.create_budget("new", None).await;
    let (_world, gate) = asked(&account, &["new", "absent"]).await;
    for (name, reason) in [("new", "says that nothing was spent until"), ("absent", "has no AWS Budget named `absent`")]
    {
        let decision = ask(&gate, name).await;
        assert_eq!(decision["verdict"], "deny", "{decision:#}");
        assert!(decision["summary"].as_str().unwrap().contains(reason), "{decision:#}");
    }
}
