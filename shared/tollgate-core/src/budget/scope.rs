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
    /// Services of AWS, as the bill writes them: `Amazon Elastic Compute Cloud - Compute`.
    #[serde(default)]
    pub aws_services: Vec<String>,
}

/// A service, and what its spend is charged to.
#[derive(Debug, Clone)]
pub struct Charged<'a> {
    /// Its name.
    pub name: &'a str,
    /// The accounts that it is known to run in.
    pub accounts: &'a [String],
    /// The cost allocation tags that it is known to carry.
    pub tags: Vec<(&'a str, &'a str)>,
}

impl Scope {
    /// Does it hold a service in an environment? A scope without services is about accounts or tags: whether it holds a
    /// service is then for the bill to say.
    pub fn names(&self, service: &str, environment: &str) -> bool {
        let fits = |names: &[String], name: &str| names.is_empty() || names.iter().any(|listed| listed == name);
        self.services.iter().any(|listed| listed == service) && fits(&self.environments, environment)
    }

    /// Does it hold a service in an environment, or in any where none is named? A scope that names services holds those; one
    /// of accounts or tags holds the services that are known to be charged to them. Which services of AWS one runs on is not
    /// known, and may change with it, so a scope that names some holds no fewer.
    pub fn holds(&self, service: &Charged<'_>, environment: Option<&str>) -> bool {
        let carries = |(key, values): (&String, &Vec<String>)| {
            service.tags.iter().any(|(tag, value)| key == tag && values.iter().any(|listed| listed == value))
        };
        let fits = environment.is_none_or(|environment| {
            self.environments.is_empty() || self.environments.iter().any(|listed| listed == environment)
        });
        if !self.services.is_empty() {
            return fits && self.services.iter().any(|listed| listed == service.name);
        }
        let is_in = self.accounts.is_empty() || self.accounts.iter().any(|listed| service.accounts.contains(listed));
        fits && is_in && self.tags.iter().all(carries)
    }

    /// Is it of everything, or of all that runs in some environments, or on some services of AWS? Such a budget is none of a
    /// service's own.
    pub fn is_of_everything(&self) -> bool {
        self.services.is_empty() && self.accounts.is_empty() && self.tags.is_empty()
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
            && meets(&self.aws_services, &other.aws_services)
            && tags
    }
}

#[cfg(test)]
mod tests {
    use super::{Charged, Scope};

    fn scope(json: &serde_json::Value) -> Scope {
        let mut whole = serde_json::json!({"services": [], "accounts": [], "tags": {}, "environments": []});
        for (part, value) in json.as_object().unwrap() {
            whole[part] = value.clone();
        }
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn a_scope_holds_the_services_that_are_charged_to_it() {
        let tags = vec![("owner", "payments"), ("service", "api"), ("cost-centre", "cc-12")];
        let accounts = ["444455556666".to_owned()];
        let api = Charged { name: "api", accounts: &accounts, tags };
        for (json, held) in [
            (serde_json::json!({}), true),
            (serde_json::json!({"environments": ["production"]}), true),
            (serde_json::json!({"environments": ["staging"]}), false),
            (serde_json::json!({"services": ["api", "web"]}), true),
            (serde_json::json!({"services": ["web"]}), false),
            (serde_json::json!({"services": ["api"], "tags": {"purpose": ["training"]}}), true),
            (serde_json::json!({"tags": {"owner": ["payments", "search"]}}), true),
            (serde_json::json!({"tags": {"owner": ["search"]}}), false),
            (serde_json::json!({"tags": {"owner": ["payments"], "purpose": ["training"]}}), false),
            (serde_json::json!({"accounts": ["111122223333"]}), false),
            (serde_json::json!({"accounts": ["111122223333", "444455556666"]}), true),
            (serde_json::json!({"accounts": ["444455556666"], "environments": ["staging"]}), false),
            (serde_json::json!({"accounts": ["444455556666"], "tags": {"cost-centre": ["cc-12"]}}), true),
            (serde_json::json!({"accounts": ["444455556666"], "tags": {"cost-centre": ["cc-13"]}}), false),
            (serde_json::json!({"accounts": ["444455556666"], "services": ["web"]}), false),
            (serde_json::json!({"aws_services": ["Amazon Simple Storage Service"]}), true),
            (serde_json::json!({"services": ["api"], "aws_services": ["Amazon Simple Storage Service"]}), true),
            (serde_json::json!({"services": ["web"], "aws_services": ["Amazon Simple Storage Service"]}), false),
            (serde_json::json!({"accounts": ["111122223333"], "aws_services": ["AWS Lambda"]}), false),
            (serde_json::json!({"accounts": ["444455556666"], "aws_services": ["AWS Lambda"]}), true),
            (serde_json::json!({"aws_services": ["AWS Lambda"], "environments": ["staging"]}), false),
        ] {
            assert_eq!(scope(&json).holds(&api, Some("production")), held, "{json}");
        }
        assert!(scope(&serde_json::json!({"environments": ["staging"]})).holds(&api, None));
    }

    #[test]
    fn scopes_of_two_services_of_aws_have_nothing_in_common() {
        let of = |names: &[&str]| scope(&serde_json::json!({"services": ["api"], "aws_services": names}));
        assert!(!of(&["AWS Lambda"]).meets(&of(&["Amazon Simple Storage Service"])));
        assert!(of(&["AWS Lambda"]).meets(&of(&["Amazon Simple Storage Service", "AWS Lambda"])));
        assert!(of(&["AWS Lambda"]).meets(&of(&[])));
        assert!(scope(&serde_json::json!({"aws_services": ["AWS Lambda"]})).is_of_everything());
        assert!(!of(&["AWS Lambda"]).is_of_everything());
    }
}
