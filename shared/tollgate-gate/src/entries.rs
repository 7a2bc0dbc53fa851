//! What the catalogue says of the service in question, as facts.

use tollgate_core::{
    catalogue::{Catalogue, Service},
    evidence::{Evidence, EvidenceStatus},
    facts::DependencyFact,
    slo::{Slo, SloFact},
};

const CATALOGUE: &str = "catalogue";

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
