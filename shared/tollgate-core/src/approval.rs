//! Approvals: who said yes, and whether it counts.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, change::Change, facts::CallerFact};

/// Who must approve before the change may go ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequirement {
    /// The group of the service catalogue whose members may approve; anyone but the author when left out.
    #[serde(default)]
    pub group: Option<String>,
    /// How many different people.
    #[serde(default = "one")]
    pub count: u32,
}

const fn one() -> u32 {
    1
}

impl Default for ApprovalRequirement {
    fn default() -> Self {
        Self { group: None, count: 1 }
    }
}

/// An approval that came with the change, after it was held against configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApprovalFact {
    /// Who approved.
    pub by: String,
    /// When.
    pub at: Option<Timestamp>,
    /// The groups of the catalogue that the approver is a member of.
    pub groups: Vec<String>,
    /// Does it count?
    pub counts: bool,
    /// Why it does not.
    pub reason: Option<String>,
}

/// Holds the approvals of a change against configuration: who asserts them, who gave them, and to what.
pub fn approval_facts(
    change: &Change,
    caller: &CallerFact,
    groups_of: impl Fn(&str) -> Vec<String>,
) -> Vec<ApprovalFact> {
    let reason = |approval: &crate::change::Approval| {
        if !caller.may_assert_approvals {
            return Some(format!("`{}` is not trusted to say who approved", caller.principal));
        }
        let by = normal(&approval.by);
        if by.is_empty() || by == normal(&change.author) {
            return Some("the author cannot approve their own change".to_owned());
        }
        match (&approval.commit, &change.commit) {
            (Some(approved), Some(commit)) if approved != commit => {
                Some(format!("commit `{approved}` was approved, and this is `{commit}`"))
            }
            _ => None,
        }
    };
    change
        .approvals
        .iter()
        .map(|approval| {
            let reason = reason(approval);
            let by = normal(&approval.by);
            ApprovalFact { groups: groups_of(&by), by, at: approval.at, counts: reason.is_none(), reason }
        })
        .collect()
}

/// One person is one person, however the caller spells the name: otherwise a capital letter would be a second approver.
pub fn normal(person: &str) -> String {
    person.trim().to_lowercase()
}

/// The approvers that meet a requirement, or `None` while too few of them have approved.
pub fn satisfy(requirement: &ApprovalRequirement, approvals: &[ApprovalFact]) -> Option<Vec<String>> {
    let mut people: Vec<String> = approvals
        .iter()
        .filter(|approval| approval.counts)
        .filter(|approval| requirement.group.as_ref().is_none_or(|group| approval.groups.contains(group)))
        .map(|approval| approval.by.clone())
        .collect();
    people.sort();
    people.dedup();
    // A requirement of nobody is met by nobody: it must not open the gate.
    let needed = usize::try_from(requirement.count.max(1)).unwrap_or(usize::MAX);
    (people.len() >= needed).then_some(people)
}

#[cfg(test)]
mod tests {
    use super::{ApprovalFact, ApprovalRequirement, approval_facts, satisfy};
    use crate::facts::CallerFact;

    fn approval(by: &str, group: &str, counts: bool) -> ApprovalFact {
        ApprovalFact { by: by.into(), at: None, groups: vec![group.into()], counts, reason: None }
    }

    #[test]
    fn needs_different_people_of_the_group_whose_approval_counts() {
        let two_of_sre = ApprovalRequirement { group: Some("sre".into()), count: 2 };
        let same_twice = [approval("a", "sre", true), approval("a", "sre", true)];
        assert_eq!(satisfy(&two_of_sre, &same_twice), None);
        let other_group = [approval("a", "sre", true), approval("b", "dev", true)];
        assert_eq!(satisfy(&two_of_sre, &other_group), None);
        let discounted = [approval("a", "sre", true), approval("b", "sre", false)];
        assert_eq!(satisfy(&two_of_sre, &discounted), None);
        let enough = [approval("b", "sre", true), approval("a", "sre", true)];
        assert_eq!(satisfy(&two_of_sre, &enough), Some(vec!["a".into(), "b".into()]));
    }

    fn change(approvals: serde_json::Value) -> crate::change::Change {
        serde_json::from_value(serde_json::json!({
            "id": "pay/1", "service": "pay", "environment": "production", "type": "normal",
            "author": "github:1", "commit": "abc", "approvals": approvals,
        }))
        .unwrap()
    }

    #[test]
    fn only_what_a_trusted_caller_says_of_others_and_of_this_commit_counts() {
        let change = change(serde_json::json!([
            {"by": "github:2"}, {"by": " GitHub:2 "}, {"by": "GITHUB:1"}, {"by": "github:3", "commit": "old"}, {"by": " "},
        ]));
        let caller = |trusted| CallerFact { principal: "ci".into(), may_assert_approvals: trusted };
        let facts = approval_facts(&change, &caller(true), |_| vec!["sre".into()]);
        assert_eq!(facts.iter().map(|fact| fact.counts).collect::<Vec<_>>(), [true, true, false, false, false]);
        assert!(facts[3].reason.as_ref().unwrap().contains("commit `old` was approved"));
        let two = ApprovalRequirement { group: None, count: 2 };
        assert_eq!(satisfy(&two, &facts), None, "one person under two spellings is one person");
        assert!(approval_facts(&change, &caller(false), |_| Vec::new()).iter().all(|fact| !fact.counts));
    }

    #[test]
    fn a_requirement_of_nobody_still_needs_somebody() {
        assert_eq!(satisfy(&ApprovalRequirement { group: None, count: 0 }, &[]), None);
    }
}
