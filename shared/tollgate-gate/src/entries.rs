//! What the catalogue says of the service in question, as facts.

use tollgate_core::{
    catalogue::{Catalogue, Service},
    evidence::{Evidence, EvidenceStatus},
    facts::DependencyFact,
    slo::{Slo, SloFact},
};

const CATALOGUE: &str = "catalogue";

/// The objectives that bind a service in an environment, which a decision must rest on, and those that bind its
/// dependencies, which it need not.
pub fn objectives<'a>(catalogue: &'a Catalogue, name: &'a str, environment: &str) -> Vec<(&'a Slo, bool)> {
    let mut all: Vec<(&Slo, bool)> = catalogue.slos_of(name).map(|slo| (slo, true)).collect();
    for dependency in catalogue.services.get(name).into_iter().flat_map(|service| &service.dependencies) {
        let of_dependency = catalogue.slos_of(dependency).map(|slo| (slo, false));
        // One may bind several of them, and the service itself.
        let new: Vec<_> =
            of_dependency.filter(|(slo, _)| !all.iter().any(|(known, _)| std::ptr::eq(*known, *slo))).collect();
        all.extend(new);
    }
    all.retain(|(slo, _)| slo.is_about(environment));
    all
}

/// What the service depends on in an environment, each with those of the objectives that are its own. Of one that has none
/// there it is not known whether it is healthy.
pub fn dependencies(
    catalogue: &Catalogue,
    service: Option<&Service>,
    environment: &str,
    slos: &[SloFact],
) -> Vec<DependencyFact> {
    let names = service.into_iter().flat_map(|service| &service.dependencies);
    let fact = |name: &String| {
        let binds = |fact: &&SloFact| {
            catalogue.slos_of(name).any(|slo| (&slo.service, &slo.name) == (&fact.service, &fact.name))
        };
        DependencyFact {
            evidence: dependency_evidence(catalogue, name, environment).advisory(),
            name: name.clone(),
            owner: catalogue.services.get(name).map(|service| service.owner.clone()),
            slos: slos.iter().filter(binds).cloned().collect(),
        }
    };
    names.map(fact).collect()
}

fn dependency_evidence(catalogue: &Catalogue, name: &str, environment: &str) -> Evidence {
    let id = format!("dependency/{name}");
    let unknown = |reason| Evidence::bad(&id, CATALOGUE, EvidenceStatus::NoData, reason);
    let Some(known) = catalogue.services.get(name) else {
        return unknown(format!("the catalogue has no service `{name}`"));
    };
    let runs_there = known.environments.iter().any(|other| other == environment);
    if runs_there && !catalogue.slos_of(name).any(|slo| slo.is_about(environment)) {
        return unknown(format!("`{name}` has no objective for `{environment}` that would say so"));
    }
    Evidence::ok(&id, CATALOGUE, None)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tollgate_core::{catalogue::Catalogue, evidence::EvidenceStatus};

    use super::{dependencies, objectives};

    const DEFAULTS: &str = include_str!("../../../policies/data/settings/defaults.yaml");

    /// The shop depends on orders, on stock and on mail. One objective of the warehouse binds stock, too.
    fn catalogue(orders: &str) -> Catalogue {
        let service = |name: &str, more: &str| {
            format!("name: {name}\ntier: tier_2\nowner: web\nenvironments: [production, staging]\n{more}")
        };
        let slo = |service: &str, name: &str, labels: &str| {
            format!(
                "apiVersion: openslo/v1\nkind: SLO\nmetadata:\n  name: {name}\n{labels}spec:\n  service: {service}\n  \
                 indicator:\n    metadata: {{name: {service}-{name}}}\n    spec:\n      ratioMetric:\n        counter: true\n        \
                 good: {{metricSource: {{type: CloudWatch, spec: {{Region: eu-west-1, Namespace: N, MetricName: Good, Stat: Sum}}}}}}\n        \
                 total: {{metricSource: {{type: CloudWatch, spec: {{Region: eu-west-1, Namespace: N, MetricName: All, Stat: Sum}}}}}}\n  \
                 budgetingMethod: Occurrences\n  timeWindow: [{{duration: 30d, isRolling: true}}]\n  objectives: [{{displayName: a, target: 0.99}}]\n"
            )
        };
        let only = "  labels: {environment: production}\n";
        let shared = "  annotations: {tollgate.dev/shared-with: stock}\n";
        let mut files: BTreeMap<String, String> = [
            ("settings/defaults.yaml", DEFAULTS.to_owned()),
            ("services/shop.yaml", service("shop", "dependencies: [orders, stock, mail]\n")),
            ("services/orders.yaml", service("orders", "")),
            ("services/stock.yaml", service("stock", "")),
            ("services/mail.yaml", service("mail", "").replace(", staging", "")),
            ("services/warehouse.yaml", service("warehouse", "")),
            ("slos/mail.yaml", slo("mail", "sent", only)),
            ("slos/warehouse.yaml", slo("warehouse", "found", shared)),
            ("slos/orders.yaml", orders.to_owned()),
        ]
        .into_iter()
        .map(|(file, text)| (format!("data/{file}"), text))
        .collect();
        for team in ["web", "finops", "incident-commanders"] {
            files.insert(
                format!("data/teams/{team}.yaml"),
                format!("name: {team}\nmembers: ['github:1', 'github:2']\n"),
            );
        }
        if orders == "only production" {
            files.insert("data/slos/orders.yaml".into(), slo("orders", "taken", only));
        }
        files.retain(|_, text| !text.is_empty());
        Catalogue::read(&files).unwrap()
    }

    fn unknown(orders: &str, environment: &str) -> Vec<String> {
        let catalogue = catalogue(orders);
        let facts = dependencies(&catalogue, catalogue.services.get("shop"), environment, &[]);
        assert!(facts.iter().all(|fact| !fact.evidence.required), "what it depends on is no part of it");
        let unknown = facts.iter().filter(|fact| fact.evidence.status == EvidenceStatus::NoData);
        unknown.map(|fact| fact.evidence.reason.clone().unwrap()).collect()
    }

    #[test]
    fn a_dependency_without_an_objective_is_not_known_to_be_healthy() {
        assert_eq!(unknown("", "production"), ["`orders` has no objective for `production` that would say so"]);
        assert_eq!(unknown("only production", "production"), [""; 0]);
        assert_eq!(
            unknown("only production", "staging"),
            ["`orders` has no objective for `staging` that would say so"]
        );
    }

    #[test]
    fn an_objective_that_a_dependency_shares_is_looked_at() {
        let catalogue = catalogue("");
        let found = objectives(&catalogue, "shop", "production");
        let names: Vec<_> = found.iter().map(|(slo, required)| (slo.service.as_str(), *required)).collect();
        assert_eq!(names, [("warehouse", false), ("mail", false)]);
    }
}
