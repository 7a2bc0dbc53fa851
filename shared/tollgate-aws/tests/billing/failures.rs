//! Failures, and the ceiling: each is of the part that it hits, and counted.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use tollgate_aws::billing::{Billing, Part, Plan, Snapshot, Wanted, spend_of};
use tollgate_core::{
    budget::{Basis, Budget, CostMeasure},
    evidence::EvidenceStatus,
};

use crate::double::{answer_of, billing, budget, fetch, forecasts, now, page, refusal, scope, wanted, with_basis};

const OURS: &str = "111122223333";

fn two_bases() -> [Budget; 2] {
    let of_account = || scope(&[OURS], &[], &[], &[]);
    let net = Basis { cost: CostMeasure::NetUnblended, ..Basis::default() };
    [budget("gross", of_account()), with_basis(budget("net", of_account()), net)]
}

fn good(body: &Value) -> (u16, Value) {
    let keys: &[&str] = if body["GroupBy"].is_array() { &[OURS, "owner$money"] } else { &[] };
    let (status, text) = page(&[answer_of("2026-11-20", true, &[(keys, "10", "USD")])], None);
    // Each basis is asked for under its own name.
    let text = text.to_string().replace("UnblendedCost", body["Metrics"][0].as_str().unwrap());
    (status, serde_json::from_str(&text).unwrap())
}

#[tokio::test]
async fn bills_are_asked_for_where_they_are_at_home_and_by_their_basis() {
    let (billing, asked) = billing(|_, body, _| good(body)).await;
    let snapshot = fetch(&billing, &two_bases(), &wanted()).await;
    assert!(two_bases().iter().all(|budget| spend_of(&snapshot, budget, now()).is_ok()));
    let asked = asked.lock().unwrap();
    assert!(asked.iter().all(|request| request.host.contains("us-east-1")), "{:?}", asked[0].host);
    assert!(asked.iter().all(|request| request.authorization.contains("/us-east-1/ce/")));
    assert!(asked.iter().all(|request| request.action == "GetCostAndUsage"));
    let metrics: Vec<_> = asked.iter().map(|request| request.body["Metrics"][0].as_str().unwrap()).collect();
    assert_eq!(metrics, ["UnblendedCost", "UnblendedCost", "NetUnblendedCost", "NetUnblendedCost"]);
    let body = &asked[1].body;
    assert_eq!(body["TimePeriod"], json!({"Start": "2026-10-24", "End": "2026-11-22"}));
    assert_eq!(
        body["GroupBy"],
        json!([{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}, {"Type": "TAG", "Key": "owner"}])
    );
    let left_out = json!({"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Refund"]}}});
    assert_eq!(body["Filter"], left_out);
}

#[tokio::test]
async fn a_refusal_is_of_the_part_that_it_is_of_and_names_the_permission() {
    let (billing, _) = billing(|_, body, _| match body["Metrics"][0] == "NetUnblendedCost" {
        true => refusal("AccessDeniedException"),
        false => good(body),
    })
    .await;
    let [gross, net] = two_bases();
    let snapshot = fetch(&billing, &[gross.clone(), net.clone()], &wanted()).await;
    assert!(spend_of(&snapshot, &gross, now()).unwrap().gaps.is_empty());
    let none = spend_of(&snapshot, &net, now()).unwrap_err();
    assert_eq!((none.gap.status, none.terms.is_some()), (EvidenceStatus::Error, true));
    assert!(none.gap.reason.contains("(allow `ce:GetCostAndUsage`)"), "{}", none.gap.reason);
}

#[tokio::test]
async fn a_throttle_passes_and_each_attempt_is_counted() {
    let (billing, _) =
        billing(|_, body, number| if number == 0 { refusal("LimitExceededException") } else { good(body) }).await;
    let snapshot = fetch(&billing, &two_bases()[..1], &wanted()).await;
    assert!(snapshot.costs.iter().all(|part| Part::gap(part).is_none()));
    assert_eq!((snapshot.requests, snapshot.paid_requests, snapshot.price_usd_micros), (3, 3, 30_000));
    assert_eq!(snapshot.costs[0].requests, 2);
}

