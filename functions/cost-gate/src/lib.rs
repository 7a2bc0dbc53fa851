//! Is spend inside its budget, and would this change keep it there?
//!
//! Two ways lead through the five steps. A caller asks about a service or a budget, with an estimate of a plan or without,
//! and gets a decision: receive, gather, decide. A schedule, a letter of AWS Budgets or a cost anomaly has the bill fetched,
//! where that is due, and all budgets looked at: watch, check, showback.
//!
//! Only this function asks Cost Explorer, and only when something other than a caller starts it: each page is paid for, and
//! nobody waits for it. `tollgate_gate::bill` says how often, and what others see of it.

mod check;
mod decide;
mod gather;
mod names;
mod receive;
mod showback;
mod tally;
mod watch;

use lambda_runtime::{Context, Diagnostic};
use serde_json::Value;
use tollgate_core::decision::Gate;
use tollgate_gate::{Function, House, config::Config, gather_limit, respond};
use tollgate_lambda::trigger::Trigger;

/// The gate, ready to decide.
pub struct CostGate {
    house: House,
}

impl Function for CostGate {
    async fn open(config: Config) -> Result<Self, lambda_runtime::Error> {
        House::open(Gate::Cost, config).await.map(|house| Self { house })
    }

    fn house(&self) -> &House {
        &self.house
    }

    async fn handle(&self, payload: &str, context: &Context) -> Result<Value, Diagnostic> {
        let unread = || receive::unread(payload, &context.request_id).map(|problem| vec![Err(problem)]);
        if let Some(triggers) = Trigger::read(payload, self.house.clock.now()).or_else(unread) {
            return self.house.triggered(triggers, payload, async |trigger| self.act(trigger, context).await).await;
        }
        let decide = async |question| self.decide(question, gather_limit(context)).await;
        let answer = async |request| self.house.answer(request, decide).await;
        respond(&self.house, payload, context, receive::receive, answer).await
    }
}
