//! Settings: thresholds and modes, in layers of which a lower one may only tighten.

mod kinds;
mod layers;
mod leaf;
mod pins;
mod resolved;
mod table;
mod tighten;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::finding::Mode;
pub use layers::Layers;
pub(crate) use layers::{Level, sets_for_all};
pub use resolved::ModeInForce;

/// Thresholds and modes in force for one service: the layers, resolved.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Settings {
    /// Values by group and name: `thresholds.change.failure_rate_ppm`. Units stand in the names.
    pub thresholds: BTreeMap<String, Value>,
    /// Modes by rule, where they differ from the rule's own.
    pub modes: BTreeMap<String, Mode>,
    /// The file that set a mode, where it is another than the rule's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub modes_set_by: BTreeMap<String, String>,
}

impl Settings {
    /// The whole number at `group.name`.
    pub fn integer(&self, group: &str, name: &str) -> Option<i64> {
        self.thresholds.get(group)?.get(name)?.as_i64()
    }

    /// The text at `group.name`; none where it is empty.
    pub fn text(&self, group: &str, name: &str) -> Option<&str> {
        self.thresholds.get(group)?.get(name)?.as_str().filter(|text| !text.trim().is_empty())
    }

    /// The seconds at `group.name`: none at all where there is no such threshold, so that everything is too old.
    pub fn seconds(&self, group: &str, name: &str) -> u64 {
        self.integer(group, name).and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or(0)
    }
}

#[cfg(test)]
mod bounds_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tightening_tests;
