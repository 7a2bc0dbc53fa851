//! Names that nothing gives a value: under `not`, behind `some` or `every`, in a head. OPA refuses these as unsafe or
//! unused, where the engine takes them for any value or for none.

use std::collections::BTreeSet;

use regorus::unstable::{Expr, Literal, LiteralStmt, Query, Ref, Rule, RuleHead, Span};

use super::{Package, at_span};
use crate::{PolicyError, reference::text, rewrite::each_part, suggest::did_you_mean};

type Names<'a> = BTreeSet<&'a str>;

pub(super) fn check(package: &Package<'_>, errors: &mut Vec<PolicyError>) {
    let mut globals: Names<'_> = package.rules.keys().chain(package.imports.keys()).copied().collect();
    globals.extend(["input", "data"]);
    let mut scan = Scan { package, globals, errors };
    package.parsed.module.policy.iter().for_each(|rule| scan.rule(rule));
}

struct Scan<'a, 'e> {
    package: &'e Package<'a>,
    globals: Names<'a>,
    errors: &'e mut Vec<PolicyError>,
}

impl<'a> Scan<'a, '_> {
    fn refuse(&mut self, span: &Span, message: impl Into<String>) {
        self.errors.push(at_span(self.package, span, message));
    }

    fn rule(&mut self, rule: &'a Rule) {
        let Rule::Spec { head, bodies, .. } = rule else { return };
        let mut arguments = Names::new();
        let mut terms: Vec<&Ref<Expr>> = match head {
            RuleHead::Compr { refr, assign, .. } => index(refr).chain(assign.iter().map(|a| &a.value)).collect(),
            RuleHead::Set { refr, key, .. } => index(refr).chain(key).collect(),
            RuleHead::Func { args, assign, .. } => {
                args.iter().for_each(|argument| names(argument, &mut |name, _| arguments.extend([name])));
                assign.iter().map(|assign| &assign.value).collect()
            }
        };
        for body in bodies {
            terms.extend(body.assign.iter().map(|assign| &assign.value));
            let bound = self.query(&body.query, &arguments);
            self.outputs(&std::mem::take(&mut terms), bound);
        }
        self.outputs(&terms, arguments);
    }

    /// Looks through a query; gives the names that have a value behind it.
    fn query(&mut self, query: &'a Query, outer: &Names<'a>) -> Names<'a> {
        let mut bound = outer.clone();
        for statement in &query.stmts {
            each_positive(statement, &mut |expr| names(expr, &mut |name, _| bound.extend([name])));
        }
        query.stmts.iter().for_each(|statement| self.statement(statement, &bound));
        bound
    }

    fn statement(&mut self, statement: &'a LiteralStmt, bound: &Names<'a>) {
        each_positive(statement, &mut |expr| self.nested(expr, bound));
        match &statement.literal {
            Literal::SomeVars { vars, .. } => {
                for span in vars.iter().filter(|span| !bound.contains(span.text())) {
                    let name = span.text();
                    self.refuse(span, format!("nothing gives `{name}` a value: use it in a condition without `not`"));
                }
            }
            Literal::NotExpr { expr, .. } => {
                if let Expr::AssignExpr { span, .. } = &**expr {
                    let message = "under `not` nothing can be given a value: compare with `==`";
                    return self.refuse(span, message);
                }
                self.term(expr, bound);
            }
            Literal::Every { key, value, query, .. } => {
                let mut within = bound.clone();
                within.extend(key.iter().chain([value]).map(|span| span.text()));
                self.query(query, &within);
                let mut used = Names::new();
                everything(query, &mut used);
                for span in key.iter().chain([value]).filter(|span| span.text() != "_" && !used.contains(span.text())) {
                    let name = span.text();
                    self.refuse(span, format!("nothing in this `every` uses `{name}`: use it, or write `_`"));
                }
            }
            Literal::Expr { .. } | Literal::SomeIn { .. } => {}
        }
    }

    /// Expressions that may iterate over what they refer to, with `_` or a name in brackets.
    fn outputs(&mut self, terms: &[&'a Ref<Expr>], mut bound: Names<'a>) {
        terms.iter().for_each(|term| indices(term, &mut |index| names(index, &mut |name, _| bound.extend([name]))));
        terms.iter().for_each(|term| self.term(term, &bound));
    }

    /// An expression in which every name must have a value already.
    fn term(&mut self, term: &'a Ref<Expr>, bound: &Names<'a>) {
        let mut unknown = Vec::new();
        names(term, &mut |name, span| {
            if !bound.contains(name) && !self.globals.contains(name) {
                unknown.push((name, span));
            }
        });
        for (name, span) in unknown {
            let hint = did_you_mean(name, bound.iter().chain(&self.globals).copied());
            let message = match hint {
                _ if name == "_" => {
                    "`_` has no value here: write a helper that iterates, `some_late if input.l[_] == …`, and `not \
                     some_late`"
                        .to_owned()
                }
                hint if hint.is_empty() => format!("nothing gives `{name}` a value: bind it in a condition"),
                hint => format!("nothing gives `{name}` a value{hint}"),
            };
            self.refuse(span, message);
        }
        self.nested(term, bound);
    }

    fn iterates(&self, term: &'a Ref<Expr>, bound: &Names<'a>) -> bool {
        let mut free = false;
        indices(term, &mut |index| {
            names(index, &mut |name, _| free = free || !bound.contains(name) && !self.globals.contains(name));
        });
        free
    }

    /// The queries of comprehensions in an expression.
    fn nested(&mut self, expr: &'a Ref<Expr>, bound: &Names<'a>) {
        match &**expr {
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                let within = self.query(query, bound);
                self.outputs(&[term], within);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                let within = self.query(query, bound);
                for term in [key, value] {
                    if self.iterates(term, &within) {
                        let message = "this iterates where a field is made: write `some entry in …` behind the bar, and \
                                       use the entry here";
                        self.refuse(term.span(), message);
                    }
                }
                self.outputs(&[key, value], within);
            }
            _ => each_part(expr, &mut |part| self.nested(part, bound)),
        }
    }
}

