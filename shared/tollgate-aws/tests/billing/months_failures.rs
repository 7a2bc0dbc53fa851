//! Months that do not come are never nothing spent: the budgets that need them say so, and no other.

use serde_json::{Value, json};
use tollgate_aws::billing::{Plan, Snapshot, spend_of};
use tollgate_core::{
    Timestamp,
    budget::{Budget, Standing},
    evidence::EvidenceStatus,
};

use crate::{
    bill::Bill,
    double::{answer_of, billing, budget, fetch, fetch_at, is_monthly, now, page, refusal, scope, wanted},
    months::{OURS, fact, lines, of_account, of_lines},
};

fn of_month() -> Budget {
    budget("month", scope(&[OURS], &[], &[], &[]))
}

async fn where_months(
    budgets: &[Budget],
    answer: impl Fn(&Value) -> Option<(u16, Value)> + Send + Sync + 'static,
) -> Snapshot {
    let bill = Bill::new(lines("2025-01-01", now()), 5000);
    let answer = move |action: &str, body: &Value, _: usize| {
        let other = if is_monthly(body) { answer(body) } else { None };
        other.unwrap_or_else(|| bill.answer(action, body))
    };
    let (billing, _) = billing(answer).await;
    fetch(&billing, budgets, &wanted()).await
}

#[tokio::test]
async fn months_that_aws_refuses_leave_what_needs_none_alone() {
    let budgets = [of_account("year", "2026-01-01", 12), of_month()];
    let snapshot = where_months(&budgets, |_| Some(refusal("AccessDeniedException"))).await;
    let year = fact(&snapshot, &budgets[0], now());
    assert_eq!(
        (year.evidence.status, year.standing, year.spent_micros),
        (EvidenceStatus::Error, Standing::Unknown, None)
    );
    assert!(year.evidence.reason.unwrap().contains("(allow `ce:GetCostAndUsage`)"));
    let month = fact(&snapshot, &budgets[1], now());
    assert!(month.evidence.is_ok(), "{:?}", month.evidence);
}

/// Without multi-year data AWS refuses what is older than fourteen months, and answers what is not.
#[tokio::test]
async fn a_period_of_years_takes_multi_year_data_and_no_other_budget_does() {
    let budgets = [of_account("years", "2025-03-01", 24), of_account("year", "2026-01-01", 12), of_month()];
    let snapshot = where_months(&budgets, |body| {
        let is_old = body["TimePeriod"]["Start"].as_str().unwrap() < "2025-10-01";
        let message = "You haven't enabled historical data beyond 14 months";
        is_old.then(|| (400, json!({"__type": "ValidationException", "message": message})))
    })
    .await;
    let years = fact(&snapshot, &budgets[0], now()).evidence;
    assert_eq!(years.status, EvidenceStatus::Error);
    assert!(years.reason.as_ref().unwrap().contains("historical data beyond 14 months"), "{years:?}");
    for budget in &budgets[1..] {
        let evidence = fact(&snapshot, budget, now()).evidence;
        assert!(evidence.is_ok(), "{evidence:?}");
    }
    let all = where_months(&budgets, |_| None).await;
    let years = fact(&all, &budgets[0], now());
    assert!(years.evidence.is_ok(), "{:?}", years.evidence);
    assert_eq!(years.evidence.datapoints_received, 306 + 323);
}

/// Of what is older than fourteen months AWS has whole months only, so nobody pays for being refused.
#[tokio::test]
async fn half_a_month_of_long_ago_cannot_be_told() {
    let budgets = [of_account("years", "2025-03-15", 24), of_account("year", "2026-01-01", 12)];
    let (billing, asked) = of_lines(lines("2025-01-01", now())).await;
    let snapshot = fetch(&billing, &budgets, &wanted()).await;
    assert_eq!(asked.lock().unwrap().len(), 4);
    assert!(snapshot.is_whole());
    let gap = spend_of(&snapshot, &budgets[0], now()).unwrap_err().gap;
    assert_eq!(gap.status, EvidenceStatus::NoData);
    assert!(gap.reason.contains("whole months only: begin it on the first day of a month"), "{gap:?}");
    assert!(fact(&snapshot, &budgets[1], now()).evidence.is_ok());
    let older = of_account("years", "2023-01-01", 48);
    let gap = spend_of(&fetch(&billing, std::slice::from_ref(&older), &wanted()).await, &older, now()).unwrap_err().gap;
    assert!(gap.reason.contains("keeps months for 38 months"), "{gap:?}");
}

