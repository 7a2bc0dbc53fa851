//! Periods that began long ago: their first months come by month, and they are told as exactly as by day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Value, json};
use tollgate_aws::billing::{Billing, Snapshot, Wanted, join, known, spend_of};
use tollgate_core::{
    Timestamp,
    budget::{Budget, BudgetFact, budget_fact},
    spend::BilledAmount,
};

use crate::{
    bill::{Bill, Line},
    double::{Asked, billing, budget, day, fetch, fetch_at, is_monthly, judging, now, scope, since, wanted},
};

pub(crate) const OURS: &str = "111122223333";

/// A dollar and the number of the day on each day until a time, in two accounts of which one has no owner.
pub(crate) fn lines(first: &str, until: Timestamp) -> Vec<Line> {
    let days = day(first).iter_days().take_while(|date| *date <= until.date_naive());
    let of = |date: NaiveDate, account: &str, owner: &str| Line {
        account: account.to_owned(),
        aws_service: "Amazon Elastic Compute Cloud - Compute",
        tags: BTreeMap::from([("owner", owner.to_owned())]),
        record: "Usage",
        day: date,
        amount: cost(date),
    };
    days.flat_map(|date| [of(date, OURS, "money"), of(date, "444455556666", "")]).collect()
}

fn cost(date: NaiveDate) -> BilledAmount {
    BilledAmount::read(&date.format("1.%d%m").to_string()).unwrap()
}

fn of_days(first: &str, end: &str) -> BilledAmount {
    BilledAmount::sum(day(first).iter_days().take_while(|date| *date < day(end)).map(cost)).unwrap()
}

pub(crate) async fn of_lines(lines: Vec<Line>) -> (Billing, Asked) {
    let bill = Bill::new(lines, 5000);
    billing(move |action, body, _| bill.answer(action, body)).await
}

pub(crate) fn of_account(name: &str, starts: &str, months: u32) -> Budget {
    since(name, scope(&[OURS], &[], &[], &[]), starts, months)
}

pub(crate) fn fact(snapshot: &Snapshot, budget: &Budget, at: Timestamp) -> BudgetFact {
    budget_fact(budget, &known(&spend_of(snapshot, budget, at)), &judging(at))
}

/// Of each question how it was asked, and for what.
fn questions(asked: &Asked) -> Vec<(String, Value)> {
    let asked = asked.lock().unwrap();
    let of = |body: &Value| (body["Granularity"].as_str().unwrap().to_owned(), body["TimePeriod"].clone());
    asked.iter().map(|request| of(&request.body)).collect()
}

fn asked_for(granularity: &str, start: &str, end: &str) -> (String, Value) {
    (granularity.to_owned(), json!({"Start": start, "End": end}))
}

fn twelve_weeks() -> Wanted {
    Wanted { history_days: 84, ..wanted() }
}

#[tokio::test]
async fn a_year_is_told_by_its_months_and_the_last_weeks() {
    let year = of_account("year", "2026-01-01", 12);
    let (billing, asked) = of_lines(lines("2025-01-01", now())).await;
    let snapshot = fetch(&billing, std::slice::from_ref(&year), &twelve_weeks()).await;
    let (days, months) = (("DAILY", "2026-08-01", "2026-11-22"), ("MONTHLY", "2026-01-01", "2026-08-01"));
    let expected = [days, days, months, months].map(|(granularity, start, end)| asked_for(granularity, start, end));
    assert_eq!(questions(&asked), expected);
    let fact = fact(&snapshot, &year, now());
    assert!(fact.evidence.is_ok(), "{:?}", fact.evidence);
    assert_eq!(fact.spent_micros, of_days("2026-01-01", "2026-11-22").micros());
    assert_eq!((fact.evidence.datapoints_expected, fact.evidence.datapoints_received), (323, 323));
    assert_eq!(fact.reconciliation.unwrap().difference_micros, 0);
    assert_eq!(fact.reconciliation.unwrap().ungrouped_micros, 2 * fact.spent_micros.unwrap());
    assert_eq!(fact.untagged.unwrap().micros, 0);
    assert!(fact.pace.is_some() && fact.forecast.is_some() && !fact.run_aways.is_empty());
    let slices = snapshot.slices(64 * 1024).unwrap().iter().collect();
    assert!(join(slices).unwrap() == snapshot, "it is kept as it is");
}

