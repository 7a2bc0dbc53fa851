//! CloudWatch alarms: as an event of EventBridge, as a message of SNS, as the input of an alarm's Lambda action.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use serde_json::Value;
use tollgate_core::{Timestamp, suggest::is_near};

use super::{Envelope, MAX_LISTED, alarm_rule, embedded, field, field_text, line, name, pairs, text, time};
use crate::problem::Problem;

/// The longest name of an alarm has 255 letters; in an ARN they may be several bytes each.
const MAX_NAME_BYTES: usize = 1024;
const MAX_ARN_BYTES: usize = 1200;

/// An alarm that is in another state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// Its ARN, which identifies it.
    pub arn: String,
    /// The account that it is in.
    pub account: String,
    /// The region that it is in.
    pub region: String,
    /// What it says of itself.
    pub description: Option<String>,
    /// The state that it is in.
    pub state: AlarmState,
    /// The state that it was in; `None` when that is not said.
    pub previous_state: Option<AlarmState>,
    /// Why, for a person.
    pub reason: Option<String>,
    /// When the state began.
    pub at: Timestamp,
    /// When it was read.
    pub read_at: Timestamp,
    /// All metrics that it watches; `None` where they are not all known, as of one that queries or searches for them, or of a
    /// composite alarm.
    pub metrics: Option<Vec<AlarmMetric>>,
    /// The rule of a composite alarm.
    pub rule: Option<String>,
    /// The ARNs of the alarms that made a composite alarm change, where that is said.
    pub triggered_by: Vec<String>,
    /// The ARNs of the alarms in the rule of a composite alarm.
    pub made_of: Vec<String>,
    /// Its tags; `None` where they are not delivered with it.
    pub tags: Option<BTreeMap<String, String>>,
    /// Does the delivery say that its tags could not be had?
    pub tags_withheld: bool,
    /// What keeps its actions from being carried out: `WaitPeriod`, `ExtensionPeriod`, `Alarm`.
    pub suppressed_by: Option<String>,
    /// What the delivery is called, for the log; another delivery of the same state has another.
    pub delivery_id: Option<String>,
}

/// A state of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmState {
    /// All is well.
    Ok,
    /// It is not.
    Alarm,
    /// Nothing is known.
    InsufficientData,
}

/// A metric that an alarm watches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmMetric {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its dimensions.
    pub dimensions: BTreeMap<String, String>,
}

impl Alarm {
    /// The same for each delivery of one state, in whatever shape: of the alarm, its state and when that began.
    pub fn dedup_key(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        format!("alarm/{}/{}/{at}", self.arn, self.state.as_str())
    }

    /// Did this state begin after the newest that was handled? An older one changes nothing any more.
    pub fn is_newer_than(&self, newest_handled: Option<Timestamp>) -> bool {
        newest_handled.is_none_or(|newest| self.ordered_at() > newest)
    }

    /// By what it is ordered among the states of the alarm: when it began or, where that is still to come, when it was
    /// read. A clock that is ahead makes no later state look old.
    pub fn ordered_at(&self) -> Timestamp {
        self.at.min(self.read_at)
    }

    /// Is it made of other alarms?
    pub const fn is_composite(&self) -> bool {
        self.rule.is_some() || !self.triggered_by.is_empty()
    }
}

impl AlarmState {
    /// The word that CloudWatch uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Ok, Self::Alarm, Self::InsufficientData].into_iter().find(|state| state.as_str() == text.trim())
    }

    fn read(path: &str, text: Option<&str>) -> Result<Self, Problem> {
        let state = text.and_then(Self::parse);
        state.ok_or_else(|| Problem::field(path, "should be `OK`, `ALARM` or `INSUFFICIENT_DATA`"))
    }
}

/// An event of EventBridge.
pub(super) fn of_event(event: &Value, detail: &Value, now: Timestamp) -> Result<Alarm, Problem> {
    let resources = event.get("resources").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let identity = Identity::read(
        resources.into_iter().find(|arn| arn.contains(":alarm:")),
        text(detail, "alarmName"),
        text(event, "account"),
        text(event, "region"),
    )?;
    let alarm = of_block("detail", detail, identity, text(event, "time"), now)?;
    Ok(Alarm { delivery_id: text(event, "id").map(line), ..alarm })
}

