//! Schedules, with AWS's input and with the user's own.

use serde_json::{Value, json};

use super::{
    Schedule, Scope, Trigger,
    tests::{now, one, problem},
};

fn schedule(event: &Value) -> Schedule {
    match one(event) {
        Ok(Trigger::Schedule(schedule)) => schedule,
        other => panic!("{other:?}"),
    }
}

fn scheduled(source: &str, resource: &str) -> Value {
    json!({"version": "0", "id": "53dc4d37-0000-4000-8000-000000000001", "detail-type": "Scheduled Event",
           "source": source, "account": "111122223333", "time": "2026-03-29T00:30:00Z", "region": "eu-central-1",
           "resources": [resource], "detail": {}})
}

fn with(event: &Value, field: &str, value: &Value) -> Value {
    let mut event = event.clone();
    event[field] = value.clone();
    event
}

#[test]
fn only_a_request_over_http_is_no_schedule() {
    let event = scheduled("aws.scheduler", "arn:aws:scheduler:eu-central-1:111122223333:schedule/default/sweep");
    assert_eq!(schedule(&with(&event, "requestContext", &json!({}))), schedule(&event));
    let over_http = with(&event, "requestContext", &json!({"http": {"method": "POST"}}));
    assert!(Trigger::read(&over_http.to_string(), now()).is_none());
}

#[test]
fn a_schedule_is_the_same_from_a_rule_and_from_scheduler() {
    for (source, arn) in [
        ("aws.events", "arn:aws:events:eu-central-1:111122223333:rule/sweep"),
        ("aws.scheduler", "arn:aws:scheduler:eu-central-1:111122223333:schedule/default/sweep"),
    ] {
        let mut event = scheduled(source, arn);
        let first = schedule(&event);
        assert_eq!(first.time, Some("2026-03-29T00:30:00Z".parse().unwrap()));
        assert_eq!(first.dedup_key.as_deref(), Some(format!("schedule/{arn}/2026-03-29T00:30:00Z").as_str()));
        assert_eq!((first.scope.clone(), first.unknown.len()), (Scope::default(), 0));
        // Started twice for one time, by another event; and the detail as a text.
        event["id"] = json!("another");
        event["detail"] = json!("{}");
        assert_eq!(schedule(&event), first);
        event["time"] = json!("2026-03-29T00:35:00Z");
        assert_ne!(schedule(&event).dedup_key, first.dedup_key);
    }
    let mut event = scheduled("aws.events", "x");
    event["detail"] = json!("{\"sweep\": {\"services\": [\"checkout\"]}}");
    assert_eq!(schedule(&event).scope.services, ["checkout"]);
    for broken in ["{\"sweep\": {\"services\": [\"checkout\"]}", ""] {
        let event = with(&event, "detail", &json!(broken));
        assert!(problem(&event).contains("`detail`: is a text that is not JSON"), "{broken}");
    }
    event["time"] = json!("soon");
    assert!(problem(&event).contains("`time`: should be a time"));
    event.as_object_mut().unwrap().remove("time");
    assert!(problem(&event).contains("`time`"));
}

#[test]
fn an_input_of_ones_own_says_what_to_look_at() {
    let arn = "arn:aws:scheduler:eu-central-1:111122223333:schedule/default/sweep";
    let own = schedule(&json!({
        "sweep": {"services": ["checkout", "search"], "environments": ["production"], "servces": []},
        "schedule_arn": arn, "scheduled_time": "2026-03-29T00:30:00Z", "execution_id": "d32c5k", "attempt": "1",
        "note": "nightly",
    }));
    assert_eq!(own.scope.services, ["checkout", "search"]);
    assert_eq!(own.scope.environments, ["production"]);
    assert_eq!(own.dedup_key.as_deref(), Some(format!("schedule/{arn}/2026-03-29T00:30:00Z").as_str()));
    assert_eq!(own.unknown, ["note", "sweep.servces"]);
    // The attributes' names are the user's choice, and so is their place.
    let named = schedule(&json!({"sweep": {"scheduleArn": arn, "scheduled-time": "2026-03-29T00:30:00Z"}}));
    assert_eq!(named.dedup_key, own.dedup_key);
    assert_eq!(
        schedule(&json!({"check": "x", "from": arn, "scheduledTime": "2026-03-29T00:30:00Z"})).dedup_key,
        own.dedup_key
    );
    let alone = schedule(&json!({"sweep": {}, "execution_id": "d32c5k"}));
    assert_eq!(alone.dedup_key.as_deref(), Some("schedule/execution/d32c5k"));
    assert_eq!(schedule(&json!({"sweep": {}})).dedup_key, None);
}

#[test]
fn an_input_that_would_look_at_the_wrong_things_is_refused() {
    for (input, expected) in [
        (json!({"sweep": true}), "`sweep`: should be an object"),
        (json!({"sweep": {"services": "checkout"}}), "`sweep.services`: should be a list"),
        (json!({"sweep": {"services": []}}), "leave it out for all"),
        (json!({"sweep": {"services": ["a", ""]}}), "`sweep.services[1]`"),
        (json!({"sweep": {"services": ["a", 5]}}), "`sweep.services[1]`"),
        (json!({"sweep": {}, "scheduled_time": "tomorrow"}), "`scheduled_time`: should be a time"),
        (json!({"sweep": {}, "at": "<aws.scheduler.scheduled-time>"}), "`at`: came as it was written"),
        (json!({"schedule": "<aws.scheduler.schedule-arn>"}), "`schedule`: came as it was written"),
    ] {
        let detail = problem(&input);
        assert!(detail.contains(expected), "{input}: {detail}");
    }
}
