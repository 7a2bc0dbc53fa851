//! What the demo asks about money: changes of a team whose budget is spent, and spend itself.

use serde_json::{Value, json};

use super::{
    changes::{Question, body},
    commit::Commit,
};

/// In the order in which they are asked.
pub(super) fn all(commit: &Commit) -> Vec<Question> {
    let change = |purpose: &str| {
        let mut asked = body(commit, "notifications", &["github:6001", "github:6002"]);
        if let Some(fields) = asked.get_mut("change").and_then(Value::as_object_mut) {
            fields.insert("purpose".to_owned(), purpose.into());
        }
        asked
    };
    let spend = |service: &str, purpose: &str| {
        json!({
            "service": service, "environment": "production", "purpose": purpose,
            "author": commit.author, "commit": commit.id,
        })
    };
    vec![
        Question {
            name: "frozen",
            title: "notifications has spent its month's budget: may it have a feature?",
            gate: "change",
            expected: "deny",
            body: change("feature"),
        },
        Question { name: "mended", title: "and a fix?", gate: "change", expected: "allow", body: change("fix") },
        Question {
            name: "spent",
            title: "may notifications spend more?",
            gate: "cost",
            expected: "deny",
            body: json!({ "spending": spend("notifications", "feature") }),
        },
        Question {
            name: "planned",
            title: "payments-api plans resources for 3,000 a month more",
            gate: "cost",
            expected: "pending",
            body: json!({ "spending": spend("payments-api", "feature"), "cost": { "infracost": infracost() } }),
        },
    ]
}

/// What `infracost diff --format json` writes, shortened.
fn infracost() -> Value {
    let resource = |monthly: &str| json!({"name": "aws_db_instance.ledger", "resourceType": "aws_db_instance", "monthlyCost": monthly});
    let breakdown = |monthly: &str| json!({"resources": [resource(monthly)], "totalMonthlyCost": monthly});
    json!({
        "version": "0.2", "currency": "USD",
        "projects": [{
            "name": "payments-api", "pastBreakdown": breakdown("1500.00"), "breakdown": breakdown("4500.00"),
            "diff": breakdown("3000.00"),
        }],
        "pastTotalMonthlyCost": "1500.00", "totalMonthlyCost": "4500.00", "diffTotalMonthlyCost": "3000.00",
        "summary": {"totalUnsupportedResources": 0, "unsupportedResourceCounts": {}, "totalNoPriceResources": 4},
    })
}
