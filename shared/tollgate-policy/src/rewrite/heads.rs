//! Heads of rules and values of `else`: evaluated in a comprehension over the body.

use regorus::unstable::{Expr, Literal, LiteralStmt, Query, Ref, Rule, RuleBody, RuleHead};

use super::{Rewriter, SEEN, scope::Bound, tokens::Bytes};

/// What is evaluated in a head or an `else`: a value, a key, or both.
#[derive(Default)]
struct Head<'a> {
    terms: Vec<&'a Ref<Expr>>,
    /// What stands between key and value, or behind a key alone.
    between: &'static str,
    is_map: bool,
    /// `.field` of `name.field`, and the key that it is.
    field: Option<(Bytes, String)>,
    is_function: bool,
    /// Whether an `else` follows.
    goes_on: bool,
}

/// What stands in the place of a head's terms, around them and behind the body.
struct Wrap {
    open: String,
    close: String,
    behind: String,
}

impl<'a> Rewriter<'a> {
    pub(super) fn rule(&mut self, rule: &'a Rule) {
        let Rule::Spec { head, bodies, .. } = rule else { return };
        let bound = match head {
            RuleHead::Func { args, .. } => Bound::default().with_patterns(args),
            RuleHead::Compr { .. } | RuleHead::Set { .. } => Bound::default(),
        };
        let is_function = matches!(head, RuleHead::Func { .. });
        let goes_on = |next: usize| bodies.get(next).is_some_and(|body| body.is_else);
        let mut first = Head { is_function, goes_on: goes_on(1), ..Head::of(head) };
        if let RuleHead::Compr { refr, .. } = head {
            first.field = self.field(refr);
        }
        self.valued(&first, bodies.first(), &bound);
        for (at, body) in bodies.iter().enumerate().skip(1) {
            let terms = body.assign.iter().map(|assign| &assign.value).collect();
            let goes_on = goes_on(at.saturating_add(1));
            self.valued(&Head { terms, is_function, goes_on, ..Head::default() }, Some(body), &bound);
        }
    }

    /// The `.field` of `name.field`, and the key that it is.
    fn field(&self, refr: &'a Expr) -> Option<(Bytes, String)> {
        match refr {
            Expr::RefDot { refr, field: (span, _), .. } => {
                Some((self.tokens.exact(refr.span()).end..self.tokens.exact(span).end, format!("\"{}\"", span.text())))
            }
            _ => None,
        }
    }

    fn valued(&mut self, head: &Head<'a>, body: Option<&'a RuleBody>, bound: &Bound<'a>) {
        let query = body.map(|body| &*body.query).filter(|query| !query.stmts.is_empty());
        let within = query.map_or_else(|| bound.clone(), |query| bound.within(query));
        let iterates = head.terms.iter().any(|term| within.iterates(term, &self.globals));
        let undefined = || !head.terms.iter().all(|term| within.is_defined(term));
        // Where there is one value and nothing behind it, nothing can be lost.
        let matters = head.goes_on || query.is_some() && !head.is_function;
        if !(iterates || head.has_fixed_key() || matters && undefined()) {
            head.terms.iter().for_each(|term| self.expr(term, &within));
            if let (true, Some(_), None, Some(value)) = (self.covering, body, query, head.terms.last()) {
                // The engine's report leaves out the value of an `else` without a condition.
                self.edits.insert(self.tokens.extent(value).end, " if true");
            }
            return query.into_iter().for_each(|query| self.body(query, bound));
        }
        let places: Vec<_> = head.terms.iter().map(|term| self.tokens.extent(term)).collect();
        let Wrap { mut open, mut close, behind } = self.wrap(head, iterates);
        if let (true, Some(first), Some(last)) = (self.covering, places.first(), places.last()) {
            let lines = |bytes: Bytes| self.tokens.slice(&bytes).matches('\n').count();
            let (line, more) = (lines(0..first.start).saturating_add(1), lines(first.start..last.end));
            let bracket = open.pop().unwrap_or_default();
            open.push_str(&format!("{SEEN}({:?}, {line}, {more}, {bracket}", self.file));
            close.insert(1, ')');
        }
        let end = places.last().or(head.field.as_ref().map(|(field, _)| field)).map_or(0, |place| place.end);
        match (&head.field, places.first()) {
            (Some((field, key)), Some(value)) => self.replace(field.start..value.start, &format!("[{open}{key}, ")),
            (Some((field, key)), None) => self.replace(field.clone(), &format!("[{open}{key}, true")),
            (None, Some(first)) => self.edits.insert(first.start, open),
            (None, None) => return,
        }
        if let [key, value] = places.as_slice() {
            self.replace(key.end..value.start, ", ");
        }
        head.terms.iter().for_each(|term| self.expr(term, &within));
        let Some(query) = query else {
            return self.edits.insert(end, format!("{close} | true]{behind} }}"));
        };
        let (start, stop, braces) = self.inside(query);
        self.edits.replace_before_lines(self.tokens.text, end..start, &format!("{close} | "));
        self.query(query, bound);
        self.edits.insert(stop, format!("]{behind}{}", if braces { " " } else { " }" }));
    }

