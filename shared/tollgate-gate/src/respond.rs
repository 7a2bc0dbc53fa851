//! From an event to an answer, in the form that its sender understands.

use lambda_runtime::{Context, Diagnostic};
use serde_json::Value;
use tollgate_lambda::{
    event::{Event, is_http},
    metrics,
    problem::Problem,
    response,
};

use crate::House;

/// Answers one event: `receive` makes a request of it, `answer` answers that. Over HTTP every problem is an answer; to
/// all else it is a function error, since Lambda takes any answer for work that is done.
///
/// # Errors
/// For all but HTTP, when there is no answer.
pub async fn respond<R>(
    house: &House,
    payload: &str,
    context: &Context,
    receive: impl FnOnce(Event, &str) -> Result<R, Problem>,
    answer: impl AsyncFnOnce(R) -> Result<Value, Problem>,
) -> Result<Value, Diagnostic> {
    let event = Event::read(payload);
    let is_http = is_http(payload);
    let answered = match event.and_then(|event| receive(event, &context.request_id)) {
        Ok(request) => answer(request).await,
        Err(problem) => Err(problem),
    };
    match (answered, is_http) {
        (Ok(value), true) => response::json(200, &value).map_err(|error| lambda_runtime::Error::from(error).into()),
        (Ok(value), false) => Ok(value),
        (Err(problem), is_http) => {
            house.refused(&problem);
            if is_http { Ok(response::problem(&problem)) } else { Err(problem.into()) }
        }
    }
}

impl House {
    /// Tells the operators that a request led to nothing.
    pub(crate) fn refused(&self, problem: &Problem) {
        tracing::warn!(status = problem.status, field = problem.field, title = problem.title, "refused");
        metrics::write(&metrics::refusal_line(self.clock.now(), self.gate().as_str(), problem.status));
    }
}
