//! The cost gate looks at budgets by itself: schedules, letters of AWS Budgets and anomalies in, notices out, each once.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use serde_json::{Value, json};
use tollgate_e2e::{
    billing::Billing,
    letters::{anomaly, invoke, letter, schedule, sns, third, world},
    mailbox::Mailbox,
    spending::{STEPS, budget, spend},
    world::{World, now},
};

fn snapshot(name: &str, text: &str) {
    let filters =
        vec![(r"\d{4}-\d\d-\d\d", "2026-11-18"), ("sha256:[0-9a-f]{64}", "[digest]"), ("[0-9A-Z]{26}", "[id]")];
    insta::with_settings!({snapshot_path => "../fixtures/cost/notices", prepend_module_to_snapshot => false, filters => filters}, {
        insta::assert_snapshot!(name, text);
    });
}

#[tokio::test]
async fn a_step_and_a_showback_are_told_of_once_however_often_the_schedule_comes() {
    let mailbox = Mailbox::open().await;
    let (world, billing) = world(third()).await;
    let world = world.with("TOLLGATE_NOTICE_TOPIC", &mailbox.topic);
    let mut gate = world.cost_gate().await;
    let checked = invoke(&gate, "a", schedule(0)).await;
    let saw = &checked["saw"];
    assert_eq!((&saw["budgets"], &saw["notices"], &saw["failed"]), (&json!(2), &json!(1), &json!(0)), "{checked:#}");
    assert_eq!((&saw["showbacks"], &checked["notices_unsent"]), (&json!(2), &json!(0)), "{checked:#}");
    assert_eq!(checked["bill"]["paid_requests"], billing.take_asked().len());
    let mut texts = Vec::new();
    for _ in 0..3 {
        texts.push(mailbox.next().await.as_str().unwrap().to_owned());
    }
    texts.sort();
    assert!(texts[0].contains("payments on") && texts[1].contains("search on"), "{texts:?}");
    snapshot("showback", &texts[1]);
    snapshot("step", &texts[2]);
    assert!(invoke(&gate, "b", schedule(0)).await["done_at"].is_string(), "another delivery of the same time");
    gate.kill().await;
    let world = world.later(5);
    gate.start_again("cost-gate", &world.environment()).unwrap();
    let checked = invoke(&gate, "c", schedule(5)).await;
    assert_eq!((&checked["saw"]["notices"], &checked["saw"]["showbacks"]), (&json!(0), &json!(0)), "{checked:#}");
    assert_eq!(billing.take_asked(), [] as [&str; 0], "the bill is new enough");
    assert!(mailbox.is_empty().await, "nothing changed, so nothing is said, also after a restart");
}

#[tokio::test]
async fn the_bill_is_fetched_once_in_each_span_and_what_grew_is_told() {
    let (world, billing) = world(third()).await;
    let mut gate = world.cost_gate().await;
    invoke(&gate, "a", schedule(0)).await;
    let first = billing.take_asked().len();
    gate.kill().await;
    billing.change(|bill| bill.lines = spend("search-api", "search", "production", 10_000));
    let world = world.later(8 * 60);
    gate.start_again("cost-gate", &world.environment()).unwrap();
    let checked = invoke(&gate, "b", schedule(8 * 60)).await;
    assert_eq!(billing.take_asked().len(), first, "{checked:#}");
    assert_eq!((&checked["bill"]["outcome"], &checked["saw"]["levels"]["page"]), (&json!("fetched"), &json!(1)));
    let notice = gate.logged("budget search-production has spent 110 % of 1000.00 USD (freeze at 100 %)").await;
    assert!(notice.contains("\"kind\":\"page\""), "{notice}");
}

