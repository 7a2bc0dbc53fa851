//! Receive and respond: decoding of events, errors for callers, logs and metrics.
//!
//! What a gate decides is not known here; this is the border of every function.

pub mod body;
pub mod event;
pub mod log;
pub mod metrics;
pub mod problem;
pub mod response;
pub mod spelling;
pub mod trigger;
pub mod wedged;
