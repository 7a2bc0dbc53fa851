//! The lists of facts, and the maps that are read like lists, with what can be done to their elements.

use fastrand::Rng;
use serde_json::Value;

/// A list of objects, or a map of them, somewhere in the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List {
    /// Where it is: `/dependencies/0/slos`.
    pub(super) pointer: String,
    is_map: bool,
}

/// An element and one of its fields, which can be deeper down: `evidence/status`.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) element: String,
    pub(super) field: String,
}

/// Maps whose members rules go through; other objects have fields.
const MAPS: [&str; 1] = ["windows"];

/// Every list of objects with something in it.
pub(super) fn of(facts: &Value) -> Vec<List> {
    let mut lists = Vec::new();
    collect(facts, &mut String::new(), &mut lists);
    lists
}

fn collect(value: &Value, at: &mut String, lists: &mut Vec<List>) {
    let name = at.rsplit('/').next().unwrap_or_default();
    let members: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(place, item)| (place.to_string(), item)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, field)| (name.clone(), field)).collect(),
        _ => return,
    };
    let is_map = value.is_object();
    if members.first().is_some_and(|(_, first)| first.is_object()) && (!is_map || MAPS.contains(&name)) {
        lists.push(List { pointer: at.clone(), is_map });
    }
    for (name, member) in members {
        let length = at.len();
        at.push('/');
        at.push_str(&name);
        collect(member, at, lists);
        at.truncate(length);
    }
}

impl List {
    /// The names on the way to it, with `*` for any element.
    pub(super) fn names(&self) -> Vec<&str> {
        let steps = self.pointer.split('/').skip(1);
        steps.map(|step| if step.starts_with(|first: char| first.is_ascii_digit()) { "*" } else { step }).collect()
    }

    /// Puts an element somewhere between the others; gives its place.
    pub(super) fn insert(&self, facts: &mut Value, element: Value, rng: &mut Rng) -> Option<usize> {
        let elements = facts.pointer_mut(&self.pointer).and_then(Value::as_array_mut)?;
        let place = rng.usize(0..=elements.len());
        elements.insert(place, element);
        Some(place)
    }

    pub(super) fn remove(&self, facts: &mut Value, element: &str) {
        match facts.pointer_mut(&self.pointer) {
            Some(Value::Array(elements)) => {
                element.parse().ok().filter(|place| *place < elements.len()).map(|place: usize| elements.remove(place));
            }
            Some(Value::Object(members)) => {
                members.remove(element);
            }
            _ => {}
        }
    }

    /// An element by chance, and one of its fields or of what is in them.
    pub(super) fn place(&self, facts: &Value, rng: &mut Rng) -> Option<Place> {
        let (element, value) = match facts.pointer(&self.pointer)? {
            Value::Array(elements) => {
                let place = rng.usize(0..elements.len());
                (place.to_string(), elements.get(place)?)
            }
            Value::Object(members) => rng.choice(members.iter()).map(|(name, member)| (name.clone(), member))?,
            _ => return None,
        };
        let (outer, inner) = rng.choice(value.as_object()?.iter())?;
        let inner = inner.as_object().filter(|_| rng.bool()).and_then(|inner| rng.choice(inner.keys()));
        let field = inner.map_or_else(|| outer.clone(), |inner| format!("{outer}/{inner}"));
        Some(Place { element, field })
    }
}

/// Takes a field of an element away; false where it was not there.
pub(super) fn lose(facts: &mut Value, element: &str, field: &str) -> bool {
    let whole = format!("{element}/{field}");
    let parent_and_name = whole.rsplit_once('/');
    let fields = parent_and_name.and_then(|(parent, name)| Some((facts.pointer_mut(parent)?.as_object_mut()?, name)));
    fields.is_some_and(|(fields, name)| fields.remove(name).is_some())
}
