use chrono::TimeDelta;
use tollgate_core::{Timestamp, decision::Verdict, facts::PastChange};
use tollgate_ledger::{HistoryQuery, Ledger};

use super::fixture::{all_of, at, edit, id, ids_of, record, refused, store};

pub(crate) async fn is_newest_first_inside_its_window(ledger: &Ledger, other: &Ledger) {
    // Recorded in no order, two at the same time.
    for (seconds, n) in [(30, 1), (10, 1), (20, 2), (20, 1), (40, 1)] {
        store(ledger, &record("payments-api", seconds, n)).await;
    }
    let since = |since| HistoryQuery { since, ..all_of("payments-api") };
    let expected = [id(at(40), 1), id(at(30), 1), id(at(20), 2), id(at(20), 1), id(at(10), 1)];
    assert_eq!(ids_of(other, &since(Timestamp::MIN_UTC)).await, expected);
    assert_eq!(ids_of(other, &since(at(20))).await, expected[..4]);
    assert_eq!(ids_of(other, &since(at(20) + TimeDelta::nanoseconds(1))).await, expected[..2]);
    assert!(ids_of(other, &since(Timestamp::MAX_UTC)).await.is_empty());

    let newest = other.history(&all_of("payments-api")).await.unwrap().changes.swap_remove(0);
    let expected = PastChange {
        decision_id: id(at(40), 1),
        change_id: format!("change/{}", id(at(40), 1)),
        service: "payments-api".into(),
        environment: "production".into(),
        author: "github:1".into(),
        verdict: Verdict::Allow,
        evaluated_at: at(40),
        outcome: None,
    };
    assert_eq!(newest, expected);
}

pub(crate) async fn says_when_the_limit_kept_something_out(ledger: &Ledger, other: &Ledger) {
    for seconds in 0..5 {
        store(ledger, &record("payments-api", seconds, 1)).await;
    }
    for (limit, found, truncated) in [(0, 0, true), (1, 1, true), (4, 4, true), (5, 5, false), (u32::MAX, 5, false)] {
        let history = other.history(&HistoryQuery { limit, ..all_of("payments-api") }).await.unwrap();
        assert_eq!((history.changes.len(), history.truncated), (found, truncated), "limit {limit}");
        assert!(history.changes.iter().zip((0..5).rev()).all(|(change, seconds)| change.evaluated_at == at(seconds)));
    }
    let none = other.history(&HistoryQuery { limit: 0, ..all_of("unknown") }).await.unwrap();
    assert_eq!((none.changes.len(), none.truncated), (0, false));
}

pub(crate) async fn shows_one_service_in_one_environment(ledger: &Ledger, other: &Ledger) {
    store(ledger, &record("payments-api", 0, 1)).await;
    store(ledger, &record("search-api", 1, 1)).await;
    let mut staging = record("payments-api", 2, 1);
    edit(&mut staging, |change| change.environment = "staging".into());
    store(ledger, &staging).await;
    assert_eq!(ids_of(other, &all_of("payments-api")).await, [id(at(0), 1)]);
    assert_eq!(ids_of(other, &all_of("search-api")).await, [id(at(1), 1)]);
    let staging = HistoryQuery { environment: "staging".into(), ..all_of("payments-api") };
    assert_eq!(ids_of(other, &staging).await, [id(at(2), 1)]);
    assert!(ids_of(other, &all_of("payments")).await.is_empty());
    assert!(ids_of(other, &all_of("PAYMENTS-API")).await.is_empty());
}

pub(crate) async fn keys_cannot_be_forged(ledger: &Ledger, other: &Ledger) {
    let pairs = [("a#b", "c"), ("a", "b#c"), ("a\",\"b", "c"), ("a", "b\",\"c"), ("a\u{0}b", "c"), ("a", "b\u{0}c")];
    for (n, (service, environment)) in (0..).zip(pairs) {
        let mut record = record(service, 0, n);
        edit(&mut record, |change| change.environment = environment.into());
        store(ledger, &record).await;
    }
    for (n, (service, environment)) in (0..).zip(pairs) {
        let query = HistoryQuery { environment: environment.into(), ..all_of(service) };
        assert_eq!(ids_of(other, &query).await, [id(at(0), n)], "{service:?} {environment:?}");
    }
}

/// DynamoDB gives at most 1 MB at a time.
pub(crate) async fn reads_on_past_a_large_page(ledger: &Ledger, other: &Ledger) {
    for seconds in 0..150 {
        let mut record = record("payments-api", seconds, 1);
        edit(&mut record, |change| change.author = "x".repeat(7500));
        store(ledger, &record).await;
    }
    let history = other.history(&all_of("payments-api")).await.unwrap();
    assert_eq!((history.changes.len(), history.truncated), (150, false));
    assert!(history.changes.is_sorted_by(|newer, older| newer.evaluated_at > older.evaluated_at));
    let expected_requests = if other.name() == "ledger:dynamodb" { 3 } else { 0 };
    assert_eq!(history.requests, expected_requests);
}

/// Who asks again every few minutes until it is allowed must not hide what others did.
pub(crate) async fn refusals_show_in_the_history_of_their_own_change_and_fill_no_other(
    ledger: &Ledger,
    other: &Ledger,
) {
    store(ledger, &record("payments-api", 0, 1)).await;
    for seconds in 1..=30 {
        let mut refused = refused("payments-api", seconds, 1);
        edit(&mut refused, |change| change.id = "polled".into());
        if seconds % 2 == 0 {
            refused.decision.verdict = Verdict::Pending;
        }
        store(ledger, &refused).await;
    }
    let mut late = record("payments-api", 31, 1);
    edit(&mut late, |change| change.id = "polled".into());
    store(ledger, &late).await;

    let polled = HistoryQuery { change_id: "polled".into(), limit: 2, ..all_of("payments-api") };
    let history = other.history(&polled).await.unwrap();
    assert!(!history.truncated, "refusals do not count against the limit");
    let ids: Vec<_> = history.changes.iter().map(|change| change.decision_id.clone()).collect();
    let newest_refusals = (11..=30).rev();
    let expected: Vec<_> =
        [31].into_iter().chain(newest_refusals).chain([0]).map(|seconds| id(at(seconds), 1)).collect();
    assert_eq!(ids, expected);
    assert_eq!(history.changes[1].verdict, Verdict::Pending);
    let since = HistoryQuery { since: at(29), ..polled };
    assert_eq!(ids_of(other, &since).await, [id(at(31), 1), id(at(30), 1), id(at(29), 1)]);
    assert_eq!(ids_of(other, &all_of("payments-api")).await, [id(at(31), 1), id(at(0), 1)]);
}
