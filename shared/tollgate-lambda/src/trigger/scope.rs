//! What a schedule asks to look at. A name that is not read as it was meant would leave a limit out and have everything looked
//! at, so whatever is near a name, or in another place than it, is refused.

use serde_json::{Map, Value};
use tollgate_core::suggest;

use super::{line, name};
use crate::problem::Problem;

/// Most services or environments that a schedule names.
const MAX_NAMES: usize = 1000;
/// The longest of these names, in bytes.
const MAX_NAME_BYTES: usize = 128;
/// Fields whose names begin so are for others.
const FOR_OTHERS: [&str; 2] = ["x-", "x_"];
const SWEEP: &str = "sweep";
const LIMITS: [&str; 2] = ["services", "environments"];
/// Fields that are for people.
const NOTES: [&str; 5] = ["note", "notes", "comment", "comments", "description"];
/// Other words for what limits a sweep.
const SYNONYMS: [(&str, &str); 5] = [
    ("env", "environments"),
    ("envs", "environments"),
    ("svc", "services"),
    ("svcs", "services"),
    ("stage", "environments"),
];

/// What to look at; what is empty leaves nothing out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// These services only.
    pub services: Vec<String>,
    /// In these environments only.
    pub environments: Vec<String>,
}

impl Scope {
    /// Reads the field `sweep` of an object at a place; everything, where it has none. `reads` says of another field in
    /// `sweep` whether something else reads it.
    pub(super) fn read(
        fields: &Map<String, Value>,
        place: &str,
        mut reads: impl FnMut(&str, &Value) -> Result<bool, Problem>,
    ) -> Result<Self, Problem> {
        let Some(sweep) = fields.get(SWEEP) else { return Ok(Self::default()) };
        let path = join(place, SWEEP);
        let Some(fields) = sweep.as_object() else {
            return Err(Problem::field(path, "should be an object, such as `{}` for everything"));
        };
        let mut scope = Self::default();
        for (field, value) in fields {
            let at = join(&path, &line(field));
            match field.as_str() {
                "services" => scope.services = names(&at, value)?,
                "environments" => scope.environments = names(&at, value)?,
                _ if is_for_others(field) || reads(field, value)? => {}
                _ => return Err(not_known(&at, field, limit_meant(field).unwrap_or("services` or `environments"))),
            }
        }
        Ok(scope)
    }
}

/// Refuses a field beside `sweep`, or in its stead, that would limit a sweep if it were read. Gives the path of one that is worth
/// noting, and nothing for one that is for others.
///
/// # Errors
/// 400, with what to write.
pub(super) fn beside(place: &str, field: &str, value: &Value) -> Result<Option<String>, Problem> {
    if is_for_others(field) {
        return Ok(None);
    }
    let at = join(place, &line(field));
    if is_sweep(field) {
        return Err(not_known(&at, field, SWEEP));
    }
    if let Some(limit) = limit_meant(field) {
        return Err(misplaced(&at, limit));
    }
    let inside = value.as_object().and_then(|inner| inner.keys().find_map(|name| limit_meant(name)));
    if let Some(limit) = inside {
        return Err(misplaced(&at, limit));
    }
    match value {
        Value::String(_) if NOTES.contains(&plain(field).as_str()) => Ok(Some(at)),
        // Whatever it is, it was meant to do something.
        _ => Err(not_known(&at, field, SWEEP)),
    }
}

/// Is an object an attempt at a schedule, by what its fields are called?
pub(super) fn is_meant(fields: &Map<String, Value>) -> bool {
    let is_question =
        fields.contains_key("service") || fields.contains_key("change") || fields.contains_key("spending");
    let has_limit = || fields.keys().any(|name| LIMITS.contains(&plain(name).as_str()));
    fields.contains_key(SWEEP) || !is_question && (fields.keys().any(|name| is_sweep(name)) || has_limit())
}

fn is_for_others(field: &str) -> bool {
    FOR_OTHERS.iter().any(|prefix| field.starts_with(prefix))
}

fn is_sweep(field: &str) -> bool {
    suggest::is_near(&plain(field), SWEEP)
}

/// The limit that a name is, or is near.
fn limit_meant(field: &str) -> Option<&'static str> {
    let plain = plain(field);
    let synonym = SYNONYMS.iter().find(|(word, _)| *word == plain).map(|(_, limit)| *limit);
    synonym.or_else(|| LIMITS.into_iter().find(|limit| suggest::is_near(&plain, limit)))
}

fn plain(field: &str) -> String {
    field.trim().to_lowercase().replace(['-', '_', ' '], "")
}

fn not_known(at: &str, field: &str, meant: &str) -> Problem {
    Problem::field(at, format!("is not known: write `{meant}`, or `x_{}` where it is meant for others", line(field)))
}

fn misplaced(at: &str, limit: &str) -> Problem {
    let detail = format!(
        "limits nothing there, and everything would be looked at: write `{{\"sweep\": {{\"{limit}\": […]}}}}` to look at some on a \
         schedule, or ask about one with `service` and `environment`"
    );
    Problem::field(at, detail)
}

fn join(place: &str, field: &str) -> String {
    if place.is_empty() { field.to_owned() } else { format!("{place}.{field}") }
}

/// An empty list would be read as no limit, and asks for nothing: that is refused.
fn names(path: &str, value: &Value) -> Result<Vec<String>, Problem> {
    let Some(list) = value.as_array().filter(|list| (1..=MAX_NAMES).contains(&list.len())) else {
        return Err(Problem::field(path, format!("should be a list of 1 to {MAX_NAMES} names; leave it out for all")));
    };
    let read = |(index, value): (usize, &Value)| {
        name(&format!("{path}[{index}]"), value.as_str().unwrap_or_default(), MAX_NAME_BYTES)
    };
    list.iter().enumerate().map(read).collect()
}
