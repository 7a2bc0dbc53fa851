//! The exact distribution of U for samples without ties.

use super::ranks::Ranked;

/// Samples of fewer datapoints than this, on both sides and without ties, have their exact distribution counted: as R's
/// `wilcox.test` does.
const EXACT_BELOW: u64 = 50;

/// A share of equally likely arrangements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    /// The arrangements that are meant.
    pub(super) part: i128,
    /// All of them.
    pub(super) whole: i128,
}

/// The two-sided p-value: the share of arrangements that are at least as far from the middle, none when the samples are
/// too large or have ties.
pub(super) fn p_value(ranked: Ranked) -> Option<Share> {
    if ranked.ties > 0 || ranked.baseline >= EXACT_BELOW || ranked.canary >= EXACT_BELOW {
        return None;
    }
    let counts = counts(ranked.baseline, ranked.canary);
    // Without ties twice U is even, and the distribution is symmetric: U from either end is the same tail.
    let nearer = usize::try_from(ranked.twice_u.min(2 * ranked.pairs() - ranked.twice_u) / 2).ok()?;
    let whole = counts.iter().sum();
    let tail: i128 = counts.iter().take(nearer.saturating_add(1)).sum();
    Some(Share { part: (2 * tail).min(whole), whole })
}

/// The smallest two-sided p-value that samples of these sizes can have; none for samples so large that it is next to
/// nothing.
pub(super) fn smallest_p_value(baseline: u64, canary: u64) -> Option<Share> {
    let small = baseline < EXACT_BELOW && canary < EXACT_BELOW;
    small.then(|| {
        let whole: i128 = counts(baseline, canary).iter().sum();
        Share { part: whole.min(2), whole }
    })
}

/// How many arrangements have each U: the coefficients of the Gaussian binomial, product of (1 − q^(n+i)) / (1 − q^i) for
/// i from 1 to m. The largest is below C(98, 49), about 2^94.
fn counts(baseline: u64, canary: u64) -> Vec<i128> {
    let length = usize::try_from(baseline * canary).unwrap_or(0).saturating_add(1);
    let mut counts = vec![0_i128; length];
    if let Some(first) = counts.first_mut() {
        *first = 1;
    }
    for i in 1..=canary {
        let step = |by: u64| usize::try_from(by).unwrap_or(usize::MAX);
        let (over, under) = (step(baseline + i), step(i));
        for place in (over..length).rev() {
            let lower = counts.get(place - over).copied().unwrap_or(0);
            if let Some(count) = counts.get_mut(place) {
                *count -= lower;
            }
        }
        for place in under..length {
            let lower = counts.get(place - under).copied().unwrap_or(0);
            if let Some(count) = counts.get_mut(place) {
                *count += lower;
            }
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::{counts, smallest_p_value};

    #[test]
    fn the_counts_are_those_of_small_cases_by_hand() {
        assert_eq!(counts(2, 2), [1, 1, 2, 1, 1]);
        assert_eq!(counts(3, 2), [1, 1, 2, 2, 2, 1, 1]);
        assert_eq!(counts(1, 3), counts(3, 1));
    }

    /// All arrangements there are: C(98, 49), from Python's `math.comb`.
    #[test]
    fn the_largest_case_adds_up() {
        let counts = counts(49, 49);
        assert_eq!(counts.iter().sum::<i128>(), 25_477_612_258_980_856_902_730_428_600);
        assert!(counts.iter().eq(counts.iter().rev()) && counts.iter().all(|count| *count > 0));
    }

    #[test]
    fn few_datapoints_cannot_be_sure() {
        let share = smallest_p_value(3, 3).unwrap();
        assert_eq!((share.part, share.whole), (2, 20));
        assert_eq!(smallest_p_value(50, 3), None);
    }
}
