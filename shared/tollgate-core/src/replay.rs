//! Replay: whether a decision made again is the same, or how it differs.

use crate::{
    decision::{Decision, Verdict},
    finding::Finding,
};

/// How a decision made again differs from the recorded one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Difference {
    /// The verdicts, recorded and now, where they differ.
    pub verdict: Option<(Verdict, Verdict)>,
    /// Findings that only the recorded decision has.
    pub gone: Vec<Finding>,
    /// Findings that only the new one has.
    pub new: Vec<Finding>,
    /// Findings of the same rule about the same evidence that say something else now: recorded and new.
    pub changed: Vec<(Finding, Finding)>,
}

impl Difference {
    /// Holds a decision made again against the recorded one.
    pub fn between(recorded: &Decision, again: &Decision) -> Self {
        let mut gone = without(&recorded.findings, &again.findings);
        let mut new = without(&again.findings, &recorded.findings);
        let mut changed = Vec::new();
        gone.retain(|old| {
            let place = |new: &Finding| (&new.rule, &new.evidence) == (&old.rule, &old.evidence);
            let Some(index) = new.iter().position(place) else { return true };
            changed.push((old.clone(), new.remove(index)));
            false
        });
        let verdict = (recorded.verdict != again.verdict).then_some((recorded.verdict, again.verdict));
        Self { verdict, gone, new, changed }
    }

    /// Are verdict and findings the same?
    pub fn is_none(&self) -> bool {
        self == &Self::default()
    }
}

fn without(findings: &[Finding], others: &[Finding]) -> Vec<Finding> {
    let mut others: Vec<&Finding> = others.iter().collect();
    let mut rest = Vec::new();
    for finding in findings {
        match others.iter().position(|other| *other == finding) {
            Some(index) => drop(others.swap_remove(index)),
            None => rest.push(finding.clone()),
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Difference;
    use crate::{
        decision::{Decision, Verdict},
        finding::{Effect, Finding},
    };

    fn decision(verdict: Verdict, findings: Vec<Finding>) -> Decision {
        let mut decision: Decision = serde_json::from_value(json!({
            "decision_id": "01J", "gate": "change", "verdict": "allow", "summary": "", "findings": [], "awaiting": [],
            "retry_at": null, "valid_until": "2026-11-21T09:00:00Z", "policy_revision": "", "facts_digest": "",
            "evaluated_at": "2026-11-21T09:00:00Z", "rules_judged": [], "warnings": [],
            "api_cost": {"currency": "USD", "micros": 0, "requests": 0},
        }))
        .unwrap();
        (decision.verdict, decision.findings) = (verdict, findings);
        decision
    }

    #[test]
    fn the_same_findings_in_another_order_are_the_same() {
        let (a, b) = (Finding::new("a", Effect::Warn, "x"), Finding::new("b", Effect::Warn, "y"));
        let recorded = decision(Verdict::Allow, vec![a.clone(), b.clone(), b.clone()]);
        let again = decision(Verdict::Allow, vec![b.clone(), a, b]);
        assert!(Difference::between(&recorded, &again).is_none());
    }

    #[test]
    fn what_is_gone_new_and_changed_is_told_apart() {
        let recorded = decision(
            Verdict::Deny,
            vec![Finding::new("burn", Effect::Deny, "16 exceeds 14.4"), Finding::new("freeze", Effect::Deny, "frozen")],
        );
        let again = decision(
            Verdict::Pending,
            vec![
                Finding::new("burn", Effect::RequireApproval, "16 exceeds 10"),
                Finding::new("cost", Effect::Warn, "dear"),
            ],
        );
        let difference = Difference::between(&recorded, &again);
        assert_eq!(difference.verdict, Some((Verdict::Deny, Verdict::Pending)));
        assert_eq!(difference.gone[0].rule, "freeze");
        assert_eq!(difference.new[0].rule, "cost");
        assert_eq!(difference.changed[0].1.message, "16 exceeds 10");
    }
}
