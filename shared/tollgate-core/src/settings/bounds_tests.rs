//! The bounds of what can be meant, of every threshold that is shipped.

use serde_json::Value;

use super::tests::with_defaults;
use crate::data::from_yaml;

const SHIPPED: &str = include_str!("../../../../policies/data/settings/defaults.yaml");

/// The declarations with a whole number, by path.
fn numbers(path: &mut Vec<String>, declared: &Value, found: &mut Vec<(Vec<String>, Value)>) {
    let fields = declared.as_object().unwrap();
    match fields.get("value") {
        Some(value) if value.is_i64() => found.push((path.clone(), declared.clone())),
        Some(_) => {}
        None => {
            for (name, below) in fields {
                path.push(name.clone());
                numbers(path, below, found);
                path.pop();
            }
        }
    }
}

fn layer(path: &[String], value: i64) -> String {
    let open: String = path.iter().map(|name| format!("{{{name}: ")).collect();
    format!("thresholds: {open}{value}{}\n", "}".repeat(path.len()))
}

#[test]
fn every_number_that_is_shipped_has_bounds_that_each_layer_is_held_to() {
    let shipped: Value = from_yaml("defaults.yaml", SHIPPED).unwrap();
    let mut found = Vec::new();
    numbers(&mut Vec::new(), &shipped["thresholds"], &mut found);
    assert!(found.len() > 60, "{}", found.len());
    for (path, declared) in found {
        let bound = |name: &str| declared[name].as_i64().unwrap_or_else(|| panic!("{path:?} has no `{name}`"));
        let (least, most) = (bound("least"), bound("most"));
        for value in [least - 1, most + 1] {
            let errors = with_defaults(SHIPPED, &[("organisation.yaml", &layer(&path, value))]).unwrap_err();
            assert!(
                errors.iter().any(|error| error.contains("cannot be meant: write")),
                "{path:?} {value}: {errors:?}"
            );
        }
    }
}

#[test]
fn a_number_of_another_unit_cannot_be_meant() {
    for text in [
        "change: {collision_window_seconds: 0}",
        "change: {approval_max_age_seconds: 1}",
        "change: {failure_rate_ppm: 5}",
        "slo: {budget_exhausted_ppm: 0}",
        "slo: {max_age_seconds: 0}",
        "slo: {burn_rate_pause_micro: 2}",
        "cost: {increase_deny_micros: 400}",
        "cost: {currency: USDD}",
    ] {
        let errors = with_defaults(SHIPPED, &[("organisation.yaml", &format!("thresholds: {{{text}}}\n"))]);
        let errors = errors.unwrap_err().concat();
        assert!(errors.contains("cannot be meant: write") || errors.contains("ISO 4217"), "{text}: {errors}");
    }
}