/// The input of a Lambda action.
pub(super) fn of_action(event: &Value, now: Timestamp) -> Result<Alarm, Problem> {
    let data = embedded(event.get("alarmData"))?;
    let identity = Identity::read(
        text(event, "alarmArn"),
        text(&data, "alarmName"),
        text(event, "accountId"),
        text(event, "region"),
    )?;
    let alarm = of_block("alarmData", &data, identity, text(event, "time"), now)?;
    let tags = if alarm.tags.is_none() { tags("alarmTags", event)? } else { alarm.tags };
    Ok(Alarm { tags, ..alarm })
}

/// What the two have in common.
fn of_block(
    path: &str,
    block: &Value,
    identity: Identity,
    sent_at: Option<&str>,
    now: Timestamp,
) -> Result<Alarm, Problem> {
    let nothing = Value::Null;
    let [state, previous, configuration] =
        ["state", "previousState", "configuration"].map(|name| block.get(name).unwrap_or(&nothing));
    let triggered = embedded(state.get("reasonData")).unwrap_or_default();
    let of_block = tags(&format!("{path}.alarmTags"), block)?;
    let tags = if of_block.is_none() { tags("configuration.alarmTags", configuration)? } else { of_block };
    let rule = text(configuration, "alarmRule");
    let made_of = rule.map(|rule| identity.made_of(rule)).unwrap_or_default();
    let status = text(block, "alarmTagsStatus").or_else(|| text(configuration, "alarmTagsStatus"));
    let Identity { name, arn, account, region } = identity;
    Ok(Alarm {
        name,
        arn,
        account,
        region,
        tags_withheld: status.is_some_and(|status| status != "AVAILABLE"),
        description: text(configuration, "description").map(line),
        state: AlarmState::read(&format!("{path}.state.value"), text(state, "value"))?,
        previous_state: text(previous, "value").and_then(AlarmState::parse),
        reason: text(state, "reason").map(line),
        at: time::first(&format!("{path}.state.timestamp"), &[text(state, "timestamp"), sent_at], now)?,
        read_at: now,
        metrics: metrics(configuration.get("metrics")),
        rule: rule.map(line),
        triggered_by: children(triggered.get("triggeringAlarms")),
        made_of,
        tags,
        suppressed_by: text(state, "actionsSuppressedBy").map(line),
        delivery_id: None,
    })
}

/// A message of SNS. Its `Region` is a name for people, such as `EU (Frankfurt)`, and older ones have no ARN; but an alarm
/// sends to topics of its own region only.
pub(super) fn of_message(message: &Value, envelope: &Envelope<'_>, now: Timestamp) -> Result<Alarm, Problem> {
    let topic_region = envelope.topic_arn.and_then(|arn| arn.split(':').nth(3));
    let identity = Identity::read(
        text(message, "AlarmArn"),
        text(message, "AlarmName"),
        text(message, "AWSAccountId"),
        topic_region,
    )?;
    let nothing = Value::Null;
    let trigger = message.get("Trigger").unwrap_or(&nothing);
    let metrics = metric(trigger).map(|metric| vec![metric]).or_else(|| metrics(trigger.get("Metrics")));
    let rule = text(message, "AlarmRule");
    let made_of = rule.map(|rule| identity.made_of(rule)).unwrap_or_default();
    let Identity { name, arn, account, region } = identity;
    Ok(Alarm {
        name,
        arn,
        account,
        region,
        tags_withheld: text(message, "AlarmTagsStatus").is_some_and(|status| status != "AVAILABLE"),
        description: text(message, "AlarmDescription").map(line),
        state: AlarmState::read("NewStateValue", text(message, "NewStateValue"))?,
        previous_state: text(message, "OldStateValue").and_then(AlarmState::parse),
        reason: text(message, "NewStateReason").map(line),
        at: time::first("StateChangeTime", &[text(message, "StateChangeTime"), envelope.sent_at], now)?,
        read_at: now,
        metrics,
        rule: rule.map(line),
        triggered_by: children(message.get("TriggeringChildren")),
        made_of,
        tags: tags("AlarmTags", message)?,
        suppressed_by: text(message, "ActionsSuppressedBy").map(line),
        delivery_id: envelope.delivery_id.map(line),
    })
}

/// Which alarm it is.
struct Identity {
    name: String,
    arn: String,
    account: String,
    region: String,
}

