//! Heads of rules and values of `else`: evaluated in a comprehension over the body.

use regorus::unstable::{Expr, LiteralStmt, Query, Ref, Rule, RuleBody, RuleHead};

use super::{Rewriter, scope::Bound};

/// What stands in the place of a head's terms, around them and behind the body.
struct Wrap {
    open: String,
    close: &'static str,
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
        let (terms, between) = terms(head);
        self.valued(&terms, between, bodies.first(), &bound, (is_function, goes_on(1)));
        for (at, body) in bodies.iter().enumerate().skip(1) {
            let terms: Vec<_> = body.assign.iter().map(|assign| &assign.value).collect();
            self.valued(&terms, "", Some(body), &bound, (is_function, goes_on(at.saturating_add(1))));
        }
    }

    /// A value, a key or both, and the body that they belong to.
    fn valued(
        &mut self,
        terms: &[&'a Ref<Expr>],
        between: &str,
        body: Option<&'a RuleBody>,
        bound: &Bound<'a>,
        (is_function, goes_on): (bool, bool),
    ) {
        let query = body.map(|body| &*body.query).filter(|query| !query.stmts.is_empty());
        let within = query.map_or_else(|| bound.clone(), |query| bound.within(query));
        let iterates = terms.iter().any(|term| within.iterates(term, &self.globals));
        // Where there is one value and nothing behind it, nothing can be lost.
        let matters = goes_on || query.is_some() && !is_function;
        let wrap = iterates || matters && !terms.iter().all(|term| within.is_defined(term));
        let places: Vec<_> = terms.iter().map(|term| self.tokens.extent(term)).collect();
        let (Some(first), Some(last), true) = (places.first(), places.last(), wrap) else {
            terms.iter().for_each(|term| self.expr(term, &within));
            return query.into_iter().for_each(|query| self.body(query, bound));
        };
        let wrap = self.wrap(terms.len(), between, iterates);
        self.edits.insert(first.start, wrap.open);
        if let [key, value] = places.as_slice() {
            self.replace(key.end..value.start, ", ");
        }
        terms.iter().for_each(|term| self.expr(term, &within));
        let Some(query) = query else {
            return self.edits.insert(last.end, format!("{} | true]{} }}", wrap.close, wrap.behind));
        };
        let (start, end, braces) = self.inside(query);
        self.edits.replace_before_lines(self.tokens.text, last.end..start, &format!("{} | ", wrap.close));
        self.query(query, bound);
        self.edits.insert(end, format!("]{}{}", wrap.behind, if braces { " " } else { " }" }));
    }

    fn wrap(&mut self, terms: usize, between: &str, iterates: bool) -> Wrap {
        let names: Vec<_> = (0..terms).map(|_| self.name()).collect();
        let (open, close) = if terms > 1 { ("[", "]") } else { ("(", ")") };
        let pattern = if terms > 1 { format!("[{}]", names.join(", ")) } else { names.concat() };
        let head = if terms > 1 { names.join(between) } else { format!("{pattern}{between}") };
        if !iterates {
            return Wrap { open: format!("{head} if {{ some {pattern} in [{open}"), close, behind: String::new() };
        }
        let (all, one) = (self.name(), self.name());
        Wrap {
            open: format!("{head} if {{ some {all} in [[{one} | {one} := {open}"),
            close: if terms > 1 { "]]" } else { ")]" },
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
        !self.hoisted(statement, bound).is_empty()
    }

    /// Where a body's statements begin and end, and whether braces are around them.
    fn inside(&self, query: &Query) -> (usize, usize, bool) {
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

/// What is evaluated in a head, and what stands between key and value.
fn terms(head: &RuleHead) -> (Vec<&Ref<Expr>>, &'static str) {
    match head {
        RuleHead::Compr { refr, assign: Some(assign), .. } => match key(refr) {
            Some(key) => (vec![key, &assign.value], "] := "),
            None => (vec![&assign.value], ""),
        },
        RuleHead::Compr { refr, assign: None, .. } => (key(refr).into_iter().collect(), "]"),
        RuleHead::Set { refr, key: Some(member), .. } => match key(refr) {
            Some(key) => (vec![key, member], "] contains "),
            None => (vec![member], ""),
        },
        RuleHead::Set { key: None, .. } => (Vec::new(), ""),
        RuleHead::Func { assign, .. } => (assign.iter().map(|assign| &assign.value).collect(), ""),
    }
}

/// The key of `name[key]`, where it is more than a literal.
fn key(refr: &Expr) -> Option<&Ref<Expr>> {
    match refr {
        Expr::RefBrack { index, .. } => Some(index),
        _ => None,
    }
}
