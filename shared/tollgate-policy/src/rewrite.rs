//! What the engine is given in the place of what an author wrote, where the engine by itself would mean something
//! else than OPA. Every line stays where it is, so that errors and coverage are about what the author sees.
//!
//! - A rule whose value is undefined in one iteration loses what it had collected, and an `else` behind a body that
//!   holds is not tried. A comprehension is right about both, so `s contains e.n if body` becomes
//!   `s contains v if { some v in [e.n | body] }`.
//! - Under `not` an undefined operand makes OPA's statement undefined, and the engine's true. `not f(input.a)`
//!   becomes `v := input.a; not f(v)`.
//! - Names that `every`, `some … in` and `some` bind are bound so that the engine sees it, once, and apart from others
//!   of the same name.
//! - A membership with something undefined is undefined, and not false or, in `k, v in o`, true. It becomes a call.

mod edits;
mod heads;
mod locals;
mod negation;
mod scope;
mod tokens;

use std::collections::BTreeSet;

use regorus::unstable::{Expr, Literal, LiteralStmt, Query, Ref, Rule, RuleHead};

pub(crate) use edits::Edits;
use scope::Bound;
use tokens::{Bytes, Tokens};

use crate::{
    check::regexes::as_in_re2,
    modules::ParsedModule,
    reference::{head_name, imports, text},
    syntax::{Node, walk_rule},
};

/// Names that begin like this are the loader's own.
pub(crate) const OWN_PREFIX: &str = "__";

/// The function that notes, with a file, a first line and how many follow it, that a value was evaluated.
pub(crate) const SEEN: &str = "__seen";

/// The changes that make the engine mean what OPA means. The engine's report of lines knows no terms of
/// comprehensions, so with `covering` these are noted by [`SEEN`].
pub(crate) fn edits(parsed: &ParsedModule, text: &str, covering: bool) -> Edits {
    let mut tokens = Tokens::of(text);
    for rule in &parsed.module.policy {
        register_calls(rule, &mut tokens);
    }
    let mut rewriter =
        Rewriter { tokens, globals: globals(parsed), edits: Edits::default(), names: 0, file: &parsed.file, covering };
    parsed.module.policy.iter().for_each(|rule| rewriter.rule(rule));
    rewriter.edits
}

/// Names of rules, functions and imports: what they stand for may be undefined.
fn globals(parsed: &ParsedModule) -> BTreeSet<&str> {
    let rules = parsed.module.policy.iter().filter_map(|rule| head_name(rule));
    rules.chain(imports(&parsed.module).into_keys()).chain(["input", "data"]).collect()
}

fn register_calls(rule: &Rule, tokens: &mut Tokens<'_>) {
    if let Rule::Spec { head: RuleHead::Func { refr, .. }, .. } = rule {
        tokens.call(refr);
    }
    walk_rule(rule, &mut |node| {
        if let Node::Expr(expr) = node
            && let Expr::Call { fcn, .. } = &**expr
        {
            tokens.call(fcn);
        }
        true
    });
}

struct Rewriter<'a> {
    tokens: Tokens<'a>,
    globals: BTreeSet<&'a str>,
    edits: Edits,
    names: u32,
    file: &'a str,
    covering: bool,
}

impl<'a> Rewriter<'a> {
    /// A name that no author's can be.
    fn name(&mut self) -> String {
        self.names = self.names.saturating_add(1);
        format!("{OWN_PREFIX}v{}", self.names)
    }

    fn replace(&mut self, bytes: Bytes, new: &str) {
        self.edits.replace(self.tokens.text, bytes, new);
    }

    fn query(&mut self, query: &'a Query, outer: &Bound<'a>) {
        let bound = outer.within(query);
        self.declarations(query);
        query.stmts.iter().for_each(|statement| self.statement(statement, &bound));
    }

