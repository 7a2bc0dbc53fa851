//! Canaries: both sides of all their metrics in one round.

use tokio::time::Instant;
use tollgate_core::{
    Timestamp,
    canary::{CanaryFact, CanaryQuestion, CanarySource, canary_fact, unknown_canary},
};

use crate::Telemetry;

impl Telemetry {
    /// What is known of a canary against its baseline. Whatever goes wrong is in the fact: it never makes a canary pass.
    pub async fn canary(
        &self,
        source: &CanarySource,
        question: &CanaryQuestion,
        now: Timestamp,
        deadline: Instant,
    ) -> CanaryFact {
        if let Err(error) = question.check(now).and_then(|()| source.check(question)) {
            return unknown_canary(&source.service, &format!("{error} in the question"));
        }
        let metrics = source.metrics(question);
        let sampling = self.sample(&metrics.iter().collect(), source.tier(question, now), deadline).await;
        let mut fact = match &sampling.sampled {
            Some(sampled) => canary_fact(&source.plan, &source.observed(question, sampled, sampling.source.clone())),
            None => unknown_canary(&source.service, "the recording has none of its metrics"),
        };
        fact.evidence.source.clone_from(&sampling.source);
        sampling.charge(&mut fact.evidence);
        fact
    }
}
