//! What a budget's spend comes to.

use chrono::NaiveDate;

use super::{
    BudgetFact, Enforcement, ForecastReading, Standing,
    example::{NOW, budget, by_month, day, fact, reading, ten_days, usd, yearly},
    strictest,
};
use crate::{
    evidence::EvidenceStatus,
    spend::{DailySpend, ForecastMethod, GivenForecast, Weighting},
};

#[test]
fn half_spent_in_a_third_of_the_period_is_a_pace_of_one_and_a_half() {
    let fact = fact(&budget(""), &ten_days("2026-10-14"), NOW);
    assert!(fact.evidence.is_ok(), "{:?}", fact.evidence);
    assert_eq!((fact.spent_micros, fact.share_ppm), (Some(1_500_000_000), Some(500_000)));
    let pace = fact.pace.unwrap();
    assert_eq!((pace.pace_ppm, pace.expected_ppm, pace.weighting), (1_500_000, 333_333, Weighting::Days));
    let forecast = fact.forecast.unwrap();
    assert_eq!((forecast.mean_micros, forecast.projected_ppm), (4_500_000_000, 1_500_000));
    assert_eq!((forecast.method, forecast.low_micros), (ForecastMethod::Decomposed, Some(4_500_000_000)));
    let parts = forecast.parts.unwrap();
    assert_eq!((parts.daily_rate_micros, parts.growth_month_ppm, parts.history_days), (150_000_000, 0, 28));
    assert_eq!((parts.recurring, parts.recurring_to_come_micros, parts.level_since), (Vec::new(), 0, None));
    assert_eq!((fact.days_to_exhaustion, fact.exhausted_on), (Some(10), Some(day("2026-11-20"))));
    assert_eq!((fact.standing, fact.estimated_micros), (Standing::InsideEstimated, Some(1_500_000_000)));
    let reached: Vec<_> = fact.steps.iter().map(|step| step.reached).collect();
    assert_eq!((reached, fact.enforcement), (vec![Some(true), Some(false), Some(true)], Some(Enforcement::Approve)));
    assert_eq!(strictest([&fact_at_half()]), Some(Enforcement::Approve));
    let period = fact.period.unwrap();
    assert_eq!((period.days, period.days_known, period.elapsed_ppm), (30, 10, 341_666));
    assert_eq!((fact.evidence.datapoints_expected, fact.evidence.api_cost_usd_micros), (10, 20_000));
}

fn fact_at_half() -> BudgetFact {
    fact(&budget(""), &ten_days("2026-10-14"), NOW)
}

/// Mondays to Fridays cost 100, weekends nothing: November has 21 such days, and 7 of them are in the first ten.
#[test]
fn pace_follows_the_weekdays_when_four_weeks_are_known() {
    use chrono::Datelike;
    let office =
        |date: NaiveDate| if date.weekday().num_days_from_monday() < 5 { "100".to_owned() } else { "0".to_owned() };
    let as_of = "2026-11-11T01:00:00Z";
    let with = fact(&budget(""), &reading("2026-10-14", "2026-11-11", as_of, office), NOW);
    let pace = with.pace.unwrap();
    assert_eq!(pace.weighting, Weighting::Weekdays);
    // 700 of 3,000 in 7 of 21 working days.
    assert_eq!((pace.expected_ppm, pace.pace_ppm), (333_333, 700_000));
    let forecast = with.forecast.unwrap();
    assert_eq!((forecast.mean_micros, forecast.method), (2_100_000_000, ForecastMethod::Decomposed));
    // Every week cost the same, and so will those to come.
    assert_eq!((forecast.low_micros, forecast.high_micros), (Some(2_100_000_000), Some(2_100_000_000)));
    let without = fact(&budget(""), &reading("2026-10-15", "2026-11-11", as_of, office), NOW);
    assert_eq!(without.pace.unwrap().weighting, Weighting::Days, "three weeks and six days");
}

