//! The changes that the demo asks about.

use serde_json::{Value, json};

use super::commit::Commit;

/// One request, and what the gate should say.
pub(crate) struct Question {
    /// Names the request's file.
    pub(crate) name: &'static str,
    /// What it is about, for a person.
    pub(crate) title: &'static str,
    /// The verdict.
    pub(crate) expected: &'static str,
    /// The request.
    pub(crate) body: Value,
}

/// In the order in which they are asked.
pub(crate) fn all(commit: &Commit) -> Vec<Question> {
    vec![
        Question {
            name: "healthy",
            title: "payments-api is healthy; two people approved",
            expected: "allow",
            body: body(commit, "payments-api", &["github:301", "github:302"]),
        },
        Question {
            name: "burning",
            title: "checkout-web burns its error budget",
            expected: "deny",
            body: body(commit, "checkout-web", &["github:301", "github:302"]),
        },
        Question {
            name: "unapproved",
            title: "fraud-scoring is healthy; nobody has approved yet",
            expected: "pending",
            body: body(commit, "fraud-scoring", &[]),
        },
        Question {
            name: "approved",
            title: "the same change, once it is approved",
            expected: "allow",
            body: body(commit, "fraud-scoring", &["github:301", "github:302"]),
        },
        Question {
            name: "blind",
            title: "search-api sends no telemetry",
            expected: "deny",
            body: body(commit, "search-api", &["github:301", "github:302"]),
        },
    ]
}

fn body(commit: &Commit, service: &str, approvers: &[&str]) -> Value {
    let approvals: Vec<Value> = approvers.iter().map(|by| json!({ "by": by, "commit": commit.id })).collect();
    let name = commit.id.as_deref().and_then(|id| id.get(..10)).unwrap_or("demo");
    json!({ "change": {
        "id": format!("{service}/{name}"),
        "service": service,
        "environment": "production",
        "type": "normal",
        "author": commit.author,
        "commit": commit.id,
        "summary": commit.subject,
        "diff": commit.diff,
        "approvals": approvals,
        "rollback": { "plan": "deploy the commit before this one" },
    }})
}
