//! Thresholds that are tables: lists of maps with a `name`, of which a layer tightens single cells.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::leaf::{Direction, kind};

/// Whether entries may be added, among the directions of the fields.
const ROWS: &str = "rows";
const NAME: &str = "name";

type Row = Map<String, Value>;

/// Why a value is no table of these fields.
pub(super) fn unfit(fields: &BTreeMap<String, Direction>, value: &Value) -> Option<String> {
    let Some(rows) = rows(value) else {
        return Some(format!("is {}: a table needs a list of maps, each with a `name` of its own", kind(value)));
    };
    for (name, row) in rows {
        for (field, direction) in fields.iter().filter(|(field, _)| *field != ROWS) {
            let Some(cell) = row.get(field) else { return Some(format!("has no `{field}` in `{name}`")) };
            if let Some(why) = direction.unfit(cell) {
                return Some(format!("has a `{field}` in `{name}` that {why}"));
            }
        }
    }
    None
}

/// The table with what a layer says of its cells, and what of it would loosen: the index of the entry, its field, why.
pub(super) fn merge(
    fields: &BTreeMap<String, Direction>,
    current: &Value,
    new: &Value,
    may_loosen: bool,
) -> (Value, Vec<(usize, Option<String>, String)>) {
    let mut table: Vec<Value> = current.as_array().cloned().unwrap_or_default();
    let Some(new) = rows(new) else {
        let why = format!("is {}: write a list of maps, each with the `name` of an entry of its own", kind(new));
        return (current.clone(), vec![(0, None, why)]);
    };
    let mut refused = Vec::new();
    for (index, (name, row)) in new.into_iter().enumerate() {
        match table.iter_mut().filter_map(Value::as_object_mut).find(|known| named(known) == Some(name)) {
            Some(known) => {
                let mut refuse = |field: &str, why: String| refused.push((index, Some(field.to_owned()), why));
                cells(fields, known, row, may_loosen, &mut refuse);
            }
            None if may_loosen || fields.get(ROWS) == Some(&Direction::Superset) => {
                let whole = Value::Array(vec![Value::Object(row.clone())]);
                match unfit(fields, &whole).or_else(|| stray_field(fields, row)) {
                    Some(why) => refused.push((index, None, format!("adds an entry that {why}"))),
                    None => table.push(Value::Object(row.clone())),
                }
            }
            None => {
                let known: Vec<String> = current.as_array().into_iter().flatten().filter_map(shown).collect();
                refused.push((
                    index,
                    None,
                    format!("has no entry `{name}` above this layer: there are {}", known.join(", ")),
                ));
            }
        }
    }
    (Value::Array(table), refused)
}

fn cells(
    fields: &BTreeMap<String, Direction>,
    known: &mut Row,
    row: &Row,
    may_loosen: bool,
    refuse: &mut dyn FnMut(&str, String),
) {
    for (field, new) in row.iter().filter(|(field, _)| *field != NAME) {
        let Some((direction, current)) = fields.get(field).zip(known.get_mut(field)) else {
            refuse(field, "is no field of the table".to_owned());
            continue;
        };
        if kind(new) != kind(current) {
            refuse(field, format!("should be {}, and is {}", kind(current), kind(new)));
        } else if new.as_i64().is_some_and(|number| number < 0) {
            refuse(field, format!("`{new}` cannot be meant: write 0 or more"));
        } else if !may_loosen && !direction.holds(current, new) {
            refuse(field, format!("`{new}` would loosen: above this layer it is `{current}`, and {}", direction.way()));
        } else {
            *current = new.clone();
        }
    }
}

fn stray_field(fields: &BTreeMap<String, Direction>, row: &Row) -> Option<String> {
    let stray = row.keys().find(|field| *field != NAME && !fields.contains_key(*field))?;
    Some(format!("has `{stray}`, which is no field of the table"))
}

/// The entries by name; none where one has no name or a name stands there twice.
fn rows(value: &Value) -> Option<Vec<(&str, &Row)>> {
    let mut found: Vec<(&str, &Row)> = Vec::new();
    for row in value.as_array()? {
        let row = row.as_object()?;
        let name = named(row).filter(|name| !found.iter().any(|(earlier, _)| earlier == name))?;
        found.push((name, row));
    }
    Some(found)
}

fn named(row: &Row) -> Option<&str> {
    row.get(NAME)?.as_str()
}

fn shown(row: &Value) -> Option<String> {
    Some(format!("`{}`", named(row.as_object()?)?))
}
