//! What is known of a Keptn gate, as policies see it.

use serde::{Deserialize, Serialize};

use super::KeptnPast;
use crate::evidence::Evidence;

/// How a gate comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeptnResult {
    /// The score is high enough, and no key SLI failed.
    Pass,
    /// The score is high enough for a warning, and no key SLI failed.
    Warning,
    /// An objective that counts cannot be judged, and the gate does not fail without it already.
    Inconclusive,
    /// The score is too low, or a key SLI failed.
    Fail,
}

/// How an objective comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ObjectiveResult {
    /// It counts in full.
    Pass,
    /// It counts half.
    Warning,
    /// It counts nothing.
    Fail,
    /// It only informs.
    Info,
    /// Nobody knows: its SLI has no value, or nothing to be compared with.
    Unknown,
}

/// What is known of a Keptn gate. It decides nothing: rules do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeptnFact {
    /// How it is known; `no_data` when no SLI that counts has a value, `partial` when some have none.
    pub evidence: Evidence,
    /// The service whose gate it is.
    pub service: String,
    /// How it comes out.
    pub result: KeptnResult,
    /// Why, for a person.
    pub reasons: Vec<String>,
    /// The share of the largest score, in parts per million, rounded down, so that `>=` against a whole threshold is
    /// exact. What is unknown counts nothing.
    pub score_ppm: u32,
    /// The same if all that is unknown passed.
    pub best_score_ppm: u32,
    /// The score from which it passes.
    pub pass_score_ppm: u32,
    /// The score from which it passes with a warning; null when anything else fails.
    pub warning_score_ppm: Option<u32>,
    /// The objectives, in the order of the file.
    pub objectives: Vec<ObjectiveFact>,
}

impl KeptnFact {
    /// What later results compare with. People may have accepted it although it was inconclusive.
    pub fn past(&self, accepted: bool) -> KeptnPast {
        let valued = |objective: &ObjectiveFact| Some((objective.sli.clone(), objective.value.clone()?));
        let accepted = accepted && self.result == KeptnResult::Inconclusive;
        KeptnPast {
            result: if accepted { KeptnResult::Pass } else { self.result },
            values: self.objectives.iter().filter_map(valued).collect(),
        }
    }
}

/// How one objective does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ObjectiveFact {
    /// Its SLI.
    pub sli: String,
    /// The same for people.
    pub display_name: Option<String>,
    /// Does the gate fail when it does?
    pub key_sli: bool,
    /// What it counts for, relative to the others.
    pub weight: u32,
    /// How it comes out.
    pub result: ObjectiveResult,
    /// The SLI's value as a decimal text, in the SLI's unit; null when it has none.
    pub value: Option<String>,
    /// Why it is unknown; null otherwise.
    pub reason: Option<String>,
    /// How many earlier results relative criteria compared with.
    pub results_compared: u64,
    /// Its criteria to pass: one of the sets is enough, of which all must be met.
    pub pass: Vec<Vec<CriterionFact>>,
    /// Its criteria for a warning.
    pub warning: Vec<Vec<CriterionFact>>,
}

/// How one criterion does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CriterionFact {
    /// The criterion: `<=+10%`.
    pub criterion: String,
    /// What the value was held against, as a decimal text in the SLI's unit, for people: cut to six decimals, where the
    /// comparison is exact. Null when it needs earlier results and there are none.
    pub target: Option<String>,
    /// Is it met? Null when nobody knows.
    pub met: Option<bool>,
}
