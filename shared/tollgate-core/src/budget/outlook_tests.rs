//! What is forecast, and of what.

use chrono::{Datelike as _, NaiveDate};
use proptest::prelude::*;

use super::{
    SpendReading,
    example::{NOW, budget, day, fact, reading, yearly},
};
use crate::{
    evidence::EvidenceStatus,
    spend::{MonthDay, RecurringCharge, Weighting},
};

const AS_OF: &str = "2026-11-11T01:00:00Z";

/// As gates ask for days: twelve weeks before the bill was fetched.
fn twelve_weeks(cost: impl Fn(NaiveDate) -> i64) -> SpendReading {
    reading("2026-08-19", "2026-11-11", AS_OF, |date| cost(date).to_string())
}

#[test]
fn a_charge_of_each_month_is_apart_from_the_daily_rate() {
    let fee = |date: NaiveDate| if date.day() == 1 { 9_100 } else { 1_000 };
    let fact = fact(&budget(""), &twelve_weeks(fee), NOW);
    let forecast = fact.forecast.unwrap();
    assert_eq!(forecast.mean_micros, 38_100_000_000);
    let parts = forecast.parts.unwrap();
    let charge = RecurringCharge { on: MonthDay::Day(1), amount_micros: 8_100_000_000 };
    assert_eq!((parts.daily_rate_micros, parts.recurring), (1_000_000_000, vec![charge]));
    assert_eq!(parts.recurring_to_come_micros, 0, "it is spent already");
    // 18,100 of 38,100 in ten days is the pace that such a month has.
    let pace = fact.pace.unwrap();
    assert_eq!((pace.weighting, pace.expected_ppm), (Weighting::Charges, 475_065));
}

/// On the 2nd the newest whole day is the one with the charge: it is no new level.
#[test]
fn a_charge_of_each_month_does_not_widen_the_bounds_after_it() {
    let fee = |date: NaiveDate| if date.day() == 1 { "9100" } else { "1000" }.to_owned();
    let spend = reading("2026-08-10", "2026-11-02", "2026-11-02T01:00:00Z", fee);
    let forecast = fact(&budget(""), &spend, "2026-11-02T06:00:00Z").forecast.unwrap();
    assert_eq!((forecast.mean_micros, forecast.high_micros), (38_100_000_000, Some(38_100_000_000)));
}

#[test]
fn a_batch_on_the_last_day_is_still_to_come() {
    let last = |date: NaiveDate| date.succ_opt().is_some_and(|next| next.day() == 1);
    let batch = |date: NaiveDate| if last(date) { 6_000 } else { 1_000 };
    let forecast = fact(&budget(""), &twelve_weeks(batch), NOW).forecast.unwrap();
    assert_eq!(forecast.mean_micros, 35_000_000_000);
    let parts = forecast.parts.unwrap();
    assert_eq!((parts.recurring[0].on, parts.recurring_to_come_micros), (MonthDay::Last(1), 5_000_000_000));
    // It varies by a twentieth at least.
    assert_eq!((forecast.low_micros, forecast.high_micros), (Some(34_750_000_000), Some(35_250_000_000)));
}

#[test]
fn single_charges_and_refunds_are_not_carried_on() {
    for odd in [9_000, -4_000] {
        let once = |date: NaiveDate| if date == day("2026-11-05") { odd } else { 100 };
        let forecast = fact(&budget(""), &twelve_weeks(once), NOW).forecast.unwrap();
        assert_eq!(forecast.mean_micros, (29 * 100 + odd) * 1_000_000, "{odd}");
    }
}

#[test]
fn a_new_level_counts_from_its_day_and_may_go_back_for_a_week() {
    let step = |first: &'static str| move |date: NaiveDate| if date >= day(first) { 300 } else { 100 };
    let settled = fact(&budget(""), &twelve_weeks(step("2026-10-30")), NOW).forecast.unwrap();
    assert_eq!((settled.mean_micros, settled.parts.unwrap().level_since), (9_000_000_000, Some(day("2026-10-30"))));
    let fresh = fact(&budget(""), &twelve_weeks(step("2026-11-07")), NOW).forecast.unwrap();
    assert_eq!(fresh.mean_micros, (6 * 100 + 24 * 300) * 1_000_000);
    assert!(fresh.low_micros.unwrap() <= (26 * 100 + 4 * 300) * 1_000_000, "{fresh:?}");
    // Two days are none yet, and may be one.
    let newest = fact(&budget(""), &twelve_weeks(step("2026-11-09")), NOW).forecast.unwrap();
    assert_eq!(newest.mean_micros, (28 * 100 + 2 * 300) * 1_000_000);
    assert!(newest.high_micros.unwrap() >= (8 * 100 + 22 * 300) * 1_000_000, "{newest:?}");
}

