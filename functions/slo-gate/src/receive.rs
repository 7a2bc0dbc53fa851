//! Receive: from an event to a question.

use serde::{Deserialize, Serialize};
use tollgate_core::{canary::CanaryQuestion, decision::Gate, facts::Rollout};
use tollgate_gate::{Question, Request, key, route};
use tollgate_lambda::{
    body::{self, Body},
    event::{Event, HttpRequest},
    problem::Problem,
    spelling::{self, Layout},
};

/// A rollout to decide about, and who asks.
pub(crate) type RolloutQuestion = Question<Rollout>;

/// What a canary has in it, and what stands beside the rollout.
const LAYOUT: Layout =
    Layout { beside: &["idempotency_key"], within: &[("canary", spelling::fields::<CanaryQuestion>)], foreign: &[] };

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
pub(crate) fn receive(event: Event, request_id: &str) -> Result<Request<Rollout>, Problem> {
    match event {
        Event::Direct(payload) => {
            let (rollout, field, unknown) = read(&payload)?;
            let key = field.unwrap_or_else(|| format!("lambda-request:{request_id}"));
            let question = question(rollout, Some(key), "direct".to_owned(), unknown)?;
            Ok(Request::Decide(Box::new(question)))
        }
        Event::Http(request) => http(&request),
    }
}

fn http(request: &HttpRequest) -> Result<Request<Rollout>, Problem> {
    route(request, Gate::Slo, &[], |request| {
        let (rollout, field, unknown) = read(&request.body)?;
        question(rollout, key(request, field)?, request.principal.clone(), unknown)
    })
}

fn read(bytes: &[u8]) -> Result<(Rollout, Option<String>, Vec<String>), Problem> {
    let Body { value: rollout, unknown } = body::read::<Rollout>(bytes, LAYOUT)?;
    let Beside { idempotency_key } = body::read(bytes, Layout::default())?.value;
    Ok((rollout, idempotency_key, unknown))
}

fn question(
    rollout: Rollout,
    key: Option<String>,
    principal: String,
    unknown: Vec<String>,
) -> Result<RolloutQuestion, Problem> {
    rollout.check().map_err(|error| Problem::field(error.path, error.message))?;
    Question::new(rollout, key, principal, unknown)
}
