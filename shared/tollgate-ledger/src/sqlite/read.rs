//! Reads.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    id,
    query::{HistoryQuery, HistoryRows, IdRange, MAX_REFUSED, Order},
    record::EntryRow,
};

/// The record of a decision.
pub(super) fn decision(connection: &Connection, id: &str) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT body FROM decisions WHERE decision_id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()
}

/// The newest allowed changes of a service, at most `limit`, and the newest refused decisions about the change that asks.
pub(super) fn history(connection: &Connection, query: &HistoryQuery, limit: usize) -> rusqlite::Result<HistoryRows> {
    let since = id::sortable(query.since);
    let entry = |row: &Row<'_>| Ok(EntryRow { change: row.get(0)?, outcome: row.get(1)? });
    // Left to itself SQLite reads every refusal on the way: it does not know how many there are.
    let allowed = connection
        .prepare_cached(
            "SELECT change, outcome FROM history INDEXED BY history_allowed
             WHERE service = ?1 AND environment = ?2 AND evaluated_at >= ?3 AND change ->> '$.verdict' = 'allow'
             ORDER BY evaluated_at DESC, decision_id DESC LIMIT ?4",
        )?
        .query_map(params![query.service, query.environment, since, limit], entry)?
        .collect::<rusqlite::Result<_>>()?;
    let refused = connection
        .prepare_cached(
            "SELECT change, outcome FROM history INDEXED BY history_refused
             WHERE service = ?1 AND environment = ?2 AND change ->> '$.change_id' = ?3 AND evaluated_at >= ?4
             AND change ->> '$.verdict' <> 'allow'
             ORDER BY evaluated_at DESC, decision_id DESC LIMIT ?5",
        )?
        .query_map(params![query.service, query.environment, query.change_id, since, MAX_REFUSED], entry)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(HistoryRows { allowed, refused, truncated: false, requests: 0 })
}

/// The change of a service in an environment that was recorded last of those that were allowed: its decision and when.
pub(super) fn last_allowed(
    connection: &Connection,
    service: &str,
    environment: &str,
) -> rusqlite::Result<Option<(String, String)>> {
    connection
        .prepare_cached("SELECT decision_id, evaluated_at FROM last_allowed WHERE service = ?1 AND environment = ?2")?
        .query_row([service, environment], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
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
