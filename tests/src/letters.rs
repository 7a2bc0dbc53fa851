//! What wakes gates: schedules, letters of AWS Budgets and anomalies; and a world with two budgets.

use serde_json::{Value, json};

use crate::{
    billing::{Billing, Line},
    function::Function,
    spending::{STEPS, budget, spend},
    world::{World, now},
};

/// What EventBridge Scheduler sends some minutes after the world's time.
pub fn schedule(minutes: i64) -> Value {
    let time = (now() + chrono::Duration::minutes(minutes)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.scheduler", "account": "123456789012", "time": time, "region": "eu-central-1",
        "resources": ["arn:aws:scheduler:eu-central-1:123456789012:schedule/default/tollgate"], "detail": "{}",
    })
}

/// A letter of AWS Budgets about the budget `search`.
pub fn letter(amount: &str) -> String {
    format!(
        "AWS Budget Notification November 18, 2026\nAWS Account 123456789012\n\nDear AWS Customer,\n\nYou requested that we \
         alert you when the ACTUAL Cost associated with your search budget is greater than $800.00 for the current \
         month.\n\nBudget Name: search\nBudget Type: Cost\nBudgeted Amount: $1,000.00\nAlert Type: ACTUAL\nAlert Threshold: \
         > $800.00\nACTUAL Amount: {amount}\n"
    )
}

/// Messages as SNS delivers them, each with its id.
pub fn sns(messages: &[(&str, String)]) -> Value {
    let record = |(id, message): &(&str, String)| {
        json!({"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": "arn:aws:sns:us-east-1:1:b:0",
               "Sns": {"Type": "Notification", "MessageId": id, "TopicArn": "arn:aws:sns:us-east-1:123456789012:budgets",
                       "Subject": "AWS Budgets: search has exceeded your alert threshold", "Message": message,
                       "Timestamp": "2026-11-18T01:01:38.638Z", "MessageAttributes": {}}})
    };
    json!({"Records": messages.iter().map(record).collect::<Vec<_>>()})
}

/// What Cost Anomaly Detection says of one anomaly.
pub fn anomaly(impact: f64) -> Value {
    json!({"accountId": "123456789012", "anomalyId": "a-1", "anomalyStartDate": "2026-11-16T00:00:00Z",
           "anomalyEndDate": "2026-11-17T00:00:00Z", "anomalyScore": {"currentScore": 0.5, "maxScore": 0.5},
           "impact": {"maxImpact": 151, "totalActualSpend": 1301, "totalExpectedSpend": 300, "totalImpact": impact}})
}

/// Two teams' budgets, and what they spent.
pub async fn world(lines: Vec<Line>) -> (World, Billing) {
    let billing = Billing::start(lines).await;
    let search = budget("search-production", "search", "services: [search-api], environments: [production]", &STEPS);
    let payments = budget("payments", "payments", "tags: {owner: [payments]}", &STEPS);
    let world = World::new().with_budgets(&format!("budgets:\n{search}{payments}")).with_billing(&billing);
    (world, billing)
}

/// A third of the search budget is spent, and a tenth of the other.
pub fn third() -> Vec<Line> {
    let mut lines = spend("search-api", "search", "production", 3000);
    lines.extend(spend("payments-api", "payments", "production", 1000));
    lines
}

/// Has the gate do what one trigger asks for, and gives what it did.
pub async fn invoke(gate: &Function, request_id: &str, payload: Value) -> Value {
    gate.invoke(request_id, payload).await.unwrap().unwrap()["done"][0].clone()
}
