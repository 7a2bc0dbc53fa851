//! The normal approximation of U's distribution, with corrections for ties and for continuity, in whole numbers.

use num_bigint::BigUint;
use num_traits::{ToPrimitive, Zero};

use super::{
    exact::{self, Share},
    ranks::Ranked,
};

/// The parts that a squared z is counted in.
const Z_SQUARED_PARTS: u64 = 1_000_000_000_000;
const MILLION: u128 = 1_000_000;

/// How sure a difference must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Significance {
    /// The p-value up to which a difference is significant, in parts per million.
    alpha_ppm: u32,
    /// The squared z from which it is, in parts of 10^12, rounded up: a quantile of the chi-squared distribution with one
    /// degree of freedom.
    z_squared: u64,
}

impl Significance {
    /// That of a two-sided test with this confidence; none for one that is not tabulated.
    pub(super) fn of(confidence_ppm: u32) -> Option<Self> {
        let (alpha_ppm, z_squared) = match confidence_ppm {
            900_000 => (100_000, 2_705_543_454_096),
            950_000 => (50_000, 3_841_458_820_695),
            980_000 => (20_000, 5_411_894_431_055),
            990_000 => (10_000, 6_634_896_601_022),
            999_000 => (1_000, 10_827_566_170_663),
            _ => return None,
        };
        Some(Self { alpha_ppm, z_squared })
    }

    /// Is a one-sided p-value, a fraction, small enough? Either side has half of what the confidence leaves.
    pub(super) fn met_on_one_side(self, part: &BigUint, whole: &BigUint) -> bool {
        part * 2_000_000_u32 <= whole * self.alpha_ppm
    }

    pub(super) fn meets(self, share: Share) -> bool {
        // The whole is below 2^95 and a million below 2^20.
        share.part * 1_000_000 <= share.whole * i128::from(self.alpha_ppm)
    }

    /// Can samples of these sizes differ surely at all?
    pub(super) fn reachable(self, baseline: u64, canary: u64) -> bool {
        baseline > 0 && canary > 0 && exact::smallest_p_value(baseline, canary).is_none_or(|least| self.meets(least))
    }

    /// Is the difference at least as far from the middle as it must be?
    pub(super) fn reached(self, z: &ZSquared) -> bool {
        &z.part * Z_SQUARED_PARTS >= &z.whole * self.z_squared && !z.part.is_zero()
    }
}

/// The square of a standard score, as a fraction; the whole is 0 when all datapoints are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ZSquared {
    part: BigUint,
    whole: BigUint,
}

impl ZSquared {
    pub(super) fn new(part: BigUint, whole: BigUint) -> Self {
        Self { part, whole }
    }

    /// (|U − nm/2| − ½)² over nm/12 · (N + 1 − Σ(t³ − t) / (N (N − 1))), with N = n + m; 0 where U is in the middle.
    pub(super) fn of(ranked: Ranked) -> Self {
        let all = BigUint::from(ranked.baseline) + ranked.canary;
        let pairs = BigUint::from(ranked.pairs());
        let distance = BigUint::from(ranked.distance().saturating_sub(1));
        let cubed = &all * &all * &all;
        let untied = if cubed > &all + ranked.ties { cubed - &all - ranked.ties } else { BigUint::ZERO };
        let choices = &all * &all - &all;
        Self { part: &distance * &distance * choices * 3_u32, whole: pairs * untied }
    }

    /// The two-sided p-value in parts per million, rounded up, never 0, within one part; for people, since nothing is
    /// decided by it.
    ///
    /// 1 − √(2/π) e^(−z²/2) Σ z^(2k+1) / (1·3·…·(2k+1)), whose terms are all positive, in parts of 10^12.
    pub(super) fn p_value_ppm(&self) -> u32 {
        const ONE: u128 = 1_000_000_000_000;
        const SQRT_2_OVER_PI: u128 = 797_884_560_803;
        // Beyond z = 6, p is 0.002 parts per million.
        const BEYOND: u128 = 36 * ONE;
        if self.part.is_zero() || self.whole.is_zero() {
            return 1_000_000;
        }
        let squared = (&self.part * ONE / &self.whole).to_u128().unwrap_or(BEYOND);
        if squared >= BEYOND {
            return 1;
        }
        let product = |one: u128, other: u128| one * other / ONE;
        let z = (squared * ONE).isqrt();
        let (mut term, mut sum, mut odd) = (z, z, 1);
        while term > 0 {
            odd += 2;
            term = product(term, squared) / odd;
            sum += term;
        }
        let (mut term, mut growth, mut index) = (ONE, ONE, 0);
        while term > 0 {
            index += 1;
            term = product(term, squared / 2) / index;
            growth += term;
        }
        let inside = product(sum, SQRT_2_OVER_PI) * ONE / growth;
        let outside = ONE.saturating_sub(inside);
        u32::try_from((outside * MILLION).div_ceil(ONE).max(1)).unwrap_or(1_000_000)
    }
}
