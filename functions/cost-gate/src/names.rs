//! Names of a question that nothing has: what is not there is not inside its budget.

use std::collections::BTreeSet;

use tollgate_core::{
    budget::Budget,
    catalogue::Catalogue,
    facts::{NameKind, Spending, UnknownName},
    running::near,
};

/// The names of a question about a budget that nothing has. A service, and where it runs, is a fact of its own.
pub(crate) fn unknown_names(catalogue: &Catalogue, spending: &Spending, found: &[&Budget]) -> Vec<UnknownName> {
    let Some(name) = spending.budget.as_deref() else { return Vec::new() };
    let unknown = |kind, name: &str, known: &BTreeSet<&str>| {
        let is_unknown = !known.contains(name);
        is_unknown.then(|| UnknownName { kind, name: name.to_owned(), near: near(name, known.iter().copied()) })
    };
    let budgets = catalogue.budgets.iter().map(|budget| budget.name.as_str()).collect();
    let environment = spending.environment.as_deref();
    let environment =
        environment.and_then(|name| unknown(NameKind::Environment, name, &environments(catalogue, found)));
    unknown(NameKind::Budget, name, &budgets).into_iter().chain(environment).collect()
}

/// The environments that a budget is for; those of all services and budgets where it is for all.
fn environments<'a>(catalogue: &'a Catalogue, found: &[&'a Budget]) -> BTreeSet<&'a str> {
    let own: BTreeSet<&str> = found.iter().flat_map(|budget| &budget.scope.environments).map(String::as_str).collect();
    if !own.is_empty() {
        return own;
    }
    let of_services = catalogue.services.values().flat_map(|service| &service.environments);
    let of_budgets = catalogue.budgets.iter().flat_map(|budget| &budget.scope.environments);
    of_services.chain(of_budgets).map(String::as_str).collect()
}
