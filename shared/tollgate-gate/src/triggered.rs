//! What triggers ask for, one after the other, and what of them cannot be read.
//!
//! That is never dropped: it is noted with its reason, counted, and fails, so that it comes to the dead-letter queue.

use chrono::TimeDelta;
use lambda_runtime::Diagnostic;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tollgate_core::{Timestamp, digest};
use tollgate_lambda::{metrics, problem::Problem, trigger::Trigger};
use tollgate_ledger::{Collection, Commit, Expect, Put};

use crate::House;

/// How long it is kept: the dead-letter queue has the message itself for 14 days at most.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Of the reason, which may quote what came.
const REASON_CHARACTERS: usize = 500;

/// What could not be read: enough to find the message by, and nothing of what it says.
#[derive(Debug, Serialize, Deserialize)]
struct Unread {
    at: Timestamp,
    /// Why, with the field.
    reason: String,
    /// The digest of the delivery.
    delivery: String,
    /// Which of its records, from 0.
    record: usize,
    bytes: usize,
}

impl House {
    /// Has `act` do what each trigger of a delivery asks for. One that fails leaves the others as they are; then the whole
    /// delivery fails, so that it comes again and in the end to the dead-letter queue, and what was done already is not done
    /// again. One that cannot be read is noted with its reason first.
    ///
    /// # Errors
    /// The last of what failed.
    pub async fn triggered(
        &self,
        triggers: Vec<Result<Trigger, Problem>>,
        payload: &str,
        act: impl AsyncFn(Trigger) -> Result<Value, Problem>,
    ) -> Result<Value, Diagnostic> {
        let (mut done, mut failed) = (Vec::new(), None);
        for (index, trigger) in triggers.into_iter().enumerate() {
            let result = match trigger {
                Ok(trigger) => act(trigger).await,
                Err(problem) => {
                    self.note_unread(payload, index, &problem).await;
                    Err(problem)
                }
            };
            match result {
                Ok(value) => done.push(value),
                Err(problem) => {
                    self.refused(&problem);
                    failed = Some(problem);
                }
            }
        }
        failed.map_or(Ok(json!({ "done": done })), |problem| Err(problem.into()))
    }

    /// Notes what cannot be read, once however often it is delivered. That it could not be noted is in the log: it fails in
    /// any case.
    async fn note_unread(&self, payload: &str, record: usize, problem: &Problem) {
        let at = self.clock.now();
        let gate = self.gate().as_str();
        let unread = Unread {
            at,
            reason: problem.detail.chars().take(REASON_CHARACTERS).collect(),
            delivery: digest::of_bytes(payload.as_bytes()),
            record,
            bytes: payload.len(),
        };
        tracing::error!(reason = unread.reason, delivery = unread.delivery, record, "an event cannot be read");
        metrics::write(&metrics::sweep_line(at, gate, &[("UnreadableEvents", 1)]));
        let key = format!("{}/{record:03}", unread.delivery);
        let noted = async {
            let put = Put::new(&Collection::of(&["unread", gate]), &key, Expect::Anything, &unread)?.until(at + KEPT);
            self.ledger.commit(Commit { at, puts: vec![put], notices: Vec::new() }).await.map(drop)
        };
        if let Err(error) = noted.await {
            tracing::error!(%error, "what could not be read could not be noted either");
        }
    }
}
