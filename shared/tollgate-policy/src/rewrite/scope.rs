//! Which names are bound, so that what they stand for is never undefined.

use std::collections::BTreeSet;

use regorus::unstable::{AssignOp, Expr, Literal, Query, Ref};

use super::each_part;
use crate::reference::{bound, text};

/// Names that have a value wherever a query is: arguments, and what its statements and those around it bind.
#[derive(Debug, Clone, Default)]
pub(super) struct Bound<'a> {
    names: BTreeSet<&'a str>,
    /// Those of the queries around this one, and arguments.
    around: BTreeSet<&'a str>,
}

impl<'a> Bound<'a> {
    pub(super) fn with(&self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: BTreeSet<_> = self.names.iter().copied().chain(names).collect();
        Self { around: names.clone(), names }
    }

    /// The names of patterns, such as arguments, besides.
    pub(super) fn with_patterns(&self, patterns: &'a [Ref<Expr>]) -> Self {
        let mut names = self.names.clone();
        patterns.iter().for_each(|pattern| bound(pattern, &mut names));
        Self { around: names.clone(), names }
    }

    /// What is bound behind all statements of a query.
    pub(super) fn within(&self, query: &'a Query) -> Self {
        let mut names = self.names.clone();
        for statement in &query.stmts {
            match &statement.literal {
                Literal::SomeVars { vars, .. } => names.extend(vars.iter().map(|span| span.text())),
                Literal::SomeIn { key, value, .. } => {
                    key.iter().chain([value]).for_each(|pattern| bound(pattern, &mut names));
                }
                Literal::Expr { expr, .. } => {
                    if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = &**expr {
                        bound(lhs, &mut names);
                    }
                }
                Literal::NotExpr { .. } | Literal::Every { .. } => {}
            }
        }
        Self { names, around: self.names.clone() }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether something around the query has the name.
    pub(super) fn is_around(&self, name: &str) -> bool {
        self.around.contains(name)
    }

    /// Whether an expression has a value whatever the facts are.
    pub(super) fn is_defined(&self, expr: &Expr) -> bool {
        match expr {
            Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. }
            | Expr::ArrayCompr { .. }
            | Expr::SetCompr { .. }
            | Expr::ObjectCompr { .. } => true,
            Expr::Var { value, .. } => text(value).is_some_and(|name| self.has(name)),
            Expr::Array { .. } | Expr::Set { .. } | Expr::Object { .. } | Expr::UnaryExpr { .. } => {
                let mut defined = true;
                each_part(expr, &mut |part| defined = defined && self.is_defined(part));
                defined
            }
            _ => false,
        }
    }

    /// Whether evaluating it iterates: over `_`, or over a name that nothing has bound.
    pub(super) fn iterates(&self, expr: &Expr, globals: &BTreeSet<&str>) -> bool {
        let mut iterates = false;
        if let Expr::RefBrack { index, .. } = expr {
            iterates = self.has_free(index, globals);
        }
        each_part(expr, &mut |part| iterates = iterates || self.iterates(part, globals));
        iterates
    }

    fn has_free(&self, index: &Expr, globals: &BTreeSet<&str>) -> bool {
        match index {
            Expr::Var { value, .. } => {
                text(value).is_some_and(|name| name == "_" || !self.has(name) && !globals.contains(name))
            }
            Expr::Array { items, .. } => items.iter().any(|item| self.has_free(item, globals)),
            _ => false,
        }
    }
}
