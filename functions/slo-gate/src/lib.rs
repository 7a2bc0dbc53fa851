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
mod round;
mod suspects;
mod sweep;
mod tally;
mod tell;
mod watch;

use lambda_runtime::{Context, Diagnostic};
use receive::Request;
use serde_json::{Value, json};
use tollgate_aws::Outgoing;
use tollgate_core::decision::Gate;
use tollgate_gate::{House, config::Config, gather_limit, respond, unavailable};
use tollgate_lambda::{problem::Problem, trigger::Trigger};

/// The gate, ready to decide.
pub struct SloGate {
    house: House,
    outgoing: Option<Outgoing>,
}

impl SloGate {
    /// Loads policies and data and opens the ledger, the telemetry and the way out for notices.
    ///
    /// # Errors
    /// When policies or data are not in order, or the configuration cannot be followed. A gate that cannot start decides
    /// nothing.
    pub async fn open(config: Config) -> Result<Self, lambda_runtime::Error> {
        let (bus, topic) = (config.notice_bus.clone(), config.notice_topic.clone());
        let house = House::open(Gate::Slo, config).await?;
        let outgoing = (bus.is_some() || topic.is_some()).then(|| Outgoing::new(&house.sdk, bus, topic));
        Ok(Self { house, outgoing })
    }

    /// Does an evaluation hang, so that the process should be replaced?
    pub fn is_wedged(&self) -> bool {
        self.house.evaluator.is_wedged()
    }

    /// Answers one event. Over HTTP every problem is an answer; to a direct invocation, a schedule or an alarm it is a
    /// function error, so that AWS delivers it again.
    ///
    /// # Errors
    /// For all but HTTP, when what was asked is not done.
    pub async fn handle(&self, payload: &str, context: &Context) -> Result<Value, Diagnostic> {
        if let Some(triggers) = Trigger::read(payload, self.house.clock.now()) {
            return self.triggered(triggers, context).await;
        }
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
            Request::Health => Ok(self.house.health()),
        }
    }
}
