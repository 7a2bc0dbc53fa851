//! Odd answers of Cost Explorer: none of them reads as money that was not spent.

use serde_json::{Value, json};
use tollgate_aws::billing::{BudgetSpend, NoSpend, spend_of};
use tollgate_core::{
    budget::{Budget, BudgetFact, Standing, budget_fact},
    evidence::EvidenceStatus,
};

use crate::double::{answer_of, billing, budget, fetch, judging, now, page, scope, wanted};

type Found = Result<BudgetSpend, Box<NoSpend>>;

fn of_account() -> Budget {
    budget("b", scope(&["111122223333"], &[], &[], &[]))
}

/// What comes of a budget for an account, where its groups are answered like this and the total is 10 dollars a day.
async fn spend(groups: impl Fn(&Value) -> (u16, Value) + Send + Sync + 'static) -> Found {
    let (billing, _) = billing(move |_, body, _| match body["GroupBy"].is_array() {
        true => groups(body),
        false => page(&[total("2026-11-19"), total("2026-11-20")], None),
    })
    .await;
    spend_of(&fetch(&billing, &[of_account()], &wanted()).await, &of_account(), now())
}

fn total(day: &str) -> Value {
    answer_of(day, true, &[(&[], "10", "USD")])
}

fn group(day: &str, account: &str, amount: &str, unit: &str) -> Value {
    answer_of(day, true, &[(&[account, "owner$money"], amount, unit)])
}

const OURS: &str = "111122223333";

#[tokio::test]
async fn what_cannot_be_read_is_unknown_and_says_why() {
    let no_metric = || {
        let mut day = group("2026-11-20", OURS, "1", "USD");
        day["Groups"][0]["Metrics"] = json!({});
        day
    };
    let two_days = || {
        let mut day = group("2026-11-19", OURS, "1", "USD");
        day["TimePeriod"]["End"] = json!("2026-11-21");
        day
    };
    let odd: Vec<(Vec<Value>, &str)> = vec![
        (vec![no_metric()], "no amount for `111122223333`, `money` on 2026-11-20"),
        (vec![group("2026-11-20", OURS, "1,000.00", "USD")], "`1,000.00` is not a decimal amount"),
        (vec![group("2026-11-20", OURS, "NaN", "USD")], "`NaN` is not a decimal amount"),
        (vec![group("2026-11-20", OURS, "1", "N/A")], "names no currency"),
        (vec![group("2026-11-20", OURS, "1", "EUR")], "a part of the bill is in EUR and the budget in USD"),
        (vec![group("2026-11-20", OURS, "1", "USD"), group("2026-11-20", OURS, "1", "USD")], "is there twice"),
        (vec![group("2025-01-01", OURS, "1", "USD")], "was asked for the days from"),
        (vec![two_days()], "was asked for the days from"),
        (vec![answer_of("2026-11-20", true, &[(&[OURS], "1", "USD")])], "which was not asked for"),
        (vec![answer_of("2026-11-20", true, &[(&[OURS, "team$x"], "1", "USD")])], "which was not asked for"),
    ];
    for (days, part) in odd {
        let found = spend(move |_| page(&days, None)).await;
        let gap = found.unwrap_err().gap;
        assert!(gap.reason.contains(part) || part == "is there twice" && gap.reason.contains("twice"), "{gap:?}");
        assert_eq!(gap.status, EvidenceStatus::Error, "{gap:?}");
    }
}

