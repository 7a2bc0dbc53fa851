//! The durable record: claims, decisions, outcomes, documents and the outbox, in DynamoDB or SQLite.
//!
//! The stores keep and compare texts; what the texts mean is decided here, once, so both behave alike.

pub mod claim;
pub mod config;
pub mod days;
pub mod document;
pub mod dynamodb;
pub mod error;
mod id;
pub mod once;
pub mod query;
mod record;
pub mod sqlite;

use aws_types::SdkConfig;
use serde::de::DeserializeOwned;
use tollgate_core::{decision::DecisionRecord, facts::Outcome, notice::Notice};

pub use crate::{
    claim::{Claim, ClaimKey, Claimed},
    config::LedgerConfig,
    days::{KeptDays, background, is_kept, slo_days, with_parts},
    document::{Collection, Commit, Committed, Document, Expect, Put},
    dynamodb::DynamoDbLedger,
    error::LedgerError,
    once::{Begun, Turn, Work},
    query::{DecisionsPage, DecisionsQuery, History, HistoryQuery, Order, Seen},
    record::{MAX_HISTORY_ENTRY_BYTES, MAX_RECORD_BYTES, OutcomeReported, Recorded},
    sqlite::SqliteLedger,
};
use crate::{
    error::Place,
    record::{Entry, EntryRow, RecordRow},
};

/// The ledger, in one of its stores. Cloning gives another handle to the same store.
#[derive(Debug, Clone)]
pub enum Ledger {
    /// One file, shared by the processes of one machine.
    Sqlite(SqliteLedger),
    /// One table in AWS.
    DynamoDb(DynamoDbLedger),
}

/// Calls the same method of whichever store it is.
macro_rules! in_store {
    ($ledger:expr, $store:ident => $call:expr) => {
        match $ledger {
            Ledger::Sqlite($store) => $call.await,
            Ledger::DynamoDb($store) => $call.await,
        }
    };
}

impl Ledger {
    /// Opens the ledger that `config` names; `aws` says how to reach AWS and is needed for DynamoDB only.
    ///
    /// # Errors
    /// When the file cannot be opened, is not a ledger or is a newer one, or when `aws` is needed and missing.
    /// A DynamoDB table is first looked for when it is used.
    pub async fn open(config: &LedgerConfig, aws: Option<&SdkConfig>) -> Result<Self, LedgerError> {
        match config {
            LedgerConfig::Sqlite(path) => Ok(Self::Sqlite(SqliteLedger::open(path).await?)),
            LedgerConfig::DynamoDb(table) => match aws {
                Some(aws) => Ok(Self::DynamoDb(DynamoDbLedger::open(table, aws))),
                None => Err(LedgerError::Address {
                    address: config.to_string(),
                    reason: "a table needs a region and credentials of AWS, and none were given".into(),
                }),
            },
        }
    }

