//! Are two shares of events different? Fisher's exact test on one side, and for large counts the score test with Yates'
//! correction for continuity, in whole numbers.
//!
//! R. A. Fisher, Statistical Methods for Research Workers, 1934, § 21.02; F. Yates, Supplement to the Journal of the
//! Royal Statistical Society 1, 1934, 217–235. The correction makes the second an approximation of the first.

use num_bigint::BigUint;

use super::{CanaryCounts, normal::ZSquared};

/// The longest sum of the exact test: a few milliseconds.
const MOST_TERMS: u64 = 1_000;

/// A table of two by two: marked and other events of the canary, and of the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Table {
    canary: [u64; 2],
    baseline: [u64; 2],
}

/// A probability, as a fraction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tail {
    pub(super) part: BigUint,
    pub(super) whole: BigUint,
}

impl Table {
    pub(super) fn of(baseline: CanaryCounts, canary: CanaryCounts) -> Self {
        let cells = |counts: CanaryCounts| [counts.marked, counts.events.saturating_sub(counts.marked)];
        Self { canary: cells(canary), baseline: cells(baseline) }
    }

    /// The same of the events that are not marked.
    pub(super) fn turned(self) -> Self {
        let turn = |[marked, other]: [u64; 2]| [other, marked];
        Self { canary: turn(self.canary), baseline: turn(self.baseline) }
    }

    /// How likely as many marked events of the canary, or more, would be with these sums of rows and columns, were both
    /// sides alike; none when the smallest of the sums is so large that counting it out takes long.
    pub(super) fn exact(self) -> Option<Tail> {
        let ([a, b], [c, d]) = (self.canary, self.baseline);
        // Each line with the cell that grows towards the tail first, and the sums of the lines across it.
        let lines = [(a, b, a + c, b + d), (d, c, b + d, a + c), (a, c, a + b, c + d), (d, b, c + d, a + b)];
        let (grows, shrinks, across, other) = lines.into_iter().min_by_key(|(one, two, ..)| one + two)?;
        let line = grows + shrinks;
        if line > MOST_TERMS {
            return None;
        }
        let mut term = binomial(across, grows) * binomial(other, shrinks);
        let mut part = BigUint::ZERO;
        for at in grows..=line.min(across) {
            part += &term;
            // C(across, at + 1) C(other, line − at − 1) from C(across, at) C(other, line − at).
            term = term * across.saturating_sub(at) * (line - at) / (at + 1) / (other + at + 1 - line);
        }
        Some(Tail { part, whole: binomial(across + other, line) })
    }

    /// The square of the corrected score, N (|ad − bc| − N/2)² over the product of the sums of rows and columns.
    pub(super) fn score(self) -> ZSquared {
        let ([a, b], [c, d]) = (self.canary.map(BigUint::from), self.baseline.map(BigUint::from));
        let all = &a + &b + &c + &d;
        let (one, other) = (&a * &d, &b * &c);
        let twice = (if one > other { one - other } else { other - one }) * 2_u32;
        let distance = if twice > all { twice - &all } else { BigUint::ZERO };
        let sums = (&a + &b) * (&c + &d) * (&a + &c) * (&b + &d);
        ZSquared::new(&distance * &distance * all, sums * 4_u32)
    }
}

/// C(all, some).
fn binomial(all: u64, some: u64) -> BigUint {
    let fewer = some.min(all.saturating_sub(some));
    (0..fewer).fold(BigUint::from(u64::from(some <= all)), |product, at| product * (all - at) / (at + 1))
}
