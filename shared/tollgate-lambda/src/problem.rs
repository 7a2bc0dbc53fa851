//! Errors for callers, as RFC 9457 problem details. They are about the request, never about the change.

use serde::Serialize;

/// What is wrong with a request, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{detail}")]
pub struct Problem {
    /// HTTP status: 4xx where the caller can mend it, 5xx where not.
    pub status: u16,
    /// The kind of problem in a few words, the same each time.
    pub title: &'static str,
    /// What is wrong this time and what to do.
    pub detail: String,
    /// The path of the field at fault: `change.approvals[0].by`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Problem {
    fn new(status: u16, title: &'static str, detail: String) -> Self {
        Self { status, title, detail, field: None }
    }

    /// The request cannot be read.
    pub fn bad_request(detail: String) -> Self {
        Self::new(400, "the request cannot be read", detail)
    }

    /// One field is at fault.
    pub fn field(path: impl Into<String>, detail: impl std::fmt::Display) -> Self {
        let path = path.into();
        Self { detail: format!("`{path}`: {detail}"), field: Some(path), ..Self::bad_request(String::new()) }
    }

    /// The body is larger than allowed.
    pub fn too_large(bytes: usize, limit: usize) -> Self {
        let detail = format!(
            "the body has {bytes} bytes and may have {limit}: leave out what the decision does not need, for example \
             the resources of a cost estimate"
        );
        Self::new(413, "the body is too large", detail)
    }

    /// The caller is known, and may not do this.
    pub fn forbidden(detail: String) -> Self {
        Self::new(403, "not allowed", detail)
    }

    /// There is nothing at this address.
    pub fn not_found(detail: String) -> Self {
        Self::new(404, "not found", detail)
    }

    /// The address does not take this method.
    pub fn method_not_allowed(method: &str, path: &str, allowed: &str) -> Self {
        Self::new(405, "method not allowed", format!("`{path}` takes {allowed} and this was {method}"))
    }

    /// The request contradicts an earlier one.
    pub fn conflict(detail: String) -> Self {
        Self::new(409, "conflict", detail)
    }

    /// The key was used for another request.
    pub fn key_reused(detail: String) -> Self {
        Self::new(422, "the idempotency key was used for another request", detail)
    }

    /// No decision can be given now. `detail` is for the caller: it must not tell more than who can help.
    pub fn unavailable(detail: String) -> Self {
        Self::new(503, "no decision can be given now", detail)
    }
}

/// For direct invocations: a function error with a name to catch in Step Functions.
impl From<Problem> for lambda_runtime::Diagnostic {
    fn from(problem: Problem) -> Self {
        let error_type = match problem.status {
            422 | 409 => "Conflict",
            403 => "Forbidden",
            404 => "NotFound",
            500.. => "Unavailable",
            _ => "BadRequest",
        };
        Self { error_type: format!("Tollgate.{error_type}"), error_message: problem.detail }
    }
}
