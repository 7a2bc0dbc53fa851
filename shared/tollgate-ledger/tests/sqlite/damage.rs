//! Files that are no ledger, damaged, locked or from the future.

use std::{fs, path::Path, time::Instant};

use rusqlite::Connection;
use tempfile::TempDir;
use tollgate_ledger::{Commit, Committed, HistoryQuery, Ledger, LedgerConfig, LedgerError};

use crate::{
    open,
    suite::fixture::{all_of, at, claim, edit, id, ids_of, notice, record, refused, store},
};

async fn open_error(path: &Path) -> LedgerError {
    let error = Ledger::open(&LedgerConfig::Sqlite(path.into()), None).await.unwrap_err();
    assert!(error.to_string().contains(&path.display().to_string()), "the path is not in: {error}");
    error
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("notes.txt");
    let text = "not a database ".repeat(100);
    fs::write(&path, &text).unwrap();
    let error = open_error(&path).await;
    assert!(error.to_string().contains("is not a SQLite database") && !error.is_transient(), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn the_database_of_another_program_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("shop.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE orders (id)").unwrap();
    assert!(open_error(&path).await.to_string().contains("another program's database"));
    let tables = "SELECT group_concat(name) FROM sqlite_schema";
    let tables: String = Connection::open(&path).unwrap().query_row(tables, (), |row| row.get(0)).unwrap();
    assert_eq!(tables, "orders");
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let stage = open().await;
    let path = stage.folder.path().join("ledger.db");
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let error = open_error(&path).await;
    assert!(matches!(error, LedgerError::NewerSchema { found: 7, known: 3, .. }), "{error}");
    assert!(error.to_string().contains("has schema 7 and this program knows 3"), "{error}");
}

#[tokio::test]
async fn a_file_without_documents_is_brought_up_to_date() {
    let stage = open().await;
    store(&stage.ledger, &record("payments-api", 0, 1)).await;
    let path = stage.folder.path().join("ledger.db");
    drop((stage.ledger, stage.other));
    let older = "DROP TABLE documents; DROP TABLE outbox; PRAGMA user_version = 2";
    Connection::open(&path).unwrap().execute_batch(older).unwrap();
    let ledger = Ledger::open(&LedgerConfig::Sqlite(path), None).await.unwrap();
    assert_eq!(ids_of(&ledger, &all_of("payments-api")).await, [id(at(0), 1)]);
    let commit = Commit { at: at(0), puts: Vec::new(), notices: vec![notice(0, "n")] };
    assert_eq!(ledger.commit(commit).await.unwrap(), Committed::Stored);
    assert_eq!(ledger.pending_notices(9).await.unwrap(), [notice(0, "n")]);
}

#[tokio::test]
async fn a_damaged_file_is_an_error_that_names_it() {
    let stage = open().await;
    let path = stage.folder.path().join("ledger.db");
    for n in 0..40 {
        store(&stage.ledger, &record("payments-api", 0, n)).await;
    }
    drop((stage.ledger, stage.other));
    // Everything but the first page, which has the schema.
    let mut bytes = fs::read(&path).unwrap();
    assert!(bytes.len() > 16 * 4096);
    bytes[4096..].fill(0xa5);
    fs::write(&path, bytes).unwrap();

    let ledger = Ledger::open(&LedgerConfig::Sqlite(path.clone()), None).await.unwrap();
    let errors = [
        ledger.decision(&id(at(0), 1)).await.unwrap_err(),
        ledger.record(&record("payments-api", 0, 99), None).await.unwrap_err(),
        ledger.claim(&claim("k", "q", 0, 1)).await.unwrap_err(),
        ledger.history(&all_of("payments-api")).await.unwrap_err(),
    ];
    for error in errors {
        let text = error.to_string();
        assert!(text.contains("the file is damaged") && text.contains(&path.display().to_string()), "{text}");
    }
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_an_error_that_names_it() {
    let stage = open().await;
    store(&stage.ledger, &record("payments-api", 0, 1)).await;
    let file = Connection::open(stage.folder.path().join("ledger.db")).unwrap();
    file.execute("UPDATE decisions SET body = '{}'", ()).unwrap();
    let error = stage.ledger.decision(&id(at(0), 1)).await.unwrap_err();
    assert!(matches!(error, LedgerError::Unreadable { .. }), "{error}");
    assert!(error.to_string().contains(&format!("decision `{}`", id(at(0), 1))), "{error}");
}

#[tokio::test]
async fn a_record_whose_last_part_fails_is_not_kept_in_part() {
    let stage = open().await;
    let file = Connection::open(stage.folder.path().join("ledger.db")).unwrap();
    let trigger = "CREATE TRIGGER t BEFORE INSERT ON history BEGIN SELECT RAISE(ABORT, 'no more room'); END";
    file.execute_batch(trigger).unwrap();
    let error = stage.ledger.record(&record("payments-api", 0, 1), None).await.unwrap_err();
    assert!(error.to_string().contains("no more room"), "{error}");
    assert_eq!(stage.other.decision(&id(at(0), 1)).await.unwrap(), None);
    file.execute_batch("DROP TRIGGER t").unwrap();
    store(&stage.ledger, &record("payments-api", 0, 1)).await;
}

#[tokio::test]
async fn a_file_that_is_taken_away_or_replaced_keeps_nothing_and_says_so() {
    let stage = open().await;
    let path = stage.folder.path().join("ledger.db");
    store(&stage.ledger, &record("payments-api", 0, 1)).await;
    let aside = stage.folder.path().join("aside.db");
    fs::rename(&path, &aside).unwrap();
    let errors = [
        stage.ledger.record(&record("payments-api", 1, 1), None).await.unwrap_err(),
        stage.ledger.claim(&claim("k", "q", 1, 1)).await.unwrap_err(),
        stage.ledger.history(&all_of("payments-api")).await.unwrap_err(),
        stage.ledger.decision(&id(at(0), 1)).await.unwrap_err(),
    ];
    for error in errors {
        let text = error.to_string();
        assert!(text.contains("the file was deleted while this program ran") && text.contains("ledger.db"), "{text}");
    }
    fs::copy(&aside, &path).unwrap();
    let error = stage.ledger.record(&record("payments-api", 2, 1), None).await.unwrap_err();
    assert!(error.to_string().contains("the file was replaced by another one"), "{error}");
    fs::rename(&aside, &path).unwrap();
    store(&stage.ledger, &record("payments-api", 3, 1)).await;
}

/// What was written before refusals had a history of their own is found where it is now.
#[tokio::test]
async fn a_ledger_of_schema_1_is_brought_up_to_date() {
    let stage = open().await;
    let path = stage.folder.path().join("ledger.db");
    let mut polled = refused("payments-api", 1, 1);
    edit(&mut polled, |change| change.id = "polled".into());
    store(&stage.ledger, &record("payments-api", 0, 1)).await;
    store(&stage.ledger, &polled).await;
    drop((stage.ledger, stage.other));
    let down = "DROP INDEX history_allowed; DROP INDEX history_refused; DROP TABLE last_allowed;
                DROP TABLE documents; DROP TABLE outbox; PRAGMA user_version = 1";
    Connection::open(&path).unwrap().execute_batch(down).unwrap();
    let ledger = Ledger::open(&LedgerConfig::Sqlite(path), None).await.unwrap();
    assert_eq!(ids_of(&ledger, &all_of("payments-api")).await, [id(at(0), 1)]);
    let of_change = HistoryQuery { change_id: "polled".into(), ..all_of("payments-api") };
    assert_eq!(ids_of(&ledger, &of_change).await, [id(at(1), 1), id(at(0), 1)]);
}

#[tokio::test]
async fn a_locked_file_is_an_error_in_bounded_time_and_can_still_be_read() {
    let stage = open().await;
    store(&stage.ledger, &record("payments-api", 0, 1)).await;
    let lock = Connection::open(stage.folder.path().join("ledger.db")).unwrap();
    lock.execute_batch("BEGIN EXCLUSIVE").unwrap();

    let start = Instant::now();
    let error = stage.ledger.record(&record("payments-api", 1, 1), None).await.unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("locked for 5 s"), "{error}");
    assert!(start.elapsed().as_secs() < 15, "{:?}", start.elapsed());
    assert_eq!(ids_of(&stage.ledger, &all_of("payments-api")).await, [id(at(0), 1)]);

    lock.execute_batch("ROLLBACK").unwrap();
    store(&stage.ledger, &record("payments-api", 1, 1)).await;
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_an_error_that_names_it() {
    let folder = TempDir::new().unwrap();
    open_error(folder.path()).await;
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = open_error(&file.join("ledger.db")).await;
    assert!(error.to_string().contains("cannot make the folder"), "{error}");
    for memory in ["", ":memory:"] {
        let error = Ledger::open(&LedgerConfig::Sqlite(memory.into()), None).await.unwrap_err();
        assert!(error.to_string().contains("lost with its process"), "{error}");
    }
}

#[tokio::test]
async fn a_table_needs_to_know_how_to_reach_aws() {
    let error = Ledger::open(&LedgerConfig::DynamoDb("ledger".into()), None).await.unwrap_err();
    assert!(error.to_string().contains("region and credentials"), "{error}");
}
