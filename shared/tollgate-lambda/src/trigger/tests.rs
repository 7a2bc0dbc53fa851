//! Every shape in which AWS delivers alarms, and shapes in which it does not.

use serde_json::{Value, json};
use tollgate_core::Timestamp;

use super::{Alarm, AlarmState, Trigger};
use crate::problem::Problem;

const ARN: &str = "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:checkout 5xx";
const CHILD: &str = "arn:aws:cloudwatch:eu-central-1:111122223333:alarm:child";
const AT: &str = "2026-03-29T00:30:05.120+0000";

pub(super) fn now() -> Timestamp {
    "2026-03-29T00:31:00Z".parse().unwrap()
}

pub(super) fn read(event: &Value) -> Option<Vec<Result<Trigger, Problem>>> {
    Trigger::read(&event.to_string(), now())
}

pub(super) fn one(event: &Value) -> Result<Trigger, Problem> {
    let mut triggers = read(event).unwrap_or_else(|| panic!("no trigger: {event}"));
    assert_eq!(triggers.len(), 1);
    triggers.remove(0)
}

fn alarm(event: &Value) -> Alarm {
    match one(event) {
        Ok(Trigger::Alarm(alarm)) => *alarm,
        other => panic!("{other:?}"),
    }
}

pub(super) fn problem(event: &Value) -> String {
    let problem = one(event).unwrap_err();
    assert_eq!(problem.status, 400);
    problem.detail
}

pub(super) fn event_bridge() -> Value {
    json!({
        "version": "0", "id": "6f0c4d0e-0000-4000-8000-000000000001", "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch", "account": "111122223333", "time": "2026-03-29T00:30:05Z", "region": "eu-central-1",
        "resources": [ARN],
        "detail": {
            "alarmName": "checkout 5xx",
            "state": {"value": "ALARM", "reason": "Threshold Crossed: 1 datapoint", "timestamp": AT,
                      "reasonData": "{\"version\":\"1.0\",\"recentDatapoints\":[7.0],\"threshold\":5.0}"},
            "previousState": {"value": "INSUFFICIENT_DATA", "reason": "Unchecked: Initial alarm creation",
                              "timestamp": "2026-03-28T00:00:00.000+0000"},
            "configuration": {"description": "too many errors", "metrics": [
                {"id": "e1", "expression": "m1 / m2", "label": "ratio", "returnData": true},
                {"id": "m1", "returnData": false, "metricStat": {"period": 60, "stat": "Sum", "metric": {
                    "namespace": "AWS/ApplicationELB", "name": "HTTPCode_Target_5XX_Count",
                    "dimensions": {"LoadBalancer": "app/checkout/1", "TargetGroup": "targetgroup/checkout/2"}}}},
            ]},
        },
    })
}

pub(super) fn action() -> Value {
    let mut data = event_bridge()["detail"].take();
    data["configuration"]["metrics"][1]["metricStat"]["metric"]["dimensions"] = json!({});
    json!({"source": "aws.cloudwatch", "alarmArn": ARN, "accountId": "111122223333", "time": AT,
           "region": "eu-central-1", "alarmData": data})
}

pub(super) fn message() -> Value {
    json!({
        "AlarmName": "checkout 5xx", "AlarmDescription": null, "AWSAccountId": "111122223333", "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed", "StateChangeTime": AT, "Region": "EU (Frankfurt)", "AlarmArn": ARN,
        "OldStateValue": "OK", "OKActions": [], "Trigger": {
            "MetricName": "HTTPCode_Target_5XX_Count", "Namespace": "AWS/ApplicationELB", "StatisticType": "Statistic",
            "Dimensions": [{"value": "app/checkout/1", "name": "LoadBalancer"}], "Period": 60, "Threshold": 5.0},
    })
}

fn record(message: &Value) -> Value {
    let text = if let Value::String(text) = message { text.clone() } else { message.to_string() };
    json!({"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": "arn:aws:sns:…", "Sns": {
        "Type": "Notification", "MessageId": "95df01b4-0000-4000-8000-000000000001", "Message": text,
        "TopicArn": "arn:aws:sns:eu-central-1:111122223333:alarms", "Subject": "ALARM: \"checkout 5xx\"",
        "Timestamp": "2026-03-29T00:30:05.500Z", "MessageAttributes": {}}})
}

