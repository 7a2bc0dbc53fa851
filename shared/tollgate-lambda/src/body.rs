//! Bodies: JSON from outside, read within limits, with errors that name the field.

use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    problem::Problem,
    spelling::{self, Layout},
};

/// The largest body that is read.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// The largest body with a report of costs in it: as much as Lambda takes in one request.
pub const MAX_REPORT_BYTES: usize = 6 * 1024 * 1024;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 64;

/// A body, and the fields in it that nothing reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// The paths of unknown fields.
    pub unknown: Vec<String>,
}

/// Reads a body.
///
/// # Errors
/// 413 when it is too large; 400 when it is empty, nested too deep, not JSON, or does not fit the type: the path of the
/// field, what was expected and what came; and where a field that nothing reads is near one that is missing.
pub fn read<T: DeserializeOwned + Serialize>(bytes: &[u8], layout: Layout) -> Result<Body<T>, Problem> {
    read_within(bytes, MAX_BODY_BYTES, layout)
}

/// Reads a body that may have a report of costs in a field, `["change", "cost"]`: all but the report is as small as other bodies.
///
/// # Errors
/// As [`read`].
pub fn read_with_report<T: DeserializeOwned + Serialize>(
    bytes: &[u8],
    report: &[&str],
    layout: Layout,
) -> Result<Body<T>, Problem> {
    if bytes.len() > MAX_REPORT_BYTES {
        return Err(Problem::too_large(bytes.len(), MAX_REPORT_BYTES));
    }
    if bytes.len() > MAX_BODY_BYTES {
        let rest = bytes.len().saturating_sub(bytes_of(bytes, report));
        if rest > MAX_BODY_BYTES {
            return Err(Problem::too_large(rest, MAX_BODY_BYTES));
        }
    }
    read_within(bytes, MAX_REPORT_BYTES, layout)
}

/// How many bytes a field has; none where it is not there.
fn bytes_of(bytes: &[u8], path: &[&str]) -> usize {
    let Some((field, inner)) = path.split_first() else { return bytes.len() };
    let fields: Option<BTreeMap<String, &RawValue>> = serde_json::from_slice(bytes).ok();
    let value = fields.and_then(|fields| fields.get(*field).copied());
    value.map_or(0, |value| bytes_of(value.get().as_bytes(), inner))
}

fn read_within<T: DeserializeOwned + Serialize>(
    bytes: &[u8],
    limit: usize,
    layout: Layout,
) -> Result<Body<T>, Problem> {
    if bytes.len() > limit {
        return Err(Problem::too_large(bytes.len(), limit));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::bad_request("the body is empty: send the question as JSON".to_owned()));
    }
    let depth = depth(bytes);
    if depth > MAX_DEPTH {
        return Err(Problem::bad_request(format!(
            "the body is nested {depth} deep and may be nested {MAX_DEPTH} deep"
        )));
    }
    // Not as a tree: one of some megabytes of text has a hundred.
    let sent: &RawValue = serde_json::from_slice(bytes).map_err(|error| not_json(bytes, &error))?;
    if sent.get().starts_with('[') {
        let detail = "the body is a list, and should be an object with named fields";
        return Err(Problem::bad_request(detail.to_owned()));
    }
    let value: T = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(bytes))
        .map_err(|error| unfit(&error.path().to_string(), error.inner()))?;
    let read = serde_json::to_value(&value).map_err(|error| Problem::bad_request(error.to_string()))?;
    let unknown = spelling::unread(sent, &read, layout)?;
    Ok(Body { value, unknown })
}

fn not_json(bytes: &[u8], error: &serde_json::Error) -> Problem {
    let hint = match bytes {
        [0xef, 0xbb, 0xbf, ..] => "; it begins with a byte order mark: leave that out",
        _ => "",
    };
    Problem::bad_request(format!("the body is not JSON: {error}{hint}"))
}

fn unfit(path: &str, error: &serde_json::Error) -> Problem {
    // The path says where better than line and column do.
    let text = error.to_string();
    let text = match text.split(" at line ").next().unwrap_or(&text) {
        // It is JSON, so what the parser misses is another kind of value.
        "expected value" | "expected ident" => "has another type than is expected here".to_owned(),
        text if text.contains("struct ") => "should be an object with named fields".to_owned(),
        text => text.replace("a map", "an object").replace("sequence", "list").replace(": map,", ": object,"),
    };
    let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    match (path, missing) {
        ("." | "", Some(field)) => Problem::field(field, "is missing"),
        (path, Some(field)) => Problem::field(format!("{path}.{field}"), "is missing"),
        ("." | "", None) => Problem::bad_request(text),
        (path, None) => Problem::field(path, text),
    }
}

