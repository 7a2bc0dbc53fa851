//! What relative criteria compare with: earlier results of the same gate.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::{BigRational, Ratio};
use num_traits::{One, ToPrimitive};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{KeptnResult, criterion::exact};

/// What relative criteria compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// How many of the newest results that count, at least 1.
    pub results: u32,
    /// Which results count.
    pub included: Included,
    /// How their values become one.
    pub aggregate: Aggregate,
}

/// Which earlier results count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Included {
    /// All that could be judged, and those that could not and that people accepted.
    All,
    /// Those that passed, with or without a warning.
    PassOrWarn,
    /// Those that passed without a warning.
    Pass,
}

impl Included {
    fn has(self, result: KeptnResult) -> bool {
        match self {
            Self::All => result != KeptnResult::Inconclusive,
            Self::PassOrWarn => matches!(result, KeptnResult::Pass | KeptnResult::Warning),
            Self::Pass => result == KeptnResult::Pass,
        }
    }
}

/// How several values become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// Their mean.
    Average,
    /// The value below which that many per cent of them lie, at position p (n + 1), between two values in proportion.
    Percentile(u32),
}

impl Aggregate {
    /// The aggregate; none of nothing.
    pub(super) fn of(self, mut values: Vec<BigRational>) -> Option<BigRational> {
        let count = values.len();
        match self {
            Self::Average => {
                let sum = values.into_iter().reduce(|sum, value| sum + value)?;
                Some(sum / BigInt::from(count))
            }
            Self::Percentile(percent) => {
                values.sort();
                let position = Ratio::new(BigInt::from(percent) * (count + 1), BigInt::from(100));
                if position < BigRational::one() {
                    return values.into_iter().next();
                }
                let below = position.to_integer().to_usize()?.min(count);
                let lower = values.get(below.checked_sub(1)?)?;
                let Some(upper) = values.get(below) else { return Some(lower.clone()) };
                Some(lower + position.fract() * (upper - lower))
            }
        }
    }
}

/// An earlier result of the same gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeptnPast {
    /// How it came out. One that was inconclusive and that people accepted counts as passed: this is how a gate whose
    /// criteria are all relative gets its first result to compare with.
    pub result: KeptnResult,
    /// The values of its SLIs, as decimal texts; one without a value is missing.
    pub values: BTreeMap<String, String>,
}

impl Comparison {
    /// The values of an SLI in the newest results that count, from results in the order newest first.
    pub(super) fn earlier(&self, sli: &str, history: &[KeptnPast]) -> Vec<BigRational> {
        history
            .iter()
            .filter(|past| self.included.has(past.result))
            .take(usize::try_from(self.results).unwrap_or(usize::MAX))
            .filter_map(|past| Decimal::from_str_exact(past.values.get(sli)?).ok())
            .map(exact)
            .collect()
    }
}
