//! Writes cases for `opa.py compare`, one a line: facts, and what the rules find in them.

use std::io::{self, Write as _};

use serde_json::{Value, json};
use tollgate_bench::{evaluator, facts};
use tollgate_core::decision::Gate;

fn main() -> anyhow::Result<()> {
    let evaluator = evaluator()?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (name, facts) in cases(&serde_json::from_str(&facts()?)?) {
        let evaluation = evaluator.evaluate_json(Gate::Change, &facts.to_string());
        let judged: Vec<_> = evaluation.rules.iter().filter(|run| run.judged).map(|run| &run.rule).collect();
        let case = json!({"name": name, "facts": facts, "judged": judged, "findings": evaluation.findings});
        writeln!(out, "{case}")?;
    }
    Ok(out.flush()?)
}

/// Kinds of changes, each with every single fact put to something else.
fn cases(healthy: &Value) -> Vec<(String, Value)> {
    let kinds = [
        ("feature", json!({})),
        ("fix", json!({"purpose": "fix"})),
        ("standard", json!({"type": "standard", "diff": {"files": 1, "lines_added": 20, "lines_removed": 4}})),
        ("emergency", json!({"type": "emergency", "incident": "INC-7"})),
    ];
    let mut cases = Vec::new();
    for (kind, patch) in kinds {
        let mut facts = healthy.clone();
        if let (Some(change), Value::Object(patch)) = (facts.get_mut("change").and_then(Value::as_object_mut), patch) {
            change.extend(patch);
        }
        let mut pointers = Vec::new();
        leaves(&facts, &mut String::new(), &mut pointers);
        cases.push((kind.to_owned(), facts.clone()));
        for pointer in pointers {
            for other in facts.pointer(&pointer).map(others).unwrap_or_default() {
                let mut facts = facts.clone();
                let name = format!("{kind}{pointer} = {other}");
                if let Some(place) = facts.pointer_mut(&pointer) {
                    *place = other;
                    cases.push((name, facts));
                }
            }
        }
    }
    cases
}

fn leaves(value: &Value, at: &mut String, found: &mut Vec<String>) {
    let length = at.len();
    let mut below = |name: &str, value: &Value| {
        at.push('/');
        at.push_str(name);
        leaves(value, at, found);
        at.truncate(length);
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => fields.iter().for_each(|(name, value)| below(name, value)),
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(place, value)| below(&place.to_string(), value));
        }
        _ => found.push(at.clone()),
    }
}

/// What could stand there instead: nothing, little, or much.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(value) => vec![json!(!value)],
        Value::Number(number) => {
            let much = number.as_i64().map_or(0, |number| number.saturating_mul(1000).saturating_add(20_000_000));
            vec![json!(0), json!(much), Value::Null]
        }
        Value::String(text) if text == "ok" => vec![json!("no_data"), json!("partial")],
        Value::String(_) => vec![json!("staging"), Value::Null],
        _ => vec![json!("2026-11-18T09:00:00Z")],
    }
}
