//! Configuration, from the environment.

use std::path::PathBuf;

use tollgate_aws::{TelemetrySource, billing::BillingSource};
use tollgate_ledger::LedgerConfig;

use crate::clock::ClockConfig;

/// Everything that differs between a laptop and AWS.
#[derive(Debug, Clone)]
pub struct Config {
    /// `TOLLGATE_POLICIES`: the folder of policies and data; `policies` by default.
    pub policies: PathBuf,
    /// `TOLLGATE_LEDGER`: `sqlite:PATH` or `dynamodb:TABLE`; `sqlite:.tollgate/ledger.sqlite` by default.
    pub ledger: LedgerConfig,
    /// `TOLLGATE_TELEMETRY`: `cloudwatch` (the default) or `recorded:PATH`.
    pub telemetry: TelemetrySource,
    /// `TOLLGATE_BILLING`: `aws` (the default), `recorded:PATH` or `none`. Only the cost gate ever asks AWS; the others see what
    /// it kept.
    pub billing: BillingSource,
    /// `TOLLGATE_CLOCK`: `system` (the default), `recorded` or a time; the latter two not in AWS.
    pub clock: ClockConfig,
    /// `TOLLGATE_NOTICE_BUS`: the name or ARN of the EventBridge bus that notices go to; none by default.
    pub notice_bus: Option<String>,
    /// `TOLLGATE_NOTICE_TOPIC`: the ARN of the SNS topic that notices go to; none by default.
    pub notice_topic: Option<String>,
}

/// A variable that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("`{variable}={value}`: {reason}")]
pub struct ConfigError {
    variable: &'static str,
    value: String,
    reason: String,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// When a variable has a value that means nothing.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            policies: std::env::var_os("TOLLGATE_POLICIES").map_or_else(|| PathBuf::from("policies"), PathBuf::from),
            ledger: variable("TOLLGATE_LEDGER", "sqlite:.tollgate/ledger.sqlite")?,
            telemetry: variable("TOLLGATE_TELEMETRY", "cloudwatch")?,
            billing: variable("TOLLGATE_BILLING", "aws")?,
            clock: variable("TOLLGATE_CLOCK", "system")?,
            notice_bus: set("TOLLGATE_NOTICE_BUS"),
            notice_topic: set("TOLLGATE_NOTICE_TOPIC"),
        })
    }
}

/// Templates set what is left out to nothing.
fn set(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.trim().is_empty())
}

fn variable<T>(variable: &'static str, default: &str) -> Result<T, ConfigError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let value = std::env::var(variable).unwrap_or_else(|_| default.to_owned());
    value.parse().map_err(|error: T::Err| ConfigError { variable, reason: error.to_string(), value })
}
