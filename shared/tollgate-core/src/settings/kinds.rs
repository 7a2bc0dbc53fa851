//! What the shipped rules read a fixed setting as. A rule that meets another type finds nothing wrong, so it is refused
//! before. What can be tightened has its type from the direction.

use serde_json::Value;

use super::leaf::kind;
use crate::{money::is_currency, names::Kind};

enum Shape {
    Text,
    Currency,
    Whole,
    Texts,
    Tiers,
    Maps,
}

/// Settings without a direction, by group and name.
const FIXED: [(&str, &str, Shape); 9] = [
    ("slo", "burn_rate_pairs", Shape::Maps),
    ("change", "history_window_seconds", Shape::Whole),
    ("change", "nonproduction_environments", Shape::Texts),
    ("change", "break_glass_group", Shape::Text),
    ("change", "retry_seconds", Shape::Whole),
    ("change", "rollback_plan_tiers", Shape::Tiers),
    ("cost", "currency", Shape::Currency),
    ("cost", "approval_group", Shape::Text),
    ("billing", "forecasts", Shape::Texts),
];
const TIERS: [&str; 3] = ["tier_1", "tier_2", "tier_3"];

/// Why a setting at this path cannot have this value.
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
        Shape::Text => (value.as_str().is_some_and(|text| !text.trim().is_empty()), "a text"),
        Shape::Currency => (value.as_str().is_some_and(is_currency), "a currency code of ISO 4217 such as `USD`"),
        Shape::Whole => (value.is_i64(), "a whole number"),
        Shape::Texts => (list_of(Value::is_string), "a list of texts"),
        Shape::Tiers if list_of(Value::is_string) => {
            (list_of(|tier| tier.as_str().is_some_and(|tier| TIERS.contains(&tier))), "some of `tier_1` to `tier_3`")
        }
        Shape::Tiers => (false, "a list of texts"),
        Shape::Maps => (list_of(Value::is_object), "a list of maps"),
    };
    (!fits).then(|| format!("should be {expected}, and is {}: `{value}`", kind(value)))
}

/// What the texts of a setting are the names of. A group of approvers is a team.
pub(super) fn names(path: &[&str]) -> Option<Kind> {
    match path {
        ["billing", "forecasts"] => Some(Kind::Budget),
        [.., name] if name.ends_with("_group") => Some(Kind::Team),
        _ => None,
    }
}
