//! What loading lets pass and a reviewer would not.

pub(super) mod assertions;
mod dead;
mod unused;

use std::collections::BTreeSet;

use regorus::unstable::Expr;

use super::suite::Suite;
use crate::{
    PolicyError, PolicySet,
    check::Index,
    module_path::Role,
    modules::ParsedModule,
    reference::{Reference, Step, each_reference},
    sources::Sources,
    syntax::{Node, walk_rule},
};

const MAX_LINE_CHARS: usize = 120;

pub(super) fn lint(sources: &Sources, policies: &PolicySet, suite: &Suite) -> Vec<PolicyError> {
    let mut problems = Vec::new();
    for (file, text) in sources.policies.iter().chain(&sources.tests) {
        layout(file, text, &mut problems);
    }
    let index = Index::of(&suite.modules);
    for package in index.packages() {
        imports(package.parsed, &mut problems);
        unused::check(package, &mut problems);
        dead::check(package, &mut problems);
        if package.parsed.place.role != Role::Test {
            prints(package.parsed, &mut problems);
        }
    }
    assertions::check(&index, &mut problems);
    for rule in policies.all_rules() {
        let file = &rule.metadata.file;
        let test_file = file.replace(".rego", "_test.rego");
        let Some(test) = suite.modules.iter().find(|parsed| parsed.file == test_file) else {
            problems.push(PolicyError::new(file, None, format!("has no tests: write `{test_file}`")));
            continue;
        };
        let named = members(test);
        for (set, _) in &rule.sets {
            if !named.contains(set) {
                problems.push(PolicyError::new(
                    &test_file,
                    None,
                    format!("no test looks at `{set}`: add one that does"),
                ));
            }
        }
    }
    problems
}

fn layout(file: &str, text: &str, problems: &mut Vec<PolicyError>) {
    for (number, line) in (1_u64..).zip(text.lines()) {
        let chars = line.chars().count();
        // Tests quote messages in full, which cannot be broken.
        if chars > MAX_LINE_CHARS && !file.ends_with("_test.rego") {
            let message = format!("the line has {chars} characters, over the limit of {MAX_LINE_CHARS}: break it");
            problems.push(PolicyError::new(file, number, message));
        }
        if line.ends_with([' ', '\t', '\r']) {
            problems.push(PolicyError::new(file, number, "the line ends in white space: remove it"));
        }
    }
    if !text.ends_with('\n') {
        problems.push(PolicyError::new(file, None, "does not end with a line break: add one"));
    }
}

fn imports(parsed: &ParsedModule, problems: &mut Vec<PolicyError>) {
    let mut used = BTreeSet::new();
    for rule in &parsed.module.policy {
        walk_rule(rule, &mut |node| {
            if let Node::Expr(expr) = node {
                match &**expr {
                    Expr::Call { fcn, .. } => used.extend(Reference::of(fcn).map(|reference| reference.root)),
                    other => used.extend(Reference::of(other).map(|reference| reference.root)),
                }
            }
            true
        });
    }
    for import in &parsed.module.imports {
        let names = Reference::of(&import.refr).map(|reference| reference.names()).unwrap_or_default();
        let alias = import.r#as.as_ref().map(|span| span.text()).or(names.last().copied()).unwrap_or_default();
        let line = u64::from(import.span.line);
        if names == ["rego", "v1"] {
            problems.push(PolicyError::new(&parsed.file, line, "`import rego.v1` is not needed: remove it"));
        } else if !used.contains(alias) {
            problems.push(PolicyError::new(
                &parsed.file,
                line,
                format!("nothing uses the import `{alias}`: remove it"),
            ));
        }
    }
}

fn prints(parsed: &ParsedModule, problems: &mut Vec<PolicyError>) {
    for rule in &parsed.module.policy {
        walk_rule(rule, &mut |node| {
            if let Node::Expr(expr) = node
                && let Expr::Call { fcn, span, .. } = &**expr
                && Reference::of(fcn).is_some_and(|reference| reference.root == "print")
            {
                let line = u64::from(span.line);
                problems.push(PolicyError::new(&parsed.file, line, "`print` is for looking into a test: remove it"));
            }
            true
        });
    }
}

/// The names after a dot that a module's rules mention.
fn members(parsed: &ParsedModule) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for rule in &parsed.module.policy {
        each_reference(rule, &mut |reference| {
            names.extend(reference.steps.iter().filter_map(|step| match step {
                Step::Name(name) => Some(*name),
                Step::Any => None,
            }));
        });
    }
    names
}
