//! May this change go ahead? The five steps: receive, gather, evaluate, record, respond.

mod decide;
mod gather;
mod outcome;
mod receive;

use lambda_runtime::{Context, Diagnostic};
use receive::Request;
use serde_json::{Value, json};
use tollgate_core::decision::Gate;
use tollgate_gate::{House, config::Config, gather_limit, respond, unavailable};
use tollgate_lambda::problem::Problem;

/// The gate, ready to decide.
pub struct ChangeGate {
    house: House,
}

impl ChangeGate {
    /// Loads policies and data and opens the ledger and the telemetry.
    ///
    /// # Errors
    /// When policies or data are not in order, or the configuration cannot be followed. A gate that cannot start decides
    /// nothing.
    pub async fn open(config: Config) -> Result<Self, lambda_runtime::Error> {
        House::open(Gate::Change, config).await.map(|house| Self { house })
    }

    /// Does an evaluation hang, so that the process should be replaced?
    pub fn is_wedged(&self) -> bool {
        self.house.evaluator.is_wedged()
    }

    /// Answers one event. Over HTTP every problem is an answer; to a direct invocation it is a function error.
    ///
    /// # Errors
    /// For direct invocations, when there is no decision.
    pub async fn handle(&self, payload: &str, context: &Context) -> Result<Value, Diagnostic> {
        let answer = async |request| self.answer(request, context).await;
        respond(&self.house, payload, context, receive::receive, answer).await
    }

    async fn answer(&self, request: Request, context: &Context) -> Result<Value, Problem> {
        match request {
            Request::Decide(question) => {
                let decision = self.decide(*question, gather_limit(context)).await?;
                serde_json::to_value(decision).map_err(|error| unavailable("the decision cannot be written", &error))
            }
            Request::Decision(id) => {
                let record = self.house.recorded(&id).await?;
                Ok(json!({"decision": record.decision, "facts": record.facts}))
            }
            Request::Outcome { decision_id, result, principal } => self.outcome(&decision_id, result, &principal).await,
            Request::Health => Ok(self.house.health()),
        }
    }
}
