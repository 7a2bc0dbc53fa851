//! Many budgets cost no more requests than few, and are told exactly.

use std::{collections::BTreeMap, sync::Arc};

use chrono::Days;
use proptest::prelude::*;
use tollgate_aws::billing::{BudgetSpend, Granularity, Part, Plan, known, spend_of};
use tollgate_core::{
    budget::{Basis, Budget, CostMeasure, Terms, budget_fact},
    spend::BilledAmount,
};

use crate::{
    bill::{Bill, Line},
    double::{billing, budget, day, fetch, judging, now, scope, since, wanted, with_basis},
};

fn account(number: usize) -> String {
    format!("{:012}", 100_000_000_000 + number)
}

fn line(account_number: usize, service: usize, days_ago: u64, cents: usize) -> Line {
    let stage = ["production", "staging"][service % 2];
    let mut tags = BTreeMap::from([("service", format!("s-{service}")), ("stage", stage.to_owned())]);
    if !service.is_multiple_of(10) {
        tags.insert("owner", format!("team-{}", service % 40));
    }
    Line {
        account: account(account_number),
        aws_service: "Amazon Elastic Compute Cloud - Compute",
        tags,
        record: if service == 7 && days_ago.is_multiple_of(2) { "Tax" } else { "Usage" },
        day: day("2026-11-21") - Days::new(days_ago),
        amount: BilledAmount::read(&format!("{cents}.0000000001")).unwrap(),
    }
}

/// 400 services over 200 accounts, each in two of them; twelve weeks, and some days long before.
fn organisation() -> Vec<Line> {
    let places = (0..400).flat_map(|service| [(service % 200, service), ((service * 7 + 1) % 200, service)]);
    let lines = places.flat_map(|(account, service)| {
        let days = (0..85).chain([120, 200, 290]);
        days.map(move |days_ago| line(account, service, days_ago, 1 + (service + account) % 13))
    });
    lines.collect()
}

fn budgets() -> Vec<Budget> {
    let net = Basis { cost: CostMeasure::NetAmortized, tax: false, ..Basis::default() };
    let mut budgets = vec![budget("all", scope(&[], &[], &[], &[]))];
    budgets.extend((0..150).map(|number| budget(&format!("a-{number}"), scope(&[&account(number)], &[], &[], &[]))));
    budgets.extend((0..83).map(|number| {
        let name = format!("s-{number}");
        budget(&name, scope(&[], &[&name], &[["production", "staging"][number % 2]], &[]))
    }));
    budgets.extend((1..40).filter(|number| number % 10 > 0).map(|number| {
        let team = format!("team-{number}");
        budget(&team, scope(&[], &[], &[], &[("owner", &team)]))
    }));
    budgets.extend((0..30).map(|number| {
        let name = format!("net-{number}");
        with_basis(budget(&name, scope(&[], &[&format!("s-{number}")], &[], &[])), net)
    }));
    budgets
}

/// What the lines themselves come to in a budget's period.
fn direct(lines: &[Line], budget: &Budget, terms: &Terms) -> BilledAmount {
    let basis = terms.basis;
    let fits = |names: &[String], value: &str| names.is_empty() || names.iter().any(|name| name == value);
    let fitting = lines.iter().filter(|line| {
        let tag = |key: &str| line.tags.get(key).map_or("", String::as_str);
        let scope = &budget.scope;
        line.day >= terms.first_day
            && (basis.tax || line.record != "Tax")
            && fits(&scope.accounts, &line.account)
            && fits(&scope.services, tag("service"))
            && fits(&scope.environments, tag("stage"))
            && scope.tags.iter().all(|(key, values)| fits(values, tag(key)))
    });
    BilledAmount::sum(fitting.map(|line| line.amount)).unwrap()
}

fn spent(spend: &BudgetSpend) -> BilledAmount {
    spend.reading.daily.sum(spend.terms.first_day, spend.terms.end_day).unwrap()
}

