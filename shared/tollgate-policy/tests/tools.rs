//! What policy authors are told.
#![allow(clippy::unwrap_used, reason = "a test fails where it has to")]

mod support;

use std::{fs, path::Path};

use serde_json::json;
use support::{quiet, rule};
use tollgate_core::catalogue::Catalogue;
use tollgate_policy::{
    PolicySet,
    tools::{self, TestReport, catalogue, run_tests, scaffold},
};

/// Data that a pack cannot do without.
const DEFAULTS: &str = "thresholds:
  slo: {max_age_seconds: {value: 600, tighter: lower, meaning: m}}
  change:
    history_window_seconds: {value: 1, tighter: fixed, meaning: m}
    approval_max_age_seconds: {value: 1, tighter: lower, meaning: m}
  cost:
    spend_max_age_seconds: {value: 1, tighter: lower, meaning: m}
    spend_max_lag_days: {value: 1, tighter: lower, meaning: m}
    weekday_min_weeks: {value: 1, tighter: higher, meaning: m}
  decision:
    allow_valid_seconds: {value: 1, tighter: lower, meaning: m}
    deny_valid_seconds: {value: 1, tighter: lower, meaning: m}
    pending_valid_seconds: {value: 1, tighter: lower, meaning: m}
";

fn folder(files: &[(String, String)]) -> tempfile::TempDir {
    let data = [("data/settings/defaults.yaml", DEFAULTS), ("data/teams/team-test.yaml", "name: team-test\n")];
    let data = data.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in data.iter().chain(files) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    list(folder.path());
    folder
}

/// Writes down that the rules are expected as they are, where they can be read.
fn list(folder: &Path) {
    if let Ok(rules) = tools::expected_rules(folder) {
        fs::write(folder.join(tools::EXPECTED_FILE), rules).unwrap();
    }
}

fn test_file(name: &str, body: &str) -> (String, String) {
    let text = format!("package tollgate.change.{name}_test\n\nimport data.tollgate.change.{name}\n\n{body}\n");
    (format!("change/{name}/{name}_test.rego"), text)
}

fn run(folder: &Path) -> TestReport {
    run_tests(folder, &[], |_| json!(true)).unwrap()
}

const GRADED: &str = "warn contains {\"message\": grade(input.n)} if {\n\tcount(names) > 0\n\tinput.n > 0\n}\n\n\
                      names := {name |\n\tsome name in input.names\n}\n\n\
                      grade(n) := \"high\" if {\n\tn > 3\n} else := \"low\"\n\nother(x) := x + 1 if x > 7\n\nmore if other(input.n) == 9\n\n\
                      warn contains {\"message\": \"more\"} if more\n";

#[test]
fn a_test_that_is_undefined_false_or_fails_is_a_failure() {
    let tests = "test_passes if count(quiet.warn) == 0 with input as {\"change\": {\"id\": \"x\"}}\n\n\
                 test_stops if {\n\tx := count(quiet.warn)\n\tprint(\"x is\", x)\n\tx == 2\n}\n\n\
                 test_undefined if {\n\tquiet.warn == set()\n\tinput.nothing.here\n}\n\n\
                 test_gives_a_number := 1 if count(quiet.warn) == 0\n\n\
                 test_fails if {\n\tquiet.warn == set()\n\tto_number(\"x\") == 1\n}\n";
    let report = run(folder(&[quiet(), test_file("quiet", tests)]).path());
    let failures: Vec<_> = report.tests.iter().map(|test| test.failure.as_deref().unwrap_or("")).collect();
    let [passes, stops, undefined, number, fails] = failures.as_slice() else { panic!("{failures:#?}") };
    assert_eq!(*passes, "");
    assert_eq!(*stops, "is not true; it stopped at line 10: x == 2");
    assert!(undefined.contains("is not true"), "{undefined}");
    assert!(number.contains("gives `1`, not `true`"), "{number}");
    assert!(fails.contains("change/quiet/quiet_test.rego:22: could not parse string as number"), "{fails}");
    assert_eq!((report.tests[1].line, report.tests[1].prints.len()), (7, 1), "{:?}", report.tests[1]);
    assert!(report.tests[1].prints[0].contains("x is 0"));
}

