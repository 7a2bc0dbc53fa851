//! One declared threshold: its value, which way is tighter, and between which bounds it can be meant.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::table;

/// A threshold as the defaults declare it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Leaf {
    pub(super) value: Value,
    pub(super) tighter: Direction,
    #[serde(default)]
    pub(super) loosenable: bool,
    #[expect(dead_code, reason = "read by people, and its absence is refused")]
    meaning: String,
    #[expect(dead_code, reason = "read by people")]
    #[serde(default)]
    source: Option<String>,
    /// The least and the largest value that can be meant.
    #[serde(default)]
    least: Option<i64>,
    #[serde(default)]
    most: Option<i64>,
}

/// Which way is tighter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub(super) enum Direction {
    Lower,
    Higher,
    True,
    False,
    /// A list that may only gain entries.
    Superset,
    /// A list that may only lose entries.
    Subset,
    /// A list of maps with a `name`, field by field; under `rows`, whether entries may be added.
    Table(BTreeMap<String, Direction>),
    /// No layer may change it.
    Fixed,
}

impl TryFrom<Value> for Direction {
    type Error = String;

    /// YAML reads `true` and `"true"` as different things; people mean the same.
    fn try_from(value: Value) -> Result<Self, String> {
        if let Value::Object(fields) = value {
            let read = |(name, value): (String, Value)| Ok::<_, String>((name, Self::try_from(value)?));
            return Ok(Self::Table(fields.into_iter().map(read).collect::<Result<_, _>>()?));
        }
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Ok(match text.as_str() {
            "lower" => Self::Lower,
            "higher" => Self::Higher,
            "true" => Self::True,
            "false" => Self::False,
            "superset" => Self::Superset,
            "subset" => Self::Subset,
            "fixed" => Self::Fixed,
            _ => {
                return Err(format!(
                    "`tighter: {text}` should be `lower`, `higher`, `true`, `false`, `superset`, `subset`, `fixed`, or \
                     one of them for each field of a table"
                ));
            }
        })
    }
}

impl Direction {
    /// Why a value cannot have a tighter one in this direction.
    pub(super) fn unfit(&self, value: &Value) -> Option<String> {
        let (fits, needs) = match self {
            Self::Lower | Self::Higher => (value.is_i64(), "`tighter: lower` and `higher` need a whole number"),
            Self::True | Self::False => (value.is_boolean(), "`tighter: true` and `false` need a boolean"),
            Self::Superset | Self::Subset => (value.is_array(), "`tighter: superset` and `subset` need a list"),
            Self::Table(fields) => return table::unfit(fields, value),
            Self::Fixed => (true, ""),
        };
        (!fits).then(|| format!("is {}: {needs}", kind(value)))
    }

    /// Is the new value as tight as the current one, or tighter?
    pub(super) fn holds(&self, current: &Value, new: &Value) -> bool {
        let has_all = |of: &Value, all: &Value| {
            let (of, all) = (of.as_array(), all.as_array());
            of.zip(all).is_some_and(|(of, all)| all.iter().all(|item| of.contains(item)))
        };
        new == current
            || match self {
                Self::Lower => new.as_i64().zip(current.as_i64()).is_some_and(|(new, current)| new <= current),
                Self::Higher => new.as_i64().zip(current.as_i64()).is_some_and(|(new, current)| new >= current),
                Self::True => new == &Value::Bool(true),
                Self::False => new == &Value::Bool(false),
                Self::Superset => has_all(new, current),
                Self::Subset => has_all(current, new),
                Self::Table(_) | Self::Fixed => false,
            }
    }

    /// Which way is tighter, for a person.
    pub(super) const fn way(&self) -> &'static str {
        match self {
            Self::Lower => "only a lower value is tighter",
            Self::Higher => "only a higher value is tighter",
            Self::True => "only `true` is tighter",
            Self::False => "only `false` is tighter",
            Self::Superset => "only a list with all of these and more is tighter",
            Self::Subset => "only a list of some of these is tighter",
            Self::Table(_) => "it is tightened entry by entry",
            Self::Fixed => "no layer may change it",
        }
    }
}

impl Leaf {
    /// Why this value cannot be meant, whichever layer it is of.
    pub(super) fn out_of_bounds(&self, path: &[&str], value: &Value) -> Option<String> {
        let number = value.as_i64()?;
        let least = self.least.unwrap_or_else(|| least(path));
        let fits = number >= least && self.most.is_none_or(|most| number <= most);
        let bounds = self.most.map_or_else(|| format!("{least} or more"), |most| format!("{least} to {most}"));
        (!fits).then(|| format!("cannot be meant: write {bounds}"))
    }

    /// Why the declaration itself cannot be followed.
    pub(super) fn odd(&self) -> Option<String> {
        let bounds = self.least.is_some() || self.most.is_some();
        if bounds && !self.value.is_i64() {
            return Some(format!("is {}: `least` and `most` need a whole number", kind(&self.value)));
        }
        self.tighter.unfit(&self.value)
    }
}

/// Whatever is measured in a unit is not negative, and an answer that holds for no time is none.
fn least(path: &[&str]) -> i64 {
    i64::from(path.last().is_some_and(|name| name.ends_with("_valid_seconds")))
}

/// What a value is, for a person.
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
