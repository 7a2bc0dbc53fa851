//! The cost gate decides about spend: the real binary, real HTTP, the real SDK against a stand-in for the bill, a real ledger.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use serde_json::{Value, json};
use tollgate_e2e::{
    billing::{Billing, Line},
    function::{Function, HttpAnswer},
    spending::{STEPS, budget, spend},
    world::World,
};

/// What differs from week to week.
const FILTERS: [(&str, &str); 3] =
    [(r"\d{4}-\d\d-\d\dT", "2026-11-18T"), (r"\d{4}-\d\d-\d\d", "2026-11-18"), ("sha256:[0-9a-f]{64}", "[digest]")];

fn snapshot(name: &str, decision: &Value) {
    insta::with_settings!({snapshot_path => "../fixtures/cost/decisions", prepend_module_to_snapshot => false, sort_maps => true, filters => FILTERS.to_vec()}, {
        insta::assert_json_snapshot!(name, decision, {
            ".decision_id" => "[id]",
            ".policy_revision" => "[digest]",
            ".facts_digest" => "[digest]",
            ".rules_judged" => "[rules]",
        });
    });
}

/// A world with one budget over the search service in production, and the stand-in for its bill.
async fn world(lines: Vec<Line>) -> (World, Billing) {
    let billing = Billing::start(lines).await;
    let scope = "services: [search-api], environments: [production]";
    let file = format!("budgets:\n{}", budget("search-production", "search", scope, &STEPS));
    (World::new().with_budgets(&file).with_billing(&billing), billing)
}

async fn check(gate: &Function, request_id: &str) -> Value {
    gate.invoke(request_id, json!({"sweep": {}})).await.unwrap().unwrap()["done"][0].clone()
}

async fn ask(gate: &Function, question: Value) -> HttpAnswer {
    gate.http("POST", "/v1/gates/cost", &[], &question.to_string()).await
}

fn about(purpose: &str) -> Value {
    json!({"spending": {"service": "search-api", "environment": "production", "purpose": purpose}})
}

fn verdict(answer: &HttpAnswer) -> &str {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["verdict"].as_str().unwrap()
}

#[tokio::test]
async fn spend_inside_its_budget_may_go_on_and_asking_costs_nothing() {
    let (world, billing) = world(spend("search-api", "search", "production", 1000)).await;
    let gate = world.cost_gate().await;
    let checked = check(&gate, "a").await;
    assert_eq!(checked["bill"]["outcome"], "fetched", "{checked:#}");
    assert!(!billing.take_asked().is_empty());
    let answer = ask(&gate, about("feature")).await;
    assert_eq!(verdict(&answer), "allow", "{:#}", answer.body);
    assert_eq!(billing.take_asked(), [] as [&str; 0], "who asks does not wait for Cost Explorer");
    assert_eq!(answer.body["api_cost"]["requests"], 0);
    let id = answer.body["decision_id"].as_str().unwrap();
    let record = gate.http("GET", &format!("/v1/decisions/{id}"), &[], "").await;
    assert_eq!(record.body["decision"], answer.body, "what was answered is on record");
    let facts = &record.body["facts"];
    assert_eq!((&facts["gate"], &facts["budgets"][0]["spent_micros"]), (&json!("cost"), &json!(110_000_000)));
    assert_eq!((&facts["bill"][0]["id"], &facts["bill"][0]["status"]), (&json!("bill"), &json!("ok")));
    let health = gate.http("GET", "/v1/health", &[], "").await;
    assert_eq!((&health.body["billing"], &health.body["budgets"]), (&json!("aws"), &json!(1)));
    let by_budget = ask(&gate, json!({"spending": {"budget": "search-production"}})).await;
    assert_eq!(verdict(&by_budget), "allow", "{:#}", by_budget.body);
}

#[tokio::test]
async fn a_budget_that_is_spent_stops_features_and_lets_fixes_through() {
    let (world, _) = world(spend("search-api", "search", "production", 10_000)).await;
    let gate = world.cost_gate().await;
    check(&gate, "a").await;
    let feature = ask(&gate, about("feature")).await;
    assert_eq!(verdict(&feature), "deny", "{:#}", feature.body);
    snapshot("deny_spent", &feature.body);
    let fix = ask(&gate, about("fix")).await;
    assert_eq!(verdict(&fix), "allow", "{:#}", fix.body);
}

#[tokio::test]
async fn what_is_not_known_approves_nothing() {
    let (world, billing) = world(spend("search-api", "search", "production", 1000)).await;
    let gate = world.cost_gate().await;
    let unfetched = ask(&gate, about("feature")).await;
    assert_eq!(verdict(&unfetched), "deny");
    assert!(unfetched.body["summary"].as_str().unwrap().contains("was not fetched yet"), "{:#}", unfetched.body);
    assert_eq!(billing.take_asked(), [] as [&str; 0]);
    check(&gate, "a").await;
    for (name, question) in [
        ("no such service", json!({"spending": {"service": "serch-api", "environment": "production"}})),
        ("no such budget", json!({"spending": {"budget": "serch-production"}})),
        ("no budget for it", json!({"spending": {"service": "payments-api", "environment": "production"}})),
    ] {
        let answer = ask(&gate, question).await;
        assert_ne!(verdict(&answer), "allow", "{name}: {:#}", answer.body);
    }
    let (world, billing) = self::world(Vec::new()).await;
    billing.change(|bill| {
        bill.refused.insert("GetCostAndUsage", (400, "AccessDeniedException"));
    });
    let gate = world.cost_gate().await;
    let checked = check(&gate, "a").await;
    assert_eq!(checked["bill"]["outcome"], "fetched, and not all of it came", "{checked:#}");
    let refused = ask(&gate, about("feature")).await;
    assert_eq!(verdict(&refused), "deny");
    assert!(refused.body.to_string().contains("ce:GetCostAndUsage"), "{:#}", refused.body);
}

