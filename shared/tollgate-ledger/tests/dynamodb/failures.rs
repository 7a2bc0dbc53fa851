//! What DynamoDB may answer that no emulator does, over the wire, from a double that plays a script.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::config::{retry::RetryConfig, timeout::TimeoutConfig};
use serde_json::{Value, json};
use tokio::time::timeout;
use tollgate_core::facts::OutcomeResult;
use tollgate_ledger::{
    Claimed, DecisionsQuery, HistoryQuery, Ledger, LedgerConfig, LedgerError, Order, OutcomeReported, Recorded, Seen,
};

use crate::{
    double::{Answer, Double},
    reach,
    suite::fixture::{all_of, at, claim, id, outcome, record, refused},
};

/// The ledger before a double that gives these answers, one for each request.
async fn before(answers: Vec<Answer>) -> (Ledger, Double) {
    let double = Double::start(answers);
    let aws = reach::through(&double.endpoint).retry_config(RetryConfig::disabled()).build();
    (Ledger::open(&LedgerConfig::DynamoDb("ledger".into()), Some(&aws)).await.unwrap(), double)
}

fn failure(status: u16, code: &str) -> Answer {
    let body = json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "says the double"});
    Answer::Json(status, body)
}

fn cancelled(reasons: &Value) -> Answer {
    let body = json!({"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                      "Message": "Transaction cancelled", "CancellationReasons": reasons});
    Answer::Json(400, body)
}

fn cancelled_for(code: &str) -> Answer {
    cancelled(&json!([{"Code": "None"}, {"Code": code, "Message": "says the double"}, {"Code": "None"}]))
}

#[tokio::test]
async fn what_goes_away_is_told_apart_from_what_does_not() {
    for (answer, is_transient) in [
        (failure(400, "ThrottlingException"), true),
        (failure(400, "ProvisionedThroughputExceededException"), true),
        (failure(400, "RequestLimitExceeded"), true),
        (failure(400, "TransactionConflictException"), true),
        (failure(500, "InternalServerError"), true),
        (failure(503, "SomethingNew"), true),
        (failure(400, "AccessDeniedException"), false),
        (failure(400, "ResourceNotFoundException"), false),
        (failure(400, "ValidationException"), false),
        (Answer::Json(400, json!("nonsense")), false),
        (Answer::Hangup, true),
    ] {
        let said = format!("{answer:?}");
        let (ledger, double) = before(vec![answer]).await;
        let error = ledger.claim(&claim("k", "q", 0, 1)).await.unwrap_err();
        assert_eq!(error.is_transient(), is_transient, "{said}: {error}");
        assert!(error.to_string().starts_with("ledger `dynamodb:ledger` could not claim"), "{error}");
        assert_eq!(double.requests().len(), 1, "{said}");
    }
}

#[tokio::test]
async fn a_cancelled_transaction_is_judged_by_its_reasons() {
    for (answer, is_transient) in [
        (cancelled_for("ThrottlingError"), true),
        (cancelled_for("ProvisionedThroughputExceeded"), true),
        (cancelled_for("ValidationError"), false),
        (cancelled_for("ItemCollectionSizeLimitExceeded"), false),
        (cancelled(&json!([])), false),
        (cancelled(&json!([{"Code": "ThrottlingError"}, {"Code": "ValidationError"}])), false),
        (failure(400, "TransactionInProgressException"), true),
        (failure(400, "IdempotentParameterMismatchException"), false),
    ] {
        let said = format!("{answer:?}");
        let (ledger, double) = before(vec![answer]).await;
        let error = ledger.record(&record("payments-api", 0, 1), None).await.unwrap_err();
        assert_eq!(error.is_transient(), is_transient, "{said}: {error}");
        assert_eq!(double.requests().len(), 1, "{said}");
    }
}

#[tokio::test]
async fn a_record_takes_one_request_and_the_first_one_comes_back_in_it() {
    let first = record("payments-api", 0, 1);
    let body = serde_json::to_string(&first).unwrap();
    let reason = json!({"Code": "ConditionalCheckFailed", "Message": "The conditional request failed",
                        "Item": {"pk": {"S": "DECISION#…"}, "body": {"S": body}}});
    let (ledger, double) = before(vec![cancelled(&json!([reason, {"Code": "None"}, {"Code": "None"}]))]).await;
    assert_eq!(ledger.record(&first, None).await.unwrap(), Recorded::Already(Box::new(first)));
    let requests = double.requests();
    assert_eq!(requests.len(), 1);
    let token = requests[0]["ClientRequestToken"].as_str().unwrap();
    assert!(!token.is_empty(), "without a token a request that is sent again would meet itself");
    assert_eq!(requests[0]["TransactItems"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn what_was_allowed_meanwhile_is_told_apart_from_what_was_recorded_before() {
    let unmet = json!({"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"});
    let met = json!({"Code": "None"});
    let (ledger, double) = before(vec![cancelled(&json!([met, unmet, met, met]))]).await;
    let seen = Seen::default();
    assert_eq!(ledger.record(&record("payments-api", 0, 1), Some(&seen)).await.unwrap(), Recorded::Overtaken);
    let items = double.requests()[0]["TransactItems"].clone();
    let condition = items[1]["Put"]["ConditionExpression"].as_str().unwrap();
    assert_eq!(condition, "attribute_not_exists(pk) OR evaluated_at < :since");
    // An unmet condition that nothing set is no verdict on the decision.
    let (ledger, _double) = before(vec![cancelled(&json!([met, met, unmet, met]))]).await;
    assert!(ledger.record(&record("payments-api", 0, 1), Some(&seen)).await.is_err());
    let (ledger, double) = before(vec![Answer::Json(200, json!({}))]).await;
    assert_eq!(ledger.record(&refused("payments-api", 0, 1), Some(&seen)).await.unwrap(), Recorded::Stored);
    assert_eq!(double.requests()[0]["TransactItems"].as_array().unwrap().len(), 3, "a refusal overtakes nothing");
}

#[tokio::test]
async fn a_transaction_that_meets_another_is_tried_again_a_few_times() {
    let (ledger, double) = before(vec![cancelled_for("TransactionConflict"), Answer::Json(200, json!({}))]).await;
    assert_eq!(ledger.record(&record("payments-api", 0, 1), None).await.unwrap(), Recorded::Stored);
    assert_eq!(double.requests().len(), 2);

    let (ledger, double) = before((0..9).map(|_| cancelled_for("TransactionConflict")).collect()).await;
    let error = ledger.record(&record("payments-api", 0, 1), None).await.unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("TransactionConflict"), "{error}");
    assert_eq!(double.requests().len(), 5);
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_new_when_it_meets_itself() {
    let claim = claim("k", "q", 0, 1);
    let item = json!({"pk": {"S": "CLAIM#…"}, "request_digest": {"S": "q"}, "decision_id": {"S": id(at(0), 1)},
                      "claimed_at": {"S": "2026-11-21T09:00:00Z"}});
    let met =
        json!({"__type": "ConditionalCheckFailedException", "message": "The conditional request failed", "Item": item});
    let double = Double::start(vec![Answer::Hangup, Answer::Json(400, met)]);
    let retry = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    let aws = reach::through(&double.endpoint).retry_config(retry).build();
    let ledger = Ledger::open(&LedgerConfig::DynamoDb("ledger".into()), Some(&aws)).await.unwrap();
    assert_eq!(ledger.claim(&claim).await.unwrap(), Claimed::New);
    assert_eq!(double.requests().len(), 2);
}

#[tokio::test]
async fn an_item_without_what_it_must_have_is_unreadable_and_never_absent() {
    let odd = || Answer::Json(200, json!({"Item": {"pk": {"S": "DECISION#1"}, "body": {"N": "1"}}}));
    let (ledger, _double) = before(vec![odd(), odd()]).await;
    let error = ledger.decision(&id(at(0), 1)).await.unwrap_err();
    assert!(matches!(error, LedgerError::Unreadable { .. }), "{error}");
    assert!(error.to_string().contains("`DECISION#1`") && error.to_string().contains("`body`"), "{error}");
    let reported = ledger.report_outcome(&id(at(0), 1), outcome(OutcomeResult::Failed, 9)).await;
    assert!(!matches!(reported, Ok(OutcomeReported::UnknownDecision)), "{reported:?}");

    let entry = json!({"Items": [{"pk": {"S": "SERVICE#…"}, "change": {"S": "{}"}}], "Count": 1});
    let (ledger, _double) = before(vec![Answer::Json(200, entry.clone()), Answer::Json(200, entry)]).await;
    assert!(matches!(ledger.history(&history(9)).await, Err(LedgerError::Unreadable { .. })));
}

fn history(limit: u32) -> HistoryQuery {
    HistoryQuery { limit, ..all_of("payments-api") }
}

#[tokio::test]
async fn every_read_sees_what_was_written_before() {
    let listed = json!({"Items": [{"pk": {"S": "YEAR#2026"}, "sk": {"S": id(at(0), 1)}}], "Count": 1});
    let nothing = || Answer::Json(200, json!({}));
    let (ledger, double) =
        before(vec![nothing(), nothing(), nothing(), nothing(), Answer::Json(200, listed), nothing()]).await;
    assert_eq!(ledger.decision(&id(at(0), 1)).await.unwrap(), None);
    ledger.report_outcome(&id(at(0), 1), outcome(OutcomeResult::Failed, 9)).await.unwrap();
    ledger.history(&history(9)).await.unwrap();
    let query = DecisionsQuery { since: at(0), until: at(9), order: Order::NewestFirst, after: None, limit: 1 };
    let error = ledger.decisions(&query).await.unwrap_err();
    assert!(error.to_string().contains("it is listed and not there"), "{error}");
    let requests = double.requests();
    assert_eq!(requests.len(), 6);
    assert!(requests.iter().all(|request| request["ConsistentRead"] == json!(true)), "{requests:?}");
}

#[tokio::test]
async fn a_history_that_never_ends_is_given_up_and_says_so() {
    let empty = || {
        Answer::Json(200, json!({"Items": [], "Count": 0, "LastEvaluatedKey": {"pk": {"S": "x"}, "sk": {"S": "y"}}}))
    };
    let (ledger, double) = before((0..80).map(|_| empty()).collect()).await;
    let history = ledger.history(&history(9)).await.unwrap();
    // For what was allowed, and for what was refused of the change that asks.
    assert_eq!((history.changes.len(), history.truncated, history.requests), (0, true, 64));
    assert_eq!(double.requests().len(), 64);
}

#[tokio::test]
async fn what_never_answers_is_given_up_in_bounded_time() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let ledger = Ledger::open(&LedgerConfig::DynamoDb("ledger".into()), Some(&reach::through(&endpoint).build())).await;
    let (ledger, claim) = (ledger.unwrap(), claim("k", "q", 0, 1));
    let error = timeout(Duration::from_secs(10), ledger.claim(&claim)).await.expect("waits too long").unwrap_err();
    assert!(error.is_transient(), "{error}");

    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_millis(50)).build();
    let aws = reach::through(&endpoint).timeout_config(timeouts).build();
    let start = Instant::now();
    let ledger = Ledger::open(&LedgerConfig::DynamoDb("ledger".into()), Some(&aws)).await.unwrap();
    assert!(ledger.claim(&claim).await.unwrap_err().is_transient());
    assert!(start.elapsed() < Duration::from_secs(2), "the given timeout was not kept: {:?}", start.elapsed());

    drop(silent);
    assert!(ledger.claim(&claim).await.unwrap_err().is_transient());
}
