//! Fields of an estimate, with errors that say which field it is and what came.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::planned::Refusal;
use crate::{evidence::EvidenceStatus, money::excerpt, spend::BilledAmount};

const LONGEST_SENTENCE: usize = 160;

pub(super) type Fields = Map<String, Value>;

impl Refusal {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { status: EvidenceStatus::Error, at: None, reason: reason.into() }
    }

    pub(super) fn at(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { at: Some(field.into()), ..Self::new(reason) }
    }

    /// The same, of what lies in a field.
    pub(super) fn under(self, field: &str) -> Self {
        let at = match self.at {
            Some(inner) if inner.is_empty() => Some(field.to_owned()),
            Some(inner) if inner.starts_with('[') => Some(format!("{field}{inner}")),
            Some(inner) => Some(format!("{field}.{inner}")),
            None => None,
        };
        Self { at, ..self }
    }

    /// The sentence, where the estimate is the field `root` of a request.
    pub fn message(&self, root: &str) -> String {
        match &self.at {
            Some(field) if field.is_empty() => format!("`{root}`{}", self.reason),
            Some(field) => format!("`{root}.{field}`{}", self.reason),
            None => self.reason.clone(),
        }
    }
}

/// A field that has another type than it should.
pub(super) fn odd(field: &str, expected: &str, came: &Value) -> Refusal {
    Refusal::at(field, format!(" should be {expected}, and is `{}`", excerpt(&came.to_string())))
}

pub(super) fn object<'a>(field: &str, value: &'a Value, expected: &str) -> Result<&'a Fields, Refusal> {
    value.as_object().ok_or_else(|| odd(field, expected, value))
}

/// What a field says; none when it is null or left out.
pub(super) fn said<'a>(fields: &'a Fields, field: &str) -> Option<&'a Value> {
    fields.get(field).filter(|value| !value.is_null())
}

pub(super) fn object_or_none<'a>(fields: &'a Fields, field: &str) -> Result<Option<&'a Fields>, Refusal> {
    said(fields, field).map(|value| object(field, value, "an object")).transpose()
}

/// An amount, which may be null or left out.
pub(super) fn amount(fields: &Fields, field: &str) -> Result<Option<BilledAmount>, Refusal> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            BilledAmount::read(text).map(Some).map_err(|error| Refusal::at(field, format!(": {error}")))
        }
        Some(other) => Err(odd(field, "a decimal text such as `\"123.45\"`", other)),
    }
}

/// A count, which may be null or left out.
pub(super) fn count(fields: &Fields, field: &str) -> Result<Option<u64>, Refusal> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(count) => count.as_u64().map(Some).ok_or_else(|| odd(field, "a count", count)),
    }
}

/// Counts by name, which may be null or left out.
pub(super) fn counts(fields: &Fields, field: &str) -> Result<Option<BTreeMap<String, u64>>, Refusal> {
    let Some(value) = said(fields, field) else { return Ok(None) };
    let named = object(field, value, "counts by type")?;
    named
        .keys()
        .map(|name| Ok((excerpt(name), count(named, name)?.unwrap_or_default())))
        .collect::<Result<_, Refusal>>()
        .map(Some)
        .map_err(|error| error.under(field))
}

/// A text of the report, fit to be kept.
pub(super) fn text(fields: &Fields, field: &str) -> Result<Option<String>, Refusal> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(excerpt(text))),
        Some(other) => Err(odd(field, "a text", other)),
    }
}

/// A sentence of the tool, fit to be shown: its beginning, without what commands a terminal.
pub(super) fn sentence(fields: &Fields, field: &str) -> Result<Option<String>, Refusal> {
    let Some(Value::String(sentence)) = fields.get(field) else { return text(fields, field) };
    let plain = || sentence.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let shown: String = plain().take(LONGEST_SENTENCE).collect();
    Ok(Some(if plain().nth(LONGEST_SENTENCE).is_some() { shown + "…" } else { shown }))
}

/// Does it say yes?
pub(super) fn is(fields: &Fields, field: &str) -> Result<bool, Refusal> {
    match fields.get(field) {
        None | Some(Value::Null) => Ok(false),
        Some(value) => value.as_bool().ok_or_else(|| odd(field, "`true` or `false`", value)),
    }
}

/// Tags: texts by name.
pub(super) fn tags(fields: &Fields) -> Result<BTreeMap<String, String>, Refusal> {
    let Some(value) = fields.get("tags").filter(|value| !value.is_null()) else { return Ok(BTreeMap::new()) };
    let named = object("tags", value, "tags by name")?;
    let tag = |(name, value): (&String, &Value)| match value {
        Value::String(value) => Ok((excerpt(name), excerpt(value))),
        Value::Null => Ok((excerpt(name), String::new())),
        other => Err(odd(&excerpt(name), "a text", other).under("tags")),
    };
    named.iter().map(tag).collect()
}

/// Reads each element of a list, which is empty when it is null or left out.
pub(super) fn each<'a, T>(
    fields: &'a Fields,
    field: &str,
    mut read: impl FnMut(&'a Fields) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let list = match fields.get(field) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(other) => return Err(odd(field, "a list", other)),
    };
    let element = |(index, value): (usize, &'a Value)| {
        let of = format!("{field}[{index}]");
        object("", value, "an object").and_then(&mut read).map_err(|error| error.under(&of))
    };
    list.iter().enumerate().map(element).collect()
}
