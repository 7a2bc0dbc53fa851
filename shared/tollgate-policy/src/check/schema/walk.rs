//! Steps through a JSON Schema: what is below a value, as far as it is described.

use serde_json::Value;

use super::Type;
use crate::{reference::Step, suggest::did_you_mean};

/// A schema with everything that it refers to.
#[derive(Clone, Copy)]
pub(super) struct Walk<'s>(pub(super) &'s Value);

impl<'s> Walk<'s> {
    /// What the steps lead to from any of these schemas, or why there is nothing.
    pub(super) fn follow(&self, start: Vec<&'s Value>, steps: &[Step<'_>]) -> Result<Type<'s>, String> {
        let mut at = start;
        for step in steps {
            let options: Vec<&'s Value> = at.iter().flat_map(|schema| self.options(schema, 0)).collect();
            let mut next = Vec::new();
            for option in &options {
                match self.step(option, step) {
                    Some(Some(found)) => next.extend(found),
                    // Anything may be below.
                    Some(None) => return Ok(None),
                    None => {}
                }
            }
            if next.is_empty() {
                return Err(unknown(step, &options));
            }
            at = next;
        }
        Ok(Some(at))
    }

    /// What is below a schema: `None` for nothing of that name, `Some(None)` for what is not described.
    fn step(&self, schema: &'s Value, step: &Step<'_>) -> Option<Type<'s>> {
        let properties = schema.get("properties").and_then(Value::as_object);
        let additional = schema.get("additionalProperties").filter(|more| **more != Value::Bool(false));
        let typed = |name: &str| match schema.get("type") {
            Some(Value::String(is)) => is == name,
            Some(Value::Array(any)) => any.iter().any(|is| is == name),
            _ => false,
        };
        match step {
            Step::Name(name) => match (properties.and_then(|properties| properties.get(*name)), additional) {
                (Some(found), _) => Some(Some(vec![found])),
                (None, Some(Value::Bool(_))) => Some(None),
                (None, Some(found)) => Some(Some(vec![found])),
                // An object of which nothing is said can have anything.
                (None, None) => (properties.is_none() && (typed("object") || untyped(schema))).then_some(None),
            },
            Step::Any => {
                let items = schema.get("items");
                let found: Vec<_> = items
                    .into_iter()
                    .chain(additional)
                    .chain(properties.into_iter().flat_map(|all| all.values()))
                    .collect();
                match found.is_empty() {
                    true => (typed("array") || typed("object") || untyped(schema)).then_some(None),
                    false => Some(Some(found)),
                }
            }
        }
    }

    /// The schemas that one stands for: references followed, alternatives spread.
    fn options(&self, schema: &'s Value, depth: usize) -> Vec<&'s Value> {
        // Schemas may refer to themselves.
        if depth > 8 {
            return vec![&Value::Bool(true)];
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let found = target.strip_prefix('#').and_then(|pointer| self.0.pointer(pointer));
            return self.options(found.unwrap_or(&Value::Bool(true)), depth + 1);
        }
        let alternatives = ["anyOf", "oneOf", "allOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
        let mut options: Vec<_> = alternatives.flat_map(|schema| self.options(schema, depth + 1)).collect();
        if options.is_empty() || schema.get("properties").is_some() {
            options.push(schema);
        }
        options
    }
}

/// Does a schema say nothing of what a value is?
fn untyped(schema: &Value) -> bool {
    ["type", "enum", "const"].iter().all(|key| schema.get(key).is_none())
}

fn unknown(step: &Step<'_>, options: &[&Value]) -> String {
    let known: Vec<&str> = options
        .iter()
        .filter_map(|option| option.get("properties")?.as_object())
        .flat_map(|properties| properties.keys().map(String::as_str))
        .collect();
    match step {
        Step::Name(name) if known.is_empty() => format!("the facts have nothing below this, so no `{name}`"),
        Step::Name(name) => {
            let hint = did_you_mean(name, known.iter().copied());
            let hint = if hint.is_empty() { format!("; there are `{}`", known.join("`, `")) } else { hint };
            format!("the facts have no `{name}` here{hint}")
        }
        Step::Any => "the facts have a single value here, nothing to look into".to_owned(),
    }
}
