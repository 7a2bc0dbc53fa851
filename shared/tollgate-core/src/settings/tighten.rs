//! Declared thresholds, and what tightening one means.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::kinds;
use crate::data::DataError;

/// A threshold, or a group of them, as the defaults declare it.
#[derive(Debug, Clone)]
pub(super) enum Declared {
    Group(BTreeMap<String, Declared>),
    Leaf(Leaf),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Leaf {
    value: Value,
    tighter: Direction,
    #[serde(default)]
    loosenable: bool,
    #[expect(dead_code, reason = "read by people, and its absence is refused")]
    meaning: String,
    #[expect(dead_code, reason = "read by people")]
    #[serde(default)]
    source: Option<String>,
}

/// Which way is tighter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
enum Direction {
    Lower,
    Higher,
    True,
    False,
    /// No layer may change it.
    Fixed,
}

impl TryFrom<Value> for Direction {
    type Error = String;

    /// YAML reads `true` and `"true"` as different things; people mean the same.
    fn try_from(value: Value) -> Result<Self, String> {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Ok(match text.as_str() {
            "lower" => Self::Lower,
            "higher" => Self::Higher,
            "true" => Self::True,
            "false" => Self::False,
            "fixed" => Self::Fixed,
            _ => return Err(format!("`tighter: {text}` should be `lower`, `higher`, `true`, `false` or `fixed`")),
        })
    }
}

impl Declared {
    pub(super) fn read(file: &str, text: &str, path: &[&str], value: &Value) -> Result<Self, DataError> {
        let refuse = |message: String| DataError::new(file, line_of(text, path), message);
        let Value::Object(entries) = value else {
            let name = path.join(".");
            return Err(refuse(format!("`{name}` needs `value`, `tighter` and `meaning`; it is {}", kind(value))));
        };
        if !entries.contains_key("value") {
            return entries
                .iter()
                .map(|(name, value)| {
                    let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
                    Ok((name.clone(), Self::read(file, text, &path, value)?))
                })
                .collect::<Result<_, _>>()
                .map(Self::Group);
        }
        let mut leaf = Leaf::deserialize(value).map_err(|error| refuse(format!("`{}`: {error}", path.join("."))))?;
        // The facts' digest must not depend on whether some library has JSON maps keep their order.
        leaf.value.sort_all_objects();
        match kinds::refusal(path, &leaf.value).or_else(|| leaf.odd_direction()) {
            None => Ok(Self::Leaf(leaf)),
            Some(reason) => {
                let line = line_of(text, &[path, &["value"]].concat()).or_else(|| line_of(text, path));
                Err(DataError::new(file, line, format!("`thresholds.{}` {reason}", path.join("."))))
            }
        }
    }

    pub(super) fn value(&self) -> Value {
        match self {
            Self::Leaf(leaf) => leaf.value.clone(),
            Self::Group(entries) => {
                Value::Object(entries.iter().map(|(name, declared)| (name.clone(), declared.value())).collect())
            }
        }
    }

    /// Puts a lower layer's value in the place of the current one, or says why not.
    pub(super) fn tighten<'a>(
        &self,
        path: &mut Vec<&'a str>,
        current: &mut Value,
        new: &'a Value,
        refuse: &mut dyn FnMut(&[&str], String),
    ) {
        match (self, new) {
            (Self::Group(declared), Value::Object(entries)) => {
                for (name, value) in entries {
                    path.push(name);
                    match (declared.get(name), current.get_mut(name)) {
                        (Some(declared), Some(current)) => declared.tighten(path, current, value, refuse),
                        _ => refuse(path, undeclared(path, declared.keys())),
                    }
                    path.pop();
                }
            }
            (Self::Group(_), other) => {
                refuse(path, format!("`thresholds.{}` is a group, and this is {}", path.join("."), kind(other)));
            }
            (Self::Leaf(leaf), new) => match leaf.refusal(current, new) {
                None => *current = new.clone(),
                Some(reason) => refuse(path, format!("`thresholds.{}: {new}` {reason}", path.join("."))),
            },
        }
    }
}

impl Leaf {
    /// What keeps the value from having a tighter one in the declared direction.
    fn odd_direction(&self) -> Option<String> {
        let fits = match self.tighter {
            Direction::Lower | Direction::Higher => self.value.is_i64(),
            Direction::True | Direction::False => self.value.is_boolean(),
            Direction::Fixed => true,
        };
        let needs = "`tighter: lower` and `higher` need a whole number, `true` and `false` a boolean";
        (!fits).then(|| format!("is {}: {needs}", kind(&self.value)))
    }

    fn refusal(&self, current: &Value, new: &Value) -> Option<String> {
        if kind(new) != kind(&self.value) {
            return Some(format!("should be {}, and is {}", kind(&self.value), kind(new)));
        }
        let tightens = match self.tighter {
            Direction::Lower => new.as_i64() <= current.as_i64() && new.is_i64(),
            Direction::Higher => new.as_i64() >= current.as_i64() && new.is_i64(),
            Direction::True => new == current || new == &Value::Bool(true),
            Direction::False => new == current || new == &Value::Bool(false),
            Direction::Fixed => new == current,
        };
        let way = match self.tighter {
            Direction::Lower => "only a lower value is tighter",
            Direction::Higher => "only a higher value is tighter",
            Direction::True => "only `true` is tighter",
            Direction::False => "only `false` is tighter",
            Direction::Fixed => "no layer may change it",
        };
        (!tightens && !self.loosenable).then(|| {
            format!("would loosen: above this layer it is `{current}`, and {way}; declare it `loosenable: true` to allow this")
        })
    }
}

fn undeclared<'a>(path: &[&str], known: impl Iterator<Item = &'a String>) -> String {
    let known: Vec<_> = known.map(|name| format!("`{name}`")).collect();
    format!("`thresholds.{}` is not declared in the defaults; declared here are {}", path.join("."), known.join(", "))
}

pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a whole number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// The line of a key: each part of the path is looked for behind the one before it.
pub(super) fn line_of(text: &str, path: &[&str]) -> Option<u64> {
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    let mut behind = 0;
    for part in path {
        let rest = text.get(behind..)?;
        let is_key = |index: usize| {
            let begins = !rest.get(..index).is_some_and(|before| before.ends_with(is_name));
            let after = rest.get(index + part.len()..).unwrap_or_default();
            begins && after.trim_start_matches(['"', '\'']).starts_with(':')
        };
        let (index, _) = rest.match_indices(part).find(|(index, _)| is_key(*index))?;
        behind += index + part.len();
    }
    let lines_before = text.get(..behind)?.matches('\n').count();
    u64::try_from(lines_before).ok().map(|lines| lines + 1)
}
