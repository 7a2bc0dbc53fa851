//! The ledger in one SQLite file: write-ahead log, every commit on the disk before it is answered, several
//! processes at once.

mod document;
mod file;
mod read;
mod schema;
mod write;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use file::File;
use rusqlite::{Connection, ErrorCode};

use crate::{
    claim::{Claim, FirstClaim},
    config::LedgerConfig,
    document::{Collection, Committed, DocumentRow, OutboxRow, Writes},
    error::{LedgerError, Place, with_causes},
    query::{HistoryQuery, HistoryRows, IdRange, Order},
    record::{Entry, OutcomeRow, RecordRow},
};

/// How long a call waits for other processes before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The ledger in a SQLite file. Cloning shares the connection.
#[derive(Debug, Clone)]
pub struct SqliteLedger {
    connection: Arc<Mutex<Connection>>,
    file: Arc<File>,
    place: Place,
}

impl SqliteLedger {
    /// Opens the file at `path`; makes it, and its folder, when they are not there.
    ///
    /// # Errors
    /// When it cannot be opened or made, is something else than a ledger, is damaged, or was written by a newer program.
    pub async fn open(path: &Path) -> Result<Self, LedgerError> {
        let place = Place(LedgerConfig::Sqlite(path.into()).to_string());
        let (path, at) = (path.to_owned(), place.clone());
        let (connection, file) = off_thread(&place, "open", move || {
            let connection = schema::open(&path, &at)?;
            Ok((connection, File::at(path, &at)?))
        })
        .await?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), file: Arc::new(file), place })
    }

    pub(crate) fn place(&self) -> Place {
        self.place.clone()
    }

    pub(crate) async fn claim(&self, claim: &Claim) -> Result<Option<FirstClaim>, LedgerError> {
        let claim = claim.clone();
        self.run("claim", move |connection| write::claim(connection, &claim)).await
    }

    pub(crate) async fn record(&self, entry: Entry) -> Result<RecordRow, LedgerError> {
        self.run("record a decision", move |connection| write::record(connection, &entry)).await
    }

    pub(crate) async fn report_outcome(&self, id: &str, outcome: String) -> Result<OutcomeRow, LedgerError> {
        let id = id.to_owned();
        self.run("note an outcome", move |connection| write::outcome(connection, &id, &outcome)).await
    }

    pub(crate) async fn decision(&self, id: &str) -> Result<Option<String>, LedgerError> {
        let id = id.to_owned();
        self.run("read a decision", move |connection| read::decision(connection, &id)).await
    }

    pub(crate) async fn history(&self, query: &HistoryQuery, limit: usize) -> Result<HistoryRows, LedgerError> {
        let query = query.clone();
        self.run("read the history", move |connection| read::history(connection, &query, limit)).await
    }

    pub(crate) async fn decisions(
        &self,
        ids: IdRange,
        order: Order,
        limit: usize,
    ) -> Result<Vec<(String, String)>, LedgerError> {
        self.run("list decisions", move |connection| read::decisions(connection, ids, order, limit)).await
    }

    pub(crate) async fn document(
        &self,
        collection: &Collection,
        key: &str,
    ) -> Result<Option<DocumentRow>, LedgerError> {
        Ok(self.documents(collection, (key, key), 1).await?.pop())
    }

    pub(crate) async fn documents(
        &self,
        collection: &Collection,
        (first, last): (&str, &str),
        limit: usize,
    ) -> Result<Vec<DocumentRow>, LedgerError> {
        let (collection, first, last) = (collection.clone(), first.to_owned(), last.to_owned());
        self.run("read documents", move |connection| {
            document::read(connection, collection.as_str(), (&first, &last), limit)
        })
        .await
    }

    pub(crate) async fn commit(&self, writes: Writes) -> Result<Committed, LedgerError> {
        self.run("commit documents", move |connection| document::commit(connection, &writes)).await
    }

    pub(crate) async fn pending(&self, limit: usize) -> Result<Vec<OutboxRow>, LedgerError> {
        self.run("read the outbox", move |connection| document::pending(connection, limit)).await
    }

    pub(crate) async fn sent(&self, key: &str) -> Result<(), LedgerError> {
        let key = key.to_owned();
        self.run("take a notice out of the outbox", move |connection| document::sent(connection, &key)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (connection, file, place) = (Arc::clone(&self.connection), Arc::clone(&self.file), self.place.clone());
        off_thread(&self.place, operation, move || {
            // A panic cannot leave a transaction open: dropping it rolls back.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let done = work(&mut connection).map_err(|error| explain(&place, operation, &error))?;
            // Looked at afterwards: what was committed before this look is in the file that others find.
            file.check(operation, &place)?;
            Ok(done)
        })
        .await
    }
}

/// Runs blocking work away from the thread that drives everything else.
async fn off_thread<T: Send + 'static>(
    place: &Place,
    operation: &'static str,
    work: impl FnOnce() -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, LedgerError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| place.failed(operation, error.to_string()))?
}

/// Says what SQLite's error means for whoever runs this.
fn explain(place: &Place, operation: &'static str, error: &rusqlite::Error) -> LedgerError {
    let said = with_causes(error);
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            let seconds = BUSY_TIMEOUT.as_secs();
            place.unavailable(operation, format!("another process kept it locked for {seconds} s ({said})"))
        }
        Some(ErrorCode::NotADatabase) => {
            place.failed(operation, format!("the file is not a SQLite database; name another file ({said})"))
        }
        Some(ErrorCode::DatabaseCorrupt) => place.failed(
            operation,
            format!("the file is damaged; move it away and put a backup, or nothing, in its place ({said})"),
        ),
        Some(ErrorCode::DiskFull) => place.failed(operation, format!("the disk is full; make room ({said})")),
        _ => place.failed(operation, said),
    }
}
