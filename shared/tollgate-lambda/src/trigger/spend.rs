//! What AWS says of spend by itself: letters of AWS Budgets and findings of Cost Anomaly Detection. Both only say that it is
//! time to look.

use serde_json::Value;
use tollgate_core::{
    budget_alert::{AlertError, BudgetAlert, CostAnomaly},
    digest,
};

use super::Trigger;
use crate::problem::Problem;

/// A letter of AWS Budgets begins its first line so, and names its budget in a line of its own.
const SIGNS: [&str; 3] = ["aws budget notification", "aws budgets notification", "budget name:"];

/// Is the text a letter of AWS Budgets, or meant to be one?
pub(super) fn is_letter(text: &str) -> bool {
    let is_one = |line: &str| {
        let line = line.trim_start().to_lowercase();
        SIGNS.iter().any(|sign| line.starts_with(sign))
    };
    text.lines().any(is_one)
}

/// A letter of AWS Budgets.
pub(super) fn of_letter(text: &str) -> Result<Trigger, Problem> {
    let alert = BudgetAlert::read(text).map_err(|error| unreadable("a letter of AWS Budgets", &error))?;
    Ok(Trigger::BudgetAlert(Box::new(alert)))
}

/// A finding of Cost Anomaly Detection: an event of EventBridge, or the message that SNS carries.
pub(super) fn of_anomaly(event: &Value) -> Result<Trigger, Problem> {
    let anomaly = CostAnomaly::read(&event.to_string()).map_err(|error| unreadable("a cost anomaly", &error))?;
    Ok(Trigger::CostAnomaly(Box::new(anomaly)))
}

fn unreadable(what: &str, error: &AlertError) -> Problem {
    Problem::bad_request(format!("{what} cannot be read: {error}"))
}

/// The same for each delivery of one state of a budget: what its letter says, and not what carried it.
pub fn alert_key(alert: &BudgetAlert) -> String {
    format!("budget-alert/{}", digest::of_bytes(format!("{alert:?}").as_bytes()))
}

