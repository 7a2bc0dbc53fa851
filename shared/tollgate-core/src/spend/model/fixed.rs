//! Fixed-point arithmetic: amounts are whole billionths, shares and factors parts per billion, and all of it integers.

/// One, in parts per billion.
pub(in crate::spend) const ONE_PPB: i128 = 1_000_000_000;

const OF_A_MICRO: i128 = 1_000;

/// An amount of millionths.
pub(super) fn of_micros(micros: i64) -> i128 {
    i128::from(micros) * OF_A_MICRO
}

/// In millionths, rounded to the nearest.
pub(in crate::spend) fn in_micros(amount: i128) -> i128 {
    divided(amount, OF_A_MICRO).unwrap_or(0)
}

/// A share of an amount.
pub(in crate::spend) fn times(amount: i128, factor_ppb: i128) -> i128 {
    divided(amount.saturating_mul(factor_ppb), ONE_PPB).unwrap_or(0)
}

/// The nearest whole number, away from nothing where two are; none of nothing.
fn divided(part: i128, whole: i128) -> Option<i128> {
    let half = whole.checked_abs()? / 2;
    part.saturating_add(if part < 0 { -half } else { half }).checked_div(whole)
}

/// One amount over another; nothing where there is nothing to divide by.
pub(in crate::spend) fn ratio_ppb(part: i128, whole: i128) -> i128 {
    divided(part.saturating_mul(ONE_PPB), whole).unwrap_or(0)
}

/// What an amount comes to when it grows by a share, so many times.
pub(super) fn grown(amount: i128, growth_ppb: i128, count: i128) -> i128 {
    (0..count).fold(amount, |amount, _| times(amount, ONE_PPB.saturating_add(growth_ppb)))
}

/// The square root of a number that is in parts per billion, in parts per billion.
pub(in crate::spend) fn root_ppb(number_ppb: i128) -> i128 {
    root(number_ppb.saturating_mul(ONE_PPB))
}

/// The integer below the square root; 0 of what is below nothing.
pub(super) fn root(number: i128) -> i128 {
    u128::try_from(number).ok().and_then(|number| i128::try_from(number.isqrt()).ok()).unwrap_or(0)
}

/// The length of two errors that do not depend on one another.
pub(in crate::spend) fn together_ppb(one: i128, other: i128) -> i128 {
    root(one.saturating_mul(one).saturating_add(other.saturating_mul(other)))
}

/// The middle of some numbers, or the mean of the two in the middle; none of none.
pub(super) fn median(numbers: impl IntoIterator<Item = i128>) -> Option<i128> {
    let mut numbers: Vec<i128> = numbers.into_iter().collect();
    numbers.sort_unstable();
    let upper = *numbers.get(numbers.len() / 2)?;
    if numbers.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *numbers.get((numbers.len() / 2).checked_sub(1)?)?;
    Some(lower.saturating_add(upper) / 2)
}

/// The mean; nothing of none.
pub(super) fn mean(numbers: &[i128]) -> i128 {
    let sum = numbers.iter().fold(0_i128, |sum, number| sum.saturating_add(*number));
    divided(sum, count(numbers)).unwrap_or(0)
}

/// How many there are.
pub(super) fn count<T>(items: &[T]) -> i128 {
    i128::try_from(items.len()).unwrap_or(i128::MAX)
}

/// The standard deviation that a median absolute deviation of normal errors stands for: 1.4826 of it.
pub(super) fn deviation(median_deviation: i128) -> i128 {
    median_deviation.saturating_mul(14_826) / 10_000
}

/// The error of a median of so many numbers with an error each: 1.2533 over the root of their count.
pub(super) fn of_median(error: i128, count: i128) -> i128 {
    over_root(error.saturating_mul(12_533) / 10_000, count)
}

/// An error over the root of a count.
pub(super) fn over_root(error: i128, count: i128) -> i128 {
    error.saturating_mul(ONE_PPB).checked_div(root_ppb(count.saturating_mul(ONE_PPB))).unwrap_or(error)
}

#[cfg(test)]
mod tests {
    use super::{
        ONE_PPB, grown, in_micros, mean, median, of_micros, over_root, ratio_ppb, root_ppb, times, together_ppb,
    };

    #[test]
    fn shares_and_roots_are_those_of_whole_numbers() {
        assert_eq!((times(1_000, ONE_PPB / 4), ratio_ppb(1, 4), ratio_ppb(1, 0)), (250, ONE_PPB / 4, 0));
        assert_eq!((root_ppb(4 * ONE_PPB), root_ppb(ONE_PPB / 4), root_ppb(-1)), (2 * ONE_PPB, ONE_PPB / 2, 0));
        assert_eq!((together_ppb(3, 4), over_root(700, 49), over_root(7, 0)), (5, 100, 7));
        assert_eq!((median([3, 1, 2]), median([4, 1, 2, 3]), median([])), (Some(2), Some(2), None));
        assert_eq!((times(-3, ONE_PPB / 2), mean(&[1, 2]), mean(&[])), (-2, 2, 0), "to the nearest");
        assert_eq!((of_micros(-7), in_micros(-1_499), in_micros(1_500)), (-7_000, -1, 2));
        assert_eq!(grown(1_000_000, ONE_PPB / 10, 2), 1_210_000);
    }
}