#[tokio::test]
async fn letters_wake_up_and_are_each_done_once_in_whatever_order() {
    let (world, billing) = world(third()).await;
    let gate = world.cost_gate().await;
    let (older, newer) = (letter("$801.00"), letter("$1,234.56"));
    let both = sns(&[("1", newer.clone()), ("2", older.clone())]);
    let answer = gate.invoke("a", both).await.unwrap().unwrap();
    let done = answer["done"].as_array().unwrap();
    assert_eq!((&done[0]["bill"]["outcome"], &done[0]["saw"]["notices"]), (&json!("fetched"), &json!(1)), "{answer:#}");
    assert!(done[1]["bill"]["outcome"].as_str().unwrap().contains("new enough"), "{answer:#}");
    let asked = billing.take_asked().len();
    assert!(asked > 0);
    let again = gate.invoke("b", sns(&[("3", older), ("4", newer)])).await.unwrap().unwrap();
    assert!(again["done"].as_array().unwrap().iter().all(|done| done["done_at"].is_string()), "{again:#}");
    for number in 0..5 {
        invoke(&gate, &format!("flood-{number}"), sns(&[("5", letter(&format!("$9{number}0.00")))])).await;
    }
    assert_eq!(billing.take_asked(), [] as [&str; 0], "a flood of letters pays for nothing");
}

#[tokio::test]
async fn an_anomaly_is_one_state_in_each_of_its_spellings() {
    let (world, _) = world(third()).await;
    let gate = world.cost_gate().await;
    let event = |detail: Value| {
        json!({"version": "0", "id": "7bf73129", "source": "aws.ce", "detail-type": "Anomaly Detected",
               "account": "123456789012", "region": "us-east-1", "time": "2026-11-18T00:00:00Z", "resources": [],
               "detail": detail})
    };
    let first = invoke(&gate, "a", event(anomaly(1001.0))).await;
    assert_eq!(first["saw"]["budgets"], 2, "{first:#}");
    for (id, payload) in [
        ("b", event(json!(anomaly(1001.0).to_string()))),
        ("c", sns(&[("1", anomaly(1001.0).to_string())])),
        ("d", sns(&[("2", event(anomaly(1001.0)).to_string())])),
    ] {
        assert!(invoke(&gate, id, payload).await["done_at"].is_string(), "{id}");
    }
    assert!(invoke(&gate, "e", event(anomaly(2000.0))).await["saw"].is_object(), "it has grown");
}

/// What `GetAnomalies` has when an event of it wakes us.
fn open_anomaly(impact: f64) -> Value {
    let today = now().date_naive();
    json!({"AnomalyId": "a-1", "AnomalyStartDate": format!("{today}T00:00:00Z"), "DimensionValue": "Amazon S3",
           "AnomalyScore": {"MaxScore": 0.5, "CurrentScore": 0.5}, "MonitorArn": "arn:aws:ce::123456789012:anomalymonitor/9a",
           "Impact": {"MaxImpact": 90.0, "TotalImpact": impact, "TotalImpactPercentage": 60.0},
           "RootCauses": [{"Service": "Amazon S3", "LinkedAccount": "111122223333"}]})
}

#[tokio::test]
async fn an_anomaly_is_told_of_once_with_its_numbers_and_owner() {
    let mailbox = Mailbox::open().await;
    let billing = Billing::start(spend("search-api", "search", "production", 1000)).await;
    billing.change(|bill| bill.anomalies = vec![open_anomaly(1001.0)]);
    let file = budget("search-production", "search", "services: [search-api], environments: [production]", &STEPS);
    let world = World::new().with_budgets(&format!("budgets:\n{file}")).with_billing(&billing);
    let world = world.with("TOLLGATE_NOTICE_TOPIC", &mailbox.topic);
    let mut gate = world.cost_gate().await;
    let letter = || sns(&[("1", anomaly(1001.0).to_string())]);
    let woken = invoke(&gate, "a", letter()).await;
    assert_eq!(woken["saw"]["notices"], 1, "{woken:#}");
    let mut texts = Vec::new();
    for _ in 0..2 {
        texts.push(mailbox.next().await.as_str().unwrap().to_owned());
    }
    texts.sort();
    assert!(texts[0].starts_with("SHOWBACK: search on"), "{texts:?}");
    let told = "TICKET: budget search-production has an anomaly of 1001.00 USD since";
    assert!(texts[1].starts_with(told) && texts[1].contains(": Amazon S3\n"), "{}", texts[1]);
    assert!(texts[1].contains("owner: search\ncontact: #team-search"), "{}", texts[1]);
    assert!(invoke(&gate, "b", letter()).await["done_at"].is_string(), "delivered again");
    gate.kill().await;
    let world = world.later(8 * 60);
    gate.start_again("cost-gate", &world.environment()).unwrap();
    let checked = invoke(&gate, "c", schedule(8 * 60)).await;
    assert_eq!((&checked["bill"]["outcome"], &checked["saw"]["notices"]), (&json!("fetched"), &json!(0)));
    assert!(mailbox.is_empty().await, "it stands as it stood");
    gate.kill().await;
    billing.change(|bill| bill.anomalies = vec![open_anomaly(2002.0)]);
    let world = world.later(16 * 60);
    gate.start_again("cost-gate", &world.environment()).unwrap();
    let grown = invoke(&gate, "d", sns(&[("2", anomaly(2002.0).to_string())])).await;
    assert_eq!(grown["saw"]["notices"], 1, "{grown:#}");
}

