//! Policies and facts that could hang, crash or deceive: refused at load, and where a check should miss them, a
//! denial within two seconds. Each is tried at both layers.
#![allow(clippy::panic, reason = "a test fails where it has to")]

mod support;

use std::{
    thread,
    time::{Duration, Instant},
};

use support::{FINDS, decide_with, denies, evaluate, facts, quiet, refused, rule};
use tollgate_core::{
    decision::{Gate, Verdict},
    facts::ChangeFacts,
    finding::FindingKind,
};
use tollgate_policy::{Evaluator, Limits, PolicySet};

#[test]
fn functions_that_panic() {
    for (call, expected) in [
        ("object.subset(input.slos, [])", "panics for an empty array"),
        ("strings.count(input.change.id, \"\") > 0", "panics for an empty text"),
        ("count(numbers.range(9223372036854775807, 0)) > 0", "panics or takes memory"),
        ("time.parse_ns(\"é2006\", input.change.id) > 0", "layout can make it panic"),
        ("time.format([1, \"UTC\", \"é\"]) != \"\"", "layout can make it panic"),
    ] {
        refused(&format!("{FINDS} {call}"), expected);
    }
    denies(&format!("{FINDS} object.subset([1], input.slos)"), "the engine panicked");
    denies(&format!("{FINDS} strings.count(input.change.id, \"\") > 0"), "the engine panicked");
    denies(&format!("{FINDS} count(numbers.range(9223372036854775807, 0)) > 0"), "");
    denies(&format!("{FINDS} time.format([1, \"UTC\", \"é\"]) != \"\""), "the engine panicked");
}

#[test]
fn odd_layouts_of_times() {
    for layout in ["é", "2006-01-02T15:04:05.999999999999", "-07:00:00:00", "Z", "__2", "Jan Jan", "%", "%H", ""] {
        let body = format!("{FINDS} time.parse_ns(\"{layout}\", input.change.id) > 0");
        refused(&body, "layout can make it panic");
        denies(&body, "");
    }
}

#[test]
fn comprehensions_that_take_too_long() {
    let body = format!(
        "{FINDS} {{\n\txs := split(sprintf(\"%9000d\", [1]), \"\")\n\tcount([1 | some a in xs; some b in xs; some c in \
         xs; a == concat(\"\", [b, c])]) > 0\n}}"
    );
    denies(&body.replace("%9000d", "%900d"), "longer than its 100 ms");
    refused(&body, "wider than 99");
}

#[test]
fn sums_of_many_terms() {
    let sum = vec!["1 +"; 19_000].chunks(50).map(|line| line.join(" ")).collect::<Vec<_>>().join("\n\t");
    let body = format!("{FINDS} {{\n\tx := {sum} 1\n\tx > 0\n}}");
    refused(&body, "nested over 200 deep");
    // Freeing such a policy recurses as deep as it is: only this test, past the checks, ever has one.
    let deep = thread::Builder::new().stack_size(256 << 20).spawn(move || {
        let evaluation = evaluate(vec![rule("hostile", "deny", &body), quiet()], Limits::default());
        assert_eq!(decide_with(evaluation).verdict, Verdict::Deny);
    });
    deep.unwrap().join().unwrap();
}

