//! What the shipped rules read a fixed setting as. A rule that meets another type finds nothing wrong, so it is refused
//! before. What can be tightened has its type from the direction.

use serde_json::Value;

use super::tighten::kind;

enum Kind {
    Text,
    Whole,
    Texts,
    Maps,
}

/// Settings without a direction, by group and name.
const FIXED: [(&str, &str, Kind); 8] = [
    ("slo", "burn_rate_pairs", Kind::Maps),
    ("change", "history_window_seconds", Kind::Whole),
    ("change", "nonproduction_environments", Kind::Texts),
    ("change", "break_glass_group", Kind::Text),
    ("change", "retry_seconds", Kind::Whole),
    ("change", "rollback_plan_tiers", Kind::Texts),
    ("cost", "currency", Kind::Text),
    ("cost", "approval_group", Kind::Text),
];

/// Why a default at this path cannot have this value.
pub(super) fn refusal(path: &[&str], value: &Value) -> Option<String> {
    if value.is_null() {
        return Some("is null: a setting without a value holds nothing up".to_owned());
    }
    if value.is_f64() {
        return Some(format!("is `{value}`: settings are whole numbers, in a unit that stands in their name"));
    }
    let (_, _, wanted) = FIXED.iter().find(|(group, name, _)| path == [*group, *name])?;
    let list_of = |fits: fn(&Value) -> bool| value.as_array().is_some_and(|items| items.iter().all(fits));
    let (fits, expected) = match wanted {
        Kind::Text => (value.as_str().is_some_and(|text| !text.trim().is_empty()), "a text"),
        Kind::Whole => (value.is_i64(), "a whole number"),
        Kind::Texts => (list_of(Value::is_string), "a list of texts"),
        Kind::Maps => (list_of(Value::is_object), "a list of maps"),
    };
    (!fits).then(|| format!("should be {expected}, and is {}: `{value}`", kind(value)))
}
