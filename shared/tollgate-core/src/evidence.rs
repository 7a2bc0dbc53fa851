//! Evidence: what is known about how a fact came to be known.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Whether a gathered fact can be relied on. Only [`Ok`](EvidenceStatus::Ok) can carry an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EvidenceStatus {
    /// Complete and recent.
    Ok,
    /// The source answered, and has nothing: the metric, file or entry does not exist.
    NoData,
    /// The newest datum is older than the settings allow.
    Stale,
    /// Some of what was asked for is missing.
    Partial,
    /// The source failed or did not answer in time.
    Error,
}

/// The envelope around every gathered fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    /// Names the fact within a decision, for example `slo/payments-api/availability`.
    pub id: String,
    /// Whether the fact can be relied on.
    pub status: EvidenceStatus,
    /// Why the status is not `ok`, for a person.
    pub reason: Option<String>,
    /// Must a decision rest on it? What is not required is advisory: its absence warns instead of denying.
    pub required: bool,
    /// Where it came from: `catalogue`, `request`, `ledger`, `cloudwatch:eu-central-1`, `recorded:demo.json`.
    pub source: String,
    /// The time of the newest datum.
    pub as_of: Option<Timestamp>,
    /// The length of time that the fact covers.
    pub window_seconds: Option<u64>,
    /// How many datapoints a complete answer would have.
    pub datapoints_expected: u64,
    /// How many came.
    pub datapoints_received: u64,
    /// Requests made to AWS for it; a request shared by several facts is counted at the first of them.
    pub api_requests: u64,
    /// What those requests cost, in millionths of a US dollar.
    pub api_cost_usd_micros: u64,
}

impl Evidence {
    /// Evidence that can be relied on, without datapoints and free of cost.
    pub fn ok(id: impl Into<String>, source: impl Into<String>, as_of: Option<Timestamp>) -> Self {
        Self {
            id: id.into(),
            status: EvidenceStatus::Ok,
            reason: None,
            required: true,
            source: source.into(),
            as_of,
            window_seconds: None,
            datapoints_expected: 0,
            datapoints_received: 0,
            api_requests: 0,
            api_cost_usd_micros: 0,
        }
    }

    /// Evidence that cannot be relied on, and why.
    pub fn bad(
        id: impl Into<String>,
        source: impl Into<String>,
        status: EvidenceStatus,
        reason: impl Into<String>,
    ) -> Self {
        Self { status, reason: Some(reason.into()), ..Self::ok(id, source, None) }
    }

    /// The same evidence, where no decision has to rest on it.
    #[must_use]
    pub fn advisory(self) -> Self {
        Self { required: false, ..self }
    }

    /// Whether the fact can be relied on.
    pub fn is_ok(&self) -> bool {
        self.status == EvidenceStatus::Ok
    }
}
