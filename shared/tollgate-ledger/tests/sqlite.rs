//! The suite over SQLite, and what is SQLite's own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails should panic"
)]

#[path = "sqlite/damage.rs"]
mod damage;
#[path = "sqlite/processes.rs"]
mod processes;
mod suite;

use proptest::prelude::*;
use suite::{fixture, model};
use tempfile::TempDir;
use tollgate_ledger::{Collection, Commit, Committed, Document, Expect, Ledger, LedgerConfig, Put};

struct Stage {
    ledger: Ledger,
    other: Ledger,
    folder: TempDir,
}

async fn open_in(folder: &TempDir) -> Ledger {
    Ledger::open(&LedgerConfig::Sqlite(folder.path().join("ledger.db")), None).await.unwrap()
}

async fn open() -> Stage {
    let folder = TempDir::new().unwrap();
    Stage { ledger: open_in(&folder).await, other: open_in(&folder).await, folder }
}

test_store!(open);

#[tokio::test]
async fn says_which_store_it_is() {
    assert_eq!(open().await.ledger.name(), "ledger:sqlite");
}

#[tokio::test]
async fn makes_the_folder_and_finds_everything_again() {
    let folder = TempDir::new().unwrap();
    let config = LedgerConfig::Sqlite(folder.path().join("new/folder é/ledger.db"));
    let written = fixture::record("payments-api", 0, 1);
    fixture::store(&Ledger::open(&config, None).await.unwrap(), &written).await;
    let again = Ledger::open(&config, None).await.unwrap();
    assert_eq!(again.decision(&written.decision.decision_id).await.unwrap(), Some(written));
}

#[tokio::test]
async fn expired_claims_do_not_pile_up() {
    let stage = open().await;
    for n in 0..20 {
        assert!(fixture::is_new(&stage.ledger.claim(&fixture::claim(&n.to_string(), "q", 0, n)).await.unwrap()));
    }
    for n in 0..3 {
        let two_days_later = fixture::claim(&format!("late {n}"), "q", 48 * 3600, n);
        assert!(fixture::is_new(&stage.ledger.claim(&two_days_later).await.unwrap()));
    }
    let file = rusqlite::Connection::open(stage.folder.path().join("ledger.db")).unwrap();
    let left: i64 = file.query_row("SELECT count(*) FROM claims", (), |row| row.get(0)).unwrap();
    assert_eq!(left, 3);
}

#[tokio::test]
async fn expired_documents_do_not_pile_up() {
    let stage = open().await;
    let passing = Collection::of(&["passing"]);
    let commit = async |puts, seconds: i64| {
        let commit = Commit { at: fixture::at(seconds), puts, notices: Vec::new() };
        assert_eq!(stage.ledger.commit(commit).await.unwrap(), Committed::Stored);
    };
    let put = |key: String| Put::new(&passing, &key, Expect::Absent, &0).unwrap();
    for n in 0..10 {
        commit(vec![put(n.to_string()).until(fixture::at(60))], 0).await;
    }
    commit(vec![put("stays".to_owned())], 0).await;
    // An hour's grace, for clocks that differ.
    commit(vec![put("within".to_owned())], 3600).await;
    assert_eq!(stage.ledger.documents::<u64>(&passing, "0", "z").await.unwrap().len(), 12);
    for n in 0..2 {
        commit(vec![put(format!("late {n}"))], 3720).await;
    }
    let left: Vec<Document<u64>> = stage.ledger.documents(&passing, "0", "z").await.unwrap();
    assert_eq!(left.iter().map(|left| left.key.as_str()).collect::<Vec<_>>(), ["late 0", "late 1", "stays", "within"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn agrees_with_a_model(operations in model::operations()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let stage = open().await;
            model::agrees(&stage.ledger, operations).await;
        });
    }
}
