//! Shares in parts per million, rounded once.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

const MILLION: i64 = 1_000_000;

/// `part / whole` in parts per million, rounded up; none of nothing.
pub(crate) fn share_ppm_up(part: i64, whole: i64) -> Option<i64> {
    ppm_up(&over(&whole_of(part), &whole_of(whole))?)
}

/// A whole number as a fraction.
pub(crate) fn whole_of(number: i64) -> BigRational {
    BigRational::from_integer(BigInt::from(number))
}

/// One over another, which must be more than nothing.
pub(crate) fn over(part: &BigRational, whole: &BigRational) -> Option<BigRational> {
    (whole.is_positive() && !whole.is_zero()).then(|| part / whole)
}

/// In parts per million, rounded up, so that `>` against a whole threshold is exact; none where it leaves 64 bits.
pub(crate) fn ppm_up(share: &BigRational) -> Option<i64> {
    (share * BigInt::from(MILLION)).ceil().to_integer().to_i64()
}

/// In parts per million, rounded towards nothing, so that `>=` against a whole threshold above nothing is exact and less than
/// a millionth below nothing has no sign; none where it leaves 64 bits.
pub(crate) fn ppm_down(share: &BigRational) -> Option<i64> {
    (share * BigInt::from(MILLION)).trunc().to_integer().to_i64()
}

/// An amount that is exact in millionths, rounded half to even; none where it leaves 64 bits.
pub(crate) fn to_micros(micros: &BigRational) -> Option<i64> {
    let two = BigInt::from(2);
    let floor = micros.floor();
    let twice_rest = (micros - &floor) * &two;
    let one = BigRational::from_integer(BigInt::from(1));
    let kept = floor.to_integer();
    let is_odd = !(&kept % &two).is_zero();
    let up = twice_rest > one || (twice_rest == one && is_odd);
    (kept + BigInt::from(u8::from(up))).to_i64()
}
