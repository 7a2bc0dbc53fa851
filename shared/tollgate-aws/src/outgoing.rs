//! Notices, published to an EventBridge bus and an SNS topic, whichever are configured.

use std::{collections::BTreeSet, iter, time::Duration};

use aws_config::SdkConfig;
use aws_sdk_eventbridge::{
    Client as EventBridge,
    types::{PutEventsRequestEntry, PutEventsResultEntry},
};
use aws_sdk_sns::{Client as Sns, config::Region, error::BuildError, types::MessageAttributeValue};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::{DateTime, error::metadata::ProvideErrorMetadata};
use futures_util::future::join_all;
use tokio::time::{Instant, timeout_at};
use tollgate_core::notice::Notice;

/// The source of the events.
pub const EVENT_SOURCE: &str = "tollgate";
/// Their detail type.
pub const EVENT_DETAIL_TYPE: &str = "Tollgate Notice";

/// What one call may hold: <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>.
const EVENTS_PER_CALL: usize = 10;
const BYTES_PER_CALL: usize = 256 * 1024;
/// What an event's time counts for.
const TIME_BYTES: usize = 14;
/// The longest subject, of ASCII without line ends: <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>.
const SUBJECT_LETTERS: usize = 100;
/// The longest that one call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(3);

/// Where notices go.
#[derive(Debug, Clone)]
pub struct Outgoing {
    bus: Option<(EventBridge, String)>,
    topic: Option<(Sns, String)>,
}

/// A notice on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What it says.
    pub notice: Notice,
    /// The targets that have it already, by name or ARN: they do not get it again.
    pub taken: BTreeSet<String>,
}

/// Why a notice was not sent, or not to all: it is to be published again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotSent(String);

/// How a notice fared.
pub type Sent = Result<(), NotSent>;

impl Outgoing {
    /// Publishes to a bus, by name or ARN, and to a topic, by ARN.
    pub fn new(config: &SdkConfig, bus: Option<String>, topic: Option<String>) -> Self {
        let sns = |topic: &str| {
            let mut settings = aws_sdk_sns::config::Builder::from(config);
            // A topic is reached in its own region.
            if let Some(region) = topic.split(':').nth(3).filter(|region| !region.is_empty()) {
                settings = settings.region(Region::new(region.to_owned()));
            }
            Sns::from_conf(settings.build())
        };
        Self::from_clients(bus.map(|bus| (EventBridge::new(config), bus)), topic.map(|topic| (sns(&topic), topic)))
    }

    /// Publishes through these clients.
    pub const fn from_clients(bus: Option<(EventBridge, String)>, topic: Option<(Sns, String)>) -> Self {
        Self { bus, topic }
    }

    /// Publishes notices to the targets that do not have them yet, and notes in each which took it; says of each, in their
    /// order, whether every target has it now. Otherwise it is to be published again.
    pub async fn publish(&self, letters: &mut [Letter], deadline: Instant) -> Vec<Sent> {
        if self.bus.is_none() && self.topic.is_none() {
            let reason = "there is no event bus and no topic to publish to: configure one";
            return letters.iter().map(|_| Err(NotSent(reason.to_owned()))).collect();
        }
        let deadline = deadline.min(Instant::now() + CALL_TIMEOUT);
        let bus = self.bus.as_ref().map(|(_, bus)| bus.as_str());
        let topic = self.topic.as_ref().map(|(_, topic)| topic.as_str());
        let (events, messages) = (lacking(letters, bus), lacking(letters, topic));
        let (events, messages) = tokio::join!(self.put_events(&events, deadline), self.send(&messages, deadline));
        let (mut events, mut messages) = (events.into_iter(), messages.into_iter());
        let settled = letters.iter_mut().map(|letter| {
            let event = letter.settle(bus, &mut events);
            event.and(letter.settle(topic, &mut messages))
        });
        settled.collect()
    }

    async fn put_events(&self, notices: &[&Notice], deadline: Instant) -> Vec<Sent> {
        let Some((client, bus)) = &self.bus else { return Vec::new() };
        let mut sent = Vec::with_capacity(notices.len());
        for batch in batches(notices) {
            let entries = batch.iter().map(|(notice, detail)| entry(bus, notice, detail)).collect();
            let call = client.put_events().set_entries(Some(entries)).send();
            let answer = match timeout_at(deadline, call).await {
                Ok(Ok(output)) => taken(output.failed_entry_count(), output.entries(), batch.len()),
                Ok(Err(error)) => vec![Err(refused("EventBridge", "events:PutEvents", &error)); batch.len()],
                Err(_) => vec![Err(late("EventBridge")); batch.len()],
            };
            sent.extend(answer);
        }
        sent
    }

    async fn send(&self, notices: &[&Notice], deadline: Instant) -> Vec<Sent> {
        let Some((client, topic)) = &self.topic else { return Vec::new() };
        join_all(notices.iter().map(async |notice| {
            timeout_at(deadline, message(client, topic, notice)).await.unwrap_or_else(|_| Err(late("SNS")))
        }))
        .await
    }
}

/// The notices that a target does not have yet; none where there is no such target.
fn lacking<'a>(letters: &'a [Letter], target: Option<&str>) -> Vec<&'a Notice> {
    let is_lacking = |letter: &&Letter| target.is_some_and(|target| !letter.taken.contains(target));
    letters.iter().filter(is_lacking).map(|letter| &letter.notice).collect()
}

