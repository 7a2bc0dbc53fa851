//! How much of a stretch of time is known, and what was spent in it as far as that goes: unknown time is a value of its
//! own, never good time.

use serde::{Deserialize, Serialize};

use super::{
    BudgetFact,
    arithmetic::{Events, Spending},
    fraction::Fraction,
    objective::{PARTS_PER_BILLION, Target},
};

const MILLION: u64 = 1_000_000;
const DAY_SECONDS: u64 = 86_400;

/// How much of a stretch of time is known. Time that is excluded, or that has not come yet, is neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KnownTime {
    /// The time of which it is known what came in it.
    pub known_seconds: u64,
    /// The time of which it is not.
    pub unknown_seconds: u64,
}

impl KnownTime {
    /// Both together.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            known_seconds: self.known_seconds.saturating_add(other.known_seconds),
            unknown_seconds: self.unknown_seconds.saturating_add(other.unknown_seconds),
        }
    }

    /// Is all of it known?
    pub fn is_whole(self) -> bool {
        self.unknown_seconds == 0
    }

    /// Time of which all, or nothing, is known.
    pub(super) fn of(seconds: u64, is_known: bool) -> Self {
        if is_known {
            Self { known_seconds: seconds, unknown_seconds: 0 }
        } else {
            Self { known_seconds: 0, unknown_seconds: seconds }
        }
    }
}

/// What was counted in a stretch of time, and how much of the time that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Count {
    /// Bad ones.
    pub(super) bad: u128,
    /// All that came.
    pub(super) total: u128,
    /// What the unknown time had in the traffic around it.
    pub(super) missing: u128,
    /// The unknown time that nothing known is around: it had the traffic of all that is known.
    pub(super) dark_seconds: u64,
    pub(super) time: KnownTime,
}

impl Count {
    /// Time of which nothing is known, and nothing around it.
    pub(super) fn dark(seconds: u64) -> Self {
        Self { dark_seconds: seconds, time: KnownTime::of(seconds, false), ..Self::default() }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            bad: self.bad.saturating_add(other.bad),
            total: self.total.saturating_add(other.total),
            missing: self.missing.saturating_add(other.missing),
            dark_seconds: self.dark_seconds.saturating_add(other.dark_seconds),
            time: self.time.plus(other.time),
        }
    }

    /// The same of a day of which some is missing, where so many came on the same day of other weeks: what it lacks of them,
    /// as far as the mean traffic of that day goes.
    pub(super) fn with_usual_day(self, usual: u64) -> Self {
        let lacks = u128::from(usual).saturating_sub(self.total);
        let mean = at_pace(usual.into(), DAY_SECONDS, self.time.unknown_seconds);
        // Of a day in whose history nothing is known, the rest of the period says more.
        if self.dark_seconds > 0 {
            return self;
        }
        Self { missing: self.missing.max(lacks.min(mean)), ..self }
    }

    /// What came; none when it is more than can be counted.
    pub(super) fn events(&self) -> Option<Events> {
        Events::new(u64::try_from(self.total).ok()?, u64::try_from(self.bad).ok()?)
    }

    /// All that the unknown time may have had, rounded up.
    pub(super) fn all_missing(&self) -> u128 {
        self.missing.saturating_add(at_pace(self.total, self.time.known_seconds, self.dark_seconds))
    }

    /// What was spent, counted in so many parts of one; none when nothing is known, or it is more than can be counted.
    pub(super) fn spent(&self, parts: u64) -> Option<Measured> {
        let observed = Spending::in_parts(self.events().filter(|_| self.time.known_seconds > 0)?, parts)?;
        let missing = Fraction::new(self.all_missing(), parts)?;
        Measured::new(observed, &missing, self.time)
    }
}

/// What comes in some time at the pace of other time, rounded up.
pub(super) fn at_pace(count: u128, in_seconds: u64, seconds: u64) -> u128 {
    let product = count.saturating_mul(seconds.into());
    if in_seconds == 0 { 0 } else { product.div_ceil(in_seconds.into()) }
}

/// What was spent in a stretch of time of which some may not be known. There is no other way to a budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Measured {
    /// What the budget is a share of: events that came, or slices that were planned.
    total: u64,
    observed: Spending,
    certain: Spending,
    at_most: Spending,
    time: KnownTime,
}

impl Measured {
    /// What was observed in the known time, and what the unknown time may have had besides: good for the least that was
    /// spent, bad for the most.
    pub(super) fn new(observed: Spending, missing: &Fraction, time: KnownTime) -> Option<Self> {
        let all = u64::try_from(u128::from(observed.total()).checked_add(missing.ceil(1).into())?).ok()?;
        let at_most = Spending::new(observed.bad().plus(missing), all)?;
        Some(Self { total: observed.total(), certain: observed.clone().of_planned(all), at_most, observed, time })
    }

    /// Three answers for the same time.
    pub(super) fn of_three([observed, certain, at_most]: [Spending; 3], time: KnownTime) -> Self {
        Self { total: certain.total(), observed, certain, at_most, time }
    }

    /// What was spent in the time that is known.
    pub(super) fn observed(&self) -> &Spending {
        &self.observed
    }

    /// What was spent if all was good in the unknown time.
    pub(super) fn certain(&self) -> &Spending {
        &self.certain
    }

    /// What was spent if all was bad in the unknown time.
    pub(super) fn at_most(&self) -> &Spending {
        &self.at_most
    }

    pub(super) fn time(&self) -> KnownTime {
        self.time
    }

    /// The same, spent of a budget for more than has come so far.
    pub(super) fn of_planned(self, total: u64) -> Self {
        let [certain, at_most] = [self.certain, self.at_most].map(|spent| spent.of_planned(total));
        Self { total: self.total.max(total), certain, at_most, ..self }
    }

    /// Is there a step of the budget that it reaches only if the unknown time was bad?
    pub(super) fn is_undecided(&self, target: Target, steps_ppm: &[u64]) -> bool {
        let [certain, at_most] = [&self.certain, &self.at_most].map(|spent| spent.consumed(target).floor(MILLION));
        steps_ppm.iter().any(|step| certain < *step && *step <= at_most)
    }

    /// The budget of a period in which this was spent.
    pub(super) fn budget(&self, target: Target, steps_ppm: &[u64]) -> BudgetFact {
        let Self { certain, at_most, time, .. } = self;
        // Of what the unknown time may have had as well.
        let allowed = u128::from(certain.total()) * u128::from(target.budget_ppb()) / u128::from(PARTS_PER_BILLION);
        let consumed = certain.consumed(target);
        BudgetFact {
            total: self.total,
            bad: certain.bad().ceil(1),
            // A share of a number of 64 bits.
            allowed_bad: u64::try_from(allowed).unwrap_or(u64::MAX),
            consumed_ppm: consumed.floor(MILLION),
            consumed_at_most_ppm: Some(at_most.consumed(target).floor(MILLION)),
            // Rounding down what is left is rounding up what is spent.
            remaining_ppm: 1_000_000_i64.saturating_sub_unsigned(consumed.ceil(MILLION)),
            known: Some(*time),
            is_undecided: self.is_undecided(target, steps_ppm),
            slices: None,
            excluded_seconds: 0,
        }
    }
}

#[cfg(test)]
#[path = "known_tests.rs"]
mod tests;
