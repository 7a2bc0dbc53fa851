//! What starts a function without a question: a schedule, a CloudWatch alarm, a letter of AWS Budgets, or a cost anomaly, in any
//! of the ways that AWS delivers them.
//!
//! AWS delivers at least once and in any order. Every trigger has a key that is the same in each delivery, for doing its
//! work once; an alarm also says when its state began, so that an older state can be told from the newest.

use std::collections::BTreeMap;

use serde_json::Value;
use tollgate_core::{
    Timestamp,
    budget_alert::{BudgetAlert, CostAnomaly},
};

use crate::{event::is_http, problem::Problem};

mod alarm;
mod alarm_rule;
#[cfg(test)]
mod properties;
mod schedule;
#[cfg(test)]
mod schedule_tests;
mod scope;
mod spend;
#[cfg(test)]
mod tests;
mod time;
mod unique;

pub use alarm::{Alarm, AlarmMetric, AlarmState};
pub use schedule::Schedule;
pub use scope::Scope;
pub use spend::{alert_key, anomaly_key};

/// Most records of one delivery.
const MAX_RECORDS: usize = 100;
/// Most names, metrics and the like that are read of one alarm.
const MAX_LISTED: usize = 100;
/// Longest text that is kept of what is for people only.
const MAX_TEXT_CHARACTERS: usize = 1024;

/// What started the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// It is time to look.
    Schedule(Schedule),
    /// An alarm is in another state.
    Alarm(Box<Alarm>),
    /// AWS Budgets wrote a letter.
    BudgetAlert(Box<BudgetAlert>),
    /// Cost Anomaly Detection found something.
    CostAnomaly(Box<CostAnomaly>),
    /// Known, and nothing to do.
    Ignored {
        /// Why there is nothing to do.
        reason: String,
    },
}

/// Schedules, SNS and EventBridge deliver 256 KiB at most, which are longer within an event.
const LONGEST_TRIGGER: usize = 1024 * 1024;

impl Trigger {
    /// The triggers in a payload, each on its own, so that one that cannot be read takes no other with it; `None` when
    /// the payload is none of these events, which makes it a request over HTTP or a direct invocation.
    ///
    /// # Errors
    /// For each that is of another kind, lacks what it must have, or has a time that is ahead of the clock, `now`.
    pub fn read(payload: &str, now: Timestamp) -> Option<Vec<Result<Self, Problem>>> {
        if payload.len() > LONGEST_TRIGGER {
            return None;
        }
        // Local emulators put fields of other formats beside the request context, so that comes first.
        if is_http(payload) {
            return None;
        }
        let event = match unique::read(payload)? {
            Ok(event) if event.is_object() => event,
            Ok(_) => return None,
            Err(field) => return Some(vec![Err(twice(&field))]),
        };
        match event.get("Records") {
            Some(records) => Some(read_records(records, now)),
            None => read_event(&event, &Envelope::default(), now).map(|trigger| vec![trigger]),
        }
    }
}

/// What a delivery says beside the event in it.
#[derive(Debug, Default)]
struct Envelope<'a> {
    delivery_id: Option<&'a str>,
    sent_at: Option<&'a str>,
    topic_arn: Option<&'a str>,
}

/// One event, by what stands in it; `None` when it is of no known kind.
fn read_event(event: &Value, envelope: &Envelope<'_>, now: Timestamp) -> Option<Result<Trigger, Problem>> {
    let alarm = |alarm: Result<Alarm, Problem>| alarm.map(|alarm| Trigger::Alarm(Box::new(alarm)));
    if let Some(kind) = event.get("detail-type") {
        let detail = match embedded(event.get("detail")) {
            Ok(detail) => detail,
            Err(problem) => return Some(Err(problem)),
        };
        let is_broken = detail.is_null() && event.get("detail").is_some_and(|detail| !detail.is_null());
        return Some(match (kind.as_str(), text(event, "source")) {
            (Some("Scheduled Event"), Some("aws.events" | "aws.scheduler")) if is_broken => Err(Problem::field(
                "detail",
                "is a text that is not JSON: write an object, such as `{}` for everything",
            )),
            (Some("Scheduled Event"), Some("aws.events" | "aws.scheduler")) => {
                schedule::of_event(event, &detail, now).map(Trigger::Schedule)
            }
            (Some("CloudWatch Alarm State Change"), Some("aws.cloudwatch")) => {
                alarm(alarm::of_event(event, &detail, now))
            }
            (Some("Anomaly Detected"), Some("aws.ce")) => spend::of_anomaly(event),
            (Some("CloudWatch Alarm Configuration Change"), Some("aws.cloudwatch")) => {
                let name = text(&detail, "alarmName").map_or_else(|| "an alarm".to_owned(), line);
                let operation = text(&detail, "operation").map_or_else(|| "change".to_owned(), line);
                Ok(Trigger::Ignored {
                    reason: format!("{operation} of the configuration of `{name}`: no state changed"),
                })
            }
            (kind, source) => Err(Problem::bad_request(format!(
                "this is an event `{}` of `{}`: send `Scheduled Event` of `aws.events` or `aws.scheduler`, `CloudWatch Alarm \
                 State Change` of `aws.cloudwatch`, or `Anomaly Detected` of `aws.ce`",
                line(kind.unwrap_or("without a kind")),
                line(source.unwrap_or("an unnamed source"))
            ))),
        });
    }
    if event.get("alarmData").is_some() || event.get("alarmArn").is_some() {
        return Some(alarm(alarm::of_action(event, now)));
    }
    if event.get("AlarmName").is_some() && event.get("NewStateValue").is_some() {
        return Some(alarm(alarm::of_message(event, envelope, now)));
    }
    if event.get("anomalyId").is_some() && event.get("impact").is_some() {
        return Some(spend::of_anomaly(event));
    }
    schedule::of_input(event, now).map(|schedule| schedule.map(Trigger::Schedule))
}