#[tokio::test]
async fn throttles_do_not_outlast_the_deadline() {
    let (billing, asked) = billing(|_, _, _| refusal("LimitExceededException")).await;
    let plan = Plan::of(&two_bases(), &wanted(), now());
    let begun = Instant::now();
    let snapshot = billing.fetch(&plan, None, now(), begun + Duration::from_millis(250)).await;
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(snapshot.costs.len(), 4);
    assert!(snapshot.costs.iter().all(|part| part.gap().unwrap().status == EvidenceStatus::Error));
    assert!(asked.lock().unwrap().len() <= 9);
}

#[tokio::test]
async fn a_bill_that_changes_between_its_pages_is_read_again_once() {
    for (times, is_known) in [(1, true), (2, false)] {
        let changed = std::sync::atomic::AtomicUsize::new(0);
        let (billing, _) = billing(move |_, body, _| {
            let grouped = body["GroupBy"].is_array();
            if !grouped {
                return good(body);
            }
            let (days, last) = (json!([]), body["NextPageToken"].is_string());
            let again = changed.load(std::sync::atomic::Ordering::SeqCst) < times;
            match (last, again) {
                (false, true) => (200, json!({"ResultsByTime": days, "NextPageToken": "two"})),
                (true, _) => {
                    changed.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    refusal("RequestChangedException")
                }
                (false, false) => good(body),
            }
        })
        .await;
        let snapshot = fetch(&billing, &two_bases()[..1], &wanted()).await;
        let spend = spend_of(&snapshot, &two_bases()[0], now());
        assert_eq!(spend.is_ok(), is_known, "{spend:?}");
    }
}

#[tokio::test]
async fn data_that_are_not_there_are_not_nothing_spent() {
    let (billing, _) = billing(|_, _, _| refusal("DataUnavailableException")).await;
    let snapshot = fetch(&billing, &two_bases(), &wanted()).await;
    let gap = spend_of(&snapshot, &two_bases()[0], now()).unwrap_err().gap;
    assert_eq!(gap.status, EvidenceStatus::NoData, "{gap:?}");
}

#[tokio::test]
async fn at_the_ceiling_the_rest_is_stale_and_has_the_age_of_what_was_known() {
    let (billing, asked) = billing(|_, body, _| good(body)).await;
    let budgets = two_bases();
    let [gross, net] = &budgets;
    let wanted = Wanted { paid_requests_at_most: 3, ..wanted() };
    let snapshot = fetch(&billing, &budgets, &wanted).await;
    assert_eq!((asked.lock().unwrap().len(), snapshot.paid_requests), (3, 3));
    assert!(spend_of(&snapshot, gross, now()).is_ok());
    let gap = spend_of(&snapshot, net, now()).unwrap_err().gap;
    assert_eq!(gap.status, EvidenceStatus::Stale);
    assert!(gap.reason.contains("the ceiling of 3 paid requests a run is reached"), "{gap:?}");
    // The next run begins with what is missing; what it cannot renew stays, with its age.
    let later = now() + chrono::Duration::hours(8);
    let plan = Plan::of(&budgets, &Wanted { paid_requests_at_most: 2, ..wanted }, later);
    let deadline = Instant::now() + Duration::from_secs(60);
    let next = billing.fetch(&plan, Some(&snapshot), later, deadline).await;
    assert_eq!(spend_of(&next, net, later).unwrap().reading.as_of, later);
    let older = spend_of(&next, gross, later).unwrap();
    assert_eq!(older.reading.as_of, now());
    assert_eq!((older.gaps[0].part, older.gaps[0].gap.status), ("spend", EvidenceStatus::Stale));
    assert_eq!(next.paid_requests, 2);
}

#[tokio::test]
async fn without_money_nothing_is_asked_and_nothing_is_known() {
    let (billing, asked) = billing(|_, _, _| panic!("it may not be asked")).await;
    let wanted = Wanted { paid_requests_at_most: 0, anomalies: true, ..wanted() };
    let snapshot = fetch(&billing, &two_bases(), &wanted).await;
    assert!(asked.lock().unwrap().is_empty());
    assert_eq!(snapshot.price_usd_micros, 0);
    assert_eq!(snapshot.anomalies.unwrap().gap().unwrap().status, EvidenceStatus::Stale);
    assert!(snapshot.costs.iter().all(|part| part.gap().unwrap().status == EvidenceStatus::Stale));
}

