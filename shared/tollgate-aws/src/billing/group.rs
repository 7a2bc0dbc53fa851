//! What a bill is grouped by, and where in it a budget's scope is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tollgate_core::budget::Scope;

/// Cost Explorer groups by two things at most:
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html>.
const GROUPED_AT_MOST: usize = 2;

/// What the bill can be grouped by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKey {
    /// The account that used it.
    Account,
    /// The service of AWS, as the bill writes it.
    AwsService,
    /// The value of a cost allocation tag; empty where it is not carried.
    Tag(String),
}

/// The cost allocation tags that carry what the catalogue names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tags {
    /// The team.
    pub owner: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// The environment.
    pub environment: Option<String>,
}

/// The values that may be, of each thing; what is not named is not limited.
pub(super) type Limits = BTreeMap<GroupKey, BTreeSet<String>>;

/// Where in the bill a scope is: in groups of a query, of which some parts are left out by its filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) group_by: Vec<GroupKey>,
    /// What the query is limited to.
    pub(super) only: Vec<(GroupKey, Vec<String>)>,
    /// What the groups are limited to.
    pub(super) limits: Limits,
}

/// Where in the bill a scope is.
///
/// # Errors
/// When it names what no tag carries, or nothing can fit it.
pub(super) fn place(scope: &Scope, tags: &Tags) -> Result<Place, String> {
    let limits = limits(scope, tags)?;
    let mut keys: Vec<GroupKey> = limits.keys().cloned().collect();
    keys.sort_by_key(|key| tags.rank(key));
    let filtered = keys.split_off(keys.len().min(GROUPED_AT_MOST));
    let only = filtered.iter().filter_map(|key| Some((key.clone(), limits.get(key)?.iter().cloned().collect())));
    let only = only.collect();
    // Of services of AWS there are dozens in each account: alone they take few pages, with accounts a hundred times as many.
    if !keys.is_empty() && keys != [GroupKey::AwsService] {
        keys = padded(keys, tags);
    }
    let limits = limits.into_iter().filter(|(key, _)| keys.contains(key)).collect();
    Ok(Place { group_by: keys, only, limits })
}

/// Grouped by as much as can be, so that budgets of other scopes find theirs too, and what nobody owns is seen.
pub(super) fn padded(mut keys: Vec<GroupKey>, tags: &Tags) -> Vec<GroupKey> {
    for more in [Some(GroupKey::Account), tags.owner.clone().map(GroupKey::Tag)].into_iter().flatten() {
        if keys.len() < GROUPED_AT_MOST && !keys.contains(&more) {
            keys.push(more);
        }
    }
    keys.sort();
    keys
}

fn limits(scope: &Scope, tags: &Tags) -> Result<Limits, String> {
    let by_tag = |key: &Option<String>, names: &[String], what: &str| match key {
        _ if names.is_empty() => Ok(None),
        Some(key) => Ok(Some((GroupKey::Tag(key.clone()), names.to_vec()))),
        None => Err(format!("it is for {what}s, and no tag is set that says the {what} in the bill: set one")),
    };
    let by = |key: GroupKey, names: &[String]| (!names.is_empty()).then(|| (key, names.to_vec()));
    let named = [
        by(GroupKey::Account, &scope.accounts),
        by(GroupKey::AwsService, &scope.aws_services),
        by_tag(&tags.service, &scope.services, "service")?,
        by_tag(&tags.environment, &scope.environments, "environment")?,
    ];
    let tagged = scope.tags.iter().map(|(key, values)| (GroupKey::Tag(key.clone()), values.clone()));
    let mut limits = Limits::new();
    for (key, values) in named.into_iter().flatten().chain(tagged) {
        let values: BTreeSet<String> = values.into_iter().collect();
        let both = match limits.get(&key) {
            Some(already) => already.intersection(&values).cloned().collect(),
            None => values,
        };
        if both.is_empty() {
            return Err("nothing can fit its scope: one tag would have to be two things at once".to_owned());
        }
        limits.insert(key, both);
    }
    Ok(limits)
}

impl Tags {
    /// What has many values is grouped by, what has few is left to filters: those make queries of their own.
    fn rank(&self, key: &GroupKey) -> u8 {
        match key {
            GroupKey::Account => 0,
            GroupKey::Tag(key) if self.service.as_ref() == Some(key) => 1,
            GroupKey::Tag(key) if self.owner.as_ref() == Some(key) => 2,
            GroupKey::Tag(key) if self.environment.as_ref() == Some(key) => 5,
            GroupKey::Tag(_) => 3,
            GroupKey::AwsService => 4,
        }
    }
}
