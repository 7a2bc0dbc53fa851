//! Which lines of rules and shared functions the tests have evaluated.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use regorus::{
    Engine, Value,
    unstable::{Expr, Rule, RuleHead},
};
use serde::Serialize;

use super::suite::Suite;
use crate::{
    PolicyError,
    check::SETS,
    module_path::Role,
    modules::ParsedModule,
    reference::head_name,
    rewrite::{Edits, SEEN},
    syntax::{Node, walk_head_value, walk_rule},
};

/// How much of a file the tests evaluate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileCoverage {
    /// The file, relative to the policies' folder.
    pub file: String,
    /// Lines with something to evaluate.
    pub lines: usize,
    /// Those of them that no test has evaluated.
    pub uncovered: Vec<u32>,
}

/// Lines of each file: evaluated so far, and all that there are to evaluate.
#[derive(Debug, Default)]
pub(super) struct Coverage(BTreeMap<String, (BTreeSet<u32>, BTreeSet<u32>)>);

/// The lines that were noted by [`SEEN`], by file: what the engine's report leaves out.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(Arc<Mutex<BTreeMap<String, BTreeSet<u32>>>>);

impl Seen {
    /// Has the engine and its clones note lines here.
    pub(super) fn watch(&self, engine: &mut Engine) -> Result<(), String> {
        let seen = self.clone();
        let note = move |arguments: Vec<Value>| Ok(seen.note(arguments));
        engine.add_extension(SEEN.to_owned(), 4, Box::new(note)).map_err(|error| error.to_string())
    }

    fn note(&self, arguments: Vec<Value>) -> Value {
        let Ok([file, first, more, value]) = <[Value; 4]>::try_from(arguments) else { return Value::Undefined };
        if let (Ok(file), Ok(first), Ok(more)) = (file.as_string(), first.as_u32(), more.as_u32()) {
            let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            lines.entry(file.to_string()).or_default().extend(first..=first.saturating_add(more));
        }
        value
    }

    fn take(&self) -> BTreeMap<String, BTreeSet<u32>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Coverage {
    /// Adds what an engine has evaluated; gives the lines of one file.
    pub(super) fn add(&mut self, engine: &Engine, seen: &Seen, of_interest: &str) -> BTreeSet<u32> {
        let seen = seen.take();
        let mut lines = seen.get(of_interest).cloned().unwrap_or_default();
        for (file, seen) in seen {
            self.0.entry(file).or_default().0.extend(seen);
        }
        for file in engine.get_coverage_report().map(|report| report.files).unwrap_or_default() {
            if file.path == of_interest {
                lines.extend(&file.covered);
            }
            let (covered, all) = self.0.entry(file.path).or_default();
            all.extend(file.covered.iter().chain(&file.not_covered));
            covered.extend(file.covered);
        }
        lines
    }

    /// What there is to evaluate outside of tests, and what of it no test has evaluated.
    pub(super) fn report(&self, suite: &Suite) -> Vec<FileCoverage> {
        let modules = suite.modules.iter().filter(|parsed| is_covered(parsed));
        modules
            .map(|parsed| {
                let (covered, all) = self.0.get(&parsed.file).cloned().unwrap_or_default();
                // The engine knows no lines of a file that it never came to.
                let all = if all.is_empty() { lines(parsed) } else { &all | &head_lines(parsed) };
                let uncovered = all.difference(&covered).copied().collect();
                FileCoverage { file: parsed.file.clone(), lines: all.len(), uncovered }
            })
            .collect()
    }
}

impl Coverage {
    /// The sets of which no definition was ever reached.
    pub(super) fn never_found(&self, suite: &Suite) -> Vec<PolicyError> {
        let mut never = Vec::new();
        for parsed in suite.modules.iter().filter(|parsed| matches!(parsed.place.role, Role::Rule { .. })) {
            let (covered, _) = self.0.get(&parsed.file).cloned().unwrap_or_default();
            for (set, _) in SETS {
                let heads = parsed.module.policy.iter().filter(|rule| head_name(rule) == Some(set));
                let lines: Vec<u32> = heads.filter_map(|rule| element_line(rule)).collect();
                if let Some(first) = lines.first().filter(|_| lines.iter().all(|line| !covered.contains(line))) {
                    let message = format!(
                        "no test sees `{set}` find anything: add one in which it does, and compare what it found"
                    );
                    never.push(PolicyError::new(&parsed.file, u64::from(*first), message));
                }
            }
        }
        never
    }
}

/// The line of what a definition adds to its set.
fn element_line(rule: &Rule) -> Option<u32> {
    match rule {
        Rule::Spec { head: RuleHead::Set { key: Some(key), .. }, .. } => Some(key.span().line),
        _ => None,
    }
}

/// Rules and what they share, not tests and what only tests import.
fn is_covered(parsed: &ParsedModule) -> bool {
    parsed.place.role != Role::Test && !parsed.file.starts_with("lib/testing/")
}

/// The lines of values in heads, which the engine's report has no more when they are rewritten.
fn head_lines(parsed: &ParsedModule) -> BTreeSet<u32> {
    let mut lines = BTreeSet::new();
    for rule in &parsed.module.policy {
        walk_head_value(rule, &mut |node| {
            if let Node::Expr(expr) = node {
                lines.insert(expr.span().line);
            }
            true
        });
    }
    lines
}

fn lines(parsed: &ParsedModule) -> BTreeSet<u32> {
    let mut lines = BTreeSet::new();
    for rule in &parsed.module.policy {
        walk_rule(rule, &mut |node| {
            if let Node::Expr(expr) = node {
                lines.insert(expr.span().line);
            }
            true
        });
    }
    lines
}

/// The engine's report leaves out the first line of a comprehension, so a condition that always holds is put there;
/// lines stay the same.
pub(super) fn instrument(parsed: &ParsedModule, edits: &mut Edits) {
    for rule in &parsed.module.policy {
        walk_rule(rule, &mut |node| {
            if let Node::Expr(expr) = node
                && let Expr::ArrayCompr { query, .. } | Expr::SetCompr { query, .. } | Expr::ObjectCompr { query, .. } =
                    &**expr
            {
                // A body begins at its bar.
                let bar = usize::try_from(query.span.start).unwrap_or(usize::MAX);
                edits.insert(bar.saturating_add(1), " true;");
            }
            true
        });
    }
}
