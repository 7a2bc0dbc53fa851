//! Gather: everything that a decision rests on, in parallel, under one deadline. What fails is a fact, too.

use std::time::Duration;

use tollgate_core::{
    Timestamp,
    approval::{ApprovalTime, approval_facts},
    canary::{CanaryFact, unknown_canary},
    facts::{CallerFact, DependencyFact, FACTS_SCHEMA, Rollout, SloGateFacts},
    slo::{Limits, SloFact},
};
use tollgate_gate::{dependencies, objectives, service_fact};
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
        let facts = self.facts(rollout, &question.principal, now, own, dependencies);
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

    /// The facts, once the objectives are known.
    pub(crate) fn facts(
        &self,
        rollout: &Rollout,
        principal: &str,
        now: Timestamp,
        slos: Vec<SloFact>,
        dependencies: Vec<DependencyFact>,
    ) -> SloGateFacts {
        let catalogue = &self.house.catalogue;
        let settings = catalogue.settings_of(&rollout.service);
        let max_age_seconds = settings.integer("change", "approval_max_age_seconds").unwrap_or(0);
        let caller = CallerFact {
            may_assert_approvals: catalogue.may_assert_approvals(principal),
            principal: principal.to_owned(),
        };
        let approved_by = ApprovalTime { now, max_age_seconds };
        let waivers = catalogue.waivers.iter().filter(|waiver| waiver.service == rollout.service).cloned().collect();
        SloGateFacts {
            schema: FACTS_SCHEMA.to_owned(),
            evaluated_at: now,
            evaluated_at_seconds: now.timestamp(),
            service: service_fact(catalogue, &rollout.service),
            slos,
            dependencies,
            canary: None,
            keptn: None,
            maintenance: catalogue.maintenance_at(&rollout.service, &rollout.environment, now),
            maintenance_times: catalogue.maintenance_times(&rollout.service, &rollout.environment, now),
            approvals: approval_facts(rollout, &caller, approved_by, |person| catalogue.groups_of(person)),
            waivers,
            caller,
            rollout: rollout.clone(),
            settings,
        }
    }
}
