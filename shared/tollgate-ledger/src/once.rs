//! Work that must be done once, however often it is asked for: by what came twice, late, or again after a crash.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tollgate_core::{Timestamp, digest};

use crate::{
    Ledger,
    document::{Collection, Commit, Committed, Document, Expect, Put},
    error::LedgerError,
};

/// Work to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Names it: the same whenever the same is asked for.
    pub key: String,
    /// Who begins it, the same when they are asked again: they do not wait for themselves.
    pub by: String,
    /// The time.
    pub now: Timestamp,
    /// If it is not done after so long, whoever began it has come to grief, and it may be begun again.
    pub lease_seconds: u32,
    /// How long it is remembered.
    pub remember_seconds: u32,
}

/// Whose turn it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// The asker's: do it, then commit [`Turn::done`].
    Yours(Turn),
    /// Another's, who began it then. Should that one fail, it can be begun again when its lease is over.
    InProgress {
        /// When it was begun.
        since: Timestamp,
    },
    /// Nobody's: it was done then.
    Done {
        /// When.
        at: Timestamp,
    },
}

/// The right to do some work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    key: String,
    version: u64,
    forget_at: Timestamp,
}

/// What is kept of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Progress {
    Begun {
        at: Timestamp,
        lease_until: Timestamp,
        #[serde(default)]
        by: String,
    },
    Done {
        at: Timestamp,
    },
}

impl Turn {
    /// Marks the work as done: commit it together with what the work has to write, or after it. The commit is a
    /// conflict when the lease was over and another began.
    ///
    /// # Errors
    /// Only when it cannot be written as JSON.
    pub fn done(&self, at: Timestamp) -> Result<Put, LedgerError> {
        let put = Put::new(&collection(), &self.key, Expect::Version(self.version), &Progress::Done { at })?;
        Ok(put.until(self.forget_at))
    }
}

impl Ledger {
    /// Begins work unless it is done or another is at it.
    ///
    /// # Errors
    /// When what is kept of it cannot be read, or the store fails.
    pub async fn begin(&self, work: &Work) -> Result<Begun, LedgerError> {
        let key = digest::of_bytes(work.key.as_bytes());
        loop {
            let known: Option<Document<Progress>> = self.document(&collection(), &key).await?;
            match known.as_ref().map(|known| &known.value) {
                Some(Progress::Done { at }) => return Ok(Begun::Done { at: *at }),
                Some(Progress::Begun { at, lease_until, by }) if work.now < *lease_until && *by != work.by => {
                    return Ok(Begun::InProgress { since: *at });
                }
                _ => {}
            }
            let later = |seconds: u32| work.now + TimeDelta::seconds(seconds.into());
            let begun = Progress::Begun { at: work.now, lease_until: later(work.lease_seconds), by: work.by.clone() };
            let forget_at = later(work.remember_seconds.max(work.lease_seconds));
            let put = Put::new(&collection(), &key, Expect::same(known.as_ref()), &begun)?.until(forget_at);
            // A conflict means that another was faster, so the next look finds that one's turn.
            if self.commit(Commit { at: work.now, puts: vec![put], notices: Vec::new() }).await? == Committed::Stored {
                let version = known.map_or(1, |known| known.version.saturating_add(1));
                return Ok(Begun::Yours(Turn { key, version, forget_at }));
            }
        }
    }
}

fn collection() -> Collection {
    Collection::of(&["once"])
}