impl Identity {
    /// What the ARN says goes first, since only that is the same in every shape.
    fn read(
        arn: Option<&str>,
        alarm: Option<&str>,
        account: Option<&str>,
        region: Option<&str>,
    ) -> Result<Self, Problem> {
        if let Some(arn) = arn {
            let arn = name("alarmArn", arn, MAX_ARN_BYTES)?;
            let parts: Vec<&str> = arn.splitn(7, ':').collect();
            let ["arn", _, "cloudwatch", region, account, "alarm", own_name] = parts.as_slice() else {
                return Err(Problem::field(
                    "alarmArn",
                    "should be the ARN of an alarm, `arn:aws:cloudwatch:…:alarm:…`",
                ));
            };
            return Ok(Self {
                name: name("alarmName", alarm.unwrap_or(own_name), MAX_NAME_BYTES)?,
                account: (*account).to_owned(),
                region: (*region).to_owned(),
                arn: arn.clone(),
            });
        }
        let (Some(alarm), Some(account), Some(region)) = (alarm, account, region) else {
            return Err(Problem::field("alarmArn", "is missing, and so is the alarm's name, account or region"));
        };
        let partition = match region {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        let arn = format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarm}");
        Self::read(Some(&arn), Some(alarm), None, None)
    }

    /// The ARNs of the alarms in the rule of this one: those that it names are in its account and region.
    fn made_of(&self, rule: &str) -> Vec<String> {
        let before = self.arn.strip_suffix(self.own_name()).unwrap_or_default();
        let arn = |name: String| if name.starts_with("arn:") { name } else { format!("{before}{name}") };
        alarm_rule::named(rule).into_iter().map(arn).collect()
    }

    fn own_name(&self) -> &str {
        self.arn.splitn(7, ':').last().unwrap_or_default()
    }
}

/// What the expressions of alarms take their metrics from that is not listed beside them.
const TAKES_OTHERS: [&str; 6] = ["SELECT", "SEARCH", "INSIGHT_RULE", "LAMBDA", "DB_PERF", "SERVICE_QUOTA"];

/// All metrics, in either spelling; none unless they are all known.
fn metrics(list: Option<&Value>) -> Option<Vec<AlarmMetric>> {
    let list = list?.as_array().filter(|list| list.len() <= MAX_LISTED)?;
    let mut metrics = Vec::new();
    for query in list {
        match (field(query, "metricStat").filter(|stat| !stat.is_null()), field_text(query, "expression")) {
            (Some(stat), _) => metrics.push(metric(field(stat, "metric")?)?),
            (None, Some(expression)) => {
                let expression = expression.to_uppercase();
                if TAKES_OTHERS.iter().any(|other| expression.contains(other)) {
                    return None;
                }
            }
            (None, None) => return None,
        }
    }
    Some(metrics).filter(|metrics| !metrics.is_empty())
}

/// The tag that says which service an alarm is about, but for what people write between its words.
const SERVICE_TAG: &str = "tollgateservice";
/// In its spellings.
const SPELT: [&str; 2] = ["tollgate:service", "tollgate.dev/service"];

/// The tags in a field, where it has any.
///
/// # Errors
/// When one looks like the tag of a service and is not, or has no text: it would be about no service.
fn tags(field: &str, of: &Value) -> Result<Option<BTreeMap<String, String>>, Problem> {
    let name = field.rsplit('.').next().unwrap_or(field);
    let Some(value) = of.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let tags = pairs(Some(value));
    let names: Vec<&str> = match value {
        Value::Object(map) => map.keys().map(String::as_str).collect(),
        Value::Array(list) => {
            list.iter().filter_map(|tag| field_text(tag, "key").or_else(|| field_text(tag, "name"))).collect()
        }
        _ => return Err(Problem::field(field, "should be an object of tags")),
    };
    for name in names.into_iter().filter(|name| is_of_service(name)) {
        if !SPELT.contains(&name) || !tags.contains_key(name) {
            let detail = format!("`{}` names no service: write `tollgate:service` with the name of one", line(name));
            return Err(Problem::field(field, detail));
        }
    }
    Ok(Some(tags))
}

fn is_of_service(tag: &str) -> bool {
    let plain: String = tag.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    is_near(&plain.replacen("tollgatedev", "tollgate", 1), SERVICE_TAG)
}

fn metric(value: &Value) -> Option<AlarmMetric> {
    let name = field_text(value, "metricName").or_else(|| field_text(value, "name"))?;
    Some(AlarmMetric {
        namespace: line(field_text(value, "namespace")?),
        name: line(name),
        dimensions: pairs(field(value, "dimensions")),
    })
}

fn children(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten().take(MAX_LISTED);
    list.filter_map(|child| field_text(child, "arn")).map(line).collect()
}
