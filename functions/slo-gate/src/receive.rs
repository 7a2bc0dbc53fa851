//! Receive: from an event to a question.

use serde::{Deserialize, Serialize};
use tollgate_core::facts::Rollout;
use tollgate_gate::{Question, decision_id, key};
use tollgate_lambda::{
    body::{self, Body},
    event::{Event, HttpRequest},
    problem::Problem,
};

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Request {
    /// May this rollout go ahead?
    Decide(Box<RolloutQuestion>),
    /// What was decided?
    Decision(String),
    /// Is the gate in order?
    Health,
}

/// A rollout to decide about, and who asks.
pub(crate) type RolloutQuestion = Question<Rollout>;

/// What stands beside the rollout in a body.
#[derive(Debug, Serialize, Deserialize)]
struct Beside {
    #[serde(default)]
    idempotency_key: Option<String>,
}

/// Reads an event. `request_id` is Lambda's, the same when Lambda delivers a direct invocation again.
///
/// # Errors
/// When the request cannot be read, in words for the caller.
pub(crate) fn receive(event: Event, request_id: &str) -> Result<Request, Problem> {
    match event {
        Event::Direct(payload) => {
            let (rollout, field, unknown) = read(&payload)?;
            let key = field.unwrap_or_else(|| format!("lambda-request:{request_id}"));
            question(rollout, Some(key), "direct".to_owned(), unknown)
        }
        Event::Http(request) => http(&request),
    }
}

fn http(request: &HttpRequest) -> Result<Request, Problem> {
    let path: Vec<&str> = request.path.split('/').filter(|part| !part.is_empty()).collect();
    let method = request.method.as_str();
    match (method, path.as_slice()) {
        ("POST", ["v1", "gates", "slo"]) => {
            let (rollout, field, unknown) = read(&request.body)?;
            question(rollout, key(request, field)?, request.principal.clone(), unknown)
        }
        ("GET", ["v1", "decisions", id]) => Ok(Request::Decision(decision_id(id)?)),
        ("GET", ["v1", "health"]) => Ok(Request::Health),
        (_, ["v1", "gates", "slo"]) => Err(Problem::method_not_allowed(method, &request.path, "POST")),
        (_, ["v1", "decisions", _] | ["v1", "health"]) => {
            Err(Problem::method_not_allowed(method, &request.path, "GET"))
        }
        _ => {
            let known = "`POST /v1/gates/slo`, `GET /v1/decisions/{id}` and `GET /v1/health`";
            Err(Problem::not_found(format!("nothing is at `{}`; there are {known}", request.path)))
        }
    }
}

fn read(bytes: &[u8]) -> Result<(Rollout, Option<String>, Vec<String>), Problem> {
    let Body { value: rollout, mut unknown } = body::read::<Rollout>(bytes)?;
    unknown.retain(|path| path != "idempotency_key");
    let Beside { idempotency_key } = body::read(bytes)?.value;
    Ok((rollout, idempotency_key, unknown))
}

fn question(
    rollout: Rollout,
    key: Option<String>,
    principal: String,
    unknown: Vec<String>,
) -> Result<Request, Problem> {
    rollout.check().map_err(|error| Problem::field(error.path, error.message))?;
    Question::new(rollout, key, principal, unknown).map(|question| Request::Decide(Box::new(question)))
}
