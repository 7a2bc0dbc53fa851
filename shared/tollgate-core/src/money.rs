//! Money: integer millionths of a named currency, never a binary floating-point number.

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use serde::{Deserialize, Serialize};

const LONGEST_EXCERPT: usize = 64;

/// An amount in millionths of a currency unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Money {
    /// Millionths of one unit of the currency; negative for credits.
    pub micros: i64,
    /// ISO 4217 code, for example `USD`.
    pub currency: String,
}

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is not a decimal number.
    #[error("`{0}` is not a decimal amount such as `123.45`")]
    NotDecimal(String),
    /// The amount does not fit into 64 bits of millionths.
    #[error("`{0}` is larger than an amount of money can be here (9.2 million million)")]
    TooLarge(String),
}

/// Reads a decimal text into millionths, rounding half to even below one millionth.
///
/// # Errors
/// When the text is not a decimal number, or too large.
pub fn micros_from_decimal(text: &str) -> Result<i64, MoneyError> {
    let trimmed = text.trim();
    let amount = Decimal::from_str_exact(trimmed)
        .or_else(|_| Decimal::from_scientific(trimmed))
        .or_else(|_| trimmed.parse::<Decimal>())
        .map_err(|_| MoneyError::NotDecimal(excerpt(text)))?;
    amount
        .checked_mul(Decimal::from(1_000_000))
        .map(|micros| micros.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven))
        .and_then(|micros| micros.to_i64())
        .ok_or_else(|| MoneyError::TooLarge(excerpt(text)))
}

/// The start of a caller's text, fit to be kept and shown: unchecked, it may be long and command a terminal.
pub(crate) fn excerpt(text: &str) -> String {
    let shown: String = text.escape_debug().take(LONGEST_EXCERPT).collect();
    if text.escape_debug().nth(LONGEST_EXCERPT).is_some() { shown + "…" } else { shown }
}

/// Writes millionths as a decimal text with two places, or more where they are needed: `1234.50`.
pub fn decimal_from_micros(micros: i64) -> String {
    let amount = Decimal::new(micros, 6).normalize();
    if amount.scale() < 2 { format!("{amount:.2}") } else { amount.to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MoneyError, decimal_from_micros, micros_from_decimal};

    #[test]
    fn reads_the_forms_that_billing_tools_write() {
        for (text, micros) in [
            ("742.64", 742_640_000),
            ("0", 0),
            ("-1.5", -1_500_000),
            ("1e-5", 10),
            ("0.00000083333", 1),
            ("0.0000005", 0),
            ("0.0000015", 2),
            ("12.345678901234567890123456789012", 12_345_679),
        ] {
            assert_eq!(micros_from_decimal(text), Ok(micros), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_an_amount() {
        for text in ["", "abc", "1,000.00", "NaN", "inf", "$5"] {
            assert!(matches!(micros_from_decimal(text), Err(MoneyError::NotDecimal(_))), "{text}");
        }
        assert!(matches!(micros_from_decimal("99999999999999"), Err(MoneyError::TooLarge(_))));
    }

    #[test]
    fn a_refusal_shows_little_of_a_text_and_nothing_that_commands_a_terminal() {
        let error = micros_from_decimal(&format!("\u{1b}[2J{}", "x".repeat(100_000))).unwrap_err().to_string();
        assert!(error.starts_with(r"`\u{1b}[2Jxxx") && error.contains("…` is not a decimal"), "{error}");
        assert!(error.chars().count() < 150, "{error}");
    }

    #[test]
    fn writes_amounts_as_people_do() {
        assert_eq!(decimal_from_micros(1_234_500_000), "1234.50");
        assert_eq!(decimal_from_micros(-10), "-0.00001");
        assert_eq!(decimal_from_micros(5_000_000), "5.00");
    }

    proptest! {
        #[test]
        fn writing_and_reading_loses_nothing(micros in any::<i64>()) {
            prop_assert_eq!(micros_from_decimal(&decimal_from_micros(micros)), Ok(micros));
        }
    }
}
