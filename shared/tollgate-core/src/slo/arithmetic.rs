//! Error budgets and burn rates, in whole numbers.

use super::{
    fraction::Fraction,
    interval::wilson,
    objective::{PARTS_PER_BILLION, Target},
};

const MILLION: u64 = 1_000_000;

/// Events in a stretch of time; never more bad ones than there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Events {
    total: u64,
    bad: u64,
}

impl Events {
    /// Events of which some are bad; none when more are bad than there are.
    pub fn new(total: u64, bad: u64) -> Option<Self> {
        (bad <= total).then_some(Self { total, bad })
    }

    /// All events.
    pub fn total(self) -> u64 {
        self.total
    }

    /// The bad ones.
    pub fn bad(self) -> u64 {
        self.bad
    }

    /// The good ones.
    pub fn good(self) -> u64 {
        self.total.abs_diff(self.bad)
    }

    /// How fast they spend the budget: (bad / total) / (1 - target), in millionths, rounded up; 0 without events. 1000000
    /// spends exactly the budget of the period in the period.
    pub fn burn_rate_micro(self, target: Target) -> u64 {
        Spending::from(self).burn_rate(target).ceil(MILLION)
    }

    /// Did they spend the budget faster than it accrues?
    pub fn burn(self, target: Target) -> bool {
        // At most 2^94: far inside 128 bits.
        u128::from(self.bad) * u128::from(PARTS_PER_BILLION) > u128::from(self.total) * u128::from(target.budget_ppb())
    }
}

/// What spent budget: bad ones, of all. Events or slices are whole; a slice of which a share was bad counts by its share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spending {
    bad: Fraction,
    total: u64,
}

impl From<Events> for Spending {
    fn from(events: Events) -> Self {
        Self { bad: Fraction::whole(events.bad), total: events.total }
    }
}

impl Spending {
    /// None when more are bad than there are.
    pub(super) fn new(bad: Fraction, total: u64) -> Option<Self> {
        (bad <= Fraction::whole(total)).then_some(Self { bad, total })
    }

    /// Events that are counted in parts of one.
    pub(super) fn in_parts(events: Events, parts: u64) -> Option<Self> {
        Self::new(Fraction::new(events.bad, parts)?, events.total.checked_div(parts)?)
    }

    #[cfg(test)]
    pub(super) fn of(total: u64, bad: u64) -> Option<Self> {
        Events::new(total, bad).map(Self::from)
    }

    pub(super) fn all_bad() -> Self {
        Self { bad: Fraction::whole(1_u8), total: 1 }
    }

    /// The same, spent of a budget for more than has come so far.
    pub(super) fn of_planned(self, total: u64) -> Self {
        Self { total: self.total.max(total), ..self }
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn bad(&self) -> &Fraction {
        &self.bad
    }

    /// The bad ones of all; none without any.
    pub(super) fn bad_share(&self) -> Fraction {
        self.bad.over(&Fraction::whole(self.total)).unwrap_or_else(Fraction::zero)
    }

    /// (bad / total) / (1 - target); nothing when nothing was counted.
    pub(super) fn burn_rate(&self, target: Target) -> Fraction {
        per_budget(&self.bad_share(), target)
    }

    /// The burn rates that the counts are compatible with: the ends of the 95 % interval of [`wilson`].
    pub(super) fn burn_rate_interval(&self, target: Target) -> (Fraction, Fraction) {
        let low = wilson(self.bad.floor(1), self.total).0;
        let high = wilson(self.bad.ceil(1), self.total).1;
        (per_budget(&low, target), per_budget(&high, target))
    }

    /// The share of the budget that is spent, when they are the period's.
    pub(super) fn consumed(&self, target: Target) -> Fraction {
        self.burn_rate(target)
    }

    /// The share of a period's budget that a window spent: burn rate × window / period, in parts per million, rounded
    /// down.
    pub(super) fn consumed_ppm(&self, target: Target, window_seconds: u64, period_seconds: u64) -> u64 {
        Fraction::new(window_seconds, period_seconds)
            .map_or(u64::MAX, |share| self.burn_rate(target).times(&share).floor(MILLION))
    }
}

fn per_budget(share: &Fraction, target: Target) -> Fraction {
    // A target leaves a budget, so nothing is divided by zero.
    Fraction::new(PARTS_PER_BILLION, target.budget_ppb()).map_or_else(Fraction::zero, |scale| share.times(&scale))
}

#[cfg(test)]
#[path = "arithmetic_tests.rs"]
mod tests;
