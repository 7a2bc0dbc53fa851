//! From facts to what people are told: once for each change of state, recorded before it goes out.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::TimeDelta;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tollgate_aws::Letter;
use tollgate_core::{
    decision::DecisionRecord,
    facts::{Facts, SloGateFacts},
    notice::{Level, Notice, NoticeConfig, Report, State, step},
    settings::Settings,
};
use tollgate_gate::unavailable;
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Collection, Commit, Committed, Document, Expect, LedgerError, Put};
use ulid::Ulid;

use crate::SloGate;

/// How often a state is written that others write at the same time.
const TRIES: u32 = 4;
/// Notices that are published at once.
const AT_ONCE: usize = 100;
/// Services whose states are read at once.
const READ_AT_ONCE: usize = 200;
/// Notices of which it is read at once who has them.
const MARKS_AT_ONCE: usize = 16;
/// How long it is remembered which targets have a notice that others do not take.
const REMEMBERED: TimeDelta = TimeDelta::days(90);
/// How long publishing may take.
const PUBLISH_LIMIT: Duration = Duration::from_secs(5);

/// What came of looking at a service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    /// The most urgent of its subjects, as it was seen.
    pub(crate) level: Level,
    /// Was a notice made?
    pub(crate) noticed: bool,
    /// How many changes maintenance kept from going out.
    pub(crate) suppressed: u64,
}

/// What is kept of services, by service and environment.
pub(crate) type States = BTreeMap<(String, String), Document<State>>;

impl SloGate {
    /// What is kept of some services, which are in order.
    pub(crate) async fn states(&self, services: &[String]) -> Result<States, Problem> {
        let mut states = States::new();
        for services in services.chunks(READ_AT_ONCE) {
            let (Some(first), Some(last)) = (services.iter().min(), services.iter().max()) else { continue };
            // Names have no control characters, so every environment of the last lies before this.
            let documents = self.house.ledger.documents(&collection(), &key(first, ""), &key(last, "\u{7f}")).await;
            let documents = documents.map_err(|error| unavailable("the services' states cannot be read", &error))?;
            states.extend(documents.into_iter().filter_map(|document: Document<State>| {
                let (service, environment) = document.key.split_once('\u{1f}')?;
                Some(((service.to_owned(), environment.to_owned()), document))
            }));
        }
        Ok(states)
    }

    /// Judges a service as it runs, and keeps its state and the notice of a change together.
    ///
    /// # Errors
    /// When the decision or the state cannot be kept: then nothing was told, and the next look tells it.
    pub(crate) async fn tell(&self, facts: SloGateFacts, mut known: Option<Document<State>>) -> Result<Told, Problem> {
        let (service, environment) = (facts.rollout.service.clone(), facts.rollout.environment.clone());
        let at = facts.evaluated_at;
        let config = config(&facts.settings);
        let judged = Facts::from(facts.clone());
        let decision = self.house.judge(&judged, Ulid::generate().to_string(), Vec::new())?;
        let report = Report::of_slos(&facts, &decision);
        let level =
            report.observations.iter().map(|seen| seen.level).max_by_key(|level| level.weight()).unwrap_or(Level::Ok);
        let record = DecisionRecord { decision, facts: judged };
        let mut is_recorded = false;
        for _ in 0..TRIES {
            let step = step(known.as_ref().map(|known| known.value.clone()), &report, &config);
            let told = Told {
                level,
                noticed: step.notice.is_some(),
                suppressed: u64::try_from(step.suppressed.len()).unwrap_or(u64::MAX),
            };
            if !step.keep {
                return Ok(told);
            }
            if !is_recorded && (told.noticed || told.suppressed > 0) {
                let recorded = self.house.ledger.record(&record, None).await;
                recorded.map_err(|error| unavailable("the decision cannot be recorded", &error))?;
                is_recorded = true;
            }
            let failed = |error| unavailable("the service's state cannot be kept", &error);
            let put = Put::new(&collection(), &key(&service, &environment), Expect::same(known.as_ref()), &step.state);
            let commit = Commit { at, puts: vec![put.map_err(failed)?], notices: step.notice.into_iter().collect() };
            if self.house.ledger.commit(commit).await.map_err(failed)? == Committed::Stored {
                return Ok(told);
            }
            known = self.house.ledger.document(&collection(), &key(&service, &environment)).await.map_err(failed)?;
        }
        Err(unavailable("the service's state was written by others", &format_args!("{TRIES} times")))
    }

