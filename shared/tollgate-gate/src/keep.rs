//! Claimed once, judged, and recorded before it is answered.

use std::time::{Duration, Instant};

use chrono::SecondsFormat;
use serde::Serialize;
use tollgate_core::{
    Timestamp,
    decision::{Decision, DecisionRecord, Verdict},
    digest,
    facts::{Facts, RecordedFacts},
    fold::{self, Judgement},
};
use tollgate_lambda::{
    metrics::{self, Latencies},
    problem::Problem,
};
use tollgate_ledger::{Claim, ClaimKey, Claimed, LedgerError, Recorded, Seen};

use crate::{
    Question,
    house::{House, unavailable},
};

/// How long the same question under the same key has the same decision.
const CLAIM_LIFE: chrono::Duration = chrono::Duration::days(30);

/// Whose turn it is to decide.
#[derive(Debug)]
pub enum Turn {
    /// The asker's, under this decision id.
    Decide(String),
    /// Nobody's: this was decided before.
    Decided(Box<Decision>),
}

/// How recording went.
#[derive(Debug)]
pub enum Kept {
    /// This is the decision that is on record.
    Decision(Box<Decision>),
    /// Another change was allowed meanwhile: look again and judge again.
    Overtaken,
}

impl House {
    /// The span of a decision, under the id that it has unless the question was asked before.
    pub fn span(&self, proposed: &str, service: &str, environment: &str) -> tracing::Span {
        let gate = self.gate().as_str();
        tracing::info_span!("decision", decision_id = proposed, gate, service, environment)
    }

    /// Takes the question's key for a decision of the id `proposed`. Without a key there is nothing to come back to: each
    /// request is a question of its own.
    ///
    /// # Errors
    /// When the key was used for another question, when what it allowed has expired, or when the ledger fails.
    pub async fn claim<T: Serialize>(
        &self,
        question: &Question<T>,
        proposed: String,
        now: Timestamp,
        limit: Duration,
    ) -> Result<Turn, Problem> {
        let Some(idempotency_key) = question.idempotency_key.clone() else { return Ok(Turn::Decide(proposed)) };
        let request_digest =
            digest::of_json(&question.asked).map_err(|error| unavailable("the question cannot be written", &error))?;
        let claim = Claim {
            key: ClaimKey { gate: self.gate(), principal: question.principal.clone(), idempotency_key },
            request_digest,
            decision_id: proposed.clone(),
            claimed_at: now,
            expires_at: now + CLAIM_LIFE,
        };
        let claimed = tokio::time::timeout(limit, self.ledger.claim(&claim))
            .await
            .map_err(|_| unavailable("the ledger did not answer in time", &format_args!("{} ms", limit.as_millis())))?;
        match claimed.map_err(|error| unavailable("the question cannot be claimed", &error))? {
            Claimed::New => Ok(Turn::Decide(proposed)),
            Claimed::Again { record: Some(record), .. } => {
                tracing::Span::current().record("decision_id", &record.decision.decision_id);
                tracing::info!("answered again from the ledger");
                still_valid(record.decision, now).map(|decision| Turn::Decided(Box::new(decision)))
            }
            Claimed::Again { decision_id, record: None } => {
                tracing::Span::current().record("decision_id", &decision_id);
                Ok(Turn::Decide(decision_id))
            }
            Claimed::Conflict { first_claimed_at } => Err(Problem::key_reused(format!(
                "another question was asked under this key at {first_claimed_at}: a key names one question"
            ))),
        }
    }

    /// Has the facts judged; the record is not kept yet.
    ///
    /// # Errors
    /// When the facts cannot be written.
    pub fn judge(&self, facts: Facts, decision_id: String, warnings: Vec<String>) -> Result<DecisionRecord, Problem> {
        let facts = RecordedFacts::of(facts).map_err(|error| unavailable("the facts cannot be written", &error))?;
        let evaluation = self.evaluator.evaluate_json(facts.value().gate(), facts.json());
        let judgement = Judgement { decision_id, facts_digest: facts.digest(), evaluation, warnings };
        Ok(DecisionRecord { decision: fold::decide(&facts.value().frame(), judgement), facts })
    }

    /// Judges and records; `gathered` is how long gathering took. What is on record afterwards is the answer, whoever
    /// recorded it.
    ///
    /// # Errors
    /// When it cannot be recorded: then there is no decision.
    pub async fn decide_and_keep(
        &self,
        facts: Facts,
        seen: Option<&Seen>,
        (decision_id, warnings): (String, Vec<String>),
        gather: Duration,
    ) -> Result<Kept, Problem> {
        let started = Instant::now();
        tracing::info!(milliseconds = milliseconds(gather), "gathered");
        let record = self.judge(facts, decision_id, warnings)?;
        let evaluate = started.elapsed();
        tracing::info!(
            milliseconds = milliseconds(evaluate),
            verdict = record.decision.verdict.as_str(),
            findings = record.decision.findings.len(),
            "evaluated"
        );
        let recorded = self.ledger.record(&record, seen).await;
        let latencies = Latencies { gather, evaluate, record: started.elapsed().saturating_sub(evaluate) };
        let recorded = recorded.map_err(|error| match error {
            LedgerError::TooLarge { bytes, limit_bytes, .. } => Problem::too_large(bytes, limit_bytes),
            error => unavailable("the decision cannot be recorded", &error),
        });
        match recorded? {
            Recorded::Stored => {
                tracing::info!(milliseconds = milliseconds(latencies.record), "recorded");
                let at = record.decision.evaluated_at;
                metrics::write(&metrics::decision_line(at, &record.decision, &record.facts.value().frame(), latencies));
                Ok(Kept::Decision(Box::new(record.decision)))
            }
            Recorded::Already(first) => Ok(Kept::Decision(Box::new(first.decision))),
            Recorded::Overtaken => Ok(Kept::Overtaken),
        }
    }
}

/// An `allow` holds until it expires: given again later it would be an approval on facts that have passed.
fn still_valid(decision: Decision, now: Timestamp) -> Result<Decision, Problem> {
    if decision.verdict != Verdict::Allow || now <= decision.valid_until {
        return Ok(decision);
    }
    Err(Problem::conflict(format!(
        "decision `{}` under this key allowed it until {}: ask with a new key to have it judged now",
        decision.decision_id,
        decision.valid_until.to_rfc3339_opts(SecondsFormat::Secs, true)
    )))
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