pub(super) fn sns(messages: &[Value]) -> Value {
    json!({"Records": messages.iter().map(record).collect::<Vec<_>>()})
}

#[test]
fn one_state_has_one_key_in_every_shape() {
    let alarms = [
        alarm(&event_bridge()),
        alarm(&action()),
        alarm(&sns(&[message()])),
        // A rule may send to a topic, which sends the event on.
        alarm(&sns(&[event_bridge()])),
        alarm(&sns(&[action()])),
    ];
    for alarm in &alarms {
        let at = "2026-03-29T00:30:05.120Z".parse::<Timestamp>().unwrap();
        assert_eq!((alarm.name.as_str(), alarm.arn.as_str(), alarm.at), ("checkout 5xx", ARN, at));
        assert_eq!((alarm.account.as_str(), alarm.region.as_str()), ("111122223333", "eu-central-1"));
        assert_eq!(alarm.state, AlarmState::Alarm);
        assert_eq!(alarm.dedup_key(), format!("alarm/{ARN}/ALARM/2026-03-29T00:30:05.120Z"));
        assert_eq!((alarm.metrics.as_ref().map(Vec::len), alarm.is_composite()), (Some(1), false));
        assert_eq!(alarm.metrics.as_ref().unwrap()[0].namespace, "AWS/ApplicationELB");
        assert_eq!(alarm.metrics.as_ref().unwrap()[0].name, "HTTPCode_Target_5XX_Count");
    }
    assert_eq!(alarms[0].metrics.as_ref().unwrap()[0].dimensions["TargetGroup"], "targetgroup/checkout/2");
    assert_eq!(alarms[2].metrics.as_ref().unwrap()[0].dimensions["LoadBalancer"], "app/checkout/1");
    assert_eq!(alarms[0].previous_state, Some(AlarmState::InsufficientData));
    assert_eq!(alarms[2].previous_state, Some(AlarmState::Ok));
    assert_eq!(alarms[0].delivery_id.as_deref(), Some("6f0c4d0e-0000-4000-8000-000000000001"));
    assert_eq!(alarms[2].delivery_id.as_deref(), Some("95df01b4-0000-4000-8000-000000000001"));
}

#[test]
fn another_state_or_another_time_is_another_key_and_an_older_one_is_older() {
    let first = alarm(&event_bridge());
    let mut later = event_bridge();
    later["detail"]["state"]["timestamp"] = json!("2026-03-29T00:30:05.121+0000");
    let later = alarm(&later);
    assert_ne!(first.dedup_key(), later.dedup_key());
    let mut other = event_bridge();
    other["detail"]["state"]["value"] = json!("OK");
    assert_ne!(first.dedup_key(), alarm(&other).dedup_key());
    assert!(first.is_newer_than(None) && later.is_newer_than(Some(first.at)));
    assert!(!first.is_newer_than(Some(later.at)) && !first.is_newer_than(Some(first.at)));
}

#[test]
fn a_time_that_is_still_to_come_makes_no_later_state_old() {
    let mut ahead = event_bridge();
    ahead["detail"]["state"]["timestamp"] = json!("2026-03-29T01:30:00.000+0000");
    let ahead = alarm(&ahead);
    assert_eq!((ahead.ordered_at(), ahead.read_at), (now(), now()));
    let mut real = event_bridge();
    real["detail"]["state"]["timestamp"] = json!("2026-03-29T00:32:00.000+0000");
    let minutes_later = now() + chrono::TimeDelta::minutes(2);
    let Some(Ok(Trigger::Alarm(real))) = Trigger::read(&real.to_string(), minutes_later).and_then(|mut all| all.pop())
    else {
        panic!("it is an alarm")
    };
    assert!(real.is_newer_than(Some(ahead.ordered_at())));
    assert_ne!(real.dedup_key(), ahead.dedup_key());
    let past = alarm(&event_bridge());
    assert_eq!(past.ordered_at(), past.at);
}

