use tollgate_core::decision::DecisionRecord;
use tollgate_ledger::{HistoryQuery, Ledger, Recorded, Seen};

use super::fixture::{all_of, at, edit, id, ids_of, record, refused, store};

async fn seen(ledger: &Ledger, query: &HistoryQuery) -> Seen {
    ledger.history(query).await.unwrap().seen
}

async fn recorded(ledger: &Ledger, record: &DecisionRecord, seen: &Seen) -> Recorded {
    ledger.record(record, Some(seen)).await.unwrap()
}

pub(crate) async fn of_two_that_did_not_see_each_other_one_is_kept(ledger: &Ledger, other: &Ledger) {
    let all = all_of("payments-api");
    for round in 0..3 {
        let (first, second) = (record("payments-api", round * 10, 1), record("payments-api", round * 10 + 1, 2));
        let (of_first, of_second) = (seen(ledger, &all).await, seen(other, &all).await);
        assert_eq!(recorded(ledger, &first, &of_first).await, Recorded::Stored);
        assert_eq!(recorded(other, &second, &of_second).await, Recorded::Overtaken);
        assert_eq!(ledger.decision(&second.decision.decision_id).await.unwrap(), None);
        assert!(!ids_of(ledger, &all).await.contains(&second.decision.decision_id));
        let again = recorded(ledger, &first, &of_first).await;
        assert_eq!(again, Recorded::Already(Box::new(first)), "the same decision does not overtake itself");
        assert_eq!(recorded(other, &second, &seen(other, &all).await).await, Recorded::Stored);
    }
    assert_eq!(ids_of(ledger, &all).await.len(), 6);
}

pub(crate) async fn of_eight_at_once_one_is_kept(ledger: &Ledger, other: &Ledger) {
    let before = seen(ledger, &all_of("payments-api")).await;
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let (ledger, before) = (if n % 2 == 0 { ledger } else { other }.clone(), before.clone());
            tokio::spawn(async move { recorded(&ledger, &record("payments-api", 0, n), &before).await })
        })
        .collect();
    let mut stored = 0;
    for task in tasks {
        match task.await.unwrap() {
            Recorded::Stored => stored += 1,
            Recorded::Overtaken => {}
            Recorded::Already(_) => panic!("they have ids of their own"),
        }
    }
    assert_eq!((stored, ids_of(other, &all_of("payments-api")).await.len()), (1, 1));
}

pub(crate) async fn only_what_was_allowed_here_overtakes_only_what_allows(ledger: &Ledger, other: &Ledger) {
    let before = seen(ledger, &all_of("payments-api")).await;
    let mut staging = record("payments-api", 0, 1);
    edit(&mut staging, |change| change.environment = "staging".into());
    store(ledger, &staging).await;
    store(ledger, &record("search-api", 1, 1)).await;
    store(ledger, &refused("payments-api", 2, 1)).await;
    assert_eq!(recorded(other, &record("payments-api", 3, 1), &before).await, Recorded::Stored);
    assert_eq!(recorded(other, &refused("payments-api", 4, 1), &before).await, Recorded::Stored);
}

/// Clocks differ, and a decision takes its time: what is recorded last need not be the newest.
pub(crate) async fn a_late_record_of_an_earlier_time_overtakes(ledger: &Ledger, other: &Ledger) {
    store(ledger, &record("payments-api", 10, 1)).await;
    let before = seen(other, &all_of("payments-api")).await;
    store(ledger, &record("payments-api", 5, 1)).await;
    assert_eq!(recorded(other, &record("payments-api", 20, 1), &before).await, Recorded::Overtaken);
    let after = seen(other, &all_of("payments-api")).await;
    assert_eq!(recorded(other, &record("payments-api", 20, 1), &after).await, Recorded::Stored);
}

pub(crate) async fn what_is_older_than_the_history_overtakes_nothing(ledger: &Ledger, other: &Ledger) {
    store(ledger, &record("payments-api", 0, 1)).await;
    let recent = HistoryQuery { since: at(10), ..all_of("payments-api") };
    let before = seen(other, &recent).await;
    assert_eq!(recorded(other, &record("payments-api", 20, 1), &before).await, Recorded::Stored);
    assert_eq!(recorded(other, &record("payments-api", 21, 1), &before).await, Recorded::Overtaken);
}

pub(crate) async fn the_newest_of_a_long_history_are_enough(ledger: &Ledger, other: &Ledger) {
    for seconds in 0..120 {
        store(ledger, &record("payments-api", seconds, 1)).await;
    }
    let before = seen(other, &all_of("payments-api")).await;
    assert_eq!(recorded(other, &record("payments-api", 200, 1), &before).await, Recorded::Stored);
    assert_eq!(recorded(ledger, &record("payments-api", 201, 1), &before).await, Recorded::Overtaken);
    assert_eq!(ids_of(other, &all_of("payments-api")).await[0], id(at(200), 1));
}
