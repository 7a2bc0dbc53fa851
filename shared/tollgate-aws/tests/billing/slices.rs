//! A snapshot fits into the documents of a ledger, and comes out of them as it was or not at all.

use std::{collections::BTreeMap, sync::Arc};

use chrono::Days;
use serde_json::json;
use tollgate_aws::billing::{BILLING_SCHEMA, JoinError, Slice, Snapshot, SplitError, Wanted, join};
use tollgate_core::spend::BilledAmount;

use crate::{
    bill::{Bill, Line},
    double::{billing, budget, day, fetch, of, scope, wanted},
};

const MOST: usize = 256 * 1024;

/// So many groups over twelve weeks, 300 budgets of AWS Budgets, 200 anomalies.
async fn snapshot(services: usize) -> Snapshot {
    let line = |service: usize, days_ago: u64| Line {
        account: format!("{:012}", 100_000_000_000 + service / 4),
        aws_service: "Amazon Elastic Compute Cloud - Compute",
        tags: BTreeMap::from([("service", format!("service-{service}")), ("owner", format!("team-{service}"))]),
        record: "Usage",
        day: day("2026-11-21") - Days::new(days_ago),
        amount: BilledAmount::read("123.4567890123").unwrap(),
    };
    let lines = (0..services).flat_map(|service| (0..85).map(move |days_ago| line(service, days_ago))).collect();
    let bill = Arc::new(Bill::new(lines, 5000));
    let (billing, _) = billing(move |action, body, _| match action {
        "GetCostAndUsage" => bill.answer(action, body),
        "DescribeBudgets" => {
            let money = json!({"Amount": "1", "Unit": "USD"});
            let one = |number: usize| {
                json!({"BudgetName": format!("b-{number}"), "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": money})
            };
            (200, json!({"Budgets": (0..300).map(one).collect::<Vec<_>>()}))
        }
        _ => {
            let one = |number: usize| {
                json!({"AnomalyId": format!("a-{number}"), "MonitorArn": "m", "AnomalyStartDate": "2026-11-20",
                       "AnomalyScore": {"MaxScore": 1, "CurrentScore": 1}, "Impact": {"MaxImpact": 1, "TotalImpact": 1}})
            };
            (200, json!({"Anomalies": (0..200).map(one).collect::<Vec<_>>()}))
        }
    })
    .await;
    let pointing = |number: usize| {
        let (name, account) = (format!("b-{number}"), "111122223333".to_owned());
        of(&name.clone(), scope(&[], &[], &[], &[]), tollgate_core::budget::Allowance::AwsBudget { name, account })
    };
    let mut budgets: Vec<_> = (0..300).map(pointing).collect();
    budgets.push(budget("services", scope(&[], &["service-1"], &[], &[])));
    fetch(&billing, &budgets, &Wanted { history_days: 84, anomalies: true, ..wanted() }).await
}

#[tokio::test]
async fn every_slice_fits_and_all_of_them_are_the_snapshot() {
    let snapshot = snapshot(800).await;
    assert_eq!(snapshot.schema, BILLING_SCHEMA);
    assert_eq!(snapshot.budgets[0].known().unwrap().read.len(), 300);
    assert_eq!(snapshot.anomalies.as_ref().unwrap().known().unwrap().read.len(), 200);
    let slices: Vec<Slice> = snapshot.slices(MOST).unwrap().iter().collect();
    let texts: Vec<String> = slices.iter().map(|slice| serde_json::to_string(slice).unwrap()).collect();
    assert!(texts.iter().all(|text| text.len() <= MOST), "{:?}", texts.iter().map(String::len).max());
    // 68,000 amounts of some 30 bytes.
    assert!((8..20).contains(&slices.len()), "{}", slices.len());
    let mut read: Vec<Slice> = texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    read.reverse();
    assert!(join(read).unwrap() == snapshot);
}

#[tokio::test]
async fn half_a_bill_or_a_mixed_one_is_none() {
    let snapshot = snapshot(100).await;
    let slices: Vec<Slice> = snapshot.slices(MOST / 4).unwrap().iter().collect();
    let count = slices.len();
    let incomplete = |found| Some(JoinError::Incomplete { expected: count, found });
    assert_eq!(join(slices[1..].to_vec()).err(), incomplete(count - 1));
    let twice: Vec<_> = slices[..count - 1].iter().chain(&slices[..1]).cloned().collect();
    assert_eq!(join(twice).err(), incomplete(count - 1));
    let other = Snapshot { requests: 7, ..snapshot };
    let other: Vec<Slice> = other.slices(MOST / 4).unwrap().iter().collect();
    let mixed: Vec<_> = slices[..2].iter().chain(&other[2..]).cloned().collect();
    assert!(matches!(join(mixed), Err(JoinError::Incomplete { .. })));
    // The first slice is the frame, and the second one has the total.
    let text = serde_json::to_string(&slices[2]).unwrap().replacen("123.4567890123", "23.4567890123", 1);
    let mut changed = slices;
    changed[2] = serde_json::from_str(&text).unwrap();
    assert_eq!(join(changed).err(), Some(JoinError::Damaged));
    assert!(matches!(join(Vec::new()), Err(JoinError::Incomplete { .. })));
}

#[tokio::test]
async fn what_fits_into_no_slice_is_refused() {
    assert!(matches!(snapshot(100).await.slices(2048), Err(SplitError::TooLarge { .. })));
}