#[test]
fn a_composite_alarm_names_its_rule_and_what_triggered_it() {
    let reason = json!({"triggeringAlarms": [{"arn": CHILD, "state": {"value": "ALARM", "timestamp": AT}}]});
    let mut event = event_bridge();
    event["detail"]["configuration"] = json!({"alarmRule": "ALARM(child) OR ALARM(other)", "actionsSuppressor": "x"});
    event["detail"]["state"]["reasonData"] = json!(reason.to_string());
    event["detail"]["state"]["actionsSuppressedBy"] = json!("WaitPeriod");
    let mut acted = action();
    acted["alarmData"] = event["detail"].clone();
    // As an object, too.
    acted["alarmData"]["state"]["reasonData"] = reason;
    let mut sent = message();
    sent.as_object_mut().unwrap().remove("Trigger");
    sent["AlarmRule"] = json!("ALARM(child) OR ALARM(other)");
    sent["TriggeringChildren"] = json!([{"Arn": CHILD, "State": {"Value": "ALARM", "Timestamp": AT}}]);
    for event in [event, acted, sns(&[sent])] {
        let alarm = alarm(&event);
        assert!(alarm.is_composite() && alarm.metrics.is_none());
        assert_eq!(alarm.rule.as_deref(), Some("ALARM(child) OR ALARM(other)"));
        assert_eq!(alarm.triggered_by, [CHILD]);
        assert_eq!(alarm.made_of, [CHILD, &CHILD.replace("child", "other")]);
        let suppressed_by = if event.get("Records").is_some() { None } else { Some("WaitPeriod") };
        assert_eq!(alarm.suppressed_by.as_deref(), suppressed_by);
    }
}

#[test]
fn what_is_optional_may_be_missing_or_odd() {
    let mut bare = event_bridge();
    bare["detail"] = json!({"state": {"value": "OK"}, "alarmTags": [{"key": "service", "value": "checkout"}]});
    let bare = alarm(&bare);
    // The event's own time stands in for the state's.
    assert_eq!(bare.at, "2026-03-29T00:30:05Z".parse::<Timestamp>().unwrap());
    assert_eq!((bare.name.as_str(), bare.reason, bare.previous_state), ("checkout 5xx", None, None));
    assert_eq!(bare.tags.unwrap()["service"], "checkout");
    for odd in [json!(5), json!("not JSON"), json!(null), json!([]), json!({"triggeringAlarms": 5}), json!("[[[")] {
        let mut event = event_bridge();
        event["detail"]["state"]["reasonData"] = odd.clone();
        event["detail"]["previousState"] = odd.clone();
        event["detail"]["configuration"] = odd.clone();
        event["detail"]["state"]["timestamp"] = json!("2026-03-29T00: 30: 05.120+0000");
        event["detail"]["new"] = odd.clone();
        assert_eq!(alarm(&event).dedup_key(), format!("alarm/{ARN}/ALARM/2026-03-29T00:30:05.120Z"), "{odd}");
    }
}

#[test]
fn an_alarm_without_its_arn_is_known_by_name_account_and_region() {
    let mut old = message();
    old.as_object_mut().unwrap().remove("AlarmArn");
    assert_eq!(alarm(&sns(&[old])).arn, ARN);
    let mut event = event_bridge();
    event["resources"] = json!([]);
    assert_eq!(alarm(&event).arn, ARN);
    event["region"] = json!("cn-north-1");
    assert_eq!(alarm(&event).arn, "arn:aws-cn:cloudwatch:cn-north-1:111122223333:alarm:checkout 5xx");
    event.as_object_mut().unwrap().remove("account");
    assert!(problem(&event).contains("`alarmArn`: is missing"));
}

#[test]
fn a_change_of_configuration_is_ignored_with_a_reason() {
    let mut event = event_bridge();
    event["detail-type"] = json!("CloudWatch Alarm Configuration Change");
    event["detail"]["operation"] = json!("update");
    let Ok(Trigger::Ignored { reason }) = one(&event) else { panic!("not ignored") };
    assert_eq!(reason, "update of the configuration of `checkout 5xx`: no state changed");
}

