//! A budget stands where it stands, whoever else asks for the bill.

use std::{collections::BTreeMap, sync::Arc};

use chrono::Days;
use proptest::prelude::*;
use tollgate_aws::billing::{Wanted, look};
use tollgate_core::{
    budget::{Basis, Budget, BudgetFact, CostMeasure},
    spend::BilledAmount,
};

use crate::{
    bill::{Bill, Line},
    double::{billing, budget, day, fetch, judging, now, scope, since, wanted, with_basis},
};

/// Two accounts with a fee on the first of each month, for a year.
fn lines() -> Vec<Line> {
    let of = |account: usize, days_ago: u64| {
        let day = day("2026-11-21") - Days::new(days_ago);
        let dollars = if day.to_string().ends_with("-01") { 910 } else { 100 } + account * 7 + (days_ago % 5) as usize;
        Line {
            account: format!("{:012}", 111_122_223_333 + account),
            aws_service: "Amazon Simple Storage Service",
            tags: BTreeMap::from([("owner", format!("team-{account}"))]),
            record: "Usage",
            day,
            amount: BilledAmount::read(&dollars.to_string()).unwrap(),
        }
    };
    (0..2).flat_map(|account| (0..330).map(move |days_ago| of(account, days_ago))).collect()
}

/// Periods, scopes and bases that are asked for in other ways.
fn others() -> Vec<Budget> {
    let (all, one) = (|| scope(&[], &[], &[], &[]), || scope(&["111122223333"], &[], &[], &[]));
    let net = Basis { cost: CostMeasure::NetAmortized, ..Basis::default() };
    vec![
        since("year", all(), "2026-01-01", 12),
        since("year-of-one", one(), "2026-01-01", 12),
        since("quarter", all(), "2026-01-01", 3),
        since("half", one(), "2026-02-01", 6),
        since("odd", all(), "2026-01-15", 5),
        budget("team", scope(&[], &[], &[], &[("owner", "team-1")])),
        with_basis(since("net", all(), "2026-01-01", 12), net),
    ]
}

fn facts(beside: &[Budget]) -> Vec<BudgetFact> {
    let ours = [
        budget("all", scope(&[], &[], &[], &[])),
        budget("one", scope(&["111122223333"], &[], &[], &[])),
        since("months", scope(&[], &[], &[], &[]), "2026-01-01", 12),
    ];
    let asked: Vec<Budget> = ours.iter().chain(beside).cloned().collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let snapshot = runtime.block_on(async {
        let bill = Arc::new(Bill::new(lines(), 5000));
        let (billing, _) = billing(move |action, body, _| bill.answer(action, body)).await;
        fetch(&billing, &asked, &Wanted { history_days: 84, paid_requests_at_most: 200, ..wanted() }).await
    });
    ours.iter().map(|ours| look(Ok(&snapshot), ours, &judging(now())).fact).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn another_budget_never_changes_where_a_budget_stands(chosen in proptest::sample::subsequence(others(), 1..=7)) {
        let alone = facts(&[]);
        let beside = facts(&chosen);
        for (alone, beside) in alone.iter().zip(&beside) {
            prop_assert!(alone.evidence.is_ok() && alone.forecast.is_some());
            prop_assert_eq!(alone, beside);
        }
    }
}
