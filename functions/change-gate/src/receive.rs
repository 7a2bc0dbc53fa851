//! Receive: from an event to a question.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tollgate_core::{change::Change, facts::OutcomeResult};
use tollgate_lambda::{
    body::{self, Body},
    event::{Event, HttpRequest},
    problem::Problem,
};
use ulid::Ulid;

/// Longer keys are refused.
const MAX_KEY_CHARS: usize = 255;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Request {
    /// May this change go ahead?
    Decide(Box<Question>),
    /// What was decided?
    Decision(String),
    /// This is what came of it.
    Outcome {
        /// The decision that let the change go ahead.
        decision_id: String,
        /// How the change ended.
        result: OutcomeResult,
        /// Who reports it.
        principal: String,
    },
    /// Is the gate in order?
    Health,
}

/// A change to decide about, and who asks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    /// The change.
    pub change: Change,
    /// Who asks.
    pub principal: String,
    /// The same question under the same key has the same decision.
    pub idempotency_key: Option<String>,
    /// Notes about the request for the decision.
    pub warnings: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Wrapped {
    change: Change,
    #[serde(default)]
    idempotency_key: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct OutcomeBody {
    result: OutcomeResult,
}

/// Reads an event. `request_id` is Lambda's, the same when Lambda delivers a direct invocation again.
///
/// # Errors
/// When the request cannot be read, in words for the caller.
pub(crate) fn receive(event: Event, request_id: &str) -> Result<Request, Problem> {
    match event {
        Event::Direct(payload) => direct(&payload, request_id),
        Event::Http(request) => http(&request),
    }
}

/// A direct invocation carries the bare change, or the same body as over HTTP.
fn direct(payload: &[u8], request_id: &str) -> Result<Request, Problem> {
    let is_wrapped = serde_json::from_slice::<Value>(payload).is_ok_and(|value| value.get("change").is_some());
    let (change, key, unknown) = if is_wrapped {
        let Body { value: Wrapped { change, idempotency_key }, unknown } = body::read(payload)?;
        (change, idempotency_key, unknown)
    } else {
        let Body { value, unknown } = body::read::<Change>(payload)?;
        (value, None, unknown)
    };
    let key = key.unwrap_or_else(|| format!("lambda-request:{request_id}"));
    question(change, Some(key), "direct".to_owned(), unknown)
}

fn http(request: &HttpRequest) -> Result<Request, Problem> {
    let path: Vec<&str> = request.path.split('/').filter(|part| !part.is_empty()).collect();
    let method = request.method.as_str();
    match (method, path.as_slice()) {
        ("POST", ["v1", "gates", "change"]) => decide(request),
        ("GET", ["v1", "decisions", id]) => Ok(Request::Decision(decision_id(id)?)),
        ("POST", ["v1", "decisions", id, "outcome"]) => {
            let OutcomeBody { result } = body::read(&request.body)?.value;
            Ok(Request::Outcome { decision_id: decision_id(id)?, result, principal: request.principal.clone() })
        }
        ("GET", ["v1", "health"]) => Ok(Request::Health),
        (_, ["v1", "gates", "change"] | ["v1", "decisions", _, "outcome"]) => {
            Err(Problem::method_not_allowed(method, &request.path, "POST"))
        }
        (_, ["v1", "decisions", _] | ["v1", "health"]) => {
            Err(Problem::method_not_allowed(method, &request.path, "GET"))
        }
        _ => {
            let known = "`POST /v1/gates/change`, `GET /v1/decisions/{id}`, `POST /v1/decisions/{id}/outcome` and \
                         `GET /v1/health`";
            Err(Problem::not_found(format!("nothing is at `{}`; there are {known}", request.path)))
        }
    }
}

fn decide(request: &HttpRequest) -> Result<Request, Problem> {
    let Body { value: Wrapped { change, idempotency_key }, unknown } = body::read(&request.body).map_err(wrapping)?;
    let header = request.header("idempotency-key").map(str::to_owned);
    let key = match (header, idempotency_key) {
        (Some(header), Some(field)) if header != field => {
            return Err(Problem::field("idempotency_key", "differs from the header `Idempotency-Key`"));
        }
        (header, field) => header.or(field),
    };
    question(change, key, request.principal.clone(), unknown)
}

/// The commonest mistake of callers gets the plainest answer.
fn wrapping(problem: Problem) -> Problem {
    if problem.field.as_deref() == Some("change") && problem.detail.ends_with("is missing") {
        Problem::field("change", "is missing: wrap the change as `{\"change\": {…}}`")
    } else {
        problem
    }
}

fn question(change: Change, key: Option<String>, principal: String, unknown: Vec<String>) -> Result<Request, Problem> {
    let key_is_odd =
        |key: &String| key.is_empty() || key.chars().count() > MAX_KEY_CHARS || key.chars().any(char::is_control);
    if key.as_ref().is_some_and(key_is_odd) {
        return Err(Problem::field(
            "idempotency_key",
            format!("should have 1 to {MAX_KEY_CHARS} printable characters"),
        ));
    }
    change.check().map_err(|error| Problem::field(format!("change.{}", error.path), error.message))?;
    let warnings = unknown.into_iter().map(|path| format!("`{path}` is not known and was not read")).collect();
    Ok(Request::Decide(Box::new(Question { change, principal, idempotency_key: key, warnings })))
}

fn decision_id(text: &str) -> Result<String, Problem> {
    let id = Ulid::from_string(text);
    id.map(|id| id.to_string()).map_err(|_| Problem::not_found(format!("`{text}` is not the id of a decision")))
}