#[tokio::test]
async fn three_hundred_budgets_cost_as_many_requests_as_the_bill_has_pages() {
    let (lines, budgets) = (organisation(), budgets());
    assert_eq!(budgets.len(), 300);
    let bill = Arc::new(Bill::new(lines.clone(), 5000));
    let double = Arc::clone(&bill);
    let (billing, asked) = billing(move |action, body, _| double.answer(action, body)).await;
    let wanted = tollgate_aws::billing::Wanted { history_days: 84, paid_requests_at_most: 200, ..wanted() };
    let snapshot = fetch(&billing, &budgets, &wanted).await;
    // Of one basis the total, and by account and owner, service and stage; of the other the total, and by service.
    let plan = Plan::of(&budgets, &wanted, now());
    assert_eq!(plan.questions(), 5);
    assert_eq!(snapshot.paid_requests, bill.pages());
    assert_eq!(snapshot.paid_requests, asked.lock().unwrap().len() as u64);
    assert_eq!(snapshot.price_usd_micros, snapshot.paid_requests * 10_000);
    assert!(snapshot.paid_requests <= 45, "{}", snapshot.paid_requests);
    let judging = judging(now());
    for budget in &budgets {
        let spend = spend_of(&snapshot, budget, now());
        let found = spend.as_ref().unwrap();
        assert_eq!(spent(found), direct(&lines, budget, &found.terms), "{}", budget.name);
        let fact = budget_fact(budget, &known(&spend), &judging);
        assert!(fact.evidence.is_ok(), "{:?}", fact.evidence);
    }
    // A tenth of the services is nobody's.
    let fact = budget_fact(&budgets[0], &known(&spend_of(&snapshot, &budgets[0], now())), &judging);
    assert_eq!(fact.reconciliation.unwrap().difference_micros, 0);
    let share = fact.untagged.unwrap().share_ppm.unwrap();
    assert!((80_000..120_000).contains(&share), "{share}");
}

/// One of them for a year adds a page for the total and one for each of a few hundred groups' months, not its days.
#[tokio::test]
async fn a_year_among_three_hundred_budgets_costs_some_pages_more() {
    let (lines, mut budgets) = (organisation(), budgets());
    let bill = Arc::new(Bill::new(lines.clone(), 5000));
    let double = Arc::clone(&bill);
    let (billing, _) = billing(move |action, body, _| double.answer(action, body)).await;
    let wanted = tollgate_aws::billing::Wanted { history_days: 84, paid_requests_at_most: 200, ..wanted() };
    budgets[1] = since("a-0", budgets[1].scope.clone(), "2026-01-01", 12);
    let snapshot = fetch(&billing, &budgets, &wanted).await;
    assert_eq!(Plan::of(&budgets, &wanted, now()).questions(), 7);
    let months = snapshot.costs.iter().filter(|part| part.asked.granularity == Granularity::Monthly);
    let pages: u64 = months.map(|part| part.requests).sum();
    assert!((2..=3).contains(&pages), "{pages}");
    for budget in &budgets[..3] {
        let spend = spend_of(&snapshot, budget, now());
        let found = spend.as_ref().unwrap();
        assert_eq!(spent(found), direct(&lines, budget, &found.terms), "{}", budget.name);
        let fact = budget_fact(budget, &known(&spend), &judging(now()));
        assert!(fact.evidence.is_ok(), "{:?}", fact.evidence);
    }
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (0_usize..3, 0_usize..12, 0_u64..25, 0_usize..1000)
        .prop_map(|(account, service, days_ago, cents)| line(account, service, days_ago, cents));
    proptest::collection::vec(line, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever the pages, the groups of each grouping make the total, and each budget has what its lines make.
    #[test]
    fn groups_make_the_total_whatever_the_paging(lines in lines(), rows_per_page in 1_usize..40) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let budgets = [
            budget("all", scope(&[], &[], &[], &[])),
            budget("account", scope(&[&lines[0].account], &[], &[], &[])),
            budget("service", scope(&[], &[&lines[0].tags["service"]], &["production", "staging"], &[])),
            budget("narrow", scope(&[&lines[0].account], &[&lines[0].tags["service"]], &[&lines[0].tags["stage"]], &[])),
        ];
        let wanted = tollgate_aws::billing::Wanted { paid_requests_at_most: 10_000, ..wanted() };
        let (snapshot, pages) = runtime.block_on(async {
            let bill = Arc::new(Bill::new(lines.clone(), rows_per_page));
            let double = Arc::clone(&bill);
            let (billing, _) = billing(move |action, body, _| double.answer(action, body)).await;
            (fetch(&billing, &budgets, &wanted).await, bill.pages())
        });
        prop_assert_eq!(snapshot.paid_requests, pages);
        prop_assert!(snapshot.costs.iter().all(|part| Part::gap(part).is_none()));
        for budget in &budgets {
            let found = spend_of(&snapshot, budget, now()).unwrap();
            prop_assert_eq!(spent(&found), direct(&lines, budget, &found.terms), "{}", budget.name);
            // What is filtered is a part of the bill, and is not held against the whole.
            let difference = found.reading.reconciliation.map(|found| found.difference_micros);
            prop_assert_eq!(difference, (budget.name != "narrow").then_some(0), "{}", budget.name);
        }
    }
}
