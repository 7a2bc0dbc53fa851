use std::ops::RangeInclusive;

use tollgate_ledger::{Collection, Commit, Committed, Document, Expect, Ledger, LedgerError, Put};

use super::fixture::{at, notice};

pub(crate) fn put(collection: &Collection, key: &str, expect: Expect, value: &str) -> Put {
    Put::new(collection, key, expect, &value).unwrap()
}

pub(crate) async fn commit(ledger: &Ledger, puts: Vec<Put>) -> Committed {
    ledger.commit(Commit { at: at(0), puts, notices: Vec::new() }).await.unwrap()
}

pub(crate) async fn keys(ledger: &Ledger, collection: &Collection, range: RangeInclusive<&str>) -> Vec<String> {
    let found: Vec<Document<String>> = ledger.documents(collection, range.start(), range.end()).await.unwrap();
    found.into_iter().map(|document| document.key).collect()
}

fn days() -> Collection {
    Collection::of(&["daily", "payments-api", "production", "availability"])
}

pub(crate) async fn a_document_is_read_as_it_was_written_and_counts_its_versions(ledger: &Ledger, other: &Ledger) {
    let text = "é\u{0}\"😀\n".repeat(10_000);
    assert_eq!(ledger.document::<String>(&days(), "2026-03-29").await.unwrap(), None);
    for (version, value) in [(1, "first"), (2, ""), (3, &text)] {
        assert_eq!(commit(ledger, vec![put(&days(), "2026-03-29", Expect::Anything, value)]).await, Committed::Stored);
        let expected = Document { key: "2026-03-29".to_owned(), version, value: value.to_owned() };
        assert_eq!(other.document(&days(), "2026-03-29").await.unwrap(), Some(expected));
    }
}

pub(crate) async fn a_document_is_written_only_over_what_was_expected(ledger: &Ledger, other: &Ledger) {
    let write =
        async |ledger: &Ledger, expect, value: &str| commit(ledger, vec![put(&days(), "k", expect, value)]).await;
    assert_eq!(write(ledger, Expect::Version(1), "no").await, Committed::Conflict);
    assert_eq!(write(ledger, Expect::Absent, "first").await, Committed::Stored);
    assert_eq!(write(other, Expect::Absent, "no").await, Committed::Conflict);
    assert_eq!(write(other, Expect::Version(2), "no").await, Committed::Conflict);
    let read = other.document::<String>(&days(), "k").await.unwrap();
    assert_eq!(write(other, Expect::same(read.as_ref()), "second").await, Committed::Stored);
    assert_eq!(write(ledger, Expect::same(read.as_ref()), "no").await, Committed::Conflict);
    let read = ledger.document::<String>(&days(), "k").await.unwrap().unwrap();
    assert_eq!((read.version, read.value.as_str()), (2, "second"));
}

pub(crate) async fn a_commit_is_kept_whole_or_not_at_all(ledger: &Ledger, other: &Ledger) {
    assert_eq!(commit(ledger, vec![put(&days(), "b", Expect::Absent, "old")]).await, Committed::Stored);
    let puts = vec![
        put(&days(), "a", Expect::Absent, "new"),
        put(&days(), "b", Expect::Version(7), "new"),
        put(&days(), "c", Expect::Anything, "new"),
    ];
    let refused = Commit { at: at(0), puts: puts.clone(), notices: vec![notice(0, "n")] };
    assert_eq!(ledger.commit(refused).await.unwrap(), Committed::Conflict);
    assert_eq!(keys(other, &days(), "a"..="z").await, ["b"]);
    assert_eq!(other.pending_notices(9).await.unwrap(), []);

    let mut puts = puts;
    puts[1] = put(&days(), "b", Expect::Version(1), "new");
    let kept = Commit { at: at(0), puts, notices: vec![notice(0, "n")] };
    assert_eq!(ledger.commit(kept).await.unwrap(), Committed::Stored);
    assert_eq!(keys(other, &days(), "a"..="z").await, ["a", "b", "c"]);
    assert_eq!(other.pending_notices(9).await.unwrap(), [notice(0, "n")]);
}

pub(crate) async fn of_eight_writers_at_once_one_wins(ledger: &Ledger, other: &Ledger) {
    for expect in [Expect::Absent, Expect::Version(1), Expect::Version(2)] {
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let ledger = if n % 2 == 0 { ledger } else { other }.clone();
                tokio::spawn(async move {
                    let put = put(&days(), "k", expect, &n.to_string());
                    (n, ledger.commit(Commit { at: at(0), puts: vec![put], notices: Vec::new() }).await)
                })
            })
            .collect();
        let mut winners = Vec::new();
        for task in tasks {
            match task.await.unwrap() {
                (n, Ok(Committed::Stored)) => winners.push(n.to_string()),
                (_, Ok(Committed::Conflict)) => {}
                (_, Err(error)) => assert!(error.is_transient(), "{error}"),
            }
        }
        let read = ledger.document::<String>(&days(), "k").await.unwrap().unwrap();
        assert_eq!(winners, [read.value], "{expect:?}");
    }
}