#[tokio::test]
async fn what_nobody_owns_is_told_of_a_whole_year() {
    let everything = since("all", scope(&[], &[], &[], &[]), "2026-01-01", 12);
    let (billing, _) = of_lines(lines("2025-01-01", now())).await;
    let snapshot = fetch(&billing, std::slice::from_ref(&everything), &twelve_weeks()).await;
    let fact = fact(&snapshot, &everything, now());
    assert!(fact.evidence.is_ok(), "{:?}", fact.evidence);
    assert_eq!(Some(fact.untagged.unwrap().micros), of_days("2026-01-01", "2026-11-22").micros());
    assert_eq!(fact.reconciliation.unwrap().difference_micros, 0);
}

/// It has nothing of the month that it began in the middle of from the months that others share.
#[tokio::test]
async fn a_period_that_began_in_mid_month_has_months_of_its_own() {
    let budgets = [of_account("year", "2026-01-01", 12), of_account("half", "2026-06-15", 6)];
    let (billing, asked) = of_lines(lines("2025-01-01", now())).await;
    let snapshot = fetch(&billing, &budgets, &twelve_weeks()).await;
    let asked = questions(&asked);
    assert_eq!(asked.len(), 6);
    let own = asked_for("MONTHLY", "2026-06-15", "2026-08-01");
    assert_eq!(asked.iter().filter(|asked| **asked == own).count(), 2);
    for (budget, first) in budgets.iter().zip(["2026-01-01", "2026-06-15"]) {
        let fact = fact(&snapshot, budget, now());
        assert!(fact.evidence.is_ok(), "{:?}", fact.evidence);
        assert_eq!(fact.spent_micros, of_days(first, "2026-11-22").micros(), "{}", budget.name);
        assert_eq!(fact.reconciliation.unwrap().difference_micros, 0);
    }
}

#[tokio::test]
async fn two_years_share_their_months() {
    let budgets = [of_account("fiscal", "2026-04-01", 12), of_account("year", "2026-01-01", 12)];
    let (billing, asked) = of_lines(lines("2025-01-01", now())).await;
    let snapshot = fetch(&billing, &budgets, &twelve_weeks()).await;
    let months: Vec<_> = questions(&asked).into_iter().filter(|(granularity, _)| granularity == "MONTHLY").collect();
    assert_eq!(months, vec![asked_for("MONTHLY", "2026-01-01", "2026-08-01"); 2]);
    for (budget, first) in budgets.iter().zip(["2026-04-01", "2026-01-01"]) {
        let fact = fact(&snapshot, budget, now());
        assert!(fact.evidence.is_ok(), "{:?}", fact.evidence);
        assert_eq!(fact.spent_micros, of_days(first, "2026-11-22").micros(), "{}", budget.name);
    }
}

#[tokio::test]
async fn a_leap_february_has_all_of_its_days() {
    let at: Timestamp = "2028-06-10T06:00:00Z".parse().unwrap();
    let year = of_account("year", "2026-01-01", 12);
    let (billing, _) = of_lines(lines("2027-12-01", at)).await;
    let snapshot = fetch_at(&billing, std::slice::from_ref(&year), &wanted(), None, at).await;
    let fact = fact(&snapshot, &year, at);
    assert!(fact.evidence.is_ok(), "{:?}", fact.evidence);
    assert_eq!(fact.spent_micros, of_days("2028-01-01", "2028-06-11").micros());
    assert_eq!(fact.evidence.datapoints_received, 31 + 29 + 31 + 30 + 31 + 8);
}

#[tokio::test]
async fn a_budget_of_the_last_weeks_asks_for_no_months() {
    let (billing, asked) = of_lines(lines("2025-01-01", now())).await;
    fetch(&billing, &[budget("month", scope(&[OURS], &[], &[], &[]))], &wanted()).await;
    assert!(asked.lock().unwrap().iter().all(|request| !is_monthly(&request.body)));
}

/// What was recorded before bills had months is read as what it was: a bill by day.
#[tokio::test]
async fn a_bill_by_day_for_a_whole_year_needs_no_months() {
    let year = of_account("year", "2026-04-01", 12);
    let (billing, _) = of_lines(lines("2025-01-01", now())).await;
    let snapshot = fetch(&billing, std::slice::from_ref(&year), &Wanted { history_days: 366, ..wanted() }).await;
    let json = serde_json::to_value(&snapshot).unwrap();
    assert!(json["costs"].as_array().unwrap().iter().all(|part| part["asked"].get("granularity").is_none()));
    let read: Snapshot = serde_json::from_value(json).unwrap();
    let fact = fact(&read, &year, now());
    assert!(fact.evidence.is_ok(), "{:?}", fact.evidence);
    assert_eq!(fact.spent_micros, of_days("2026-04-01", "2026-11-22").micros());
}
