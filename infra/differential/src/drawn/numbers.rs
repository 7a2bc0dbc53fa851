//! Numbers that decide something: the thresholds in force and what is beside them, by unit.

use fastrand::Rng;
use serde_json::Value;

/// Units as they stand at the end of a name.
const UNITS: [&str; 4] = ["_ppm", "_micros", "_micro", "seconds"];

/// Above every limit.
const MUCH: i64 = 40_000_000_000;

/// Longer than any time that is set or measured; in nanoseconds it still fits.
const CENTURY_SECONDS: i64 = 3_155_760_000;

/// Thresholds by unit; the last are those without one, which are counts.
#[derive(Debug, Default)]
pub(super) struct Numbers([Vec<i64>; UNITS.len() + 1]);

impl Numbers {
    /// The thresholds of settings, whole shares, and what is nothing.
    pub(super) fn around(settings: &Value) -> Self {
        let mut numbers = Self::default();
        numbers.collect("", settings);
        numbers.of_mut("share_ppm").push(1_000_000);
        for thresholds in &mut numbers.0 {
            let beside: Vec<i64> = thresholds.iter().flat_map(|limit| [limit - 1, *limit, limit + 1]).collect();
            *thresholds = [0, 1, -1, 2, 3, 7_777, MUCH].into_iter().chain(beside).collect();
            thresholds.sort_unstable();
            thresholds.dedup();
        }
        numbers
    }

    fn collect(&mut self, name: &str, value: &Value) {
        match value {
            Value::Number(number) => self.of_mut(name).extend(number.as_i64()),
            Value::Array(items) => items.iter().for_each(|item| self.collect(name, item)),
            Value::Object(fields) => fields.iter().for_each(|(name, field)| self.collect(name, field)),
            _ => {}
        }
    }

    fn of_mut(&mut self, name: &str) -> &mut Vec<i64> {
        let [ppm, micros, micro, seconds, counts] = &mut self.0;
        match unit(name) {
            Some("_ppm") => ppm,
            Some("_micros") => micros,
            Some("_micro") => micro,
            Some(_) => seconds,
            None => counts,
        }
    }

    /// A number that is odd for a field of this name.
    pub(super) fn odd(&self, name: &str, least: i64, rng: &mut Rng) -> i64 {
        let [ppm, micros, micro, seconds, counts] = &self.0;
        let pool = match unit(name) {
            Some("_ppm") => ppm,
            Some("_micros") => micros,
            Some("_micro") => micro,
            Some(_) => seconds,
            None => counts,
        };
        let number = if rng.u8(0..3) == 0 { MUCH } else { rng.choice(pool).copied().unwrap_or_default() };
        let most = if unit(name) == Some("seconds") { CENTURY_SECONDS } else { i64::MAX };
        number.min(most).max(least)
    }
}

fn unit(name: &str) -> Option<&'static str> {
    UNITS.into_iter().find(|unit| name.ends_with(unit))
}

/// What a healthy service has in a field of this name.
pub(super) fn calm(name: &str) -> i64 {
    match name {
        "good" | "total" | "events" | "requests" | "requests_before" => 36_000,
        "allowed" | "with_outcome" | "allowed_bad" => 40,
        "datapoints_expected" | "datapoints_received" => 60,
        "days" | "days_known" => 28,
        "share_ppm" | "consumed_ppm" | "spent_ppm" => 100_000,
        "score_ppm" | "judged_score_ppm" | "best_score_ppm" | "remaining_ppm" | "elapsed_ppm" => 1_000_000,
        "pass_score_ppm" | "marginal_score_ppm" | "pace_ppm" | "projected_ppm" => 500_000,
        "spent_micros" | "mean_micros" | "low_micros" | "high_micros" => 400_000_000,
        "projected_micros" | "projected_high_micros" | "amount_micros" | "median_micros" => 400_000_000,
        "limit_micros" | "limit_at_end_micros" | "monthly_before_micros" | "monthly_after_micros" => 1_000_000_000,
        "period_seconds" | "window_seconds" => 2_592_000,
        "services_held" | "weight" | "count" | "lines_added" | "budgets_declared" => 1,
        "factor_micro" | "threshold_micro" => 6_000_000,
        "target_ppb" => 999_000_000,
        _ => 0,
    }
}
