//! Reads.

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::{
    id,
    query::{HistoryQuery, HistoryRows, IdRange, Order},
    record::EntryRow,
};

/// The record of a decision.
pub(super) fn decision(connection: &Connection, id: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT body FROM decisions WHERE decision_id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()
}

/// The newest entries of a service's history, at most `limit`.
pub(super) fn history(connection: &Connection, query: &HistoryQuery, limit: usize) -> rusqlite::Result<HistoryRows> {
    let entries = connection
        .prepare_cached(
            "SELECT change, outcome FROM history WHERE service = ?1 AND environment = ?2 AND evaluated_at >= ?3
             ORDER BY evaluated_at DESC, decision_id DESC LIMIT ?4",
        )?
        .query_map(params![query.service, query.environment, id::sortable(query.since), limit], |row| {
            Ok(EntryRow { change: row.get(0)?, outcome: row.get(1)? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(HistoryRows { entries, truncated: false, requests: 0 })
}

/// Ids and records in the order of the ids, at most `limit`.
pub(super) fn decisions(
    connection: &Connection,
    (low, high): IdRange,
    order: Order,
    limit: usize,
) -> rusqlite::Result<Vec<(String, String)>> {
    let sql = match order {
        Order::NewestFirst => {
            "SELECT decision_id, body FROM decisions WHERE decision_id BETWEEN ?1 AND ?2
             ORDER BY decision_id DESC LIMIT ?3"
        }
        Order::OldestFirst => {
            "SELECT decision_id, body FROM decisions WHERE decision_id BETWEEN ?1 AND ?2 ORDER BY decision_id LIMIT ?3"
        }
    };
    connection
        .prepare_cached(sql)?
        .query_map(params![low.to_string(), high.to_string(), limit], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}
