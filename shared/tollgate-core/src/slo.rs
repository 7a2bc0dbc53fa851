//! Service level objectives: what is promised, and how much of the error budget is left.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Timestamp, evidence::Evidence, facts::MaintenanceWindow};

mod aggregate;
mod alert;
mod alerted;
#[cfg(test)]
mod alerted_tests;
mod arithmetic;
mod assembled;
#[cfg(test)]
mod begun_tests;
#[cfg(test)]
mod bounds_tests;
mod bucket;
mod calendar;
#[cfg(test)]
mod coarse_tests;
mod composite;
mod coverage;
mod depletion;
mod exclusion;
#[cfg(test)]
mod exclusion_tests;
mod expression;
mod fact;
mod fraction;
mod gap;
mod history;
mod hours;
mod indicator;
mod interval;
mod judged;
mod judged_by;
mod known;
mod limits;
mod measure;
mod objective;
pub(crate) mod openslo;
mod pairs;
mod period;
mod plan;
mod reach;
mod reading;
mod report;
mod resolution;
#[cfg(test)]
pub(crate) mod sample;
mod sampled;
mod series;
mod silence;
mod source;
mod timeslice;
mod trend;

pub use aggregate::{AGGREGATE_SCHEMA, DailyAggregate, DailySlices, ObjectiveDays};
pub use alert::BurnAlert;
pub use alerted::AlertFact;
pub use arithmetic::Events;
pub use calendar::{Bounds, PeriodFact, PeriodKind};
pub use coverage::{CoverageFact, coverage};
pub use depletion::DepletionFact;
pub use exclusion::Exclusion;
pub(crate) use exclusion::ExclusionEntry;
pub use expression::{Expression, Input, Rational, Undefined, rational};
pub use fact::{Background, Judging, slo_fact, slo_fact_with, unknown_fact};
pub use indicator::{Comparison, Composite, CompositeMethod, Counted, Indicator, Part, Ratio, RawKind};
pub use known::KnownTime;
pub use limits::Limits;
pub use measure::Measure;
pub use objective::{Budgeting, PARTS_PER_BILLION, SliceTarget, Slo, Target};
pub use openslo::{Objectives, check_syntax, parse, read};
pub use pairs::{BurnPair, PairFact, PairLimit, sloth_week_pairs, workbook_pairs};
pub use period::{CalendarUnit, Period};
pub(crate) use plan::align_down;
pub use plan::{LAG_SECONDS, Plan, Tier, WINDOWS};
pub use reach::Reach;
pub use report::{BudgetReport, Reported, ReportedBudget, ReportedInterval, ReportedStatus, reported_fact};
pub use resolution::Resolution;
pub use sampled::Sampled;
pub use series::{Datum, Quality, Snapshot, TierSeries, count};
pub use silence::{SilenceFact, SilentMetricFact};
pub use source::{Metric, SignalsSlo, Source};
pub use timeslice::SliceFact;
pub use trend::burn_trend;

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
    /// The length of the period that the budget is for; of a calendar period, of the one that the data ends in.
    pub period_seconds: u64,
    /// That period.
    pub period: PeriodFact,
    /// What the budget is counted in.
    pub budgeting: BudgetingFact,
    /// Were there events in the period?
    pub traffic: Traffic,
    /// How long everything may be bad in the period, with steady traffic, before the budget is exhausted: period ×
    /// (1 - target), in milliseconds, rounded down.
    pub allowance_ms: u64,
    /// The burn rate at which everything is bad, 1 / (1 - target), in millionths, rounded down. No factor from there on
    /// can be exceeded.
    pub max_burn_rate_micro: u64,
    /// Good and total events, by length of window counted back from the end of the data: `5m`, `30m`, `1h`, `2h`,
    /// `6h`, `1d`, `3d`. Always all of them.
    pub windows: BTreeMap<String, WindowFact>,
    /// The error budget over the period; null when not known.
    pub budget: Option<BudgetFact>,
    /// The pairs of windows of the multi-window, multi-burn-rate alerts, with factors scaled to the period.
    pub pairs: Vec<PairFact>,
    /// The alerts that the objective's own file asks for.
    #[serde(default)]
    pub alerts: Vec<AlertFact>,
    /// When the budget ends at the burn rate of the windows `1h` and `6h`.
    pub depletion: Vec<DepletionFact>,
    /// The start of the unbroken run of datapoints, up to the newest, that each spent budget faster than it
    /// accrues; null when the newest did not. Datapoints that are excluded neither make nor break it.
    pub burning_since: Option<Timestamp>,
    /// The planned maintenance by which its newest datapoints do not count, of this objective or of one that it is made of.
    #[serde(default)]
    pub maintenance: Vec<MaintenanceWindow>,
    /// The newest time, up to the end of what was asked for, whose datapoints have not all come yet and are not overdue:
    /// windows, period and `evidence.as_of` end before it.
    #[serde(default)]
    pub late_seconds: u64,
    /// How long nobody has asked, up to the end of the data, and how plausible that is; null while there is traffic, where it
    /// is not known, and where no events are counted. Of several objectives, that of the one whose silence is least plausible.
    #[serde(default)]
    pub silence: Option<SilenceFact>,
    /// The metrics whose missing datapoints are declared to be zero, and which have never come or have stopped.
    #[serde(default)]
    pub silent_metrics: Vec<SilentMetricFact>,
    /// Is the evidence `partial` for no other reason than that the unknown time of the period decides how much of the budget
    /// is spent? What is known can be relied on, so a person can say whether to go ahead.
    #[serde(default)]
    pub is_undecided: bool,
}

