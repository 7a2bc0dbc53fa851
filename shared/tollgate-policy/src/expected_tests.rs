use std::collections::BTreeMap;

use tollgate_core::{catalogue::Catalogue, decision::Gate};

use super::{FILE, read};
use crate::PolicySet;

fn rule(path: &str, effect: &str) -> (String, String) {
    let (gate, name) = path.split_once('/').unwrap();
    let text = format!(
        "# METADATA\n# title: A test\n# description: For tests.\n# custom:\n#   owner: team-test\n#   effect: {effect}\n\
         #   remediation: x\n#   runbook: https://r\npackage tollgate.{gate}.{name}\n\n\
         {effect} contains {{\"message\": \"x\"}} if input.evaluated_at == \"\"\n"
    );
    (format!("{gate}/{name}/{name}.rego"), text)
}

/// How two rules, `change.a` that denies and `slo.b` that warns, differ from a list.
fn differences(list: &str) -> Vec<(Gate, bool, String)> {
    let files = vec![rule("change/a", "deny"), rule("slo/b", "warn"), (FILE.to_owned(), list.to_owned())];
    let policies = PolicySet::from_sources(files).unwrap();
    let found = policies.differences(&Catalogue::default()).into_iter();
    found.map(|found| (found.gate, found.is_short, found.error.to_string())).collect()
}

#[test]
fn a_list_that_fits_says_nothing() {
    let list = "rules:\n  change.a: {effect: deny, mode: enforce}\n  slo.b: {effect: warn, mode: enforce}\n";
    assert_eq!(differences(list), []);
}

#[test]
fn each_difference_is_named_with_its_place_and_what_to_do() {
    let list =
        "rules:\n  change.a: {effect: require_approval, mode: shadow}\n  change.gone: {effect: deny, mode: enforce}\n";
    let found = differences(list);
    let [a, gone, b] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!((a.0, a.1), (Gate::Change, false));
    assert!(a.2.starts_with("expected_rules.yaml:2:13: `change.a` can deny, more than is listed: run "), "{}", a.2);
    assert_eq!((gone.0, gone.1), (Gate::Change, true));
    let words = "expected_rules.yaml:3:16: `change.gone` is gone, and is expected to deny: restore it; where it is meant, run \
                 `cargo tollgate policies expect` and have the change reviewed";
    assert_eq!(gone.2, words);
    assert_eq!((b.0, b.1), (Gate::Slo, false));
    assert!(b.2.starts_with("slo/b/b.rego: is not in `expected_rules.yaml`"), "{}", b.2);
    let weaker =
        differences("rules:\n  change.a: {effect: deny, mode: enforce}\n  slo.b: {effect: deny, mode: enforce}\n");
    assert!(weaker.len() == 1 && weaker[0].1, "{weaker:?}");
    assert!(weaker[0].2.contains("`slo.b` can only warn, and is expected to deny"), "{weaker:?}");
}

#[test]
fn a_list_that_would_miss_nothing_or_cannot_be_read_is_refused() {
    for (list, expected) in [
        ("rules: {}\n", "expected_rules.yaml:1:8: lists no rule"),
        ("", "expected_rules.yaml:1:1: nothing is in it"),
        ("rules:\n  chagne.a: {effect: deny, mode: enforce}\n", "did you mean `change`?"),
        ("rules:\n  freeze: {effect: deny, mode: enforce}\n", "`freeze` is no rule of a gate"),
        ("rules:\n  change.a: {effect: denny, mode: enforce}\n", "expected_rules.yaml:2:"),
        ("rules:\n  change.a: {effect: deny}\n", "mode"),
        ("rules:\n  change.a: {effect: deny, mode: enforce, x: 1}\n", "x"),
        (
            "rules:\n  change.a: {effect: deny, mode: enforce}\n  change.a: {effect: warn, mode: shadow}\n",
            "expected_rules.yaml:3:",
        ),
    ] {
        let mut errors = Vec::new();
        read(Some(list), &mut errors);
        assert!(errors.len() == 1 && errors[0].to_string().contains(expected), "{list}: {errors:?}");
    }
}

#[test]
fn a_change_of_the_list_is_a_change_of_the_policies() {
    let revision = |list: Option<&str>| {
        let list = list.map(|text| (FILE.to_owned(), text.to_owned()));
        let files: BTreeMap<_, _> = [rule("change/a", "deny")].into_iter().chain(list).collect();
        PolicySet::from_sources(files.into_iter().collect()).unwrap().revision().to_owned()
    };
    let list = |effect: &str| format!("rules: {{change.a: {{effect: {effect}, mode: enforce}}}}");
    assert_ne!(revision(None), revision(Some(&list("deny"))));
    assert_ne!(revision(Some(&list("warn"))), revision(Some(&list("deny"))));
}
