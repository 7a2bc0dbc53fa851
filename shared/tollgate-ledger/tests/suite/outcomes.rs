use tollgate_core::facts::OutcomeResult;
use tollgate_ledger::{Ledger, OutcomeReported};

use super::fixture::{all_of, at, id, outcome, record, store};

pub(crate) async fn the_first_outcome_stands_and_shows_in_the_history_alone(ledger: &Ledger, other: &Ledger) {
    let (decided, untouched) = (record("payments-api", 0, 1), record("payments-api", 1, 1));
    store(ledger, &decided).await;
    store(ledger, &untouched).await;
    let id = &decided.decision.decision_id;
    let first = outcome(OutcomeResult::Failed, 60);
    assert_eq!(ledger.report_outcome(id, first.clone()).await.unwrap(), OutcomeReported::Reported);
    let already = OutcomeReported::Already(first.clone());
    assert_eq!(other.report_outcome(id, outcome(OutcomeResult::Succeeded, 90)).await.unwrap(), already);
    assert_eq!(other.report_outcome(id, first.clone()).await.unwrap(), already);

    let changes = other.history(&all_of("payments-api")).await.unwrap().changes;
    let outcomes: Vec<_> = changes.into_iter().map(|change| change.outcome).collect();
    assert_eq!(outcomes, [None, Some(first)]);
    assert_eq!(other.decision(id).await.unwrap(), Some(decided));
}

pub(crate) async fn of_eight_outcomes_at_once_one_stands(ledger: &Ledger, other: &Ledger) {
    store(ledger, &record("payments-api", 0, 1)).await;
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let ledger = if n % 2 == 0 { ledger } else { other }.clone();
            let outcome = outcome(OutcomeResult::RolledBack, n);
            tokio::spawn(async move { (outcome.clone(), ledger.report_outcome(&id(at(0), 1), outcome).await.unwrap()) })
        })
        .collect();
    let (mut reported, mut already) = (Vec::new(), Vec::new());
    for task in tasks {
        match task.await.unwrap() {
            (outcome, OutcomeReported::Reported) => reported.push(outcome),
            (_, OutcomeReported::Already(first)) => already.push(first),
            (_, OutcomeReported::UnknownDecision) => panic!("the decision is known"),
        }
    }
    assert_eq!((reported.len(), already.len()), (1, 7));
    assert!(already.iter().all(|first| *first == reported[0]));
}

pub(crate) async fn an_outcome_of_an_unknown_decision_is_not_kept(ledger: &Ledger, other: &Ledger) {
    let reported = ledger.report_outcome(&id(at(0), 1), outcome(OutcomeResult::Failed, 9)).await.unwrap();
    assert_eq!(reported, OutcomeReported::UnknownDecision);
    store(other, &record("payments-api", 0, 1)).await;
    assert_eq!(ledger.history(&all_of("payments-api")).await.unwrap().changes[0].outcome, None);
}
