//! Mistakes that authors make: each is found, at its line, with what to write; and what is right passes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where it has to")]

use std::{fs, path::Path};

use tollgate_policy::tools;

/// The rules' own folder, which every case is put beside.
fn pack() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies"))
}

const RULES: &str = include_str!("mistakes/rules.txt");
const TESTS: &str = include_str!("mistakes/tests.txt");

/// One mistake: what it is, where it is to be found and by which words, and the text.
struct Case<'a> {
    name: &'a str,
    expected: &'a str,
    text: String,
}

/// Cases begin with `### name | expected words`; the line with the mistake carries `<<<`.
fn cases(all: &str) -> Vec<Case<'_>> {
    let parts = all.split("### ").skip(1);
    parts
        .map(|part| {
            let (head, text) = part.split_once('\n').unwrap();
            let (name, expected) = head.split_once(" | ").unwrap();
            Case { name, expected, text: format!("{}\n", text.trim_end()) }
        })
        .collect()
}

const METADATA: &str = "# METADATA\n# title: A case\n# description: For tests.\n# custom:\n#   owner: platform\n\
                        #   effect: EFFECT\n#   remediation: Look.\n#   runbook: https://runbooks.example.com/case\n";

const QUIET_TEST: &str = "package tollgate.change.case_test\n\nimport data.tollgate.change.case\nimport \
                          data.tollgate.lib.testing\n\ntest_case if {\n\tfound := case.EFFECT with input as \
                          testing.healthy\n\tcount(found) == 1\n}\n";

/// A rule that is right, for the tests of it that are not.
const RIGHT: &str = "deny contains {\n\t\"message\": \"production rests\",\n} if {\n\tinput.change.environment == \
                     \"production\"\n\tinput.change.type == \"normal\"\n}\n";

fn copy(from: &Path, into: &Path) {
    fs::create_dir_all(into).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, target) = (entry.path(), into.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else if !source.to_string_lossy().ends_with("_test.rego") {
            fs::copy(source, target).unwrap();
        }
    }
}

/// A folder with what rules share and the settings, and a rule and its test for each case.
fn workbench(cases: &[Written]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&pack().join("lib"), &folder.path().join("lib"));
    for data in ["settings", "teams", "services"] {
        copy(&pack().join("data").join(data), &folder.path().join("data").join(data));
    }
    for case in cases {
        let into = folder.path().join("change").join(&case.name);
        fs::create_dir_all(&into).unwrap();
        fs::write(into.join(format!("{}.rego", case.name)), &case.rule).unwrap();
        fs::write(into.join(format!("{}_test.rego", case.name)), &case.test).unwrap();
    }
    if let Ok(list) = tools::expected_rules(folder.path()) {
        fs::write(folder.path().join(tools::EXPECTED_FILE), list).unwrap();
    }
    folder
}

/// A rule and its test, as they stand in files.
#[derive(Clone)]
struct Written {
    name: String,
    rule: String,
    test: String,
}

/// Everything that is said of all cases. What cannot be loaded is looked at first, and then left out.
fn said(mut cases: Vec<Written>) -> Vec<String> {
    let mut said = Vec::new();
    loop {
        let folder = workbench(&cases);
        let checked = tools::check(folder.path(), tollgate_core::schema::facts_as_written);
        let (problems, done) = match checked {
            Ok(checked) => (checked.problems, true),
            Err(errors) => (errors, false),
        };
        // The rules that the shipped settings name are not here, and no list of rules that are expected.
        let is_of_case = |file: &str| !file.starts_with("data/settings/") && file != "expected_rules.yaml";
        let problems: Vec<_> = problems.into_iter().filter(|problem| is_of_case(&problem.file)).collect();
        said.extend(problems.iter().map(ToString::to_string));
        let before = cases.len();
        cases.retain(|case| !problems.iter().any(|problem| problem.file.contains(&format!("/{}/", case.name))));
        assert!(done || cases.len() < before, "{problems:#?}");
        if done {
            return said;
        }
    }
}

