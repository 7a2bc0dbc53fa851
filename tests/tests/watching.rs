//! The SLO gate looks at services by itself: schedules and alarms in, notices out, each once.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use serde_json::{Value, json};
use tollgate_e2e::{
    letters::{invoke, schedule},
    mailbox::Mailbox,
    sweeps::{publish_all, rest_is_silent},
    telemetry::Traffic,
    world::{World, now},
};

fn alarm(world: &World, state: &str, minutes: i64) -> Value {
    let time = (now() + chrono::Duration::minutes(minutes)).format("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string();
    let metric = json!({
        "metricStat": {
            "metric": {"namespace": world.namespace(), "name": "RequestCount", "dimensions": {"Service": "payments-api"}},
            "period": 60, "stat": "Sum",
        },
        "id": "m1", "returnData": true,
    });
    json!({
        "source": "aws.cloudwatch", "accountId": "123456789012", "region": "eu-central-1", "time": time,
        "alarmArn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:payments",
        "alarmData": {
            "alarmName": "payments", "state": {"value": state, "reason": "it is", "timestamp": time},
            "previousState": {"value": "INSUFFICIENT_DATA", "timestamp": time},
            "configuration": {"metrics": [metric]},
        },
    })
}

#[tokio::test]
async fn a_burning_service_pages_once_however_often_the_schedule_comes() {
    let mailbox = Mailbox::open().await;
    let world = World::new().with("TOLLGATE_NOTICE_TOPIC", &mailbox.topic).with("TOLLGATE_NOTICE_BUS", "default");
    rest_is_silent(&world);
    publish_all(&world, Traffic::burning(20, 2 * 3600)).await;
    let mut gate = world.slo_gate().await;
    let swept = invoke(&gate, "a", schedule(0)).await;
    assert_eq!((&swept["saw"]["services"], &swept["saw"]["notices"]), (&json!(6), &json!(1)), "{swept:#}");
    assert_eq!((&swept["saw"]["levels"]["page"], &swept["saw"]["failed"]), (&json!(1), &json!(0)), "{swept:#}");
    let notice = mailbox.next().await;
    let text = notice.as_str().unwrap();
    snapshot("page", text);
    let decision = text.lines().find_map(|line| line.strip_prefix("decision: ")).unwrap();
    let record = gate.http("GET", &format!("/v1/decisions/{decision}"), &[], "").await;
    assert_eq!(record.body["decision"]["verdict"], "deny", "the decision that the notice names is on record");

    let again = invoke(&gate, "b", schedule(0)).await;
    assert!(again["done_at"].is_string(), "another delivery of the same time does nothing: {again}");
    gate.kill().await;
    let world = world.later(5);
    gate.start_again("slo-gate", &world.environment()).unwrap();
    let swept = invoke(&gate, "c", schedule(5)).await;
    assert_eq!((&swept["saw"]["levels"]["page"], &swept["saw"]["notices"]), (&json!(1), &json!(0)), "{swept:#}");
    assert!(mailbox.is_empty().await, "nothing changed, so nothing is said, also after a restart");
}

/// Nobody names staging, and still its objective is looked at: an objective that is looked at nowhere would be silence.
#[tokio::test]
async fn an_objective_of_one_environment_is_looked_at_there() {
    let world = World::new();
    rest_is_silent(&world);
    publish_all(&world, Traffic::burning(20, 2 * 3600)).await;
    let file = world.policies().join("data/slos/payments-api.yaml");
    let slos = std::fs::read_to_string(&file).unwrap();
    let labelled = slos.replace(
        "  name: availability\n  displayName: Payments",
        "  name: availability\n  labels: {environment: staging}\n  displayName: Payments",
    );
    assert_ne!(slos, labelled);
    std::fs::write(&file, labelled).unwrap();
    let gate = world.slo_gate().await;
    let swept = invoke(&gate, "a", schedule(0)).await;
    assert_eq!(swept["saw"]["levels"]["page"], 1, "{swept:#}");
    let notice = gate.logged("payments-api in staging").await;
    assert!(notice.contains("\"kind\":\"page\""), "{notice}");
    // Without an objective of its own, production is not known, and that is no approval.
    let question = json!({"service": "payments-api", "environment": "production", "purpose": "feature"});
    let answer = gate.http("POST", "/v1/gates/slo", &[], &question.to_string()).await;
    assert_ne!(answer.body["verdict"], "allow", "{:#}", answer.body);
}

#[tokio::test]
async fn an_alarm_has_its_service_looked_at_and_an_older_one_does_not() {
    let world = World::new();
    rest_is_silent(&world);
    publish_all(&world, Traffic::burning(20, 2 * 3600)).await;
    let gate = world.slo_gate().await;
    let looked = invoke(&gate, "a", alarm(&world, "ALARM", -1)).await;
    assert_eq!((&looked["saw"]["services"], &looked["saw"]["notices"]), (&json!(1), &json!(1)), "{looked:#}");
    gate.logged("\"notice\"").await;
    for (minutes, why) in [(-1, "the same again"), (-9, "an older state")] {
        let answer = invoke(&gate, "b", alarm(&world, "OK", minutes)).await;
        assert!(answer["ignored"].is_string(), "{why}: {answer}");
    }
    let mut other = alarm(&world, "ALARM", 0);
    other["alarmArn"] = json!("arn:aws:cloudwatch:eu-central-1:123456789012:alarm:disk");
    let disk = json!({"namespace": "AWS/EC2", "name": "DiskReadBytes", "dimensions": {"InstanceId": "i-1"}});
    other["alarmData"]["configuration"] = json!({"metrics": [{"id": "m1", "metricStat": {"metric": disk}}]});
    let answer = invoke(&gate, "c", other.clone()).await;
    assert!(answer["ignored"].as_str().unwrap().contains("no service is concerned"), "{answer}");
    // What it watches is not known, so it may be about any service.
    other["alarmData"]["configuration"] = json!({"metrics": []});
    let answer = invoke(&gate, "d", other).await;
    assert!(answer["saw"]["services"].as_u64() > Some(1), "{answer}");
}

#[tokio::test]
async fn a_composite_alarm_has_the_services_of_its_children_looked_at_or_all_while_those_are_not_known() {
    let world = World::new();
    rest_is_silent(&world);
    publish_all(&world, Traffic::HEALTHY).await;
    let gate = world.slo_gate().await;
    let child = "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:payments";
    let composite = |minutes: i64, rule: &str, triggered_by: &[&str]| {
        let mut event = alarm(&world, "ALARM", minutes);
        event["alarmArn"] = json!("arn:aws:cloudwatch:eu-central-1:123456789012:alarm:shop");
        event["alarmData"]["configuration"] = json!({ "alarmRule": rule });
        if !triggered_by.is_empty() {
            let triggering: Vec<_> =
                triggered_by.iter().map(|arn| json!({"arn": arn, "state": {"value": "ALARM"}})).collect();
            event["alarmData"]["state"]["reasonData"] = json!(json!({ "triggeringAlarms": triggering }).to_string());
        }
        event
    };
    let services = |answer: &Value| answer["saw"]["services"].as_u64().unwrap_or_else(|| panic!("{answer:#}"));
    let by_name = "ALARM(payments) OR ALARM(\"of another team\")";
    let all = services(&invoke(&gate, "a", composite(-9, by_name, &[])).await);
    assert!(all > 1);
    assert_eq!(
        services(&invoke(&gate, "b", composite(-8, by_name, &[child])).await),
        all,
        "the child was not seen yet"
    );
    assert_eq!(services(&invoke(&gate, "c", alarm(&world, "ALARM", -7)).await), 1);
    assert_eq!(
        services(&invoke(&gate, "d", composite(-6, by_name, &[child])).await),
        1,
        "the child that made it change"
    );
    assert_eq!(services(&invoke(&gate, "e", composite(-5, "ALARM(payments)", &[])).await), 1, "by name in its rule");
    let by_arn = format!("NOT OK({child})");
    assert_eq!(services(&invoke(&gate, "f", composite(-4, &by_arn, &[])).await), 1, "by ARN in its rule");
    assert_eq!(services(&invoke(&gate, "g", composite(-3, by_name, &[])).await), all, "one child is not known");
    let mut tagged = composite(-2, by_name, &[]);
    tagged["alarmData"]["alarmTags"] = json!({"tollgate:service": "payments-api"});
    assert_eq!(services(&invoke(&gate, "h", tagged).await), 1, "its tag says it");
}

#[tokio::test]
async fn dynamodb_remembers_what_was_told() {
    let world = World::new().with_dynamodb().await;
    rest_is_silent(&world);
    publish_all(&world, Traffic::burning(20, 2 * 3600)).await;
    let mut gate = world.slo_gate().await;
    let swept = invoke(&gate, "a", schedule(0)).await;
    assert_eq!((&swept["saw"]["notices"], &swept["notices_unsent"]), (&json!(1), &json!(0)), "{swept:#}");
    assert!(invoke(&gate, "b", schedule(0)).await["done_at"].is_string());
    gate.kill().await;
    let world = world.later(5);
    gate.start_again("slo-gate", &world.environment()).unwrap();
    let swept = invoke(&gate, "c", schedule(5)).await;
    assert_eq!((&swept["saw"]["notices"], &swept["saw"]["failed"]), (&json!(0), &json!(0)), "{swept:#}");
}

#[tokio::test]
async fn what_cannot_be_sent_is_kept_and_sent_later() {
    let mailbox = Mailbox::open().await;
    let gone = format!("{}-gone", mailbox.topic);
    let world = World::new().with("TOLLGATE_NOTICE_TOPIC", &gone);
    rest_is_silent(&world);
    publish_all(&world, Traffic::burning(20, 2 * 3600)).await;
    let mut gate = world.slo_gate().await;
    let swept = invoke(&gate, "a", schedule(0)).await;
    assert_eq!((&swept["saw"]["notices"], &swept["notices_unsent"]), (&json!(1), &json!(1)), "{swept:#}");
    gate.kill().await;
    let world = world.later(5).with("TOLLGATE_NOTICE_TOPIC", &mailbox.topic);
    gate.start_again("slo-gate", &world.environment()).unwrap();
    let swept = invoke(&gate, "b", schedule(5)).await;
    assert_eq!(swept["notices_unsent"], 0, "{swept:#}");
    assert!(mailbox.next().await.as_str().unwrap().starts_with("PAGE: payments-api in production"));
}

/// Whoever reads the topic is not paged at every turn because the bus is away.
#[tokio::test]
async fn a_target_that_took_a_notice_does_not_get_it_again_for_another() {
    let mailbox = Mailbox::open().await;
    let world = World::new()
        .with("TOLLGATE_NOTICE_TOPIC", &mailbox.topic)
        .with("TOLLGATE_NOTICE_BUS", "default")
        .with("AWS_ENDPOINT_URL_EVENTBRIDGE", "http://127.0.0.1:1");
    rest_is_silent(&world);
    publish_all(&world, Traffic::burning(20, 2 * 3600)).await;
    let mut gate = world.slo_gate().await;
    let swept = invoke(&gate, "a", schedule(0)).await;
    assert_eq!((&swept["saw"]["notices"], &swept["notices_unsent"]), (&json!(1), &json!(1)), "{swept:#}");
    assert!(mailbox.next().await.as_str().unwrap().starts_with("PAGE: payments-api in production"));
    let mut world = world;
    for (minutes, unsent) in [(5, 1), (10, 0)] {
        gate.kill().await;
        world = world.later(minutes);
        if unsent == 0 {
            let endpoint = tollgate_e2e::aws_endpoint();
            world = world.with("AWS_ENDPOINT_URL_EVENTBRIDGE", &endpoint);
        }
        gate.start_again("slo-gate", &world.environment()).unwrap();
        let swept = invoke(&gate, &format!("at-{minutes}"), schedule(minutes)).await;
        assert_eq!(swept["notices_unsent"], unsent, "{swept:#}");
        assert!(mailbox.is_empty().await, "the topic has it already");
    }
}

/// A page that nobody can end any more would stay open for ever.
#[tokio::test]
async fn a_service_that_leaves_the_catalogue_is_told_of_once() {
    let mailbox = Mailbox::open().await;
    let world = World::new().with("TOLLGATE_NOTICE_TOPIC", &mailbox.topic);
    rest_is_silent(&world);
    publish_all(&world, Traffic::HEALTHY).await;
    world.publish("notifications", Traffic::burning(300, 2 * 3600)).await;
    let mut gate = world.slo_gate().await;
    let swept = invoke(&gate, "a", schedule(0)).await;
    assert_eq!(swept["saw"]["levels"]["page"], 1, "{swept:#}");
    assert!(mailbox.next().await.as_str().unwrap().starts_with("PAGE: notifications in production"));
    gate.kill().await;
    for folder in ["services", "slos"] {
        std::fs::remove_file(world.policies().join(format!("data/{folder}/notifications.yaml"))).unwrap();
    }
    let mut world = world;
    for (minutes, notices) in [(5, 1), (10, 0)] {
        world = world.later(minutes);
        gate.start_again("slo-gate", &world.environment()).unwrap();
        let swept = invoke(&gate, &format!("at-{minutes}"), schedule(minutes)).await;
        assert_eq!((&swept["saw"]["notices"], &swept["saw"]["failed"]), (&json!(notices), &json!(0)), "{swept:#}");
        gate.kill().await;
    }
    let text = mailbox.next().await;
    let text = text.as_str().unwrap();
    assert!(text.starts_with("RESOLVED: notifications in production"), "{text}");
    assert!(text.contains("catalogue: it is not in the catalogue any more"), "{text}");
    assert!(mailbox.is_empty().await);
}

#[tokio::test]
async fn a_trigger_that_cannot_be_read_fails_so_that_it_is_not_lost() {
    let world = World::new();
    let gate = world.slo_gate().await;
    for (name, payload) in [
        ("another source", json!({"detail-type": "EC2 Instance State-change", "source": "aws.ec2", "detail": {}})),
        ("an unknown service", json!({"sweep": {"services": ["payment-api"]}})),
        ("an empty list", json!({"sweep": {"services": []}})),
        ("no state", json!({"alarmArn": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:x", "alarmData": {}})),
    ] {
        let error = gate.invoke(&name.replace(' ', "-"), payload).await.unwrap().unwrap_err();
        assert_eq!(error["errorType"], "Tollgate.BadRequest", "{name}: {error}");
    }
    let noted = world.unread();
    assert!(noted.iter().any(|note| note.contains("aws.ec2")), "{noted:?}");
    assert!(noted.iter().any(|note| note.contains("alarmData")), "{noted:?}");
}

fn snapshot(name: &str, text: &str) {
    let filters =
        vec![(r"\d{4}-\d\d-\d\dT", "2026-11-18T"), ("sha256:[0-9a-f]{64}", "[digest]"), ("[0-9A-Z]{26}", "[id]")];
    insta::with_settings!({snapshot_path => "../fixtures/slo/notices", prepend_module_to_snapshot => false, filters => filters}, {
        insta::assert_snapshot!(name, text);
    });
}
