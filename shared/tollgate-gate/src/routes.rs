//! The addresses that all gates have.

use serde_json::{Value, json};
use tollgate_core::decision::{Decision, Gate};
use tollgate_lambda::{event::HttpRequest, problem::Problem};

use crate::{House, Question, decision_id, unavailable};

/// What is asked of any gate.
#[derive(Debug, Clone, PartialEq)]
pub enum Request<T> {
    /// May it go ahead?
    Decide(Box<Question<T>>),
    /// What was decided?
    Decision(String),
    /// Is the gate in order?
    Health,
}

/// Reads a request over HTTP: `POST /v1/gates/{gate}` is read by `decide`, and the others are the same everywhere. `more`
/// are addresses that the gate has beside these.
///
/// # Errors
/// When there is nothing at the address, or it takes another method.
pub fn route<T>(
    request: &HttpRequest,
    gate: Gate,
    more: &[&str],
    decide: impl FnOnce(&HttpRequest) -> Result<Question<T>, Problem>,
) -> Result<Request<T>, Problem> {
    let path: Vec<&str> = request.path.split('/').filter(|part| !part.is_empty()).collect();
    let method = request.method.as_str();
    match (method, path.as_slice()) {
        ("POST", ["v1", "gates", name]) if *name == gate.as_str() => Ok(Request::Decide(Box::new(decide(request)?))),
        ("GET", ["v1", "decisions", id]) => Ok(Request::Decision(decision_id(id)?)),
        ("GET", ["v1", "health"]) => Ok(Request::Health),
        (_, ["v1", "gates", name]) if *name == gate.as_str() => {
            Err(Problem::method_not_allowed(method, &request.path, "POST"))
        }
        (_, ["v1", "decisions", _] | ["v1", "health"]) => {
            Err(Problem::method_not_allowed(method, &request.path, "GET"))
        }
        _ => {
            let own = format!("POST /v1/gates/{}", gate.as_str());
            let mut known = vec![own.as_str(), "GET /v1/decisions/{id}"];
            known.extend(more);
            let known: Vec<String> = known.iter().map(|address| format!("`{address}`")).collect();
            let known = known.join(", ");
            Err(Problem::not_found(format!("nothing is at `{}`; there are {known} and `GET /v1/health`", request.path)))
        }
    }
}

impl House {
    /// Answers what any gate is asked; a question is decided by `decide`.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn answer<T>(
        &self,
        request: Request<T>,
        decide: impl AsyncFnOnce(Question<T>) -> Result<Decision, Problem>,
    ) -> Result<Value, Problem> {
        match request {
            Request::Decide(question) => {
                let decision = decide(*question).await?;
                serde_json::to_value(decision).map_err(|error| unavailable("the decision cannot be written", &error))
            }
            Request::Decision(id) => {
                let record = self.recorded(&id).await?;
                Ok(json!({"decision": record.decision, "facts": record.facts}))
            }
            Request::Health => Ok(self.health()),
        }
    }
}
