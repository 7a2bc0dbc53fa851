//! A value for each place of a schema.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::{
    Draw,
    names::{self, NOW, WINDOWS},
    numbers::{self, Numbers},
};

/// Lists that are empty where all is well: each of their elements says that something happened.
const TROUBLES: [&str; 12] = [
    "anomalies",
    "alerts",
    "in_progress",
    "this_change",
    "active",
    "maintenance",
    "waivers",
    "unpriced",
    "unsupported",
    "reasons",
    "run_aways",
    "non_essential",
];
const MOST_ELEMENTS: usize = 4;

pub(super) struct Walk<'a> {
    schema: &'a Value,
    settings: &'a Value,
    numbers: &'a Numbers,
    rng: &'a mut Rng,
    draw: Draw,
    /// How many of a hundred leaves are odd in the element that is drawn.
    odd_percent: u32,
    /// The list whose element is drawn, and its place there.
    list: String,
    place: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        schema: &'a Value,
        settings: &'a Value,
        numbers: &'a Numbers,
        rng: &'a mut Rng,
        draw: Draw,
    ) -> Self {
        Self { schema, settings, numbers, rng, draw, odd_percent: 0, list: "facts".to_owned(), place: 0 }
    }

    pub(super) fn facts(mut self) -> Value {
        self.odd_percent = self.temper();
        let schema = self.schema;
        self.value(schema, "")
    }

    /// One more element of a list, in a place that no other has.
    pub(super) fn element(mut self, names: &[&str]) -> Option<Value> {
        self.odd_percent = self.temper();
        (self.list, self.place) = (names.join("/"), 99);
        let mut schema = self.schema;
        for name in names.iter().chain(&["*"]) {
            let open = self.not_null(self.resolved(schema));
            schema = match *name {
                "*" => open.get("items")?,
                name => open.get("properties")?.get(name)?,
            };
        }
        Some(self.value(schema, names.last()?))
    }

    /// How odd an element is: mostly not at all, sometimes very.
    fn temper(&mut self) -> u32 {
        match (self.draw, self.rng.u32(0..10)) {
            (Draw::Calm, _) | (_, 0..3) => 0,
            (_, 3..6) => 12,
            (_, 6..9) => 45,
            (_, _) => 85,
        }
    }

    fn is_odd(&mut self) -> bool {
        self.rng.u32(0..100) < self.odd_percent
    }

    fn value(&mut self, schema: &'a Value, name: &str) -> Value {
        let schema = self.resolved(schema);
        let nullable = self.is_nullable(schema);
        let odd = self.is_odd();
        // Of what is absent where all is well, every second one is there in an odd element.
        let absent = if names::usually_absent(name) {
            self.odd_percent == 0 || self.rng.bool()
        } else {
            odd && self.rng.u8(0..4) == 0
        };
        if nullable && absent {
            return Value::Null;
        }
        let schema = self.not_null(schema);
        let choices = choices(schema);
        if !choices.is_empty() {
            let drawn = if odd { self.rng.choice(&choices).copied() } else { names::calm_choice(name, &choices) };
            return drawn.cloned().unwrap_or_default();
        }
        // One of several forms, such as an object of either this or that field.
        let forms: Vec<_> = alternatives(schema).collect();
        if let Some(form) = self.rng.choice(&forms) {
            return self.value(form, name);
        }
        match type_of(schema) {
            "object" if name == "settings" => self.settings(odd),
            "object" => self.object(schema, name),
            "array" => self.array(schema, name),
            "boolean" => Value::Bool(names::calm_flag(name) != odd),
            "integer" => self.integer(schema, name, odd),
            "string" => self.text(schema, name, odd),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &'a Value, name: &str) -> Value {
        let outer = self.odd_percent;
        if self.list == "facts" && outer > 0 {
            self.odd_percent = self.temper();
        }
        let object = self.fields(schema, name);
        self.odd_percent = outer;
        Value::Object(object)
    }

    fn fields(&mut self, schema: &'a Value, name: &str) -> Map<String, Value> {
        let mut object = Map::new();
        if let Some(Value::Object(properties)) = schema.get("properties") {
            for (field, schema) in properties {
                object.insert(field.clone(), self.value(schema, field));
            }
        }
        if let Some(schema) = schema.get("additionalProperties").filter(|schema| schema.is_object()) {
            self.members(schema, name, &mut object);
        }
        object
    }

    /// The members of a map; windows are known by their lengths.
    fn members(&mut self, schema: &'a Value, name: &str, object: &mut Map<String, Value>) {
        if name != "windows" {
            let count = self.rng.usize(0..3);
            object.extend((0..count).map(|place| (format!("{name}-{place}"), self.value(schema, name))));
            return;
        }
        for (label, seconds) in WINDOWS {
            let mut window = self.value(schema, name);
            if let Some(length) = window.get_mut("seconds") {
                *length = json!(seconds);
            }
            object.insert(label.to_owned(), window);
        }
    }

    fn array(&mut self, schema: &'a Value, name: &str) -> Value {
        let none = if TROUBLES.contains(&name) {
            self.odd_percent == 0
        } else {
            self.odd_percent > 0 && self.rng.u8(0..8) == 0
        };
        let Some(items) = schema.get("items").filter(|_| !none) else { return json!([]) };
        let length = self.rng.usize(1..=MOST_ELEMENTS);
        let (list, outer, odd_percent) = (self.list.clone(), self.place, self.odd_percent);
        let elements = (0..length).map(|place| {
            self.list = if list == "facts" { name.to_owned() } else { format!("{list}-{outer}/{name}") };
            self.place = place;
            // What is inside of a calm element is calm, too.
            if odd_percent > 0 || list == "facts" {
                self.odd_percent = self.temper();
            }
            self.value(items, name)
        });
        let elements = elements.collect();
        (self.list, self.place, self.odd_percent) = (list, outer, odd_percent);
        elements
    }

    fn integer(&mut self, schema: &Value, name: &str, odd: bool) -> Value {
        let least = schema.get("minimum").and_then(Value::as_i64).unwrap_or(i64::MIN);
        let most = match schema.get("format").and_then(Value::as_str) {
            Some("int32") => i64::from(i32::MAX),
            Some("uint32") => i64::from(u32::MAX),
            _ => i64::MAX,
        };
        match name {
            "evaluated_at_seconds" => NOW.1.into(),
            _ if odd => self.numbers.odd(name, least, self.rng).min(most).into(),
            _ => numbers::calm(name).into(),
        }
    }

    fn text(&mut self, schema: &Value, name: &str, odd: bool) -> Value {
        let text = match schema.get("format").and_then(Value::as_str) {
            _ if name == "evaluated_at" => NOW.0.to_owned(),
            Some("date-time") => {
                let seconds = odd.then(|| self.numbers.odd("seconds", -90_000, self.rng).min(5_000_000));
                names::instant(name, seconds)
            }
            Some("date") => names::day(self.rng),
            _ => names::text(name, &self.list, self.place, odd, self.rng),
        };
        Value::String(text)
    }

    /// The settings in force; odd ones have a threshold put to something else.
    fn settings(&mut self, odd: bool) -> Value {
        let mut settings = self.settings.clone();
        if odd && let Some(Value::Object(groups)) = settings.get_mut("thresholds") {
            let place = self.rng.usize(0..groups.len().max(1));
            if let Some(Value::Object(group)) = groups.values_mut().nth(place) {
                let place = self.rng.usize(0..group.len().max(1));
                let Some(name) = group.keys().nth(place).cloned() else { return settings };
                if self.rng.u8(0..3) == 0 {
                    group.remove(&name);
                } else if let Some(Value::Number(number)) = group.get_mut(&name) {
                    *number = self.rng.i64(0..2_000_000).into();
                }
            }
        }
        settings
    }

    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return schema };
        let target = reference.strip_prefix('#').and_then(|pointer| self.schema.pointer(pointer));
        target.map_or(schema, |target| self.resolved(target))
    }

    fn is_nullable(&self, schema: &'a Value) -> bool {
        let is_null = |schema: &Value| schema.get("type").is_some_and(|kind| kind == "null");
        alternatives(schema).any(is_null)
            || schema.get("type").and_then(Value::as_array).is_some_and(|types| types.iter().any(|kind| kind == "null"))
    }

    /// What it is where it is not null.
    fn not_null(&self, schema: &'a Value) -> &'a Value {
        if !self.is_nullable(schema) {
            return schema;
        }
        let other = alternatives(schema).find(|schema| schema.get("type").is_none_or(|kind| kind != "null"));
        other.map_or(schema, |schema| self.resolved(schema))
    }
}

fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    ["anyOf", "oneOf"].into_iter().filter_map(|name| schema.get(name)?.as_array()).flatten()
}

/// The constants that it can be.
fn choices(schema: &Value) -> Vec<&Value> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    schema.get("const").into_iter().chain(listed).chain(alternatives(schema).flat_map(choices)).collect()
}

fn type_of(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default()
        }
        _ => "",
    }
}
