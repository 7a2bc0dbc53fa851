//! Freezes, as a decision sees them.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    closed::{ClosedTime, without},
    evidence::Evidence,
    waiver::{Asked, Waiver, lifted},
};

/// The name of the evidence of freezes.
pub const FREEZES: &str = "freezes";

/// Freeze windows that concern the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FreezeFact {
    /// How they are known.
    pub evidence: Evidence,
    /// Those that hold now.
    pub active: Vec<FreezeWindow>,
    /// The next to begin: the first of `upcoming`.
    pub next: Option<FreezeWindow>,
    /// The next window of each, in the order in which they begin.
    #[serde(default)]
    pub upcoming: Vec<FreezeWindow>,
    /// The times that they keep closed, those that follow one another as one, of at most 32 from now on. What a waiver lifts
    /// is not closed.
    #[serde(default)]
    pub closed: Vec<ClosedTime>,
}

/// A time in which changes rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FreezeWindow {
    /// Its name in the calendar.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Who decided it and can lift it.
    pub owner: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends; that instant is not in it any more.
    pub ends_at: Timestamp,
}

impl FreezeFact {
    /// When a freeze begins to hold next, or holds again because a waiver is over, as far as it is known.
    pub(super) fn next_obstacle_at(&self, at: Timestamp, waivers: &[Waiver], asked: &Asked<'_>) -> Option<Timestamp> {
        let windows = self.active.iter().chain(&self.upcoming).chain(&self.next);
        let starts = windows.flat_map(|window| window.held(waivers, asked)).map(|range| range.start);
        let closed = self.closed.iter().map(|time| time.starts_at.timestamp());
        let ahead = starts.chain(closed).filter(|start| *start > at.timestamp());
        Timestamp::from_timestamp(ahead.min()?, 0)
    }
}

impl FreezeWindow {
    /// When it holds what is asked, in seconds since 1970: without the times in which a waiver lifts it.
    pub(crate) fn held(&self, waivers: &[Waiver], asked: &Asked<'_>) -> Vec<Range<i64>> {
        without(self.starts_at.timestamp()..self.ends_at.timestamp(), &lifted(waivers, &self.name, asked))
    }
}