/// Whether there were events: none, and not knowing, are different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Traffic {
    /// There were.
    Events,
    /// Data came, and it says that there were none.
    None,
    /// Data came, and all of it is left out as planned maintenance: of events that count, nothing is known.
    Excluded,
    /// No data came, or none that can be relied on.
    Unknown,
}

/// How a budget is counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BudgetingFact {
    /// OpenSLO's method.
    pub method: BudgetingMethod,
    /// What `budget.total` and `budget.bad` count.
    pub unit: BudgetUnit,
    /// What `good` and `total` of the windows count.
    pub event: BudgetUnit,
    /// The length of a slice; null where it is not counted in slices.
    pub slice_seconds: Option<u64>,
    /// The share of good events that makes a slice good, in parts per thousand million; null where slices are not good
    /// or bad.
    pub slice_target_ppb: Option<u64>,
}

/// OpenSLO's methods: <https://github.com/OpenSLO/OpenSLO#objectives>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BudgetingMethod {
    /// Good events over all.
    Occurrences,
    /// Good slices over all.
    Timeslices,
    /// The mean of the slices' ratios.
    RatioTimeslices,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BudgetUnit {
    /// Events.
    Events,
    /// Minutes, each good or bad, or good by a share: of a value that is measured and not counted.
    Minutes,
    /// Slices of time, each good or bad, or good by a share.
    Slices,
    /// Seconds, as Application Signals counts the periods that were good or bad.
    Seconds,
    /// Parts per thousand million of what several objectives come to.
    PartsPerBillion,
}

