//! What cannot be read is never dropped: it is noted with its reason, counted, and fails, so that it comes to the dead-letter
//! queue.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use tollgate_core::{Timestamp, digest};
use tollgate_lambda::{metrics, problem::Problem};
use tollgate_ledger::{Collection, Commit, Expect, Put};

use crate::CostGate;

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

impl CostGate {
    /// Notes what cannot be read, once however often it is delivered. That it could not be noted is in the log: it fails in
    /// any case.
    pub(crate) async fn note_unread(&self, payload: &str, record: usize, problem: &Problem) {
        let at = self.house.clock.now();
        let unread = Unread {
            at,
            reason: problem.detail.chars().take(REASON_CHARACTERS).collect(),
            delivery: digest::of_bytes(payload.as_bytes()),
            record,
            bytes: payload.len(),
        };
        tracing::error!(reason = unread.reason, delivery = unread.delivery, record, "an event cannot be read");
        metrics::write(&metrics::sweep_line(at, self.house.gate().as_str(), &[("UnreadableEvents", 1)]));
        let key = format!("{}/{record:03}", unread.delivery);
        let noted = async {
            let put = Put::new(&Collection::of(&["unread", "cost"]), &key, Expect::Anything, &unread)?.until(at + KEPT);
            self.house.ledger.commit(Commit { at, puts: vec![put], notices: Vec::new() }).await.map(drop)
        };
        if let Err(error) = noted.await {
            tracing::error!(%error, "what could not be read could not be noted either");
        }
    }
}
