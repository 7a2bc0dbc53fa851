//! Receive: from an event to a question.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::IgnoredAny};
use tollgate_core::{
    change::{Change, Cost},
    decision::Gate,
    facts::OutcomeResult,
};
use tollgate_gate::{Question, Request, decision_id, key, route};
use tollgate_lambda::{
    body::{self, Body},
    event::{Event, HttpRequest},
    problem::Problem,
    spelling::{self, Layout},
};

/// Where the cost estimate is, which lists every resource of a plan.
const REPORT: [&str; 2] = ["change", "cost"];

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Asked {
    /// What any gate is asked.
    Any(Request<Change>),
    /// This is what came of a change.
    Outcome {
        /// The decision that let the change go ahead.
        decision_id: String,
        /// How the change ended.
        result: OutcomeResult,
        /// Who reports it.
        principal: String,
    },
}

/// A change to decide about, and who asks.
pub(crate) type ChangeQuestion = Question<Change>;

/// What an estimate has in it.
const LAYOUT: Layout = Layout { beside: &[], within: &[("cost", spelling::fields::<Cost>)], foreign: &["infracost"] };

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
pub(crate) fn receive(event: Event, request_id: &str) -> Result<Asked, Problem> {
    match event {
        Event::Direct(payload) => {
            direct(&payload, request_id).map(|question| Asked::Any(Request::Decide(Box::new(question))))
        }
        Event::Http(request) => http(&request),
    }
}

/// A direct invocation carries the bare change, or the same body as over HTTP.
fn direct(payload: &[u8], request_id: &str) -> Result<ChangeQuestion, Problem> {
    let fields = serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(payload);
    let is_wrapped = fields.is_ok_and(|fields| fields.contains_key("change"));
    let (change, key, unknown) = if is_wrapped {
        read_wrapped(payload)?
    } else {
        let Body { value, unknown } = body::read_with_report::<Change>(payload, &["cost"], LAYOUT)?;
        (value, None, unknown)
    };
    let key = key.unwrap_or_else(|| format!("lambda-request:{request_id}"));
    question(change, Some(key), "direct".to_owned(), unknown)
}

fn http(request: &HttpRequest) -> Result<Asked, Problem> {
    let path: Vec<&str> = request.path.split('/').filter(|part| !part.is_empty()).collect();
    match (request.method.as_str(), path.as_slice()) {
        ("POST", ["v1", "decisions", id, "outcome"]) => {
            let OutcomeBody { result } = body::read(&request.body, Layout::default())?.value;
            Ok(Asked::Outcome { decision_id: decision_id(id)?, result, principal: request.principal.clone() })
        }
        (method, ["v1", "decisions", _, "outcome"]) => Err(Problem::method_not_allowed(method, &request.path, "POST")),
        _ => route(request, Gate::Change, &["POST /v1/decisions/{id}/outcome"], decide).map(Asked::Any),
    }
}

fn decide(request: &HttpRequest) -> Result<ChangeQuestion, Problem> {
    let (change, field, unknown) = read_wrapped(&request.body)?;
    question(change, key(request, field)?, request.principal.clone(), unknown)
}

fn read_wrapped(bytes: &[u8]) -> Result<(Change, Option<String>, Vec<String>), Problem> {
    let Body { value, unknown } = body::read_with_report::<Wrapped>(bytes, &REPORT, LAYOUT).map_err(wrapping)?;
    Ok((value.change, value.idempotency_key, unknown))
}

/// The commonest mistake of callers gets the plainest answer.
fn wrapping(problem: Problem) -> Problem {
    if problem.field.as_deref() == Some("change") && problem.detail.ends_with("is missing") {
        Problem::field("change", "is missing: wrap the change as `{\"change\": {…}}`")
    } else {
        problem
    }
}

fn question(
    change: Change,
    key: Option<String>,
    principal: String,
    unknown: Vec<String>,
) -> Result<ChangeQuestion, Problem> {
    change.check().map_err(|error| Problem::field(format!("change.{}", error.path), error.message))?;
    Question::new(change, key, principal, unknown)
}
