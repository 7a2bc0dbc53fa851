//! Services and teams as they stand in their files.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::{
    approval::normal,
    budget::is_account,
    data::DataError,
    facts::Tier,
    money::excerpt,
    names::{self, Named, References, of},
};

/// A service: `data/services/<name>.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name, as changes give it.
    pub name: String,
    /// What it does, for people.
    pub description: Option<String>,
    /// How critical it is.
    pub tier: Tier,
    /// The team that owns it.
    pub owner: String,
    /// The environments it runs in.
    pub environments: Vec<String>,
    /// Services that it needs.
    pub dependencies: Vec<String>,
    /// The accounts that it runs in: budgets of these hold it.
    pub accounts: Vec<String>,
    /// The cost allocation tags that its spend carries, beside those of its owner and name: budgets of these hold it.
    pub tags: BTreeMap<String, String>,
    /// Where its operation is explained.
    pub runbook: Option<String>,
}

/// A team, which is also a group of approvers: `data/teams/<name>.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// How to reach it.
    #[serde(default)]
    pub contact: Option<String>,
    /// The identities of its members, as approvals give them: `github:4519`.
    #[serde(default)]
    pub members: Vec<String>,
}

/// A service as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceEntry {
    pub(super) name: Spanned<String>,
    description: Option<String>,
    tier: Tier,
    owner: Named<of::Team>,
    environments: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    dependencies: Vec<Named<of::Service>>,
    #[serde(default)]
    accounts: Vec<Spanned<String>>,
    #[serde(default)]
    tags: BTreeMap<String, Spanned<String>>,
    runbook: Option<Spanned<String>>,
}

/// A team as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TeamEntry {
    pub(super) name: Spanned<String>,
    contact: Option<Spanned<String>>,
    #[serde(default)]
    members: Vec<Spanned<String>>,
}

impl ServiceEntry {
    /// The service, and what is wrong with it.
    pub(super) fn read(self, file: &str, references: &mut References) -> (Service, Vec<DataError>) {
        let mut wrong = Vec::new();
        let at = |text: &Spanned<String>, message: String| DataError::at(file, &text.defined, message);
        if self.environments.value.is_empty() {
            let message = "it runs in no environment: write for example `environments: [production]`";
            wrong.push(DataError::at(file, &self.environments.defined, message));
        }
        let named = self.environments.value.iter().filter_map(|name| Some((name, names::refusal(&name.value)?)));
        wrong.extend(named.map(|(name, why)| at(name, why)));
        let odd = self.accounts.iter().filter(|account| !is_account(&account.value));
        wrong.extend(odd.map(|account| {
            let account_shown = excerpt(&account.value);
            let message =
                format!("`{account_shown}` is not an account of 12 digits: write it in quotes, `\"111122223333\"`");
            at(account, message)
        }));
        let odd = self.tags.iter().filter(|(tag, value)| tag.trim().is_empty() || value.value.trim().is_empty());
        wrong.extend(odd.map(|(tag, value)| {
            at(value, format!("the tag `{}: {}` needs a name and a value", excerpt(tag), excerpt(&value.value)))
        }));
        if let Some(runbook) = self.runbook.as_ref().filter(|runbook| !is_address(&runbook.value)) {
            let message = format!(
                "`runbook: {}` is no address that people could open: write one that begins with `https://`",
                names::shown(&runbook.value)
            );
            wrong.push(at(runbook, message));
        }
        for list in [&self.environments.value, &self.accounts] {
            wrong.extend(twice(file, list, |text| text.to_owned()));
        }
        let texts = |list: Vec<Spanned<String>>| list.into_iter().map(|text| text.value).collect();
        let service = Service {
            owner: references.take(file, "owner", &self.owner),
            dependencies: references.all(file, "dependency", &self.dependencies),
            name: self.name.value,
            description: self.description,
            tier: self.tier,
            environments: texts(self.environments.value),
            accounts: texts(self.accounts),
            tags: self.tags.into_iter().map(|(tag, value)| (tag, value.value)).collect(),
            runbook: self.runbook.map(|runbook| runbook.value),
        };
        for named in self.dependencies.iter().zip(&service.dependencies).filter(|(_, name)| **name == service.name) {
            let message = "it depends on itself: remove this, or name the other service";
            wrong.push(DataError::at(file, named.0.place(), message));
        }
        (service, wrong)
    }
}

impl TeamEntry {
    /// The team, and what is wrong with it.
    pub(super) fn read(self, file: &str) -> (Team, Vec<DataError>) {
        let mut wrong = twice(file, &self.members, normal);
        let nobody = self.members.iter().filter(|member| member.value.trim().is_empty());
        wrong.extend(nobody.map(|member| {
            DataError::at(file, &member.defined, "an empty name is nobody: write for example `github:4519`")
        }));
        wrong.extend(self.contact.iter().filter_map(|contact| names::says_something(file, "contact", contact).err()));
        // A number is a person only with where it is from: approvals come as `github:77`.
        let is_number = |member: &&Spanned<String>| {
            let name = member.value.trim();
            !name.is_empty() && name.chars().all(|letter| letter.is_ascii_digit())
        };
        wrong.extend(self.members.iter().filter(is_number).map(|member| {
            let name = member.value.trim();
            let message = format!("`{name}` says nothing of where it is from: write for example `github:{name}`");
            DataError::at(file, &member.defined, message)
        }));
        let members = self.members.into_iter().map(|member| member.value).collect();
        (Team { name: self.name.value, contact: self.contact.map(|contact| contact.value), members }, wrong)
    }
}

fn is_address(text: &str) -> bool {
    let host = ["https://", "http://"].into_iter().find_map(|scheme| text.strip_prefix(scheme));
    host.is_some_and(|host| host.starts_with(|letter: char| letter.is_alphanumeric()) && !host.contains(' '))
}

/// What stands in a list twice, as `spelt` says what is one and the same.
fn twice(file: &str, list: &[Spanned<String>], spelt: impl Fn(&str) -> String) -> Vec<DataError> {
    let mut seen = BTreeSet::new();
    let again = list.iter().filter(|text| !seen.insert(spelt(&text.value)));
    let message = |text: &Spanned<String>| format!("`{}` is there twice: remove one", names::shown(&text.value));
    again.map(|text| DataError::at(file, &text.defined, message(text))).collect()
}

#[cfg(test)]
impl Service {
    /// A service as tests need it.
    pub(crate) fn example(name: &str, owner: &str, environments: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            description: None,
            tier: Tier::One,
            owner: owner.to_owned(),
            environments: environments.iter().map(|&name| name.to_owned()).collect(),
            dependencies: Vec::new(),
            accounts: Vec::new(),
            tags: BTreeMap::new(),
            runbook: None,
        }
    }
}
