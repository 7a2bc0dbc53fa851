//! From a question to a recorded decision.

use std::time::{Duration, Instant};

use tollgate_core::{
    Timestamp,
    decision::Decision,
    facts::{Facts, Rollout},
};
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
        self.check_canary(&question.asked, now)?;
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

    /// Holds a canary against the limits, and against what the service's canaries are told apart by.
    ///
    /// # Errors
    /// 400 with the first field that does not fit.
    fn check_canary(&self, rollout: &Rollout, now: Timestamp) -> Result<(), Problem> {
        let Some(canary) = &rollout.canary else { return Ok(()) };
        let source = self.house.catalogue.canaries.get(&rollout.service);
        let checked = canary.check(now).and_then(|()| source.map_or(Ok(()), |source| source.check(canary)));
        checked.map_err(|error| Problem::field(format!("canary.{}", error.path), error.message))
    }
}
