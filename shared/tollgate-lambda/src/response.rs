//! Answers in Lambda's HTTP response format.

use serde::Serialize;
use serde_json::{Value, json};

use crate::problem::Problem;

/// An answer with a JSON body. Answers are about now, so none may be cached.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn json<T: Serialize>(status: u16, value: &T) -> serde_json::Result<Value> {
    Ok(envelope(status, "application/json", &serde_json::to_string(value)?))
}

/// An error as `application/problem+json`.
pub fn problem(problem: &Problem) -> Value {
    // A struct of texts and a number can always be written.
    let body = serde_json::to_string(problem).unwrap_or_default();
    envelope(problem.status, "application/problem+json", &body)
}

fn envelope(status: u16, content_type: &str, body: &str) -> Value {
    json!({
        "statusCode": status,
        "headers": {"content-type": content_type, "cache-control": "no-store"},
        "body": body,
        "isBase64Encoded": false,
        // `cargo lambda watch` answers 500 without it.
        "cookies": [],
    })
}
