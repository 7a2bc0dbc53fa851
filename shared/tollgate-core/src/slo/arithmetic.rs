//! Error budgets and burn rates, in whole numbers.

use super::{
    BudgetFact,
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

    /// The budget of a period in which these were the events.
    pub fn budget(self, target: Target) -> BudgetFact {
        Spending::from(self).budget(target)
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

    #[cfg(test)]
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

    /// The budget of a period in which these were spent.
    pub(super) fn budget(&self, target: Target) -> BudgetFact {
        let allowed = u128::from(self.total) * u128::from(target.budget_ppb()) / u128::from(PARTS_PER_BILLION);
        let consumed = self.consumed(target);
        BudgetFact {
            total: self.total,
            bad: self.bad.ceil(1),
            // A share of a number of 64 bits.
            allowed_bad: u64::try_from(allowed).unwrap_or(u64::MAX),
            consumed_ppm: consumed.floor(MILLION),
            // Rounding down what is left is rounding up what is spent.
            remaining_ppm: 1_000_000_i64.saturating_sub_unsigned(consumed.ceil(MILLION)),
            slices: None,
            excluded_seconds: 0,
        }
    }
}

fn per_budget(share: &Fraction, target: Target) -> Fraction {
    // A target leaves a budget, so nothing is divided by zero.
    Fraction::new(PARTS_PER_BILLION, target.budget_ppb()).map_or_else(Fraction::zero, |scale| share.times(&scale))
}

#[cfg(test)]
mod tests {
    use num_rational::Ratio;
    use proptest::prelude::*;

    use super::{Events, MILLION, PARTS_PER_BILLION, Target};

    const MINUTES_IN_30_DAYS: u64 = 30 * 24 * 60;

    fn target(percent: &str) -> Target {
        Target::from_decimal(percent, 100).unwrap()
    }

    fn events(total: u64, bad: u64) -> Events {
        Events::new(total, bad).unwrap()
    }

    /// The error rate that burns at `burn` tenths, over `seconds` of a 30-day period with steady traffic and no other
    /// error, spends `percent` of the budget. From the table of the multiwindow, multi-burn-rate alerts in "The Site
    /// Reliability Workbook", chapter 5, <https://sre.google/workbook/alerting-on-slos/>; the row of one day is the
    /// default of Sloth, <https://sloth.dev/slo-definitions/default/>.
    #[test]
    fn the_workbooks_burn_rates_spend_what_it_says() {
        for (burn_tenths, seconds, percent) in [(144, 3_600, 2), (60, 21_600, 5), (30, 86_400, 10), (10, 259_200, 10)] {
            let per_second = 10_000;
            let total = seconds * per_second;
            let bad = total * burn_tenths / 10 / 1000;
            let window = events(total, bad);
            assert_eq!(window.burn_rate_micro(target("99.9")), burn_tenths * 100_000);
            let period = events(MINUTES_IN_30_DAYS * 60 * per_second, bad);
            assert_eq!(period.budget(target("99.9")).consumed_ppm, percent * 10_000);
            assert_eq!(
                period.budget(target("99.9")).remaining_ppm,
                1_000_000 - i64::try_from(percent).unwrap() * 10_000
            );
        }
    }

    /// Burn rates and the time in which they exhaust the budget, same chapter: 1, 30 days; 2, 15 days; 10, 3 days;
    /// 1000, 43 minutes.
    #[test]
    fn the_workbooks_times_to_exhaustion_exhaust_the_budget() {
        for (error_permille, burn, seconds) in
            [(1, 1, 2_592_000), (2, 2, 1_296_000), (10, 10, 259_200), (1000, 1000, 2_592)]
        {
            let bad = seconds * error_permille;
            assert_eq!(events(seconds * 1000, bad).burn_rate_micro(target("99.9")), burn * 1_000_000);
            let budget = events(2_592_000 * 1000, bad).budget(target("99.9"));
            assert_eq!((budget.consumed_ppm, budget.remaining_ppm), (1_000_000, 0));
            assert_eq!(budget.allowed_bad, bad);
        }
    }

    /// Minutes of downtime that 30 days allow: 99.9 % is 43.2, 99.95 % is 21.6, 99.99 % is 4.32; "Site Reliability
    /// Engineering", appendix A, <https://sre.google/sre-book/availability-table/>.
    #[test]
    fn the_availability_table_holds() {
        for (percent, downtime_ms) in
            [("99", 25_920_000), ("99.9", 2_592_000), ("99.95", 1_296_000), ("99.99", 259_200), ("99.999", 25_920)]
        {
            let budget = events(MINUTES_IN_30_DAYS * 60_000, 0).budget(target(percent));
            assert_eq!(budget.allowed_bad, downtime_ms, "{percent}");
        }
    }

    #[test]
    fn no_traffic_spends_nothing() {
        let none = Events::default();
        assert_eq!((none.burn_rate_micro(target("99.9")), none.burn(target("99.9"))), (0, false));
        let budget = none.budget(target("99.9"));
        assert_eq!((budget.allowed_bad, budget.consumed_ppm, budget.remaining_ppm), (0, 0, 1_000_000));
    }

    #[test]
    fn the_largest_numbers_fit() {
        let all_bad = events(u64::MAX, u64::MAX);
        assert_eq!(all_bad.burn_rate_micro(target("99.9999999")), 1_000_000_000_000_000);
        assert_eq!(all_bad.budget(target("99.9999999")).remaining_ppm, 1_000_000 - 1_000_000_000_000_000);
        assert_eq!(all_bad.burn_rate_micro(target("0.0000001")), 1_000_001);
        assert!(Events::new(1, 2).is_none());
    }

    #[test]
    fn a_budget_spent_exactly_is_not_overspent() {
        let exact = events(1_000_000, 1_000);
        assert_eq!(exact.burn_rate_micro(target("99.9")), 1_000_000);
        assert!(!exact.burn(target("99.9")));
        assert!(events(1_000_000, 1_001).burn(target("99.9")));
        // One event in three at 99.9 % is 333.33… times too fast: above 333333333 millionths.
        assert_eq!(events(3, 1).burn_rate_micro(target("99.9")), 333_333_334);
    }

    prop_compose! {
        fn some_events()(total in 1..1_u64 << 50)(bad in 0..=total, total in Just(total)) -> Events {
            events(total, bad)
        }
    }

    prop_compose! {
        fn some_target()(ppb in 1..PARTS_PER_BILLION) -> Target {
            Target::from_ppb(ppb).unwrap()
        }
    }

    /// The definition, in exact fractions: (bad / total) / (1 - target).
    fn burn_rate(events: Events, target: Target) -> Ratio<i128> {
        Ratio::new(i128::from(events.bad()), i128::from(events.total()))
            / Ratio::new(i128::from(target.budget_ppb()), i128::from(PARTS_PER_BILLION))
    }

    proptest! {
        #[test]
        fn rounding_keeps_every_comparison_exact(events in some_events(), target in some_target(), near in -2..=2_i128) {
            let exact = burn_rate(events, target) * i128::from(MILLION);
            let threshold = exact.to_integer() + near;
            let at = Ratio::from_integer(threshold);
            let budget = events.budget(target);
            prop_assert_eq!(i128::from(events.burn_rate_micro(target)) > threshold, exact > at);
            prop_assert_eq!(i128::from(budget.consumed_ppm) >= threshold, exact >= at);
            let left = Ratio::from_integer(1_000_000) - exact;
            let threshold = 1_000_000 - threshold;
            prop_assert_eq!(i128::from(budget.remaining_ppm) < threshold, left < Ratio::from_integer(threshold));
            prop_assert_eq!(events.burn(target), burn_rate(events, target) > Ratio::from_integer(1));
        }

        #[test]
        fn allowed_bad_is_where_the_budget_ends(events in some_events(), target in some_target()) {
            let allowed = events.budget(target).allowed_bad;
            prop_assert!(!Events::new(events.total(), allowed).unwrap().burn(target));
            prop_assert!(Events::new(events.total(), allowed + 1).is_none_or(|more| more.burn(target)));
        }

        #[test]
        fn scaling_traffic_changes_no_ratio(events in some_events(), target in some_target(), factor in 1..4096_u64) {
            let more = Events::new(events.total() * factor, events.bad() * factor).unwrap();
            prop_assert_eq!(more.burn_rate_micro(target), events.burn_rate_micro(target));
            prop_assert_eq!(more.budget(target).consumed_ppm, events.budget(target).consumed_ppm);
            prop_assert_eq!(more.budget(target).remaining_ppm, events.budget(target).remaining_ppm);
        }

        /// With steady traffic, burn × window / period over the windows of a period sums to what is consumed of it.
        #[test]
        fn burn_times_share_of_the_period_sums_to_consumption(
            bad in proptest::collection::vec(0..=1000_u64, 1..30), target in some_target(),
        ) {
            let windows = bad.iter().map(|bad| events(1000, *bad));
            let share = Ratio::new(1, i128::try_from(bad.len()).unwrap());
            let sum: Ratio<i128> = windows.map(|window| burn_rate(window, target) * share).sum();
            let period = events(1000 * bad.len() as u64, bad.iter().sum());
            prop_assert_eq!(sum, burn_rate(period, target));
            prop_assert_eq!(
                i128::from(period.budget(target).consumed_ppm),
                (sum * i128::from(MILLION)).to_integer()
            );
        }

        #[test]
        fn one_more_bad_event_never_looks_better(events in some_events(), target in some_target()) {
            if let Some(worse) = Events::new(events.total(), events.bad() + 1) {
                prop_assert!(worse.burn_rate_micro(target) >= events.burn_rate_micro(target));
                prop_assert!(worse.budget(target).remaining_ppm <= events.budget(target).remaining_ppm);
            }
        }
    }
}
