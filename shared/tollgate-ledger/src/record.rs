//! What is kept of a decision, and how it is written.

use serde::{Serialize, de::DeserializeOwned};
use tollgate_core::{
    change::Change,
    decision::{Decision, DecisionRecord, Verdict},
    facts::{Facts, Outcome, PastChange},
};

use crate::{
    error::{LedgerError, Place},
    id,
    query::Seen,
};

/// The largest record, in bytes of JSON. A DynamoDB item holds 400 KB together with its keys; SQLite follows suit, so
/// that what works on a laptop works in AWS.
pub const MAX_RECORD_BYTES: usize = 390 * 1024;
/// The largest entry in a history, in bytes of JSON: a few long names must not make everyone's history slow to read.
pub const MAX_HISTORY_ENTRY_BYTES: usize = 8 * 1024;

/// How recording went.
#[derive(Debug, Clone, PartialEq)]
pub enum Recorded {
    /// It is kept.
    Stored,
    /// A record was there already and stands: answer with this one.
    Already(Box<DecisionRecord>),
    /// Nothing is kept: since the history was read, another change of this service in this environment was allowed. Read
    /// the history again and judge again.
    Overtaken,
}

/// The same, as a store gives it.
#[derive(Debug)]
pub(crate) enum RecordRow {
    Stored,
    Already(String),
    Overtaken,
}

/// How reporting an outcome went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutcomeReported {
    /// It is kept.
    Reported,
    /// An outcome, this one or another, was reported before and stands.
    Already(Outcome),
    /// There is no such decision.
    UnknownDecision,
}

/// The same, as a store gives it.
#[derive(Debug)]
pub(crate) enum OutcomeRow {
    Reported,
    Already(String),
    UnknownDecision,
}

impl OutcomeRow {
    pub(crate) fn read(&self, place: &Place) -> Result<OutcomeReported, LedgerError> {
        Ok(match self {
            Self::Reported => OutcomeReported::Reported,
            Self::Already(outcome) => OutcomeReported::Already(read_json(place, "an outcome", outcome)?),
            Self::UnknownDecision => OutcomeReported::UnknownDecision,
        })
    }
}

/// A record, ready to be kept.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) decision_id: String,
    pub(crate) body: String,
    /// The time of the decision as text that sorts.
    pub(crate) evaluated_at: String,
    /// Its entry in a service's history; only changes have one.
    pub(crate) history: Option<HistoryEntry>,
}

/// A change in the history of its service and environment.
#[derive(Debug)]
pub(crate) struct HistoryEntry {
    pub(crate) service: String,
    pub(crate) environment: String,
    pub(crate) change_id: String,
    pub(crate) is_allowed: bool,
    /// What the decision was made in sight of; only of one that allows, where that is known.
    pub(crate) seen: Option<Seen>,
    /// The change as the history gives it, without an outcome.
    pub(crate) change: String,
}

impl HistoryEntry {
    fn of(decision: &Decision, change: &Change, seen: Option<&Seen>) -> Result<Self, LedgerError> {
        let past_change = PastChange {
            decision_id: decision.decision_id.clone(),
            change_id: change.id.clone(),
            service: change.service.clone(),
            environment: change.environment.clone(),
            author: change.author.clone(),
            verdict: decision.verdict,
            evaluated_at: decision.evaluated_at,
            outcome: None,
        };
        let past_change = write_json("change", &past_change)?;
        check_size(
            "the change's names",
            past_change.len(),
            MAX_HISTORY_ENTRY_BYTES,
            "shorten its id, service, environment or author",
        )?;
        let is_allowed = decision.verdict == Verdict::Allow;
        Ok(Self {
            service: change.service.clone(),
            environment: change.environment.clone(),
            change_id: change.id.clone(),
            is_allowed,
            seen: seen.filter(|_| is_allowed).cloned(),
            change: past_change,
        })
    }
}

impl Entry {
    pub(crate) fn of(record: &DecisionRecord, seen: Option<&Seen>) -> Result<Self, LedgerError> {
        let decision = &record.decision;
        id::require("decision_id", &decision.decision_id)?;
        let body = write_json("record", record)?;
        let history = match record.facts.value() {
            Facts::Change(facts) => Some(HistoryEntry::of(decision, &facts.change, seen)?),
            Facts::Slo(_) | Facts::Cost(_) => None,
        };
        check_size(
            "the decision with its facts",
            body.len(),
            MAX_RECORD_BYTES,
            "send a smaller change, with a shorter cost estimate",
        )?;
        Ok(Self {
            decision_id: decision.decision_id.clone(),
            body,
            evaluated_at: id::sortable(decision.evaluated_at),
            history,
        })
    }
}

pub(crate) fn check_size(
    what: &'static str,
    bytes: usize,
    limit_bytes: usize,
    remedy: &'static str,
) -> Result<(), LedgerError> {
    if bytes > limit_bytes { Err(LedgerError::TooLarge { what, bytes, limit_bytes, remedy }) } else { Ok(()) }
}

/// An entry of the history as it is kept.
#[derive(Debug)]
pub(crate) struct EntryRow {
    pub(crate) change: String,
    pub(crate) outcome: Option<String>,
}

impl EntryRow {
    pub(crate) fn read(&self, place: &Place) -> Result<PastChange, LedgerError> {
        let outcome = self.outcome.as_deref().map(|outcome| read_json(place, "an outcome", outcome)).transpose()?;
        Ok(PastChange { outcome, ..read_json(place, "an entry of the history", &self.change)? })
    }
}

pub(crate) fn write_json<T: Serialize>(field: &'static str, value: &T) -> Result<String, LedgerError> {
    serde_json::to_string(value).map_err(|error| LedgerError::Invalid { field, reason: error.to_string() })
}

pub(crate) fn read_json<T: DeserializeOwned>(place: &Place, what: &str, text: &str) -> Result<T, LedgerError> {
    serde_json::from_str(text).map_err(|error| place.unreadable(what, error))
}
