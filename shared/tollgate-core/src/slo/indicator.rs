//! What an objective is judged by.

use std::{cmp::Ordering, sync::Arc};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{
    objective::Slo,
    resolution::Resolution,
    source::{Metric, SignalsSlo, Source},
};

/// What an objective is judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Indicator {
    /// Good or bad events over all events.
    Ratio(Ratio),
    /// A source that is itself a ratio, between 0 and 1.
    Raw {
        /// What it is the ratio of.
        kind: RawKind,
        /// The ratio.
        source: Source,
        /// Did nothing happen in a time without a value (`treatMissing: idle`)? Otherwise nothing is known of it.
        absent_is_idle: bool,
    },
    /// A value that is good while it compares with another as it should.
    Threshold {
        /// The value.
        source: Source,
        /// How it compares with the other while it is good.
        comparison: Comparison,
        /// The other: in the unit of the metric.
        value: Decimal,
        /// Did nothing happen in a time without a value (`treatMissing: idle`)? Otherwise nothing is known of it.
        absent_is_idle: bool,
    },
    /// Other objectives.
    Composite(Composite),
    /// An SLO of CloudWatch Application Signals, which is judged there.
    ApplicationSignals(SignalsSlo),
}

impl Indicator {
    /// The metrics that it reads; what is counted before the total.
    pub fn metrics(&self) -> Vec<&Metric> {
        match self {
            Self::Ratio(ratio) => [&ratio.metric, &ratio.total].into_iter().flat_map(Source::metrics).collect(),
            Self::Raw { source, .. } | Self::Threshold { source, .. } => source.metrics(),
            Self::Composite(composite) => composite.parts.iter().flat_map(|part| part.slo.metrics()).collect(),
            Self::ApplicationSignals(_) => Vec::new(),
        }
    }
}

impl Indicator {
    /// The longest of its metrics' datapoints; a minute where it reads none.
    pub fn resolution(&self) -> Resolution {
        self.metrics().into_iter().map(|metric| metric.resolution).max().unwrap_or_default()
    }

    /// Those of its metrics whose values are measured: what is no count of events, or need not be.
    pub fn measured(&self) -> Vec<&Metric> {
        match self {
            Self::Ratio(_) => self.metrics().into_iter().filter(|metric| !metric.counts()).collect(),
            Self::Raw { .. } | Self::Threshold { .. } => self.metrics(),
            Self::Composite(composite) => {
                composite.parts.iter().flat_map(|part| part.slo.indicator.measured()).collect()
            }
            Self::ApplicationSignals(_) => Vec::new(),
        }
    }
}

/// A count of good or bad events over a count of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratio {
    /// What [`metric`](Self::metric) counts.
    pub counted: Counted,
    /// The good or the bad events.
    pub metric: Source,
    /// All events.
    pub total: Source,
    /// Is time without a datapoint of the total time without events (`treatMissing: zero` of the total)? Otherwise nothing
    /// is known of it: whether nobody asked or the telemetry was lost cannot be seen.
    pub absent_total_is_zero: bool,
    /// Are good events published always (`treatMissing: unknown` of them)? Then nothing is known where the total has events and
    /// they have no datapoint; otherwise all of those events were bad.
    pub absent_good_is_unknown: bool,
}

/// What the metric beside the total counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Good events. Where the total has events and this has no datapoint, all of them were bad, unless it is late, never
    /// came at all, is a formula that lacks an input, or is declared to be published always.
    Good,
    /// Bad events.
    Bad {
        /// Is a missing datapoint zero bad events (`treatMissing: zero`)? Otherwise nothing is known where the total has
        /// events and this has no datapoint.
        absent_is_zero: bool,
    },
}

/// What a raw ratio is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawKind {
    /// Good over all.
    Success,
    /// Bad over all.
    Failure,
}

/// How one value compares with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// It is less.
    Lt,
    /// It is at most as much.
    Lte,
    /// It is more.
    Gt,
    /// It is at least as much.
    Gte,
}

impl Comparison {
    /// Does a value that is ordered so against the other compare as it should?
    pub fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Lt => ordering.is_lt(),
            Self::Lte => ordering.is_le(),
            Self::Gt => ordering.is_gt(),
            Self::Gte => ordering.is_ge(),
        }
    }

    /// Reads OpenSLO's `op`.
    pub(super) fn from_op(text: &str) -> Option<Self> {
        match text {
            "lt" => Some(Self::Lt),
            "lte" => Some(Self::Lte),
            "gt" => Some(Self::Gt),
            "gte" => Some(Self::Gte),
            _ => None,
        }
    }
}

/// An objective about other objectives. Its ratio of good events is made of theirs, over its own period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composite {
    /// How theirs make its own.
    pub method: CompositeMethod,
    /// The others: at least one, and none of them a composite.
    pub parts: Vec<Part>,
}

/// How the ratios of several objectives make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CompositeMethod {
    /// Their mean, by weight.
    Weighted,
    /// The smallest of them; the weights say nothing.
    WorstOf,
    /// Each spends the budget of the whole at the rate of its own, times its weight: the whole as the one that spends most.
    WorstBurnRate,
    /// A slice is bad when that of any of them is; the weights say nothing.
    AnySlice,
    /// What each lacks to be all good, times its weight, adds up.
    SumOfBad,
}

/// One of the objectives that a composite is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The objective.
    pub slo: Arc<Slo>,
    /// How much it counts; more than 0.
    pub weight: Decimal,
}
