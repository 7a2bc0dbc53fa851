//! The part of a question that names a canary: what tells both sides apart, and since when they run.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    change::{
        FieldError,
        limits::{at_most, error, identity},
    },
};

/// The most dimensions that sides may differ by.
pub(crate) const MOST_DIMENSIONS: usize = 10;
/// What runs for longer is no canary, and CloudWatch keeps minutes for 15 days.
const LONGEST_DAYS: i64 = 7;
/// How far the clocks of callers may be ahead.
const SKEW_SECONDS: i64 = 60;

/// A canary that runs beside the version that it is to replace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CanaryQuestion {
    /// The old version: the value of each dimension that the service's canary file names, `{"Version": "1841"}`.
    pub baseline: BTreeMap<String, String>,
    /// The new version: other values of the same dimensions.
    pub canary: BTreeMap<String, String>,
    /// Since when the canary has its share of the traffic.
    pub started_at: Timestamp,
}

impl CanaryQuestion {
    /// Holds it against the limits, at a time.
    ///
    /// # Errors
    /// The first field that is outside.
    pub fn check(&self, now: Timestamp) -> Result<(), FieldError> {
        for (path, side) in [("baseline", &self.baseline), ("canary", &self.canary)] {
            if side.is_empty() {
                let message = "should name what tells it apart, such as `{\"Version\": \"1842\"}`";
                return Err(error(path, message.to_owned()));
            }
            at_most(path, side.len(), MOST_DIMENSIONS)?;
            for (name, value) in side {
                identity(path, name)?;
                identity(&format!("{path}.{name}"), value)?;
            }
        }
        if !self.baseline.keys().eq(self.canary.keys()) {
            return Err(error(
                "canary",
                format!("should have the dimensions of `baseline`, {}", names(self.baseline.keys())),
            ));
        }
        if self.baseline == self.canary {
            return Err(error("canary", "should differ from `baseline`: both name the same".to_owned()));
        }
        let age = now.signed_duration_since(self.started_at);
        if age < TimeDelta::seconds(-SKEW_SECONDS) {
            return Err(error("started_at", format!("is {}, after now, {now}", self.started_at)));
        }
        if age > TimeDelta::days(LONGEST_DAYS) {
            let message = format!("is {}, more than {LONGEST_DAYS} days ago: a canary is shorter", self.started_at);
            return Err(error("started_at", message));
        }
        Ok(())
    }
}

/// Names for a person: `A`, `B`.
pub(super) fn names<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
