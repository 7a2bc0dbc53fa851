//! Estimates of Infracost in any form: what is read adds up and fits a decision; anything else is refused with a sentence,
//! and is no cost of nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_core::{
    cost::{planned_cost_fact, read},
    spend::BilledAmount,
};

/// Longer reasons would fill decisions, the ledger and terminals with a caller's text.
const LONGEST_REASON: usize = 1000;

fuzz_target!(|text: &str| {
    let cost = read(text);
    let fact = planned_cost_fact(cost.as_ref(), "cost/planned", "cost.infracost");
    assert_eq!(fact.evidence.is_ok(), fact.evidence.reason.is_none());
    let reason = fact.evidence.reason.clone().unwrap_or_default();
    assert!(!reason.chars().any(char::is_control) && reason.chars().count() <= LONGEST_REASON, "{reason:?}");
    let Ok(cost) = cost else {
        assert!(!fact.evidence.is_ok() && fact.monthly_increase_micros.is_none());
        return;
    };
    if let Some(increase) = fact.monthly_increase_micros {
        let before = fact.monthly_before_micros.unwrap_or(0);
        // Each is rounded by itself.
        let difference =
            i128::from(fact.monthly_after_micros.expect("known")) - i128::from(before) - i128::from(increase);
        assert!(difference.abs() <= 1, "{fact:?}");
    }
    let hidden = fact.unpriced_resources + fact.unsupported_resources + fact.unestimated_resources + fact.errors;
    assert!(!fact.evidence.is_ok() || hidden == 0);
    assert!(cost.after >= BilledAmount::ZERO && cost.before.is_none_or(|before| before >= BilledAmount::ZERO));
    assert!(fact.resources.len() <= 20 && fact.projects.len() <= 50);
    for resource in cost.projects.iter().flat_map(|project| &project.resources) {
        let tags = resource.tags.iter().flat_map(|(name, value)| [name, value]);
        for kept in [&resource.name, &resource.resource_type].into_iter().chain(tags) {
            assert!(!kept.chars().any(char::is_control) && kept.chars().count() <= 65, "{kept:?}");
        }
    }
});
