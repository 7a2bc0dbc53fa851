//! From a decision to what people are told: once for each change of state, recorded before it goes out.

use std::time::Duration;

use tollgate_core::{
    decision::DecisionRecord,
    notice::{Level, Notice, NoticeConfig, Report, State, step},
    settings::Settings,
};
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Collection, Commit, Committed, Document, Expect, Put};

use crate::{House, unavailable};

/// How often a state is written that others write at the same time.
const TRIES: u32 = 4;
/// Notices that are published at once.
const AT_ONCE: usize = 100;
/// How long publishing may take.
const PUBLISH_LIMIT: Duration = Duration::from_secs(5);

/// What came of looking at something.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// The most urgent of its subjects, as it was seen.
    pub level: Level,
    /// Was a notice made?
    pub noticed: bool,
    /// How many changes maintenance kept from going out.
    pub suppressed: u64,
}

impl House {
    /// Takes a decision into the state that is kept under a key, and keeps the notice of a change together with it.
    ///
    /// # Errors
    /// When the decision or the state cannot be kept: then nothing was told, and the next look tells it.
    pub async fn tell(
        &self,
        (states, key): (&Collection, &str),
        record: &DecisionRecord,
        report: &Report,
        config: &NoticeConfig,
        mut known: Option<Document<State>>,
    ) -> Result<Told, Problem> {
        let at = report.evaluated_at;
        let level =
            report.observations.iter().map(|seen| seen.level).max_by_key(|level| level.weight()).unwrap_or(Level::Ok);
        let mut is_recorded = false;
        for _ in 0..TRIES {
            let step = step(known.as_ref().map(|known| known.value.clone()), report, config);
            let told = Told {
                level,
                noticed: step.notice.is_some(),
                suppressed: u64::try_from(step.suppressed.len()).unwrap_or(u64::MAX),
            };
            if !step.keep {
                return Ok(told);
            }
            if !is_recorded && (told.noticed || told.suppressed > 0) {
                let recorded = self.ledger.record(record, None).await;
                recorded.map_err(|error| unavailable("the decision cannot be recorded", &error))?;
                is_recorded = true;
            }
            let failed = |error| unavailable("the state cannot be kept", &error);
            let put = Put::new(states, key, Expect::same(known.as_ref()), &step.state);
            let commit = Commit { at, puts: vec![put.map_err(failed)?], notices: step.notice.into_iter().collect() };
            if self.ledger.commit(commit).await.map_err(failed)? == Committed::Stored {
                return Ok(told);
            }
            known = self.ledger.document(states, key).await.map_err(failed)?;
        }
        Err(unavailable("the state was written by others", &format_args!("{TRIES} times")))
    }

    /// Sends what is to be sent, also what earlier runs could not send; gives how many could not be sent. Where no bus and
    /// no topic is configured, the log is where notices go.
    ///
    /// # Errors
    /// When the ledger fails. What was sent and could not be noted as sent goes out again, under the same id.
    pub async fn send(&self) -> Result<usize, Problem> {
        let failed = |error| unavailable("the notices to send cannot be read", &error);
        loop {
            let pending: Vec<Notice> = self.ledger.pending_notices(AT_ONCE).await.map_err(failed)?;
            let sent = match &self.outgoing {
                Some(outgoing) => outgoing.publish(&pending, tokio::time::Instant::now() + PUBLISH_LIMIT).await,
                None => pending.iter().map(|_| Ok(())).collect(),
            };
            let mut unsent = 0;
            for (notice, sent) in pending.iter().zip(sent) {
                match sent {
                    Ok(()) => {
                        tracing::warn!(
                            id = notice.id,
                            kind = notice.kind.as_str(),
                            service = notice.service,
                            summary = notice.summary,
                            "notice"
                        );
                        self.ledger.mark_sent(notice).await.map_err(failed)?;
                    }
                    Err(error) => {
                        tracing::error!(id = notice.id, %error, "the notice could not be sent, and will be sent again");
                        unsent += 1;
                    }
                }
            }
            if unsent > 0 || pending.len() < AT_ONCE {
                return Ok(unsent);
            }
        }
    }
}

/// How long good news waits, as the thresholds of the group `notice` say.
pub fn notice_config(settings: &Settings) -> NoticeConfig {
    let default = NoticeConfig::default();
    let number = |name: &str| settings.integer("notice", name).and_then(|number| u32::try_from(number).ok());
    NoticeConfig {
        hold_evaluations: number("hold_evaluations").unwrap_or(default.hold_evaluations),
        hold_seconds: number("hold_seconds").unwrap_or(default.hold_seconds),
        cooldown_seconds: number("cooldown_seconds").unwrap_or(default.cooldown_seconds),
    }
}