#[tokio::test]
async fn one_odd_group_is_unknown_and_the_others_stand() {
    const THEIRS: &str = "999999999999";
    let of_theirs = budget("c", scope(&[THEIRS], &[], &[], &[]));
    let everything = budget("a", scope(&[], &[], &[], &[]));
    let (billing, _) = billing(|_, body, _| match body["GroupBy"].is_array() {
        true => page(&[group("2026-11-20", OURS, "4", "USD"), group("2026-11-20", THEIRS, "much", "USD")], None),
        false => page(&[total("2026-11-19"), total("2026-11-20")], None),
    })
    .await;
    let budgets = [of_account(), of_theirs.clone(), everything.clone()];
    let snapshot = fetch(&billing, &budgets, &wanted()).await;
    let ours = spend_of(&snapshot, &of_account(), now()).unwrap().reading;
    assert_eq!(
        ours.daily.sum(crate::double::day("2026-11-20"), crate::double::day("2026-11-21")).unwrap().to_string(),
        "4"
    );
    assert_eq!(ours.reconciliation, None, "what could not be read is missing from the sum of the groups");
    let theirs = spend_of(&snapshot, &of_theirs, now()).unwrap_err().gap;
    assert!(theirs.reason.contains("the bill of 2026-11-20 for `999999999999`, `money`: `much`"), "{theirs:?}");
    assert!(spend_of(&snapshot, &everything, now()).is_ok(), "its total came");
    let kept = serde_json::from_str(&serde_json::to_string(&snapshot).unwrap()).unwrap();
    assert_eq!(snapshot, kept);
}

/// A name that is written wrong, or a tag that is not active, must not read as nothing spent.
#[tokio::test]
async fn a_scope_of_which_the_bill_has_nothing_is_unknown() {
    for days in [vec![answer_of("2026-11-20", true, &[])], vec![group("2026-11-20", "999999999999", "5", "USD")]] {
        let gap = spend(move |_| page(&days, None)).await.unwrap_err().gap;
        assert_eq!(gap.status, EvidenceStatus::NoData);
        assert!(gap.reason.contains("nothing that fits its scope"), "{gap:?}");
    }
}

#[tokio::test]
async fn pages_are_followed_and_an_empty_token_is_the_last() {
    let found = spend(|body| match body["NextPageToken"].as_str() {
        None => page(&[group("2026-11-19", OURS, "1.5", "USD")], Some("two")),
        // The same day goes on in the next page, with another group.
        Some("two") => page(
            &[
                answer_of("2026-11-19", false, &[(&[OURS, "owner$"], "0.5", "USD")]),
                answer_of("2026-11-20", false, &[(&[OURS, "owner$"], "0", "N/A")]),
            ],
            Some(""),
        ),
        Some(other) => panic!("{other}"),
    })
    .await
    .unwrap();
    let (first, end) = (crate::double::day("2026-11-19"), crate::double::day("2026-11-21"));
    let days: Vec<_> = found.reading.daily.between(first, end).collect();
    let told: Vec<_> =
        days.iter().map(|(day, spend)| (day.to_string(), spend.amount.to_string(), spend.estimated)).collect();
    let expected = [("2026-11-19", "2", true), ("2026-11-20", "0", false)];
    assert_eq!(told, expected.map(|(day, amount, estimated)| (day.to_owned(), amount.to_owned(), estimated)));
    assert_eq!(found.reading.untagged.unwrap().to_string(), "0.5");
}

#[tokio::test]
async fn pages_that_have_no_end_are_no_answer() {
    let gap = spend(|_| page(&[], Some("again"))).await.unwrap_err().gap;
    assert!(gap.reason.contains("the same page token twice"), "{gap:?}");
}

#[tokio::test]
async fn another_currency_elsewhere_in_the_bill_does_no_harm() {
    let found = spend(|_| {
        page(&[group("2026-11-20", OURS, "1", "USD"), group("2026-11-20", "999999999999", "7", "EUR")], None)
    })
    .await;
    assert_eq!(
        found
            .unwrap()
            .reading
            .daily
            .sum("2026-11-01".parse().unwrap(), "2026-12-01".parse().unwrap())
            .unwrap()
            .to_string(),
        "1"
    );
}

