//! From a JSON Schema to what values can be.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    kind::{Array, Facts, Form, Number, Object, Shared, Text, Type},
    unit::Unit,
};

/// A schema with everything that it refers to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schema<'s> {
    whole: &'s Value,
    /// It says how values are written, where what is not required is left out, and not how they are read.
    written: bool,
}

impl<'s> Schema<'s> {
    /// A schema of what is written.
    pub(super) fn written(whole: &'s Value) -> Self {
        Self { whole, written: true }
    }

    /// A schema of what is read.
    pub(super) fn read_by_serde(whole: &'s Value) -> Self {
        Self { whole, written: false }
    }

    /// What the schema as a whole describes.
    pub(super) fn root(self) -> Type<'s> {
        self.read(self.whole, "")
    }

    /// What a place in the schema describes; the name of the field says the unit of a number.
    pub(super) fn read(self, schema: &'s Value, name: &str) -> Type<'s> {
        Type::any_of(self.options(schema, 0).into_iter().map(|option| self.one(option, name)))
    }

    fn one(self, schema: &'s Value, name: &str) -> Type<'s> {
        let values =
            schema.get("const").into_iter().chain(schema.get("enum").and_then(Value::as_array).into_iter().flatten());
        let values: Vec<_> = values.map(|value| of_value(value, name)).collect();
        if !values.is_empty() {
            return Type::any_of(values);
        }
        match schema.get("type") {
            Some(Value::String(kind)) => self.kind(schema, kind, name),
            Some(Value::Array(kinds)) => {
                Type::any_of(kinds.iter().filter_map(Value::as_str).map(|kind| self.kind(schema, kind, name)))
            }
            _ if schema.get("properties").is_some() => self.kind(schema, "object", name),
            _ => Type::any(),
        }
    }

    fn kind(self, schema: &'s Value, kind: &str, name: &str) -> Type<'s> {
        match kind {
            "null" => Type { null: true, ..Type::default() },
            "boolean" => Type::truth(),
            "integer" | "number" => {
                let least = schema.get("minimum").and_then(Value::as_i64);
                Type::of_number(Number { unit: Unit::of_name(name), least, ..Number::default() })
            }
            "string" => Type::of_text(Text::Free(match schema.get("format").and_then(Value::as_str) {
                Some("date-time") => Form::Time,
                Some("date") => Form::Date,
                _ => Form::Plain,
            })),
            "array" => {
                let element = schema.get("items").map_or_else(Type::any, |items| self.read(items, name));
                Type { array: Some(Shared::new(Array { items: Vec::new(), rest: Some(element) })), ..Type::default() }
            }
            "object" => Type { objects: [Object::Facts(Facts(schema))].into(), ..Type::default() },
            _ => Type::any(),
        }
    }

    /// A field of an object; `None` when there is none of this name.
    pub(super) fn field(self, object: Facts<'s>, name: &str) -> Option<Type<'s>> {
        let Facts(schema) = object;
        match schema.get("properties").and_then(|all| all.get(name)) {
            Some(found) => {
                let found = self.read(found, name);
                // What is left out instead of written as null is never null.
                Some(match (self.requires(object, name), self.written) {
                    (true, _) => found,
                    (false, true) => found.without_null().or_absent(),
                    (false, false) => found.or_absent(),
                })
            }
            None => self.rest(object, name).map(Type::or_absent),
        }
    }

    pub(super) fn requires(self, Facts(schema): Facts<'s>, name: &str) -> bool {
        let required = schema.get("required").and_then(Value::as_array);
        required.is_some_and(|required| required.iter().any(|required| required == name))
    }

    pub(super) fn names(self, Facts(schema): Facts<'s>) -> impl Iterator<Item = &'s str> {
        schema.get("properties").and_then(Value::as_object).into_iter().flat_map(|all| all.keys().map(String::as_str))
    }

    /// What fields are that have no name in the schema; `None` when there are none such.
    pub(super) fn rest(self, Facts(schema): Facts<'s>, name: &str) -> Option<Type<'s>> {
        match schema.get("additionalProperties") {
            Some(Value::Bool(false)) => None,
            Some(Value::Bool(true)) => Some(Type::any()),
            Some(found) => Some(self.read(found, name)),
            None => schema.get("properties").is_none().then(Type::any),
        }
    }

    /// The schemas that one stands for: references followed, alternatives spread.
    fn options(self, schema: &'s Value, depth: usize) -> Vec<&'s Value> {
        // Schemas may refer to themselves.
        if depth > 8 {
            return vec![&Value::Bool(true)];
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let found = target.strip_prefix('#').and_then(|pointer| self.whole.pointer(pointer));
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

/// What a value of JSON is.
fn of_value<'s>(value: &Value, name: &str) -> Type<'s> {
    match value {
        Value::Null => Type { null: true, ..Type::default() },
        Value::Bool(value) => Type { truths: [*value].into(), ..Type::default() },
        Value::String(text) => Type::literal(text),
        Value::Number(number) => Type::of_number(Number {
            unit: Unit::of_name(name),
            literal: number.as_i64(),
            least: number.as_i64(),
            fraction: number.as_i64().is_none(),
        }),
        Value::Array(_) | Value::Object(_) => Type::any(),
    }
}

/// The schema, where thresholds have the names and kinds that the settings declare. A leaf of the tree is a map with
/// `value`.
pub(crate) fn with_thresholds(mut schema: Value, thresholds: &Value) -> Value {
    for place in ["/$defs/Settings/properties/thresholds", "/properties/settings/properties/thresholds"] {
        if let Some(found) = schema.pointer_mut(place) {
            *found = declared(thresholds);
        }
    }
    schema
}

fn declared(tree: &Value) -> Value {
    let Value::Object(fields) = tree else { return Value::Bool(true) };
    if let Some(value) = fields.get("value") {
        return threshold(value);
    }
    let properties = fields.iter().map(|(name, below)| (name.clone(), declared(below))).collect();
    let names: Vec<_> = fields.keys().collect();
    serde_json::json!({"type": "object", "properties": Value::Object(properties), "required": names})
}

/// What a layer can put in the place of a value: one of its kind.
fn threshold(value: &Value) -> Value {
    let any_of = |all: &mut dyn Iterator<Item = Value>| {
        let all: BTreeSet<String> = all.map(|schema| schema.to_string()).collect();
        let mut all = all.iter().filter_map(|schema| serde_json::from_str::<Value>(schema).ok());
        match (all.next(), all.next()) {
            (Some(one), None) => one,
            _ => Value::Bool(true),
        }
    };
    match value {
        Value::Bool(_) => serde_json::json!({"type": "boolean"}),
        Value::Number(number) if number.is_u64() => serde_json::json!({"type": "integer", "minimum": 0}),
        Value::Number(_) => serde_json::json!({"type": "number"}),
        Value::String(text) if !text.is_empty() => serde_json::json!({"type": "string"}),
        Value::Array(items) if !items.is_empty() => {
            serde_json::json!({"type": "array", "items": any_of(&mut items.iter().map(threshold))})
        }
        Value::Object(fields) if !fields.is_empty() => {
            let rest = any_of(&mut fields.values().map(threshold));
            serde_json::json!({"type": "object", "additionalProperties": rest})
        }
        _ => Value::Bool(true),
    }
}
