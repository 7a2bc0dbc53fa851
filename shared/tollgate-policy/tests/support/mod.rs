//! Facts and rules for tests.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test binary uses its part, and fails where it has to"
)]

use std::time::{Duration, Instant};

use serde_json::json;
use tollgate_core::{
    decision::{Decision, Verdict},
    facts::ChangeFacts,
    finding::{Evaluation, FindingKind},
    fold::{Judgement, decide},
};
use tollgate_policy::{Evaluator, Limits, PolicySet};

/// Facts under which nothing but rules can hold a change up.
pub(crate) fn facts() -> ChangeFacts {
    let evidence = |id: &str| {
        json!({"id": id, "status": "ok", "reason": null, "required": true, "source": "test", "as_of": null,
               "window_seconds": null, "datapoints_expected": 0, "datapoints_received": 0, "api_requests": 0,
               "api_cost_usd_micros": 0})
    };
    serde_json::from_value(json!({
        "schema": "tollgate.facts/v1", "gate": "change",
        "evaluated_at": "2026-11-21T10:00:00Z", "evaluated_at_seconds": 1_795_255_200,
        "caller": {"principal": "local", "may_assert_approvals": true},
        "change": {"id": "pay/1", "service": "pay", "environment": "production", "type": "normal", "author": "a"},
        "service": {"evidence": evidence("service"), "name": "pay", "known": true, "tier": "tier_1", "owner": "team-pay",
                    "contact": null, "environments": ["production"], "runbook": null},
        "slos": [], "dependencies": [],
        "history": {"evidence": evidence("history"), "window_seconds": 0, "this_change": [], "in_progress": [],
                    "allowed": 0, "with_outcome": 0, "failed": 0, "failure_rate_ppm": null, "last_failure": null},
        "freezes": {"evidence": evidence("freezes"), "active": [], "next": null},
        "approvals": [], "cost": null,
        "settings": {"thresholds": {"decision": {"allow_valid_seconds": 900}}, "modes": {}}, "waivers": []
    }))
    .unwrap()
}

/// A rule's text with its metadata.
pub(crate) fn rule(name: &str, effect: &str, body: &str) -> (String, String) {
    let text = format!(
        "# METADATA\n# title: A test\n# description: For tests.\n# custom:\n#   owner: team-test\n#   effect: {effect}\n\
         #   remediation: mend it\n#   runbook: https://runbook\npackage tollgate.change.{name}\n\n{body}\n"
    );
    (format!("change/{name}/{name}.rego"), text)
}

/// A rule that never finds anything, to see that others are judged.
pub(crate) fn quiet() -> (String, String) {
    rule("quiet", "warn", "warn contains {\"message\": \"never\"} if input.change.id == \"\"")
}

/// A rule that could hold a change up, and never does.
pub(crate) fn able() -> (String, String) {
    rule("able", "deny", "deny contains {\"message\": \"never\"} if input.change.id == \"\"")
}

/// The list of the rules that are expected to run, for `quiet` alone.
pub(crate) fn listed() -> (String, String) {
    ("expected_rules.yaml".into(), "rules: {change.quiet: {effect: warn, mode: enforce}}\n".into())
}

pub(crate) fn decide_with(evaluation: Evaluation) -> Decision {
    let judgement = Judgement { decision_id: "d".into(), facts_digest: "f".into(), evaluation, warnings: Vec::new() };
    decide(&facts().frame(), judgement)
}

/// Evaluates rules past the load checks.
pub(crate) fn evaluate(files: Vec<(String, String)>, limits: Limits) -> Evaluation {
    Evaluator::new(PolicySet::from_sources_unchecked(files).unwrap(), limits).evaluate(&facts().into())
}

/// What the load checks say.
pub(crate) fn refusals(files: Vec<(String, String)>) -> String {
    let errors = PolicySet::from_sources(files).err().unwrap_or_default();
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Evaluates a hostile rule beside a quiet one, past the load checks.
pub(crate) fn denies(body: &str, expected: &str) {
    let begun = Instant::now();
    let evaluation = evaluate(vec![rule("hostile", "deny", body), quiet()], Limits::default());
    assert!(begun.elapsed() < Duration::from_secs(2), "{body}: {:?}", begun.elapsed());
    let [finding] = evaluation.findings.as_slice() else { panic!("{body}: {:#?}", evaluation.findings) };
    assert_eq!(finding.kind, FindingKind::EvaluationError, "{body}");
    assert!(finding.message.contains(expected), "{body}: {}", finding.message);
    assert_eq!(evaluation.rules.iter().map(|run| run.judged).collect::<Vec<_>>(), [false, true], "{body}");
    assert_eq!(decide_with(evaluation).verdict, Verdict::Deny, "{body}");
}

/// The load checks say this of it, with its file and line.
pub(crate) fn refused(body: &str, expected: &str) {
    let said = refusals(vec![rule("hostile", "deny", body), quiet()]);
    assert!(said.contains("change/hostile/hostile.rego:") && said.contains(expected), "{body}: {said}");
}

/// How a rule begins that finds something where what follows holds.
pub(crate) const FINDS: &str = "deny contains {\"message\": \"x\"} if";
