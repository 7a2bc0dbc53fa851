//! What holds for every bill.

use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;

use super::example::{NOW, budget, by_month, day, fact, reading, yearly};

proptest! {
    /// What does not depend on how the bill came: the order of days, and zero days of history before them.
    #[test]
    fn shares_are_exact_and_monotonic(cents in proptest::collection::vec(0_u32..100_000, 10), more in 1_u32..1000) {
        let at = |extra: u32| {
            let cost = |date: NaiveDate| {
                let index = usize::try_from((date - day("2026-11-01")).num_days()).unwrap();
                format!("{}e-2", cents[index] + extra)
            };
            fact(&budget(""), &reading("2026-11-01", "2026-11-11", "2026-11-11T01:00:00Z", cost), NOW)
        };
        let (less, greater) = (at(0), at(more));
        let sum: i64 = cents.iter().map(|cents| i64::from(*cents) * 10_000).sum();
        prop_assert_eq!(less.spent_micros, Some(sum));
        prop_assert_eq!(less.share_ppm, Some(sum / 3000));
        prop_assert!(less.share_ppm <= greater.share_ppm && less.enforcement <= greater.enforcement);
        let (pace, faster) = (less.pace.unwrap(), greater.pace.unwrap());
        prop_assert!(pace.pace_ppm < faster.pace_ppm);
        // Days weigh the same, so pace is three times the share, up to its rounding.
        prop_assert!((pace.pace_ppm - 3 * sum / 3000).abs() <= 3, "{}", pace.pace_ppm);
        if let (Some(slow), Some(fast)) = (less.days_to_exhaustion, greater.days_to_exhaustion) {
            prop_assert!(fast <= slow);
        }
    }

    /// The mean of a forecast lies in its bounds, which are never less than what whole days and today have cost.
    #[test]
    fn a_forecast_lies_in_its_bounds(dollars in proptest::collection::vec(0_u32..500, 60), today in 0_u32..1000) {
        let cost = |date: NaiveDate| {
            let index = usize::try_from((date - day("2026-09-12")).num_days()).unwrap();
            dollars[index].to_string()
        };
        let mut spend = reading("2026-09-12", "2026-11-11", "2026-11-11T01:00:00Z", cost);
        spend.daily.add(day("2026-11-11"), &today.to_string(), "USD", true).unwrap();
        let fact = fact(&budget(""), &spend, NOW);
        let forecast = fact.forecast.unwrap();
        prop_assert!(forecast.low_micros.unwrap() <= forecast.mean_micros);
        prop_assert!(forecast.mean_micros <= forecast.high_micros.unwrap());
        prop_assert!(forecast.low_micros.unwrap() >= fact.spent_micros.unwrap());
        let projected_high = forecast.projected_high_ppm.unwrap();
        prop_assert!(projected_high >= forecast.projected_ppm);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// Where a budget stands does not depend on whether the days before the last weeks are known one by one.
    #[test]
    fn months_and_days_of_long_ago_tell_the_same(dollars in proptest::collection::vec(0_u32..90, 314), before in 1_u32..9) {
        let cost = |date: NaiveDate| dollars[usize::try_from((date - day("2026-01-01")).num_days()).unwrap()].to_string();
        let spend = reading("2026-01-01", "2026-11-11", "2026-11-11T01:00:00Z", cost);
        let by_day = fact(&yearly(), &spend, NOW);
        prop_assert!(by_day.evidence.is_ok(), "{:?}", by_day.evidence);
        // Weekdays are weighted by the last twelve weeks, which begin on 19 August.
        let before = day("2026-01-01").with_month(before).unwrap();
        prop_assert_eq!(fact(&yearly(), &by_month(&spend, before), NOW), by_day);
    }
}