#[test]
fn tests_that_could_hide_or_never_run_are_refused() {
    for (tests, expected) in [
        ("test_a if quiet.warn\n\ntest_a if true", "quiet_test.rego:7: a test of this name is there already"),
        ("test_a(x) if x == quiet.warn", "quiet_test.rego:5: a test is written"),
        ("test_a contains 1 if quiet.warn", "quiet_test.rego:5: a test is written"),
        ("tets_a if quiet.warn", "quiet_test.rego:5: nothing refers to `tets_a`: a test's name begins with `test_`"),
        ("test_a if quiet.wran", "did you mean `warn`?"),
        ("test_a if cuont(quiet.warn) == 0", "did you mean `count`?"),
    ] {
        let errors = run_tests(folder(&[quiet(), test_file("quiet", tests)]).path(), &[], |_| json!(true)).unwrap_err();
        let said = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn coverage_names_each_line_that_no_test_evaluates() {
    let uncovered = |tests: &str| {
        let report = run(folder(&[rule("graded", "warn", GRADED), quiet(), test_file("graded", tests)]).path());
        assert!(report.tests.iter().all(|test| test.failure.is_none()), "{:#?}", report.tests);
        report.coverage.into_iter().map(|file| file.uncovered).collect::<Vec<_>>()
    };
    let high = "test_high if count(graded.warn) == 1 with input as {\"n\": 4, \"names\": [\"a\"]}";
    let low = "test_low if count(graded.warn) == 1 with input as {\"n\": 1, \"names\": [\"a\"]}";
    let more = "test_more if {\n\tgraded.more with input as {\"n\": 8}\n\tcount(graded.warn) == 2 with input as \
                {\"n\": 8, \"names\": [\"a\"]}\n}";
    let found = uncovered(high);
    assert_eq!(found[0], [22], "the other branch of `grade`");
    assert!(!found[1].is_empty(), "a rule without tests is not covered");
    assert_eq!(uncovered(&format!("{high}\n\n{low}\n\n{more}"))[0], [] as [u32; 0]);
    // The first line of a comprehension counts: nothing evaluates it when the rule's body stops before.
    assert!(uncovered("test_nothing if graded.grade(4) == \"high\"")[0].contains(&16));
}

#[test]
fn patterns_choose_tests() {
    let files = [quiet(), test_file("quiet", "test_a if count(quiet.warn) == 0\n\ntest_b if quiet.warn == set()")];
    let folder = folder(&files);
    let names = |pattern: &str| run_tests(folder.path(), &[pattern.to_owned()], |_| json!(true)).unwrap().tests.len();
    assert_eq!(["test_a", "change/quiet", "change.quiet.test_b", "nothing"].map(names), [1, 2, 1, 0]);
}

#[test]
fn a_new_rule_passes_check_and_tests_as_it_stands() {
    let folder = folder(&[]);
    let written = scaffold(folder.path(), "change/error_rate").unwrap();
    assert_eq!(written.len(), 2);
    scaffold(folder.path(), "slo/error_rate").unwrap();
    let said = tools::check(folder.path(), |_| json!(true)).unwrap().problems;
    assert!(said.len() == 1 && said[0].to_string().contains("`cargo tollgate policies expect`"), "{said:?}");
    list(folder.path());
    let checked = tools::check(folder.path(), |_| json!(true)).unwrap();
    assert_eq!((checked.rules, checked.problems.len()), (2, 0), "{:#?}", checked.problems);
    let report = run(folder.path());
    assert!(report.tests.len() == 4 && report.tests.iter().all(|test| test.failure.is_none()), "{report:#?}");
    assert!(report.coverage.iter().all(|file| file.lines > 0 && file.uncovered.is_empty()), "{report:#?}");
    for (name, expected) in [
        ("change/error_rate", "is there already"),
        ("freeze", "write gate and rule"),
        ("chnage/freeze", "did you mean `change`?"),
        ("change/../../etc", "is not a name"),
        ("change/Freeze", "is not a name"),
        ("change/input", "choose another name"),
        ("change/", "is not a name"),
    ] {
        let said = scaffold(folder.path(), name).unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn the_check_holds_references_against_the_facts() {
    let schema = json!({
        "type": "object",
        "properties": {
            "change": {"$ref": "#/$defs/Change"},
            "slos": {"type": "array", "items": {"$ref": "#/$defs/Slo"}},
            "settings": {"$ref": "#/$defs/Settings"},
            "cost": {"anyOf": [{"$ref": "#/$defs/Change"}, {"type": "null"}]},
        },
        "$defs": {
            "Change": {"type": "object", "properties": {"id": {"type": "string"}, "links": {"type": "array"}}},
            "Slo": {"type": "object", "properties": {
                "name": {"type": "string"},
                "windows": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Window"}}}},
            "Window": {"type": "object", "properties": {"burn_rate_micro": {"type": ["integer", "null"]}}},
            "Settings": {"type": "object", "properties": {"thresholds": {"type": "object", "additionalProperties": true}}},
        }
    });
    let more = "slo:\n    pause_micro: {value: 1, tighter: lower, meaning: m}\n    by_tier:\n      tier_1: {value: 2, tighter: lower, meaning: m}\n    max_age_seconds:";
    let defaults =
        DEFAULTS.replace("slo: {max_age_seconds:", more).replace("meaning: m}}\n  change", "meaning: m}\n  change");
    let problems = |body: &str| {
        let files = [
            rule("odd", "warn", &format!("warn contains {{\"message\": \"x\"}} if {{\n\t{body}\n}}")),
            test_file("odd", "test_a if odd.warn == set()"),
            ("data/settings/defaults.yaml".to_owned(), defaults.clone()),
        ];
        let checked = tools::check(folder(&files).path(), |_| schema.clone()).unwrap();
        checked.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    for good in [
        "input.change.id == \"x\"",
        "input.slos[_].windows[\"1h\"].burn_rate_micro > 2000000",
        "some slo in input.slos\n\tsome w in slo.windows\n\tw.burn_rate_micro > 2000000",
        "input.settings.thresholds.slo.pause_micro > 2000000",
        "input.settings.thresholds.slo.by_tier[input.change.id] > 1",
        "input.cost.id == \"x\"",
        "count(input.slos[0].windows) > 0\n\tevery w in input.slos[0].windows { w.burn_rate_micro > 2000000 }",
        "input.change.links[0].anything == 1",
    ] {
        assert_eq!(problems(good), "", "{good}");
    }
    for (bad, expected) in [
        ("input.chnage.id == \"x\"", "odd.rego:12:8: the facts have no `chnage` here, did you mean `change`?"),
        ("input.change[\"idd\"] == \"x\"", "no `idd` here, did you mean `id`?"),
        ("input.slos[_].windows[\"1h\"].burnrate > 1", "no `burnrate`"),
        ("some slo in input.slos\n\tsome w in slo.window\n\tw > 1", "no `window` here, did you mean `windows`?"),
        ("some slo in input.slos\n\tx := slo\n\tx.nmae == \"\"", "no `nmae` here, did you mean `name`?"),
        ("input.settings.thresholds.slo.pause > 1", "no `pause` here"),
        ("input.settings.thresholds.slo.by_tier.tier_9 > 1", "no `tier_9` here"),
        ("input.change.id.length > 1", "nothing below"),
        ("some x in input.change.id\n\tx > 1", "a single value"),
        ("every w in input.slos[0].windows { w.rate > 1 }", "no `rate`"),
    ] {
        let said = problems(bad);
        assert!(said.contains(expected), "{bad}\nsays: {said}");
    }
}

#[test]
fn the_check_wants_tests_of_each_set_used_imports_and_short_lines() {
    let body = format!(
        "import rego.v1\n\nimport data.tollgate.lib.clock\n\nwarn contains {{\"message\": \"{}\"}} if {{\n\tprint(1)\n\t1 == 2 \n}}",
        "x".repeat(130)
    );
    let files = [
        rule("odd", "warn", &body),
        test_file("odd", "test_a if odd.helper"),
        quiet(),
        ("lib/clock/clock.rego".to_owned(), "package tollgate.lib.clock\n\nnow := 1\n".to_owned()),
    ];
    let mut files = files.to_vec();
    files[0].1.push_str("\nhelper := 1\n\nwarn contains {\"message\": \"y\"} if helper == 2\n");
    let checked = tools::check(folder(&files).path(), |_| json!(true)).unwrap();
    let said = checked.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for expected in [
        "odd.rego:11: `import rego.v1` is not needed",
        "odd.rego:13: nothing uses the import `clock`",
        "odd.rego:15: the line has",
        "odd.rego:16: `print` is for looking",
        "odd.rego:17: the line ends in white space",
        "odd_test.rego: no test looks at `warn`",
        "quiet.rego: has no tests: write `change/quiet/quiet_test.rego`",
    ] {
        assert!(said.contains(expected), "{expected}\nin {said}");
    }
}

#[test]
fn the_catalogue_is_made_from_metadata() {
    let page = catalogue(&PolicySet::from_sources(vec![quiet()]).unwrap(), &Catalogue::default());
    assert!(page.contains("| [`change.quiet`](#changequiet) | warn | team-test | A test |"), "{page}");
    assert!(page.contains("- Runbook: <https://runbook>"), "{page}");
}

#[test]
fn the_check_names_rules_that_are_gone_weaker_or_not_listed() {
    let test = |name: &str, set: &str| {
        test_file(name, &format!("test_a if count({name}.{set}) == 0 with input as {{\"change\": {{\"id\": \"x\"}}}}"))
    };
    let folder = folder(&[support::able(), test("able", "deny"), quiet(), test("quiet", "warn")]);
    let check = || tools::check(folder.path(), |_| json!(true)).unwrap().problems;
    assert_eq!(check(), []);
    let (path, text) = support::able();
    fs::write(folder.path().join(path), text.replace("deny", "warn")).unwrap();
    let (path, text) = test("able", "warn");
    fs::write(folder.path().join(path), text).unwrap();
    fs::remove_dir_all(folder.path().join("change/quiet")).unwrap();
    scaffold(folder.path(), "change/fresh").unwrap();
    let said: Vec<String> = check().iter().map(ToString::to_string).collect();
    let [fresh, able, quiet] = said.as_slice() else { panic!("{said:#?}") };
    assert!(fresh.starts_with("change/fresh/fresh.rego: is not in `expected_rules.yaml`"), "{fresh}");
    assert!(
        able.starts_with("expected_rules.yaml:5:16: `change.able` can only warn, and is expected to deny"),
        "{able}"
    );
    assert!(quiet.starts_with("expected_rules.yaml:6:17: `change.quiet` is gone, and is expected to warn"), "{quiet}");
    list(folder.path());
    assert_eq!(check(), []);
}

/// Without its thresholds nothing is known of what a rule reads of them, and it is said once that they are not there.
#[test]
fn a_pack_without_thresholds_has_that_fault_only() {
    let schema = json!({
        "type": "object",
        "properties": {"settings": {"type": "object", "properties": {
            "thresholds": {"type": "object", "additionalProperties": true}}}},
    });
    let body = "warn contains {\"message\": \"x\"} if input.settings.thresholds.slo.pause_micro > 2000000";
    let files = [rule("odd", "warn", body), test_file("odd", "test_a if odd.warn == set()")];
    let folder = folder(&files);
    let defaults = folder.path().join("data/settings/defaults.yaml");
    fs::rename(&defaults, folder.path().join("data/settings/default.yaml")).unwrap();
    let checked = tools::check(folder.path(), |_| schema.clone()).unwrap();
    let said: Vec<String> = checked.problems.iter().map(ToString::to_string).collect();
    assert!(!said.is_empty() && said.iter().all(|problem| problem.starts_with("data/settings/default")), "{said:?}");
}