    fn statement(&mut self, statement: &'a LiteralStmt, bound: &Bound<'a>) {
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                let patterns: Vec<_> = key.iter().chain([value]).collect();
                self.some_in(statement, &patterns, collection, bound);
            }
            Literal::Expr { expr, .. } => match &**expr {
                // What is not true fails here, undefined or false.
                Expr::Membership { key: None, value, collection, .. } => {
                    self.expr(value, bound);
                    self.expr(collection, bound);
                }
                _ => self.expr(expr, bound),
            },
            Literal::NotExpr { expr, .. } => self.negation(statement, expr, bound),
            Literal::Every { domain, query, key, value, .. } => {
                self.expr(domain, bound);
                self.every(key.iter().chain([value]), query, bound);
            }
        }
        for modifier in &statement.with_mods {
            self.expr(&modifier.r#as, bound);
        }
    }

    fn expr(&mut self, expr: &'a Ref<Expr>, bound: &Bound<'a>) {
        match &**expr {
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.comprehension(expr, term, query, bound);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                let within = bound.within(query);
                self.expr(key, &within);
                self.expr(value, &within);
                self.query(query, bound);
            }
            Expr::Membership { key, value, collection, .. } => {
                self.membership(key.as_ref(), value, collection, bound);
            }
            _ => {
                self.pattern(expr);
                each_part(expr, &mut |part| self.expr(part, bound));
            }
        }
    }

    /// The literal pattern of a call, as RE2 reads it.
    fn pattern(&mut self, expr: &Expr) {
        if let Some((literal, same)) = pattern(expr) {
            self.replace(self.tokens.exact(literal.span()), &serde_json::Value::String(same).to_string());
        }
    }

    /// A term that iterates over what is not there is an error to the engine, so `[l[_] | body]` becomes
    /// `[v | some a in [[w | w := (l[_])] | body]; some v in a]`.
    fn comprehension(&mut self, whole: &Expr, term: &'a Ref<Expr>, query: &'a Query, bound: &Bound<'a>) {
        let within = bound.within(query);
        if !within.iterates(term, &self.globals) {
            self.expr(term, &within);
            return self.query(query, bound);
        }
        let (place, end) = (self.tokens.extent(term), self.tokens.exact(whole.span()).end.saturating_sub(1));
        let (each, all, one) = (self.name(), self.name(), self.name());
        self.edits.insert(place.start, format!("{each} | some {all} in [[{one} | {one} := ("));
        self.expr(term, &within);
        self.edits.insert(place.end, ")]");
        self.query(query, bound);
        self.edits.insert(end, format!("]; some {each} in {all}"));
    }

    /// `v in c` as a call, which is undefined when one of the two is.
    fn membership(
        &mut self,
        key: Option<&'a Ref<Expr>>,
        value: &'a Ref<Expr>,
        collection: &'a Ref<Expr>,
        bound: &Bound<'a>,
    ) {
        let operands: Vec<_> = key.into_iter().chain([value, collection]).collect();
        if operands.iter().all(|operand| bound.is_defined(operand)) {
            return operands.into_iter().for_each(|operand| self.expr(operand, bound));
        }
        let places: Vec<_> = operands.iter().map(|operand| self.tokens.extent(operand)).collect();
        let function = if key.is_some() { "__member_of(" } else { "__member(" };
        self.edits.insert(places.first().map_or(0, |place| place.start), function);
        for (before, after) in places.iter().zip(places.iter().skip(1)) {
            self.replace(before.end..after.start, ", ");
        }
        operands.into_iter().for_each(|operand| self.expr(operand, bound));
        self.edits.insert(places.last().map_or(0, |place| place.end), ")");
    }
}

/// The pattern of a call that the engine reads otherwise than RE2, and how it is to read it.
fn pattern(expr: &Expr) -> Option<(&Ref<Expr>, String)> {
    let Expr::Call { fcn, params, .. } = expr else { return None };
    let literal = params.first().filter(|_| fcn.span().text() == "regex.match")?;
    let (Expr::String { value, .. } | Expr::RawString { value, .. }) = &**literal else { return None };
    let (written, same) = (text(value)?, as_in_re2(text(value)?).ok()?);
    (written != same).then_some((literal, same))
}

/// The parts of an expression that are evaluated where it is: none of what a comprehension iterates over.
pub(crate) fn each_part<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Ref<Expr>)) {
    match expr {
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().for_each(visit),
        Expr::Object { fields, .. } => {
            for (_, key, value) in fields {
                visit(key);
                visit(value);
            }
        }
        Expr::Call { params, .. } => params.iter().for_each(visit),
        Expr::UnaryExpr { expr: part, .. } | Expr::RefDot { refr: part, .. } => visit(part),
        Expr::RefBrack { refr: lhs, index: rhs, .. }
        | Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => {
            visit(lhs);
            visit(rhs);
        }
        Expr::Membership { key, value, collection, .. } => key.iter().chain([value, collection]).for_each(visit),
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::Var { .. }
        | Expr::ArrayCompr { .. }
        | Expr::SetCompr { .. }
        | Expr::ObjectCompr { .. } => {}
    }
}
