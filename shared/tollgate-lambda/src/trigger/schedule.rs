//! Schedules: rules of EventBridge, and EventBridge Scheduler with its default input or with one of the user's own.

use serde_json::{Map, Value};
use tollgate_core::Timestamp;

use super::{
    line, name,
    scope::{Scope, beside, is_meant},
    text, time,
};
use crate::problem::Problem;

/// The longest ARN of a schedule or rule, and then some.
const MAX_ID_BYTES: usize = 512;
/// How many unknown fields are named.
const MAX_UNKNOWN: usize = 20;

/// What an event of EventBridge has at its top: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html>.
const OF_EVENTS: [&str; 10] =
    ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "requestContext"];

/// It is time to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The same in every delivery: of the schedule and its time. `None` when the input names neither; then Lambda's
    /// request id, which its retries share, is the nearest thing.
    pub dedup_key: Option<String>,
    /// The time that it was to happen; `None` when the input does not say.
    pub time: Option<Timestamp>,
    /// What to look at.
    pub scope: Scope,
    /// Fields of the user's own input that nothing reads, at most 20: typing errors, perhaps.
    pub unknown: Vec<String>,
}

/// The default input, which has the same shape from a rule and from Scheduler.
pub(super) fn of_event(event: &Value, detail: &Value, now: Timestamp) -> Result<Schedule, Problem> {
    let at = time::first("time", &[text(event, "time")], now)?;
    let resource =
        event.get("resources").and_then(Value::as_array).and_then(|list| list.iter().find_map(Value::as_str));
    let dedup_key = match (resource, text(event, "id")) {
        (Some(arn), _) => key(&name("resources", arn, MAX_ID_BYTES)?, at),
        (None, Some(id)) => format!("schedule/event/{}", name("id", id, MAX_ID_BYTES)?),
        (None, None) => return Err(Problem::field("resources", "is missing, and so is `id`")),
    };
    let mut others = event.as_object().into_iter().flatten().filter(|(field, _)| !OF_EVENTS.contains(&field.as_str()));
    let mut unknown = Vec::new();
    others.try_for_each(|(field, value)| beside("", field, value).map(|noted| note(&mut unknown, noted)))?;
    let mut scope = Scope::default();
    match detail {
        Value::Null => {}
        Value::Object(fields) => {
            scope = Scope::read(fields, "detail", |_, _| Ok(false))?;
            for (field, value) in fields.iter().filter(|(field, _)| *field != "sweep") {
                note(&mut unknown, beside("detail", field, value)?);
            }
        }
        _ => return Err(Problem::field("detail", "should be an object, such as `{}` for everything")),
    }
    Ok(Schedule { dedup_key: Some(dedup_key), time: Some(at), scope, unknown })
}

/// The user's own input: an object with `sweep`, or with the ARN of a schedule, which Scheduler fills in for
/// `<aws.scheduler.schedule-arn>`. `None` when it is neither.
pub(super) fn of_input(input: &Value, now: Timestamp) -> Option<Result<Schedule, Problem>> {
    let fields = input.as_object()?;
    let is_arn =
        |value: &Value| value.as_str().is_some_and(|text| text.starts_with("arn:") && text.contains(":scheduler:"));
    let is_attribute = |value: &Value| value.as_str().is_some_and(|text| text.starts_with("<aws.scheduler."));
    let is_schedule = is_meant(fields) || fields.values().any(|value| is_arn(value) || is_attribute(value));
    is_schedule.then(|| read_input(fields, now))
}

fn read_input(fields: &Map<String, Value>, now: Timestamp) -> Result<Schedule, Problem> {
    let mut unknown = Vec::new();
    let mut attributes = Attributes::default();
    for (field, value) in fields.iter().filter(|(field, _)| *field != "sweep") {
        if !attributes.read(field, value)? {
            note(&mut unknown, beside("", field, value)?);
        }
    }
    let scope = Scope::read(fields, "", |field, value| attributes.read(field, value))?;
    let Attributes { arn, time, execution } = attributes;
    let time = time.map(|text| time::first("scheduled_time", &[Some(&text)], now)).transpose()?;
    let dedup_key = match (arn, time, execution) {
        (Some(arn), Some(time), _) => Some(key(&arn, time)),
        (_, _, Some(execution)) => Some(format!("schedule/execution/{execution}")),
        _ => None,
    };
    Ok(Schedule { dedup_key, time, scope, unknown })
}

fn key(arn: &str, time: Timestamp) -> String {
    format!("schedule/{arn}/{}", time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

fn note(unknown: &mut Vec<String>, field: Option<String>) {
    unknown.extend(field.filter(|_| unknown.len() < MAX_UNKNOWN));
}

/// What Scheduler says of itself in an input, under names of the user's choice:
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html>.
#[derive(Debug, Default)]
struct Attributes {
    arn: Option<String>,
    time: Option<String>,
    execution: Option<String>,
}

impl Attributes {
    /// Takes a field in; says whether it is one of these.
    fn read(&mut self, field: &str, value: &Value) -> Result<bool, Problem> {
        let plain: String = field.chars().filter(char::is_ascii_alphanumeric).collect();
        let Some(text) = value.as_str() else { return Ok(plain.eq_ignore_ascii_case("attemptnumber")) };
        let path = line(field);
        if text.starts_with("<aws.scheduler.") {
            let detail = "came as it was written: only EventBridge Scheduler fills it in, so leave it out elsewhere";
            return Err(Problem::field(path, detail));
        }
        match plain.to_ascii_lowercase().as_str() {
            "schedulearn" => self.arn = Some(name(&path, text, MAX_ID_BYTES)?),
            "scheduledtime" | "scheduledat" => self.time = Some(text.to_owned()),
            "executionid" => self.execution = Some(name(&path, text, MAX_ID_BYTES)?),
            "attempt" | "attemptnumber" => {}
            _ if text.starts_with("arn:") && text.contains(":scheduler:") => {
                self.arn = Some(name(&path, text, MAX_ID_BYTES)?);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
