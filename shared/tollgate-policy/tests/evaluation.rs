//! What rules say becomes findings; whatever goes wrong with one of them denies, and the others still report.

mod support;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use support::{able, decide_with, evaluate, facts, quiet, refusals, rule};
use tollgate_core::{
    decision::Verdict,
    finding::{Effect, FindingKind, Mode},
};
use tollgate_policy::{Evaluator, Limits, PolicySet};

#[test]
fn findings_carry_what_the_rule_says_and_its_metadata() {
    let body = r#"
deny contains {
	"message": sprintf("%s is frozen", [input.change.service]),
	"observed": {"changes": 3},
	"threshold": {"changes": 2},
	"since": "2026-11-20T00:00:00Z",
	"retry_at": "2026-11-22T00:00:00Z",
	"evidence": ["freezes"],
} if {
	input.service.tier == "tier_1"
}

require_approval contains {"message": "ask", "owner": "sre", "approval": {"group": "sre", "count": 2}}
"#;
    let evaluation = evaluate(vec![rule("freeze", "deny", body), quiet()], Limits::default());
    let [deny, approval] = evaluation.findings.as_slice() else { panic!("{evaluation:#?}") };
    assert_eq!((deny.rule.as_str(), deny.effect, deny.kind), ("change.freeze", Effect::Deny, FindingKind::Rule));
    assert_eq!(deny.message, "pay is frozen");
    assert_eq!(deny.observed["changes"], 3);
    assert_eq!(deny.retry_at.unwrap().to_rfc3339(), "2026-11-22T00:00:00+00:00");
    assert_eq!((deny.owner.as_deref(), deny.remediation.as_deref()), (Some("team-test"), Some("mend it")));
    assert_eq!((approval.owner.as_deref(), approval.approval.as_ref().unwrap().count), (Some("sre"), 2));
    assert!(evaluation.rules.iter().all(|run| run.judged));
    assert_eq!(decide_with(evaluation).verdict, Verdict::Deny);
}

#[test]
fn nothing_found_by_a_rule_that_was_judged_allows() {
    let decision = decide_with(evaluate(vec![able(), quiet()], Limits::default()));
    assert_eq!(decision.verdict, Verdict::Allow);
    assert_eq!(decision.rules_judged, ["change.able", "change.quiet"]);
    let only_warns = decide_with(evaluate(vec![quiet()], Limits::default()));
    assert_eq!((only_warns.verdict, only_warns.findings[0].kind), (Verdict::Deny, FindingKind::NoRuleRan));
}

#[test]
fn elements_that_are_not_as_they_should_be_deny() {
    for (element, expected) in [
        ("\"frozen\"", "is no object"),
        ("{\"msg\": \"x\"}", "unknown field `msg`"),
        ("{\"observed\": {}}", "missing field `message`"),
        ("{\"message\": \" \"}", "without a message"),
        ("{\"message\": 7}", "invalid type"),
        ("{\"message\": \"x\", \"since\": \"yesterday\"}", "cannot be used"),
        ("{\"message\": \"x\", \"evidence\": \"a\"}", "invalid type"),
        ("{\"message\": \"x\", \"approval\": {\"count\": 1}}", "belongs in `require_approval`"),
        ("{\"message\": \"x\", \"observed\": {1: 2}}", "key that is not a text"),
        ("{\"message\": sprintf(\"%5000d\", [1])}", "over the limit of 4096"),
        (
            "{\"message\": \"x\", \"observed\": {\"a\": [i | some i, _ in split(sprintf(\"%9000d\", [1]), \"\")]}}",
            "too large",
        ),
        ("{\"message\": \"x\", \"observed\": {\"a\": 1e300 * 1e300}}", ""),
    ] {
        let body = format!("warn contains {element}");
        let evaluation = evaluate(vec![rule("odd", "warn", &body), quiet()], Limits::default());
        let [finding] = evaluation.findings.as_slice() else { panic!("{element}: {evaluation:#?}") };
        assert_eq!((finding.kind, finding.effect), (FindingKind::EvaluationError, Effect::Deny), "{element}");
        assert!(finding.message.contains(expected), "{}", finding.message);
        assert!(finding.message.contains("change/odd/odd.rego"), "{}", finding.message);
        assert_eq!(decide_with(evaluation).verdict, Verdict::Deny);
    }
}

