//! From a question to a recorded decision.

use std::time::{Duration, Instant};

use chrono::SecondsFormat;
use tollgate_core::{
    Timestamp,
    decision::{Decision, DecisionRecord, Gate, Verdict},
    digest,
    facts::Facts,
    fold::{self, Judgement},
};
use tollgate_lambda::{
    metrics::{self, Latencies},
    problem::Problem,
};
use tollgate_ledger::{Claim, ClaimKey, Claimed, LedgerError, Recorded};
use tracing::Instrument as _;
use ulid::Ulid;

use crate::{ChangeGate, receive::Question, unavailable};

/// How long the same question under the same key has the same decision.
const CLAIM_LIFE: chrono::Duration = chrono::Duration::days(30);
/// How often a change is judged that others overtake, all of which it may ignore: one that collides is held up the second time.
const TRIES: u32 = 4;

impl ChangeGate {
    /// Decides, or answers what was decided before under the same key.
    pub(crate) async fn decide(&self, question: Question, limit: Duration) -> Result<Decision, Problem> {
        let proposed = Ulid::generate().to_string();
        let span = tracing::info_span!(
            "decision",
            decision_id = proposed,
            gate = Gate::Change.as_str(),
            service = question.change.service,
            environment = question.change.environment,
        );
        self.claim_and_judge(question, proposed, limit).instrument(span).await
    }

    async fn claim_and_judge(
        &self,
        question: Question,
        proposed: String,
        limit: Duration,
    ) -> Result<Decision, Problem> {
        let now = self.clock.now();
        let started = Instant::now();
        let (claimed, (mut facts, mut seen)) =
            tokio::join!(self.claim(&question, &proposed, now, limit), self.gather(&question, now, limit));
        let decision_id = match claimed? {
            Claimed::New => proposed,
            Claimed::Again { record: Some(record), .. } => {
                tracing::Span::current().record("decision_id", &record.decision.decision_id);
                tracing::info!("answered again from the ledger");
                return still_valid(record.decision, now);
            }
            Claimed::Again { decision_id, record: None } => {
                tracing::Span::current().record("decision_id", &decision_id);
                decision_id
            }
            Claimed::Conflict { first_claimed_at } => {
                return Err(Problem::key_reused(format!(
                    "another change was asked about under this key at {first_claimed_at}: a key names one question"
                )));
            }
        };
        let gather = started.elapsed();
        tracing::info!(milliseconds = milliseconds(gather), "gathered");
        for _ in 0..TRIES {
            let judged = Facts::from(facts.clone());
            let decision = self.judge(&judged, decision_id.clone(), question.warnings.clone())?;
            let evaluate = started.elapsed().saturating_sub(gather);
            tracing::info!(
                milliseconds = milliseconds(evaluate),
                verdict = decision.verdict.as_str(),
                findings = decision.findings.len(),
                "evaluated"
            );
            let record = DecisionRecord { decision, facts: judged };
            let recorded = self.ledger.record(&record, seen.as_ref()).await;
            let latencies = Latencies { gather, evaluate, record: started.elapsed().saturating_sub(gather + evaluate) };
            let recorded = recorded.map_err(|error| match error {
                LedgerError::TooLarge { bytes, limit_bytes, .. } => Problem::too_large(bytes, limit_bytes),
                error => unavailable("the decision cannot be recorded", &error),
            });
            match recorded? {
                Recorded::Stored => {
                    tracing::info!(milliseconds = milliseconds(latencies.record), "recorded");
                    metrics::write(&metrics::decision_line(now, &record.decision, &record.facts.frame(), latencies));
                    return Ok(record.decision);
                }
                Recorded::Already(first) => return Ok(first.decision),
                Recorded::Overtaken => {
                    tracing::info!("another change was allowed meanwhile: the history is read again");
                    let left = limit.saturating_sub(started.elapsed());
                    let before = facts.history;
                    (facts.history, seen) = self.history(&question, now, left, before.window_seconds).await;
                    facts.history.evidence.api_requests += before.evidence.api_requests;
                }
            }
        }
        Err(unavailable("other changes were allowed while this one was judged", &format_args!("{TRIES} times")))
    }

    fn judge(&self, facts: &Facts, decision_id: String, warnings: Vec<String>) -> Result<Decision, Problem> {
        let json = serde_json::to_string(facts).map_err(|error| unavailable("the facts cannot be written", &error))?;
        let facts_digest = digest::of_bytes(json.as_bytes());
        let evaluation = self.evaluator.evaluate_json(facts.gate(), &json);
        Ok(fold::decide(&facts.frame(), Judgement { decision_id, facts_digest, evaluation, warnings }))
    }

    /// Without a key there is nothing to come back to: each request is a question of its own.
    async fn claim(
        &self,
        question: &Question,
        proposed: &str,
        now: Timestamp,
        limit: Duration,
    ) -> Result<Claimed, Problem> {
        let Some(idempotency_key) = question.idempotency_key.clone() else { return Ok(Claimed::New) };
        let request_digest =
            digest::of_json(&question.change).map_err(|error| unavailable("the change cannot be written", &error))?;
        let claim = Claim {
            key: ClaimKey { gate: Gate::Change, principal: question.principal.clone(), idempotency_key },
            request_digest,
            decision_id: proposed.to_owned(),
            claimed_at: now,
            expires_at: now + CLAIM_LIFE,
        };
        let claimed: Result<Claimed, LedgerError> = match tokio::time::timeout(limit, self.ledger.claim(&claim)).await {
            Ok(claimed) => claimed,
            Err(_) => return Err(unavailable("the ledger did not answer in time", &"timeout while claiming")),
        };
        claimed.map_err(|error| unavailable("the question cannot be claimed", &error))
    }
}

/// An `allow` is good for its time only: given out again later it would be an approval on facts that have passed.
fn still_valid(decision: Decision, now: Timestamp) -> Result<Decision, Problem> {
    if decision.verdict != Verdict::Allow || now <= decision.valid_until {
        return Ok(decision);
    }
    Err(Problem::conflict(format!(
        "decision `{}` under this key allowed the change until {}: ask with a new key to have it judged now",
        decision.decision_id,
        decision.valid_until.to_rfc3339_opts(SecondsFormat::Secs, true)
    )))
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
