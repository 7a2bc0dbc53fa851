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
        "sweep": {"services": ["checkout", "search"], "environments": ["production"], "x_ticket": {"id": 5}},
        "schedule_arn": arn, "scheduled_time": "2026-03-29T00:30:00Z", "execution_id": "d32c5k", "attempt": "1",
        "note": "nightly",
    }));
    assert_eq!(own.scope.services, ["checkout", "search"]);
    assert_eq!(own.scope.environments, ["production"]);
    assert_eq!(own.dedup_key.as_deref(), Some(format!("schedule/{arn}/2026-03-29T00:30:00Z").as_str()));
    assert_eq!(own.unknown, ["note"]);
    // The attributes' names are the user's choice, and so is their place.
    let named = schedule(&json!({"sweep": {"scheduleArn": arn, "scheduled-time": "2026-03-29T00:30:00Z"}}));
    assert_eq!(named.dedup_key, own.dedup_key);
    assert_eq!(
        schedule(&json!({"comment": "x", "from": arn, "scheduledTime": "2026-03-29T00:30:00Z"})).dedup_key,
        own.dedup_key
    );
    let alone = schedule(&json!({"sweep": {}, "execution_id": "d32c5k"}));
    assert_eq!(alone.dedup_key.as_deref(), Some("schedule/execution/d32c5k"));
    assert_eq!(schedule(&json!({"sweep": {}})).dedup_key, None);
}

/// Whatever is a letter, a level or a word away from a limit would have everything looked at.
#[test]
fn a_limit_that_nothing_would_read_is_refused_with_what_to_write() {
    let arn = "arn:aws:scheduler:eu-central-1:111122223333:schedule/default/sweep";
    let names = json!(["payments-api"]);
    let (limits, sweep) = ("write `{\"sweep\": {\"services\": […]}}`", "write `sweep`");
    for (input, expected) in [
        (json!({"sweep": {"service": names}}), "`sweep.service`: is not known: write `services`"),
        (json!({"sweep": {"Services": names}}), "`sweep.Services`: is not known: write `services`"),
        (json!({"sweep": {"servces": names}}), "`sweep.servces`: is not known: write `services`"),
        (json!({"sweep": {"env": ["production"]}}), "`sweep.env`: is not known: write `environments`"),
        (json!({"sweep": {"only": names}}), "`sweep.only`: is not known: write `services` or `environments`"),
        (json!({"sweep": {}, "team": "payments"}), "`team`: is not known"),
        (json!({"sweep": {}, "limit": 1}), "`limit`: is not known"),
        (json!({"sweep": {}, "dry_run": true}), "or `x_dry_run` where it is meant for others"),
        (json!({"sweep": {}, "note": 5}), "`note`: is not known"),
        (json!({"sweep": {}, "_services": null}), "`_services`: limits nothing there"),
        (json!({"sweep": {"note": "nightly"}}), "or `x_note` where it is meant for others"),
        (json!({"services": names}), limits),
        (json!({"Services": names}), limits),
        (json!({"environments": ["production"]}), "`environments`: limits nothing there"),
        (json!({"sweep": {}, "services": names}), limits),
        (json!({"sweep": {}, "service": "payments-api"}), limits),
        (json!({"sweep": {}, "environment": "production"}), "`environment`: limits nothing there"),
        (json!({"from": arn, "service": names}), limits),
        (json!({"Sweep": {"services": names}}), sweep),
        (json!({"SWEEP": {}}), sweep),
        (json!({"sweeps": {"services": names}}), sweep),
        (json!({"swep": {"services": names}}), sweep),
        (json!({"from": arn, "scope": {"services": names}}), "`scope`: limits nothing there"),
        (json!({"sweep": {}, "filter": {"names": names}}), "`filter`: is not known"),
        (json!({"sweep": {}, "only": names}), "`only`: is not known"),
    ] {
        let detail = problem(&input);
        assert!(detail.contains(expected), "{input}: {detail}");
    }
}

#[test]
fn the_detail_of_an_event_is_as_strict() {
    let event = scheduled("aws.events", "arn:aws:events:eu-central-1:111122223333:rule/sweep");
    for (detail, expected) in [
        (json!({"services": ["a"]}), "`detail.services`: limits nothing there"),
        (json!({"Sweep": {"services": ["a"]}}), "`detail.Sweep`: is not known: write `sweep`"),
        (json!({"sweep": {"service": ["a"]}}), "`detail.sweep.service`: is not known"),
        (json!(["a"]), "`detail`: should be an object"),
        (json!("{\"sweep\": {\"services\": [\"a\"]}, \"sweep\": {}}"), "`sweep`: stands twice"),
    ] {
        let detail = problem(&with(&event, "detail", &detail));
        assert!(detail.contains(expected), "{detail}");
    }
    for (field, value) in [("sweep", json!({"services": ["a"]})), ("services", json!(["a"])), ("Detail", json!({}))] {
        assert!(problem(&with(&event, field, &value)).contains(&format!("`{field}`")), "{field}");
    }
    let noted = schedule(&with(&event, "detail", &json!({"note": "nightly", "x_run": {"services": 1}})));
    assert_eq!((noted.scope, noted.unknown), (Scope::default(), vec!["detail.note".to_owned()]));
}

#[test]
fn a_field_that_stands_twice_is_refused() {
    for twice in
        [r#"{"sweep": {"services": ["a"]}, "sweep": {}}"#, r#"{"sweep": {"services": ["a"], "services": ["b"]}}"#]
    {
        let read = Trigger::read(twice, now()).unwrap().remove(0).unwrap_err();
        assert!(read.detail.contains("stands twice"), "{}", read.detail);
    }
}

#[test]
fn a_question_is_no_schedule() {
    for question in [
        json!({"service": "pay", "environment": "production", "services": ["x"]}),
        json!({"change": {"id": "1"}, "environments": ["x"]}),
        json!({"spending": {"budget": "b"}}),
    ] {
        assert!(Trigger::read(&question.to_string(), now()).is_none(), "{question}");
    }
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