/// A total of so much on each day of November until the 21st, and a group of it on those days that have records.
fn until(records: u32, amount: &'static str) -> impl Fn(&Value) -> (u16, Value) + Send + Sync + 'static {
    move |body| {
        let grouped = body["GroupBy"].is_array();
        let keys: &[&str] = if grouped { &[OURS, "owner$money"] } else { &[] };
        let last = if grouped { records } else { 21 };
        let days = (1..=last).map(|day| (day, if day <= records { amount } else { "0" }));
        let days: Vec<_> =
            days.map(|(day, amount)| answer_of(&format!("2026-11-{day:02}"), true, &[(keys, amount, "USD")])).collect();
        page(&days, None)
    }
}

async fn fact_of_everything(answer: impl Fn(&Value) -> (u16, Value) + Send + Sync + 'static) -> (String, BudgetFact) {
    let everything = budget("b", scope(&[], &[], &[], &[]));
    let (billing, _) = billing(move |_, body, _| answer(body)).await;
    let spend = spend_of(&fetch(&billing, std::slice::from_ref(&everything), &wanted()).await, &everything, now());
    let complete_before = spend.as_ref().unwrap().reading.complete_before.to_string();
    (complete_before, budget_fact(&everything, &tollgate_aws::billing::known(&spend), &judging(now())))
}

/// Days of which nothing has a record have not come: a bill that is behind is stale, and not cheap.
#[tokio::test]
async fn days_without_any_record_are_behind() {
    let (complete_before, fact) = fact_of_everything(until(12, "10")).await;
    assert_eq!(complete_before, "2026-11-12", "the newest day of records may not be whole");
    assert_eq!((fact.evidence.status, fact.standing), (EvidenceStatus::Stale, Standing::Unknown));
}

/// What days cost says nothing of whether they are known.
#[tokio::test]
async fn days_of_nothing_are_known() {
    for amount in ["0", "-0.0000000074"] {
        let (complete_before, fact) = fact_of_everything(until(21, amount)).await;
        assert_eq!(complete_before, "2026-11-20", "{amount}");
        assert!(fact.evidence.is_ok(), "{:?}", fact.evidence);
        assert_eq!((fact.spent_micros, fact.share_ppm, fact.estimated_micros), (Some(0), Some(0), Some(0)), "{amount}");
        assert_eq!(fact.forecast.unwrap().mean_micros, 0);
    }
}

/// Nothing was used for weeks, and nothing is late: no bill is stale for ever.
#[tokio::test]
async fn an_account_that_is_not_used_any_more_is_known() {
    let (complete_before, fact) = fact_of_everything(until(5, "10")).await;
    assert_eq!((complete_before.as_str(), fact.evidence.is_ok()), ("2026-11-20", true));
    assert_eq!(fact.spent_micros, Some(50_000_000));
}

#[tokio::test]
async fn a_bill_whose_groups_are_not_its_total_says_by_how_much() {
    let everything = budget("b", scope(&[], &[], &[], &[]));
    let (billing, _) = billing(|_, body, _| match body["GroupBy"].is_array() {
        true => page(&[group("2026-11-20", OURS, "7.5", "USD")], None),
        false => page(&[total("2026-11-20")], None),
    })
    .await;
    let snapshot = fetch(&billing, std::slice::from_ref(&everything), &wanted()).await;
    let found = spend_of(&snapshot, &everything, now()).unwrap().reading.reconciliation.unwrap();
    assert_eq!((found.grouped_micros, found.difference_micros), (7_500_000, 2_500_000));
}

#[tokio::test]
async fn an_answer_that_leaves_days_out_is_none_and_an_older_one_stands() {
    let everything = budget("b", scope(&[], &[], &[], &[]));
    let (billing, _) = billing(|_, _, _| page(&[], None)).await;
    let snapshot = fetch(&billing, std::slice::from_ref(&everything), &wanted()).await;
    assert!(!snapshot.is_whole());
    let gap = spend_of(&snapshot, &everything, now()).unwrap_err().gap;
    assert!(gap.reason.contains("28 of the 28 days that were asked for did not come"), "{gap:?}");
    assert_eq!(gap.status, EvidenceStatus::Partial);
}

#[tokio::test]
async fn what_no_tag_says_cannot_be_asked() {
    let by_service = budget("b", scope(&[], &["payments-api"], &[], &[]));
    let mut wanted = wanted();
    wanted.tags.service = None;
    let (billing, asked) = billing(|_, _, _| panic!("nothing to ask")).await;
    let gap = spend_of(&fetch(&billing, std::slice::from_ref(&by_service), &wanted).await, &by_service, now())
        .unwrap_err()
        .gap;
    assert!(gap.reason.contains("no tag is set that says the service"), "{gap:?}");
    assert!(asked.lock().unwrap().is_empty());
}
