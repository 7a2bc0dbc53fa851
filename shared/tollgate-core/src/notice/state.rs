//! What is remembered of a service between evaluations.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Level, Observation};
use crate::{Timestamp, digest};

/// Suppressions that are remembered.
const SUPPRESSIONS: usize = 20;

/// What is remembered of a service in an environment: one document in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The newest evaluation that went into it.
    pub evaluated_at: Timestamp,
    /// Notices made so far.
    pub notices: u64,
    /// Since when something is open; `None` when nothing is.
    pub open_since: Option<Timestamp>,
    /// How each subject stands.
    pub subjects: BTreeMap<String, Subject>,
    /// The newest changes that maintenance kept from going out, oldest first.
    pub suppressions: Vec<Suppression>,
}

/// What is remembered of one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What people were told.
    pub announced: Level,
    /// When they were told; `None` when there was nothing to tell yet.
    pub announced_at: Option<Timestamp>,
    /// What was seen last.
    pub observed: Level,
    /// Since when it has been seen without a break.
    pub observed_since: Timestamp,
    /// In how many evaluations in a row.
    pub evaluations: u32,
    /// When it was last seen to need a page; `None` when it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paged_at: Option<Timestamp>,
    /// How large it was seen last; `None` where it cannot grow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<i64>,
    /// How large it was when people were told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced_size: Option<i64>,
}

/// A change that maintenance kept from going out. It goes out when the maintenance is over, if it still stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// What changed.
    pub subject: String,
    /// To what.
    pub level: Level,
    /// When it was first withheld.
    pub at: Timestamp,
    /// The decision that would have been told of.
    pub decision_id: String,
    /// The name of the maintenance.
    pub maintenance: String,
    /// Why it is done.
    pub reason: String,
}

impl State {
    pub(super) const fn new(evaluated_at: Timestamp) -> Self {
        Self { evaluated_at, notices: 0, open_since: None, subjects: BTreeMap::new(), suppressions: Vec::new() }
    }

    /// The weightiest of what people were told and that still stands.
    pub fn announced(&self) -> Level {
        let levels = self.subjects.values().map(|subject| subject.announced);
        levels.max_by_key(|level| level.weight()).unwrap_or(Level::Ok)
    }

    /// Is there nothing to remember: all is well, was well before, and people know it?
    pub(super) fn is_quiet(&self) -> bool {
        self.subjects.values().all(|subject| subject.announced == Level::Ok && subject.observed == Level::Ok)
    }

    /// Records what is withheld and was not before; gives that.
    pub(super) fn suppress(&mut self, withheld: Vec<Suppression>) -> Vec<Suppression> {
        let is_new = |new: &Suppression| {
            let last = self.suppressions.iter().rev().find(|old| old.subject == new.subject);
            last.is_none_or(|old| {
                let held_since = self.subjects.get(&new.subject).map(|subject| subject.observed_since);
                (old.level, &old.maintenance) != (new.level, &new.maintenance) || held_since > Some(old.at)
            })
        };
        let new: Vec<_> = withheld.into_iter().filter(is_new).collect();
        self.suppressions.extend(new.iter().cloned());
        let excess = self.suppressions.len().saturating_sub(SUPPRESSIONS);
        self.suppressions.drain(..excess);
        new
    }
}

impl Subject {
    pub(super) const fn new(observed: Level, at: Timestamp) -> Self {
        Self {
            announced: Level::Ok,
            announced_at: None,
            observed,
            observed_since: at,
            evaluations: 1,
            paged_at: if matches!(observed, Level::Page) { Some(at) } else { None },
            size: None,
            announced_size: None,
        }
    }

    /// Takes in what was seen now.
    pub(super) fn observe(&mut self, level: Level, at: Timestamp) {
        if self.observed == level {
            self.evaluations = self.evaluations.saturating_add(1);
        } else {
            let Self { announced, announced_at, announced_size, paged_at, .. } = *self;
            *self = Self { announced, announced_at, announced_size, paged_at, ..Self::new(level, at) };
        }
        if level == Level::Page {
            self.paged_at = Some(at);
        }
    }

    /// How it stands, by what was seen now: not known where that would lower what people were told, and too little is
    /// known for it.
    pub(super) fn level_of(&self, seen: &Observation) -> Level {
        let bad_until = self.paged_at.or(self.announced_at);
        let is_over = self.announced != Level::Page || seen.calm_since.is_some_and(|since| Some(since) >= bad_until);
        let is_better = seen.level.weight() < self.announced.weight();
        if is_better && (seen.is_unseen || !is_over) { Level::Unknown } else { seen.level }
    }

    /// Is it twice as large as people were told, and stands as they were told otherwise?
    pub(super) fn has_grown(&self) -> bool {
        let doubled = |(size, told): (i64, i64)| told > 0 && size / 2 >= told;
        self.observed == self.announced && self.size.zip(self.announced_size).is_some_and(doubled)
    }
}

/// A name for something that happened to a service, the same whoever derives it.
pub(super) fn name(kind: &str, service: &str, environment: &str, at: Timestamp, number: u64) -> String {
    let parts = (kind, service, environment, at, number);
    digest::of_json(&parts).unwrap_or_else(|_| format!("{kind}/{service}/{environment}/{number}"))
}