#[tokio::test]
async fn months_that_nobody_asked_for_are_not_known() {
    let (billing, _) = of_lines(lines("2025-01-01", now())).await;
    let snapshot = fetch(&billing, &[of_month()], &wanted()).await;
    let gap = spend_of(&snapshot, &of_account("year", "2026-01-01", 12), now()).unwrap_err().gap;
    assert_eq!(gap.status, EvidenceStatus::NoData);
    assert!(gap.reason.contains("was not asked for the months from 2026-01-01 to 2026-10-24"), "{gap:?}");
}

#[tokio::test]
async fn an_answer_for_other_months_or_twice_or_not_at_all_is_none() {
    let keys: &[&str] = &[OURS, "owner$money"];
    let month = move |first: &str, end: &str, amount: &str| {
        let mut answer = answer_of(first, false, &[(keys, amount, "USD"), (&[], amount, "USD")]);
        answer["TimePeriod"]["End"] = json!(end);
        answer
    };
    for (months, status, reason) in [
        (
            vec![month("2026-02-01", "2026-02-28", "1")],
            EvidenceStatus::Error,
            "was asked for the months from 2026-01-01",
        ),
        (
            vec![month("2026-02-02", "2026-03-01", "1")],
            EvidenceStatus::Error,
            "was asked for the months from 2026-01-01",
        ),
        (
            vec![month("2025-12-01", "2026-01-01", "1")],
            EvidenceStatus::Error,
            "was asked for the months from 2026-01-01",
        ),
        (vec![month("2026-01-01", "2026-02-01", "1"); 2], EvidenceStatus::Error, "twice: it would count double"),
        (Vec::new(), EvidenceStatus::Partial, "9 of the 9 months that were asked for did not come"),
    ] {
        let year = of_account("year", "2026-01-01", 12);
        let snapshot = where_months(std::slice::from_ref(&year), move |_| Some(page(&months, None))).await;
        let gap = spend_of(&snapshot, &year, now()).unwrap_err().gap;
        assert!(gap.status == status && gap.reason.contains(reason), "{gap:?}");
    }
}

/// In a new month the days begin a month later. What is older than the rest is told by day where both have it, and is missing
/// where neither has.
#[tokio::test]
async fn days_and_months_of_two_times_are_told_once() {
    let year = of_account("year", "2026-01-01", 12);
    let late: Timestamp = "2026-11-27T06:00:00Z".parse().unwrap();
    let next: Timestamp = "2026-12-01T06:00:00Z".parse().unwrap();
    for fails in ["DAILY", "MONTHLY"] {
        let bill = Bill::new(lines("2025-01-01", next), 5000);
        let answer = move |action: &str, body: &Value, number: usize| match number >= 4 && body["Granularity"] == fails
        {
            true => refusal("AccessDeniedException"),
            false => bill.answer(action, body),
        };
        let (billing, _) = billing(answer).await;
        let wanted = tollgate_aws::billing::Wanted { history_days: 28, ..wanted() };
        let first = fetch_at(&billing, std::slice::from_ref(&year), &wanted, None, late).await;
        assert!(first.is_whole());
        let plan = Plan::of(std::slice::from_ref(&year), &wanted, next);
        assert_eq!(plan.questions(), 4);
        let second = fetch_at(&billing, std::slice::from_ref(&year), &wanted, Some(&first), next).await;
        let spend = spend_of(&second, &year, next).unwrap();
        let missing = spend.reading.daily.missing(spend.terms.first_day, late.date_naive());
        assert_eq!(spend.reading.as_of, late);
        let gap = spend.gaps.iter().find(|gap| gap.gap.status == EvidenceStatus::Error).unwrap();
        assert_eq!((gap.part, missing), if fails == "DAILY" { ("spend", 0) } else { ("months", 31) });
        let evidence = fact(&second, &year, late).evidence;
        assert_eq!(evidence.is_ok(), fails == "DAILY", "{evidence:?}");
    }
}
