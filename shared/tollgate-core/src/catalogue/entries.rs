//! The entries of the catalogue as they stand in their files.

use std::collections::BTreeMap;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use crate::{
    data::DataError,
    facts::{ANONYMOUS, Tier},
    waiver::Waiver,
};

/// A service: `data/services/<name>.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name, as changes give it.
    pub name: String,
    /// What it does, for people.
    #[serde(default)]
    pub description: Option<String>,
    /// How critical it is.
    pub tier: Tier,
    /// The team that owns it.
    pub owner: String,
    /// The environments it runs in.
    pub environments: Vec<String>,
    /// Services that it needs.
    #[serde(default)]
    pub dependencies: Vec<String>,
    /// The accounts that it runs in: budgets of these hold it.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// The cost allocation tags that its spend carries, beside those of its owner and name: budgets of these hold it.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Where its operation is explained.
    #[serde(default)]
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

/// `data/calendars/*.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calendar {
    pub(super) freezes: Vec<FreezeEntry>,
}

/// A freeze window as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FreezeEntry {
    pub(super) name: String,
    pub(super) owner: String,
    pub(super) reason: String,
    pub(super) time_zone: String,
    pub(super) starts: String,
    pub(super) ends: String,
    #[serde(default)]
    pub(super) rrule: Option<String>,
    #[serde(default)]
    pub(super) environments: Vec<String>,
    #[serde(default)]
    pub(super) services: Vec<String>,
}

/// `data/waivers/*.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waivers {
    pub(super) waivers: Vec<Waiver>,
}

/// `data/callers.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Callers {
    callers: Vec<Caller>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Caller {
    principal: String,
    #[serde(default)]
    may_assert_approvals: bool,
    #[serde(default)]
    may_report_outcomes: bool,
    #[expect(dead_code, reason = "for people")]
    #[serde(default)]
    description: Option<String>,
}

/// What callers are trusted with.
#[derive(Debug, Clone, Default)]
pub(super) struct Trust {
    /// To say who approved.
    pub(super) approvals: GlobSet,
    /// To say what came of changes that others asked about.
    pub(super) outcomes: GlobSet,
}

impl Callers {
    pub(super) fn trust(&self, file: &str, text: &str) -> Result<Trust, DataError> {
        Ok(Trust {
            approvals: self.that(|caller| caller.may_assert_approvals, file, text)?,
            outcomes: self.that(|caller| caller.may_report_outcomes, file, text)?,
        })
    }

    fn that(&self, may: impl Fn(&Caller) -> bool, file: &str, text: &str) -> Result<GlobSet, DataError> {
        let mut set = GlobSetBuilder::new();
        for caller in self.callers.iter().filter(|caller| may(caller)) {
            let refuse = |reason: String| {
                let line = line_with(text, &caller.principal);
                DataError::new(file, line, format!("principal `{}` {reason}", caller.principal))
            };
            let fixed = caller.principal.split(['*', '?', '[', '{']).next().unwrap_or_default();
            let glob = Glob::new(&caller.principal).map_err(|error| refuse(format!("is not a pattern: {error}")))?;
            if fixed.is_empty() || glob.compile_matcher().is_match(ANONYMOUS) {
                return Err(refuse("would trust callers that nobody knows: name an account and a role".to_owned()));
            }
            set.add(glob);
        }
        set.build().map_err(|error| DataError::new(file, None, error.to_string()))
    }
}

fn line_with(text: &str, part: &str) -> Option<u64> {
    (1..).zip(text.lines()).find(|(_, line)| line.contains(part)).map(|(number, _)| number)
}