/// A plan of 600 dollars a month more, of which two thirds fall into the budget's period.
#[tokio::test]
async fn a_plan_that_would_exceed_its_budget_waits_in_each_form_of_an_estimate() {
    let (world, _) = world(spend("search-api", "search", "production", 2400)).await;
    let gate = world.cost_gate().await;
    check(&gate, "a").await;
    assert_eq!(verdict(&ask(&gate, about("feature")).await), "allow", "without the plan");
    let classic = json!({"version": "0.2", "currency": "USD", "projects": [], "pastTotalMonthlyCost": "100",
                         "totalMonthlyCost": "700", "diffTotalMonthlyCost": "600"});
    let scan = json!({"currency": "USD", "total_monthly_cost": "700", "past_total_monthly_cost": "100",
                      "diff_total_monthly_cost": "600", "projects": []});
    let direct = json!({"currency": "USD", "before": "100", "after": "700"});
    for cost in [json!({"infracost": classic}), json!({"infracost": scan}), json!({"monthly": direct})] {
        let mut question = about("feature");
        question["cost"] = cost.clone();
        let answer = ask(&gate, question).await;
        assert_ne!(verdict(&answer), "allow", "{cost}: {:#}", answer.body);
        let finding =
            |rule: &str| answer.body["findings"].as_array().unwrap().iter().any(|found| found["rule"] == rule);
        assert!(finding("cost.would_exceed") && finding("cost.planned_increase"), "{:#}", answer.body);
    }
    let mut odd = about("feature");
    odd["cost"] = json!({"infracost": {"totalMonthlyCost": "many"}});
    let odd = ask(&gate, odd).await;
    assert_ne!(verdict(&odd), "allow", "{:#}", odd.body);
    assert!(odd.body.to_string().contains("`cost.infracost.totalMonthlyCost`"), "{:#}", odd.body);
}

#[tokio::test]
async fn requests_that_cannot_be_read_say_which_field() {
    let (world, _) = world(Vec::new()).await;
    let gate = world.cost_gate().await;
    for (question, field) in [
        (json!({"service": "search-api"}), "spending"),
        (json!({"spending": {}}), "spending.service"),
        (json!({"spending": {"service": "a", "budget": "b"}}), "spending.budget"),
        (json!({"spending": {"service": "a/../b"}}), "spending.service"),
        (json!({"spending": {"service": "a", "purpose": "fun"}}), "spending.purpose"),
        (
            json!({"spending": {"service": "a"}, "cost": {"monthly": {"currency": "USD", "before": "x", "after": "1"}}}),
            "cost.monthly.before",
        ),
    ] {
        let answer = ask(&gate, question.clone()).await;
        assert_eq!((answer.status, &answer.body["field"]), (400, &json!(field)), "{question}: {}", answer.body);
    }
    let mut huge = about("feature");
    // More than a report may be is refused by Lambda itself; around it there may be less.
    huge["x_padding"] = json!("x".repeat(300 << 10));
    assert_eq!(ask(&gate, huge).await.status, 413);
    assert_eq!(gate.http("GET", "/v1/gates/cost", &[], "").await.status, 405);
    let nowhere = gate.http("GET", "/v1/nothing", &[], "").await;
    assert!(nowhere.body["detail"].as_str().unwrap().contains("`POST /v1/gates/cost`"), "{}", nowhere.body);
    let mut unknown = about("feature");
    unknown["spending"]["pipeline_url"] = json!("https://ci.example.com/1");
    let warned = ask(&gate, unknown.clone()).await;
    assert!(warned.body["warnings"].to_string().contains("pipeline_url"), "{:#}", warned.body);
    unknown["spending"]["autor"] = json!("github:4519");
    let refused = ask(&gate, unknown).await;
    assert_eq!((refused.status, &refused.body["field"]), (400, &json!("spending.autor")), "{}", refused.body);
}

#[tokio::test]
async fn the_same_question_under_the_same_key_has_the_same_decision() {
    let (world, _) = world(spend("search-api", "search", "production", 1000)).await;
    let gate = world.cost_gate().await;
    check(&gate, "a").await;
    let mut question = about("feature");
    question["idempotency_key"] = json!("run-7");
    let (first, again) = (ask(&gate, question.clone()).await, ask(&gate, question.clone()).await);
    assert_eq!((verdict(&first), &first.body), ("allow", &again.body));
    question["spending"]["purpose"] = json!("fix");
    assert_eq!(ask(&gate, question).await.status, 422, "a key names one question");
    let direct = gate.invoke("req-1", about("feature")).await.unwrap().unwrap();
    assert_eq!(direct, gate.invoke("req-1", about("feature")).await.unwrap().unwrap());
}
