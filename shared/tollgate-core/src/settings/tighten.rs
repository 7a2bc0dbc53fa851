//! Declared thresholds, and what tightening one means.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{
    kinds,
    leaf::{Direction, Leaf, kind},
    pins::Pins,
    table,
};
use crate::suggest::did_you_mean;

/// A threshold, or a group of them, as the defaults declare it.
#[derive(Debug, Clone)]
pub(super) enum Declared {
    Group(BTreeMap<String, Declared>),
    Leaf(Leaf),
    /// It is declared, but not so that it could be read.
    Broken,
}

/// What is wrong, by the path of the field.
pub(super) type Refuse<'a> = &'a mut dyn FnMut(&[&str], String);

impl Declared {
    pub(super) fn read(path: &[&str], value: &Value, refuse: Refuse<'_>) -> Self {
        let Value::Object(entries) = value else {
            let name = path.join(".");
            refuse(path, format!("`{name}` needs `value`, `tighter` and `meaning`; it is {}", kind(value)));
            return Self::Broken;
        };
        if !entries.contains_key("value") {
            let read = |(name, value): (&String, &Value)| {
                let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
                (name.clone(), Self::read(&path, value, refuse))
            };
            return Self::Group(entries.iter().map(read).collect());
        }
        let mut leaf = match Leaf::deserialize(value) {
            Ok(leaf) => leaf,
            Err(error) => {
                refuse(path, format!("`{}`: {error}", path.join(".")));
                return Self::Broken;
            }
        };
        // The facts' digest must not depend on whether some library has JSON maps keep their order.
        leaf.value.sort_all_objects();
        let odd = kinds::refusal(path, &leaf.value).or_else(|| leaf.odd());
        let odd =
            odd.or_else(|| Some(format!("is `{}`, which {}", leaf.value, leaf.out_of_bounds(path, &leaf.value)?)));
        match odd {
            None => Self::Leaf(leaf),
            Some(reason) => {
                refuse(&[path, &["value"]].concat(), format!("`thresholds.{}` {reason}", path.join(".")));
                Self::Broken
            }
        }
    }

    pub(super) fn value(&self) -> Value {
        match self {
            Self::Leaf(leaf) => leaf.value.clone(),
            Self::Group(entries) => {
                Value::Object(entries.iter().map(|(name, declared)| (name.clone(), declared.value())).collect())
            }
            Self::Broken => Value::Null,
        }
    }

    /// Is something declared at this path?
    pub(super) fn has(&self, path: &[&str]) -> bool {
        match (self, path.split_first()) {
            (_, None) | (Self::Broken, _) => true,
            (Self::Group(entries), Some((name, rest))) => entries.get(*name).is_some_and(|entry| entry.has(rest)),
            (Self::Leaf(_), Some(_)) => false,
        }
    }

    /// The values at every path below this one.
    pub(super) fn each<'a>(&'a self, path: &mut Vec<&'a str>, see: &mut dyn FnMut(&[&'a str], &Value)) {
        match self {
            Self::Group(entries) => {
                for (name, declared) in entries {
                    path.push(name);
                    declared.each(path, see);
                    path.pop();
                }
            }
            Self::Leaf(leaf) => see(path, &leaf.value),
            Self::Broken => {}
        }
    }

    /// Puts a lower layer's value in the place of the current one, or says why not.
    pub(super) fn tighten<'a>(
        &self,
        path: &mut Vec<&'a str>,
        current: &mut Value,
        new: &'a Value,
        pins: &Pins,
        refuse: Refuse<'_>,
    ) {
        match (self, new) {
            (Self::Group(declared), Value::Object(entries)) => {
                for (name, value) in entries {
                    path.push(name);
                    match (declared.get(name), current.get_mut(name)) {
                        (Some(declared), Some(current)) => declared.tighten(path, current, value, pins, refuse),
                        _ => refuse(path, undeclared(path, declared.keys())),
                    }
                    path.pop();
                }
            }
            (Self::Group(_), other) => {
                refuse(path, format!("`thresholds.{}` is a group, and this is {}", path.join("."), kind(other)));
            }
            (Self::Leaf(leaf), new) => leaf.tighten(path, current, new, pins, refuse),
            (Self::Broken, _) => {}
        }
    }
}

impl Leaf {
    fn tighten(&self, path: &[&str], current: &mut Value, new: &Value, pins: &Pins, refuse: Refuse<'_>) {
        let name = path.join(".");
        if let Direction::Table(fields) = &self.tighter {
            let may_loosen = self.loosenable && pins.over(path).is_none();
            let (merged, refused) = table::merge(fields, current, new, may_loosen);
            for (index, field, why) in &refused {
                let entry = index.to_string();
                let cell = [path, &[entry.as_str()], field.as_deref().as_slice()].concat();
                let shown = field.as_ref().map_or_else(String::new, |field| format!(".{field}"));
                refuse(&cell, format!("`thresholds.{name}{shown}` {why}"));
            }
            if refused.is_empty() {
                *current = merged;
            }
            return;
        }
        match self.refusal(path, current, new, pins) {
            None => *current = new.clone(),
            Some(reason) => refuse(path, format!("`thresholds.{name}: {new}` {reason}")),
        }
    }

    fn refusal(&self, path: &[&str], current: &Value, new: &Value, pins: &Pins) -> Option<String> {
        if kind(new) != kind(&self.value) {
            return Some(format!("should be {}, and is {}", kind(&self.value), kind(new)));
        }
        if let Some(why) = kinds::refusal(path, new).or_else(|| self.out_of_bounds(path, new)) {
            return Some(why);
        }
        if self.tighter.holds(current, new) {
            return None;
        }
        let looser = format!("would loosen: above this layer it is `{current}`, and {}", self.tighter.way());
        match (pins.over(path), self.loosenable) {
            (Some(file), true) => Some(format!("{looser}; `{file}` pins it")),
            (_, false) => Some(format!("{looser}; declare it `loosenable: true` to allow this")),
            (None, true) => None,
        }
    }
}

fn undeclared<'a>(path: &[&str], known: impl Iterator<Item = &'a String>) -> String {
    let known: Vec<&str> = known.map(String::as_str).collect();
    let meant = did_you_mean(path.last().copied().unwrap_or_default(), known.iter().copied());
    let listed: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    let listed = listed.join(", ");
    format!("`thresholds.{}` is not declared in the defaults{meant}; declared here are {listed}", path.join("."))
}
