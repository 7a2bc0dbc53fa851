//! A proposed change: what passes the limits is safe to keep, to show and to judge.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_core::{change::Change, cost::cost_fact};
use tollgate_lambda::{body, spelling::Layout};
use url::Url;

/// Longer reasons would fill decisions, the ledger and terminals with a caller's text.
const LONGEST_REASON: usize = 1000;

fuzz_target!(|bytes: &[u8]| {
    let change = match body::read::<Change>(bytes, Layout::default()) {
        Ok(body) => body.value,
        Err(problem) => return assert!((400..500).contains(&problem.status) && !problem.detail.is_empty()),
    };
    if change.check().is_err() {
        return;
    }
    if let Some(cost) = &change.cost {
        let fact = cost_fact(cost);
        let known = fact.monthly_before_micros.zip(fact.monthly_after_micros).zip(fact.monthly_increase_micros);
        // Each is rounded by itself.
        let is_near = |((before, after), increase): ((i64, i64), i64)| {
            (i128::from(after) - i128::from(before) - i128::from(increase)).abs() <= 1
        };
        assert!(known.is_none_or(is_near));
        assert!(!fact.evidence.is_ok() || (known.is_some() && fact.unpriced_resources == 0));
        assert!(fact.evidence.is_ok() || fact.evidence.reason.is_some());
        let reason = fact.evidence.reason.unwrap_or_default();
        assert!(!reason.chars().any(char::is_control) && reason.chars().count() <= LONGEST_REASON, "{reason:?}");
    }
    let kept = change.kept();
    assert!(kept.cost.is_none());
    for text in lines(&kept) {
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
    let plan = kept.rollback.iter().flat_map(|rollback| rollback.plan.chars());
    assert!(plan.filter(|letter| !matches!(letter, '\n' | '\r' | '\t')).all(|letter| !letter.is_control()));
    for link in &kept.links {
        assert!(!link.contains(['?', '#']), "{link}");
        // Browsers and log viewers read addresses as the `url` crate does.
        if let Ok(url) = Url::parse(link) {
            assert!(url.username().is_empty() && url.password().is_none(), "{link}");
        }
    }
});

fn lines(change: &Change) -> impl Iterator<Item = &String> {
    let Change { id, service, environment, author, commit, summary, incident, links, approvals, .. } = change;
    let approved = approvals.iter().flat_map(|approval| [Some(&approval.by), approval.commit.as_ref()]);
    [id, service, environment, author]
        .into_iter()
        .chain(links)
        .chain([commit, summary, incident].into_iter().flatten())
        .chain(approved.flatten())
}
