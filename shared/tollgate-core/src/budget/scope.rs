//! What a budget is for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a budget is for: what fits all of its parts. A part that is empty leaves nothing out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Scope {
    /// Services of the catalogue.
    pub services: Vec<String>,
    /// Accounts, as 12 digits.
    pub accounts: Vec<String>,
    /// Cost allocation tags, each with the values of which one fits.
    pub tags: BTreeMap<String, Vec<String>>,
    /// Environments.
    pub environments: Vec<String>,
}

impl Scope {
    /// Does it hold a service in an environment? A scope without services is about accounts or tags: whether it holds a
    /// service is then for the bill to say.
    pub fn names(&self, service: &str, environment: &str) -> bool {
        let fits = |names: &[String], name: &str| names.is_empty() || names.iter().any(|listed| listed == name);
        self.services.iter().any(|listed| listed == service) && fits(&self.environments, environment)
    }

    /// Does it hold a service in an environment, or in any where none is named, as far as names can tell? A service carries
    /// the given tags. A scope of accounts, or of tags that the service is not known to carry, is for the bill to say.
    pub fn holds(&self, service: &str, environment: Option<&str>, carried: &[(&str, &str)]) -> bool {
        let carries = |(key, values): (&String, &Vec<String>)| {
            carried.iter().any(|(tag, value)| key == tag && values.iter().any(|listed| listed == value))
        };
        let fits = environment.is_none_or(|environment| {
            self.environments.is_empty() || self.environments.iter().any(|listed| listed == environment)
        });
        match self.services.is_empty() {
            false => fits && self.services.iter().any(|listed| listed == service),
            true => fits && self.accounts.is_empty() && self.tags.iter().all(carries),
        }
    }

    /// Can something fit both?
    pub fn meets(&self, other: &Self) -> bool {
        let meets = |ours: &[String], theirs: &[String]| {
            ours.is_empty() || theirs.is_empty() || ours.iter().any(|name| theirs.contains(name))
        };
        let tags = self.tags.iter().all(|(key, values)| other.tags.get(key).is_none_or(|theirs| meets(values, theirs)));
        meets(&self.services, &other.services)
            && meets(&self.accounts, &other.accounts)
            && meets(&self.environments, &other.environments)
            && tags
    }
}