#[test]
fn too_many_findings_and_errors_of_functions_deny() {
    for (body, expected) in [
        (
            "deny contains {\"message\": m} if { some i, _ in split(sprintf(\"%200d\", [1]), \"\"); m := sprintf(\"%d\", [i]) }",
            "over the limit of 100",
        ),
        ("deny contains {\"message\": \"x\"} if to_number(input.change.id) > 0", "change/bad/bad.rego:11"),
        (
            "deny contains {\"message\": \"x\"} if not late\nlate if time.parse_rfc3339_ns(input.change.id) > 0",
            "is no time as in RFC 3339",
        ),
        ("deny contains {\"message\": \"x\"} if 1 / count(input.slos) > 0", "divide by zero"),
    ] {
        let evaluation = evaluate(vec![rule("bad", "deny", body), quiet()], Limits::default());
        assert_eq!(decide_with(evaluation.clone()).verdict, Verdict::Deny, "{body}");
        let finding = &evaluation.findings[0];
        assert!(finding.message.contains(expected), "{}", finding.message);
        assert_eq!(finding.kind, FindingKind::EvaluationError);
        assert_eq!(evaluation.rules.iter().map(|run| run.judged).collect::<Vec<_>>(), [false, true], "{body}");
    }
}

#[test]
fn a_failure_of_a_shadow_rule_stays_in_the_shadow() {
    let (path, text) = rule("bad", "deny", "deny contains {\"message\": \"x\"} if 1 / count(input.slos) > 0");
    let text = text.replace("#   effect: deny", "#   effect: deny\n#   mode: shadow");
    let evaluation = evaluate(vec![(path, text), able()], Limits::default());
    let bad = &evaluation.findings[0];
    assert_eq!((bad.rule.as_str(), bad.mode), ("change.bad", Mode::Shadow));
    assert_eq!(decide_with(evaluation).verdict, Verdict::Allow);
}

#[test]
fn rules_that_are_not_reached_in_time_deny() {
    let slow = "deny contains {\"message\": \"x\"} if {\n\tsome a in xs\n\tsome b in xs\n\tsome c in xs\n\ta + b + c < 0\n}\n\
                xs := [i | some i, _ in split(sprintf(\"%900d\", [1]), \"\")]";
    let limits =
        Limits { rule_time: Duration::from_millis(60), total_time: Duration::from_millis(100), ..Limits::default() };
    // More than are judged at once.
    let files = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"]
        .map(|name| rule(name, "deny", slow));
    let begun = Instant::now();
    let evaluation = evaluate(files.to_vec(), limits);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let messages: Vec<_> = evaluation.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages.len(), 20, "{messages:#?}");
    // On a busy machine the first may not have had the processor for its time when all time is over.
    let over = ["longer than its 60 ms", "not done within the 100 ms"];
    assert!(over.iter().any(|over| messages[0].contains(over)), "{messages:#?}");
    assert!(messages[19].contains("not reached"), "{messages:#?}");
    assert!(messages[19].contains("which `change.a`"), "{messages:#?}");
    assert_eq!(decide_with(evaluation).verdict, Verdict::Deny);
}

#[test]
fn many_callers_at_once_get_the_same_answer() {
    let body = "warn contains {\"message\": input.change.id}";
    let set = PolicySet::from_sources(vec![rule("echo", "warn", body)]).unwrap();
    let evaluator = Arc::new(Evaluator::new(set, Limits::default()));
    let threads: Vec<_> = (0..4)
        .map(|n| {
            let evaluator = evaluator.clone();
            std::thread::spawn(move || {
                for _ in 0..50 {
                    let mut facts = facts();
                    facts.change.id = format!("change-{n}");
                    let evaluation = evaluator.evaluate(&facts.into());
                    assert_eq!(evaluation.findings[0].message, format!("change-{n}"));
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(evaluator.wedged_threads(), 0);
}

#[test]
fn the_revision_covers_rules_and_data_but_not_tests() {
    let revision = |files: Vec<(String, String)>| PolicySet::from_sources(files).unwrap().revision().to_owned();
    let base = revision(vec![quiet()]);
    assert!(base.starts_with("sha256:"));
    assert_eq!(base, revision(vec![quiet(), ("README.md".into(), "x".into())]));
    assert_ne!(base, revision(vec![quiet(), ("data/callers.yaml".into(), "callers: []".into())]));
    let test = ("change/quiet/quiet_test.rego".into(), "package tollgate.change.quiet_test".into());
    assert_eq!(base, revision(vec![quiet(), test]));
}

#[test]
fn data_json_is_data_and_cannot_take_the_place_of_rules() {
    let body = "warn contains {\"message\": data.greeting}";
    let files = vec![rule("echo", "warn", body), ("data.json".into(), "{\"greeting\": \"hello\"}".into())];
    let evaluation = evaluate(files, Limits::default());
    assert_eq!(evaluation.findings[0].message, "hello");
    let shadowing = ("data.json".into(), "{\"tollgate\": {\"change\": {\"echo\": {\"warn\": []}}}}".into());
    assert!(refusals(vec![quiet(), shadowing]).contains("data.json: `tollgate` would take the place"));
}
