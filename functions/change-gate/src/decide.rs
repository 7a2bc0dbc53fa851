//! From a question to a recorded decision.

use std::time::{Duration, Instant};

use tollgate_core::{decision::Decision, facts::Facts};
use tollgate_gate::{Kept, Turn, unavailable};
use tollgate_lambda::problem::Problem;
use tracing::Instrument as _;
use ulid::Ulid;

use crate::{ChangeGate, receive::ChangeQuestion};

/// How often a change is judged that others overtake, all of which it may ignore: one that collides is held up the second time.
const TRIES: u32 = 4;

impl ChangeGate {
    /// Decides, or answers what was decided before under the same key.
    pub(crate) async fn decide(&self, question: ChangeQuestion, limit: Duration) -> Result<Decision, Problem> {
        let proposed = Ulid::generate().to_string();
        let span = self.house.span(&proposed, &question.asked.service, &question.asked.environment);
        self.claim_and_judge(question, proposed, limit).instrument(span).await
    }

    async fn claim_and_judge(
        &self,
        question: ChangeQuestion,
        proposed: String,
        limit: Duration,
    ) -> Result<Decision, Problem> {
        let now = self.house.clock.now();
        let started = Instant::now();
        let (turn, (mut facts, mut seen)) =
            tokio::join!(self.house.claim(&question, proposed, now, limit), self.gather(&question, now, limit));
        let decision_id = match turn? {
            Turn::Decide(decision_id) => decision_id,
            Turn::Decided(decision) => return Ok(*decision),
        };
        let mut gather = started.elapsed();
        for _ in 0..TRIES {
            let (judged, named) = (Facts::from(facts.clone()), (decision_id.clone(), question.warnings.clone()));
            match self.house.decide_and_keep(judged, seen.as_ref(), named, gather).await? {
                Kept::Decision(decision) => return Ok(*decision),
                Kept::Overtaken => {
                    tracing::info!("another change was allowed meanwhile: the history is read again");
                    let again = Instant::now();
                    let left = limit.saturating_sub(started.elapsed());
                    let before = facts.history;
                    (facts.history, seen) = self.history(&question, now, left, before.window_seconds).await;
                    facts.history.evidence.api_requests += before.evidence.api_requests;
                    gather = again.elapsed();
                }
            }
        }
        Err(unavailable("other changes were allowed while this one was judged", &format_args!("{TRIES} times")))
    }
}
