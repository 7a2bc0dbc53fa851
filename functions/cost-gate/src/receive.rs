//! Receive: from an event to a question.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::IgnoredAny};
use tollgate_core::{change::Cost, decision::Gate, facts::Spending};
use tollgate_gate::{Question, Request, key, route};
use tollgate_lambda::{
    body::{self, Body},
    event::{Event, HttpRequest, is_http},
    problem::Problem,
    spelling::{self, Layout},
};

/// Where the estimate is, which lists every resource of a plan.
const REPORT: [&str; 1] = ["cost"];
/// What an estimate has in it.
const LAYOUT: Layout = Layout { beside: &[], within: &[("cost", spelling::fields::<Cost>)], foreign: &["infracost"] };

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct SpendQuestion {
    /// The spend.
    pub(crate) spending: Spending,
    /// What a planned change will cost.
    pub(crate) cost: Option<Cost>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Wrapped {
    spending: Spending,
    #[serde(default)]
    cost: Option<Cost>,
    #[serde(default)]
    idempotency_key: Option<String>,
}

/// Reads an event. `request_id` is Lambda's, the same when Lambda delivers a direct invocation again.
///
/// # Errors
/// When the request cannot be read, in words for the caller.
pub(crate) fn receive(event: Event, request_id: &str) -> Result<Request<SpendQuestion>, Problem> {
    match event {
        Event::Direct(payload) => {
            let (asked, field, unknown) = read(&payload)?;
            let key = field.unwrap_or_else(|| format!("lambda-request:{request_id}"));
            let question = question(asked, Some(key), "direct".to_owned(), unknown)?;
            Ok(Request::Decide(Box::new(question)))
        }
        Event::Http(request) => http(&request),
    }
}

/// Why something is neither a question nor sent over HTTP, where it is neither: then nobody waits who could mend it.
pub(crate) fn unread(payload: &str, request_id: &str) -> Option<Problem> {
    let fields = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(payload);
    let asks = fields.is_ok_and(|fields| fields.contains_key("spending"));
    if asks || is_http(payload) {
        return None;
    }
    Event::read(payload).and_then(|event| receive(event, request_id)).err()
}

fn http(request: &HttpRequest) -> Result<Request<SpendQuestion>, Problem> {
    route(request, Gate::Cost, &[], |request| {
        let (asked, field, unknown) = read(&request.body)?;
        question(asked, key(request, field)?, request.principal.clone(), unknown)
    })
}

fn read(bytes: &[u8]) -> Result<(SpendQuestion, Option<String>, Vec<String>), Problem> {
    let Body { value, unknown } = body::read_with_report(bytes, &REPORT, LAYOUT).map_err(wrapping)?;
    let Wrapped { spending, cost, idempotency_key } = value;
    Ok((SpendQuestion { spending, cost }, idempotency_key, unknown))
}

/// The commonest mistake of callers gets the plainest answer.
fn wrapping(problem: Problem) -> Problem {
    if problem.field.as_deref() == Some("spending") && problem.detail.ends_with("is missing") {
        Problem::field("spending", "is missing: wrap the question as `{\"spending\": {\"service\": …}}`")
    } else {
        problem
    }
}

fn question(
    asked: SpendQuestion,
    key: Option<String>,
    principal: String,
    unknown: Vec<String>,
) -> Result<Question<SpendQuestion>, Problem> {
    asked.spending.check().map_err(|error| Problem::field(format!("spending.{}", error.path), error.message))?;
    asked.cost.as_ref().map_or(Ok(()), Cost::check).map_err(|error| Problem::field(error.path, error.message))?;
    Question::new(asked, key, principal, unknown)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tollgate_gate::Request;
    use tollgate_lambda::event::Event;

    use super::receive;

    #[test]
    fn a_direct_question_has_the_key_of_its_invocation() {
        let body = json!({"spending": {"budget": "shop"}, "cost": {"monthly": {"currency": "USD", "before": "1", "after": "2"}}});
        let asked = |body: &serde_json::Value| receive(Event::Direct(body.to_string().into_bytes()), "r-1");
        let Ok(Request::Decide(question)) = asked(&body) else { panic!("it is a question") };
        assert_eq!(question.idempotency_key.as_deref(), Some("lambda-request:r-1"));
        assert!(question.asked.cost.is_some() && question.warnings.is_empty());
        let bare = asked(&json!({"service": "shop"})).unwrap_err();
        assert!(bare.detail.contains("wrap the question"), "{}", bare.detail);
    }
}
