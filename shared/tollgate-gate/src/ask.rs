//! What every question has, whatever it asks.

use tollgate_lambda::{event::HttpRequest, problem::Problem};
use ulid::Ulid;

/// Longer keys are refused.
const MAX_KEY_CHARS: usize = 255;
/// So many unknown fields are named.
const MOST_NAMED: usize = 20;

/// A question, and who asks it.
#[derive(Debug, Clone, PartialEq)]
pub struct Question<T> {
    /// What is asked.
    pub asked: T,
    /// Who asks.
    pub principal: String,
    /// The same question under the same key has the same decision.
    pub idempotency_key: Option<String>,
    /// Notes about the request for the decision.
    pub warnings: Vec<String>,
}

impl<T> Question<T> {
    /// A question that was read; `unknown` are the fields that nothing reads.
    ///
    /// # Errors
    /// When the key cannot be one.
    pub fn new(asked: T, key: Option<String>, principal: String, unknown: Vec<String>) -> Result<Self, Problem> {
        let key_is_odd =
            |key: &String| key.is_empty() || key.chars().count() > MAX_KEY_CHARS || key.chars().any(char::is_control);
        if key.as_ref().is_some_and(key_is_odd) {
            return Err(Problem::field(
                "idempotency_key",
                format!("should have 1 to {MAX_KEY_CHARS} printable characters"),
            ));
        }
        let warnings = unknown
            .into_iter()
            .take(MOST_NAMED)
            .map(|path| format!("`{path}` is not known and was not read"))
            .collect();
        Ok(Self { asked, principal, idempotency_key: key, warnings })
    }
}

/// The idempotency key of a request: of the header, or of the body.
///
/// # Errors
/// When both name one and they differ.
pub fn key(request: &HttpRequest, field: Option<String>) -> Result<Option<String>, Problem> {
    let header = request.header("idempotency-key").map(str::to_owned);
    match (header, field) {
        (Some(header), Some(field)) if header != field => {
            Err(Problem::field("idempotency_key", "differs from the header `Idempotency-Key`"))
        }
        (header, field) => Ok(header.or(field)),
    }
}

/// The id of a decision, in its one spelling.
///
/// # Errors
/// When the text is none.
pub fn decision_id(text: &str) -> Result<String, Problem> {
    let id = Ulid::from_string(text);
    id.map(|id| id.to_string()).map_err(|_| Problem::not_found(format!("`{text}` is not the id of a decision")))
}
