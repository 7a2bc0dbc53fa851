//! Documents and the outbox in SQLite.

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::write::{SWEEP_AFTER_SECONDS, Survives, begin};
use crate::document::{Committed, DocumentRow, Expect, OutboxRow, Put, Writes};

/// Each commit removes up to this many expired documents, so that they cannot pile up.
const SWEEP_DOCUMENTS: i64 = 8;

/// The documents with these keys, at most `limit`.
pub(super) fn read(
    connection: &Connection,
    collection: &str,
    (first, last): (&str, &str),
    limit: usize,
) -> rusqlite::Result<Vec<DocumentRow>> {
    let sql = "SELECT key, version, body FROM documents WHERE collection = ?1 AND key BETWEEN ?2 AND ?3
               ORDER BY key LIMIT ?4";
    let row = |row: &Row<'_>| Ok(DocumentRow { key: row.get(0)?, version: row.get(1)?, body: row.get(2)? });
    connection.prepare_cached(sql)?.query_map(params![collection, first, last, limit], row)?.collect()
}

/// Writes everything, unless a document is not as expected.
pub(super) fn commit(connection: &mut Connection, writes: &Writes) -> rusqlite::Result<Committed> {
    let transaction = begin(connection, Survives::PowerLoss)?;
    for put in &writes.puts {
        if !write(&transaction, put)? {
            return Ok(Committed::Conflict);
        }
    }
    for notice in &writes.notices {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO outbox (key, body) VALUES (?1, ?2)")?
            .execute([&notice.key, &notice.body])?;
    }
    transaction
        .prepare_cached(
            "DELETE FROM documents WHERE (collection, key) IN
             (SELECT collection, key FROM documents WHERE expires_at_seconds <= ?1 LIMIT ?2)",
        )?
        .execute([writes.now_seconds.saturating_sub(SWEEP_AFTER_SECONDS), SWEEP_DOCUMENTS])?;
    transaction.commit()?;
    Ok(Committed::Stored)
}

fn write(transaction: &Transaction<'_>, put: &Put) -> rusqlite::Result<bool> {
    let (collection, key) = (put.collection.as_str(), &put.key);
    let version: Option<u64> = transaction
        .prepare_cached("SELECT version FROM documents WHERE collection = ?1 AND key = ?2")?
        .query_row(params![collection, key], |row| row.get(0))
        .optional()?;
    let is_as_expected = match put.expect {
        Expect::Absent => version.is_none(),
        Expect::Version(expected) => version == Some(expected),
        Expect::Anything => true,
    };
    if is_as_expected {
        let version = version.unwrap_or(0).saturating_add(1);
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO documents (collection, key, version, body, expires_at_seconds)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![collection, key, version, put.body, put.expires_at_seconds])?;
    }
    Ok(is_as_expected)
}

/// Notices that are not sent, the oldest first, at most `limit`.
pub(super) fn pending(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<OutboxRow>> {
    connection
        .prepare_cached("SELECT key, body FROM outbox ORDER BY key LIMIT ?1")?
        .query_map([limit], |row| Ok(OutboxRow { key: row.get(0)?, body: row.get(1)? }))?
        .collect()
}

/// Takes a notice out of the outbox.
pub(super) fn sent(connection: &mut Connection, key: &str) -> rusqlite::Result<()> {
    let transaction = begin(connection, Survives::Crash)?;
    transaction.prepare_cached("DELETE FROM outbox WHERE key = ?1")?.execute([key])?;
    transaction.commit()
}
