//! Money: integer millionths of a named currency, never a binary floating-point number.

use std::cmp::Ordering;

use rust_decimal::Decimal;
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

/// Reads a decimal text such as `12.5` or `1e-5` into millionths. It is rounded once, half to even at one millionth, however
/// many digits it has.
///
/// # Errors
/// When the text is not a decimal number, or too large.
pub fn micros_from_decimal(text: &str) -> Result<i64, MoneyError> {
    let rounded = rounded(text, 6)?;
    i64::try_from(rounded).map_err(|_| MoneyError::TooLarge(excerpt(text)))
}

/// Reads a decimal text as a whole number of the given decimal place, rounded once, half to even.
pub(crate) fn rounded(text: &str, places: i64) -> Result<i128, MoneyError> {
    let number = DecimalText::read(text.trim()).ok_or_else(|| MoneyError::NotDecimal(excerpt(text)))?;
    number.rounded(places).ok_or_else(|| MoneyError::TooLarge(excerpt(text)))
}

/// Is it a code such as `USD`, as ISO 4217 has them?
pub(crate) fn is_currency(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// A decimal number as it is written: digits, and the power of ten that the last of them counts.
struct DecimalText {
    is_negative: bool,
    digits: String,
    exponent: i64,
}

impl DecimalText {
    fn read(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, i64::from(exponent.parse::<i32>().ok()?)),
            None => (text, 0),
        };
        let unsigned = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = format!("{whole}{fraction}");
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        is_number.then(|| Self { is_negative: mantissa.starts_with('-'), digits, exponent })
    }

    /// `None` when it does not fit into 128 bits.
    fn rounded(&self, places: i64) -> Option<i128> {
        let digits = self.digits.trim_start_matches('0');
        if digits.is_empty() {
            return Some(0);
        }
        let shift = self.exponent + places;
        let magnitude = if shift >= 0 {
            digits.parse::<i128>().ok()?.checked_mul(10_i128.checked_pow(u32::try_from(shift).ok()?)?)?
        } else {
            let cut = usize::try_from(shift.unsigned_abs()).unwrap_or(usize::MAX);
            // With more places cut than there are digits, less than a tenth of the last one is left.
            let (kept, rest) = digits.split_at_checked(digits.len().saturating_sub(cut))?;
            let kept = if kept.is_empty() { 0 } else { kept.parse::<i128>().ok()? };
            let half = if cut > digits.len() { Ordering::Less } else { against_half(rest) };
            kept + i128::from(half == Ordering::Greater || (half == Ordering::Equal && kept % 2 == 1))
        };
        Some(if self.is_negative { -magnitude } else { magnitude })
    }
}

/// Holds the digits behind a decimal point against one half.
fn against_half(digits: &str) -> Ordering {
    let (first, rest) = digits.split_at_checked(1).unwrap_or(("0", ""));
    let has_more = rest.bytes().any(|byte| byte != b'0');
    first.cmp("5").then(if has_more { Ordering::Greater } else { Ordering::Equal })
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

/// Writes millionths as people read them, with two places, rounded up as findings have them: `1234.51`. Less than a cent below
/// nothing is nothing, without a sign.
pub fn cents_from_micros(micros: i64) -> String {
    let size = micros.unsigned_abs();
    let cents = if micros < 0 { size / 10_000 } else { size.div_ceil(10_000) };
    let sign = if micros < 0 && cents > 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MoneyError, decimal_from_micros, micros_from_decimal};

    #[test]
    fn people_read_two_places_and_never_less_than_it_is() {
        for (micros, text) in [
            (0, "0.00"),
            (1, "0.01"),
            (1_754_351_852, "1754.36"),
            (3_000_000_000, "3000.00"),
            (-5_250_001, "-5.25"),
            (-9_999, "0.00"),
        ] {
            assert_eq!(super::cents_from_micros(micros), text);
        }
        assert_eq!(super::cents_from_micros(i64::MIN), "-9223372036854.77");
    }

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
            ("+3.", 3_000_000),
            (".25", 250_000),
            ("-0.0000015", -2),
            ("2.5E+3", 2_500_000_000),
            ("9223372036854.775807", i64::MAX),
            ("-9223372036854.775808", i64::MIN),
            ("0e2147483647", 0),
            ("1e-2147483648", 0),
        ] {
            assert_eq!(micros_from_decimal(text), Ok(micros), "{text}");
        }
    }

    /// A first rounding to 28 places would make each of these a tie, or take it over one.
    #[test]
    fn rounds_once_however_many_digits_there_are() {
        for (text, micros) in [
            ("0.00000050000000000000000000000000001", 1),
            ("0.00000049999999999999999999999999999999", 0),
            ("0.00000150000000000000000000000000000", 2),
            ("0.00000249999999999999999999999999999999", 2),
            ("50000000000000000000000000000000001e-41", 1),
            ("0.00000005", 0),
        ] {
            assert_eq!(micros_from_decimal(text), Ok(micros), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_an_amount() {
        for text in
            ["", "abc", "1,000.00", "NaN", "inf", "$5", ".", "-", "1e", "e5", "1.2.3", "--1", "1 0", "1_0", "0x1"]
        {
            assert!(matches!(micros_from_decimal(text), Err(MoneyError::NotDecimal(_))), "{text}");
        }
        for text in ["99999999999999", "9223372036854.7758075", "1e2147483647", &"9".repeat(500)] {
            assert!(matches!(micros_from_decimal(text), Err(MoneyError::TooLarge(_))), "{text}");
        }
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

        /// The rounded amount is the nearest one, and the even one of two that are equally near.
        #[test]
        fn the_nearest_millionth_is_given(digits in 0_i128..9_000_000_000_000_000_000, places in 6_u32..30) {
            let micros = i128::from(micros_from_decimal(&format!("{digits}e-{places}")).unwrap());
            let unit = 10_i128.pow(places - 6);
            let twice_off = (digits - micros * unit).abs() * 2;
            prop_assert!(twice_off < unit || (twice_off == unit && micros % 2 == 0), "{micros}");
        }
    }
}
