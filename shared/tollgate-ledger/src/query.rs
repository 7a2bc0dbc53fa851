//! Questions to the ledger about many decisions.

use tollgate_core::{Timestamp, decision::DecisionRecord, facts::PastChange};
use ulid::Ulid;

use crate::{error::LedgerError, id, record::EntryRow};

/// Most allowed changes that one history holds.
const MAX_HISTORY_ENTRIES: u32 = 10_000;
/// Most refused decisions about one change that a history holds: who asks every minute must not fill it.
pub(crate) const MAX_REFUSED: usize = 20;
/// Most records that one page holds.
const MAX_PAGE_RECORDS: u32 = 100;

/// Which past changes are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Of which service.
    pub service: String,
    /// In which environment.
    pub environment: String,
    /// The change that asks: of it also the newest decisions that did not allow it are meant.
    pub change_id: String,
    /// Decided at this time or later.
    pub since: Timestamp,
    /// At most so many that were allowed; above 10,000 counts as 10,000.
    pub limit: u32,
}

impl HistoryQuery {
    pub(crate) fn entries(&self) -> usize {
        usize::try_from(self.limit.min(MAX_HISTORY_ENTRIES)).unwrap_or(usize::MAX)
    }
}

/// Past changes of one service in one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The changes, newest first.
    pub changes: Vec<PastChange>,
    /// Are there more that were allowed, which the limit kept out?
    pub truncated: bool,
    /// Requests to AWS that it took.
    pub requests: u64,
    /// What it showed, to record a decision on.
    pub seen: Seen,
}

/// The allowed changes that a decision was made in sight of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    pub(crate) since: String,
    pub(crate) decision_ids: Vec<String>,
}

impl Seen {
    /// The newest are enough: the change that was recorded last is among them, or so many came between that it is better to
    /// look again. DynamoDB compares with at most 100 values.
    const NEWEST: usize = 100;

    pub(crate) fn of(since: Timestamp, allowed: &[PastChange]) -> Self {
        let decision_ids = allowed.iter().take(Self::NEWEST).map(|past| past.decision_id.clone()).collect();
        Self { since: id::sortable(since), decision_ids }
    }
}

/// Past changes, as a store gives them: each list newest first.
#[derive(Debug, Default)]
pub(crate) struct HistoryRows {
    pub(crate) allowed: Vec<EntryRow>,
    /// Of the change that asks.
    pub(crate) refused: Vec<EntryRow>,
    pub(crate) truncated: bool,
    pub(crate) requests: u64,
}

/// Which way to go through time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Backwards.
    NewestFirst,
    /// Forwards.
    OldestFirst,
}

/// Which page of recorded decisions is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionsQuery {
    /// Ids made at this millisecond or later.
    pub since: Timestamp,
    /// Ids made at this millisecond or earlier.
    pub until: Timestamp,
    /// Which way to go.
    pub order: Order,
    /// The page begins behind this id; at the end of the span when `None`.
    pub after: Option<String>,
    /// At most so many records; 0 counts as 1, above 100 counts as 100.
    pub limit: u32,
}

/// Ids from the first to the second, both included.
pub(crate) type IdRange = (Ulid, Ulid);

impl DecisionsQuery {
    pub(crate) fn records(&self) -> usize {
        usize::try_from(self.limit.clamp(1, MAX_PAGE_RECORDS)).unwrap_or(usize::MAX)
    }

    /// The ids that may be on the page; `None` when there can be none.
    ///
    /// # Errors
    /// When `after` is no decision id.
    pub(crate) fn ids(&self) -> Result<Option<IdRange>, LedgerError> {
        let mut low = Ulid::from_parts(milliseconds(self.since), 0);
        let mut high = Ulid::from_parts(milliseconds(self.until), u128::MAX);
        if let Some(after) = &self.after {
            let after = id::require("after", after)?;
            let next = match self.order {
                Order::NewestFirst => after.0.checked_sub(1),
                Order::OldestFirst => after.0.checked_add(1),
            };
            match (self.order, next.map(Ulid)) {
                (Order::NewestFirst, Some(next)) => high = high.min(next),
                (Order::OldestFirst, Some(next)) => low = low.max(next),
                (_, None) => return Ok(None),
            }
        }
        Ok((low <= high).then_some((low, high)))
    }
}

/// Milliseconds since 1970, as far as ids can tell them.
fn milliseconds(time: Timestamp) -> u64 {
    u64::try_from(time.timestamp_millis()).unwrap_or(0).min(Ulid::max().timestamp_ms())
}

/// One page of recorded decisions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DecisionsPage {
    /// The records in the order that was asked for.
    pub records: Vec<DecisionRecord>,
    /// Where the next page begins, which may turn out empty; `None` at the end.
    pub next: Option<String>,
}
