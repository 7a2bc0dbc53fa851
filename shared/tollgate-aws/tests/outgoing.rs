//! Notices on their way out: what is not taken is known, and nothing else is said to be sent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_eventbridge::{
    Client as EventBridge,
    config::{Credentials, Region, SharedCredentialsProvider},
    operation::put_events::{PutEventsInput, PutEventsOutput},
    types::PutEventsResultEntry,
};
use aws_sdk_sns::{
    Client as Sns,
    operation::publish::{PublishError, PublishInput, PublishOutput},
    types::error::AuthorizationErrorException,
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::error::ErrorMetadata;
use tokio::time::Instant;
use tollgate_aws::{Letter, Outgoing, sdk_config};
use tollgate_core::notice::{NOTICE_SCHEMA, Notice, NoticeKind};

const TOPIC: &str = "arn:aws:sns:eu-central-1:111122223333:tollgate";

fn notice(id: &str) -> Notice {
    Notice {
        schema: NOTICE_SCHEMA.into(),
        id: id.into(),
        incident_id: "incident".into(),
        kind: NoticeKind::Page,
        service: "payments-api".into(),
        environment: "production".into(),
        summary: "payments-api in production: slo/availability needs a page".into(),
        changes: Vec::new(),
        open: Vec::new(),
        owner: None,
        contact: None,
        runbook: None,
        decision_id: "decision".into(),
        evaluated_at: "2026-03-29T00:30:00Z".parse().unwrap(),
        showback: None,
    }
}

fn notices(count: usize) -> Vec<Notice> {
    (0..count).map(|n| notice(&n.to_string())).collect()
}

/// None of which any target has.
fn letters(notices: &[Notice]) -> Vec<Letter> {
    notices.iter().map(|notice| Letter { notice: notice.clone(), taken: [].into() }).collect()
}

fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

fn took() -> PutEventsResultEntry {
    PutEventsResultEntry::builder().event_id("event").build()
}

fn refused() -> PutEventsResultEntry {
    PutEventsResultEntry::builder().error_code("ThrottlingException").error_message("later").build()
}

/// A bus that answers each call so, and keeps what it was sent.
fn bus(
    answer: impl Fn(&PutEventsInput) -> PutEventsOutput + Send + Sync + 'static,
) -> (Outgoing, Arc<Mutex<Vec<PutEventsInput>>>) {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&calls);
    let rule = mock!(EventBridge::put_events).then_compute_output(move |input| {
        seen.lock().unwrap().push(input.clone());
        answer(input)
    });
    let client = mock_client!(aws_sdk_eventbridge, RuleMode::MatchAny, [&rule]);
    (Outgoing::from_clients(Some((client, "default".into())), None), calls)
}

fn topic(rule: &Rule, arn: &str) -> Outgoing {
    let client = mock_client!(aws_sdk_sns, RuleMode::MatchAny, [rule]);
    Outgoing::from_clients(None, Some((client, arn.into())))
}

fn output(failed: i32, entries: Vec<PutEventsResultEntry>) -> PutEventsOutput {
    PutEventsOutput::builder().failed_entry_count(failed).set_entries(Some(entries)).build()
}

async fn sent(outgoing: &Outgoing, notices: &[Notice]) -> Vec<bool> {
    outgoing.publish(&mut letters(notices), deadline()).await.iter().map(Result::is_ok).collect()
}

#[tokio::test]
async fn an_event_is_the_notice() {
    let (outgoing, calls) = bus(|input| output(0, vec![took(); input.entries().len()]));
    assert_eq!(sent(&outgoing, &notices(1)).await, [true]);
    let calls = calls.lock().unwrap();
    let entry = &calls[0].entries()[0];
    assert_eq!((entry.source(), entry.detail_type()), (Some("tollgate"), Some("Tollgate Notice")));
    assert_eq!((entry.event_bus_name(), entry.time().unwrap().secs()), (Some("default"), 1_774_744_200));
    let detail: Notice = serde_json::from_str(entry.detail().unwrap()).unwrap();
    assert_eq!(detail, notice("0"));
}

