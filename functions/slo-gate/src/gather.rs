//! Gather: everything that a decision rests on, in parallel, under one deadline. What fails is a fact, too.

use std::time::Duration;

use tollgate_core::{
    Timestamp,
    canary::{CanaryFact, unknown_canary},
    facts::{Rollout, SloGateFacts},
    running::rollout_facts,
    slo::{Limits, SloFact},
};
use tollgate_gate::{dependencies, objectives};
use tollgate_ledger::background;

use crate::{SloGate, receive::RolloutQuestion};

impl SloGate {
    /// Gathers the facts about a rollout.
    pub(crate) async fn gather(&self, question: &RolloutQuestion, now: Timestamp, limit: Duration) -> SloGateFacts {
        let catalogue = &self.house.catalogue;
        let rollout = &question.asked;
        let slos = objectives(catalogue, &rollout.service, &rollout.environment);
        let deadline = tokio::time::Instant::now() + limit;
        let limits = Limits::of(&catalogue.settings_of(&rollout.service));
        let (telemetry, kept, canary, keptn) = tokio::join!(
            self.house.telemetry.read(&slos, now, deadline, &limits),
            tokio::time::timeout(limit, self.house.kept_days(slos.iter().map(|(slo, _)| *slo))),
            self.canary(rollout, now, deadline),
            self.keptn(rollout, now, deadline),
        );
        // Without the days that are kept, what CloudWatch has forgotten is not known.
        let kept = kept.ok().and_then(Result::ok).unwrap_or_default();
        let telemetry: Vec<SloFact> = telemetry.iter().map(|found| found.fact(&background(found.slo, &kept))).collect();
        let (own, of_dependencies): (Vec<_>, Vec<_>) = telemetry.into_iter().partition(|fact| fact.evidence.required);
        let service = catalogue.services.get(&rollout.service);
        let dependencies = dependencies(catalogue, service, &rollout.environment, &of_dependencies);
        let facts = rollout_facts(catalogue, rollout, &question.principal, now, own, dependencies);
        SloGateFacts { canary, keptn, ..facts }
    }

    async fn canary(&self, rollout: &Rollout, now: Timestamp, deadline: tokio::time::Instant) -> Option<CanaryFact> {
        let (service, asked) = (&rollout.service, rollout.canary.as_ref()?);
        let Some(source) = self.house.catalogue.canaries.get(service) else {
            let reason = format!("nothing says how it is judged: write `policies/data/canaries/{service}.yaml`");
            return Some(unknown_canary(service, &reason));
        };
        Some(self.house.telemetry.canary(source, asked, now, deadline).await)
    }
}
