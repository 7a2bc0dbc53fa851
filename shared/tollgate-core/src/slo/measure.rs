//! A measured value that is no count: a latency, an age, a share. Read once, exactly, and never computed with in
//! floating point.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::expression::Rational;

const PLACES: u32 = 36;
const LARGEST: i128 = 10_i128.pow(30);

/// A decimal number as a telemetry source wrote it: the shortest that stands for the source's floating-point number. So
/// 0.1 is one tenth, and equals a threshold of `0.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    digits: i64,
    /// Of ten.
    exponent: i32,
}

impl Measure {
    /// None when it is not a number, or infinite.
    pub fn read(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e')?;
        let (whole, places) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        // Seventeen digits at most.
        let digits = format!("{whole}{places}").parse().ok()?;
        let exponent = exponent.parse::<i32>().ok()?.checked_sub(i32::try_from(places.len()).ok()?)?;
        Some(Self { digits, exponent })
    }

    /// The same number as a fraction: to 36 decimal places, away from zero, and at most 10^30. Both are past what a
    /// limit can say, so it is ordered against any limit as the number is.
    pub fn rational(self) -> Rational {
        let digits = i128::from(self.digits);
        match u32::try_from(self.exponent) {
            Ok(exponent) => {
                let value = 10_i128.checked_pow(exponent).and_then(|scale| digits.checked_mul(scale));
                let value = value.filter(|value| value.abs() < LARGEST).unwrap_or(digits.signum() * LARGEST);
                Rational::from_integer(value)
            }
            Err(_) => {
                let places = self.exponent.unsigned_abs();
                let coarser = 10_u64.checked_pow(places.saturating_sub(PLACES)).unwrap_or(u64::MAX);
                let kept = i128::from(self.digits.unsigned_abs().div_ceil(coarser));
                Rational::new(digits.signum() * kept, 10_i128.pow(places.min(PLACES)))
            }
        }
    }

    fn float(self) -> Option<f64> {
        format!("{}e{}", self.digits, self.exponent).parse().ok()
    }
}

impl Serialize for Measure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.float().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Measure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        Self::read(value).ok_or_else(|| D::Error::custom("a measured value must be finite"))
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use num_rational::Ratio;
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::Measure;
    use crate::slo::rational;

    fn compare(value: f64, other: &str) -> Ordering {
        Measure::read(value).unwrap().rational().cmp(&rational(other.parse().unwrap()))
    }

    #[test]
    fn a_boundary_is_a_boundary() {
        for (value, other, expected) in [
            (0.1, "0.1", Ordering::Equal),
            (0.3, "0.3", Ordering::Equal),
            (0.300_000_000_000_000_04, "0.3", Ordering::Greater),
            (0.299_999_999_999_999_93, "0.3", Ordering::Less),
            (500.0, "500", Ordering::Equal),
            (500.0, "500.000", Ordering::Equal),
            (-1.5, "-1.5", Ordering::Equal),
            (-1.5, "1.5", Ordering::Less),
            (0.0, "0", Ordering::Equal),
            (-0.0, "0", Ordering::Equal),
            (f64::MAX, "79228162514264337593543950335", Ordering::Greater),
            (f64::MIN_POSITIVE, "0", Ordering::Greater),
            (5e-324, "0.0000000000000000000000000001", Ordering::Less),
            (f64::MIN, "-79228162514264337593543950335", Ordering::Less),
        ] {
            assert_eq!(compare(value, other), expected, "{value} {other}");
        }
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Measure::read(value), None);
        }
    }

    #[test]
    fn fractions_are_those_of_the_decimal() {
        let fraction = |value| Measure::read(value).unwrap().rational();
        assert_eq!(fraction(0.1), Ratio::new(1, 10));
        assert_eq!(fraction(-2.5e3), Ratio::from_integer(-2500));
        assert_eq!(fraction(1e22), Ratio::from_integer(10_i128.pow(22)));
        assert_eq!(
            (fraction(1e300), fraction(-1e31)),
            (Ratio::from_integer(10_i128.pow(30)), Ratio::from_integer(-10_i128.pow(30)))
        );
        assert_eq!(
            (fraction(1e-300), fraction(-1.5e-36)),
            (Ratio::new(1, 10_i128.pow(36)), Ratio::new(-2, 10_i128.pow(36)))
        );
    }

    proptest! {
        #[test]
        fn it_is_ordered_as_the_numbers_are(value in -1_000_000_000..1_000_000_000_i64, other in -1_000_000_000..1_000_000_000_i64, scale in 0..9_u32) {
            let decimal = |value| Decimal::new(value, scale);
            let float: f64 = decimal(value).to_string().parse().unwrap();
            prop_assert_eq!(Measure::read(float).unwrap().rational().cmp(&rational(decimal(other))), value.cmp(&other));
        }

        #[test]
        fn writing_and_reading_loses_nothing(value in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO) {
            let measure = Measure::read(value).unwrap();
            let text = serde_json::to_string(&measure).unwrap();
            prop_assert_eq!(serde_json::from_str::<Measure>(&text).unwrap(), measure);
        }
    }
}