fn index(refr: &Expr) -> impl Iterator<Item = &Ref<Expr>> {
    match refr {
        Expr::RefBrack { index, .. } => Some(index),
        _ => None,
    }
    .into_iter()
}

/// The expressions of a statement that can give names a value.
fn each_positive<'a>(statement: &'a LiteralStmt, visit: &mut dyn FnMut(&'a Ref<Expr>)) {
    match &statement.literal {
        Literal::Expr { expr, .. } => visit(expr),
        Literal::SomeIn { key, value, collection, .. } => key.iter().chain([value, collection]).for_each(&mut *visit),
        Literal::Every { domain, .. } => visit(domain),
        Literal::SomeVars { .. } | Literal::NotExpr { .. } => {}
    }
    statement.with_mods.iter().for_each(|modifier| visit(&modifier.r#as));
}

/// The names in an expression, but for those in comprehensions.
fn names<'a>(expr: &'a Ref<Expr>, visit: &mut dyn FnMut(&'a str, &'a Span)) {
    if let Expr::Var { value, span, .. } = &**expr {
        text(value).into_iter().for_each(|name| visit(name, span));
    }
    each_part(expr, &mut |part| names(part, visit));
}

/// What stands in brackets.
fn indices<'a>(expr: &'a Ref<Expr>, visit: &mut dyn FnMut(&'a Ref<Expr>)) {
    if let Expr::RefBrack { index, .. } = &**expr {
        visit(index);
    }
    each_part(expr, &mut |part| indices(part, visit));
}

/// All names in a query, at any depth.
fn everything<'a>(query: &'a Query, used: &mut Names<'a>) {
    crate::syntax::walk_query(query, &mut |node| {
        if let crate::syntax::Node::Expr(expr) = node
            && let Expr::Var { value, .. } = &**expr
        {
            used.extend(text(value));
        }
        true
    });
}
