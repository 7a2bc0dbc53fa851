//! Amounts as a bill has them: finer than a millionth, so that they are added up first and rounded once.

use std::{fmt, str::FromStr};

use num_bigint::BigInt;
use num_rational::BigRational;
use serde::{Deserialize, Serialize};

use crate::money::{MoneyError, is_currency, rounded};

/// The decimal place that amounts are exact to.
const PLACES: u8 = 24;
/// One millionth.
const MICRO: i128 = 1_000_000_000_000_000_000;

/// An amount of a bill, exact to 24 decimal places; written as a decimal text. Cost Explorer writes about ten places; what
/// is finer than 24 is rounded half to even there, where a million million million of them make less than a millionth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BilledAmount(i128);

/// Why amounts do not make another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpendError {
    /// The text is no amount.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The code is no currency.
    #[error("`{0}` is not a currency code of ISO 4217 such as `USD`")]
    NotCurrency(String),
    /// Two currencies.
    #[error("an amount in {found} cannot be added to one in {expected}: ask for one currency at a time")]
    Currencies {
        /// The currency so far.
        expected: String,
        /// The other one.
        found: String,
    },
    /// One day twice: it may have come twice, or be two halves.
    #[error("{0} is there twice: its amount would count double")]
    DayTwice(chrono::NaiveDate),
    /// An end that is not after the first day.
    #[error("from {0} to before {1} there is no day")]
    NoDays(chrono::NaiveDate, chrono::NaiveDate),
    /// The sum is larger than an amount can be.
    #[error("the sum is larger than an amount of money can be here")]
    TooLarge,
}

impl BilledAmount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// A millionth of the currency.
    pub(crate) const MICRO_UNIT: Self = Self(MICRO);
    /// A hundredth of the currency.
    pub(crate) const CENT_UNIT: Self = Self(MICRO * 10_000);

    /// Reads a decimal text.
    ///
    /// # Errors
    /// When it is none, or one of more than 92 million million.
    pub fn read(text: &str) -> Result<Self, MoneyError> {
        // Larger ones are no money, and would leave no room to add them up.
        crate::money::micros_from_decimal(text)?;
        rounded(text, i64::from(PLACES)).map(Self)
    }

    /// An amount of millionths.
    pub fn from_micros(micros: i64) -> Self {
        Self(i128::from(micros) * MICRO)
    }

    /// In millionths, rounded half to even; none where they leave 64 bits.
    pub fn micros(self) -> Option<i64> {
        let (kept, rest) = (self.0.div_euclid(MICRO), self.0.rem_euclid(MICRO));
        let up = match (rest * 2).cmp(&MICRO) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => kept.rem_euclid(2),
            std::cmp::Ordering::Greater => 1,
        };
        i64::try_from(kept + up).ok()
    }

    /// The sum.
    ///
    /// # Errors
    /// When it is larger than an amount can be.
    pub fn plus(self, other: Self) -> Result<Self, SpendError> {
        self.0.checked_add(other.0).map(Self).ok_or(SpendError::TooLarge)
    }

    /// The difference.
    ///
    /// # Errors
    /// When it is larger than an amount can be.
    pub fn minus(self, other: Self) -> Result<Self, SpendError> {
        self.0.checked_sub(other.0).map(Self).ok_or(SpendError::TooLarge)
    }

    /// The sum of many.
    ///
    /// # Errors
    /// When it is larger than an amount can be.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, SpendError> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }

    /// In millionths, exactly.
    pub(crate) fn exact_micros(self) -> BigRational {
        BigRational::new(BigInt::from(self.0), BigInt::from(MICRO))
    }
}

impl fmt::Display for BilledAmount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:0>width$}", self.0.unsigned_abs(), width = usize::from(PLACES) + 1);
        let (whole, fraction) =
            digits.split_at_checked(digits.len().saturating_sub(usize::from(PLACES))).unwrap_or_default();
        let fraction = fraction.trim_end_matches('0');
        let sign = if self.0 < 0 { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        write!(formatter, "{sign}{whole}{point}{fraction}")
    }
}

