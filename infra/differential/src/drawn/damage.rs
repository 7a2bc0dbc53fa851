//! What no type allows: fields that are missing, null or of another type.

use fastrand::Rng;
use serde_json::{Value, json};

/// What could stand anywhere by mistake.
fn mistakes() -> [Value; 8] {
    [json!(null), json!(-1), json!(0), json!(""), json!("soon"), json!([]), json!({}), json!(true)]
}

/// Damages up to three places.
pub(super) fn some(facts: &mut Value, rng: &mut Rng) {
    for _ in 0..rng.usize(1..=3) {
        if let Some((parent, field)) = place(facts, rng) {
            one(facts, &parent, &field, rng);
        }
    }
}

fn one(facts: &mut Value, parent: &str, field: &str, rng: &mut Rng) {
    let Some(fields) = facts.pointer_mut(parent).and_then(Value::as_object_mut) else { return };
    if rng.u8(0..2) == 0 {
        fields.remove(field);
    } else if let Some(mistake) = rng.choice(mistakes()) {
        fields.insert(field.to_owned(), mistake);
    }
}

/// A field somewhere below, as the pointer of its object and its name: down from the top, by chance.
fn place(facts: &Value, rng: &mut Rng) -> Option<(String, String)> {
    let (mut at, mut pointer) = (facts, String::new());
    let mut found = None;
    loop {
        let next = match at {
            Value::Object(fields) => {
                // The clock is no fact that can be lost, and settings have rules of their own.
                let open = |name: &&String| !pointer.is_empty() || !name.starts_with("evaluated_at");
                let name = rng.choice(fields.keys().filter(open).collect::<Vec<_>>())?.clone();
                found = Some((pointer.clone(), name.clone()));
                name
            }
            Value::Array(items) if !items.is_empty() => rng.usize(0..items.len()).to_string(),
            _ => return found,
        };
        pointer = format!("{pointer}/{}", next.replace('~', "~0").replace('/', "~1"));
        at = facts.pointer(&pointer)?;
        if rng.u8(0..6) == 0 && found.is_some() {
            return found;
        }
    }
}
