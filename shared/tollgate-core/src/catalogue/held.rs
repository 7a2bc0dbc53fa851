//! Which services a budget holds.

use super::{Catalogue, Service};
use crate::{
    budget::{Budget, Charged},
    settings::Settings,
};

impl Catalogue {
    /// The budgets that hold a service in an environment, or in any where none is named: those that name it, those of its
    /// owner's tag, of its accounts and its tags, and those of everything.
    pub fn budgets_of(&self, service: &str, environment: Option<&str>) -> Vec<&Budget> {
        let settings = self.settings.resolve("", None);
        let charged = self.charged(service, &settings);
        self.budgets.iter().filter(|budget| budget.scope.holds(&charged, environment)).collect()
    }

    fn charged<'a>(&'a self, service: &'a str, settings: &'a Settings) -> Charged<'a> {
        let known = self.services.get(service);
        let owner = known.map(|known| known.owner.as_str()).filter(|owner| !owner.is_empty());
        let tag = |name: &str| settings.text("billing", name);
        let named = [tag("owner_tag").zip(owner), tag("service_tag").map(|tag| (tag, service))];
        let declared = known.into_iter().flat_map(|known| &known.tags);
        let declared = declared.map(|(tag, value)| (tag.as_str(), value.as_str()));
        Charged {
            name: service,
            accounts: known.map_or(&[], |known| known.accounts.as_slice()),
            tags: named.into_iter().flatten().chain(declared).collect(),
        }
    }

    pub(super) fn count_services_held(&mut self) {
        let settings = self.settings.resolve("", None);
        let services: Vec<(Charged<'_>, &Service)> =
            self.services.values().map(|service| (self.charged(&service.name, &settings), service)).collect();
        let holds = |budget: &Budget, (charged, service): &(Charged<'_>, &Service)| {
            service.environments.iter().any(|environment| budget.scope.holds(charged, Some(environment)))
        };
        let count = |budget: &Budget| services.iter().filter(|service| holds(budget, service)).count();
        let counts: Vec<usize> = self.budgets.iter().map(count).collect();
        for (budget, count) in self.budgets.iter_mut().zip(counts) {
            budget.services_held = u64::try_from(count).unwrap_or(u64::MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::catalogue::Catalogue;

    const DEFAULTS: &str = include_str!("../../../../policies/data/settings/defaults.yaml");

    fn read(service: &str, scope: &str) -> Result<Catalogue, String> {
        let files = [
            ("data/settings/defaults.yaml", DEFAULTS.to_owned()),
            ("data/teams/money.yaml", "name: money\n".to_owned()),
            ("data/teams/finops.yaml", "name: finops\n".to_owned()),
            ("data/teams/incident-commanders.yaml", "name: incident-commanders\n".to_owned()),
            (
                "data/services/api.yaml",
                format!("name: api\ntier: tier_1\nowner: money\nenvironments: [production]\n{service}"),
            ),
            (
                "data/budgets/b.yaml",
                format!(
                    "budgets:\n  - name: b\n    owner: money\n    scope: {{{scope}}}\n    amount: 3000\n    currency: USD\n    \
                     period: monthly\n    steps:\n      - {{percent: 100, of: actual, enforcement: freeze}}\n"
                ),
            ),
        ];
        let files: BTreeMap<String, String> = files.into_iter().map(|(file, text)| (file.to_owned(), text)).collect();
        Catalogue::read(&files).map_err(|errors| errors.iter().map(|error| error.message.clone()).collect())
    }

    #[test]
    fn a_budget_of_an_account_or_a_tag_holds_the_services_that_say_it() {
        let charged = "accounts: [\"111122223333\"]\ntags: {cost-centre: cc-12}\n";
        for (service, scope, held) in [
            ("", "accounts: [\"111122223333\"]", false),
            (charged, "accounts: [\"111122223333\"]", true),
            (charged, "accounts: [\"444455556666\"]", false),
            (charged, "tags: {cost-centre: [cc-11, cc-12]}", true),
            ("", "tags: {cost-centre: [cc-11, cc-12]}", false),
            ("", "tags: {owner: [money]}", true),
            ("", "all: true", true),
        ] {
            let catalogue = read(service, scope).unwrap();
            let found = catalogue.budgets_of("api", Some("production"));
            assert_eq!(!found.is_empty(), held, "{service:?} {scope}");
            assert_eq!(catalogue.budgets[0].services_held, u64::from(held), "{service:?} {scope}");
        }
    }

    #[test]
    fn what_is_no_account_or_tag_is_refused() {
        for (service, said) in [
            ("accounts: [\"1111\"]\n", "`1111` is not an account of 12 digits"),
            ("tags: {cost-centre: \"\"}\n", "the tag `cost-centre: ` needs a name and a value"),
        ] {
            let errors = read(service, "all: true").unwrap_err();
            assert!(errors.contains(said), "{errors}");
        }
    }
}