#[test]
fn one_bad_record_takes_no_other_with_it() {
    let triggers = read(&sns(&[message(), json!("Budget Name: Dear customer"), message()])).unwrap();
    assert_eq!(triggers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    let detail = &triggers[1].as_ref().unwrap_err().detail;
    assert!(detail.contains("Records[1].Sns.Message") && !detail.contains("Dear customer"), "{detail}");
}

#[test]
fn hostile_and_foreign_events_are_problems_that_say_why() {
    let with = |pointer: &str, value: Value| {
        let mut event = event_bridge();
        *event.pointer_mut(pointer).unwrap() = value;
        event
    };
    for (event, expected) in [
        (with("/detail/state/value", json!("PANIC")), "`detail.state.value`: should be `OK`"),
        (with("/detail/state", json!(null)), "`detail.state.value`"),
        (with("/detail", json!("nonsense")), "`detail.state.value`"),
        (with("/detail/state/timestamp", json!("2099-01-01T00:00:00.000+0000")), "ahead of the clock"),
        (with("/resources", json!(["arn:aws:ec2:x:y:alarm:z"])), "should be the ARN of an alarm"),
        (with("/resources", json!([format!("{ARN}{}", "x".repeat(2000))])), "1 to 1200 bytes"),
        (with("/detail/alarmName", json!("a\u{1b}[2J")), "without control characters"),
        (with("/source", json!("tollgate")), "event `CloudWatch Alarm State Change` of `tollgate`"),
        (with("/detail-type", json!("Anomaly Detected")), "event `Anomaly Detected` of `aws.cloudwatch`"),
        (with("/detail-type", json!(5)), "event `without a kind`"),
        (json!({"alarmData": {}}), "`alarmArn`: is missing"),
        (json!({"Records": []}), "`Records`: should be a list of 1 to 100"),
        (json!({"Records": vec![record(&message()); 101]}), "`Records`: should be a list of 1 to 100"),
        (json!({"Records": "x"}), "`Records`: should be a list"),
        (json!({"Records": [{"eventSource": "aws:sqs", "body": "{}"}]}), "a record of `aws:sqs`"),
        (json!({"Records": [5]}), "a record of `an unnamed source`"),
        (sns(&[json!({"hello": "world"})]), "neither a CloudWatch alarm nor"),
    ] {
        let detail = problem(&event);
        assert!(detail.contains(expected), "{detail}");
    }
}

#[test]
fn questions_are_no_triggers() {
    for payload in [
        r#"{"requestContext": {"http": {"method": "POST"}}, "detail-type": "x", "Records": []}"#,
        r#"{"requestContext": 5}"#,
        r#"{"change": {"id": "x"}}"#,
        r#"{"service": "checkout", "environment": "production"}"#,
        "{}",
        "[]",
        "null",
        "not json",
        "",
    ] {
        assert_eq!(Trigger::read(payload, now()), None, "{payload}");
    }
}

#[test]
fn what_an_alarm_watches_is_known_as_a_whole_or_not_at_all() {
    let watching = |metrics: Value| {
        let mut event = event_bridge();
        event["detail"]["configuration"]["metrics"] = metrics;
        alarm(&event).metrics.map(|metrics| metrics.len())
    };
    let plain = event_bridge()["detail"]["configuration"]["metrics"][1].clone();
    assert_eq!(watching(json!([plain, plain])), Some(2));
    let nameless = json!({"metricStat": {"metric": {"namespace": "AWS/EC2"}}});
    for odd in [
        Value::Null,
        json!([]),
        json!({}),
        json!(""),
        json!([plain.clone(), {"id": "m1"}]),
        json!([plain.clone(), nameless]),
        json!([{"expression": "SELECT SUM(RequestCount) FROM SCHEMA(\"Shop\", Service)"}]),
        json!([plain, {"expression": "SUM(SEARCH('{Shop,Service} Errors', 'Sum'))"}]),
    ] {
        assert_eq!(watching(odd.clone()), None, "{odd}");
    }
    let mut bare = event_bridge();
    bare["detail"].as_object_mut().unwrap().remove("configuration");
    assert!(alarm(&bare).metrics.is_none());
}

#[test]
fn a_tag_that_was_meant_to_name_a_service_is_refused() {
    let tagged = |tags: Value| {
        let mut event = event_bridge();
        event["detail"]["alarmTags"] = tags;
        event
    };
    for tag in ["tollgate:services", "Tollgate:Service", "tollgate-service", "tollgate.dev/servise"] {
        assert!(problem(&tagged(json!({tag: "checkout"}))).contains("write `tollgate:service`"), "{tag}");
        assert!(problem(&tagged(json!([{"key": tag, "value": "checkout"}]))).contains("write `tollgate:service`"));
    }
    assert!(problem(&tagged(json!({"tollgate:service": null}))).contains("names no service"));
    assert!(problem(&tagged(json!({"tollgate:service": ["checkout"]}))).contains("names no service"));
    assert_eq!(alarm(&tagged(json!({"tollgate:team": "shop", "service": "x"}))).tags.unwrap().len(), 2);
}
