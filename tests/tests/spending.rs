//! The cost gate looks at budgets by itself: schedules, letters of AWS Budgets and anomalies in, notices out, each once.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use serde_json::{Value, json};
use tollgate_e2e::{
    billing::{Billing, Line},
    function::Function,
    mailbox::Mailbox,
    spending::{STEPS, budget, spend},
    world::{World, now},
};

/// What EventBridge Scheduler sends some minutes after the world's time.
fn schedule(minutes: i64) -> Value {
    let time = (now() + chrono::Duration::minutes(minutes)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.scheduler", "account": "123456789012", "time": time, "region": "eu-central-1",
        "resources": ["arn:aws:scheduler:eu-central-1:123456789012:schedule/default/tollgate-cost"], "detail": "{}",
    })
}

fn letter(amount: &str) -> String {
    format!(
        "AWS Budget Notification November 18, 2026\nAWS Account 123456789012\n\nDear AWS Customer,\n\nYou requested that we \
         alert you when the ACTUAL Cost associated with your search budget is greater than $800.00 for the current \
         month.\n\nBudget Name: search\nBudget Type: Cost\nBudgeted Amount: $1,000.00\nAlert Type: ACTUAL\nAlert Threshold: \
         > $800.00\nACTUAL Amount: {amount}\n"
    )
}

fn sns(messages: &[(&str, String)]) -> Value {
    let record = |(id, message): &(&str, String)| {
        json!({"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": "arn:aws:sns:us-east-1:1:b:0",
               "Sns": {"Type": "Notification", "MessageId": id, "TopicArn": "arn:aws:sns:us-east-1:123456789012:budgets",
                       "Subject": "AWS Budgets: search has exceeded your alert threshold", "Message": message,
                       "Timestamp": "2026-11-18T01:01:38.638Z", "MessageAttributes": {}}})
    };
    json!({"Records": messages.iter().map(record).collect::<Vec<_>>()})
}

fn anomaly(impact: f64) -> Value {
    json!({"accountId": "123456789012", "anomalyId": "a-1", "anomalyStartDate": "2026-11-16T00:00:00Z",
           "anomalyEndDate": "2026-11-17T00:00:00Z", "anomalyScore": {"currentScore": 0.5, "maxScore": 0.5},
           "impact": {"maxImpact": 151, "totalActualSpend": 1301, "totalExpectedSpend": 300, "totalImpact": impact}})
}

async fn world(lines: Vec<Line>) -> (World, Billing) {
    let billing = Billing::start(lines).await;
    let search = budget("search-production", "search", "services: [search-api], environments: [production]", &STEPS);
    let payments = budget("payments", "payments", "tags: {owner: [payments]}", &STEPS);
    let world = World::new().with_budgets(&format!("budgets:\n{search}{payments}")).with_billing(&billing);
    (world, billing)
}

/// A third of the search budget is spent, and a tenth of the other.
fn third() -> Vec<Line> {
    let mut lines = spend("search-api", "search", "production", 3000);
    lines.extend(spend("payments-api", "payments", "production", 1000));
    lines
}

async fn invoke(gate: &Function, request_id: &str, payload: Value) -> Value {
    gate.invoke(request_id, payload).await.unwrap().unwrap()["done"][0].clone()
}

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

#[tokio::test]
async fn what_cannot_be_read_is_noted_and_fails_after_the_rest_is_done() {
    let (world, billing) = world(third()).await;
    let ledger = world.folder().join("ledger.sqlite");
    let gate = world.cost_gate().await;
    let broken = letter("$1,234.56").replace("Alert Type: ACTUAL\n", "");
    let mixed = sns(&[("1", broken), ("2", letter("$900.00")), ("3", "Budget Name: x; token=secret-1".to_owned())]);
    for id in ["a", "a", "b"] {
        let error = gate.invoke(id, mixed.clone()).await.unwrap().unwrap_err();
        assert_eq!(error["errorType"], "Tollgate.BadRequest", "{error}");
    }
    assert!(!billing.take_asked().is_empty(), "the letter between them was done");
    let metrics = gate.log().iter().filter(|line| line.contains("UnreadableEvents")).count();
    assert_eq!(metrics, 6, "each delivery of each");
    let connection = rusqlite::Connection::open(ledger).unwrap();
    let mut rows =
        connection.prepare("SELECT body FROM documents WHERE collection LIKE '%unread%' ORDER BY key").unwrap();
    let notes: Vec<String> = rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(notes.len(), 2, "each once: {notes:?}");
    assert!(notes[0].contains("no `Alert Type`") && notes[0].contains("Records[0]"), "{notes:?}");
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
    let connection = rusqlite::Connection::open(world.folder().join("ledger.sqlite")).unwrap();
    let count = "SELECT count(*) FROM documents WHERE collection LIKE '%unread%'";
    let noted: usize = connection.query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(noted, lost.len());
    let mut beside = schedule(0);
    beside["requestContext"] = json!({});
    assert_eq!(invoke(&gate, "beside", beside).await["saw"]["budgets"], 2, "it is a schedule all the same");
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