fn effect(text: &str) -> &'static str {
    ["deny", "require_approval", "warn"]
        .into_iter()
        .find(|effect| text.contains(&format!("\n{effect} contains")))
        .unwrap_or("deny")
}

fn with_metadata(text: &str) -> String {
    let effect = effect(&format!("\n{text}"));
    if text.contains("# METADATA") || text.starts_with("package") {
        return text.to_owned();
    }
    format!("{}package tollgate.change.case\n\n{text}", METADATA.replace("EFFECT", effect))
}

/// The line that carries the mark, and the text without it.
fn marked(text: &str) -> (usize, String) {
    let line = text.lines().position(|line| line.ends_with("<<<")).map_or(0, |line| line + 1);
    (line, text.replace(" <<<", "").replace("<<<", ""))
}

/// A case as files, and the place where its mistake is to be found.
fn written(case: &Case<'_>, number: usize, of_rule: bool) -> (Written, String) {
    let name = format!("case_{number}");
    let rule = with_metadata(if of_rule { &case.text } else { RIGHT });
    let test = if of_rule {
        QUIET_TEST.replace("EFFECT", effect(&format!("\n{rule}")))
    } else {
        format!("{TEST_HEAD}\n{}", case.text)
    };
    let (line, _) = marked(if of_rule { &rule } else { &test });
    let file = if of_rule { format!("{name}.rego") } else { format!("{name}_test.rego") };
    let place = if line == 0 { format!("change/{name}/") } else { format!("change/{name}/{file}:{line}:") };
    let own = |text: &str| {
        let import = format!("import data.tollgate.change.{name} as case\n");
        let renamed = marked(text).1.replace("import data.tollgate.change.case\n", &import);
        renamed.replace("package tollgate.change.case", &format!("package tollgate.change.{name}"))
    };
    (Written { rule: own(&rule), test: own(&test), name }, place)
}

const TEST_HEAD: &str = "package tollgate.change.case_test\n\nimport data.tollgate.change.case\nimport \
                         data.tollgate.lib.testing\n";

#[test]
fn mistakes_in_rules_and_tests_are_found_at_their_line() {
    let rules = cases(RULES).into_iter().map(|case| (case, true));
    let all: Vec<_> = rules.chain(cases(TESTS).into_iter().map(|case| (case, false))).collect();
    assert!(all.len() >= 83, "{} mistakes", all.len());
    let written: Vec<_> =
        all.iter().enumerate().map(|(number, (case, of_rule))| written(case, number, *of_rule)).collect();
    let said = said(written.iter().map(|(files, _)| files.clone()).collect());
    let mut silent = Vec::new();
    let mut followed = Vec::new();
    for ((case, _), (files, place)) in all.iter().zip(&written) {
        let of_case = |line: &&String| line.contains(&format!("change/{}/", files.name));
        let about: Vec<_> = said.iter().filter(of_case).cloned().collect();
        if !about.iter().any(|line| line.starts_with(place) && line.contains(case.expected)) {
            silent.push(format!("{} ({place} `{}`) says:\n{}", case.name, case.expected, about.join("\n")));
        } else if about.iter().filter(|line| line.starts_with(place)).count() > 1 {
            followed.push(format!("{}:\n{}", case.name, about.join("\n")));
        }
    }
    let found = all.len() - silent.len();
    assert!(silent.is_empty(), "found {found} of {}:\n{}", all.len(), silent.join("\n"));
    assert!(followed.is_empty(), "{} are followed by others:\n{}", followed.len(), followed.join("\n"));
}

#[test]
fn what_is_right_passes() {
    let right = cases(include_str!("mistakes/right.txt"));
    let written = right.iter().enumerate().map(|(number, case)| written(case, number, true).0).collect();
    assert_eq!(said(written), [] as [&str; 0]);
}
