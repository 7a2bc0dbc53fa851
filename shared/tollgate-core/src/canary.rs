//! A canary against its baseline: is what the new version measures worse than what the old one measures beside it?
//!
//! Each metric is judged by the Mann–Whitney U test of its datapoints and by the size of the effect, as Kayenta does
//! (<https://github.com/spinnaker/kayenta>), and metrics are folded into a score by groups. Unlike there, what has no
//! data counts against the canary, and no class, score or verdict rests on floating-point arithmetic: datapoints are only
//! ordered, or taken as the exact fractions that they are.
//!
//! Ranks do not see a few minutes in which everything fails. So a share of counts is judged by its events as well, summed
//! over the whole time and over the newest minutes: Fisher's exact test of two proportions, and the size of the
//! difference. What is worse by either is worse.
//!
//! A metric may have absolute limits, and may be critical: where one fails, the whole does, as in Kayenta, and nothing
//! passes without its data.

mod events;
mod exact;
mod fact;
mod limits;
mod lost;
mod metric;
mod normal;
mod plan;
mod proportions;
mod question;
mod ranks;
mod source;
mod verdict;

pub use events::{CanaryCounts, CanaryEventsFact, Counted};
pub use fact::{CanaryFact, CanaryMetricFact, CanarySideFact, GroupScore};
pub use limits::{CanaryLimits, CanaryLimitsFact};
pub use metric::{Cause, Class, Method};
pub use plan::{CanaryConfig, CanaryMetric, CanaryPlan, Direction, Tolerance};
pub use question::CanaryQuestion;
pub(crate) use question::MOST_DIMENSIONS;
pub use source::{CanaryMetricSource, CanarySource};
pub use verdict::{CanaryVerdict, Observed, canary_fact, unknown_canary};

/// The datapoints of one metric on one side.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Samples {
    /// One place for each datapoint that was asked for; none where no datapoint came. The order does not matter.
    pub values: Vec<Option<f64>>,
    /// Those of them that are of the newest minutes and came.
    pub newest: Vec<f64>,
    /// How many events (requests, say) the datapoints are made of; none when it is not known.
    pub events: Option<u64>,
    /// Of a share of counts, the counts; none of any other metric.
    pub counted: Option<Counted>,
    /// Datapoints of a share of counts that were left out: less than nothing, or more than all.
    pub impossible: u64,
    /// Why the datapoints cannot be relied on, to follow "the canary": `could not be read: …`. None when they can.
    pub failure: Option<String>,
}

/// The datapoints of one metric on both sides.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MetricSamples {
    /// What the old version measured.
    pub baseline: Samples,
    /// What the new version measured, over the same time.
    pub canary: Samples,
    /// Ids of the evidence that it rests on.
    pub evidence: Vec<String>,
}

#[cfg(test)]
mod events_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod published;
#[cfg(test)]
mod source_tests;
#[cfg(test)]
mod tests;
