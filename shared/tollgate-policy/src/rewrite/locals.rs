//! Names of `every`, `some … in` and `some`, where the engine takes them otherwise than OPA.
//!
//! - The engine does not count what `every` binds as bound, and iterates over a reference that has it in brackets.
//!   `every v in l { body }` becomes `every w in l { v := w; body }`.
//! - A name of `some … in` that something else around it has, too, is refused by the engine: it is bound behind it.
//! - `some` is declared again for each element of a loop that is in front of it: it moves to the beginning.
//! - What is no collection has no elements, and is no error.

use std::collections::BTreeSet;

use regorus::unstable::{Expr, Literal, LiteralStmt, Query, Ref, Span};

use super::{Bytes, Rewriter, scope::Bound};
use crate::{
    reference::{bound, text},
    syntax::{Node, walk_query},
};

impl<'a> Rewriter<'a> {
    /// Names that are bound under another name, and from that one behind it.
    pub(super) fn renamed(&mut self, spans: impl IntoIterator<Item = &'a Span>) -> String {
        let mut assigned = String::new();
        for span in spans.into_iter().filter(|span| span.text() != "_") {
            let name = self.name();
            self.replace(self.tokens.exact(span), &name);
            assigned.push_str(&format!("{} := {name}; ", span.text()));
        }
        assigned
    }

    pub(super) fn every(
        &mut self,
        names: impl IntoIterator<Item = &'a Span> + Clone,
        query: &'a Query,
        bound: &Bound<'a>,
    ) {
        let within = bound.with(names.clone().into_iter().map(Span::text));
        let keys = keys(query);
        let assigned = self.renamed(names.into_iter().filter(|span| keys.contains(span.text())));
        let start = self.inside(query).0;
        self.edits.insert(start, format!(" {}", assigned));
        self.query(query, &within);
    }

    pub(super) fn some_in(
        &mut self,
        statement: &'a LiteralStmt,
        patterns: &[&'a Ref<Expr>],
        collection: &'a Ref<Expr>,
        bound: &Bound<'a>,
    ) {
        let shadowing = self.shadowing(patterns, bound);
        let mut assigned = self.renamed(shadowing);
        let is_one = matches!(
            **collection,
            Expr::ArrayCompr { .. }
                | Expr::SetCompr { .. }
                | Expr::ObjectCompr { .. }
                | Expr::Array { .. }
                | Expr::Set { .. }
                | Expr::Object { .. }
        );
        let place = self.tokens.extent(collection);
        if !is_one {
            self.edits.insert(place.start, "__elements(");
        }
        self.expr(collection, bound);
        if !is_one {
            self.edits.insert(place.end, ")");
        }
        if !assigned.is_empty() {
            assigned.truncate(assigned.trim_end_matches("; ").len());
            self.edits.insert(self.tokens.exact(&statement.span).end.max(place.end), format!("; {assigned}"));
        }
    }

    /// The names in patterns that mean something else around them.
    pub(super) fn shadowing(&self, patterns: &[&'a Ref<Expr>], bound: &Bound<'a>) -> Vec<&'a Span> {
        let mut spans = Vec::new();
        patterns.iter().for_each(|pattern| variables(pattern, &mut spans));
        spans.retain(|span| self.globals.contains(span.text()) || bound.is_around(span.text()));
        spans
    }

    /// Takes every `some` that only declares to the beginning of its query.
    pub(super) fn declarations(&mut self, query: &'a Query) {
        let mut names = Vec::new();
        for statement in query.stmts.iter().skip(1) {
            let Literal::SomeVars { vars, .. } = &statement.literal else { continue };
            let place = self.tokens.exact(&statement.span);
            let before =
                query.stmts.first().map_or(place.start, |first| self.tokens.exact(&first.span).start)..place.start;
            // What is used above its declaration is refused by both.
            if vars.iter().any(|span| self.tokens.mention(&before, span.text())) {
                continue;
            }
            names.extend(vars.iter().map(Span::text));
            let place = self.with_separator(place);
            self.replace(place, "");
        }
        if let (false, Some(first)) = (names.is_empty(), query.stmts.first()) {
            let start = self.tokens.exact(&first.span).start;
            self.edits.insert(start, format!("some {}; ", names.join(", ")));
        }
    }

    /// A statement with a `;` that is beside it.
    fn with_separator(&self, place: Bytes) -> Bytes {
        let is_separator = |token: &Bytes| self.tokens.slice(token) == ";";
        if let Some(after) = self.tokens.after(place.end).filter(is_separator) {
            return place.start..after.end;
        }
        match self.tokens.before(place.start).filter(is_separator) {
            Some(before) => before.start..place.end,
            None => place,
        }
    }
}

/// The names that stand in brackets behind something, at any depth of a query.
fn keys(query: &Query) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    walk_query(query, &mut |node| {
        if let Node::Expr(expr) = node
            && let Expr::RefBrack { index, .. } = &**expr
        {
            bound(index, &mut names);
        }
        true
    });
    names
}

/// The names of a pattern, where they stand.
fn variables<'a>(pattern: &'a Ref<Expr>, spans: &mut Vec<&'a Span>) {
    match &**pattern {
        Expr::Var { span, value, .. } if text(value).is_some_and(|name| name != "_") => spans.push(span),
        Expr::Array { items, .. } => items.iter().for_each(|item| variables(item, spans)),
        _ => {}
    }
}
