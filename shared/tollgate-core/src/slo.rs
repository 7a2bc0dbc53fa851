//! Service level objectives: what is promised, and how much of the error budget is left.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Timestamp, evidence::Evidence};

mod alert;
mod arithmetic;
mod calendar;
mod depletion;
mod exclusion;
mod expression;
mod fact;
mod fraction;
mod history;
mod indicator;
mod interval;
mod measure;
mod objective;
mod openslo;
mod pairs;
mod period;
mod plan;
mod series;
mod source;
mod timeslice;

pub use alert::BurnAlert;
pub use arithmetic::Events;
pub use calendar::{Bounds, PeriodFact, PeriodKind};
pub use depletion::DepletionFact;
pub use exclusion::Exclusion;
pub use expression::{Expression, Input, Rational, Undefined, rational};
pub use fact::{Judging, slo_fact, unknown_fact};
pub use indicator::{Comparison, Composite, CompositeMethod, Counted, Indicator, Part, Ratio, RawKind};
pub use measure::Measure;
pub use objective::{Budgeting, PARTS_PER_BILLION, SliceTarget, Slo, Target};
pub use openslo::parse;
pub use pairs::{BurnPair, PairFact, sloth_week_pairs, workbook_pairs};
pub use period::{CalendarUnit, Period};
pub use plan::{LAG_SECONDS, Plan, Tier, WINDOWS};
pub use series::{Datum, Quality, Snapshot, TierSeries, count};
pub use source::{Metric, Source};

/// What is known of one objective.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SloFact {
    /// How it is known.
    pub evidence: Evidence,
    /// The service that it is about.
    pub service: String,
    /// Its name in the catalogue.
    pub name: String,
    /// The promised share of good events, in parts per thousand million: 999500000 is 99.95 %.
    pub target_ppb: u64,
    /// The length of the period that the budget is for.
    pub period_seconds: u64,
    /// Good and total events, by length of window counted back from the end of the data: `5m`, `30m`, `1h`, `2h`,
    /// `6h`, `1d`, `3d`. Always all of them.
    pub windows: BTreeMap<String, WindowFact>,
    /// The error budget over the period; null when not known.
    pub budget: Option<BudgetFact>,
    /// The start of the unbroken run of datapoints, up to the newest, that each spent budget faster than it
    /// accrues; null when the newest did not.
    pub burning_since: Option<Timestamp>,
}

/// Events in one window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WindowFact {
    /// Its length.
    pub seconds: u64,
    /// Good events; null when not known.
    pub good: Option<u64>,
    /// All events; null when not known, 0 when there was no traffic.
    pub total: Option<u64>,
    /// How fast the budget is spent: (bad / total) / (1 - target), in millionths, rounded up, so that `>` against
    /// a whole threshold is exact. 0 without traffic, null when not known.
    pub burn_rate_micro: Option<u64>,
    /// Datapoints that a complete answer would have.
    pub datapoints_expected: u64,
    /// Datapoints that came.
    pub datapoints_received: u64,
}

/// The error budget of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BudgetFact {
    /// What is counted.
    pub unit: BudgetUnit,
    /// Events in the period.
    pub total: u64,
    /// Bad events in it.
    pub bad: u64,
    /// Bad events that the target allows, rounded down.
    pub allowed_bad: u64,
    /// Share of the budget that is spent, in parts per million, rounded down, so that `>=` against a whole
    /// threshold is exact; above 1000000 when it is exhausted.
    pub consumed_ppm: u64,
    /// Share of the budget that is left, in parts per million, rounded down, so that `<` against a whole threshold
    /// is exact; negative when overspent.
    pub remaining_ppm: i64,
}

/// What a budget is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BudgetUnit {
    /// Events, each alike.
    Events,
    /// Slices of time, each alike, or each by its share of bad events.
    Slices,
    /// Parts per thousand million of what other objectives come to.
    PartsPerBillion,
}