    fn wrap(&mut self, head: &Head<'_>, iterates: bool) -> Wrap {
        let terms = if head.field.is_some() { 2 } else { head.terms.len() };
        let between = if head.field.is_some() { "] := " } else { head.between };
        let names: Vec<_> = (0..terms).map(|_| self.name()).collect();
        let (open, close) = if terms > 1 { ("[", "]") } else { ("(", ")") };
        let close = close.to_owned();
        let pattern = if terms > 1 { format!("[{}]", names.join(", ")) } else { names.concat() };
        let name = if terms > 1 { names.join(between) } else { format!("{pattern}{between}") };
        if !iterates {
            return Wrap { open: format!("{name} if {{ some {pattern} in [{open}"), close, behind: String::new() };
        }
        let (all, one) = (self.name(), self.name());
        Wrap {
            open: format!("{name} if {{ some {all} in [[{one} | {one} := {open}"),
            close: close + "]",
            behind: format!("; some {pattern} in {all}"),
        }
    }

    /// A body that stays as it is but for what is in it.
    fn body(&mut self, query: &'a Query, bound: &Bound<'a>) {
        let (start, end, braces) = self.inside(query);
        let within = bound.within(query);
        let grows = !braces && query.stmts.first().is_some_and(|statement| self.grows(statement, &within));
        if grows {
            self.edits.insert(start, "{ ");
        }
        self.query(query, bound);
        if grows {
            self.edits.insert(end, " }");
        }
    }

    fn grows(&self, statement: &'a LiteralStmt, bound: &Bound<'a>) -> bool {
        let shadows = match &statement.literal {
            Literal::SomeIn { key, value, .. } => {
                let patterns: Vec<_> = key.iter().chain([value]).collect();
                !self.shadowing(&patterns, bound).is_empty()
            }
            _ => false,
        };
        shadows || !self.hoisted(statement, bound).is_empty()
    }

    /// Where a body's statements begin and end, and whether braces are around them.
    pub(super) fn inside(&self, query: &Query) -> (usize, usize, bool) {
        let whole = self.tokens.exact(&query.span);
        let first = query.stmts.first().map_or(whole.clone(), |statement| self.tokens.exact(&statement.span));
        let last = query.stmts.last().map_or(whole.clone(), |statement| self.tokens.exact(&statement.span));
        if whole.start < first.start {
            (whole.start.saturating_add(1), whole.end.saturating_sub(1), true)
        } else {
            (first.start, last.end, false)
        }
    }
}

impl<'a> Head<'a> {
    fn of(head: &'a RuleHead) -> Self {
        let (terms, between) = match head {
            RuleHead::Compr { refr, assign: Some(assign), .. } => match key(refr) {
                Some(key) => (vec![key, &assign.value], "] := "),
                None => (vec![&assign.value], ""),
            },
            RuleHead::Compr { refr, assign: None, .. } => (key(refr).into_iter().collect(), "]"),
            RuleHead::Set { key, .. } => (key.iter().collect(), ""),
            RuleHead::Func { assign, .. } => (assign.iter().map(|assign| &assign.value).collect(), ""),
        };
        Self { terms, between, is_map: matches!(head, RuleHead::Compr { .. }), ..Self::default() }
    }

    /// `name.field` and `name["field"]`, which the engine takes for rules of their own.
    fn has_fixed_key(&self) -> bool {
        let is_literal = self.terms.first().is_some_and(|term| matches!(***term, Expr::String { .. }));
        self.field.is_some() || self.is_map && !self.between.is_empty() && is_literal
    }
}

/// The key of `name[key]`.
fn key(refr: &Expr) -> Option<&Ref<Expr>> {
    match refr {
        Expr::RefBrack { index, .. } => Some(index),
        _ => None,
    }
}
