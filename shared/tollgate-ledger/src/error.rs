//! What can go wrong with the ledger. None of it is ever a verdict.

use std::{error::Error, fmt};

/// Why the ledger could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The text that says which ledger to use cannot be used.
    #[error("ledger `{address}`: {reason}")]
    Address {
        /// The text.
        address: String,
        /// What is wrong with it and what it should be.
        reason: String,
    },
    /// The file was written by a newer program; nothing was changed.
    #[error(
        "ledger `{ledger}` has schema {found} and this program knows {known}: use the newer program, or another file"
    )]
    NewerSchema {
        /// The ledger's address.
        ledger: String,
        /// The file's schema version.
        found: usize,
        /// The newest one that is known here.
        known: usize,
    },
    /// What was given cannot be kept; nothing was changed.
    #[error("`{field}` cannot go into the ledger: {reason}")]
    Invalid {
        /// The field that is wrong.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// What was given is too large; nothing was changed.
    #[error("{what} takes {bytes} bytes, {} more than the ledger's {limit_bytes}: {remedy}", bytes.saturating_sub(*limit_bytes))]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its size.
        bytes: usize,
        /// The largest that is kept.
        limit_bytes: usize,
        /// What makes it smaller.
        remedy: &'static str,
    },
    /// A lock, a throttle, a timeout or the network: asking again may help.
    #[error("ledger `{ledger}` could not {operation} for now: {reason}")]
    Unavailable {
        /// The ledger's address.
        ledger: String,
        /// What it was asked to do.
        operation: &'static str,
        /// Why it did not.
        reason: String,
    },
    /// Asking again will not help.
    #[error("ledger `{ledger}` could not {operation}: {reason}")]
    Failed {
        /// The ledger's address.
        ledger: String,
        /// What it was asked to do.
        operation: &'static str,
        /// Why it did not.
        reason: String,
    },
    /// Something is kept that this program cannot read.
    #[error("{what} in ledger `{ledger}` cannot be read: {reason}")]
    Unreadable {
        /// The ledger's address.
        ledger: String,
        /// What cannot be read.
        what: String,
        /// Why not.
        reason: String,
    },
}

impl LedgerError {
    /// May the same call succeed when it is made again soon?
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

/// Where a store keeps its things, for errors.
#[derive(Debug, Clone)]
pub(crate) struct Place(pub(crate) String);

impl Place {
    pub(crate) fn unavailable(&self, operation: &'static str, reason: impl Into<String>) -> LedgerError {
        LedgerError::Unavailable { ledger: self.0.clone(), operation, reason: reason.into() }
    }

    pub(crate) fn failed(&self, operation: &'static str, reason: impl Into<String>) -> LedgerError {
        LedgerError::Failed { ledger: self.0.clone(), operation, reason: reason.into() }
    }

    pub(crate) fn unreadable(&self, what: impl Into<String>, reason: impl fmt::Display) -> LedgerError {
        LedgerError::Unreadable { ledger: self.0.clone(), what: what.into(), reason: reason.to_string() }
    }
}

/// An error and its causes in one line.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
