//! May this change go ahead? The five steps: receive, gather, evaluate, record, respond.

mod decide;
mod gather;
mod outcome;
mod receive;

use lambda_runtime::{Context, Diagnostic};
use receive::Asked;
use serde_json::Value;
use tollgate_core::decision::Gate;
use tollgate_gate::{Function, House, config::Config, gather_limit, respond};

/// The gate, ready to decide.
pub struct ChangeGate {
    house: House,
}

impl Function for ChangeGate {
    async fn open(config: Config) -> Result<Self, lambda_runtime::Error> {
        House::open(Gate::Change, config).await.map(|house| Self { house })
    }

    fn house(&self) -> &House {
        &self.house
    }

    async fn handle(&self, payload: &str, context: &Context) -> Result<Value, Diagnostic> {
        let decide = async |question| self.decide(question, gather_limit(context)).await;
        let answer = async |asked| match asked {
            Asked::Any(request) => self.house.answer(request, decide).await,
            Asked::Outcome { decision_id, result, principal } => self.outcome(&decision_id, result, &principal).await,
        };
        respond(&self.house, payload, context, receive::receive, answer).await
    }
}
