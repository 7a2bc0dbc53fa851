//! Reads CloudWatch, or a recording of it, into facts.
//!
//! Of AWS it calls only `GetMetricData`: the permission `cloudwatch:GetMetricData` is all it needs. A failure is
//! evidence about the facts that it concerns, never an error of the gathering.

mod answer;
mod cloudwatch;
mod config;
mod recorded;
mod telemetry;

pub use cloudwatch::{CloudWatch, Fetch, Receipt};
pub use config::{NotReady, ready, sdk_config};
pub use recorded::{Recording, RecordingError, TELEMETRY_SCHEMA};
pub use telemetry::{SourceError, Telemetry, TelemetrySource};
