//! Budgets that point at AWS Budgets.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use tollgate_aws::billing::{BudgetSpend, NoSpend, Plan, Snapshot, spend_of};
use tollgate_core::{
    Timestamp,
    budget::{Allowance, Basis, Budget, CostMeasure, ForecastReading, Scope},
    evidence::EvidenceStatus,
};

use crate::double::{billing, fetch, now, of, refusal, wanted};

fn pointing(name: &str) -> Budget {
    let allowance = Allowance::AwsBudget { name: name.to_owned(), account: "111122223333".to_owned() };
    of(name, Scope::default(), allowance)
}

fn described(name: &str, more: &Value) -> Value {
    let spend = |amount: &str| json!({"Amount": amount, "Unit": "USD"});
    let mut budget = json!({
        "BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": spend("3000.0"),
        "CalculatedSpend": {"ActualSpend": spend("1234.567"), "ForecastedSpend": spend("2900.5")},
        "TimePeriod": {"Start": 1_767_225_600, "End": 3_706_473_600_u64},
        "CostTypes": {"UseAmortized": true, "IncludeCredit": false},
        "HealthStatus": {"Status": "HEALTHY"}, "LastUpdatedTime": 1_767_225_600,
    });
    budget.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    budget
}

async fn spend(more: Value) -> Result<BudgetSpend, Box<NoSpend>> {
    let answer = move |_: &str, _: &Value, _: usize| (200, json!({"Budgets": [described("monthly", &more)]}));
    let (billing, _) = billing(answer).await;
    spend_of(&fetch(&billing, &[pointing("monthly")], &wanted()).await, &pointing("monthly"), now())
}

#[tokio::test]
async fn they_are_found_by_name_on_all_pages_and_are_free() {
    let (billing, asked) = billing(|action, body, _| {
        assert_eq!((action, &body["AccountId"]), ("DescribeBudgets", &json!("111122223333")));
        let (name, token) = if body["NextToken"].is_string() { ("monthly", None) } else { ("other", Some("two")) };
        (200, json!({"Budgets": [described(name, &json!({}))], "NextToken": token}))
    })
    .await;
    let budgets = [pointing("monthly"), pointing("gone")];
    let snapshot = fetch(&billing, &budgets, &wanted()).await;
    assert_eq!((snapshot.requests, snapshot.paid_requests, snapshot.price_usd_micros), (2, 0, 0));
    assert!(asked.lock().unwrap().iter().all(|request| request.host == "budgets.amazonaws.com"));
    let found = spend_of(&snapshot, &budgets[0], now()).unwrap();
    assert_eq!((found.terms.currency.as_str(), found.terms.limit_micros), ("USD", 3_000_000_000));
    assert_eq!(
        (found.terms.first_day.to_string(), found.terms.end_day.to_string()),
        ("2026-11-01".into(), "2026-12-01".into())
    );
    assert_eq!(
        found.terms.basis,
        Basis { cost: CostMeasure::Amortized, credits: false, refunds: true, tax: true, support: true }
    );
    assert_eq!(found.reading.period_total.unwrap().to_string(), "1234.567");
    let ForecastReading::Given(given) = found.reading.forecast else { panic!() };
    assert_eq!((given.mean.to_string(), given.first_day), ("2900.5".to_owned(), found.terms.first_day));
    let gone = spend_of(&snapshot, &budgets[1], now()).unwrap_err().gap;
    assert_eq!(gone.status, EvidenceStatus::NoData);
    assert!(gone.reason.contains("has no AWS Budget named `gone`"), "{}", gone.reason);
}

#[tokio::test]
async fn periods_are_those_of_the_calendar() {
    let span = |unit: &str| json!({"TimeUnit": unit});
    let custom = json!({"TimeUnit": "CUSTOM", "TimePeriod": {"Start": 1_793_491_200, "End": 1_795_910_400}});
    for (more, first, end) in [
        (span("DAILY"), "2026-11-21", "2026-11-22"),
        (span("QUARTERLY"), "2026-10-01", "2027-01-01"),
        (span("ANNUALLY"), "2026-01-01", "2027-01-01"),
        (custom, "2026-11-01", "2026-11-29"),
    ] {
        let terms = spend(more).await.unwrap().terms;
        assert_eq!((terms.first_day.to_string(), terms.end_day.to_string()), (first.to_owned(), end.to_owned()));
    }
}