impl Letter {
    /// Takes the next of a target's answers, if this was among what it was asked to take.
    fn settle(&mut self, target: Option<&str>, answers: &mut impl Iterator<Item = Sent>) -> Sent {
        let Some(target) = target.filter(|target| !self.taken.contains(*target)) else { return Ok(()) };
        answers.next().unwrap_or_else(|| Err(late(target)))?;
        self.taken.insert(target.to_owned());
        Ok(())
    }
}

/// Notices with their events' details, as many in a batch as one call may hold. The core bounds notices, so that each fits.
fn batches<'a>(notices: &[&'a Notice]) -> Vec<Vec<(&'a Notice, String)>> {
    let mut batches: Vec<Vec<_>> = Vec::new();
    let mut bytes = 0;
    for notice in notices.iter().copied() {
        let detail = serde_json::to_string(notice).unwrap_or_default();
        let size = TIME_BYTES + EVENT_SOURCE.len() + EVENT_DETAIL_TYPE.len() + detail.len();
        match batches.last_mut() {
            Some(batch) if batch.len() < EVENTS_PER_CALL && bytes + size <= BYTES_PER_CALL => {
                bytes += size;
                batch.push((notice, detail));
            }
            _ => {
                bytes = size;
                batches.push(vec![(notice, detail)]);
            }
        }
    }
    batches
}

fn entry(bus: &str, notice: &Notice, detail: &str) -> PutEventsRequestEntry {
    PutEventsRequestEntry::builder()
        .event_bus_name(bus)
        .source(EVENT_SOURCE)
        .detail_type(EVENT_DETAIL_TYPE)
        .time(DateTime::from_secs(notice.evaluated_at.timestamp()))
        .detail(detail)
        .build()
}

/// Which entries EventBridge took: those with an id, if the count of the others agrees.
fn taken(failed: i32, entries: &[PutEventsResultEntry], asked: usize) -> Vec<Sent> {
    let read = |entry: Option<&PutEventsResultEntry>| match entry {
        Some(entry) if entry.error_code().is_none() && entry.event_id().is_some() => Ok(()),
        Some(entry) => Err(NotSent(format!(
            "EventBridge did not take the event: {}: {}",
            entry.error_code().unwrap_or("no error code"),
            entry.error_message().unwrap_or("no message")
        ))),
        None => Err(NotSent("EventBridge did not say whether it took the event".to_owned())),
    };
    let entries = entries.iter().map(Some).chain(iter::repeat(None));
    let taken: Vec<_> = entries.take(asked).map(read).collect();
    let refused = taken.iter().filter(|taken| taken.is_err()).count();
    if usize::try_from(failed).is_ok_and(|failed| failed <= refused) {
        return taken;
    }
    let reason = format!("EventBridge says that {failed} of {asked} events failed, and not which");
    vec![Err(NotSent(reason)); asked]
}

async fn message(client: &Sns, topic: &str, notice: &Notice) -> Sent {
    let attributes = [
        ("kind", notice.kind.as_str()),
        ("service", &notice.service),
        ("environment", &notice.environment),
        ("notice_id", &notice.id),
        ("incident_id", &notice.incident_id),
    ];
    let mut request = client.publish().topic_arn(topic).subject(subject(notice)).message(notice.text());
    for (name, value) in attributes {
        let value = text_attribute(value).map_err(|error| NotSent(format!("SNS cannot carry `{name}`: {error}")))?;
        request = request.message_attributes(name, value);
    }
    if topic.ends_with(".fifo") {
        request = request.message_group_id(&notice.incident_id).message_deduplication_id(&notice.id);
    }
    request.send().await.map_err(|error| refused("SNS", "sns:Publish", &error))?;
    Ok(())
}

/// SNS refuses attributes without a text.
fn text_attribute(text: &str) -> Result<MessageAttributeValue, BuildError> {
    let text = if text.is_empty() { "-" } else { text };
    MessageAttributeValue::builder().data_type("String").string_value(text).build()
}

fn subject(notice: &Notice) -> String {
    let subject = format!("{}: {}", notice.kind.as_str().to_uppercase(), notice.summary);
    let plain = |letter: char| if letter == ' ' || letter.is_ascii_graphic() { letter } else { '?' };
    subject.chars().map(plain).take(SUBJECT_LETTERS).collect::<String>().trim_end().to_owned()
}

fn late(service: &str) -> NotSent {
    NotSent(format!("{service} did not answer before the deadline"))
}

/// Why a call failed. What was sent is in none of it.
fn refused<E, R>(service: &str, permission: &str, error: &SdkError<E, R>) -> NotSent
where
    E: ProvideErrorMetadata,
{
    let hint = if error.code().is_some_and(|code| code.contains("AccessDenied") || code.contains("Authorization")) {
        format!(" (allow `{permission}`)")
    } else {
        String::new()
    };
    NotSent(match (error.code(), error) {
        (Some(code), _) => {
            format!("{service} refused with `{code}`: {}{hint}", error.message().unwrap_or("without a message"))
        }
        (None, SdkError::TimeoutError(_)) => late(service).0,
        (None, _) => format!("{service} cannot be reached"),
    })
}