impl FromStr for BilledAmount {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        Self::read(text)
    }
}

impl TryFrom<String> for BilledAmount {
    type Error = MoneyError;

    fn try_from(text: String) -> Result<Self, MoneyError> {
        // What was written may be a sum, which is larger than what is read.
        rounded(&text, i64::from(PLACES)).map(Self)
    }
}

impl From<BilledAmount> for String {
    fn from(amount: BilledAmount) -> Self {
        amount.to_string()
    }
}

/// Holds a currency against the one that all amounts are to be in.
pub(super) fn same_currency(expected: &str, found: &str) -> Result<(), SpendError> {
    if !is_currency(found) {
        return Err(SpendError::NotCurrency(crate::money::excerpt(found)));
    }
    if expected == found {
        return Ok(());
    }
    Err(SpendError::Currencies { expected: expected.to_owned(), found: found.to_owned() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BilledAmount, MoneyError};
    use crate::money::micros_from_decimal;

    fn amount(text: &str) -> BilledAmount {
        BilledAmount::read(text).unwrap()
    }

    #[test]
    fn what_a_bill_writes_is_read_exactly_and_rounded_once() {
        // Each is rounded to nothing by itself; together they are a millionth and a half, which is even at two.
        let small = std::iter::repeat_n(amount("0.0000003"), 5);
        assert_eq!(amount("0.0000003").micros(), Some(0));
        assert_eq!(BilledAmount::sum(small).unwrap().micros(), Some(2));
        for (text, micros) in [
            ("1603.0000000000000001", 1_603_000_000),
            ("-0.0000015", -2),
            ("-0.0000005", 0),
            ("0.0000025", 2),
            ("1E-7", 0),
        ] {
            assert_eq!(amount(text).micros(), Some(micros), "{text}");
        }
        assert!(matches!(BilledAmount::read("1,000"), Err(MoneyError::NotDecimal(_))));
        assert!(matches!(BilledAmount::read("1e13"), Err(MoneyError::TooLarge(_))));
    }

    #[test]
    fn it_is_written_as_it_was_read() {
        for text in ["0", "-0.000000000000000000000001", "12.5", "-7", "9223372036854.775807", "0.1"] {
            assert_eq!(amount(text).to_string(), text);
            assert_eq!(serde_json::to_string(&amount(text)).unwrap(), format!("\"{text}\""));
        }
        let sum = amount("9000000000000").plus(amount("9000000000000")).unwrap();
        assert_eq!(serde_json::from_str::<BilledAmount>("\"18000000000000\"").unwrap(), sum);
        assert_eq!(sum.micros(), None);
    }

    fn texts() -> impl Strategy<Value = Vec<String>> {
        let text = (-9_000_000_000_000_000_i64..9_000_000_000_000_000, 0_u32..20)
            .prop_map(|(digits, places)| format!("{digits}e-{places}"));
        proptest::collection::vec(text, 1..40)
    }

    proptest! {
        #[test]
        fn the_order_of_addition_does_not_matter_and_nothing_is_lost(texts in texts(), turn in 0_usize..40) {
            let mut amounts: Vec<_> = texts.iter().filter_map(|text| BilledAmount::read(text).ok()).collect();
            let sum = BilledAmount::sum(amounts.clone()).unwrap();
            let turn = turn % amounts.len().max(1);
            amounts.rotate_left(turn);
            amounts.reverse();
            prop_assert_eq!(BilledAmount::sum(amounts.clone()).unwrap(), sum);
            let back = amounts.iter().try_fold(sum, |left, amount| left.minus(*amount)).unwrap();
            prop_assert_eq!(back, BilledAmount::ZERO);
        }

        #[test]
        fn one_amount_is_rounded_as_money_is(texts in texts()) {
            for text in texts {
                let Ok(amount) = BilledAmount::read(&text) else { continue };
                prop_assert_eq!(amount.micros(), micros_from_decimal(&text).ok());
                prop_assert_eq!(amount.to_string().parse::<BilledAmount>(), Ok(amount));
            }
        }
    }
}