/// How deep brackets nest outside of texts. Counted before parsing, so that depth costs no stack.
fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in bytes {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    use super::{Layout, MAX_BODY_BYTES, MAX_REPORT_BYTES, read_with_report};
    use crate::{body::Body, problem::Problem};

    fn read<T: serde::de::DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<Body<T>, Problem> {
        super::read(bytes, Layout::default())
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Question {
        change: Inner,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        id: String,
        #[serde(default)]
        kind: Option<Kind>,
        #[serde(default)]
        people: Vec<Person>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Normal,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Person {
        by: String,
    }

    fn problem(body: &str) -> (u16, String) {
        let problem = read::<Question>(body.as_bytes()).unwrap_err();
        (problem.status, problem.detail)
    }

    #[test]
    fn errors_name_the_field_what_was_expected_and_what_came() {
        for (body, detail) in [
            ("{}", "`change`: is missing"),
            (r#"{"change": {}}"#, "`change.id`: is missing"),
            (r#"{"change": {"id": 5}}"#, "`change.id`: invalid type: integer `5`, expected a string"),
            (
                r#"{"change": {"id": "x", "people": [{"by": "a"}, {"by": null}]}}"#,
                "`change.people[1].by`: invalid type: null, expected a string",
            ),
            (r#"{"change": {"id": "x", "id": "y"}}"#, "`change`: duplicate field `id`"),
            ("", "the body is empty: send the question as JSON"),
            (" \n", "the body is empty: send the question as JSON"),
            ("id=5", "the body is not JSON: expected value at line 1 column 1"),
            (r#"{"change": {"id": "x"}} {}"#, "the body is not JSON: trailing characters at line 1 column 25"),
            (r#"{"change": {"id": "x", "kind": 3}}"#, "`change.kind`: has another type than is expected here"),
            (
                r#"{"change": {"id": "x", "kind": {"normal": null}}}"#,
                "`change.kind`: is an object, and should be a text",
            ),
            (r#"{"change": {"id": "x", "people": {}}}"#, "`change.people`: invalid type: object, expected a list"),
            (r#"[{"id": "x"}]"#, "the body is a list, and should be an object with named fields"),
            (r#"{"change": ["x"]}"#, "`change`: is a list, and should be an object with named fields"),
            (
                r#"{"change": {"id": "x", "people": [["a"]]}}"#,
                "`change.people[0]`: is a list, and should be an object with named fields",
            ),
            (
                "\u{feff}{}",
                "the body is not JSON: expected value at line 1 column 1; it begins with a byte order mark: leave that out",
            ),
        ] {
            assert_eq!(problem(body), (400, detail.to_owned()), "{body}");
        }
    }

    #[test]
    fn unknown_fields_are_named() {
        let body = read::<Question>(
            br#"{"change": {"id": "x", "oops": 1, "people": [{"by": "a", "At": 2}]}, "x": {}, "x_y": 3}"#,
        );
        assert_eq!(body.unwrap().unknown, ["change.oops", "change.people[0].At", "x"]);
    }

    #[test]
    fn what_is_too_large_or_too_deep_is_refused_before_it_is_read() {
        assert_eq!(problem(&" ".repeat(MAX_BODY_BYTES + 1)).0, 413);
        let deep = |levels: usize| {
            format!(r#"{{"change": {{"id": "x"}}, "x": {}{}}}"#, "[".repeat(levels), "]".repeat(levels))
        };
        assert!(read::<Question>(deep(63).as_bytes()).is_ok());
        assert_eq!(problem(&deep(64)), (400, "the body is nested 65 deep and may be nested 64 deep".to_owned()));
        assert_eq!(problem(&"[".repeat(200_000)).0, 400);
        let brackets_in_text = format!(r#"{{"change": {{"id": "{}\"["}}}}"#, "[".repeat(100));
        assert!(read::<Question>(brackets_in_text.as_bytes()).is_ok());
    }

    #[test]
    fn a_report_may_be_large_and_what_is_around_it_may_not() {
        let body = |report: usize, id: usize| {
            format!(r#"{{"change": {{"id": "{}", "cost": "{}"}}}}"#, "i".repeat(id), "x".repeat(report))
        };
        let read = |body: &str| {
            read_with_report::<Question>(body.as_bytes(), &["change", "cost"], Layout::default()).map(|_| ())
        };
        assert!(read(&body(MAX_REPORT_BYTES - 100, 1)).is_ok());
        let refused = |body: &str| read(body).unwrap_err().detail;
        assert!(refused(&body(MAX_REPORT_BYTES, 1)).contains("may have 6291456"));
        assert!(refused(&body(500_000, 300_000)).contains("the body has 300"), "{}", refused(&body(500_000, 300_000)));
        assert!(refused(&format!(r#"{{"x": "{}"}}"#, "x".repeat(300_000))).contains("the body has 300"));
    }

    proptest! {
        #[test]
        fn no_body_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read::<Question>(&bytes);
            let _ = read::<serde_json::Value>(&bytes);
        }
    }
}
