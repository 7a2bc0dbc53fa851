//! Each rule is judged whatever others do and wherever they stand. Apart from other tests, because the rules that hang keep
//! processors busy until the process ends.
#![allow(clippy::unwrap_used, reason = "a test fails where it has to")]

mod support;

use std::time::Duration;

use support::{facts, quiet, rule};
use tollgate_core::finding::FindingKind;
use tollgate_policy::{Evaluator, Limits, PolicySet};

/// Whatever their names are: three that hang stand in front of two that are healthy.
#[test]
fn several_rules_that_hang_take_no_other_with_them() {
    let hang = "deny contains {\"message\": \"x\"} if count(regex.find_n(\"a*[^a]|a\", input.change.id, -1)) > 1";
    let finds = "warn contains {\"message\": \"found\"}";
    let names = ["aa", "ab", "ac"];
    let mut files: Vec<_> = names.iter().map(|name| rule(name, "deny", hang)).collect();
    files.extend([rule("found", "warn", finds), quiet()]);
    let limits = Limits { rule_time: Duration::from_millis(50), ..Limits::default() };
    let evaluator = Evaluator::new(PolicySet::from_sources_unchecked(files).unwrap(), limits);
    let mut hostile = facts();
    hostile.change.id = "a".repeat(400_000);
    let evaluation = evaluator.evaluate(&hostile.into());
    let judged: Vec<_> = evaluation.rules.iter().filter(|run| run.judged).map(|run| run.rule.as_str()).collect();
    assert_eq!(judged.len(), 2, "{:#?}", evaluation.findings);
    assert!(evaluation.findings.iter().any(|finding| finding.message == "found"));
    for finding in evaluation.findings.iter().filter(|finding| finding.kind == FindingKind::EvaluationError) {
        assert!(names.iter().any(|name| finding.message.contains(&format!(".{name}`"))), "{}", finding.message);
        assert!(finding.message.contains("did not stop"), "{}", finding.message);
    }
    assert!(evaluator.is_wedged());
}