#[tokio::test]
async fn calls_stay_within_ten_events_and_256_kilobytes() {
    let (outgoing, calls) = bus(|input| output(0, vec![took(); input.entries().len()]));
    assert_eq!(sent(&outgoing, &notices(23)).await, [true; 23]);
    let large: Vec<_> = notices(4).into_iter().map(|n| Notice { summary: "x".repeat(100_000), ..n }).collect();
    assert_eq!(sent(&outgoing, &large).await, [true; 4]);
    let sizes: Vec<_> = calls.lock().unwrap().iter().map(|call| call.entries().len()).collect();
    assert_eq!(sizes, [10, 10, 3, 2, 2]);
}

#[tokio::test]
async fn what_the_bus_did_not_take_is_not_sent() {
    for (answer, expected) in [
        (output(1, vec![took(), refused(), took()]), [true, false, true]),
        // Fewer answers than events, no ids, and counts that disagree.
        (output(0, vec![took()]), [true, false, false]),
        (output(0, vec![PutEventsResultEntry::builder().build(), took(), took()]), [false, true, true]),
        (output(2, vec![took(), took(), refused()]), [false, false, false]),
        (output(-1, vec![took(), took(), took()]), [false, false, false]),
        (output(0, vec![refused(), took(), took()]), [false, true, true]),
        (PutEventsOutput::builder().build(), [false, false, false]),
    ] {
        let said = format!("{answer:?}");
        let (outgoing, _) = bus(move |_| answer.clone());
        assert_eq!(sent(&outgoing, &notices(3)).await, expected, "{said}");
    }
    let (outgoing, _) = bus(|_| output(1, vec![refused()]));
    let error = outgoing.publish(&mut letters(&notices(1)), deadline()).await.remove(0).unwrap_err();
    assert_eq!(error.to_string(), "EventBridge did not take the event: ThrottlingException: later");
}

#[tokio::test]
async fn a_message_is_for_people_and_its_attributes_are_for_filters() {
    let seen = Arc::new(Mutex::new(Vec::<PublishInput>::new()));
    let calls = Arc::clone(&seen);
    let rule = mock!(Sns::publish).then_compute_output(move |input| {
        calls.lock().unwrap().push(input.clone());
        PublishOutput::builder().message_id("m").build()
    });
    let odd =
        Notice { summary: format!("naïve\nsvc {}", "😀".repeat(200)), environment: String::new(), ..notice("1") };
    assert_eq!(sent(&topic(&rule, TOPIC), &[notice("0"), odd]).await, [true, true]);
    assert_eq!(sent(&topic(&rule, "arn:aws:sns:eu-central-1:111122223333:tollgate.fifo"), &notices(1)).await, [true]);
    let calls = seen.lock().unwrap();
    assert_eq!(calls[0].subject(), Some("PAGE: payments-api in production: slo/availability needs a page"));
    assert_eq!(calls[0].message(), Some(notice("0").text().as_str()));
    let attribute = |call: &PublishInput, name: &str| {
        call.message_attributes().unwrap()[name].string_value().map(ToOwned::to_owned)
    };
    assert_eq!(attribute(&calls[0], "kind").as_deref(), Some("page"));
    assert_eq!(attribute(&calls[0], "service").as_deref(), Some("payments-api"));
    assert_eq!(attribute(&calls[0], "notice_id").as_deref(), Some("0"));
    assert_eq!(calls[0].message_deduplication_id(), None);

    let subject = calls[1].subject().unwrap();
    assert!(subject.len() == 100 && subject.starts_with("PAGE: na?ve?svc ???"), "{subject}");
    assert_eq!(attribute(&calls[1], "environment").as_deref(), Some("-"));
    assert_eq!(calls[2].message_deduplication_id(), Some("0"));
    assert_eq!(calls[2].message_group_id(), Some("incident"));
}

