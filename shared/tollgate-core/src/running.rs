//! Services as they run: the question that nobody asks, and that schedules, alarms and `tollgate slo status` answer alike.

use crate::{
    Timestamp,
    approval::{ApprovalTime, approval_facts},
    catalogue::{Catalogue, Service},
    change::Purpose,
    evidence::{Evidence, EvidenceStatus},
    facts::{CallerFact, DependencyFact, FACTS_SCHEMA, Rollout, ServiceFact, SloGateFacts},
    slo::SloFact,
    suggest,
};

const CATALOGUE: &str = "catalogue";
/// More names than these help nobody to find the right one.
const MOST_NEAR: usize = 3;
/// The environment that is watched where nobody names one: this one, or the first of the service.
const WATCHED: &str = "production";

/// Names that may be meant by one that is not there, nearest first.
pub fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    suggest::near(name, known, MOST_NEAR).into_iter().map(ToOwned::to_owned).collect()
}

/// The service, as the catalogue has it.
pub fn service_fact(catalogue: &Catalogue, name: &str) -> ServiceFact {
    let Some(service) = catalogue.services.get(name) else {
        let reason = format!("the catalogue has no service `{name}`");
        return ServiceFact {
            evidence: Evidence::bad("service", CATALOGUE, EvidenceStatus::NoData, reason),
            name: name.to_owned(),
            known: false,
            near: near(name, catalogue.services.keys().map(String::as_str)),
            tier: None,
            owner: None,
            contact: None,
            environments: Vec::new(),
            runbook: None,
        };
    };
    let owner = catalogue.teams.get(&service.owner);
    ServiceFact {
        evidence: Evidence::ok("service", CATALOGUE, None),
        name: name.to_owned(),
        known: true,
        near: Vec::new(),
        tier: Some(service.tier),
        owner: owner.map(|team| team.name.clone()),
        contact: owner.and_then(|team| team.contact.clone()),
        environments: service.environments.clone(),
        runbook: service.runbook.clone(),
    }
}

/// The facts about a rollout, once its objectives are known; without a canary and a Keptn gate.
pub fn rollout_facts(
    catalogue: &Catalogue,
    rollout: &Rollout,
    principal: &str,
    now: Timestamp,
    slos: Vec<SloFact>,
    dependencies: Vec<DependencyFact>,
) -> SloGateFacts {
    let settings = catalogue.settings_of(&rollout.service);
    let max_age_seconds = settings.integer("change", "approval_max_age_seconds").unwrap_or(0);
    let caller =
        CallerFact { may_assert_approvals: catalogue.may_assert_approvals(principal), principal: principal.to_owned() };
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

/// The question that nobody asks: may anything risky be rolled out, as the service runs? What it depends on is looked
/// at for itself.
pub fn as_it_runs(
    catalogue: &Catalogue,
    service: &str,
    environment: &str,
    asked_by: &str,
    now: Timestamp,
    slos: Vec<SloFact>,
) -> SloGateFacts {
    let rollout = Rollout {
        service: service.to_owned(),
        environment: environment.to_owned(),
        purpose: Purpose::Feature,
        risky: Some(true),
        author: None,
        commit: None,
        approvals: Vec::new(),
        canary: None,
    };
    rollout_facts(catalogue, &rollout, asked_by, now, slos, Vec::new())
}

/// The environments in which a service is looked at: where none is named, the one that is watched, and those that any of
/// its objectives is about by name, so that no objective is looked at nowhere.
pub fn watched<'a>(catalogue: &'a Catalogue, service: &'a Service, named: &'a [String]) -> Vec<&'a str> {
    let runs_in = |name: &str| service.environments.iter().any(|environment| environment == name);
    if !named.is_empty() {
        return named.iter().map(String::as_str).filter(|name| runs_in(name)).collect();
    }
    let first = service.environments.first().map_or(WATCHED, String::as_str);
    let watched = if runs_in(WATCHED) { WATCHED } else { first };
    let is_named = |name: &str| catalogue.slos_of(&service.name).any(|slo| slo.names(name));
    let others = service.environments.iter().map(String::as_str).filter(|name| *name != watched && is_named(name));
    std::iter::once(watched).chain(others).collect()
}
