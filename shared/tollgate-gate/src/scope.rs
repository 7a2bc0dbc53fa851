//! What a schedule names must be there: a service or an environment that is not is looked at by nobody.

use tollgate_core::{catalogue::Catalogue, suggest::did_you_mean};
use tollgate_lambda::{problem::Problem, trigger::Scope};

/// Checks that the catalogue has the services and the environments of a schedule, and each of the services one of them.
///
/// # Errors
/// 400, with the name that is not there and one that is near.
pub fn check_scope(catalogue: &Catalogue, scope: &Scope) -> Result<(), Problem> {
    let services = &catalogue.services;
    let environments = || services.values().flat_map(|service| &service.environments).map(String::as_str);
    let unknown = |names: &[String], is_known: &dyn Fn(&String) -> bool| {
        names.iter().position(|name| !is_known(name)).and_then(|index| Some((index, names.get(index)?.clone())))
    };
    if let Some((index, name)) = unknown(&scope.services, &|name| services.contains_key(name)) {
        let meant = did_you_mean(&name, services.keys().map(String::as_str));
        let detail = format!("the catalogue has no service `{name}`{meant}");
        return Err(Problem::field(format!("sweep.services[{index}]"), detail));
    }
    if let Some((index, name)) = unknown(&scope.environments, &|name| environments().any(|known| known == name)) {
        let meant = did_you_mean(&name, environments());
        let detail = format!("no service runs in an environment `{name}`{meant}");
        return Err(Problem::field(format!("sweep.environments[{index}]"), detail));
    }
    let is_in_none = |name: &&String| {
        let runs_in = services.get(*name).map(|service| service.environments.as_slice()).unwrap_or_default();
        !scope.environments.is_empty() && !scope.environments.iter().any(|environment| runs_in.contains(environment))
    };
    scope.services.iter().find(is_in_none).map_or(Ok(()), |name| {
        let detail = format!("`{name}` runs in none of these environments, so it would not be looked at");
        Err(Problem::field("sweep.environments", detail))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use tollgate_core::catalogue::Catalogue;
    use tollgate_lambda::trigger::Scope;

    use super::check_scope;

    fn catalogue() -> Catalogue {
        let defaults = include_str!("../../../policies/data/settings/defaults.yaml");
        let file = |name: &str, environments: &str| {
            let text = format!("name: {name}\ntier: tier_1\nowner: money\nenvironments: [{environments}]\n");
            (format!("data/services/{name}.yaml"), text)
        };
        let team = |name: &str| (format!("data/teams/{name}.yaml"), format!("name: {name}\nmembers: ['github:7']\n"));
        let defaults = ("data/settings/defaults.yaml".to_owned(), defaults.to_owned());
        let services = [file("payments-api", "production, staging"), file("search", "production"), defaults];
        let files = services.into_iter().chain(["money", "incident-commanders", "finops"].map(team));
        Catalogue::read(&files.collect::<BTreeMap<_, _>>()).unwrap()
    }

    #[test]
    fn what_is_not_there_is_refused_with_what_is_near() {
        let catalogue = catalogue();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let checked = |services: &[&str], environments: &[&str]| {
            let scope = Scope { services: names(services), environments: names(environments) };
            check_scope(&catalogue, &scope).map_err(|problem| problem.detail)
        };
        assert_eq!(checked(&[], &[]), Ok(()));
        assert_eq!(checked(&["payments-api", "search"], &["production"]), Ok(()));
        for (services, environments, expected) in [
            (
                &["search", "payment-api"][..],
                &[][..],
                "`sweep.services[1]`: the catalogue has no service `payment-api`, did you mean `payments-api`?",
            ),
            (
                &[],
                &["prodution"],
                "`sweep.environments[0]`: no service runs in an environment `prodution`, did you mean `production`?",
            ),
            (&["search"], &["staging"], "`search` runs in none of these environments"),
        ] {
            let said = checked(services, environments).unwrap_err();
            assert!(said.contains(expected), "{said}");
        }
    }
}
