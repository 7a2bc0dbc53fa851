//! What the Mann–Whitney U test needs to know of two samples, in whole numbers.

use std::cmp::Ordering;

/// Two samples, ranked together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ranked {
    /// Datapoints of the baseline.
    pub(super) baseline: u64,
    /// Datapoints of the canary.
    pub(super) canary: u64,
    /// Twice the canary's U: pairs in which it is above the baseline count two, pairs of equals one.
    pub(super) twice_u: u128,
    /// The sum of t³ − t over all groups of t equal datapoints.
    pub(super) ties: u128,
}

impl Ranked {
    /// Ranks two samples of finite numbers, the positive and the negative zero being the same.
    pub(super) fn of(baseline: &[f64], canary: &[f64]) -> Self {
        let of_canary = canary.iter().map(|value| (*value, true));
        let mut all: Vec<(f64, bool)> = baseline.iter().map(|value| (*value, false)).chain(of_canary).collect();
        all.sort_by(|(one, _), (other, _)| order(*one, *other));
        let (mut twice_u, mut ties, mut below) = (0_u128, 0_u128, 0_u128);
        for equals in all.chunk_by(|(one, _), (other, _)| order(*one, *other) == Ordering::Equal) {
            let size = equals.len() as u128;
            let of_canary = equals.iter().filter(|(_, is_canary)| *is_canary).count() as u128;
            let of_baseline = size.abs_diff(of_canary);
            twice_u += of_canary * (2 * below + of_baseline);
            below += of_baseline;
            ties += size * size * size - size;
        }
        Self { baseline: baseline.len() as u64, canary: canary.len() as u64, twice_u, ties }
    }

    /// The number of pairs of one datapoint from each side.
    pub(super) fn pairs(self) -> u128 {
        u128::from(self.baseline) * u128::from(self.canary)
    }

    /// How the canary lies to the baseline.
    pub(super) fn canary_lies(self) -> Ordering {
        self.twice_u.cmp(&self.pairs())
    }

    /// How far twice U is from what it would be if both sides were alike: the numerator of the rank-biserial correlation,
    /// whose denominator is the number of pairs.
    pub(super) fn distance(self) -> u128 {
        self.twice_u.abs_diff(self.pairs())
    }
}

/// The order of finite numbers, which is total.
pub(super) fn order(one: f64, other: f64) -> Ordering {
    one.partial_cmp(&other).unwrap_or_else(|| one.total_cmp(&other))
}
