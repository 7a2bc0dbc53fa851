//! Does the service still have error budget, and is this rollout harming it?
//!
//! Two ways lead through the five steps. A caller asks about a rollout and gets a decision: receive, gather, decide. A
//! schedule or an alarm has services looked at as they run: watch, sweep, tell.

mod days;
mod decide;
mod gather;
mod keptn;
mod receive;
mod retire;
mod sweep;
mod tally;
mod tell;
mod watch;

use lambda_runtime::{Context, Diagnostic};
use serde_json::Value;
use tollgate_core::decision::Gate;
use tollgate_gate::{Function, House, config::Config, gather_limit, respond};
use tollgate_lambda::trigger::Trigger;

/// The gate, ready to decide.
pub struct SloGate {
    house: House,
}

impl Function for SloGate {
    async fn open(config: Config) -> Result<Self, lambda_runtime::Error> {
        House::open(Gate::Slo, config).await.map(|house| Self { house })
    }

    fn house(&self) -> &House {
        &self.house
    }

    async fn handle(&self, payload: &str, context: &Context) -> Result<Value, Diagnostic> {
        if let Some(triggers) = Trigger::read(payload, self.house.clock.now()) {
            return self.house.triggered(triggers, payload, async |trigger| self.act(trigger, context).await).await;
        }
        let decide = async |question| self.decide(question, gather_limit(context)).await;
        let answer = async |request| self.house.answer(request, decide).await;
        respond(&self.house, payload, context, receive::receive, answer).await
    }
}