    /// The name of the store, as evidence gives it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "ledger:sqlite",
            Self::DynamoDb(_) => "ledger:dynamodb",
        }
    }

    /// Takes an idempotency key for one decision. Of all claims under one key, exactly one is
    /// [`Claimed::New`] until it expires; a claim that is repeated with its own decision id is the same claim.
    ///
    /// # Errors
    /// When the claim is malformed, or the store fails.
    pub async fn claim(&self, claim: &Claim) -> Result<Claimed, LedgerError> {
        claim.check()?;
        let Some(first) = in_store!(self, store => store.claim(claim))? else { return Ok(Claimed::New) };
        if first.request_digest != claim.request_digest {
            return Ok(Claimed::Conflict { first_claimed_at: first.claimed_at });
        }
        // The answer to our own write was lost on its way and the write was sent again.
        if first.decision_id == claim.decision_id {
            return Ok(Claimed::New);
        }
        let record = self.decision(&first.decision_id).await?.map(Box::new);
        Ok(Claimed::Again { decision_id: first.decision_id, record })
    }

    /// Keeps a decision with its facts and its entry in the service's history: all of it or nothing, and only
    /// the first record under a decision id. One that allows, made in sight of `seen`, is kept only if no other change of
    /// the service and environment was allowed since: of two that did not see each other, one is [`Recorded::Overtaken`].
    ///
    /// # Errors
    /// When the record is malformed or larger than [`MAX_RECORD_BYTES`], or the store fails. Unless the error says
    /// otherwise the record may have been kept all the same: record again, or look.
    pub async fn record(&self, record: &DecisionRecord, seen: Option<&Seen>) -> Result<Recorded, LedgerError> {
        let entry = Entry::of(record, seen)?;
        Ok(match in_store!(self, store => store.record(entry))? {
            RecordRow::Stored => Recorded::Stored,
            RecordRow::Already(first) => {
                Recorded::Already(Box::new(self.read_record(&record.decision.decision_id, &first)?))
            }
            RecordRow::Overtaken => Recorded::Overtaken,
        })
    }

    /// The record of a decision; `None` when there is none, also for text that is no decision id.
    ///
    /// # Errors
    /// When the record cannot be read, or the store fails.
    pub async fn decision(&self, decision_id: &str) -> Result<Option<DecisionRecord>, LedgerError> {
        if id::parse(decision_id).is_none() {
            return Ok(None);
        }
        let body = in_store!(self, store => store.decision(decision_id))?;
        body.map(|body| self.read_record(decision_id, &body)).transpose()
    }

    /// What was allowed for a service in an environment, and what else was decided about the change that asks, newest first.
    ///
    /// # Errors
    /// When an entry cannot be read, or the store fails.
    pub async fn history(&self, query: &HistoryQuery) -> Result<History, LedgerError> {
        let limit = query.entries();
        let mut rows = in_store!(self, store => store.history(query, limit.saturating_add(1)))?;
        let truncated = rows.truncated || rows.allowed.len() > limit;
        rows.allowed.truncate(limit);
        let place = self.place();
        let read = |rows: &[EntryRow]| rows.iter().map(|entry| entry.read(&place)).collect::<Result<Vec<_>, _>>();
        let mut changes = read(&rows.allowed)?;
        let seen = Seen::of(query.since, &changes);
        changes.extend(read(&rows.refused)?);
        changes.sort_by(|a, b| (b.evaluated_at, &b.decision_id).cmp(&(a.evaluated_at, &a.decision_id)));
        Ok(History { changes, truncated, requests: rows.requests, seen })
    }

    /// Notes what came of a change. The first report stands; it shows in the history and nowhere else.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn report_outcome(&self, decision_id: &str, outcome: Outcome) -> Result<OutcomeReported, LedgerError> {
        if id::parse(decision_id).is_none() {
            return Ok(OutcomeReported::UnknownDecision);
        }
        let body = record::write_json("outcome", &outcome)?;
        in_store!(self, store => store.report_outcome(decision_id, body))?.read(&self.place())
    }

    /// Recorded decisions in the order of their ids, which is that of time: one page. Pass a page's `next` as
    /// `after` for the one that follows.
    ///
    /// # Errors
    /// When `after` is no decision id, a record cannot be read, or the store fails.
    pub async fn decisions(&self, query: &DecisionsQuery) -> Result<DecisionsPage, LedgerError> {
        let Some(ids) = query.ids()? else { return Ok(DecisionsPage::default()) };
        let rows = in_store!(self, store => store.decisions(ids, query.order, query.records()))?;
        let next = rows.last().filter(|_| rows.len() == query.records()).map(|(id, _)| id.clone());
        let records = rows.iter().map(|(id, body)| self.read_record(id, body)).collect::<Result<_, _>>()?;
        Ok(DecisionsPage { records, next })
    }

    /// The document under a key; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be read, or the store fails.
    pub async fn document<T: DeserializeOwned>(
        &self,
        collection: &Collection,
        key: &str,
    ) -> Result<Option<Document<T>>, LedgerError> {
        let row = in_store!(self, store => store.document(collection, key))?;
        row.map(|row| row.read(&self.place())).transpose()
    }

    /// The version of a document, also of one that cannot be read: for writing it anew.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn version(&self, collection: &Collection, key: &str) -> Result<Option<u64>, LedgerError> {
        Ok(in_store!(self, store => store.document(collection, key))?.map(|row| row.version))
    }

    /// The documents of a collection whose keys lie between two, both included, in the order of the keys' bytes. One that
    /// cannot be read is left out, with a line in the log: it must not keep the others from being read. Written as one
    /// that is absent, it is a conflict; read by itself, it is an error.
    ///
    /// # Errors
    /// When there are more than [`document::MAX_DOCUMENTS`], or the store fails.
    pub async fn documents<T: DeserializeOwned>(
        &self,
        collection: &Collection,
        first: &str,
        last: &str,
    ) -> Result<Vec<Document<T>>, LedgerError> {
        if first > last {
            return Ok(Vec::new());
        }
        let limit = document::MAX_DOCUMENTS;
        let rows = in_store!(self, store => store.documents(collection, (first, last), limit.saturating_add(1)))?;
        if rows.len() > limit {
            let reason = format!("more than {limit} documents have keys from `{first}` to `{last}`: ask for fewer");
            return Err(LedgerError::Invalid { field: "keys", reason });
        }
        Ok(rows.into_iter().filter_map(|row| readable(row.read(&self.place()))).collect())
    }

    /// Writes documents, and notices to send, all or none.
    ///
    /// # Errors
    /// When the commit is empty, too large or writes a document twice, or the store fails. Unless the error says
    /// otherwise all of it may have been kept all the same.
    pub async fn commit(&self, commit: Commit) -> Result<Committed, LedgerError> {
        let writes = commit.check()?;
        in_store!(self, store => store.commit(writes))
    }

    /// Notices that were committed and not yet marked as sent, the oldest first, at most `limit`. One that cannot be read
    /// stays where it is, with a line in the log, and keeps no other from being sent.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn pending_notices(&self, limit: usize) -> Result<Vec<Notice>, LedgerError> {
        let rows = in_store!(self, store => store.pending(limit.max(1)))?;
        let read =
            |row: &document::OutboxRow| record::read_json(&self.place(), &format!("notice `{}`", row.key), &row.body);
        Ok(rows.iter().filter_map(|row| readable(read(row))).collect())
    }

    /// Notes that a notice was sent. One that is sent and not marked, because of a crash, is sent again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn mark_sent(&self, notice: &Notice) -> Result<(), LedgerError> {
        let key = document::outbox_key(notice)?;
        in_store!(self, store => store.sent(&key))
    }

    fn read_record(&self, decision_id: &str, body: &str) -> Result<DecisionRecord, LedgerError> {
        record::read_json(&self.place(), &format!("decision `{decision_id}`"), body)
    }

    fn place(&self) -> Place {
        match self {
            Self::Sqlite(store) => store.place(),
            Self::DynamoDb(store) => store.place(),
        }
    }
}

fn readable<T>(read: Result<T, LedgerError>) -> Option<T> {
    read.inspect_err(|error| tracing::error!(%error, "it is left out")).ok()
}
