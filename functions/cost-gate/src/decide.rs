//! From a question to a recorded decision.

use std::time::{Duration, Instant};

use tollgate_core::{
    decision::Decision,
    facts::{Facts, Spending},
};
use tollgate_gate::{Kept, Question, Turn, unavailable};
use tollgate_lambda::problem::Problem;
use tracing::Instrument as _;
use ulid::Ulid;

use crate::{CostGate, receive::SpendQuestion};

impl CostGate {
    /// Decides, or answers what was decided before under the same key.
    pub(crate) async fn decide(&self, question: Question<SpendQuestion>, limit: Duration) -> Result<Decision, Problem> {
        let proposed = Ulid::generate().to_string();
        let Spending { service, budget, environment, .. } = &question.asked.spending;
        let about = service.as_deref().or(budget.as_deref()).unwrap_or_default();
        let span = self.house.span(&proposed, about, environment.as_deref().unwrap_or_default());
        self.claim_and_judge(question, proposed, limit).instrument(span).await
    }

    async fn claim_and_judge(
        &self,
        question: Question<SpendQuestion>,
        proposed: String,
        limit: Duration,
    ) -> Result<Decision, Problem> {
        let now = self.house.clock.now();
        let started = Instant::now();
        let (turn, bill) = tokio::join!(self.house.claim(&question, proposed, now, limit), self.house.statement(limit));
        let decision_id = match turn? {
            Turn::Decide(decision_id) => decision_id,
            Turn::Decided(decision) => return Ok(*decision),
        };
        let facts = self.gather(&question.asked, &question.principal, &bill, now);
        let named = (decision_id, question.warnings);
        match self.house.decide_and_keep(Facts::from(facts), None, named, started.elapsed()).await? {
            Kept::Decision(decision) => Ok(*decision),
            Kept::Overtaken => Err(unavailable("the ledger compared spend with changes", &"it never should")),
        }
    }
}