#[test]
fn literals_in_literals() {
    for (open, close) in [("[", "]"), ("{", "}"), ("{\"a\": ", "}"), ("(", ")")] {
        let begun = Instant::now();
        refused(
            &format!("{FINDS} {{\n\tx := {}1{}\n\tx\n}}", open.repeat(40), close.repeat(40)),
            "nested over 12 deep",
        );
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
}

#[test]
fn functions_that_ignore_the_timer() {
    refused(&format!("{FINDS} count(regex.find_n(\".*x\", input.change.id, -1)) > 0"), "does not stop when its time");
    refused(&format!("{FINDS} count(graph.reachable_paths({{}}, {{}})) > 0"), "does not stop when its time");
    refused(&format!("{FINDS} count(net.cidr_expand(\"0.0.0.0/0\")) > 0"), "does not stop when its time");
    refused(&format!("{FINDS} time.now_ns() > 0"), "`input.evaluated_at`");
    refused(&format!("{FINDS} http.send({{}}).ok"), "pure function of its facts");
    refused(&format!("{FINDS} rand.intn(\"x\", 3) == 1"), "the same again");
    // The engine is built without these, so they are not even there.
    denies(&format!("{FINDS} count(graph.reachable_paths({{}}, {{}})) > 0"), "could not find function");
    denies(&format!("{FINDS} count(net.cidr_expand(\"0.0.0.0/0\")) > 0"), "could not find function");
}

#[test]
fn a_rule_that_hangs_loses_its_thread_and_the_others_are_judged() {
    let hang = "deny contains {\"message\": \"x\"} if count(regex.find_n(\"a*[^a]|a\", input.change.id, -1)) > 1";
    let files = vec![rule("a", "warn", "warn contains {\"message\": \"a\"}"), rule("hostile", "deny", hang), quiet()];
    // Memory is not what is tried here.
    let memory_bytes = Some(2 << 30);
    let limits = Limits { wedged_threads: 2, rule_time: Duration::from_millis(50), memory_bytes, ..Limits::default() };
    let evaluator = Evaluator::new(PolicySet::from_sources_unchecked(files).unwrap(), limits);
    let mut hostile = facts();
    hostile.change.id = "a".repeat(400_000);
    let judged = |facts: &ChangeFacts| {
        let begun = Instant::now();
        let evaluation = evaluator.evaluate(&facts.clone().into());
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        let judged: Vec<_> = evaluation.rules.iter().map(|run| run.judged).collect();
        let said = evaluation.findings.last().unwrap().message.clone();
        assert_eq!(decide_with(evaluation).verdict, Verdict::Deny);
        (judged, said)
    };
    let (first, said) = judged(&hostile);
    assert!(said.contains("thread was given up"), "{said}");
    assert_eq!((first, evaluator.wedged_threads()), (vec![true, false, true], 1));
    assert!(!evaluator.is_wedged());
    // The second thread that hangs is the last that may; the others are judged all the same.
    let (second, _) = judged(&hostile);
    assert_eq!((second, evaluator.wedged_threads()), (vec![true, false, true], 2));
    assert!(evaluator.is_wedged());
    let (third, said) = judged(&facts());
    assert_eq!(third, [false, false, false]);
    assert!(said.contains("2 threads hang in rules that do not stop: replace the process"), "{said}");
}

#[test]
fn facts_that_are_nested_deep() {
    let mut deep = serde_json::Value::Null;
    for _ in 0..500 {
        deep = serde_json::json!([deep]);
    }
    let mut hostile = facts();
    hostile.change.cost = Some(tollgate_core::change::Cost::Infracost(deep.into()));
    let evaluator = Evaluator::new(PolicySet::from_sources(vec![quiet()]).unwrap(), Limits::default());
    let evaluation = evaluator.evaluate(&hostile.into());
    assert!(evaluation.findings[0].message.contains("cannot read the facts"), "{}", evaluation.findings[0].message);
    assert_eq!(decide_with(evaluation).verdict, Verdict::Deny);
}

#[test]
fn facts_that_are_no_json() {
    let evaluator = Evaluator::new(PolicySet::from_sources(vec![quiet()]).unwrap(), Limits::default());
    for facts in ["", "{", "[1e999999999]", "nul", "{\"a\": NaN}"] {
        let evaluation = evaluator.evaluate_json(Gate::Change, facts);
        assert_eq!(evaluation.findings[0].kind, FindingKind::EvaluationError, "{facts}");
        assert_eq!(decide_with(evaluation).verdict, Verdict::Deny);
    }
}
