//! What the catalogue says of the service in question, as facts.

use tollgate_core::{
    catalogue::{Catalogue, Service},
    evidence::{Evidence, EvidenceStatus},
    facts::{DependencyFact, ServiceFact},
    slo::{Slo, SloFact},
    suggest,
};

const CATALOGUE: &str = "catalogue";
/// More names than these help nobody to find the right one.
const MOST_NEAR: usize = 3;

/// Names that may be meant by one that is not there, nearest first.
pub fn near<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    suggest::near(name, known, MOST_NEAR).into_iter().map(ToOwned::to_owned).collect()
}

/// The objectives that bind a service in an environment, which a decision must rest on, and those of its dependencies,
/// which it need not.
pub fn objectives<'a>(catalogue: &'a Catalogue, name: &'a str, environment: &str) -> Vec<(&'a Slo, bool)> {
    let service = catalogue.services.get(name);
    let dependencies = service.into_iter().flat_map(|service| &service.dependencies).filter(|other| *other != name);
    let of_dependencies = dependencies.flat_map(|name| catalogue.slos.get(name)).flatten();
    let of_dependencies = of_dependencies.filter(|slo| !slo.shared_with.iter().any(|shared| shared == name));
    let all = catalogue.slos_of(name).map(|slo| (slo, true)).chain(of_dependencies.map(|slo| (slo, false)));
    all.filter(|(slo, _)| slo.is_about(environment)).collect()
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

/// What the service depends on, each with those of the objectives that are its own.
pub fn dependencies(catalogue: &Catalogue, service: Option<&Service>, slos: &[SloFact]) -> Vec<DependencyFact> {
    let names = service.into_iter().flat_map(|service| &service.dependencies);
    names
        .map(|name| {
            let id = format!("dependency/{name}");
            let known = catalogue.services.get(name);
            let evidence = known.map_or_else(
                || {
                    Evidence::bad(
                        &id,
                        CATALOGUE,
                        EvidenceStatus::NoData,
                        format!("the catalogue has no service `{name}`"),
                    )
                },
                |_| Evidence::ok(&id, CATALOGUE, None),
            );
            DependencyFact {
                evidence: evidence.advisory(),
                name: name.clone(),
                owner: known.map(|service| service.owner.clone()),
                slos: slos.iter().filter(|slo| slo.service == *name).cloned().collect(),
            }
        })
        .collect()
}
