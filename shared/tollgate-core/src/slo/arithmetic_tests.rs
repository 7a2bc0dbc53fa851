use num_rational::Ratio;
use proptest::prelude::*;

use super::{Events, MILLION, PARTS_PER_BILLION, Spending, Target};
use crate::slo::{
    BudgetFact,
    fraction::Fraction,
    known::{KnownTime, Measured},
};

const MINUTES_IN_30_DAYS: u64 = 30 * 24 * 60;

fn target(percent: &str) -> Target {
    Target::from_decimal(percent, 100).unwrap()
}

fn events(total: u64, bad: u64) -> Events {
    Events::new(total, bad).unwrap()
}

impl Events {
    /// The budget of a period that is known, and in which these were the events.
    fn budget(self, target: Target) -> BudgetFact {
        let measured = Measured::new(Spending::from(self), &Fraction::zero(), KnownTime::of(1, true)).unwrap();
        measured.budget(target, &[])
    }
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
        assert_eq!(period.budget(target("99.9")).remaining_ppm, 1_000_000 - i64::try_from(percent).unwrap() * 10_000);
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
