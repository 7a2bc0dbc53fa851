//! Everything that a gate works with, opened once at the start of its process.

use std::time::{Duration, SystemTime};

use aws_types::SdkConfig;
use lambda_runtime::Context;
use serde_json::{Value, json};
use tollgate_aws::{Outgoing, Telemetry, TelemetrySource};
use tollgate_core::{
    catalogue::Catalogue,
    decision::{DecisionRecord, Gate},
    settings::ModeInForce,
};
use tollgate_lambda::problem::Problem;
use tollgate_ledger::Ledger;
use tollgate_policy::{Difference, Evaluator, Limits, PolicySet, RuleMetadata};

use crate::{bill::Bill, clock::Clock, config::Config};

/// Facts are gathered within this time, or less where the function's own time is shorter.
const GATHER_LIMIT: Duration = Duration::from_secs(4);
/// Time that is kept for judging, recording and answering.
const RESERVE: Duration = Duration::from_secs(2);

/// What a gate works with.
pub struct House {
    /// Services, teams, objectives, settings.
    pub catalogue: Catalogue,
    /// The policies, ready to judge.
    pub evaluator: Evaluator,
    /// What is kept.
    pub ledger: Ledger,
    /// What is measured.
    pub telemetry: Telemetry,
    /// What is spent.
    pub bill: Bill,
    /// The time to judge by.
    pub clock: Clock,
    /// How AWS is reached.
    pub sdk: SdkConfig,
    pub(crate) outgoing: Option<Outgoing>,
    gate: Gate,
    source: TelemetrySource,
}

impl House {
    /// Loads policies and data and opens the ledger, the telemetry, the bill and the way out for notices.
    ///
    /// # Errors
    /// When policies or data are not in order, or the configuration cannot be followed. A gate that cannot start decides
    /// nothing.
    pub async fn open(gate: Gate, config: Config) -> Result<Self, lambda_runtime::Error> {
        let policies = PolicySet::load(&config.policies).map_err(|errors| listed("policies", &errors))?;
        let catalogue = policies.catalogue().map_err(|errors| listed("data", &errors))?;
        let sdk = tollgate_aws::sdk_config().await;
        let telemetry = match &config.telemetry {
            TelemetrySource::CloudWatch => Telemetry::cloudwatch(&sdk),
            TelemetrySource::Recorded(path) => Telemetry::recorded(path)?,
        };
        let (bus, topic) = (config.notice_bus, config.notice_topic);
        let outgoing = (bus.is_some() || topic.is_some()).then(|| Outgoing::new(&sdk, bus, topic));
        let bill = Bill::open(config.billing)?;
        // Lambda sets these and the local emulator does not.
        let in_aws = ["AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_EXECUTION_ENV"]
            .into_iter()
            .any(|name| std::env::var_os(name).is_some());
        let house = Self {
            clock: Clock::new(config.clock, telemetry.recorded_at().or(bill.recorded_at()), in_aws)?,
            ledger: Ledger::open(&config.ledger, Some(&sdk)).await?,
            evaluator: Evaluator::new(policies, limits()),
            catalogue,
            telemetry,
            bill,
            sdk,
            outgoing,
            gate,
            source: config.telemetry,
        };
        for short in house.differences().iter().filter(|difference| difference.is_short) {
            tracing::error!(difference = %short.error, "a rule that is expected to run does not: everything is denied");
        }
        Ok(house)
    }

    /// Which gate it is.
    pub const fn gate(&self) -> Gate {
        self.gate
    }

    /// The record of a decision.
    ///
    /// # Errors
    /// When there is none, or the ledger cannot be read.
    pub async fn recorded(&self, id: &str) -> Result<DecisionRecord, Problem> {
        let record =
            self.ledger.decision(id).await.map_err(|error| unavailable("the ledger cannot be read", &error))?;
        record.ok_or_else(|| Problem::not_found(format!("no decision has the id `{id}`")))
    }

    /// Whether the gate is in order, and what it judges by.
    pub fn health(&self) -> Value {
        let policies = self.evaluator.policies();
        let rules: Vec<_> = policies.rules(self.gate).collect();
        let differences = self.differences();
        let status = match differences.iter().any(|difference| difference.is_short) {
            _ if rules.is_empty() => "no_rules",
            true => "rules_missing",
            false => "ok",
        };
        json!({
            "status": status,
            "gate": self.gate.as_str(),
            "policy_revision": policies.revision(),
            "rules": rules.iter().map(|rule| self.rule(rule)).collect::<Vec<_>>(),
            "unlike_expected": differences.iter().map(|found| found.error.to_string()).collect::<Vec<_>>(),
            "services": self.catalogue.services.len(),
            "ledger": self.ledger.name(),
            "telemetry": self.source.to_string(),
            "billing": self.bill.source().to_string(),
            "budgets": self.catalogue.budgets.len(),
        })
    }
}

impl House {
    /// In what the rules of this gate differ from those that are expected to run.
    fn differences(&self) -> Vec<Difference> {
        let differences = self.evaluator.policies().differences(&self.catalogue);
        differences.into_iter().filter(|difference| difference.gate == self.gate).collect()
    }

    /// A rule with the mode that is in force, whichever layer of the settings set it.
    fn rule(&self, rule: &RuleMetadata) -> Value {
        let ModeInForce { mode, set_by, elsewhere } = self.catalogue.mode_of(&rule.name, rule.mode);
        let changed = set_by.map(|set_by| ("mode_set_by", json!(set_by)));
        let elsewhere = (!elsewhere.is_empty()).then(|| ("modes_elsewhere", json!(elsewhere)));
        let shown = [
            ("rule", json!(rule.name)),
            ("title", json!(rule.title)),
            ("effect", json!(rule.effect)),
            ("mode", json!(mode)),
            ("owner", json!(rule.owner)),
        ];
        let fields = shown.into_iter().chain(changed).chain(elsewhere);
        Value::Object(fields.map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

/// How long gathering may take in this invocation.
pub fn gather_limit(context: &Context) -> Duration {
    let left = context.deadline().duration_since(SystemTime::now());
    // `cargo lambda watch` names a time in 1970; Lambda itself never one that has passed.
    left.map_or(GATHER_LIMIT, |left| left.saturating_sub(RESERVE).min(GATHER_LIMIT))
}

/// The cause goes to the log, where operators look; the caller learns what to do.
pub fn unavailable(what: &str, error: &dyn std::fmt::Display) -> Problem {
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

fn listed<E: std::fmt::Display>(what: &str, errors: &[E]) -> String {
    let lines: Vec<String> = errors.iter().map(|error| format!("\n  {error}")).collect();
    format!("the {what} are not in order; nothing can be decided with them:{}", lines.concat())
}