#[test]
fn on_the_first_day_nothing_is_known_and_that_is_no_pace_of_nothing() {
    let first_day = "2026-11-01T06:00:00Z";
    let spend = reading("2026-10-01", "2026-11-01", "2026-11-01T01:00:00Z", |_| "150".to_owned());
    let fact = fact(&budget(""), &spend, first_day);
    assert!(fact.evidence.is_ok(), "{:?}", fact.evidence);
    assert_eq!((fact.spent_micros, fact.share_ppm, fact.pace), (Some(0), Some(0), None));
    // The weeks before tell what will be spent all the same.
    assert_eq!(fact.forecast.unwrap().mean_micros, 4_500_000_000);
    assert_eq!((fact.days_to_exhaustion, fact.exhausted_on), (Some(20), Some(day("2026-11-20"))));
    let nothing_before = reading("2026-11-01", "2026-11-01", "2026-11-01T01:00:00Z", |_| "0".to_owned());
    let fact = self::fact(&budget(""), &nothing_before, first_day);
    assert_eq!((fact.forecast, fact.days_to_exhaustion), (None, None));
    assert_eq!(fact.forecast_evidence.status, EvidenceStatus::NoData);
    assert!(!fact.forecast_evidence.required);
    assert_eq!(fact.steps[2].reached, None, "a forecast that nobody knows");
}

#[test]
fn a_day_that_is_not_over_counts_with_what_is_known_of_it_or_with_what_it_usually_costs() {
    let mut spend = ten_days("2026-10-14");
    spend.daily.add(day("2026-11-11"), "40", "USD", true).unwrap();
    let some = fact(&budget(""), &spend, NOW);
    assert_eq!((some.spent_micros, some.forecast.unwrap().mean_micros), (Some(1_540_000_000), 4_500_000_000));
    assert_eq!(some.pace.unwrap().pace_ppm, 1_500_000, "of whole days only");
    let mut spend = ten_days("2026-10-14");
    spend.daily.add(day("2026-11-11"), "400", "USD", true).unwrap();
    let much = fact(&budget(""), &spend, NOW);
    assert_eq!((much.spent_micros, much.forecast.unwrap().mean_micros), (Some(1_900_000_000), 4_750_000_000));
    assert_eq!(much.days_to_exhaustion, Some(9), "400 of today and eight days at 150");
    assert_eq!(much.exhausted_on, Some(day("2026-11-19")));
}

/// Days are counted from today, however far behind the bill is, and an amount that lasts as long as its period is not used up.
#[test]
fn exhaustion_is_counted_from_today_and_ends_with_the_period() {
    let behind = fact(&budget(""), &ten_days("2026-10-14"), "2026-11-13T06:00:00Z");
    assert_eq!((behind.days_to_exhaustion, behind.exhausted_on), (Some(8), Some(day("2026-11-20"))));
    let at = |cost: &'static str| {
        fact(&budget(""), &reading("2026-10-14", "2026-11-11", "2026-11-11T01:00:00Z", |_| cost.to_owned()), NOW)
    };
    let exactly = at("100");
    assert_eq!((exactly.days_to_exhaustion, exactly.exhausted_on), (Some(20), Some(day("2026-11-30"))));
    let lasting = at("99");
    assert_eq!((lasting.days_to_exhaustion, lasting.exhausted_on), (None, None));
    // By its rate it was used up yesterday. The bill does not say so: at the earliest it is today.
    let late = fact(
        &budget(""),
        &reading("2026-10-14", "2026-11-11", "2026-11-11T01:00:00Z", |_| "299".to_owned()),
        "2026-11-12T06:00:00Z",
    );
    assert_eq!((late.days_to_exhaustion, late.exhausted_on), (Some(1), Some(day("2026-11-12"))));
}

