//! Claims: taking an idempotency key, so that one question gets one decision.

use tollgate_core::{
    Timestamp,
    decision::{DecisionRecord, Gate},
};

use crate::{error::LedgerError, id};

/// What a claim is held under.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimKey {
    /// Which gate is asked.
    pub gate: Gate,
    /// Who asks: a caller's verified identity. The keys of different callers do not meet.
    pub principal: String,
    /// The caller's name for this asking.
    pub idempotency_key: String,
}

/// A wish to make the one decision under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What to claim.
    pub key: ClaimKey,
    /// Digest of the question, so that another question under the same key is noticed.
    pub request_digest: String,
    /// The fresh id (a ULID) that the decision gets if this claim is the first.
    pub decision_id: String,
    /// The time of the claim, which says whether an earlier one has expired.
    pub claimed_at: Timestamp,
    /// Until when it holds, rounded up to a second; afterwards it is as if it had never been.
    pub expires_at: Timestamp,
}

impl Claim {
    /// # Errors
    /// When the id is no ULID, or the claim would be over before it begins and so keep nobody out.
    pub(crate) fn check(&self) -> Result<(), LedgerError> {
        id::require("decision_id", &self.decision_id)?;
        if self.expires_at <= self.claimed_at {
            let reason = format!("{} is not after `claimed_at`, {}", self.expires_at, self.claimed_at);
            return Err(LedgerError::Invalid { field: "expires_at", reason });
        }
        Ok(())
    }

    /// When it expires, in whole seconds since 1970.
    pub(crate) fn expires_at_seconds(&self) -> i64 {
        self.expires_at.timestamp() + i64::from(self.expires_at.timestamp_subsec_nanos() > 0)
    }

    /// Earlier claims that expire at or before this second, since 1970, have expired.
    pub(crate) fn now_seconds(&self) -> i64 {
        self.claimed_at.timestamp()
    }
}

/// How a claim fared.
#[derive(Debug, Clone, PartialEq)]
pub enum Claimed {
    /// It is the first: decide, under the id that it proposed.
    New,
    /// The same question was asked before.
    Again {
        /// The id of the first claim: go on with it.
        decision_id: String,
        /// The decision, if it was recorded; otherwise the first attempt is still at it or came to grief.
        record: Option<Box<DecisionRecord>>,
    },
    /// Another question was asked under this key.
    Conflict {
        /// When.
        first_claimed_at: Timestamp,
    },
}

/// The claim that is already there.
#[derive(Debug)]
pub(crate) struct FirstClaim {
    pub(crate) request_digest: String,
    pub(crate) decision_id: String,
    pub(crate) claimed_at: Timestamp,
}