#[test]
fn too_short_a_history_is_unknown_and_never_a_mean_over_nothing() {
    let began = |first: &'static str| {
        let cost = move |date: NaiveDate| if date >= day(first) { 100 } else { 0 };
        fact(&budget(""), &twelve_weeks(cost), NOW)
    };
    for first in ["2026-11-08", "2026-10-29"] {
        let young = began(first);
        assert_eq!((young.forecast, young.forecast_evidence.status), (None, EvidenceStatus::NoData), "{first}");
        assert_eq!((young.steps[2].reached, young.days_to_exhaustion), (None, None), "{first}");
        assert!(young.evidence.is_ok() && young.spent_micros > Some(0), "what was spent is known");
    }
    let reason = began("2026-11-08").forecast_evidence.reason.unwrap();
    assert!(reason.ends_with("a forecast takes 14 whole days of spend in a row, and there are 3"), "{reason}");
    let old_enough = began("2026-10-28").forecast.unwrap();
    assert_eq!(old_enough.mean_micros, 3_000_000_000);
    assert!(old_enough.high_micros.unwrap() > 3_400_000_000, "of so few days nobody is sure: {old_enough:?}");
}

/// Days of nothing say nothing of spend that began today.
#[test]
fn spend_that_begins_on_a_day_that_is_not_over_is_unknown() {
    let mut spend = twelve_weeks(|_| 0);
    spend.daily.add(day("2026-11-11"), "15", "USD", true).unwrap();
    let fact = fact(&budget(""), &spend, NOW);
    assert_eq!((fact.spent_micros, fact.forecast), (Some(15_000_000), None));
    let reason = fact.forecast_evidence.reason.unwrap();
    assert!(reason.ends_with("and there are 0"), "{reason}");
}

#[test]
fn nothing_at_all_is_a_known_forecast_of_nothing() {
    let fact = fact(&budget(""), &twelve_weeks(|_| 0), NOW);
    assert!(fact.evidence.is_ok() && fact.forecast_evidence.is_ok());
    assert_eq!((fact.spent_micros, fact.share_ppm), (Some(0), Some(0)));
    let forecast = fact.forecast.unwrap();
    assert_eq!((forecast.low_micros, forecast.mean_micros, forecast.high_micros), (Some(0), 0, Some(0)));
    let next_to = reading("2026-08-19", "2026-11-11", AS_OF, |_| "-0.0000000274".to_owned());
    let fact = self::fact(&budget(""), &next_to, NOW);
    assert_eq!((fact.spent_micros, fact.share_ppm, fact.pace.unwrap().spent_ppm), (Some(0), Some(0), 0));
}

#[test]
fn a_step_that_only_the_upper_bound_comes_to_is_within_reach() {
    let cost = |date: NaiveDate| 91 + i64::from(date.day() % 5) * 4;
    let fact = fact(&budget(""), &twelve_weeks(cost), NOW);
    let forecast = fact.forecast.unwrap();
    assert!(forecast.mean_micros < 3_000_000_000 && forecast.high_micros.unwrap() >= 3_000_000_000, "{forecast:?}");
    let steps: Vec<_> = fact.steps.iter().map(|step| (step.reached, step.within_reach)).collect();
    assert_eq!(steps, [(Some(false), false), (Some(false), false), (Some(false), true)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// What others asked for changes nothing: neither days before the last weeks, nor a longer period of the same spend.
    #[test]
    fn a_forecast_depends_on_its_own_spend_only(dollars in proptest::collection::vec(0_i64..900, 130)) {
        let cost = |date: NaiveDate| dollars[usize::try_from((date - day("2026-07-04")).num_days()).unwrap()].to_string();
        let alone = fact(&budget(""), &reading("2026-08-19", "2026-11-11", AS_OF, cost), NOW);
        for first in ["2026-08-18", "2026-08-01", "2026-07-04"] {
            prop_assert_eq!(&fact(&budget(""), &reading(first, "2026-11-11", AS_OF, cost), NOW), &alone);
        }
        let year = fact(&yearly(), &reading("2026-07-04", "2026-11-11", AS_OF, cost), NOW);
        prop_assert_eq!(year.run_aways, alone.run_aways);
    }

    /// A forecast has no unit: ten times the spend is ten times the forecast, up to its rounding.
    #[test]
    fn ten_times_the_spend_is_ten_times_the_forecast(dollars in proptest::collection::vec(1_i64..900, 84)) {
        let at = |factor: i64| {
            let cost = |date: NaiveDate| dollars[usize::try_from((date - day("2026-08-19")).num_days()).unwrap()] * factor;
            fact(&budget(""), &twelve_weeks(cost), NOW).forecast.unwrap()
        };
        let (one, ten) = (at(1), at(10));
        prop_assert!((one.mean_micros * 10 - ten.mean_micros).abs() <= 10_000, "{} {}", one.mean_micros, ten.mean_micros);
    }
}