#[test]
fn a_refund_on_a_day_that_is_not_over_stays_in_the_forecast() {
    let mut spend = ten_days("2026-10-14");
    spend.daily.add(day("2026-11-11"), "-600", "USD", true).unwrap();
    let fact = fact(&budget(""), &spend, NOW);
    assert_eq!((fact.spent_micros, fact.forecast.unwrap().mean_micros), (Some(900_000_000), 3_900_000_000));
}

#[test]
fn the_forecast_of_aws_is_taken_where_it_fits() {
    let given = |first: &str, end: &str, mean: &str, low: &str, high: &str| {
        let mut spend = ten_days("2026-10-14");
        let (mean, low, high) = (usd(mean), Some(usd(low)), Some(usd(high)));
        let currency = "USD".to_owned();
        let (first_day, end_day) = (day(first), day(end));
        spend.forecast = ForecastReading::Given(GivenForecast { currency, first_day, end_day, mean, low, high });
        fact(&budget(""), &spend, NOW)
    };
    let fits = given("2026-11-11", "2026-12-01", "1200.5", "1000", "2000");
    let forecast = fits.forecast.unwrap();
    assert_eq!((forecast.method, forecast.mean_micros), (ForecastMethod::Aws, 2_700_500_000));
    assert_eq!((forecast.low_micros, forecast.high_micros), (Some(2_500_000_000), Some(3_500_000_000)));
    assert_eq!((forecast.projected_ppm, forecast.projected_high_ppm), (900_166, Some(1_166_667)));
    assert_eq!(fits.steps[2].reached, Some(false));
    // A day between what is known and the forecast costs what the days before it did.
    let gap = given("2026-11-12", "2026-12-01", "1200", "1000", "2000");
    assert_eq!(gap.forecast.unwrap().mean_micros, 2_850_000_000);
    for (first, end, mean) in [
        ("2026-11-11", "2027-01-01", "1200"),
        ("2026-10-11", "2026-12-01", "1200"),
        ("2026-11-11", "2026-12-01", "999"),
    ] {
        let own = given(first, end, mean, "1000", "2000").forecast.unwrap();
        assert_eq!(own.method, ForecastMethod::Decomposed, "{first} {end} {mean}");
    }
}

/// A month of which only a part is in the period is none of it.
#[test]
fn a_month_that_is_not_wholly_in_the_period_is_missing() {
    let spend = reading("2026-01-01", "2026-11-11", "2026-11-11T01:00:00Z", |_| "1".to_owned());
    let known = fact(&yearly(), &by_month(&spend, day("2026-08-01")), NOW);
    assert_eq!((known.spent_micros, known.evidence.datapoints_received), (Some(314_000_000), 314));
    let (mut wider, mut daily) = (spend.clone(), DailySpend::new("USD").unwrap());
    daily.add_stretch(day("2025-12-15"), day("2026-02-01"), "48", "USD", false).unwrap();
    for (date, known) in spend.daily.between(day("2026-02-01"), day("2026-11-11")) {
        daily.add(date, &known.amount.to_string(), "USD", known.estimated).unwrap();
    }
    wider.daily = daily;
    let partial = fact(&yearly(), &wider, NOW);
    assert_eq!(partial.spent_micros, Some(283_000_000));
    assert_eq!(partial.evidence.status, EvidenceStatus::Partial);
    assert_eq!(partial.evidence.reason.as_deref(), Some("31 of the 314 days of the period are missing"));
    assert_eq!((partial.standing, partial.forecast), (Standing::Unknown, None));
    let currency = "USD".to_owned();
    let (first_day, end_day, mean) = (day("2026-11-11"), day("2027-01-01"), usd("50"));
    wider.forecast =
        ForecastReading::Given(GivenForecast { currency, first_day, end_day, mean, low: None, high: None });
    let given = fact(&yearly(), &wider, NOW);
    assert_eq!(given.forecast, None, "what was spent before it is not known");
    let reason = given.forecast_evidence.reason.unwrap();
    assert!(reason.contains("31 days before it are not known"), "{reason}");
}
