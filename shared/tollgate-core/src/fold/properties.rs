//! What holds for any findings and facts.

use chrono::Duration;
use proptest::prelude::*;

use super::tests::{approval, facts, of, waiver};
use crate::{
    approval::ApprovalRequirement,
    decision::Verdict,
    evidence::{Evidence, EvidenceStatus},
    facts::ChangeFacts,
    finding::{Effect, Finding, FindingKind, Mode},
};

fn any_finding() -> impl Strategy<Value = Finding> {
    let effect = prop_oneof![Just(Effect::Warn), Just(Effect::RequireApproval), Just(Effect::Deny)];
    let kind = prop_oneof![Just(FindingKind::Rule), Just(FindingKind::EvaluationError)];
    let mode = prop_oneof![Just(Mode::Enforce), Just(Mode::Shadow)];
    (effect, kind, mode, 0_u32..4, 0_u8..3, any::<bool>()).prop_map(|(effect, kind, mode, count, rule, cites)| {
        Finding {
            kind,
            mode,
            approval: (count > 0).then(|| ApprovalRequirement { group: Some("money".into()), count }),
            evidence: if cites { vec!["history".into()] } else { Vec::new() },
            ..Finding::new(format!("change.r{rule}"), effect, "m")
        }
    })
}

fn any_facts() -> impl Strategy<Value = ChangeFacts> {
    (any::<bool>(), any::<bool>(), 0_usize..4, any::<bool>()).prop_map(|(bad, required, approvals, waived)| {
        let mut facts = facts();
        if bad {
            facts.history.evidence = Evidence::bad("history", "ledger", EvidenceStatus::Stale, "old");
            facts.history.evidence.required = required;
        }
        facts.approvals = (0..approvals).map(|person| approval(&person.to_string(), "money")).collect();
        if waived {
            facts.waivers = vec![waiver("change.r0", facts.evaluated_at + Duration::days(1))];
        }
        facts
    })
}

proptest! {
    #[test]
    fn adding_a_denying_finding_never_makes_a_verdict_better(
        facts in any_facts(), findings in prop::collection::vec(any_finding(), 0..6), extra in any_finding(),
    ) {
        let extra = Finding { effect: Effect::Deny, ..extra };
        let before = of(&facts, findings.clone()).verdict;
        let after = of(&facts, findings.into_iter().chain([extra]).collect()).verdict;
        prop_assert!(after >= before, "{:?} became {:?}", before, after);
    }

    #[test]
    fn an_enforced_denial_without_waiver_always_denies(
        facts in any_facts(), findings in prop::collection::vec(any_finding(), 0..6),
    ) {
        let deny = Finding::new("change.certain", Effect::Deny, "m");
        prop_assert_eq!(of(&facts, findings.into_iter().chain([deny]).collect()).verdict, Verdict::Deny);
    }

    #[test]
    fn the_order_of_findings_does_not_matter(
        facts in any_facts(), findings in prop::collection::vec(any_finding(), 0..6),
    ) {
        let reversed = findings.iter().rev().cloned().collect();
        let (one, other) = (of(&facts, findings), of(&facts, reversed));
        prop_assert_eq!(one.verdict, other.verdict);
        prop_assert_eq!(one.findings.len(), other.findings.len());
    }

    #[test]
    fn required_evidence_that_is_not_good_never_allows_by_silence(
        facts in any_facts(), findings in prop::collection::vec(any_finding(), 0..6),
    ) {
        let decision = of(&facts, findings);
        let bad = facts.frame().evidence.iter().any(|evidence| !evidence.is_ok() && evidence.required);
        let spoken = decision.findings.iter().any(|finding| finding.mode == Mode::Enforce
            && finding.effect >= Effect::RequireApproval && finding.waiver.is_none()
            && finding.evidence.iter().any(|id| id == "history"));
        prop_assert!(!bad || spoken);
    }

    #[test]
    fn dropping_the_shadow_findings_changes_no_verdict(
        facts in any_facts(), findings in prop::collection::vec(any_finding(), 0..6),
    ) {
        let enforced = findings.iter().filter(|finding| finding.mode == Mode::Enforce).cloned().collect();
        prop_assert_eq!(of(&facts, findings).verdict, of(&facts, enforced).verdict);
    }
}
