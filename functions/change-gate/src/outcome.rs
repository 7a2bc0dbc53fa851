//! What came of a change: only of one that was allowed, and only from who may know.

use serde_json::{Value, json};
use tollgate_core::{
    decision::{DecisionRecord, Verdict},
    facts::{ANONYMOUS, Facts, Outcome, OutcomeResult},
};
use tollgate_gate::unavailable;
use tollgate_lambda::problem::Problem;
use tollgate_ledger::OutcomeReported;

use crate::ChangeGate;

impl ChangeGate {
    /// Notes the outcome. The first report stands.
    pub(crate) async fn outcome(
        &self,
        decision_id: &str,
        result: OutcomeResult,
        principal: &str,
    ) -> Result<Value, Problem> {
        let record = self.house.recorded(decision_id).await?;
        self.check_reporter(&record, principal)?;
        if record.decision.verdict != Verdict::Allow {
            return Err(Problem::conflict(format!(
                "decision `{decision_id}` is `{}`: only a change that was allowed has an outcome; report under the decision \
                 that allowed it",
                record.decision.verdict.as_str()
            )));
        }
        let outcome = Outcome { result, reported_at: self.house.clock.now() };
        let reported = self.house.ledger.report_outcome(decision_id, outcome.clone()).await;
        match reported.map_err(|error| unavailable("the outcome cannot be recorded", &error))? {
            OutcomeReported::Reported => Ok(json!({"decision_id": decision_id, "outcome": outcome})),
            OutcomeReported::Already(first) if first.result == result => {
                Ok(json!({"decision_id": decision_id, "outcome": first}))
            }
            OutcomeReported::Already(first) => {
                let first = serde_json::to_string(&first.result).unwrap_or_default();
                Err(Problem::conflict(format!("the outcome was reported before as {first}; the first report stands")))
            }
            OutcomeReported::UnknownDecision => {
                Err(Problem::not_found(format!("no decision has the id `{decision_id}`")))
            }
        }
    }

    /// A false report would end a collision, or hide a failure.
    fn check_reporter(&self, record: &DecisionRecord, principal: &str) -> Result<(), Problem> {
        let Facts::Change(facts) = record.facts.value() else {
            return Err(Problem::conflict("this decision is not about a change, so it has no outcome".to_owned()));
        };
        let asked = principal == facts.caller.principal && principal != ANONYMOUS;
        if asked || self.house.catalogue.may_report_outcomes(principal) {
            return Ok(());
        }
        Err(Problem::forbidden(format!(
            "`{principal}` did not ask for this decision and may not say what came of it: declare it in \
             `policies/data/callers.yaml` with `may_report_outcomes: true`"
        )))
    }
}