async fn run_after(billing: &Billing, budgets: &[Budget], wanted: &Wanted, previous: &Snapshot) -> Snapshot {
    let later = previous.fetched_at + chrono::Duration::hours(8);
    let deadline = Instant::now() + Duration::from_secs(60);
    billing.fetch(&Plan::of(budgets, wanted, later), Some(previous), later, deadline).await
}

/// Runs of eight hours each, with the previous snapshot; gives the last one.
async fn runs(billing: &Billing, budgets: &[Budget], wanted: &Wanted, times: i32) -> Snapshot {
    let mut snapshot = fetch(billing, budgets, wanted).await;
    for _ in 1..times {
        snapshot = run_after(billing, budgets, wanted, &snapshot).await;
    }
    snapshot
}

#[tokio::test]
async fn a_low_ceiling_starves_nothing_for_ever() {
    for fails in [false, true] {
        let (billing, asked) = billing(move |action, body, _| match action {
            "GetAnomalies" => (200, json!({"Anomalies": []})),
            "GetCostForecast" if fails => refusal("DataUnavailableException"),
            "GetCostForecast" => {
                let total = json!({"Amount": "90", "Unit": "USD"});
                (200, json!({"Total": total, "ForecastResultsByTime": []}))
            }
            _ => good(body),
        })
        .await;
        let wanted = Wanted { paid_requests_at_most: 2, anomalies: true, forecasts: forecasts(&["gross"]), ..wanted() };
        let snapshot = runs(&billing, &two_bases(), &wanted, 3).await;
        assert_eq!(asked.lock().unwrap().len(), 6);
        assert!(snapshot.anomalies.as_ref().unwrap().known().is_some(), "{:?}", snapshot.anomalies);
        assert!(snapshot.costs.iter().all(|part| part.known().is_some()));
        let turns = |action: &str| asked.lock().unwrap().iter().filter(|request| request.action == action).count();
        assert_eq!((turns("GetAnomalies"), turns("GetCostForecast")), (1, 1), "each has its turn");
    }
}

#[tokio::test]
async fn a_question_that_never_fits_the_ceiling_says_so_and_is_not_paid_again() {
    let (billing, asked) = billing(|_, body, _| match (body["GroupBy"].is_array(), body["NextPageToken"].as_str()) {
        (false, _) => good(body),
        (true, token) => {
            let page = token.map_or(1, |token| token.parse::<u64>().unwrap());
            let next = (page < 5).then(|| (page + 1).to_string());
            let days = if next.is_none() { vec![answer_of("2026-11-20", true, &[])] } else { Vec::new() };
            (200, json!({"ResultsByTime": days, "NextPageToken": next}))
        }
    })
    .await;
    let budgets = &two_bases()[..1];
    let low = Wanted { paid_requests_at_most: 3, ..wanted() };
    let gap = |snapshot: &Snapshot| {
        let grouped = snapshot.costs.iter().find(|part| !part.asked.group_by.is_empty()).unwrap();
        grouped.gap().map(|gap| gap.reason.clone()).unwrap_or_default()
    };
    let second = runs(&billing, budgets, &low, 2).await;
    assert!(gap(&second).contains("has 4 pages or more, and a run may pay for 3"), "{}", gap(&second));
    assert!(gap(&second).contains("set `billing.paid_requests_at_most`"), "{}", gap(&second));
    asked.lock().unwrap().clear();
    let third = run_after(&billing, budgets, &low, &second).await;
    assert_eq!((asked.lock().unwrap().len(), gap(&third)), (1, gap(&second)), "the rest is asked, and this is not");
    let high = Wanted { paid_requests_at_most: 6, ..wanted() };
    let fourth = run_after(&billing, budgets, &high, &third).await;
    assert_eq!((gap(&fourth).as_str(), fourth.paid_requests), ("", 6));
    // What does not fit into what is left waits, unpaid, and is asked first then.
    let tight = Wanted { paid_requests_at_most: 5, ..wanted() };
    let fifth = run_after(&billing, budgets, &tight, &fourth).await;
    assert!(gap(&fifth).contains("has 5 pages, and 4 of the 5 paid requests of this run are left"), "{}", gap(&fifth));
    assert_eq!(fifth.paid_requests, 1);
    let sixth = run_after(&billing, budgets, &tight, &fifth).await;
    assert_eq!((gap(&sixth).as_str(), sixth.paid_requests), ("", 5));
}
