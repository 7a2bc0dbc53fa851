use chrono::{DateTime, TimeDelta};
use tollgate_core::{Timestamp, decision::DecisionRecord};
use tollgate_ledger::{DecisionsPage, DecisionsQuery, Ledger, LedgerError, Order};

use super::fixture::{at, id, record, store};

fn query(since: Timestamp, until: Timestamp, order: Order, limit: u32) -> DecisionsQuery {
    DecisionsQuery { since, until, order, after: None, limit }
}

fn ids(records: &[DecisionRecord]) -> Vec<String> {
    records.iter().map(|record| record.decision.decision_id.clone()).collect()
}

/// Goes through all pages.
async fn all(ledger: &Ledger, mut query: DecisionsQuery) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let page = ledger.decisions(&query).await.unwrap();
        assert!(page.records.len() <= usize::try_from(query.limit.max(1)).unwrap());
        found.extend(ids(&page.records));
        assert!(found.len() < 100, "the pages do not end: {found:?}");
        match page.next {
            Some(next) => query.after = Some(next),
            None => return found,
        }
    }
}

pub(crate) async fn come_in_pages_in_both_orders(ledger: &Ledger, other: &Ledger) {
    let mut expected = Vec::new();
    for n in 0..7 {
        let record = record(if n % 2 == 0 { "payments-api" } else { "search-api" }, i64::from(n / 2), n);
        expected.push(record.decision.decision_id.clone());
        store(ledger, &record).await;
    }
    for limit in [0, 1, 3, 7, 100] {
        assert_eq!(all(other, query(at(0), at(9), Order::OldestFirst, limit)).await, expected);
    }
    let oldest = query(at(0), at(9), Order::OldestFirst, 2);
    assert_eq!(other.decisions(&oldest).await.unwrap().records[0], record("payments-api", 0, 0));
    expected.reverse();
    for limit in [1, 3, 7, 100] {
        assert_eq!(all(other, query(at(0), at(9), Order::NewestFirst, limit)).await, expected);
    }
}

pub(crate) async fn are_found_across_years(ledger: &Ledger, other: &Ledger) {
    let day = 24 * 3600;
    let mut expected = Vec::new();
    for seconds in [-800 * day, -400 * day, 0, 400 * day] {
        store(ledger, &record("payments-api", seconds, 1)).await;
        expected.push(id(at(seconds), 1));
    }
    let (start, end) = (DateTime::UNIX_EPOCH, at(1000 * day));
    assert_eq!(all(other, query(start, end, Order::OldestFirst, 3)).await, expected);
    expected.reverse();
    assert_eq!(all(other, query(start, end, Order::NewestFirst, 3)).await, expected);
}

pub(crate) async fn outside_the_span_are_left_out(ledger: &Ledger, other: &Ledger) {
    for seconds in 0..5 {
        store(ledger, &record("payments-api", seconds, 1)).await;
    }
    let millisecond = TimeDelta::milliseconds(1);
    let found = all(other, query(at(1), at(3), Order::OldestFirst, 9)).await;
    assert_eq!(found, [id(at(1), 1), id(at(2), 1), id(at(3), 1)]);
    let found = all(other, query(at(1) + millisecond, at(3) - millisecond, Order::NewestFirst, 9)).await;
    assert_eq!(found, [id(at(2), 1)]);
    assert!(all(other, query(at(3), at(1), Order::NewestFirst, 9)).await.is_empty());
}

pub(crate) async fn a_page_cannot_begin_behind_a_thing_that_is_no_id(ledger: &Ledger, _: &Ledger) {
    let whole = query(at(0), at(9), Order::NewestFirst, 9);
    assert_eq!(ledger.decisions(&whole).await.unwrap(), DecisionsPage::default());
    let astray = DecisionsQuery { after: Some("page 2".into()), ..whole };
    assert!(matches!(ledger.decisions(&astray).await, Err(LedgerError::Invalid { field: "after", .. })));
}
