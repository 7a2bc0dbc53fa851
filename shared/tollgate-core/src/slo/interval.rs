//! How far a share of bad events can be trusted: the Wilson score interval, in whole numbers.
//!
//! E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927); recommended
//! for small counts by L. Brown, T. Cai and A. DasGupta, "Interval Estimation for a Binomial Proportion", Statistical
//! Science 16 (2001).

use num_bigint::BigUint;

use super::fraction::Fraction;

/// The 97.5 % point of the normal distribution, 1.959963984540…, in thousand-millionths, rounded up.
const Z_NANO: u64 = 1_959_963_985;
const NANO: u64 = 1_000_000_000;
/// The square root is taken to so many parts, of which the last is rounded outwards.
const ROOT_PARTS: u64 = 1_000_000_000_000;

/// The 95 % interval of a share of which `bad` of `total` were seen, rounded outwards by less than 10^-12; all between
/// nothing and everything when nothing was seen.
pub(super) fn wilson(bad: u64, total: u64) -> (Fraction, Fraction) {
    let everything = || (Fraction::zero(), Fraction::whole(1_u8));
    // With z = Z / S: (n (2 x S² + Z²) ± Z √(n (Z² n + 4 S² x (n - x)))) / (2 n (n S² + Z²)).
    let good = total.saturating_sub(bad);
    let (z, n, x) = (BigUint::from(Z_NANO), BigUint::from(total), BigUint::from(bad));
    let (z_squared, s_squared) = (&z * &z, BigUint::from(NANO) * NANO);
    let middle = &n * (2_u8 * &x * &s_squared + &z_squared) * ROOT_PARTS;
    let square = &z_squared * &n * (&z_squared * &n + 4_u8 * &s_squared * &x * good) * ROOT_PARTS * ROOT_PARTS;
    let mut root = square.sqrt();
    if &root * &root < square {
        root += 1_u8;
    }
    let whole = 2_u8 * &n * (&n * &s_squared + &z_squared) * ROOT_PARTS;
    let low = if root < middle { &middle - &root } else { BigUint::ZERO };
    let high = (middle + root).min(whole.clone());
    Fraction::new(low, whole.clone()).zip(Fraction::new(high, whole)).unwrap_or_else(everything)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Fraction, Z_NANO, wilson};

    fn rounded(share: &Fraction) -> u64 {
        (share.floor(100_000) + 5) / 10
    }

    /// R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven methods",
    /// Statistics in Medicine 17 (1998), table I, method 3.
    #[test]
    fn newcombes_examples_come_out() {
        for (bad, total, low, high) in
            [(81, 263, 2553, 3662), (15, 148, 624, 1605), (0, 20, 0, 1611), (1, 29, 61, 1718)]
        {
            let interval = wilson(bad, total);
            assert_eq!((rounded(&interval.0), rounded(&interval.1)), (low, high), "{bad} of {total}");
        }
    }

    #[test]
    fn the_ends_are_exact() {
        assert!(wilson(0, 7).0.is_zero());
        assert_eq!(wilson(7, 7).1, Fraction::whole(1_u8));
        assert_eq!(wilson(0, 0), (Fraction::zero(), Fraction::whole(1_u8)));
        // z² / (n + z²) where nothing was bad.
        let z_squared = Fraction::new(u128::from(Z_NANO).pow(2), 10_u128.pow(18)).unwrap();
        assert_eq!(wilson(0, 7).1, z_squared.over(&Fraction::whole(7_u8).plus(&z_squared)).unwrap());
        let (low, high) = wilson(u64::MAX / 2, u64::MAX);
        assert!(low < high && high < Fraction::whole(1_u8));
    }

    proptest! {
        /// It is where the score test turns: (p - x/n)² = z² p (1 - p) / n, inside by no more than the rounding.
        #[test]
        fn it_holds_what_was_seen_and_meets_its_definition(total in 1..1_u64 << 40, share in 0..=1_000_000_u64) {
            let bad = u64::try_from(u128::from(total) * u128::from(share) / 1_000_000).unwrap();
            let seen = Fraction::new(bad, total).unwrap();
            let (low, high) = wilson(bad, total);
            prop_assert!(low <= seen && seen <= high);
            let one = Fraction::whole(1_u8);
            let z_squared = Fraction::new(u128::from(Z_NANO).pow(2), 10_u128.pow(18)).unwrap();
            let score = |p: &Fraction| {
                let distance = p.minus(&seen).or_else(|| seen.minus(p)).unwrap();
                let spread = z_squared.times(p).times(&one.minus(p).unwrap());
                (distance.times(&distance).times(&Fraction::whole(total)), spread)
            };
            let step = Fraction::new(1_u8, 1_000_000_000_000_u64).unwrap();
            for (bound, inner) in [(&low, low.plus(&step)), (&high, high.minus(&step).unwrap())] {
                let (distance, spread) = score(bound);
                prop_assert!(distance >= spread);
                if inner <= one && bound != &seen {
                    let (distance, spread) = score(&inner);
                    prop_assert!(distance <= spread);
                }
            }
        }

        #[test]
        fn more_of_the_same_narrows_it(total in 1..1_000_000_u64, bad in 0..1_000_000_u64, factor in 2..50_u64) {
            let bad = bad.min(total);
            let (few, many) = (wilson(bad, total), wilson(bad * factor, total * factor));
            prop_assert!(few.0 <= many.0 && many.1 <= few.1);
        }

        #[test]
        fn one_more_bad_event_moves_it_up(total in 1..1_000_000_u64, bad in 0..1_000_000_u64) {
            let bad = bad.min(total - 1);
            let (less, more) = (wilson(bad, total), wilson(bad + 1, total));
            prop_assert!(less.0 <= more.0 && less.1 <= more.1);
        }
    }
}
