use tollgate_ledger::{Begun, Commit, Committed, Ledger, Turn, Work};

use super::fixture::at;

fn work(key: &str, seconds: i64) -> Work {
    Work {
        key: key.into(),
        by: format!("asked at {seconds}"),
        now: at(seconds),
        lease_seconds: 60,
        remember_seconds: 86_400,
    }
}

async fn begin(ledger: &Ledger, key: &str, seconds: i64) -> Begun {
    ledger.begin(&work(key, seconds)).await.unwrap()
}

async fn turn(ledger: &Ledger, key: &str, seconds: i64) -> Turn {
    match begin(ledger, key, seconds).await {
        Begun::Yours(turn) => turn,
        other => panic!("{other:?}"),
    }
}

async fn finish(ledger: &Ledger, turn: &Turn, seconds: i64) -> Committed {
    let done = turn.done(at(seconds)).unwrap();
    ledger.commit(Commit { at: at(seconds), puts: vec![done], notices: Vec::new() }).await.unwrap()
}

pub(crate) async fn work_that_is_done_is_not_begun_again(ledger: &Ledger, other: &Ledger) {
    let mine = turn(ledger, "alarm", 0).await;
    assert_eq!(begin(other, "alarm", 59).await, Begun::InProgress { since: at(0) });
    assert_eq!(finish(ledger, &mine, 30).await, Committed::Stored);
    for seconds in [31, 3600, 40_000] {
        assert_eq!(begin(other, "alarm", seconds).await, Begun::Done { at: at(30) });
    }
    turn(other, "another alarm", 31).await;
}

pub(crate) async fn who_is_asked_again_does_not_wait_for_themselves(ledger: &Ledger, other: &Ledger) {
    let by = |seconds| Work { by: "request 1".into(), ..work("alarm", seconds) };
    assert!(matches!(ledger.begin(&by(0)).await.unwrap(), Begun::Yours(_)));
    assert_eq!(begin(other, "alarm", 10).await, Begun::InProgress { since: at(0) });
    let Begun::Yours(again) = other.begin(&by(20)).await.unwrap() else { panic!("it crashed, and is asked again") };
    assert_eq!(finish(other, &again, 30).await, Committed::Stored);
    assert_eq!(ledger.begin(&by(40)).await.unwrap(), Begun::Done { at: at(30) });
}

pub(crate) async fn work_whose_worker_crashed_is_begun_again_after_its_lease(ledger: &Ledger, other: &Ledger) {
    let crashed = turn(ledger, "alarm", 0).await;
    let second = turn(other, "alarm", 60).await;
    assert_eq!(begin(ledger, "alarm", 61).await, Begun::InProgress { since: at(60) });
    // The first was only slow: its end comes too late to count.
    assert_eq!(finish(ledger, &crashed, 62).await, Committed::Conflict);
    assert_eq!(begin(ledger, "alarm", 63).await, Begun::InProgress { since: at(60) });
    assert_eq!(finish(other, &second, 64).await, Committed::Stored);
    assert_eq!(begin(ledger, "alarm", 65).await, Begun::Done { at: at(64) });
}

pub(crate) async fn of_eight_that_begin_at_once_one_does(ledger: &Ledger, other: &Ledger) {
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let ledger = if n % 2 == 0 { ledger } else { other }.clone();
            tokio::spawn(async move {
                ledger.begin(&Work { by: n.to_string(), ..work(&"key of any length ".repeat(99), 0) }).await
            })
        })
        .collect();
    let mut turns = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(Begun::Yours(_)) => turns += 1,
            Ok(begun) => assert_eq!(begun, Begun::InProgress { since: at(0) }),
            Err(error) => assert!(error.is_transient(), "{error}"),
        }
    }
    assert_eq!(turns, 1);
}
