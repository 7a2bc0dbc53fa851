//! From a question to a recorded decision.

use std::time::{Duration, Instant};

use tollgate_core::{decision::Decision, facts::Facts};
use tollgate_gate::{Kept, Turn, unavailable};
use tollgate_lambda::problem::Problem;
use tracing::Instrument as _;
use ulid::Ulid;

use crate::{SloGate, receive::RolloutQuestion};

impl SloGate {
    /// Decides, or answers what was decided before under the same key.
    pub(crate) async fn decide(&self, question: RolloutQuestion, limit: Duration) -> Result<Decision, Problem> {
        let proposed = Ulid::generate().to_string();
        let span = self.house.span(&proposed, &question.asked.service, &question.asked.environment);
        self.claim_and_judge(question, proposed, limit).instrument(span).await
    }

    async fn claim_and_judge(
        &self,
        question: RolloutQuestion,
        proposed: String,
        limit: Duration,
    ) -> Result<Decision, Problem> {
        let now = self.house.clock.now();
        if let Some(Err(error)) = question.asked.canary.as_ref().map(|canary| canary.check(now)) {
            return Err(Problem::field(format!("canary.{}", error.path), error.message));
        }
        let started = Instant::now();
        let (turn, facts) =
            tokio::join!(self.house.claim(&question, proposed, now, limit), self.gather(&question, now, limit));
        let decision_id = match turn? {
            Turn::Decide(decision_id) => decision_id,
            Turn::Decided(decision) => return Ok(*decision),
        };
        let (named, gather) = ((decision_id, question.warnings), started.elapsed());
        match self.house.decide_and_keep(Facts::from(facts.clone()), None, named, gather).await? {
            Kept::Decision(decision) => {
                let kept = self.remember(&facts, &decision.decision_id, decision.verdict).await;
                // The decision is on record and stands; later ones have one result less to compare with.
                kept.unwrap_or_else(|error| tracing::warn!(%error, "the Keptn gate's result is not kept"));
                Ok(*decision)
            }
            Kept::Overtaken => Err(unavailable("the ledger compared a rollout with changes", &"it never should")),
        }
    }
}
