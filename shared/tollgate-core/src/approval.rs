//! Approvals: who said yes, and whether it counts.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    change::{Approval, Change},
    facts::{CallerFact, Rollout, Spending},
};

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

/// Clocks may differ by this much.
const CLOCK_SKEW_SECONDS: i64 = 300;

/// The time that approvals are held against.
#[derive(Debug, Clone, Copy)]
pub struct ApprovalTime {
    /// Now. What was approved later was not approved.
    pub now: Timestamp,
    /// An approval older than this no longer counts.
    pub max_age_seconds: i64,
}

/// What was approved, and by whom as the caller says.
#[derive(Debug, Clone, Copy)]
pub struct Approved<'a> {
    /// Whose own approval does not count; nobody is left out when it is not known.
    pub author: Option<&'a str>,
    /// The commit; an approval that names another does not count.
    pub commit: Option<&'a str>,
    /// The approvals.
    pub approvals: &'a [Approval],
}

impl<'a> From<&'a Change> for Approved<'a> {
    fn from(change: &'a Change) -> Self {
        Self { author: Some(&change.author), commit: change.commit.as_deref(), approvals: &change.approvals }
    }
}

impl<'a> From<&'a Rollout> for Approved<'a> {
    fn from(rollout: &'a Rollout) -> Self {
        let Rollout { author, commit, approvals, .. } = rollout;
        Self { author: author.as_deref(), commit: commit.as_deref(), approvals }
    }
}

impl<'a> From<&'a Spending> for Approved<'a> {
    fn from(spending: &'a Spending) -> Self {
        let Spending { author, commit, approvals, .. } = spending;
        Self { author: author.as_deref(), commit: commit.as_deref(), approvals }
    }
}

/// Holds approvals against configuration: who asserts them, who gave them, when, and to what. An approval
/// that names no commit or no time is of this commit and of now, on the word of a caller that is trusted.
pub fn approval_facts<'a>(
    approved: impl Into<Approved<'a>>,
    caller: &CallerFact,
    time: ApprovalTime,
    groups_of: impl Fn(&str) -> Vec<String>,
) -> Vec<ApprovalFact> {
    let Approved { author, commit, approvals } = approved.into();
    let author = author.map(normal);
    let reason = |approval: &Approval| {
        if !caller.may_assert_approvals {
            return Some(format!("`{}` is not trusted to say who approved", caller.principal));
        }
        let by = normal(&approval.by);
        if by.is_empty() || Some(&by) == author.as_ref() {
            return Some("the author cannot approve their own change".to_owned());
        }
        if let Some(approved) = approval.commit.as_deref().filter(|approved| Some(*approved) != commit) {
            let commit = commit.unwrap_or("no named commit");
            return Some(format!("commit `{approved}` was approved, and this is `{commit}`"));
        }
        let age_seconds = approval.at.map(|at| time.now.signed_duration_since(at).num_seconds())?;
        if age_seconds < -CLOCK_SKEW_SECONDS {
            return Some("it is dated in the future".to_owned());
        }
        (age_seconds > time.max_age_seconds)
            .then(|| format!("it is older than {} h", time.max_age_seconds.div_euclid(3600)))
    };
    approvals
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
    person.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
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
    use super::{ApprovalFact, ApprovalRequirement, ApprovalTime, approval_facts, satisfy};
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

    fn change(approvals: &serde_json::Value) -> crate::change::Change {
        serde_json::from_value(serde_json::json!({
            "id": "pay/1", "service": "pay", "environment": "production", "type": "normal",
            "author": "github:1", "commit": "abc", "approvals": approvals,
        }))
        .unwrap()
    }

    #[test]
    fn only_what_a_trusted_caller_says_of_others_and_of_this_commit_counts() {
        let change = change(&serde_json::json!([
            {"by": "github:2"}, {"by": " GitHub:2 "}, {"by": "GITHUB:1"}, {"by": "github:3", "commit": "old"}, {"by": " "},
        ]));
        let caller = |trusted| CallerFact { principal: "ci".into(), may_assert_approvals: trusted };
        let time = ApprovalTime { now: chrono::DateTime::UNIX_EPOCH, max_age_seconds: 3600 };
        let facts = approval_facts(&change, &caller(true), time, |_| vec!["sre".into()]);
        assert_eq!(facts.iter().map(|fact| fact.counts).collect::<Vec<_>>(), [true, true, false, false, false]);
        assert!(facts[3].reason.as_ref().unwrap().contains("commit `old` was approved"));
        let two = ApprovalRequirement { group: None, count: 2 };
        assert_eq!(satisfy(&two, &facts), None, "one person under two spellings is one person");
        assert!(approval_facts(&change, &caller(false), time, |_| Vec::new()).iter().all(|fact| !fact.counts));
    }

    #[test]
    fn approvals_from_the_future_too_old_or_of_a_commit_that_the_change_does_not_name_do_not_count() {
        let mut change = change(&serde_json::json!([
            {"by": "a", "at": "2026-11-18T09:00:00Z"}, {"by": "b", "at": "2026-11-18T10:06:00Z"},
            {"by": "c", "at": "2026-11-17T09:59:59Z"}, {"by": "d", "at": "2026-11-18T10:04:00Z"},
            {"by": "e", "commit": "abc"},
        ]));
        change.commit = None;
        let now = "2026-11-18T10:00:00Z".parse().unwrap();
        let caller = CallerFact { principal: "ci".into(), may_assert_approvals: true };
        let time = ApprovalTime { now, max_age_seconds: 86_400 };
        let facts = approval_facts(&change, &caller, time, |_| Vec::new());
        assert_eq!(facts.iter().map(|fact| fact.counts).collect::<Vec<_>>(), [true, false, false, true, false]);
        assert_eq!(facts[2].reason.as_deref(), Some("it is older than 24 h"));
    }

    #[test]
    fn an_approval_counts_up_to_its_last_second() {
        let mut change = change(&serde_json::json!([
            {"by": "a", "at": "2026-11-17T10:00:00Z"}, {"by": "b", "at": "2026-11-17T09:59:59Z"},
            {"by": "c", "at": "2026-11-18T10:05:00Z"}, {"by": "d", "at": "2026-11-18T10:05:01Z"},
        ]));
        change.commit = None;
        let now = "2026-11-18T10:00:00Z".parse().unwrap();
        let caller = CallerFact { principal: "ci".into(), may_assert_approvals: true };
        let time = ApprovalTime { now, max_age_seconds: 86_400 };
        let facts = approval_facts(&change, &caller, time, |_| Vec::new());
        assert_eq!(facts.iter().map(|fact| fact.counts).collect::<Vec<_>>(), [true, false, true, false]);
    }

    #[test]
    fn a_requirement_that_says_no_number_is_of_one_person() {
        let read: ApprovalRequirement = serde_json::from_str("{}").unwrap();
        assert_eq!(read, ApprovalRequirement { group: None, count: 1 });
        assert_eq!(read, ApprovalRequirement::default());
    }

    #[test]
    fn a_requirement_of_nobody_still_needs_somebody() {
        assert_eq!(satisfy(&ApprovalRequirement { group: None, count: 0 }, &[]), None);
    }
}