/// Two processes at once: one fetches. The other looks at what is there then, or has nothing to look at and comes again.
#[tokio::test]
async fn two_runs_at_once_fetch_once() {
    let (world, billing) = world(third()).await;
    let (one, other) = tokio::join!(world.cost_gate(), world.cost_gate());
    let anomaly = sns(&[("1", anomaly(1.0).to_string())]);
    let (one, other) = tokio::join!(one.invoke("a", schedule(0)), other.invoke("b", anomaly));
    let (mut paid, mut fetched) = (0, 0);
    for run in [one, other] {
        match run.unwrap() {
            Ok(answer) => {
                let bill = &answer["done"][0]["bill"];
                paid += bill["paid_requests"].as_u64().unwrap();
                fetched += u64::from(bill["outcome"] == "fetched");
                assert!(bill["as_of"].is_string(), "{answer:#}");
            }
            Err(error) => {
                assert!(
                    error["errorMessage"].as_str().unwrap().contains("another run has been fetching it"),
                    "{error}"
                );
            }
        }
    }
    assert_eq!((paid, fetched), (billing.take_asked().len() as u64, 1));
}

/// What AWS tells within the hour in which nothing more is paid for.
#[tokio::test]
async fn a_letter_that_comes_too_early_has_the_next_run_fetch_the_bill() {
    let (world, billing) = world(third()).await;
    let mut gate = world.cost_gate().await;
    invoke(&gate, "a", schedule(0)).await;
    billing.change(|bill| bill.lines = spend("search-api", "search", "production", 10_000));
    billing.take_asked();
    gate.kill().await;
    let world = world.later(30);
    gate.start_again("cost-gate", &world.environment()).unwrap();
    let woken = invoke(&gate, "b", sns(&[("1", letter("$1,234.56"))])).await;
    assert!(woken["bill"]["outcome"].as_str().unwrap().contains("new enough for now"), "{woken:#}");
    assert_eq!(billing.take_asked(), [] as [&str; 0]);
    gate.kill().await;
    let world = world.later(65);
    gate.start_again("cost-gate", &world.environment()).unwrap();
    let checked = invoke(&gate, "c", schedule(65)).await;
    assert_eq!((&checked["bill"]["outcome"], &checked["saw"]["levels"]["page"]), (&json!("fetched"), &json!(1)));
    gate.kill().await;
    let world = world.later(130);
    gate.start_again("cost-gate", &world.environment()).unwrap();
    let checked = invoke(&gate, "d", schedule(130)).await;
    assert!(checked["bill"]["outcome"].as_str().unwrap().contains("new enough"), "it is known now: {checked:#}");
}

#[tokio::test]
async fn dynamodb_keeps_the_bill_and_what_was_told() {
    let (world, _) = world(third()).await;
    let world = world.with_dynamodb().await;
    let mut gate = world.cost_gate().await;
    let checked = invoke(&gate, "a", schedule(0)).await;
    assert_eq!(
        (&checked["saw"]["notices"], &checked["bill"]["outcome"]),
        (&json!(1), &json!("fetched")),
        "{checked:#}"
    );
    gate.kill().await;
    let world = world.later(5);
    gate.start_again("cost-gate", &world.environment()).unwrap();
    let question = json!({"spending": {"service": "search-api", "environment": "production", "purpose": "fix"}});
    let answer = gate.http("POST", "/v1/gates/cost", &[], &question.to_string()).await;
    assert_eq!(answer.body["verdict"], "allow", "{:#}", answer.body);
    let checked = invoke(&gate, "b", schedule(5)).await;
    assert_eq!((&checked["saw"]["notices"], &checked["saw"]["showbacks"]), (&json!(0), &json!(0)), "{checked:#}");
}
