//! An objective: what is promised of a service, over which period, and how it is judged.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    alert::BurnAlert,
    exclusion::Exclusion,
    expression::Rational,
    indicator::{Comparison, Indicator, Ratio},
    pairs::BurnPair,
    period::Period,
    source::Metric,
};
use crate::{Timestamp, closed::joined, facts::MaintenanceWindow};

/// The label by which an objective is about some environments only.
const ENVIRONMENT: &str = "environment";

/// One objective of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slo {
    /// The service that it is about.
    pub service: String,
    /// Its name, unique within the service. Where a file states several targets for one indicator, the target is
    /// part of the name: `availability-99.9`.
    pub name: String,
    /// What it promises, for a person.
    pub description: Option<String>,
    /// The promised share of good events, or of good time slices.
    pub target: Target,
    /// The period that the budget is for.
    pub period: Period,
    /// What the budget is counted in.
    pub budgeting: Budgeting,
    /// What it is judged by.
    pub indicator: Indicator,
    /// When to say that its budget burns too fast.
    pub alerts: Vec<BurnAlert>,
    /// The pairs of windows that its service's settings judge it by; those that its period asks for where nothing is set.
    pub pairs: Option<Vec<BurnPair>>,
    /// Times that do not count: planned maintenance.
    pub exclusions: Vec<Arc<Exclusion>>,
    /// When it began to be measured: time before it is no part of its period. Of an objective that does not say it, all of
    /// the period is asked about, and what is missing of it is not known.
    pub since: Option<Timestamp>,
    /// Other services that spend the same budget.
    pub shared_with: Vec<String>,
    /// Its labels, each with one value or several.
    pub labels: BTreeMap<String, Vec<String>>,
    /// The file that it is in, relative to the policies' folder.
    pub file: String,
    /// Where it begins in its file, from 1.
    pub line: u64,
}

impl Slo {
    /// An objective on the ratio of events over a rolling period, without anything that a file may add.
    pub fn of_events(
        service: impl Into<String>,
        name: impl Into<String>,
        target: Target,
        period_seconds: u64,
        ratio: Ratio,
    ) -> Self {
        Self {
            service: service.into(),
            name: name.into(),
            description: None,
            target,
            period: Period::Rolling { seconds: period_seconds },
            budgeting: Budgeting::Occurrences,
            indicator: Indicator::Ratio(ratio),
            alerts: Vec::new(),
            pairs: None,
            exclusions: Vec::new(),
            since: None,
            shared_with: Vec::new(),
            labels: BTreeMap::new(),
            file: String::new(),
            line: 1,
        }
    }

    /// Is it about this environment? By its label `environment`; without one it is about all of them.
    pub fn is_about(&self, environment: &str) -> bool {
        !self.labels.contains_key(ENVIRONMENT) || self.names(environment)
    }

    /// The environments that its label `environment` names; none where it has no such label, and is about all.
    pub fn environments(&self) -> Option<&[String]> {
        self.labels.get(ENVIRONMENT).map(Vec::as_slice)
    }

    /// Does its label `environment` name this one?
    pub fn names(&self, environment: &str) -> bool {
        self.environments().is_some_and(|names| names.iter().any(|name| name == environment))
    }

    /// The name of its evidence in a decision: `slo/payments-api/availability`.
    pub fn evidence_id(&self) -> String {
        format!("slo/{}/{}", self.service, self.name)
    }

    /// The metrics that it needs; of a ratio, what is counted before the total.
    pub fn metrics(&self) -> Vec<&Metric> {
        self.indicator.metrics()
    }

    /// The times between two that do not count, in seconds since 1970: in order, each from its start to before its
    /// end, without overlap.
    pub fn excluded(&self, from: i64, until: i64) -> Vec<Range<i64>> {
        joined(self.exclusions.iter().flat_map(|exclusion| exclusion.between(from, until)).collect())
    }
}

impl Slo {
    /// The maintenance of it, or of what it is made of, that goes on between two times or at one of them.
    pub(super) fn maintenance(&self, from: Timestamp, until: Timestamp) -> Vec<MaintenanceWindow> {
        let parts = match &self.indicator {
            Indicator::Composite(composite) => composite.parts.as_slice(),
            _ => &[],
        };
        let of_parts = parts.iter().flat_map(|part| &part.slo.exclusions);
        let mut found: Vec<MaintenanceWindow> = Vec::new();
        for window in self.exclusions.iter().chain(of_parts).filter_map(|exclusion| exclusion.during(from, until)) {
            if !found.contains(&window) {
                found.push(window);
            }
        }
        found
    }
}

/// What a budget is counted in: <https://github.com/OpenSLO/OpenSLO#objectives>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Budgeting {
    /// Events.
    Occurrences,
    /// Slices of time, each good or bad.
    Timeslices {
        /// The length of a slice: full minutes, of which a day has a whole number.
        slice_seconds: u64,
        /// The share of good events that makes a slice good.
        slice_target: SliceTarget,
    },
    /// The mean of the slices' ratios of good events.
    RatioTimeslices {
        /// The length of a slice: full minutes, of which a day has a whole number.
        slice_seconds: u64,
    },
}

impl Budgeting {
    /// The length of a slice; none where events are counted.
    pub fn slice_seconds(self) -> Option<u64> {
        match self {
            Self::Occurrences => None,
            Self::Timeslices { slice_seconds, .. } | Self::RatioTimeslices { slice_seconds } => Some(slice_seconds),
        }
    }
}

/// The share of good events that makes a time slice good: more than nothing, up to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SliceTarget {
    ppb: u64,
}

