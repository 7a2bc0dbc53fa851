//! Writes, each in a transaction that takes the lock at once: one that took it later could fail half-way.

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, params};
use tollgate_core::Timestamp;

use super::read;
use crate::{
    claim::{Claim, FirstClaim},
    id,
    record::{Entry, HistoryEntry, OutcomeRow, RecordRow},
};

/// Expired claims are kept this much longer, for clocks that differ between processes.
pub(super) const SWEEP_AFTER_SECONDS: i64 = 3600;
/// Each new claim removes up to this many expired ones, so that they cannot pile up.
const SWEEP_CLAIMS: i64 = 8;

/// Takes the key unless it is taken; then gives the claim that holds it.
pub(super) fn claim(connection: &mut Connection, claim: &Claim) -> rusqlite::Result<Option<FirstClaim>> {
    let key = params![claim.key.gate.as_str(), claim.key.principal, claim.key.idempotency_key, claim.now_seconds()];
    let transaction = begin(connection, Survives::Crash)?;
    let first = transaction
        .prepare_cached(
            "SELECT request_digest, decision_id, claimed_at FROM claims
             WHERE gate = ?1 AND principal = ?2 AND idempotency_key = ?3 AND expires_at_seconds > ?4",
        )?
        .query_row(key, read_claim)
        .optional()?;
    if first.is_none() {
        put(&transaction, claim)?;
        transaction.commit()?;
    }
    Ok(first)
}

fn read_claim(row: &Row<'_>) -> rusqlite::Result<FirstClaim> {
    Ok(FirstClaim {
        request_digest: row.get(0)?,
        decision_id: row.get(1)?,
        claimed_at: row.get::<_, String>(2)?.parse::<Timestamp>().map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, Box::new(error))
        })?,
    })
}

fn put(transaction: &Transaction<'_>, claim: &Claim) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO claims
             (gate, principal, idempotency_key, request_digest, decision_id, claimed_at, expires_at_seconds)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            claim.key.gate.as_str(),
            claim.key.principal,
            claim.key.idempotency_key,
            claim.request_digest,
            claim.decision_id,
            id::sortable(claim.claimed_at),
            claim.expires_at_seconds(),
        ])?;
    transaction
        .prepare_cached(
            "DELETE FROM claims WHERE (gate, principal, idempotency_key) IN
             (SELECT gate, principal, idempotency_key FROM claims WHERE expires_at_seconds <= ?1 LIMIT ?2)",
        )?
        .execute([claim.now_seconds().saturating_sub(SWEEP_AFTER_SECONDS), SWEEP_CLAIMS])?;
    Ok(())
}

/// Keeps the decision unless one is kept under its id, or it allows and another change was allowed that it did not see.
pub(super) fn record(connection: &mut Connection, entry: &Entry) -> rusqlite::Result<RecordRow> {
    let transaction = begin(connection, Survives::PowerLoss)?;
    if let Some(first) = read::decision(&transaction, &entry.decision_id)? {
        return Ok(RecordRow::Already(first));
    }
    if let Some(history) = &entry.history
        && is_overtaken(&transaction, history)?
    {
        return Ok(RecordRow::Overtaken);
    }
    transaction
        .prepare_cached("INSERT INTO decisions (decision_id, body) VALUES (?1, ?2)")?
        .execute([&entry.decision_id, &entry.body])?;
    if let Some(history) = &entry.history {
        past_change(&transaction, entry, history)?;
    }
    transaction.commit()?;
    Ok(RecordRow::Stored)
}

/// Was another change allowed that this one, which is allowed, has not seen?
fn is_overtaken(transaction: &Transaction<'_>, history: &HistoryEntry) -> rusqlite::Result<bool> {
    let Some(seen) = &history.seen else { return Ok(false) };
    let last = read::last_allowed(transaction, &history.service, &history.environment)?;
    Ok(last.is_some_and(|(last, evaluated_at)| evaluated_at >= seen.since && !seen.decision_ids.contains(&last)))
}

fn past_change(transaction: &Transaction<'_>, entry: &Entry, history: &HistoryEntry) -> rusqlite::Result<()> {
    let HistoryEntry { service, environment, change, is_allowed, .. } = history;
    transaction
        .prepare_cached(
            "INSERT INTO history (service, environment, evaluated_at, decision_id, change)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute([service, environment, &entry.evaluated_at, &entry.decision_id, change])?;
    if *is_allowed {
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO last_allowed (service, environment, decision_id, evaluated_at)
                 VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute([service, environment, &entry.decision_id, &entry.evaluated_at])?;
    }
    Ok(())
}

/// Notes the outcome unless one is noted.
pub(super) fn outcome(connection: &mut Connection, id: &str, outcome: &str) -> rusqlite::Result<OutcomeRow> {
    let transaction = begin(connection, Survives::PowerLoss)?;
    let first: Option<Option<String>> = transaction
        .prepare_cached("SELECT outcome FROM history WHERE decision_id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    match first {
        None => Ok(OutcomeRow::UnknownDecision),
        Some(Some(first)) => Ok(OutcomeRow::Already(first)),
        Some(None) => {
            transaction
                .prepare_cached("UPDATE history SET outcome = ?2 WHERE decision_id = ?1")?
                .execute([id, outcome])?;
            transaction.commit()?;
            Ok(OutcomeRow::Reported)
        }
    }
}

/// What a commit survives. A decision may have been answered; a claim that is lost with the power was not, and is not worth
/// another wait for the disk.
#[derive(Clone, Copy)]
pub(super) enum Survives {
    Crash,
    PowerLoss,
}

pub(super) fn begin(connection: &mut Connection, survives: Survives) -> rusqlite::Result<Transaction<'_>> {
    let synchronous = match survives {
        Survives::Crash => "NORMAL",
        Survives::PowerLoss => "FULL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}
