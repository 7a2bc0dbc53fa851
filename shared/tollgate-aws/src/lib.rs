//! Reads CloudWatch, or a recording of it, into facts; publishes notices.
//!
//! To read it calls only `GetMetricData`: the permission `cloudwatch:GetMetricData` is all it needs. A failure is
//! evidence about the facts that it concerns, never an error of the gathering. To publish it calls `PutEvents` and
//! `Publish`: `events:PutEvents` on the bus, `sns:Publish` on the topic.

mod answer;
mod canary;
mod cloudwatch;
mod config;
mod keptn;
mod outgoing;
mod recorded;
mod sampling;
mod telemetry;

pub use cloudwatch::{CloudWatch, Fetch, Receipt};
pub use config::{NotReady, ready, sdk_config};
pub use outgoing::{EVENT_DETAIL_TYPE, EVENT_SOURCE, NotSent, Outgoing, Sent};
pub use recorded::{Recording, RecordingError, TELEMETRY_SCHEMA};
pub use telemetry::{SourceError, Telemetry, TelemetrySource};