impl SliceTarget {
    /// A share in parts per thousand million; none unless it is more than 0 and at most 1.
    pub fn from_ppb(ppb: u64) -> Option<Self> {
        (1..=PARTS_PER_BILLION).contains(&ppb).then_some(Self { ppb })
    }

    /// Reads a decimal text between 0 and 1 exactly.
    ///
    /// # Errors
    /// A sentence to follow the text, when it is not a decimal number above 0 and up to 1, or has more digits than
    /// parts per thousand million can hold.
    pub fn from_decimal(text: &str) -> Result<Self, String> {
        let value = decimal(text)?;
        if value <= Decimal::ZERO || value > Decimal::ONE {
            return Err("must be more than 0 and at most 1".to_owned());
        }
        parts_per_billion(value, 1)?.and_then(Self::from_ppb).ok_or_else(|| "must be more than 0".to_owned())
    }

    /// The share in parts per thousand million.
    pub fn ppb(self) -> u64 {
        self.ppb
    }
}

/// Reads a decimal number exactly.
pub(super) fn decimal(text: &str) -> Result<Decimal, String> {
    let read = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
    // The library takes `0.9_99` for 0.999.
    read.ok().filter(|_| !text.contains('_')).ok_or_else(|| "is not a decimal number".to_owned())
}

fn parts_per_billion(value: Decimal, whole: u32) -> Result<Option<u64>, String> {
    let parts = value * Decimal::from(PARTS_PER_BILLION) / Decimal::from(whole);
    if !parts.fract().is_zero() {
        return Err("is finer than one part in a thousand million".to_owned());
    }
    Ok(parts.to_u64())
}

/// The promised share of good events: less than all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    ppb: u64,
}

/// The parts that a target is counted in.
pub const PARTS_PER_BILLION: u64 = 1_000_000_000;

impl Target {
    /// A target in parts per thousand million; none unless it is less than 1.
    pub fn from_ppb(ppb: u64) -> Option<Self> {
        (0..PARTS_PER_BILLION).contains(&ppb).then_some(Self { ppb })
    }

    /// Reads a decimal text exactly, counted in units of 1 / `whole`: 1 for `0.999`, 100 for `99.9`.
    ///
    /// # Errors
    /// A sentence to follow the text, when it is not a decimal number from 0 to below `whole`, or has more digits than
    /// parts per thousand million can hold.
    pub fn from_decimal(text: &str, whole: u32) -> Result<Self, String> {
        let value = decimal(text)?;
        let range = || format!("must be at least 0 and less than {whole}");
        if value < Decimal::ZERO || value >= Decimal::from(whole) {
            return Err(range());
        }
        parts_per_billion(value, whole)?.and_then(Self::from_ppb).ok_or_else(range)
    }

    /// The promised share of good events, in parts per thousand million.
    pub fn ppb(self) -> u64 {
        self.ppb
    }

    /// The share of events that may be bad, in parts per thousand million; never 0.
    pub fn budget_ppb(self) -> u64 {
        PARTS_PER_BILLION.abs_diff(self.ppb)
    }

    /// Can the burn rate compare so with a threshold? When every event is bad, it is 1 / (1 - target), and never more.
    pub fn reaches(self, comparison: Comparison, burn_rate: Rational) -> bool {
        let largest = Rational::new(i128::from(PARTS_PER_BILLION), i128::from(self.budget_ppb()));
        comparison.holds(largest.cmp(&burn_rate))
    }

    /// The largest burn rate that there can be, to two decimals.
    pub fn largest_burn_rate(self) -> Decimal {
        (Decimal::from(PARTS_PER_BILLION) / Decimal::from(self.budget_ppb())).round_dp(2).normalize()
    }

    /// The target in per cent, in as few digits as it takes: `99.95`.
    pub fn percent(self) -> String {
        Decimal::from_i128_with_scale(i128::from(self.ppb), 7).normalize().to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{PARTS_PER_BILLION, Target};

    #[test]
    fn targets_are_read_exactly() {
        for (text, whole, ppb) in [
            ("0.999", 1, 999_000_000),
            ("0.9995", 1, 999_500_000),
            ("99.95", 100, 999_500_000),
            ("99.99999", 100, 999_999_900),
            ("0.999999999", 1, 999_999_999),
            ("9.99e-1", 1, 999_000_000),
            ("1e-9", 1, 1),
            ("50", 100, 500_000_000),
            ("0.0", 1, 0),
        ] {
            assert_eq!(Target::from_decimal(text, whole).map(Target::ppb), Ok(ppb), "{text}");
        }
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for (text, whole, reason) in [
            ("1", 1, "less than 1"),
            ("1.0", 1, "less than 1"),
            ("99.9", 1, "less than 1"),
            ("100", 100, "less than 100"),
            ("-0.5", 1, "at least 0"),
            ("0.9999999999", 1, "finer"),
            ("0.00000000001", 1, "finer"),
            (".nan", 1, "not a decimal"),
            (".inf", 1, "not a decimal"),
            ("", 1, "not a decimal"),
            ("99,9", 100, "not a decimal"),
            ("0.9_99", 1, "not a decimal"),
            ("9_9.9", 100, "not a decimal"),
            ("9_9e-2", 1, "not a decimal"),
            ("0x1", 1, "not a decimal"),
            ("1e40", 1, "not a decimal"),
        ] {
            let error = Target::from_decimal(text, whole).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn writing_and_reading_a_target_loses_nothing(ppb in 1..PARTS_PER_BILLION) {
            let target = Target::from_ppb(ppb).unwrap();
            prop_assert_eq!(Target::from_decimal(&target.percent(), 100), Ok(target));
            prop_assert_eq!(target.ppb() + target.budget_ppb(), PARTS_PER_BILLION);
        }
    }
}