#[tokio::test]
async fn what_is_odd_about_one_makes_it_unknown() {
    let actual = |spend: Value| json!({"CalculatedSpend": {"ActualSpend": spend}});
    let (zero, edited) = (json!({"Amount": "0", "Unit": "USD"}), 1_795_255_200 - 3600);
    let odd = [
        (
            json!({"HealthStatus": {"Status": "UNHEALTHY", "StatusReason": "BILLING_VIEW_NO_ACCESS"}}),
            "BILLING_VIEW_NO_ACCESS",
        ),
        (json!({"BudgetType": "USAGE"}), "of the kind `USAGE`"),
        (json!({"BudgetLimit": null}), "has no limit"),
        (json!({"BudgetLimit": {"Amount": "3000", "Unit": "GB"}}), "`GB` is not a currency code"),
        (json!({"BudgetLimit": {"Amount": "0.0", "Unit": "USD"}}), "leaves nothing to spend"),
        (json!({"CostTypes": {"UseBlended": true}}), "blended"),
        (json!({"Metrics": ["BlendedCost"]}), "not a figure that is known"),
        (json!({"CalculatedSpend": null}), "does not say what was spent"),
        (actual(json!({"Amount": "5", "Unit": "EUR"})), "its spend in `EUR`"),
        (actual(json!({"Amount": "five", "Unit": "USD"})), "`five` is not"),
        (json!({"TimeUnit": "WEEKLY"}), "its periods, `WEEKLY`, are not known"),
        (json!({"TimePeriod": {"Start": 1_767_225_600, "End": 1_769_904_000}}), "its last period is over"),
        (
            json!({"TimePeriod": {"Start": 1_796_083_200, "End": 3_706_473_600_u64}}),
            "its first period begins at 2026-12-01",
        ),
        // Editing sets the spend to nothing until it is computed again.
        (json!({"CalculatedSpend": {"ActualSpend": zero}, "LastUpdatedTime": edited}), "was edited lately"),
    ];
    for (more, part) in odd {
        let gap = spend(more).await.unwrap_err().gap;
        assert!(gap.reason.contains(part), "{gap:?}");
    }
}

/// Until AWS computes a new period, it says what was spent in the old one.
#[tokio::test]
async fn at_the_turn_of_a_period_the_old_ones_figure_does_not_count() {
    let fetched = async |at: &str, amount: &'static str, previous: Option<&Snapshot>| {
        let actual = json!({"CalculatedSpend": {"ActualSpend": {"Amount": amount, "Unit": "USD"}}});
        let answer = move |_: &str, _: &Value, _: usize| (200, json!({"Budgets": [described("monthly", &actual)]}));
        let (billing, _) = billing(answer).await;
        let at: Timestamp = at.parse().unwrap();
        let plan = Plan::of(&[pointing("monthly")], &wanted(), at);
        billing.fetch(&plan, previous, at, Instant::now() + Duration::from_secs(60)).await
    };
    let spent = |snapshot: &Snapshot, at: &str| {
        let spend = spend_of(snapshot, &pointing("monthly"), at.parse().unwrap());
        spend.map(|spend| spend.reading.period_total.unwrap().to_string()).map_err(|none| none.gap)
    };
    let november = fetched("2026-11-30T20:00:00Z", "2990.5", None).await;
    assert_eq!(spent(&november, "2026-11-30T21:00:00Z").unwrap(), "2990.5");
    let looked_at_later = spent(&november, "2026-12-01T02:00:00Z").unwrap_err();
    assert_eq!(looked_at_later.status, EvidenceStatus::NoData);
    assert!(looked_at_later.reason.contains("since its period began on 2026-12-01"), "{}", looked_at_later.reason);
    let first = fetched("2026-12-01T01:00:00Z", "2990.5", Some(&november)).await;
    let second = fetched("2026-12-01T09:00:00Z", "2990.5", Some(&first)).await;
    for (snapshot, at) in [(&first, "2026-12-01T02:00:00Z"), (&second, "2026-12-01T10:00:00Z")] {
        assert_eq!(spent(snapshot, at).unwrap_err().status, EvidenceStatus::NoData, "{at}");
    }
    let computed = fetched("2026-12-01T17:00:00Z", "12.25", Some(&second)).await;
    assert_eq!(spent(&computed, "2026-12-01T18:00:00Z").unwrap(), "12.25");
    let a_day_on = fetched("2026-12-02T01:00:00Z", "2990.5", Some(&second)).await;
    assert_eq!(spent(&a_day_on, "2026-12-02T02:00:00Z").unwrap(), "2990.5", "the same again, by chance");
}

#[tokio::test]
async fn a_newer_budget_says_its_basis_by_metric_and_filter() {
    let records = |values: Value| json!({"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": values}}});
    let account = json!({"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": ["111122223333"]}});
    let of = |filter: &Value| json!({"Metrics": ["NetUnblendedCost"], "FilterExpression": filter});
    let all = Basis { cost: CostMeasure::NetUnblended, credits: true, refunds: true, tax: true, support: true };
    let without = Basis { credits: false, tax: false, ..all };
    let left_out = records(json!(["Credit", "Tax"]));
    for (filter, basis) in [(&account, all), (&left_out, without), (&json!({"And": [account, left_out]}), without)] {
        assert_eq!(spend(of(filter)).await.unwrap().terms.basis, basis);
    }
    let only = json!({"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Usage"]}});
    assert!(spend(of(&only)).await.unwrap_err().gap.reason.contains("filter by record type"));
}

#[tokio::test]
async fn a_refusal_names_the_permission() {
    let (billing, _) = billing(|_, _, _| refusal("AccessDeniedException")).await;
    let snapshot = fetch(&billing, &[pointing("monthly")], &wanted()).await;
    let gap = spend_of(&snapshot, &pointing("monthly"), now()).unwrap_err().gap;
    assert!(gap.reason.contains("(allow `budgets:ViewBudget`)"), "{gap:?}");
}
