//! Budgets for services of AWS.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tollgate_aws::billing::{Billing, Wanted, spend_of};
use tollgate_core::{budget::Budget, evidence::EvidenceStatus, spend::BilledAmount};

use crate::{
    bill::{Bill, Line},
    double::{Asked, billing, budget, day, fetch, forecasts, now, on_aws, scope, wanted},
};

const OURS: &str = "111122223333";
const EC2: &str = "Amazon Elastic Compute Cloud - Compute";
const S3: &str = "Amazon Simple Storage Service";

fn lines() -> Vec<Line> {
    let of = |account: &str, aws_service: &'static str, service: &str, stage: &str, dollars: &str| Line {
        account: account.to_owned(),
        aws_service,
        tags: [("service", service), ("stage", stage)].map(|(key, value)| (key, value.to_owned())).into(),
        record: "Usage",
        day: day("2026-11-19"),
        amount: BilledAmount::read(dollars).unwrap(),
    };
    vec![
        of(OURS, EC2, "api", "production", "1"),
        of(OURS, S3, "api", "production", "20"),
        of(OURS, EC2, "web", "staging", "300"),
        of("444455556666", EC2, "api", "staging", "4000"),
        of("444455556666", S3, "web", "staging", "50000"),
    ]
}

async fn of_lines() -> (Billing, Asked) {
    let bill = Bill::new(lines(), 5000);
    billing(move |action, body, _| match action {
        "GetCostForecast" => (200, json!({"Total": {"Amount": "90", "Unit": "USD"}, "ForecastResultsByTime": []})),
        _ => bill.answer(action, body),
    })
    .await
}

fn key(kind: &str, name: &str) -> Value {
    json!({"Type": kind, "Key": name})
}

#[tokio::test]
async fn a_service_of_aws_is_grouped_by_as_far_as_two_things_can_be() {
    let (account, aws_service) = (key("DIMENSION", "LINKED_ACCOUNT"), key("DIMENSION", "SERVICE"));
    let (service, both) = (key("TAG", "service"), [EC2, S3]);
    let of_services = ["api", "web"];
    for (of, group_by, filtered, spent) in [
        (on_aws(scope(&[], &[], &[], &[]), &[EC2]), json!([aws_service]), None, "4301"),
        (on_aws(scope(&[], &[], &[], &[]), &both), json!([aws_service]), None, "54321"),
        (on_aws(scope(&[OURS], &[], &[], &[]), &[EC2]), json!([account, aws_service]), None, "301"),
        (on_aws(scope(&[], &["api"], &[], &[]), &[EC2]), json!([aws_service, service]), None, "4001"),
        (on_aws(scope(&[], &[], &["staging"], &[]), &[EC2]), json!([aws_service, key("TAG", "stage")]), None, "4300"),
        (on_aws(scope(&[OURS], &of_services, &[], &[]), &[EC2]), json!([account, service]), Some("SERVICE"), "301"),
        (
            on_aws(scope(&[], &of_services, &["staging"], &[]), &[EC2]),
            json!([aws_service, service]),
            Some("stage"),
            "4300",
        ),
    ] {
        let budget = budget("b", of);
        let (billing, asked) = of_lines().await;
        let snapshot = fetch(&billing, std::slice::from_ref(&budget), &wanted()).await;
        let found = spend_of(&snapshot, &budget, now()).unwrap();
        let sum = found.reading.daily.sum(found.terms.first_day, found.terms.end_day).unwrap();
        assert_eq!(sum.to_string(), spent, "{:?}", budget.scope);
        let grouped = asked.lock().unwrap()[1].body.clone();
        assert_eq!(grouped["GroupBy"], group_by, "{:?}", budget.scope);
        let filter = grouped["Filter"].to_string();
        assert_eq!(filtered.is_some(), grouped["Filter"].get("And").is_some(), "{filter}");
        assert!(filtered.is_none_or(|key| filter.contains(key)), "{filter}");
        let difference = found.reading.reconciliation.map(|found| found.difference_micros);
        assert_eq!(difference, filtered.is_none().then_some(0));
    }
}

