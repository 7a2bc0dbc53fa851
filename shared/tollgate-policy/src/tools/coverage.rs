//! Which lines of rules and shared functions the tests have evaluated.

use std::collections::{BTreeMap, BTreeSet};

use regorus::{
    Engine,
    unstable::{Expr, Rule},
};
use serde::Serialize;

use super::suite::Suite;
use crate::{
    modules::ParsedModule,
    rewrite::Edits,
    syntax::{Node, walk_rule},
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

impl Coverage {
    /// Adds what an engine has evaluated; gives the lines of one file.
    pub(super) fn add(&mut self, engine: &Engine, of_interest: &str) -> BTreeSet<u32> {
        let mut lines = BTreeSet::new();
        for file in engine.get_coverage_report().map(|report| report.files).unwrap_or_default() {
            if file.path == of_interest {
                lines.clone_from(&file.covered);
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
                let all = if all.is_empty() { lines(parsed) } else { all };
                let uncovered = all.difference(&covered).copied().collect();
                FileCoverage { file: parsed.file.clone(), lines: all.len(), uncovered }
            })
            .collect()
    }
}

/// Rules and what they share, not tests and what only tests import.
fn is_covered(parsed: &ParsedModule) -> bool {
    parsed.place.role != crate::module_path::Role::Test && !parsed.file.starts_with("lib/testing/")
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

/// The engine's report leaves out values of `else` without a condition and the first line of a comprehension, so a
/// condition that always holds is put there; lines stay the same.
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
