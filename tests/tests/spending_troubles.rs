//! The cost gate where something goes wrong: what cannot be read, paid for, kept or finished is seen, and nothing is lost.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use serde_json::json;
use tollgate_e2e::{
    letters::{invoke, letter, schedule, sns, third, world},
    spending::{STEPS, budget},
    world::{World, now},
};

#[tokio::test]
async fn what_cannot_be_read_is_noted_and_fails_after_the_rest_is_done() {
    let (world, billing) = world(third()).await;
    let gate = world.cost_gate().await;
    let broken = "Budget Name: search\nand no other line of an alert".to_owned();
    let mixed = sns(&[("1", broken), ("2", letter("$900.00")), ("3", "Budget Name: x; token=secret-1".to_owned())]);
    for id in ["a", "a", "b"] {
        let error = gate.invoke(id, mixed.clone()).await.unwrap().unwrap_err();
        assert_eq!(error["errorType"], "Tollgate.BadRequest", "{error}");
    }
    assert!(!billing.take_asked().is_empty(), "the letter between them was done");
    let metrics = gate.log().iter().filter(|line| line.contains("UnreadableEvents")).count();
    assert_eq!(metrics, 6, "each delivery of each");
    let notes = world.unread();
    assert_eq!(notes.len(), 2, "each once: {notes:?}");
    assert!(notes[0].contains("no `Budget Type`") && notes[0].contains("Records[0]"), "{notes:?}");
    assert!(!notes.concat().contains("secret-1"), "{notes:?}");
}

#[tokio::test]
async fn a_ceiling_that_is_reached_is_told_and_what_was_known_stays() {
    let (world, billing) = world(third()).await;
    let world = world.with_threshold("billing", "paid_requests_a_day_at_most", "7");
    let mut gate = world.cost_gate().await;
    let checked = invoke(&gate, "a", schedule(0)).await;
    let paid = checked["bill"]["paid_requests"].as_u64().unwrap();
    assert!((4..7).contains(&paid), "{checked:#}");
    billing.take_asked();
    gate.kill().await;
    let world = world.later(8 * 60);
    gate.start_again("cost-gate", &world.environment()).unwrap();
    let checked = invoke(&gate, "b", schedule(8 * 60)).await;
    assert_eq!(billing.take_asked().len() as u64, 7 - paid, "{checked:#}");
    assert_eq!(checked["bill"]["outcome"], "fetched, and not all of it came");
    let question = json!({"spending": {"service": "search-api", "environment": "production"}}).to_string();
    let answer = gate.http("POST", "/v1/gates/cost", &[], &question).await;
    assert!(answer.body.to_string().contains("the ceiling of"), "{:#}", answer.body);
    gate.kill().await;
    let world = world.later(10 * 60);
    gate.start_again("cost-gate", &world.environment()).unwrap();
    let checked = invoke(&gate, "c", schedule(10 * 60)).await;
    assert!(checked["bill"]["outcome"].as_str().unwrap().contains("7 paid requests a day is reached"), "{checked:#}");
    assert_eq!(billing.take_asked(), [] as [&str; 0]);
    let answer = gate.http("POST", "/v1/gates/cost", &[], &question).await;
    let bill = answer.body["findings"].as_array().unwrap().iter().find(|found| found["evidence"] == json!(["bill"]));
    assert!(bill.unwrap()["message"].as_str().unwrap().contains("paid requests a day"), "{:#}", answer.body);
}

/// The forecast of a young account is not known, and neither are anomalies where they are not allowed.
#[tokio::test]
async fn parts_that_do_not_come_are_seen() {
    let (world, billing) = world(third()).await;
    billing.change(|bill| {
        bill.refused.insert("GetAnomalies", (400, "AccessDeniedException"));
        bill.refused.insert("GetCostForecast", (400, "DataUnavailableException"));
    });
    let everything = budget("everything", "platform", "all: true", &STEPS);
    let world =
        world.with_budgets(&format!("budgets:\n{everything}")).with_threshold("billing", "forecasts", "[everything]");
    let gate = world.cost_gate().await;
    let checked = invoke(&gate, "a", schedule(0)).await;
    assert_eq!(checked["bill"]["outcome"], "fetched, and not all of it came", "{checked:#}");
    let question = json!({"spending": {"budget": "everything"}}).to_string();
    let answer = gate.http("POST", "/v1/gates/cost", &[], &question).await;
    assert_eq!(answer.status, 200);
    let text = answer.body.to_string();
    assert!(text.contains("budget/everything/anomalies") && text.contains("ce:GetAnomalies"), "{:#}", answer.body);
    assert!(billing.take_asked().contains(&"GetCostForecast".to_owned()));
}