fn read_records(records: &Value, now: Timestamp) -> Vec<Result<Trigger, Problem>> {
    let Some(records) = records.as_array().filter(|records| (1..=MAX_RECORDS).contains(&records.len())) else {
        return vec![Err(Problem::field("Records", format!("should be a list of 1 to {MAX_RECORDS} records")))];
    };
    (0_usize..).zip(records).map(|(index, record)| read_record(&format!("Records[{index}]"), record, now)).collect()
}

fn read_record(path: &str, record: &Value, now: Timestamp) -> Result<Trigger, Problem> {
    let source = text(record, "EventSource").or_else(|| text(record, "eventSource"));
    let message = record.get("Sns").filter(|_| source.is_none_or(|source| source == "aws:sns"));
    let Some(message) = message else {
        let source = line(source.unwrap_or("an unnamed source"));
        return Err(Problem::field(path, format!("is a record of `{source}`, and only those of `aws:sns` are read")));
    };
    let path = format!("{path}.Sns.Message");
    let within = |problem: Problem| Problem { detail: format!("in `{path}`: {}", problem.detail), ..problem };
    if let Some(letter) = text(message, "Message").filter(|text| spend::is_letter(text)) {
        return spend::of_letter(letter).map_err(within);
    }
    let event = embedded(message.get("Message")).map_err(within)?;
    let envelope = Envelope {
        delivery_id: text(message, "MessageId"),
        sent_at: text(message, "Timestamp"),
        topic_arn: text(message, "TopicArn"),
    };
    read_event(&event, &envelope, now)
        .unwrap_or_else(|| {
            Err(Problem::bad_request("it is neither a CloudWatch alarm nor a letter of AWS Budgets, a cost anomaly or an event of EventBridge".to_owned()))
        })
        .map_err(within)
}

/// A value that may be written as JSON in a text.
fn embedded(value: Option<&Value>) -> Result<Value, Problem> {
    match value {
        Some(Value::String(text)) => unique::read(text).unwrap_or(Ok(Value::Null)).map_err(|field| twice(&field)),
        Some(value) => Ok(value.clone()),
        None => Ok(Value::Null),
    }
}

fn twice(field: &str) -> Problem {
    Problem::field(line(field), "stands twice in one object: leave one of them out")
}

/// The text in a field, if there is one.
fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

/// A field by name, however its letters are cased: EventBridge and SNS differ in nothing else.
fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn field_text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    field(value, name).and_then(Value::as_str)
}

/// Names and values, written as an object or as a list of objects with `name` or `key`, and `value`.
fn pairs(value: Option<&Value>) -> BTreeMap<String, String> {
    let listed = |item: &Value| {
        let name = field_text(item, "name").or_else(|| field_text(item, "key"))?;
        Some((line(name), line(field_text(item, "value")?)))
    };
    match value {
        Some(Value::Object(map)) => {
            let pair = |(name, value): (&String, &Value)| Some((line(name), line(value.as_str()?)));
            map.iter().take(MAX_LISTED).filter_map(pair).collect()
        }
        Some(Value::Array(list)) => list.iter().take(MAX_LISTED).filter_map(listed).collect(),
        _ => BTreeMap::new(),
    }
}

/// A text in one line of bounded length.
fn line(text: &str) -> String {
    let letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    letters.take(MAX_TEXT_CHARACTERS).collect()
}

/// A name that keys and messages are made of, which must not be changed to fit.
fn name(path: &str, text: &str, max_bytes: usize) -> Result<String, Problem> {
    if text.is_empty() || text.len() > max_bytes || text.chars().any(char::is_control) {
        let detail = format!("should be a text of 1 to {max_bytes} bytes without control characters");
        return Err(Problem::field(path, detail));
    }
    Ok(text.to_owned())
}
