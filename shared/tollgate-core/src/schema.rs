//! JSON Schemas of what crosses the border: generated from the types, published under `policies/schemas`.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::{
    change::Change,
    decision::{Decision, Gate},
    facts::{ChangeFacts, CostFacts, Rollout, SloGateFacts, Spending},
    notice::Notice,
};

/// Every published schema with its file name.
pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("change.schema.json", change()),
        ("rollout.schema.json", of::<Rollout>()),
        ("spending.schema.json", of::<Spending>()),
        ("decision.schema.json", decision()),
        ("facts.change.schema.json", facts(Gate::Change)),
        ("facts.slo.schema.json", facts(Gate::Slo)),
        ("facts.cost.schema.json", facts(Gate::Cost)),
        ("notice.schema.json", notice()),
    ]
}

/// What a caller sends.
pub fn change() -> Value {
    of::<Change>()
}

/// What a caller gets.
pub fn decision() -> Value {
    of::<Decision>()
}

/// What a policy of a gate sees as `input`.
pub fn facts(gate: Gate) -> Value {
    facts_by(SchemaSettings::draft2020_12(), gate)
}

/// The same as facts are written: a field that is required is always there, null where it is not known.
pub fn facts_as_written(gate: Gate) -> Value {
    facts_by(SchemaSettings::draft2020_12().for_serialize(), gate)
}

fn facts_by(settings: SchemaSettings, gate: Gate) -> Value {
    let generator = settings.into_generator();
    let mut schema: Value = match gate {
        Gate::Change => generator.into_root_schema_for::<ChangeFacts>().into(),
        Gate::Slo => generator.into_root_schema_for::<SloGateFacts>().into(),
        Gate::Cost => generator.into_root_schema_for::<CostFacts>().into(),
    };
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("gate".to_owned(), json!({"description": "Which gate asks.", "const": gate.as_str()}));
    }
    schema
}

/// What goes out when the state of a service changes.
pub fn notice() -> Value {
    of::<Notice>()
}

fn of<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().into()
}

#[cfg(all(test, feature = "schema"))]
mod tests {
    #[test]
    fn the_schema_of_a_change_names_what_is_required() {
        let schema = super::change();
        let required: Vec<_> = schema["required"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
        assert_eq!(required, ["id", "service", "environment", "type", "author"]);
    }
}
