//! Exact fractions: what budgets, burn rates and shares are computed with before they are rounded once.

use std::cmp::Ordering;

use num_bigint::BigUint;

/// A fraction that is not negative. It is not reduced: that costs more than it saves.
#[derive(Debug, Clone)]
pub(super) struct Fraction {
    numer: BigUint,
    denom: BigUint,
}

impl Fraction {
    /// None over zero.
    pub(super) fn new(numer: impl Into<BigUint>, denom: impl Into<BigUint>) -> Option<Self> {
        let (numer, denom) = (numer.into(), denom.into());
        (denom != BigUint::ZERO).then_some(Self { numer, denom })
    }

    pub(super) fn whole(numer: impl Into<BigUint>) -> Self {
        Self { numer: numer.into(), denom: BigUint::from(1_u8) }
    }

    pub(super) fn zero() -> Self {
        Self::whole(0_u8)
    }

    pub(super) fn is_zero(&self) -> bool {
        self.numer == BigUint::ZERO
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        let numer = &self.numer * &other.denom + &other.numer * &self.denom;
        Self { numer, denom: &self.denom * &other.denom }
    }

    /// None when it would be negative.
    pub(super) fn minus(&self, other: &Self) -> Option<Self> {
        let (from, taken) = (&self.numer * &other.denom, &other.numer * &self.denom);
        (taken <= from).then(|| Self { numer: from - taken, denom: &self.denom * &other.denom })
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        Self { numer: &self.numer * &other.numer, denom: &self.denom * &other.denom }
    }

    /// None over zero.
    pub(super) fn over(&self, other: &Self) -> Option<Self> {
        Self::new(&self.numer * &other.denom, &self.denom * &other.numer)
    }

    /// Adds up pairwise, so that the numbers of most additions are small.
    pub(super) fn sum(terms: impl IntoIterator<Item = Self>) -> Self {
        let mut terms: Vec<_> = terms.into_iter().collect();
        while terms.len() > 1 {
            terms = terms
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => left.plus(right),
                    rest => rest.iter().fold(Self::zero(), |sum, term| sum.plus(term)),
                })
                .collect();
        }
        terms.pop().unwrap_or_else(Self::zero)
    }

    /// The whole number of `1 / parts` in it, rounded down; at most the largest number.
    pub(super) fn floor(&self, parts: u64) -> u64 {
        whole(&self.numer * parts / &self.denom)
    }

    /// The same, rounded up.
    pub(super) fn ceil(&self, parts: u64) -> u64 {
        whole((&self.numer * parts + &self.denom - 1_u8) / &self.denom)
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.numer * &other.denom).cmp(&(&other.numer * &self.denom))
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Fraction {}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

fn whole(value: BigUint) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Fraction;

    fn fraction(numer: u64, denom: u64) -> Fraction {
        Fraction::new(numer, denom).unwrap()
    }

    #[test]
    fn rounding_goes_the_way_it_says() {
        let third = fraction(1, 3);
        assert_eq!((third.floor(1_000_000), third.ceil(1_000_000)), (333_333, 333_334));
        assert_eq!((fraction(6, 3).floor(1), fraction(6, 3).ceil(1)), (2, 2));
        assert_eq!(Fraction::whole(u128::MAX).ceil(1), u64::MAX);
        assert!(Fraction::new(1_u8, 0_u8).is_none());
        assert!(third.over(&Fraction::zero()).is_none());
    }

    proptest! {
        #[test]
        fn it_is_a_field(a in 0..1000_u64, b in 1..1000_u64, c in 0..1000_u64, d in 1..1000_u64) {
            let (left, right) = (fraction(a, b), fraction(c, d));
            let sum = left.plus(&right);
            prop_assert_eq!(sum.minus(&right), Some(left.clone()));
            prop_assert_eq!(left.minus(&sum).is_none(), !right.is_zero());
            prop_assert_eq!(left.times(&right).over(&right), (c > 0).then(|| left.clone()));
            prop_assert_eq!(left.cmp(&right), (a * d).cmp(&(c * b)));
        }

        #[test]
        fn the_order_of_a_sum_does_not_matter(parts in proptest::collection::vec((0..100_u64, 1..100_u64), 0..9)) {
            let terms = parts.iter().map(|(numer, denom)| fraction(*numer, *denom));
            let one_by_one = terms.clone().fold(Fraction::zero(), |sum, term| sum.plus(&term));
            prop_assert_eq!(&Fraction::sum(terms.clone().rev()), &one_by_one);
            prop_assert_eq!(&Fraction::sum(terms), &one_by_one);
        }
    }
}