/// The same for each delivery of one state of an anomaly, which is told of again as it grows.
pub fn anomaly_key(anomaly: &CostAnomaly) -> String {
    match anomaly.impact_micros {
        Some(impact) => format!("cost-anomaly/{}/{impact}", anomaly.id),
        // What it does not say tells no state of it from another: what it does say has to.
        None => format!("cost-anomaly/{}/{}", anomaly.id, digest::of_bytes(format!("{anomaly:?}").as_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{alert_key, anomaly_key};
    use crate::trigger::Trigger;

    const LETTER: &str = "AWS Budget Notification March 05, 2023\nAWS Account 123456789012\n\nDear AWS Customer,\n\nYou \
         requested that we alert you when the ACTUAL Cost associated with your shop budget is greater than $800.00 for the \
         current month.\n\nBudget Name: shop\nBudget Type: Cost\nBudgeted Amount: $1,000.00\nAlert Type: ACTUAL\nAlert \
         Threshold: > $800.00\nACTUAL Amount: $1,234.56\n";

    fn sns(message: &str, id: &str) -> Value {
        json!({"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": {
            "Type": "Notification", "MessageId": id, "TopicArn": "arn:aws:sns:us-east-1:123456789012:budget-alerts",
            "Subject": "AWS Budgets: shop has exceeded your alert threshold", "Message": message,
            "Timestamp": "2023-03-05T01:01:38.638Z", "UnsubscribeUrl": "https://sns.us-east-1.amazonaws.com/?Action=x"}})
    }

    fn read(event: &Value) -> Vec<Result<Trigger, String>> {
        let read = Trigger::read(&event.to_string(), "2023-03-06T00:00:00Z".parse().unwrap()).unwrap();
        read.into_iter().map(|trigger| trigger.map_err(|problem| problem.detail)).collect()
    }

    fn detail(impact: &Value) -> Value {
        json!({"anomalyId": "a-1", "accountId": "123456789012", "anomalyStartDate": "2023-03-04T00:00:00Z",
               "anomalyEndDate": "2023-03-04T00:00:00Z", "impact": {"maxImpact": 151, "totalImpact": impact}})
    }

    #[test]
    fn letters_of_one_delivery_are_each_on_their_own() {
        let broken = LETTER.replace("Alert Type: ACTUAL\n", "Alert Type: PLANNED\n");
        let event = json!({"Records": [sns(LETTER, "1"), sns(&broken, "2"), sns("hello", "3"), sns(LETTER, "4")]});
        let read = read(&event);
        let keys: Vec<_> = read
            .iter()
            .map(|trigger| match trigger {
                Ok(Trigger::BudgetAlert(alert)) => Ok(alert_key(alert)),
                Ok(other) => panic!("{other:?}"),
                Err(detail) => Err(detail.clone()),
            })
            .collect();
        assert_eq!(keys[0], keys[3], "another delivery of the same letter");
        assert!(keys[1].is_ok() && keys[1] != keys[0], "what cannot be read of it is noted, and it wakes");
        assert!(keys[2].as_ref().unwrap_err().contains("Records[2]"));
    }

    #[test]
    fn an_anomaly_is_the_same_in_each_spelling_and_another_when_it_has_grown() {
        let event = |impact: Value, as_text: bool| {
            let detail = detail(&impact);
            let detail = if as_text { json!(detail.to_string()) } else { detail };
            json!({"version": "0", "id": "7b", "source": "aws.ce", "detail-type": "Anomaly Detected",
                   "account": "123456789012", "region": "us-east-1", "time": "2023-03-05T00:00:00Z", "detail": detail})
        };
        let message = json!({"Records": [sns(&detail(&json!(1001.5)).to_string(), "1")]});
        let within = json!({"Records": [sns(&event(json!(1001.5), false).to_string(), "2")]});
        let key = |event: &Value| match read(event).remove(0) {
            Ok(Trigger::CostAnomaly(anomaly)) => anomaly_key(&anomaly),
            other => panic!("{other:?}"),
        };
        let first = key(&event(json!(1001.5), false));
        assert_eq!(first, "cost-anomaly/a-1/1001500000");
        for other in [&event(json!(1001.5), true), &message, &within] {
            assert_eq!(key(other), first, "{other}");
        }
        assert_ne!(key(&event(json!(2000), false)), first);
    }

    #[test]
    fn an_anomaly_that_does_not_say_all_still_wakes_and_one_without_an_id_does_not() {
        let event = |detail: &Value| json!({"source": "aws.ce", "detail-type": "Anomaly Detected", "detail": detail});
        let mut odd = detail(&json!(1));
        odd["impact"] = json!({});
        odd["anomalyStartDate"] = json!(null);
        odd["anomalyEndDate"] = json!("");
        let Ok(Trigger::CostAnomaly(anomaly)) = read(&event(&odd)).remove(0) else { panic!("it is one") };
        assert!(anomaly_key(&anomaly).starts_with("cost-anomaly/a-1/") && anomaly.unread.len() == 1);
        odd["anomalyId"] = json!("");
        assert!(read(&event(&odd))[0].as_ref().unwrap_err().contains("a cost anomaly cannot be read"));
    }

    #[test]
    fn alerts_of_all_kinds_of_budgets_are_triggers() {
        for (kind, threshold, amount) in [
            ("Usage", "> 800 GB", "912 GB"),
            ("RI Utilization", "< 90%", "71 %"),
            ("Savings Plans Coverage", "< 60%", "12 %"),
            ("Something New", "> 5 things", "7 things"),
        ] {
            let letter = LETTER
                .replace("Budget Type: Cost", &format!("Budget Type: {kind}"))
                .replace("> $800.00", threshold)
                .replace("ACTUAL Amount: $1,234.56", &format!("Actual Amount: {amount}"))
                .replace("Alert Type: ACTUAL", "Alert Type: Actual");
            let event = json!({"Records": [sns(&letter, "1")]});
            assert!(matches!(read(&event)[0], Ok(Trigger::BudgetAlert(_))), "{kind}");
        }
    }
}
