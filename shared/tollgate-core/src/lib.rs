//! Facts, arithmetic, findings and decisions: pure, without I/O.
//!
//! No AWS, no policy engine, no clock and no async here: everything is a value, so a decision that was
//! recorded can be made again, anywhere, and must come out the same.

pub mod approval;
pub mod budget;
pub mod budget_alert;
pub mod canary;
pub mod catalogue;
pub mod change;
pub mod closed;
pub mod cost;
pub mod data;
pub mod decision;
pub mod digest;
pub mod evidence;
pub mod facts;
pub mod finding;
pub mod fold;
pub mod history;
pub mod keptn;
pub mod money;
mod names;
pub mod notice;
mod recurring;
pub mod replay;
pub mod rule;
pub mod running;
#[cfg(feature = "schema")]
pub mod schema;
pub mod settings;
pub mod slo;
pub mod spend;
pub mod stray;
pub mod suggest;
pub mod waiver;

/// A point in time, always in UTC; written as RFC 3339 with a `Z`.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
