//! The changes and rollouts that the demo asks about.

use serde_json::{Value, json};

use super::commit::Commit;

/// One request, and what the gate should say.
pub(crate) struct Question {
    /// Names the request's file.
    pub(crate) name: &'static str,
    /// What it is about, for a person.
    pub(crate) title: &'static str,
    /// The gate that is asked: `change`, `slo` or `cost`.
    pub(crate) gate: &'static str,
    /// The verdict.
    pub(crate) expected: &'static str,
    /// The request.
    pub(crate) body: Value,
}

impl Question {
    /// What is wrong with this decision, if anything. A freeze that is open today rightly denies what else is allowed.
    pub(crate) fn objection(&self, decision: &Value) -> Option<String> {
        let verdict = decision.get("verdict").and_then(Value::as_str).unwrap_or("none");
        let mut findings = decision.get("findings").and_then(Value::as_array).into_iter().flatten();
        let frozen = findings.any(|finding| finding.get("rule").is_some_and(|rule| rule == "change.freeze"));
        let as_it_should = verdict == self.expected || (frozen && verdict == "deny");
        (!as_it_should).then(|| format!("`{}` was answered `{verdict}`, not `{}`", self.name, self.expected))
    }
}

/// In the order in which they are asked.
pub(crate) fn all(commit: &Commit) -> Vec<Question> {
    vec![
        Question {
            name: "healthy",
            title: "payments-api is healthy; two people approved",
            gate: "change",
            expected: "allow",
            body: body(commit, "payments-api", &["github:77", "github:1203"]),
        },
        Question {
            name: "burning",
            title: "checkout-web burns its error budget",
            gate: "change",
            expected: "deny",
            body: body(commit, "checkout-web", &["github:2210", "github:3306"]),
        },
        Question {
            name: "unapproved",
            title: "fraud-scoring is healthy; nobody has approved yet",
            gate: "change",
            expected: "pending",
            body: body(commit, "fraud-scoring", &[]),
        },
        Question {
            name: "approved",
            title: "the same change, once it is approved",
            gate: "change",
            expected: "allow",
            body: body(commit, "fraud-scoring", &["github:7007", "github:7008"]),
        },
        Question {
            name: "blind",
            title: "search-api sends no telemetry",
            gate: "change",
            expected: "deny",
            body: body(commit, "search-api", &["github:5150", "github:5151"]),
        },
    ]
}

/// Rollouts, asked of the SLO gate.
pub(crate) fn rollouts(commit: &Commit) -> Vec<Question> {
    let rollout = |service: &str, purpose: &str| {
        json!({
            "service": service, "environment": "production", "purpose": purpose,
            "author": commit.author, "commit": commit.id,
        })
    };
    vec![
        Question {
            name: "rollout",
            title: "checkout-web burns: may a feature be rolled out?",
            gate: "slo",
            expected: "deny",
            body: rollout("checkout-web", "feature"),
        },
        Question {
            name: "rollback",
            title: "and may it be rolled back?",
            gate: "slo",
            expected: "allow",
            body: rollout("checkout-web", "rollback"),
        },
    ]
}

pub(super) fn body(commit: &Commit, service: &str, approvers: &[&str]) -> Value {
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Question;

    #[test]
    fn another_verdict_is_an_objection_unless_a_freeze_denies() {
        let question = Question { name: "healthy", title: "", gate: "change", expected: "allow", body: Value::Null };
        let decided = |verdict: &str, rule: &str| json!({"verdict": verdict, "findings": [{"rule": rule}]});
        assert_eq!(question.objection(&decided("allow", "change.traffic")), None);
        assert_eq!(question.objection(&decided("deny", "change.freeze")), None);
        let objection = question.objection(&decided("deny", "change.burn_rate")).unwrap();
        assert_eq!(objection, "`healthy` was answered `deny`, not `allow`");
        assert!(question.objection(&decided("pending", "change.freeze")).is_some());
        assert!(question.objection(&json!({})).is_some());
    }
}
