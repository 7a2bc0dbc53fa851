//! A series of days, and noise that is the same wherever it runs.

use std::collections::BTreeMap;

use chrono::{Days, Months, NaiveDate};

/// Amounts by day in millionths, with a month of which some days are known.
#[derive(Debug, Clone)]
pub struct Series {
    /// All days, those to come too.
    pub days: BTreeMap<NaiveDate, i64>,
    /// The first day of the month that is forecast.
    pub first: NaiveDate,
    /// The first day that is not known.
    pub cut: NaiveDate,
}

impl Series {
    /// The first day after the month.
    pub fn end(&self) -> NaiveDate {
        self.first.checked_add_months(Months::new(1)).unwrap_or(self.first)
    }

    /// The first day of the month before.
    pub fn before(&self) -> NaiveDate {
        self.first.checked_sub_months(Months::new(1)).unwrap_or(self.first)
    }

    /// The sum of the days from one to before another.
    pub fn sum(&self, first: NaiveDate, end: NaiveDate) -> i64 {
        self.days.range(first..end).map(|(_, amount)| amount).sum()
    }

    /// The day so many before the first that is not known.
    pub fn ago(&self, days: u64) -> NaiveDate {
        self.cut.checked_sub_days(Days::new(days)).unwrap_or(self.cut)
    }
}

/// Numbers that look like chance: SplitMix64.
#[derive(Debug, Clone, Copy)]
pub struct Noise(u64);

impl Noise {
    /// Begins with a seed.
    pub fn new(seed: u64) -> Self {
        // Mixed, so that one seed is not the next one a step later.
        Self(mixed(seed.wrapping_add(1)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed(self.0)
    }

    /// One of so many.
    pub fn below(&mut self, count: u64) -> u64 {
        self.next().checked_rem(count).unwrap_or(0)
    }

    /// About normal, of mean 0 and deviation 1, in parts per million: the sum of twelve even ones.
    pub fn normal_ppm(&mut self) -> i64 {
        let sum: u64 = (0..12).map(|_| self.below(1_000_000)).sum();
        i64::try_from(sum).unwrap_or(0) - 6_000_000
    }
}

fn mixed(state: u64) -> u64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
