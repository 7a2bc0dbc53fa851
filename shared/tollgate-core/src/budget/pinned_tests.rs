//! What is forecast of some shapes of spend, to the millionth: a change of the model shows here for what it is. Whether it is
//! a better one is for the backtest in `infra/bench` to say.

use std::fmt::Write as _;

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use super::{
    BudgetFact,
    example::{budget, day, fact, reading},
};

/// What a day costs, in thousandths, so many days after the first.
type Shape = fn(NaiveDate, i64) -> i64;

const SHAPES: [(&str, i64, Shape); 16] = [
    ("flat", 84, |date, _| 100_000 + noise(date, 3_000)),
    ("exactly flat", 84, |_, _| 100_000),
    ("noisy", 84, |date, _| 100_000 + noise(date, 40_000)),
    ("by weekday", 84, |date, _| if is_weekend(date) { 40_000 } else { 120_000 + noise(date, 2_000) }),
    ("growing", 84, |date, at| 60_000 + at * 700 + noise(date, 2_000)),
    ("shrinking", 84, |date, at| 160_000 - at * 900 + noise(date, 2_000)),
    ("a step up", 84, |date, at| noise(date, 2_000) + if at < 60 { 80_000 } else { 130_000 }),
    ("a step down", 84, |date, at| noise(date, 2_000) + if at < 60 { 130_000 } else { 70_000 }),
    ("a new step up", 84, |date, at| noise(date, 2_000) + if at < 80 { 80_000 } else { 150_000 }),
    ("a fee on the 1st", 84, |date, _| noise(date, 1_000) + if date.day() == 1 { 900_000 } else { 90_000 }),
    ("a batch at the end", 84, |date, _| noise(date, 1_000) + if is_last(date) { 700_000 } else { 90_000 }),
    ("a single charge", 84, |date, at| noise(date, 2_000) + if at == 70 { 2_000_000 } else { 90_000 }),
    ("a refund", 84, |date, at| noise(date, 2_000) + if at == 75 { -800_000 } else { 90_000 }),
    ("now and then", 84, |date, _| if date.day() % 5 == 0 { 500_000 + noise(date, 90_000) } else { 5_000 }),
    ("a month old", 30, |date, at| 50_000 + at * 1_500 + noise(date, 3_000)),
    ("two weeks old", 16, |date, _| 70_000 + noise(date, 9_000)),
];

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

fn is_last(date: NaiveDate) -> bool {
    date.succ_opt().is_some_and(|next| next.day() == 1)
}

/// Differs from day to day, by at most so much in either direction, and is the same each time.
fn noise(date: NaiveDate, most: i64) -> i64 {
    i64::from(date.num_days_from_ce()) * 7_919_113 % 1_000_003 % (2 * most + 1) - most
}

fn standing(days: i64, shape: Shape, known_before: NaiveDate) -> BudgetFact {
    let first = known_before - Days::new(days.unsigned_abs());
    let cost = |date: NaiveDate| {
        let thousandths = shape(date, (date - first).num_days());
        let sign = if thousandths < 0 { "-" } else { "" };
        format!("{sign}{}.{:03}", thousandths.abs() / 1000, thousandths.abs() % 1000)
    };
    let at = |hour: u32| format!("{known_before}T{hour:02}:00:00Z");
    fact(&budget(""), &reading(&first.to_string(), &known_before.to_string(), &at(1), cost), &at(6))
}

#[test]
fn forecasts_change_only_on_purpose() {
    let mut table = String::new();
    for (name, days, shape) in SHAPES {
        for known_before in ["2026-11-06", "2026-11-11", "2026-11-21"] {
            let BudgetFact { forecast, run_aways, exhausted_on, .. } = standing(days, shape, day(known_before));
            let bounds = forecast.map(|it| (it.mean_micros, it.low_micros.unwrap(), it.high_micros.unwrap()));
            let (mean, low, high) = bounds.unwrap_or_default();
            let until = exhausted_on.map_or_else(|| "–".to_owned(), |day| day.to_string());
            let score = run_aways.first().and_then(|day| day.score_micro).unwrap_or(0);
            writeln!(table, "{name} {known_before}: {mean} ({low} to {high}), until {until}, {score}").unwrap();
        }
    }
    insta::assert_snapshot!(table);
}
