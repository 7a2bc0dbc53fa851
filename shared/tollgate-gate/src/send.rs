//! What is in the outbox goes out, to each target once.

use std::{collections::BTreeSet, time::Duration};

use chrono::TimeDelta;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tollgate_aws::Letter;
use tollgate_core::notice::Notice;
use tollgate_lambda::problem::Problem;
use tollgate_ledger::{Collection, Commit, Document, Expect, LedgerError, Put};

use crate::{House, unavailable};

/// Notices that are published at once.
const AT_ONCE: usize = 100;
/// Notices of which it is read at once who has them.
const MARKS_AT_ONCE: usize = 16;
/// How long it is remembered which targets have a notice that others do not take.
const REMEMBERED: TimeDelta = TimeDelta::days(90);
/// How long publishing may take.
const PUBLISH_LIMIT: Duration = Duration::from_secs(5);

impl House {
    /// Sends what is to be sent, also what earlier runs could not send, to the targets that do not have it yet; gives
    /// how many some target has not taken. Where no bus and no topic is configured, the log is where notices go.
    ///
    /// # Errors
    /// When the ledger fails. What was sent and could not be noted as sent goes out again, under the same id.
    pub async fn send(&self) -> Result<usize, Problem> {
        let failed = |error| unavailable("the notices to send cannot be read", &error);
        loop {
            let pending: Vec<Notice> = self.ledger.pending_notices(AT_ONCE).await.map_err(failed)?;
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
                        self.ledger.mark_sent(notice).await.map_err(failed)?;
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
            let marks: Option<Document<BTreeSet<String>>> = match self.ledger.document(&taken(), &notice.id).await {
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
        let at = self.clock.now();
        let put = Put::new(&taken(), &letter.notice.id, Expect::Anything, &letter.taken).map_err(failed)?;
        let commit = Commit { at, puts: vec![put.until(at + REMEMBERED)], notices: Vec::new() };
        self.ledger.commit(commit).await.map(|_| ()).map_err(failed)
    }
}

fn taken() -> Collection {
    Collection::of(&["notice", "taken"])
}
