//! Opening the file and bringing its tables up to date.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::{BUSY_TIMEOUT, explain};
use crate::error::{LedgerError, Place};

/// Marks a file as ours: `toll` in ASCII.
const APPLICATION_ID: i64 = 0x746f_6c6c;

/// What turns schema 0, an empty file, into schema 1, and so on. Only ever append.
const MIGRATIONS: [&str; 3] = [
    "
    CREATE TABLE claims (
        gate TEXT NOT NULL,
        principal TEXT NOT NULL,
        idempotency_key TEXT NOT NULL,
        request_digest TEXT NOT NULL,
        decision_id TEXT NOT NULL,
        claimed_at TEXT NOT NULL,
        expires_at_seconds INTEGER NOT NULL,
        PRIMARY KEY (gate, principal, idempotency_key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX claims_by_expiry ON claims (expires_at_seconds);
    CREATE TABLE decisions (
        decision_id TEXT NOT NULL PRIMARY KEY,
        body TEXT NOT NULL
    ) STRICT;
    CREATE TABLE history (
        service TEXT NOT NULL,
        environment TEXT NOT NULL,
        evaluated_at TEXT NOT NULL,
        decision_id TEXT NOT NULL UNIQUE REFERENCES decisions,
        change TEXT NOT NULL,
        outcome TEXT,
        PRIMARY KEY (service, environment, evaluated_at, decision_id)
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE INDEX history_allowed ON history (service, environment, evaluated_at, decision_id)
        WHERE change ->> '$.verdict' = 'allow';
    CREATE INDEX history_refused ON history (service, environment, change ->> '$.change_id', evaluated_at, decision_id)
        WHERE change ->> '$.verdict' <> 'allow';
    CREATE TABLE last_allowed (
        service TEXT NOT NULL,
        environment TEXT NOT NULL,
        decision_id TEXT NOT NULL,
        evaluated_at TEXT NOT NULL,
        PRIMARY KEY (service, environment)
    ) STRICT, WITHOUT ROWID;
",
    "
    CREATE TABLE documents (
        collection TEXT NOT NULL,
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        body TEXT NOT NULL,
        expires_at_seconds INTEGER,
        PRIMARY KEY (collection, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX documents_by_expiry ON documents (expires_at_seconds) WHERE expires_at_seconds IS NOT NULL;
    CREATE TABLE outbox (
        key TEXT NOT NULL PRIMARY KEY,
        body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
",
];

/// A connection to the ledger at `path`, ready for use.
pub(super) fn open(path: &Path, place: &Place) -> Result<Connection, LedgerError> {
    // Without a file name SQLite would keep everything in memory.
    if path.as_os_str().is_empty() || path == Path::new(":memory:") {
        return Err(place.failed("open", "name a file: a ledger in memory is lost with its process"));
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)
            .map_err(|error| place.failed("open", format!("cannot make the folder `{}`: {error}", folder.display())))?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(|error| explain(place, "open", &error))?;
    configure(&connection).map_err(|error| explain(place, "open", &error))?;
    migrate(&mut connection, place)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    use_write_ahead_log(connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// SQLite does not wait for its lock here, so when several processes make the same file at once, some try again.
fn use_write_ahead_log(connection: &Connection) -> rusqlite::Result<()> {
    let start = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && start.elapsed() < BUSY_TIMEOUT =>
            {
                thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

fn migrate(connection: &mut Connection, place: &Place) -> Result<(), LedgerError> {
    let failed = |error: rusqlite::Error| explain(place, "open", &error);
    // One snapshot for all that is looked at: another process may be making the file right now.
    let snapshot = connection.transaction_with_behavior(TransactionBehavior::Deferred).map_err(failed)?;
    let found = check(&snapshot, place)?;
    drop(snapshot);
    if found == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Another process may have been faster.
    let found = check(&transaction, place)?;
    for migration in MIGRATIONS.iter().skip(found) {
        transaction.execute_batch(migration).map_err(failed)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len()).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// The schema version of the file, which is ours or empty, and not newer than what is known here.
fn check(connection: &Connection, place: &Place) -> Result<usize, LedgerError> {
    let number = |sql: &str| {
        connection.query_row(sql, (), |row| row.get::<_, i64>(0)).map_err(|error| explain(place, "open", &error))
    };
    let application = number("PRAGMA application_id")?;
    let found = usize::try_from(number("PRAGMA user_version")?).unwrap_or(usize::MAX);
    let is_empty = number("SELECT count(*) FROM sqlite_schema")? == 0 && application == 0 && found == 0;
    if application != APPLICATION_ID && !is_empty {
        return Err(place.failed("open", "the file is another program's database; name another file"));
    }
    if found > MIGRATIONS.len() {
        return Err(LedgerError::NewerSchema { ledger: place.0.clone(), found, known: MIGRATIONS.len() });
    }
    Ok(found)
}
