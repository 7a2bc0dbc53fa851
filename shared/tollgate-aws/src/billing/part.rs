//! The parts of a snapshot: each was fetched, or has a reason why not.

use serde::{Deserialize, Serialize};
use tollgate_core::{Timestamp, evidence::EvidenceStatus};

/// Why something of the bill is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// In which way.
    pub status: EvidenceStatus,
    /// The same, for a person.
    pub reason: String,
}

impl Gap {
    /// So, and why.
    pub fn new(status: EvidenceStatus, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }

    /// The source failed, and why.
    pub fn error(reason: impl Into<String>) -> Self {
        Self::new(EvidenceStatus::Error, reason)
    }
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome<T> {
    /// This.
    Known(T),
    /// Nothing.
    Missing(Gap),
}

/// A question, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part<Q, T> {
    /// What was asked.
    pub asked: Q,
    /// When.
    pub fetched_at: Timestamp,
    /// Requests that it took, failed ones and repeated ones too.
    pub requests: u64,
    /// How many pages its answer has, or at least has, as far as that was seen.
    #[serde(default)]
    pub pages: Option<u64>,
    /// What came of it.
    pub outcome: Outcome<T>,
    /// Why it is of an older snapshot, where it is.
    pub not_renewed: Option<Gap>,
}

impl<Q, T> Part<Q, T> {
    /// What came of it, where something did.
    pub fn known(&self) -> Option<&T> {
        match &self.outcome {
            Outcome::Known(found) => Some(found),
            Outcome::Missing(_) => None,
        }
    }

    /// Since when it waits to be asked: since what is known of it was fetched; none when nothing is. What fails when it is
    /// asked has had its turn at `last_run`.
    pub(super) fn waits_since(&self, last_run: Timestamp) -> Option<Timestamp> {
        let has_failed = |gap: &Gap| self.requests > 0 && gap.status != EvidenceStatus::Stale;
        match self.known() {
            _ if self.gap().is_some_and(has_failed) => Some(last_run),
            Some(_) => Some(self.fetched_at),
            None => None,
        }
    }

    /// Why there is nothing, or nothing newer.
    pub fn gap(&self) -> Option<&Gap> {
        match &self.outcome {
            Outcome::Known(_) => self.not_renewed.as_ref(),
            Outcome::Missing(gap) => Some(gap),
        }
    }
}

impl<Q: Clone, T> Part<Q, T> {
    /// The same with something else in the place of what came of it.
    pub(super) fn map<U>(&self, other: impl FnOnce(&T) -> U) -> Part<Q, U> {
        let outcome = match &self.outcome {
            Outcome::Known(found) => Outcome::Known(other(found)),
            Outcome::Missing(gap) => Outcome::Missing(gap.clone()),
        };
        let Self { asked, not_renewed, .. } = self;
        Part {
            asked: asked.clone(),
            fetched_at: self.fetched_at,
            requests: self.requests,
            pages: self.pages,
            outcome,
            not_renewed: not_renewed.clone(),
        }
    }
}

impl<Q: Clone, T: Clone> Part<Q, T> {
    /// The same; where nothing came, what an older snapshot has.
    pub(super) fn or_older(self, older: Option<&Self>) -> Self {
        match (self.outcome, older.filter(|older| older.known().is_some())) {
            (Outcome::Missing(gap), Some(older)) => {
                Self { requests: self.requests, pages: self.pages, not_renewed: Some(gap), ..older.clone() }
            }
            (outcome, _) => Self { outcome, ..self },
        }
    }
}
