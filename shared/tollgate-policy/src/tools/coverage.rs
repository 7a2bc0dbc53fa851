//! Which lines of rules and shared functions the tests have evaluated.

use std::collections::{BTreeMap, BTreeSet};

use regorus::{Engine, unstable::Expr};
use serde::Serialize;

use super::suite::Suite;
use crate::{
    module_path::Role,
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

/// Lines evaluated so far, by file.
#[derive(Debug, Default)]
pub(super) struct Coverage(BTreeMap<String, BTreeSet<u32>>);

impl Coverage {
    /// Adds what an engine has evaluated; gives the lines of one file.
    pub(super) fn add(&mut self, engine: &Engine, of_interest: &str) -> BTreeSet<u32> {
        let mut lines = BTreeSet::new();
        for file in engine.get_coverage_report().map(|report| report.files).unwrap_or_default() {
            if file.path == of_interest {
                lines.clone_from(&file.covered);
            }
            self.0.entry(file.path).or_default().extend(file.covered);
        }
        lines
    }

    /// Holds it against what there is to evaluate, tests aside.
    pub(super) fn report(&self, suite: &Suite) -> Vec<FileCoverage> {
        let modules = suite.modules.iter().filter(|parsed| {
            parsed.place.role != Role::Test && !parsed.place.package.iter().any(|name| name == "testing")
        });
        modules
            .map(|parsed| {
                let mut lines = BTreeSet::new();
                for rule in &parsed.module.policy {
                    walk_rule(rule, &mut |node| {
                        lines.extend(line(&node));
                        true
                    });
                }
                let covered = self.0.get(&parsed.file);
                let is_covered = |line: &u32| covered.is_some_and(|covered| covered.contains(line));
                let uncovered = lines.iter().filter(|line| !is_covered(line)).copied().collect();
                FileCoverage { file: parsed.file.clone(), lines: lines.len(), uncovered }
            })
            .collect()
    }
}

/// The line of what is evaluated. Names and literals are left out: the engine takes many of them without
/// evaluating anything, and they stand within something that counts.
fn line(node: &Node<'_>) -> Option<u32> {
    match node {
        Node::Statement(statement) => match &statement.literal {
            regorus::unstable::Literal::Expr { expr, .. } | regorus::unstable::Literal::NotExpr { expr, .. } => {
                Some(expr.span().line)
            }
            regorus::unstable::Literal::SomeIn { collection, .. } => Some(collection.span().line),
            regorus::unstable::Literal::Every { domain, .. } => Some(domain.span().line),
            regorus::unstable::Literal::SomeVars { .. } => None,
        },
        Node::Expr(expr) => match &***expr {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. }
            | Expr::Var { .. } => None,
            other => Some(other.span().line),
        },
    }
}
