//! A criterion such as `<=600`, `<=+10%`, `>=-5%` or `=100`.

use std::{fmt, str::FromStr};

use num_bigint::BigInt;
use num_rational::{BigRational, Ratio};
use rust_decimal::Decimal;

use super::decimal;
use crate::money::excerpt;

/// How a value is held against a criterion's target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Below it.
    Less,
    /// Below it or the same.
    LessOrEqual,
    /// The same.
    Equal,
    /// Above it or the same.
    GreaterOrEqual,
    /// Above it.
    Greater,
}

impl Operator {
    fn holds(self, value: &BigRational, target: &BigRational) -> bool {
        match self {
            Self::Less => value < target,
            Self::LessOrEqual => value <= target,
            Self::Equal => value == target,
            Self::GreaterOrEqual => value >= target,
            Self::Greater => value > target,
        }
    }
}

/// What a criterion's target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Absolute(Decimal),
    /// So much more (or, when negative, less) than earlier results.
    Change(Decimal),
    /// So many per cent more than earlier results.
    ChangePercent(Decimal),
}

/// One criterion, exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    text: String,
    operator: Operator,
    target: Target,
}

impl Criterion {
    /// Does it compare with earlier results?
    pub fn is_relative(&self) -> bool {
        !matches!(self.target, Target::Absolute(_))
    }

    /// What a value is held against; none when that needs earlier results and there are none.
    pub(super) fn target(&self, earlier: Option<&BigRational>) -> Option<BigRational> {
        Some(match self.target {
            Target::Absolute(target) => exact(target),
            Target::Change(change) => earlier? + exact(change),
            Target::ChangePercent(percent) => {
                earlier? * (exact(Decimal::ONE_HUNDRED) + exact(percent)) / BigInt::from(100)
            }
        })
    }

    /// Does a value meet it?
    pub(super) fn met(&self, value: &BigRational, target: &BigRational) -> bool {
        self.operator.holds(value, target)
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// As Keptn reads it: blanks do not count, a sign or a `%` makes it relative, and a `%` without a sign is an increase.
impl FromStr for Criterion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const WRITE: &str = "write for example `<600`, `>=99.5`, `<=+10%` or `>=-5%`";
        let compact: String = text.chars().filter(|letter| *letter != ' ').collect();
        let refused = || format!("`{}` is not a criterion: {WRITE}", excerpt(text));
        let (operator, rest) = [
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
            ("=", Operator::Equal),
        ]
        .into_iter()
        .find_map(|(sign, operator)| Some((operator, compact.strip_prefix(sign)?)))
        .ok_or_else(refused)?;
        let (rest, percent) = rest.strip_suffix('%').map_or((rest, false), |rest| (rest, true));
        let (number, sign) = match (rest.strip_prefix('+'), rest.strip_prefix('-')) {
            (Some(number), _) => (number, Some(Decimal::ONE)),
            (_, Some(number)) => (number, Some(Decimal::NEGATIVE_ONE)),
            (None, None) => (rest, None),
        };
        let number = decimal(number).ok_or_else(refused)?;
        let signed = if sign == Some(Decimal::NEGATIVE_ONE) { -number } else { number };
        let target = match (percent, sign) {
            (true, _) => Target::ChangePercent(signed),
            (false, Some(_)) => Target::Change(signed),
            (false, None) => Target::Absolute(signed),
        };
        Ok(Self { text: compact, operator, target })
    }
}

/// A decimal number as the fraction that it is.
pub(super) fn exact(value: Decimal) -> BigRational {
    Ratio::new(BigInt::from(value.mantissa()), BigInt::from(10).pow(value.scale()))
}

#[cfg(test)]
mod tests {
    use super::{Criterion, Operator, Target, exact};
    use crate::keptn::decimal;

    /// The cases of Keptn's own `TestParseCriteriaString`, and those of its documentation.
    #[test]
    fn criteria_are_read_as_keptn_does() {
        for (text, operator, target) in [
            ("<10", Operator::Less, Target::Absolute(10.into())),
            ("<=10", Operator::LessOrEqual, Target::Absolute(10.into())),
            ("=10", Operator::Equal, Target::Absolute(10.into())),
            (">=10", Operator::GreaterOrEqual, Target::Absolute(10.into())),
            (">10", Operator::Greater, Target::Absolute(10.into())),
            (">-10%", Operator::Greater, Target::ChangePercent((-10).into())),
            ("<=+10.5%", Operator::LessOrEqual, Target::ChangePercent(decimal("10.5").unwrap())),
            ("<=+10", Operator::LessOrEqual, Target::Change(10.into())),
            ("  <=+10   %", Operator::LessOrEqual, Target::ChangePercent(10.into())),
            ("  <=10%", Operator::LessOrEqual, Target::ChangePercent(10.into())),
            ("=0", Operator::Equal, Target::Absolute(0.into())),
            ("<-5", Operator::Less, Target::Change((-5).into())),
        ] {
            let criterion: Criterion = text.parse().unwrap();
            assert_eq!((criterion.operator, criterion.target), (operator, target), "{text}");
            assert_eq!(criterion.to_string(), text.replace(' ', ""));
            assert_eq!(criterion.is_relative(), !matches!(target, Target::Absolute(_)));
        }
    }

    #[test]
    fn what_is_no_criterion_is_refused() {
        for text in [
            "",
            "10",
            "?9.0",
            "<",
            "<=",
            "<>5",
            "==5",
            "=<5",
            "<=ten",
            "<=+-5%",
            "<=5%%",
            "<=%",
            "<=.",
            "<=.5",
            "<=5.",
            "<=1e9",
            "<=0x1F",
            "<=1_000",
            "<=1,5",
            "<=NaN",
            "<=inf",
            "<=٣",
            "<=100000000000000000000000000000",
        ] {
            let error = text.parse::<Criterion>().unwrap_err();
            assert!(error.contains("is not a criterion: write for example `<600`"), "{error}");
        }
    }

    /// Floating point has 10.0 × 110 / 100 right, and 0.7 × 110 / 100 not.
    #[test]
    fn targets_are_exact() {
        let target = |text: &str, earlier: &str| {
            let earlier = exact(decimal(earlier).unwrap());
            text.parse::<Criterion>().unwrap().target(Some(&earlier)).unwrap()
        };
        assert_eq!(target("<=+10%", "0.7"), exact(decimal("0.77").unwrap()));
        assert_eq!(target(">=-5%", "200"), exact(190.into()));
        assert_eq!(target("=+1", "10"), exact(11.into()));
        assert_eq!(target("=-1", "10"), exact(9.into()));
        assert_eq!(target("<600", "10"), exact(600.into()));
        assert_eq!("<=+10%".parse::<Criterion>().unwrap().target(None), None);
    }
}
