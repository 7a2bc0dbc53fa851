//! Numbers with the unit in their name, as people write them: `burn_rate_1h_micro: 16200000` is `burn_rate_1h 16.2×`.

use serde_json::Value;

/// The name without its unit, and the quantity with it; `None` for what is no whole number of a known unit.
pub(super) fn read<'a>(name: &'a str, value: &Value, currency: Option<&str>) -> Option<(&'a str, String)> {
    let number = value.as_i64()?;
    let units: [(&str, &dyn Fn(i64) -> String); 4] = [
        ("_micros", &|micros| money(micros, currency.unwrap_or_default()).trim_end().to_owned()),
        ("_micro", &|micro| format!("{}×", decimal(micro, 1))),
        ("_ppm", &|ppm| format!("{} %", decimal(ppm.saturating_mul(100), 0))),
        ("_seconds", &duration),
    ];
    units.iter().find_map(|(unit, shown)| Some((name.strip_suffix(unit)?, shown(number))))
}

/// `40.00 EUR` of 40000000 millionths.
pub(super) fn money(micros: i64, currency: &str) -> String {
    format!("{} {currency}", decimal(micros, 2))
}

/// Millionths as a decimal number, exact, with at least so many places.
fn decimal(micro: i64, places: usize) -> String {
    let (sign, magnitude) = (if micro < 0 { "-" } else { "" }, micro.unsigned_abs());
    let fraction = format!("{:06}", magnitude % 1_000_000);
    let digits = fraction.trim_end_matches('0').len().max(places);
    let point = if digits == 0 { "" } else { "." };
    format!("{sign}{}{point}{}", magnitude / 1_000_000, fraction.get(..digits).unwrap_or(&fraction))
}

fn duration(seconds: i64) -> String {
    match seconds {
        ..0 | 172_800.. if seconds % 86_400 == 0 => format!("{} days", seconds / 86_400),
        60.. if seconds % 3600 == 0 => format!("{} h", seconds / 3600),
        60.. if seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{money, read};

    #[test]
    fn units_of_people_stand_for_those_in_names() {
        for (name, number, expected) in [
            ("burn_rate_1h_micro", 16_200_000, "burn_rate_1h 16.2×"),
            ("burn_rate_1h_micro", 20_000_000, "burn_rate_1h 20.0×"),
            ("burn_rate_1h_micro", 1_234_567, "burn_rate_1h 1.234567×"),
            ("monthly_increase_micros", 40_000_000, "monthly_increase 40.00 EUR"),
            ("monthly_increase_micros", -1_500_000, "monthly_increase -1.50 EUR"),
            ("failure_rate_ppm", 50_000, "failure_rate 5 %"),
            ("failure_rate_ppm", 666_667, "failure_rate 66.6667 %"),
            ("age_seconds", 3600, "age 1 h"),
            ("age_seconds", 90, "age 90 s"),
            ("age_seconds", 120, "age 2 min"),
            ("age_seconds", 2_592_000, "age 30 days"),
        ] {
            let (name, shown) = read(name, &json!(number), Some("EUR")).unwrap();
            assert_eq!(format!("{name} {shown}"), expected);
        }
        assert_eq!(money(180, "USD"), "0.00018 USD");
        assert_eq!(read("cost_micros", &json!(5_000_000), None), Some(("cost", "5.00".to_owned())));
    }

    #[test]
    fn anything_else_is_left_as_it_is() {
        for (name, value) in [("approvals", json!(2)), ("age_seconds", json!(null)), ("x_micro", json!("1"))] {
            assert_eq!(read(name, &value, None), None);
        }
    }
}