pub(crate) async fn a_range_of_days_is_read_in_order(ledger: &Ledger, other: &Ledger) {
    let days_of_march: Vec<_> = (1..=31).map(|day| format!("2026-03-{day:02}")).collect();
    let puts = days_of_march.iter().rev().map(|day| put(&days(), day, Expect::Absent, day)).collect();
    assert_eq!(commit(ledger, puts).await, Committed::Stored);
    assert_eq!(keys(other, &days(), "2026-03-01"..="2026-03-31").await, days_of_march);
    assert_eq!(keys(other, &days(), "2026-03-30"..="2026-04-30").await, ["2026-03-30", "2026-03-31"]);
    assert_eq!(keys(other, &days(), "2026-04-01"..="2026-04-30").await, [""; 0]);
    assert_eq!(keys(other, &days(), "2026-03-31"..="2026-03-01").await, [""; 0]);
}

pub(crate) async fn a_range_reads_on_past_a_large_page(ledger: &Ledger, other: &Ledger) {
    let large = "x".repeat(200_000);
    for day in 10..20 {
        let put = put(&days(), &day.to_string(), Expect::Absent, &large);
        assert_eq!(commit(ledger, vec![put]).await, Committed::Stored);
    }
    assert_eq!(keys(other, &days(), "10"..="19").await.len(), 10);
}

pub(crate) async fn collections_that_look_alike_do_not_meet(ledger: &Ledger, other: &Ledger) {
    let names: [&[&str]; 7] = [&["a", "b"], &["ab"], &["a/b"], &["a\",\"b"], &["a", "b", ""], &[], &[""]];
    for (n, name) in names.iter().enumerate() {
        let put = put(&Collection::of(name), "k", Expect::Absent, &n.to_string());
        assert_eq!(commit(ledger, vec![put]).await, Committed::Stored, "{name:?}");
    }
    for (n, name) in names.iter().enumerate() {
        let read: Document<String> = other.document(&Collection::of(name), "k").await.unwrap().unwrap();
        assert_eq!(read.value, n.to_string());
    }
}

pub(crate) async fn what_cannot_be_kept_is_refused(ledger: &Ledger, other: &Ledger) {
    for key in [String::new(), "k".repeat(513)] {
        let error = Put::new(&days(), &key, Expect::Anything, &0).unwrap_err();
        assert!(matches!(error, LedgerError::Invalid { field: "key", .. }), "{error}");
    }
    let huge = Put::new(&days(), "k", Expect::Anything, &"x".repeat(256 * 1024)).unwrap_err();
    assert!(matches!(huge, LedgerError::TooLarge { .. }), "{huge}");
    let one = |key: &str| put(&days(), key, Expect::Anything, "v");
    let large = |n: i32| put(&days(), &n.to_string(), Expect::Anything, &"x".repeat(250_000));
    for puts in [
        vec![],
        vec![one("k"), one("k")],
        (0..101).map(|n| one(&n.to_string())).collect(),
        (0..20).map(large).collect(),
    ] {
        assert!(ledger.commit(Commit { at: at(0), puts, notices: Vec::new() }).await.is_err());
    }
    assert_eq!(keys(other, &days(), "0"..="z").await, [""; 0]);
    assert_eq!(commit(ledger, (0..100).map(|n| one(&n.to_string())).collect()).await, Committed::Stored);
}

pub(crate) async fn a_value_of_another_type_is_unreadable_and_never_absent(ledger: &Ledger, _: &Ledger) {
    assert_eq!(commit(ledger, vec![put(&days(), "k", Expect::Absent, "text")]).await, Committed::Stored);
    let error = ledger.document::<u64>(&days(), "k").await.unwrap_err();
    assert!(matches!(error, LedgerError::Unreadable { .. }) && error.to_string().contains("document `k`"), "{error}");
    // Among others it is left out, and what is written as if it was not there is not kept.
    assert_eq!(commit(ledger, vec![Put::new(&days(), "l", Expect::Absent, &7_u64).unwrap()]).await, Committed::Stored);
    let others: Vec<_> = ledger.documents::<u64>(&days(), "a", "z").await.unwrap();
    assert_eq!(others.iter().map(|document| document.value).collect::<Vec<_>>(), [7]);
    assert_eq!(commit(ledger, vec![put(&days(), "k", Expect::Absent, "new")]).await, Committed::Conflict);
}