#[tokio::test]
async fn a_run_that_is_cut_off_loses_nothing_and_is_gone_on_with() {
    let (world, billing) = world(third()).await;
    let gate = world.cost_gate().await;
    // As much as is kept for sending and answering.
    gate.api.give_seconds(5);
    let error = gate.invoke("a", schedule(0)).await.unwrap().unwrap_err();
    assert_eq!(error["errorType"], "Tollgate.Unavailable", "{error}");
    assert!(error["errorMessage"].as_str().unwrap().contains("the next run goes on with the other 2"), "{error}");
    assert_eq!(billing.take_asked(), [] as [&str; 0], "without time nothing is paid for");
    gate.api.give_seconds(120);
    let checked = invoke(&gate, "a", schedule(0)).await;
    assert_eq!(
        (&checked["bill"]["outcome"], &checked["saw"]["budgets"]),
        (&json!("fetched"), &json!(2)),
        "{checked:#}"
    );
    assert_eq!((&checked["saw"]["notices"], &checked["saw"]["showbacks"]), (&json!(1), &json!(2)), "{checked:#}");
}

fn damage(world: &World, sql: &str) {
    let connection = rusqlite::Connection::open(world.folder().join("ledger.sqlite")).unwrap();
    assert!(connection.execute(sql, []).unwrap() > 0, "{sql}");
}

#[tokio::test]
async fn what_the_ledger_keeps_of_the_bill_may_be_damaged_and_is_written_anew() {
    let (mut world, billing) = world(third()).await;
    let mut gate = world.cost_gate().await;
    invoke(&gate, "a", schedule(0)).await;
    let question = json!({"spending": {"service": "search-api", "environment": "production"}}).to_string();
    for (minutes, body, table) in [
        // Of the account the age is lost as well; slices are not fetched again within the hour.
        (5, "{\"current\": 7}", "collection = '[\"bill\"]'"),
        (10, "not json", "collection = '[\"bill\"]'"),
        (75, "{}", "collection LIKE '[\"bill\",%'"),
        (80, "{\"subjects\": 7}", "collection LIKE '[\"state\"%'"),
        (85, "not json", "collection LIKE '[\"round\"%'"),
    ] {
        gate.kill().await;
        damage(&world, &format!("UPDATE documents SET body = '{body}' WHERE {table}"));
        billing.take_asked();
        world = world.later(minutes);
        gate.start_again("cost-gate", &world.environment()).unwrap();
        let answer = gate.http("POST", "/v1/gates/cost", &[], &question).await;
        assert_eq!(answer.status, 200, "{:#}", answer.body);
        let checked = invoke(&gate, &format!("run-{minutes}"), schedule(minutes)).await;
        let saw = &checked["saw"];
        assert_eq!((&saw["budgets"], &saw["failed"]), (&json!(2), &json!(0)), "{table}: {checked:#}");
        assert_eq!(!billing.take_asked().is_empty(), table.contains("bill"), "{table}: {checked:#}");
        let checked = invoke(&gate, &format!("again-{minutes}"), schedule(minutes + 1)).await;
        assert!(checked["bill"]["as_of"].is_string() && checked["saw"]["notices"] == 0, "{table}: {checked:#}");
    }
}

/// Whoever asks again under the same id takes back what the attempt before put aside.
#[tokio::test]
async fn a_run_that_is_killed_does_not_eat_the_allowance_of_the_day() {
    let (world, billing) = world(third()).await;
    let world = world.with_threshold("billing", "paid_requests_a_day_at_most", "20");
    let mut gate = world.cost_gate().await;
    for _ in 0..4 {
        billing.change(|bill| bill.hangs = true);
        tokio::select! {
            _ = gate.invoke("a", schedule(0)) => panic!("the bill hangs"),
            () = billing.was_asked() => {}
        }
        gate.kill().await;
        billing.take_asked();
        gate.start_again("cost-gate", &world.environment()).unwrap();
    }
    billing.change(|bill| bill.hangs = false);
    assert_eq!(invoke(&gate, "a", schedule(0)).await["bill"]["outcome"], "fetched");
}

/// Lambda takes any answer for work that is done: what is not understood has to fail.
#[tokio::test]
async fn what_is_no_question_and_no_trigger_fails_and_is_noted() {
    let (world, _) = world(third()).await;
    let gate = world.cost_gate().await;
    let record = json!({"version": "1.0", "requestContext": {"requestId": "r", "condition": "RetriesExhausted"},
                        "requestPayload": schedule(0), "responseContext": {"statusCode": 200}});
    let lost = [
        json!([1]),
        json!([schedule(0)]),
        record,
        json!({"foo": 1}),
        json!({"source": "aws.ce", "detail": {}}),
        json!({"detail": "{\"sweep\": {", "detail-type": "Scheduled Event", "source": "aws.scheduler",
               "time": now().to_rfc3339(), "id": "1"}),
    ];
    for (index, payload) in lost.iter().enumerate() {
        let error = gate.invoke(&format!("lost-{index}"), payload.clone()).await.unwrap().unwrap_err();
        assert!(error["errorType"].as_str().unwrap().starts_with("Tollgate."), "{payload}: {error}");
    }
    assert_eq!(world.unread().len(), lost.len());
    let mut beside = schedule(0);
    beside["requestContext"] = json!({});
    assert_eq!(invoke(&gate, "beside", beside).await["saw"]["budgets"], 2, "it is a schedule all the same");
}