#[tokio::test]
async fn a_service_that_the_bill_does_not_have_is_not_nothing_spent() {
    for of in [scope(&[], &[], &[], &[]), scope(&[OURS], &["api"], &[], &[])] {
        let wrong = budget("b", on_aws(of, &["Amazon EC2"]));
        let (billing, _) = of_lines().await;
        let snapshot = fetch(&billing, std::slice::from_ref(&wrong), &wanted()).await;
        let gap = spend_of(&snapshot, &wrong, now()).unwrap_err().gap;
        assert_eq!(gap.status, EvidenceStatus::NoData);
        assert!(gap.reason.contains("nothing that fits its scope"), "{gap:?}");
    }
}

#[tokio::test]
async fn a_forecast_is_for_services_too() {
    let of = |name: &str, accounts: &[&str], services: &[&str]| {
        budget(name, on_aws(scope(accounts, services, &[], &[]), &[EC2]))
    };
    let budgets = [of("all", &[], &[]), of("ours", &[OURS], &[]), of("api", &[], &["api"])];
    let (billing, asked) = of_lines().await;
    let wanted = Wanted { forecasts: forecasts(&["all", "ours", "api"]), ..wanted() };
    let snapshot = fetch(&billing, &budgets, &wanted).await;
    let asked = asked.lock().unwrap();
    let filters: Vec<_> = asked
        .iter()
        .filter(|request| request.action == "GetCostForecast")
        .map(|request| &request.body["Filter"])
        .collect();
    let service = json!({"Dimensions": {"Key": "SERVICE", "Values": [EC2]}});
    let account = json!({"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [OURS]}});
    assert_eq!(filters.len(), 2);
    assert_eq!(filters[0]["And"][0], service);
    assert_eq!((&filters[1]["And"][0], &filters[1]["And"][1]), (&account, &service));
    let is_given = |budget: &Budget| {
        let forecast = spend_of(&snapshot, budget, now()).unwrap().reading.forecast;
        matches!(forecast, tollgate_core::budget::ForecastReading::Given(_))
    };
    assert_eq!(budgets.each_ref().map(is_given), [true, true, false]);
}

/// One whose services are not known concerns everyone.
#[tokio::test]
async fn an_anomaly_concerns_the_budgets_of_its_service() {
    let anomaly = |id: &str, causes: Value| {
        json!({"AnomalyId": id, "MonitorArn": "m", "AnomalyStartDate": "2026-11-18", "RootCauses": causes,
               "AnomalyScore": {"MaxScore": 1, "CurrentScore": 1}, "Impact": {"MaxImpact": 1, "TotalImpact": 1}})
    };
    let anomalies = [
        anomaly("compute", json!([{"Service": EC2, "LinkedAccount": OURS}])),
        anomaly("storage", json!([{"Service": S3, "LinkedAccount": OURS}])),
        anomaly("both", json!([{"Service": S3, "LinkedAccount": OURS}, {"Service": EC2, "LinkedAccount": OURS}])),
        anomaly("half", json!([{"Service": S3}, {"LinkedAccount": OURS}])),
        anomaly("unknown", json!([])),
        anomaly("theirs", json!([{"Service": EC2, "LinkedAccount": "999999999999"}])),
    ];
    let bill = Bill::new(lines(), 5000);
    let (billing, _) = billing(move |action, body, _| match action {
        "GetAnomalies" => (200, json!({"Anomalies": anomalies})),
        _ => bill.answer(action, body),
    })
    .await;
    let of = |name: &str, accounts: &[&str], services: &[&str]| {
        budget(name, on_aws(scope(accounts, &[], &[], &[]), services))
    };
    let budgets = [of("all", &[], &[EC2]), of("ours", &[OURS], &[EC2]), of("account", &[OURS], &[])];
    let snapshot = fetch(&billing, &budgets, &Wanted { anomalies: true, ..wanted() }).await;
    let found: BTreeMap<_, _> = budgets
        .iter()
        .map(|budget| {
            let anomalies = spend_of(&snapshot, budget, now()).unwrap().reading.anomalies;
            (budget.name.as_str(), anomalies.into_iter().map(|anomaly| anomaly.id).collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(found["all"], ["compute", "both", "half", "unknown", "theirs"], "of any account");
    assert_eq!(found["ours"], ["compute", "both", "half", "unknown"]);
    assert_eq!(found["account"], ["compute", "storage", "both", "half", "unknown"]);
}
