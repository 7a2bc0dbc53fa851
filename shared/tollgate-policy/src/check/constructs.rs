//! What the engine means otherwise than OPA and what cannot be rewritten: refused, with what to write.

use std::collections::BTreeSet;

use regorus::{
    Value,
    unstable::{ArithOp, AssignOp, Expr, Literal, Ref, Rule, RuleHead, Span},
};

use super::{Package, at_span};
use crate::{
    PolicyError,
    module_path::Role,
    reference::{bound, text},
    rewrite::{OWN_PREFIX, each_part},
    syntax::{Node, walk_rule},
};

pub(super) fn check(package: &Package<'_>, errors: &mut Vec<PolicyError>) {
    let exact = package.parsed.place.role != Role::Test && !package.parsed.file.starts_with("lib/testing/");
    for rule in &package.parsed.module.policy {
        let mut refuse = |span: &Span, message: &str| errors.push(at_span(package, span, message));
        head(rule, &mut refuse);
        walk_rule(rule, &mut |node| {
            match node {
                Node::Statement(statement) => match &statement.literal {
                    Literal::SomeIn { key, value, .. } => {
                        key.iter().chain([value]).for_each(|pattern| objects(pattern, &mut refuse));
                    }
                    Literal::SomeVars { .. }
                    | Literal::Expr { .. }
                    | Literal::NotExpr { .. }
                    | Literal::Every { .. } => {}
                },
                Node::Expr(expr) => {
                    assignment(expr, &mut refuse);
                    member_of_scalar(expr, &mut refuse);
                    if exact {
                        number(expr, &mut refuse);
                    }
                    own_name(expr, &mut refuse);
                }
            }
            true
        });
    }
}

const HEAD: &str = "a rule is called `name`, `name[key]` or `name(…)`: give what is below it a rule of its own";

fn head(rule: &Rule, refuse: &mut dyn FnMut(&Span, &str)) {
    let Rule::Spec { head, bodies, .. } = rule else {
        if let Rule::Default { refr, .. } = rule
            && !matches!(**refr, Expr::Var { .. })
        {
            refuse(refr.span(), "only a whole rule can have a default: give this one a name of its own");
        }
        return;
    };
    if let Some(body) = bodies.iter().skip(1).find(|body| !body.is_else) {
        refuse(&body.span, "a rule has one body: write a second rule of the same name");
    }
    let is_name = |refr: &Ref<Expr>| matches!(**refr, Expr::Var { .. });
    match head {
        RuleHead::Set { refr, key: None, .. } => refuse(refr.span(), HEAD),
        RuleHead::Set { refr, key: Some(member), .. } => {
            if !is_name(refr) {
                let message = "a set of sets is a map: write `name[key] := {member | …}`, with every member of the key";
                refuse(refr.span(), message);
            } else if !between(refr.span(), member.span()).contains("contains") {
                refuse(refr.span(), "write `name contains member`");
            }
        }
        RuleHead::Compr { refr, .. } => {
            let inner = match &**refr {
                Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => refr,
                _ => refr,
            };
            if !is_name(inner) {
                refuse(refr.span(), HEAD);
            }
            if let Some(body) = bodies.iter().find(|body| body.is_else && !is_name(refr)) {
                refuse(&body.span, "a map's rule has no `else`: write a second rule for the other case");
            }
        }
        RuleHead::Func { args, .. } => {
            let mut seen = BTreeSet::new();
            for argument in args {
                objects(argument, refuse);
                let mut names = BTreeSet::new();
                bound(argument, &mut names);
                if names.iter().any(|name| *name != "_" && !seen.insert(*name)) {
                    refuse(argument.span(), "two arguments have this name: rename one, and compare them with `==`");
                }
                references(argument, refuse);
            }
        }
    }
}

fn references(argument: &Expr, refuse: &mut dyn FnMut(&Span, &str)) {
    match argument {
        Expr::Array { .. } => each_part(argument, &mut |part| references(part, refuse)),
        Expr::Var { .. }
        | Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::UnaryExpr { .. }
        | Expr::Object { .. } => {}
        _ => refuse(argument.span(), "an argument is a name or a literal: compare it with `==` in the body"),
    }
}

const PATTERN: &str = "an object here matches only objects with exactly these keys: bind the object to a name, and take \
                       its fields, `w := entry.by`";

/// Objects in a pattern, which OPA and the engine match otherwise, and neither as most expect.
fn objects(pattern: &Expr, refuse: &mut dyn FnMut(&Span, &str)) {
    match pattern {
        Expr::Object { span, .. } => refuse(span, PATTERN),
        Expr::Array { .. } => each_part(pattern, &mut |part| objects(part, refuse)),
        _ => {}
    }
}

fn assignment(expr: &Expr, refuse: &mut dyn FnMut(&Span, &str)) {
    match expr {
        Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } => objects(lhs, refuse),
        Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => {
            objects(lhs, refuse);
            objects(rhs, refuse);
        }
        _ => {}
    }
}

/// `null[0]`, `true.a`: OPA does not read these.
fn member_of_scalar(expr: &Expr, refuse: &mut dyn FnMut(&Span, &str)) {
    if let Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } = expr
        && matches!(**refr, Expr::Null { .. } | Expr::Bool { .. } | Expr::Number { .. })
    {
        refuse(refr.span(), "this has no fields: write the name of what has them");
    }
}

/// Fractions are rounded otherwise by the two, and a division that leaves a rest gives one.
fn number(expr: &Expr, refuse: &mut dyn FnMut(&Span, &str)) {
    match expr {
        Expr::Number { span, value: Value::Number(number), .. } => {
            let fraction = number.as_i64().is_none() && number.as_f64().is_some_and(|number| number.fract() != 0.0);
            if fraction {
                refuse(span, "fractions are rounded: count in a smaller unit, such as `_ppm`, `_micros` or `_seconds`");
            }
        }
        Expr::ArithExpr { span, op: ArithOp::Div, lhs, rhs, .. } if !whole(lhs, rhs) => {
            refuse(
                span,
                "a division can leave a fraction, which is rounded: call `format.quotient(a, b)`, or write \
                              `(a - (a % b)) / b`",
            );
        }
        _ => {}
    }
}

/// `(a - (a % b)) / b`.
fn whole(numerator: &Expr, divisor: &Expr) -> bool {
    let Expr::ArithExpr { op: ArithOp::Sub, lhs: whole, rhs: rest, .. } = numerator else { return false };
    let Expr::ArithExpr { op: ArithOp::Mod, lhs, rhs, .. } = &**rest else { return false };
    let same = |a: &Expr, b: &Expr| a.span().text() == b.span().text();
    same(whole, lhs) && same(divisor, rhs)
}

fn own_name(expr: &Expr, refuse: &mut dyn FnMut(&Span, &str)) {
    if let Expr::Var { value, span, .. } = expr
        && text(value).is_some_and(|name| name.starts_with(OWN_PREFIX))
    {
        refuse(span, "names that begin with `__` are the engine's own: rename it");
    }
}

fn between<'a>(before: &'a Span, after: &Span) -> &'a str {
    let number = |number| usize::try_from(number).unwrap_or_default();
    before.source.contents().get(number(before.end)..number(after.start)).unwrap_or_default()
}
