//! Scopes as they are written.

use serde_saphyr::{Location, Spanned};

use super::{
    Scope,
    document::ScopeEntry,
    reader::{Reader, is_account},
};
use crate::money::excerpt;

/// As long as a value that Cost Explorer filters by can be.
const LONGEST_AWS_SERVICE: usize = 1024;

impl Reader<'_> {
    pub(super) fn scope(&mut self, at: &Location, scope: Option<&Spanned<ScopeEntry>>) -> Option<Scope> {
        const WRITE: &str = "write for example `scope: {services: [payments-api]}`, or `scope: {all: true}`";
        let Some(Spanned { value: entry, defined, .. }) = scope else {
            return self.refuse(at, format!("no `scope`: {WRITE}"));
        };
        for account in entry.accounts.iter().filter(|account| !is_account(&account.value)) {
            let message = format!("`{}` is not an account of 12 digits", excerpt(&account.value));
            self.refuse::<()>(&account.defined, message);
        }
        for (key, values) in entry.tags.iter().filter(|(key, values)| key.is_empty() || values.value.is_empty()) {
            let message = format!("tag `{}` has no value that would fit: write some", excerpt(key));
            self.refuse::<()>(&values.defined, message);
        }
        for name in entry.aws_services.iter().filter(|name| !is_aws_service(&name.value)) {
            let message = format!(
                "`{}` is not a service as the bill writes it: write for example `Amazon Elastic Compute Cloud - Compute`",
                excerpt(&name.value)
            );
            self.refuse::<()>(&name.defined, message);
        }
        let texts = |texts: &[Spanned<String>]| texts.iter().map(|text| text.value.clone()).collect::<Vec<_>>();
        let scope = Scope {
            services: self.names("service", &entry.services),
            accounts: texts(&entry.accounts),
            tags: entry.tags.iter().map(|(key, values)| (key.clone(), texts(&values.value))).collect(),
            environments: self.names("environment", &entry.environments),
            aws_services: texts(&entry.aws_services),
        };
        for listed in [&entry.accounts, &entry.aws_services] {
            self.twice(listed);
        }
        let is_empty = scope == Scope::default();
        match (is_empty, entry.all) {
            (true, false) => self.refuse(defined, format!("the `scope` is empty: {WRITE}")),
            (false, true) => self.refuse(defined, "`all: true` and a part of it cannot both be meant: remove one"),
            _ => Some(scope),
        }
    }
}

fn is_aws_service(text: &str) -> bool {
    let is_plain = !text.is_empty() && text.trim() == text && !text.contains(char::is_control);
    is_plain && text.len() <= LONGEST_AWS_SERVICE
}
