//! May this change go ahead? The five steps: receive, gather, evaluate, record, respond.

pub mod clock;
pub mod config;
mod decide;
mod gather;
mod outcome;
mod receive;

use std::time::{Duration, SystemTime};

use config::Config;
use lambda_runtime::{Context, Diagnostic};
use receive::Request;
use serde_json::{Value, json};
use tollgate_aws::{Telemetry, TelemetrySource};
use tollgate_core::{
    catalogue::Catalogue,
    decision::{DecisionRecord, Gate},
};
use tollgate_lambda::{event::Event, metrics, problem::Problem, response};
use tollgate_ledger::Ledger;
use tollgate_policy::{Evaluator, Limits, PolicySet};

use crate::clock::Clock;

/// Facts are gathered within this time, or less where the function's own time is shorter.
const GATHER_LIMIT: Duration = Duration::from_secs(4);
/// Time that is kept for judging, recording and answering.
const RESERVE: Duration = Duration::from_secs(2);

/// The gate, ready to decide.
pub struct ChangeGate {
    catalogue: Catalogue,
    evaluator: Evaluator,
    ledger: Ledger,
    telemetry: Telemetry,
    source: TelemetrySource,
    clock: Clock,
}

impl ChangeGate {
    /// Loads policies and data and opens the ledger and the telemetry.
    ///
    /// # Errors
    /// When policies or data are not in order, or the configuration cannot be followed. A gate that cannot start decides
    /// nothing.
    pub async fn open(config: Config) -> Result<Self, lambda_runtime::Error> {
        let policies = PolicySet::load(&config.policies).map_err(|errors| listed("policies", &errors))?;
        let catalogue = Catalogue::read(policies.data_files()).map_err(|errors| listed("data", &errors))?;
        let sdk = tollgate_aws::sdk_config().await;
        let telemetry = match &config.telemetry {
            TelemetrySource::CloudWatch => Telemetry::cloudwatch(&sdk),
            TelemetrySource::Recorded(path) => Telemetry::recorded(path)?,
        };
        // Lambda sets these and the local emulator does not.
        let in_aws = ["AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_EXECUTION_ENV"]
            .into_iter()
            .any(|name| std::env::var_os(name).is_some());
        Ok(Self {
            clock: Clock::new(config.clock, telemetry.recorded_at(), in_aws)?,
            ledger: Ledger::open(&config.ledger, Some(&sdk)).await?,
            evaluator: Evaluator::new(policies, limits()),
            catalogue,
            telemetry,
            source: config.telemetry,
        })
    }

    /// Does an evaluation hang, so that the process should be replaced?
    pub fn is_wedged(&self) -> bool {
        self.evaluator.is_wedged()
    }

    /// Answers one event. Over HTTP every problem is an answer; to a direct invocation it is a function error.
    ///
    /// # Errors
    /// For direct invocations, when there is no decision.
    pub async fn handle(&self, payload: &str, context: &Context) -> Result<Value, Diagnostic> {
        let event = Event::read(payload);
        let is_http = matches!(event, Ok(Event::Http(_)) | Err(_));
        let answer = match event.and_then(|event| receive::receive(event, &context.request_id)) {
            Ok(request) => self.answer(request, context).await,
            Err(problem) => Err(problem),
        };
        match (answer, is_http) {
            (Ok(value), true) => response::json(200, &value).map_err(|error| lambda_runtime::Error::from(error).into()),
            (Ok(value), false) => Ok(value),
            (Err(problem), is_http) => {
                tracing::warn!(status = problem.status, field = problem.field, title = problem.title, "refused");
                metrics::write(&metrics::refusal_line(self.clock.now(), Gate::Change.as_str(), problem.status));
                if is_http { Ok(response::problem(&problem)) } else { Err(problem.into()) }
            }
        }
    }

    async fn answer(&self, request: Request, context: &Context) -> Result<Value, Problem> {
        match request {
            Request::Decide(question) => {
                let decision = self.decide(*question, gather_limit(context)).await?;
                serde_json::to_value(decision).map_err(|error| unavailable("the decision cannot be written", &error))
            }
            Request::Decision(id) => {
                let record = self.recorded(&id).await?;
                Ok(json!({"decision": record.decision, "facts": record.facts}))
            }
            Request::Outcome { decision_id, result, principal } => self.outcome(&decision_id, result, &principal).await,
            Request::Health => Ok(self.health()),
        }
    }

    async fn recorded(&self, id: &str) -> Result<DecisionRecord, Problem> {
        let record =
            self.ledger.decision(id).await.map_err(|error| unavailable("the ledger cannot be read", &error))?;
        record.ok_or_else(|| Problem::not_found(format!("no decision has the id `{id}`")))
    }

    fn health(&self) -> Value {
        let policies = self.evaluator.policies();
        let rules: Vec<_> = policies.rules(Gate::Change).collect();
        json!({
            "status": if rules.is_empty() { "no_rules" } else { "ok" },
            "gate": Gate::Change.as_str(),
            "policy_revision": policies.revision(),
            "rules": rules.iter().map(|rule| json!({
                "rule": rule.name, "title": rule.title, "effect": rule.effect, "mode": rule.mode, "owner": rule.owner,
            })).collect::<Vec<_>>(),
            "services": self.catalogue.services.len(),
            "ledger": self.ledger.name(),
            "telemetry": self.source.to_string(),
        })
    }
}

/// The cause goes to the log, where operators look; the caller learns what to do.
fn unavailable(what: &str, error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "{what}");
    Problem::unavailable(format!("{what}: ask again with the same idempotency key; the gate's log says why"))
}

/// Policies may use half of the function's memory: beyond all of it Lambda would kill the process instead of a rule.
fn limits() -> Limits {
    let mebibytes = std::env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok().and_then(|size| size.parse::<u64>().ok());
    let half = mebibytes.map(|size| size.saturating_mul(1024 * 1024) / 2);
    let default = Limits::default();
    Limits { memory_bytes: half.into_iter().chain(default.memory_bytes).min(), ..default }
}

fn gather_limit(context: &Context) -> Duration {
    let left = context.deadline().duration_since(SystemTime::now());
    // `cargo lambda watch` names a time in 1970; Lambda itself never one that has passed.
    left.map_or(GATHER_LIMIT, |left| left.saturating_sub(RESERVE).min(GATHER_LIMIT))
}

fn listed<E: std::fmt::Display>(what: &str, errors: &[E]) -> String {
    let lines: Vec<String> = errors.iter().map(|error| format!("\n  {error}")).collect();
    format!("the {what} are not in order; nothing can be decided with them:{}", lines.concat())
}