/// Events in one window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WindowFact {
    /// Its length: what its name says, rounded up to whole datapoints of metrics whose datapoints are longer.
    pub seconds: u64,
    /// Good events; null when not known.
    pub good: Option<u64>,
    /// All events; null when not known, 0 when there was no traffic.
    pub total: Option<u64>,
    /// Were there events in it?
    pub traffic: Traffic,
    /// Its slices; null where the budget is counted in events.
    pub slices: Option<SliceFact>,
    /// How much of its time is known; null in records from before this was told.
    #[serde(default)]
    pub known: Option<KnownTime>,
    /// How fast the budget is spent in the known time: (bad / total) / (1 - target), in millionths, rounded up, so that `>`
    /// against a whole threshold is exact. 0 without traffic, null when not known.
    pub burn_rate_micro: Option<u64>,
    /// The same if all was bad in the unknown time, in the traffic around it; null when not known.
    #[serde(default)]
    pub burn_rate_at_most_micro: Option<u64>,
    /// The lower end of what the burn rate can be, given how few events, or slices, it is seen in: of the 95 % Wilson
    /// interval of the share of bad ones, in millionths, rounded down. 0 without traffic, null when not known.
    pub burn_rate_low_micro: Option<u64>,
    /// The upper end, rounded up; without traffic the largest there is.
    pub burn_rate_high_micro: Option<u64>,
    /// The share of the period's budget that was spent in it, burn rate × window / period, in parts per million, rounded
    /// down; null when not known.
    pub consumed_ppm: Option<u64>,
    /// The length of its datapoints that are left out because all of their time is excluded.
    pub excluded_seconds: u64,
    /// Datapoints that a complete answer would have.
    pub datapoints_expected: u64,
    /// Datapoints that came.
    pub datapoints_received: u64,
    /// Of an objective that is made of others, what makes up its burn rate; null of another, and when not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_of: Option<MadeOfFact>,
}

/// What makes up the burn rate of a window of several objectives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MadeOfFact {
    /// Whether their sum makes it, or the largest of them; of slices that are bad together it is at most their sum.
    pub method: CompositeMethod,
    /// What each adds to it.
    pub parts: Vec<PartFact>,
}

/// What one of several objectives adds to the burn rate of a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartFact {
    /// The identifier of its evidence.
    pub id: String,
    /// What its events are.
    pub event: BudgetUnit,
    /// Its good events; null when they are not counted.
    pub good: Option<u64>,
    /// All its events; null when they are not counted.
    pub total: Option<u64>,
    /// The burn rate of the whole if all other parts were good, in millionths, rounded up.
    pub burn_rate_micro: u64,
}

/// The error budget of a period: what is spent of it for certain, what at most, and how much of its time is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BudgetFact {
    /// Events, or what else `budgeting.unit` says, that came in the period. Of slices, those that are not known too, and in
    /// a calendar period those to come.
    pub total: u64,
    /// Ones of them that are known to be bad, rounded up.
    pub bad: u64,
    /// Bad ones that the target allows, rounded down; of what the unknown time had in the traffic around it, too.
    pub allowed_bad: u64,
    /// Share of the budget that is spent for certain, in parts per million, rounded down, so that `>=` against a whole
    /// threshold is exact; above 1000000 when it is exhausted.
    pub consumed_ppm: u64,
    /// Share of the budget that is spent if all was bad in the unknown time, in the traffic around it; the same as
    /// `consumed_ppm` when all time is known. Null in records from before this was told.
    #[serde(default)]
    pub consumed_at_most_ppm: Option<u64>,
    /// Share of the budget that is left if all was good in the unknown time, in parts per million, rounded down, so that
    /// `<` against a whole threshold is exact; negative when overspent.
    pub remaining_ppm: i64,
    /// How much of the period's time is known; null where another service judges it, and in records from before this was
    /// told.
    #[serde(default)]
    pub known: Option<KnownTime>,
    /// Does the unknown time decide: is a step of the budget reached with it, if all was bad, and not without it? Then the
    /// evidence is `partial`, and what is spent or left is not known.
    #[serde(default)]
    pub is_undecided: bool,
    /// The period's slices so far; null where the budget is counted in events.
    pub slices: Option<SliceFact>,
    /// The length of the period's datapoints that are left out because all of their time is excluded.
    pub excluded_seconds: u64,
}

impl BudgetFact {
    /// Share of the budget that is left, in parts per million; none while the unknown time decides.
    pub fn known_remaining_ppm(&self) -> Option<i64> {
        (!self.is_undecided).then_some(self.remaining_ppm)
    }
}