#[tokio::test]
async fn what_one_target_did_not_take_is_not_sent() {
    let failing = mock!(Sns::publish).then_error(|| {
        let code = ErrorMetadata::builder().code("AuthorizationError").message("no").build();
        PublishError::AuthorizationErrorException(AuthorizationErrorException::builder().meta(code).build())
    });
    let events = mock!(EventBridge::put_events).then_output(|| output(0, vec![took()]));
    let both = Outgoing::from_clients(
        Some((mock_client!(aws_sdk_eventbridge, RuleMode::MatchAny, [&events]), "default".into())),
        Some((mock_client!(aws_sdk_sns, RuleMode::MatchAny, [&failing]), TOPIC.into())),
    );
    let mut letters = letters(&notices(1));
    for _ in 0..3 {
        let error = both.publish(&mut letters, deadline()).await.remove(0).unwrap_err().to_string();
        assert_eq!(error, "SNS refused with `AuthorizationError`: no (allow `sns:Publish`)");
    }
    assert_eq!((events.num_calls(), failing.num_calls()), (1, 3), "who took it does not get it again");
    assert_eq!(letters[0].taken, ["default".to_owned()].into());

    // Among others, each target gets just what it lacks.
    let (bus, calls) = bus(|input| output(0, vec![took(); input.entries().len()]));
    let mut letters = vec![letters.remove(0), Letter { notice: notice("1"), taken: [].into() }];
    assert!(bus.publish(&mut letters, deadline()).await.iter().all(Result::is_ok));
    let detail =
        calls.lock().unwrap()[0].entries().iter().map(|entry| entry.detail().unwrap().to_owned()).collect::<Vec<_>>();
    assert!(detail.len() == 1 && detail[0].contains("\"id\":\"1\""), "{detail:?}");
}

#[tokio::test]
async fn without_a_target_nothing_is_sent() {
    let nowhere = Outgoing::from_clients(None, None);
    let error = nowhere.publish(&mut letters(&notices(1)), deadline()).await.remove(0).unwrap_err();
    assert!(error.to_string().contains("no event bus and no topic"), "{error}");
}

#[tokio::test]
async fn a_target_that_does_not_answer_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let config = config(&format!("http://{}", silent.local_addr().unwrap())).await;
    let outgoing = Outgoing::new(&config, Some("default".into()), Some(TOPIC.into()));
    let start = Instant::now();
    let error =
        outgoing.publish(&mut letters(&notices(2)), start + Duration::from_millis(200)).await.remove(1).unwrap_err();
    assert_eq!(error.to_string(), "EventBridge did not answer before the deadline");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

async fn config(endpoint: &str) -> aws_config::SdkConfig {
    let credentials = SharedCredentialsProvider::new(Credentials::new("test", "test", None, None, "test"));
    let config = sdk_config().await.into_builder().endpoint_url(endpoint).credentials_provider(credentials);
    config.region(Region::new("eu-central-1")).build()
}

/// Against an emulator, through the real SDK.
#[tokio::test]
async fn both_targets_take_a_notice() {
    let endpoint =
        std::env::var("TOLLGATE_TEST_AWS_ENDPOINT").expect("no AWS emulator: run `cargo xtask test`, which starts it");
    let config = config(&endpoint).await;
    let name = format!("notices-{}", std::process::id());
    let created = Sns::new(&config).create_topic().name(&name).send().await.unwrap();
    let outgoing = Outgoing::new(&config, Some("default".into()), created.topic_arn);
    assert_eq!(sent(&outgoing, &notices(12)).await, [true; 12]);

    let nowhere = format!("arn:aws:sns:eu-central-1:000000000000:nowhere-{name}");
    let outgoing = Outgoing::new(&config, None, Some(nowhere));
    let error = outgoing.publish(&mut letters(&notices(1)), deadline()).await.remove(0).unwrap_err().to_string();
    assert!(error.starts_with("SNS refused with `NotFound"), "{error}");
}
