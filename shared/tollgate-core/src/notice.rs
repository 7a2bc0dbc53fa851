//! Notices: what goes out to people when the state of a service changes, once for each change.
//!
//! [`step`] is the whole of it: from the state that was kept and a fresh [`Report`] it makes the state to keep and the
//! notice to send, if any. Bad news goes out at once. Good news waits until it has held, and until the last notice is a
//! while ago, so that a service that flaps is announced once and not at every turn. What is not known is news too, once
//! it has held; it is never good news, and a page stands until enough is known to end it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{Timestamp, finding::Finding};

mod knowledge;
#[cfg(test)]
mod knowledge_tests;
mod message;
mod observed;
mod retired;
#[cfg(test)]
mod retired_tests;
mod showback;
mod spent;
#[cfg(test)]
mod spent_tests;
mod state;
mod step;
#[cfg(test)]
mod step_properties;
#[cfg(test)]
mod step_tests;

pub use knowledge::has_enough_events;
pub use message::{Change, Notice, NoticeKind, Open, Reason};
pub use observed::{counting, is_failure};
pub use retired::retired;
pub use showback::{Showback, ShowbackBudget, ShowbackTotal};
pub use state::{State, Subject, Suppression};
pub use step::{Step, step};

/// The version of the contract between notices and who receives them.
pub const NOTICE_SCHEMA: &str = "tollgate.notice/v1";

/// How things stand with one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As promised.
    Ok,
    /// Not known, because telemetry is missing, late or broken. Someone must look, within days.
    Unknown,
    /// Someone must act, within days.
    Ticket,
    /// Someone must act now.
    Page,
}

impl Level {
    /// How much it asks of people. What is not known weighs as much as a ticket.
    pub const fn weight(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Unknown | Self::Ticket => 1,
            Self::Page => 2,
        }
    }

    /// The word used in JSON and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Ticket => "ticket",
            Self::Page => "page",
        }
    }
}

/// One evaluation of one service in one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The service.
    pub service: String,
    /// Where it runs.
    pub environment: String,
    /// When it was evaluated. A report that is not newer than the state changes nothing.
    pub evaluated_at: Timestamp,
    /// The decision that it comes from.
    pub decision_id: String,
    /// The team that owns the service.
    pub owner: Option<String>,
    /// How to reach the owner.
    pub contact: Option<String>,
    /// Where the service's operation is explained.
    pub runbook: Option<String>,
    /// Planned work on the service that goes on at this time.
    pub maintenance: Option<Maintenance>,
    /// How every subject stands: one that was known and is no longer named has been retired.
    pub observations: Vec<Observation>,
    /// The first day of the period that is judged, where there are periods: what was about another one ended with it.
    pub period: Option<NaiveDate>,
}

/// How one subject stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// What it is about, unique within service and environment: `slo/availability`.
    pub subject: String,
    /// How it stands.
    pub level: Level,
    /// The findings that say why.
    pub findings: Vec<Finding>,
    /// Share of the error budget that is left, in parts per million; negative when overspent, `None` when not known.
    pub budget_remaining_ppm: Option<i64>,
    /// How fast the budget is spent, in millionths; `None` when not known.
    pub burn_rate_micro: Option<u64>,
    /// Is there nothing to judge by, because telemetry is missing, a rule failed, nobody asks anything of it, or all of it
    /// is left out as maintenance? That lowers nothing that people were told: a load balancer that is gone lets no errors
    /// through.
    pub is_unseen: bool,
    /// From when on enough came to judge by, up to now, and was not bad enough for a page; `None` when too little came, or
    /// what came was bad. A page ends by what came after it was seen last, and not because that is forgotten.
    pub calm_since: Option<Timestamp>,
    /// What would clear it, for a person.
    pub clears_when: Option<String>,
    /// Planned work by which it is left out, be it on the service or on what it shares or is made of.
    pub maintenance: Option<Maintenance>,
    /// How large it is, where it can grow: people are told again when it has doubled since.
    pub size: Option<i64>,
    /// How it stands in one line that needs no other, where there is such a line.
    pub headline: Option<String>,
}

/// Planned work, during which notices are withheld.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maintenance {
    /// Its name.
    pub name: String,
    /// Why it is done.
    pub reason: String,
}

/// How long good news waits. Bad news never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NoticeConfig {
    /// An improvement is announced once this many evaluations in a row have seen it,
    pub hold_evaluations: u32,
    /// and the first of them is this long ago,
    pub hold_seconds: u32,
    /// and the subject's last notice is this long ago.
    pub cooldown_seconds: u32,
}

impl Default for NoticeConfig {
    fn default() -> Self {
        Self { hold_evaluations: 2, hold_seconds: 900, cooldown_seconds: 3600 }
    }
}
