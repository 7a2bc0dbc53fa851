//! Names that are bound and never used, and names that hide another: most likely misspelt ones.

use std::collections::BTreeMap;

use regorus::unstable::{AssignOp, Expr, Literal, Ref, Rule, RuleHead, Span};

use crate::{
    PolicyError,
    check::{Package, at_span},
    reference::{Reference, text},
    syntax::{Node, walk_rule},
};

pub(super) fn check(package: &Package<'_>, problems: &mut Vec<PolicyError>) {
    for rule in &package.parsed.module.policy {
        let bound = bound(rule);
        let used = used(rule);
        for (name, (span, what, times)) in bound {
            if name == "_" {
                continue;
            }
            if package.imports.contains_key(name) && what != What::Argument {
                let message = format!("`{name}` is the name of an import, which this hides: choose another name");
                problems.push(at_span(package, span, message));
            }
            if used.get(name).copied().unwrap_or_default() <= times {
                let message = match what {
                    What::Assigned => format!("nothing uses `{name}`: use it, or remove it"),
                    What::Item => format!("nothing uses `{name}`: use it, or write `_`"),
                    What::Argument => format!("nothing uses the argument `{name}`: use it, or write `_`"),
                };
                problems.push(at_span(package, span, message));
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Assigned,
    Item,
    Argument,
}

/// Where each name is bound first, how, and how many of its mentions are such places.
fn bound<'a>(rule: &'a Rule) -> BTreeMap<&'a str, (&'a Span, What, usize)> {
    let mut all: BTreeMap<&'a str, (&'a Span, What, usize)> = BTreeMap::new();
    let mut note = |pattern: &'a Ref<Expr>, what| {
        each_name(pattern, &mut |name, span| all.entry(name).or_insert((span, what, 0)).2 += 1);
    };
    // Of several definitions of a function each has arguments of its own.
    if let Rule::Spec { head: RuleHead::Func { args, .. }, .. } = rule {
        args.iter().for_each(|argument| note(argument, What::Argument));
    }
    walk_rule(rule, &mut |node| {
        match node {
            Node::Statement(statement) => {
                if let Literal::SomeIn { key, value, .. } = &statement.literal {
                    key.iter().chain([value]).for_each(|pattern| note(pattern, What::Item));
                }
            }
            Node::Expr(expr) => {
                if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = &**expr {
                    note(lhs, What::Assigned);
                }
            }
        }
        true
    });
    all
}

fn each_name<'a>(pattern: &'a Ref<Expr>, note: &mut dyn FnMut(&'a str, &'a Span)) {
    match &**pattern {
        Expr::Var { value, span, .. } => text(value).into_iter().for_each(|name| note(name, span)),
        Expr::Array { items, .. } => items.iter().for_each(|item| each_name(item, note)),
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| each_name(value, note)),
        _ => {}
    }
}

/// How often each name is mentioned, the places where it is bound included.
fn used(rule: &Rule) -> BTreeMap<&str, usize> {
    let mut all: BTreeMap<&str, usize> = BTreeMap::new();
    walk_rule(rule, &mut |node| {
        if let Node::Expr(expr) = node {
            match &**expr {
                Expr::Var { value, .. } => text(value).into_iter().for_each(|name| *all.entry(name).or_default() += 1),
                // A function's name is not walked over.
                Expr::Call { fcn, .. } => {
                    Reference::of(fcn).into_iter().for_each(|of| *all.entry(of.root).or_default() += 1);
                }
                _ => {}
            }
        }
        true
    });
    all
}
