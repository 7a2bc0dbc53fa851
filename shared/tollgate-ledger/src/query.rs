//! Questions to the ledger about many decisions.

use tollgate_core::{Timestamp, decision::DecisionRecord, facts::PastChange};
use ulid::Ulid;

use crate::{error::LedgerError, id, record::EntryRow};

/// Most entries that one history holds.
const MAX_HISTORY_ENTRIES: u32 = 10_000;
/// Most records that one page holds.
const MAX_PAGE_RECORDS: u32 = 100;

/// Which past changes are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Of which service.
    pub service: String,
    /// In which environment.
    pub environment: String,
    /// Decided at this time or later.
    pub since: Timestamp,
    /// At most so many; above 10,000 counts as 10,000.
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
    /// Are there more, which the limit kept out?
    pub truncated: bool,
    /// Requests to AWS that it took.
    pub requests: u64,
}

/// The same, as a store gives it.
#[derive(Debug, Default)]
pub(crate) struct HistoryRows {
    pub(crate) entries: Vec<EntryRow>,
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
