use chrono::TimeDelta;
use tollgate_ledger::{Claim, Claimed, Ledger, LedgerError};

use super::fixture::{at, claim, id, is_new, record, store};

pub(crate) async fn the_first_claim_is_new_and_the_next_goes_on_with_its_id(ledger: &Ledger, other: &Ledger) {
    assert_eq!(ledger.claim(&claim("k", "q", 0, 1)).await.unwrap(), Claimed::New);
    let first = id(at(0), 1);
    let again = other.claim(&claim("k", "q", 5, 2)).await.unwrap();
    assert_eq!(again, Claimed::Again { decision_id: first.clone(), record: None });

    let decided = record("payments-api", 0, 1);
    store(other, &decided).await;
    let again = ledger.claim(&claim("k", "q", 9, 3)).await.unwrap();
    assert_eq!(again, Claimed::Again { decision_id: first, record: Some(Box::new(decided)) });
}

pub(crate) async fn a_claim_that_is_sent_twice_is_one_claim(ledger: &Ledger, other: &Ledger) {
    let sent = claim("k", "q", 0, 1);
    assert_eq!(ledger.claim(&sent).await.unwrap(), Claimed::New);
    assert_eq!(other.claim(&sent).await.unwrap(), Claimed::New);
}

pub(crate) async fn another_question_under_the_same_key_is_a_conflict(ledger: &Ledger, other: &Ledger) {
    assert!(is_new(&ledger.claim(&claim("k", "q", 0, 1)).await.unwrap()));
    let conflict = Claimed::Conflict { first_claimed_at: at(0) };
    assert_eq!(other.claim(&claim("k", "another", 5, 2)).await.unwrap(), conflict);
    let same_id = Claim { decision_id: id(at(0), 1), ..claim("k", "another", 5, 2) };
    assert_eq!(ledger.claim(&same_id).await.unwrap(), conflict);
    assert!(matches!(ledger.claim(&claim("k", "q", 6, 3)).await.unwrap(), Claimed::Again { .. }));
}

pub(crate) async fn keys_that_look_alike_do_not_meet(ledger: &Ledger, _: &Ledger) {
    let texts = ["", "a", "a#b", "A", "a ", "é", "e\u{301}", "a\u{0}", "\",\"", "CLAIM#a", "😀"];
    for (n, principal) in texts.iter().enumerate() {
        for (m, key) in texts.iter().chain(&[String::from("k").repeat(3000).as_str()]).enumerate() {
            let mut claim = claim(key, "q", 0, u32::try_from(100 * n + m).unwrap());
            claim.key.principal = (*principal).into();
            assert!(is_new(&ledger.claim(&claim).await.unwrap()), "{claim:?}");
        }
    }
}

pub(crate) async fn an_expired_claim_is_as_if_it_had_never_been(ledger: &Ledger, other: &Ledger) {
    let short = Claim { expires_at: at(0) + TimeDelta::milliseconds(9_000), ..claim("k", "q", 0, 1) };
    assert!(is_new(&ledger.claim(&short).await.unwrap()));
    store(ledger, &record("payments-api", 0, 1)).await;
    // The end is rounded up to a whole second, so this is within.
    assert!(matches!(other.claim(&claim("k", "q", 9, 2)).await.unwrap(), Claimed::Again { .. }));
    // Another question, after the end: no conflict any more, and the new claim is the one that holds.
    assert!(is_new(&other.claim(&claim("k", "another", 10, 3)).await.unwrap()));
    let again = ledger.claim(&claim("k", "another", 11, 4)).await.unwrap();
    assert_eq!(again, Claimed::Again { decision_id: id(at(10), 3), record: None });
    assert_eq!(ledger.claim(&claim("k", "q", 12, 5)).await.unwrap(), Claimed::Conflict { first_claimed_at: at(10) });
}

pub(crate) async fn of_sixteen_claims_at_once_one_is_new(ledger: &Ledger, other: &Ledger) {
    let tasks: Vec<_> = (0..16)
        .map(|n| {
            let ledger = if n % 2 == 0 { ledger } else { other }.clone();
            tokio::spawn(async move { (id(at(0), n), ledger.claim(&claim("k", "q", 0, n)).await.unwrap()) })
        })
        .collect();
    let (mut new, mut again) = (Vec::new(), Vec::new());
    for task in tasks {
        match task.await.unwrap() {
            (id, Claimed::New) => new.push(id),
            (_, Claimed::Again { decision_id, record: None }) => again.push(decision_id),
            (_, other) => panic!("{other:?}"),
        }
    }
    assert_eq!((new.len(), again.len()), (1, 15));
    assert!(again.iter().all(|id| *id == new[0]), "{new:?} {again:?}");
}

pub(crate) async fn a_malformed_claim_is_refused(ledger: &Ledger, _: &Ledger) {
    let never = Claim { expires_at: at(0), ..claim("k", "q", 0, 1) };
    assert!(matches!(ledger.claim(&never).await, Err(LedgerError::Invalid { field: "expires_at", .. })));
    let nameless = Claim { decision_id: "DECISION#1".into(), ..claim("k", "q", 0, 1) };
    assert!(matches!(ledger.claim(&nameless).await, Err(LedgerError::Invalid { field: "decision_id", .. })));
    assert!(is_new(&ledger.claim(&claim("k", "q", 0, 2)).await.unwrap()));
}