    /// Sends what is to be sent, also what earlier runs could not send, to the targets that do not have it yet; gives how
    /// many some target has not taken. Where no bus and
    /// no topic is configured, the log is where notices go.
    ///
    /// # Errors
    /// When the ledger fails. What was sent and could not be noted as sent goes out again, under the same id.
    pub(crate) async fn send(&self) -> Result<usize, Problem> {
        let failed = |error| unavailable("the notices to send cannot be read", &error);
        loop {
            let pending: Vec<Notice> = self.house.ledger.pending_notices(AT_ONCE).await.map_err(failed)?;
            let known = self.letters(pending).await?;
            let mut letters = known.clone();
            let sent = match &self.outgoing {
                Some(outgoing) => outgoing.publish(&mut letters, tokio::time::Instant::now() + PUBLISH_LIMIT).await,
                None => letters.iter().map(|_| Ok(())).collect(),
            };
            let mut unsent = 0;
            for ((letter, known), sent) in letters.iter().zip(&known).zip(sent) {
                let notice = &letter.notice;
                match sent {
                    Ok(()) => {
                        tracing::warn!(
                            id = notice.id,
                            kind = notice.kind.as_str(),
                            service = notice.service,
                            summary = notice.summary,
                            "notice"
                        );
                        self.house.ledger.mark_sent(notice).await.map_err(failed)?;
                    }
                    Err(error) => {
                        tracing::error!(id = notice.id, %error, "the notice could not be sent, and will be sent again");
                        unsent += 1;
                        if letter.taken != known.taken {
                            self.note_taken(letter).await?;
                        }
                    }
                }
            }
            if unsent > 0 || letters.len() < AT_ONCE {
                return Ok(unsent);
            }
        }
    }

    /// Notices with the targets that have them already. Where that cannot be read, none has: a notice is known by its id.
    async fn letters(&self, notices: Vec<Notice>) -> Result<Vec<Letter>, Problem> {
        let read = stream::iter(notices).map(|notice| async move {
            let marks: Option<Document<BTreeSet<String>>> = match self.house.ledger.document(&taken(), &notice.id).await
            {
                Err(error @ LedgerError::Unreadable { .. }) => {
                    tracing::error!(%error, "it is not known who has the notice");
                    None
                }
                marks => marks.map_err(|error| unavailable("it cannot be read who has the notices", &error))?,
            };
            Ok(Letter { notice, taken: marks.map(|marks| marks.value).unwrap_or_default() })
        });
        read.buffered(MARKS_AT_ONCE).try_collect().await
    }

    /// Notes which targets have a notice that others did not take.
    async fn note_taken(&self, letter: &Letter) -> Result<(), Problem> {
        let failed = |error| unavailable("it cannot be noted who has the notice", &error);
        let at = self.house.clock.now();
        let put = Put::new(&taken(), &letter.notice.id, Expect::Anything, &letter.taken).map_err(failed)?;
        let commit = Commit { at, puts: vec![put.until(at + REMEMBERED)], notices: Vec::new() };
        self.house.ledger.commit(commit).await.map(|_| ()).map_err(failed)
    }
}

fn taken() -> Collection {
    Collection::of(&["notice", "taken"])
}

pub(crate) fn collection() -> Collection {
    Collection::of(&["state", "slo"])
}

/// The key of what is kept of a service in an environment. Names have no control characters.
pub(crate) fn key(service: &str, environment: &str) -> String {
    format!("{service}\u{1f}{environment}")
}

/// How long good news waits for this service.
fn config(settings: &Settings) -> NoticeConfig {
    let default = NoticeConfig::default();
    let number = |name: &str| settings.integer("notice", name).and_then(|number| u32::try_from(number).ok());
    NoticeConfig {
        hold_evaluations: number("hold_evaluations").unwrap_or(default.hold_evaluations),
        hold_seconds: number("hold_seconds").unwrap_or(default.hold_seconds),
        cooldown_seconds: number("cooldown_seconds").unwrap_or(default.cooldown_seconds),
    }
}
