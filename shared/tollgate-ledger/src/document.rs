//! Documents: small values under a name that change over time, each with a version, and notices that are kept together
//! with them until they are sent.
//!
//! A collection holds documents in the order of their keys: the states of all services, the days of an objective, the
//! cursor of a sweep. A [`Commit`] writes some of them, and notices, all or none.

use std::collections::BTreeSet;

use serde::{Serialize, de::DeserializeOwned};
use tollgate_core::{Timestamp, notice::Notice};

use crate::{
    error::{LedgerError, Place},
    id, record,
    record::check_size,
};

/// Most documents that one read gives.
pub const MAX_DOCUMENTS: usize = 10_000;
/// Most documents and notices in one commit: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>.
pub const MAX_COMMIT: usize = 100;
/// The longest key, in bytes.
const MAX_KEY_BYTES: usize = 512;
/// The largest document or notice, in bytes of JSON. The largest commit stays below the 4 MB of a transaction.
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;
const MAX_COMMIT_BYTES: usize = 3 * 1024 * 1024;

/// The name of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Collection(String);

impl Collection {
    /// The collection with this name, in parts. Other parts are another collection, however they are cut.
    pub fn of(parts: &[&str]) -> Self {
        Self(serde_json::Value::from(parts.to_vec()).to_string())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A document as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document<T> {
    /// Its key.
    pub key: String,
    /// Counts the writes, from 1.
    pub version: u64,
    /// What it says.
    pub value: T,
}

/// What a document must be like for a write to go ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// It is not there.
    Absent,
    /// It is as it was read, at this version.
    Version(u64),
    /// Whatever it is, it is replaced.
    Anything,
}

impl Expect {
    /// That it is as it was read.
    pub fn same<T>(read: Option<&Document<T>>) -> Self {
        read.map_or(Self::Absent, |document| Self::Version(document.version))
    }
}

/// A document to be written.
#[derive(Debug, Clone)]
pub struct Put {
    pub(crate) collection: Collection,
    pub(crate) key: String,
    pub(crate) expect: Expect,
    pub(crate) body: String,
    /// In whole seconds since 1970.
    pub(crate) expires_at_seconds: Option<i64>,
}

impl Put {
    /// Writes a value under a key.
    ///
    /// # Errors
    /// When the key is empty or longer than 512 bytes, or the value cannot be written as JSON or is larger than
    /// [`MAX_DOCUMENT_BYTES`].
    pub fn new<T: Serialize>(
        collection: &Collection,
        key: &str,
        expect: Expect,
        value: &T,
    ) -> Result<Self, LedgerError> {
        check_key(key)?;
        let body = record::write_json("document", value)?;
        check_size("a document", body.len(), MAX_DOCUMENT_BYTES, "keep less in it, or divide it")?;
        Ok(Self { collection: collection.clone(), key: key.to_owned(), expect, body, expires_at_seconds: None })
    }

    /// It may be gone at any time after this one; until then it stays.
    #[must_use]
    pub fn until(mut self, expires_at: Timestamp) -> Self {
        self.expires_at_seconds = Some(expires_at.timestamp().saturating_add(1));
        self
    }
}

fn check_key(key: &str) -> Result<(), LedgerError> {
    if (1..=MAX_KEY_BYTES).contains(&key.len()) {
        return Ok(());
    }
    let reason = format!("it has {} bytes and may have 1 to {MAX_KEY_BYTES}", key.len());
    Err(LedgerError::Invalid { field: "key", reason })
}

/// Writes that belong together.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The time of the commit.
    pub at: Timestamp,
    /// The documents.
    pub puts: Vec<Put>,
    /// The notices to send.
    pub notices: Vec<Notice>,
}

/// How a commit fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Committed {
    /// All of it is kept.
    Stored,
    /// A document was not as expected, so nothing is: read again.
    Conflict,
}

/// A commit as a store takes it.
#[derive(Debug)]
pub(crate) struct Writes {
    pub(crate) now_seconds: i64,
    pub(crate) puts: Vec<Put>,
    pub(crate) notices: Vec<OutboxRow>,
}

/// A notice as it is kept.
#[derive(Debug)]
pub(crate) struct OutboxRow {
    pub(crate) key: String,
    pub(crate) body: String,
}

impl Commit {
    pub(crate) fn check(self) -> Result<Writes, LedgerError> {
        let Self { at, puts, notices } = self;
        let count = puts.len().saturating_add(notices.len());
        let invalid = |reason: String| Err(LedgerError::Invalid { field: "commit", reason });
        if !(1..=MAX_COMMIT).contains(&count) {
            return invalid(format!("it has {count} documents and notices and may have 1 to {MAX_COMMIT}"));
        }
        let names: BTreeSet<_> = puts.iter().map(|put| (put.collection.as_str(), put.key.as_str())).collect();
        if names.len() < puts.len() {
            return invalid("it writes a document twice".to_owned());
        }
        let notices: Vec<_> = notices.iter().map(OutboxRow::of).collect::<Result<_, _>>()?;
        let bytes = puts.iter().map(|put| put.body.len()).chain(notices.iter().map(|row| row.body.len())).sum();
        check_size("a commit", bytes, MAX_COMMIT_BYTES, "divide it")?;
        Ok(Writes { now_seconds: at.timestamp(), puts, notices })
    }
}

impl OutboxRow {
    fn of(notice: &Notice) -> Result<Self, LedgerError> {
        let body = record::write_json("notice", notice)?;
        check_size("a notice", body.len(), MAX_DOCUMENT_BYTES, "say less in it")?;
        Ok(Self { key: outbox_key(notice)?, body })
    }
}

/// Where a notice is in the outbox: in the order of time.
pub(crate) fn outbox_key(notice: &Notice) -> Result<String, LedgerError> {
    let key = format!("{}#{}", id::sortable(notice.evaluated_at), notice.id);
    check_key(&key)?;
    Ok(key)
}

/// A document as a store gives it.
#[derive(Debug)]
pub(crate) struct DocumentRow {
    pub(crate) key: String,
    pub(crate) version: u64,
    pub(crate) body: String,
}

impl DocumentRow {
    pub(crate) fn read<T: DeserializeOwned>(self, place: &Place) -> Result<Document<T>, LedgerError> {
        let value = record::read_json(place, &format!("document `{}`", self.key), &self.body)?;
        Ok(Document { key: self.key, version: self.version, value })
    }
}
