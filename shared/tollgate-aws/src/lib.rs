//! Reads CloudWatch, or a recording of it, into facts; reads the bill ([`billing`]); publishes notices.
//!
//! To read it calls only `GetMetricData`: the permission `cloudwatch:GetMetricData` is all it needs. Beside it,
//! `sts:AssumeRole` on the roles that metrics are read as, and for SLOs of Application Signals
//! `application-signals:BatchGetServiceLevelObjectiveBudgetReport`. A failure is evidence about the facts that it
//! concerns, never an error of the gathering. To publish it calls `PutEvents` and `Publish`: `events:PutEvents` on the
//! bus, `sns:Publish` on the topic.

mod answer;
pub mod billing;
mod call;
mod canary;
mod cloudwatch;
mod config;
mod connection;
mod failure;
mod gathered;
mod gathering;
mod held;
mod keptn;
mod outgoing;
mod quota;
mod recorded;
mod sampling;
mod signals;
mod telemetry;

pub use cloudwatch::{CloudWatch, Fetch};
pub use config::{NotReady, ready, sdk_config};
pub use gathered::Gathered;
pub use gathering::CALLS_AT_ONCE;
pub use outgoing::{EVENT_DETAIL_TYPE, EVENT_SOURCE, Letter, NotSent, Outgoing, Sent};
pub use quota::Quota;
pub use recorded::{Recording, RecordingError, TELEMETRY_SCHEMA};
pub use telemetry::{SourceError, Telemetry, TelemetrySource};
