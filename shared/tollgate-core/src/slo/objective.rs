//! An objective: what is promised of a service, over which period, and the counts that it is judged by.

use std::{collections::BTreeMap, fmt};

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};

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
    /// The promised share of good events.
    pub target: Target,
    /// The length of the rolling period that the budget is for, in seconds.
    pub period_seconds: u64,
    /// The counts that it is judged by.
    pub ratio: Ratio,
    /// Where it begins in its file, from 1.
    pub line: u64,
}

impl Slo {
    /// The name of its evidence in a decision: `slo/payments-api/availability`.
    pub fn evidence_id(&self) -> String {
        format!("slo/{}/{}", self.service, self.name)
    }

    /// The metrics that it needs: what is counted, and the total.
    pub fn metrics(&self) -> [&Metric; 2] {
        [&self.ratio.metric, &self.ratio.total]
    }
}

/// A count of good or bad events over a count of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratio {
    /// What [`metric`](Self::metric) counts.
    pub counted: Counted,
    /// The good or the bad events.
    pub metric: Metric,
    /// All events.
    pub total: Metric,
}

/// What the metric beside the total counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Good events. Where the total has events and this has no datapoint, all of them were bad.
    Good,
    /// Bad events.
    Bad {
        /// Is a missing datapoint zero bad events (`treatMissing: zero`)? Otherwise, where the total has events and
        /// this has no datapoint, all of them were bad.
        absent_is_zero: bool,
    },
}

/// The promised share of good events: more than nothing, less than all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    ppb: u64,
}

/// The parts that a target is counted in.
pub const PARTS_PER_BILLION: u64 = 1_000_000_000;

impl Target {
    /// A target in parts per thousand million; none unless it is more than 0 and less than 1.
    pub fn from_ppb(ppb: u64) -> Option<Self> {
        (1..PARTS_PER_BILLION).contains(&ppb).then_some(Self { ppb })
    }

    /// Reads a decimal text exactly, counted in units of 1 / `whole`: 1 for `0.999`, 100 for `99.9`.
    ///
    /// # Errors
    /// A sentence to follow the text, when it is not a decimal number between 0 and `whole`, or has more digits than
    /// parts per thousand million can hold.
    pub fn from_decimal(text: &str, whole: u32) -> Result<Self, String> {
        let value = Decimal::from_str_exact(text)
            .or_else(|_| Decimal::from_scientific(text))
            .map_err(|_| "is not a decimal number".to_owned())?;
        if value <= Decimal::ZERO || value >= Decimal::from(whole) {
            return Err(format!("must be more than 0 and less than {whole}"));
        }
        let parts = value * Decimal::from(PARTS_PER_BILLION) / Decimal::from(whole);
        if !parts.fract().is_zero() {
            return Err("is finer than one part in a thousand million".to_owned());
        }
        parts.to_u64().and_then(Self::from_ppb).ok_or_else(|| format!("must be more than 0 and less than {whole}"))
    }

    /// The promised share of good events, in parts per thousand million.
    pub fn ppb(self) -> u64 {
        self.ppb
    }

    /// The share of events that may be bad, in parts per thousand million; never 0.
    pub fn budget_ppb(self) -> u64 {
        PARTS_PER_BILLION.abs_diff(self.ppb)
    }

    /// The target in per cent, in as few digits as it takes: `99.95`.
    pub fn percent(self) -> String {
        Decimal::from_i128_with_scale(i128::from(self.ppb), 7).normalize().to_string()
    }
}

/// The identity of one CloudWatch metric and the statistic that is read of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Its namespace, for example `AWS/ApplicationELB`.
    pub namespace: String,
    /// Its name in the namespace.
    pub name: String,
    /// Its dimensions, all of them.
    pub dimensions: BTreeMap<String, String>,
    /// The statistic, one that counts: `Sum`, `SampleCount` or `TC(…)`.
    pub statistic: String,
    /// The region that it is in; the caller's own when absent.
    pub region: Option<String>,
    /// The account that it is in; the caller's own when absent.
    pub account_id: Option<String>,
}

impl fmt::Display for Metric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.namespace, self.name)?;
        let mut separator = '{';
        for (name, value) in &self.dimensions {
            write!(formatter, "{separator}{name}={value}")?;
            separator = ',';
        }
        if self.dimensions.is_empty() { Ok(()) } else { formatter.write_str("}") }
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
        ] {
            assert_eq!(Target::from_decimal(text, whole).map(Target::ppb), Ok(ppb), "{text}");
        }
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for (text, whole, reason) in [
            ("0", 1, "more than 0"),
            ("1", 1, "less than 1"),
            ("1.0", 1, "less than 1"),
            ("99.9", 1, "less than 1"),
            ("100", 100, "less than 100"),
            ("-0.5", 1, "more than 0"),
            ("0.9999999999", 1, "finer"),
            ("0.00000000001", 1, "finer"),
            (".nan", 1, "not a decimal"),
            (".inf", 1, "not a decimal"),
            ("", 1, "not a decimal"),
            ("99,9", 100, "not a decimal"),
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
