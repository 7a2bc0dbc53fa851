//! What is known of a canary, as policies see it.

use serde::{Deserialize, Serialize};

use super::{CanaryEventsFact, CanaryLimitsFact, Cause, Class, Direction, Method, Tolerance, verdict::CanaryVerdict};
use crate::evidence::Evidence;

/// What is known of a canary against its baseline. It decides nothing: rules do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CanaryFact {
    /// How it is known; `no_data` when no metric could be judged, `partial` when some could not. Advisory
    /// when the verdict is `pass`: a score that is high enough has what is missing held against it already.
    pub evidence: Evidence,
    /// The service that is rolled out.
    pub service: String,
    /// What the comparison says.
    pub verdict: CanaryVerdict,
    /// Why, for a person.
    pub reasons: Vec<String>,
    /// The share of what the metrics count for that passes, in parts per million, rounded down, so that `>=` against a
    /// whole threshold is exact. Metrics without data do not pass. 0 where a critical metric fails.
    pub score_ppm: u32,
    /// The same over the metrics that could be judged, rounded up, so that `<` against a whole threshold is exact; null
    /// when none could, and 0 where a critical one fails.
    pub judged_score_ppm: Option<u32>,
    /// The score from which it passes.
    pub pass_score_ppm: u32,
    /// The score from which it is marginal.
    pub marginal_score_ppm: u32,
    /// The share of the metrics that could not be judged, in parts per million, rounded down.
    pub no_data_ppm: u32,
    /// The share of them at which it fails.
    pub max_no_data_ppm: u32,
    /// How sure a difference must be, in parts per million.
    pub confidence_ppm: u32,
    /// How long the canary has run.
    pub observed_seconds: u64,
    /// How long it must run before it can pass.
    pub observation_seconds: u64,
    /// After how long what is missing counts against it for good.
    pub give_up_seconds: u64,
    /// When asking again makes sense; null unless the verdict is `inconclusive`.
    pub ask_again_seconds: Option<u64>,
    /// The groups, by name.
    pub groups: Vec<GroupScore>,
    /// The metrics, in the order of the configuration.
    pub metrics: Vec<CanaryMetricFact>,
}

/// How a group of metrics does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupScore {
    /// Its name.
    pub name: String,
    /// What it counts for, relative to the others.
    pub weight: u32,
    /// The share of what its metrics count for that passes, in parts per million, rounded down.
    pub score_ppm: u32,
}

/// How one metric of the canary compares with the baseline's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CanaryMetricFact {
    /// Its name.
    pub name: String,
    /// Its group.
    pub group: String,
    /// What it counts for within its group.
    pub weight: u32,
    /// Which difference is bad.
    pub direction: Direction,
    /// The largest effect that is tolerated.
    pub tolerance: Tolerance,
    /// The largest difference of the shares of all events that is tolerated, in parts per million of the events; says
    /// nothing of a metric that is no share of counts.
    pub share_tolerance_ppm: u32,
    /// Does all fail with it?
    #[serde(default)]
    pub critical: bool,
    /// What it is: the worst of what its limits, its minutes and its events say.
    pub class: Class,
    /// Why it could not be judged; null when it was.
    pub cause: Option<Cause>,
    /// The same for a person.
    pub reason: Option<String>,
    /// The fewest events on either side to judge it by.
    pub min_events: u64,
    /// What the baseline measured.
    pub baseline: CanarySideFact,
    /// What the canary measured.
    pub canary: CanarySideFact,
    /// How the canary stands to its limits; null where it has none, or the canary could not be judged.
    #[serde(default)]
    pub limits: Option<CanaryLimitsFact>,
    /// The events of the newest minutes, compared; null when it could not be judged or is no share of counts.
    pub newest_events: Option<CanaryEventsFact>,
    /// The events of the whole time, compared; null as above.
    pub all_events: Option<CanaryEventsFact>,
    /// What its minutes say, by their ranks. Null, like all below, when it could not be judged.
    pub ranks_class: Option<Class>,
    /// Is the difference of its minutes as sure as it must be?
    pub significant: Option<bool>,
    /// How the p-value came about.
    pub method: Option<Method>,
    /// The two-sided p-value of the Mann–Whitney U test in parts per million, rounded up and never 0. For people: whether
    /// it is small enough is `significant`, which is exact.
    pub p_value_ppm: Option<u32>,
    /// Twice the canary's U.
    pub twice_u: Option<u64>,
    /// How often a datapoint of the canary is above one of the baseline, equals counting half: 500000 where both are
    /// alike, in parts per million, rounded to the nearest.
    pub common_language_effect_ppm: Option<u32>,
    /// The rank-biserial correlation in parts per million, rounded away from zero: 0 where both are alike, positive where
    /// the canary is higher, 1000000 where all of it is.
    pub rank_biserial_ppm: Option<i32>,
    /// The canary's median less the baseline's, over the size of the baseline's, in parts per million, rounded away from
    /// zero; null also when the baseline's is 0 and the canary's is not.
    pub median_change_ppm: Option<i64>,
    /// Ids of the evidence that it rests on.
    pub evidence: Vec<String>,
}

/// What one side of a comparison measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CanarySideFact {
    /// Datapoints that were asked for.
    pub datapoints_expected: u64,
    /// Datapoints that came.
    pub datapoints_received: u64,
    /// Events that they are made of; null when it is not known.
    pub events: Option<u64>,
    /// The median in millionths of the metric's unit, rounded to the nearest; null when there is none or it does not fit.
    pub median_micro: Option<i64>,
}
