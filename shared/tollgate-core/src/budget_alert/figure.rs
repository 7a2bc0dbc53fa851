//! Figures as letters have them: money, shares, and quantities with their unit.

use std::fmt;

use super::amount;
use crate::money::{Money, cents_from_micros, decimal_from_micros, micros_from_decimal, rounded};

const LONGEST_UNIT: usize = 40;

/// A figure of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    /// An amount of money.
    Money(Money),
    /// A share, in parts per million.
    Share(u64),
    /// A quantity, in millionths of its unit: `GB`, `Hrs`.
    Quantity {
        /// How much.
        micros: i64,
        /// Of what; empty where it is not said.
        unit: String,
    },
}

impl Figure {
    /// Reads `$1,234.56`, `85.5 %`, `1,234.5 GB` or `720 Hrs`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(money) = amount::read(text) {
            return Some(Self::Money(money));
        }
        let share = text.strip_suffix('%').map(str::trim_end);
        if let Some(share) = share {
            // A percentage to four places is in parts per million of the whole.
            return rounded(share, 4).ok().and_then(|share| u64::try_from(share).ok()).map(Self::Share);
        }
        let end = text.find(|letter: char| !matches!(letter, '0'..='9' | '.' | ',' | '-')).unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(end)?;
        let unit = unit.trim();
        let is_unit = unit.chars().count() <= LONGEST_UNIT && unit.chars().all(is_of_unit);
        let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
        let micros = micros_from_decimal(&format!("{sign}{}", amount::without_separators(digits)?)).ok()?;
        is_unit.then(|| Self::Quantity { micros, unit: unit.to_owned() })
    }
}

fn is_of_unit(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '/' | '(' | ')' | '.')
}

impl fmt::Display for Figure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(money) => write!(formatter, "{} {}", cents_from_micros(money.micros), money.currency),
            Self::Share(ppm) => write!(formatter, "{}.{:04} %", ppm / 10_000, ppm % 10_000),
            Self::Quantity { micros, unit } => write!(formatter, "{} {unit}", decimal_from_micros(*micros)),
        }
    }
}
