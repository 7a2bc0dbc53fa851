//! Tests that could not fail, or that look at nothing of what they test.

use std::collections::BTreeSet;

use regorus::unstable::{AssignOp, Expr, Literal, Query, Rule};

use crate::{
    PolicyError,
    check::{Index, Package, at_span, index::expand},
    module_path::Role,
    reference::{Reference, each_reference, head_name},
    syntax::{Node, walk_rule},
};

/// Refuses tests that prove nothing.
pub(in crate::tools) fn check(index: &Index<'_>, problems: &mut Vec<PolicyError>) {
    for package in index.packages().filter(|package| package.parsed.place.role == Role::Test) {
        let tested = package.path.strip_suffix("_test").unwrap_or(&package.path);
        for rule in &package.parsed.module.policy {
            let Some(name) = head_name(rule).filter(|name| name.starts_with("test_")) else { continue };
            if !asks_something(rule) {
                let message = format!(
                    "`{name}` cannot fail: compare what was found with what is expected, such as `count(found) == 1`"
                );
                problems.push(at_span(package, rule.span(), message));
            } else if !reaches(package, name, tested, &mut BTreeSet::new()) {
                let message = format!("`{name}` looks at nothing of `{tested}`: test what that package gives");
                problems.push(at_span(package, rule.span(), message));
            }
        }
    }
}

/// Has a test a statement that can be false?
fn asks_something(rule: &Rule) -> bool {
    match rule {
        Rule::Spec { bodies, .. } => bodies.iter().any(|body| query_asks(&body.query)),
        Rule::Default { .. } => false,
    }
}

fn query_asks(query: &Query) -> bool {
    query.stmts.iter().any(|statement| match &statement.literal {
        Literal::Expr { expr, .. } => !matches!(
            &**expr,
            Expr::AssignExpr { op: AssignOp::ColEq, .. }
                | Expr::Bool { .. }
                | Expr::Number { .. }
                | Expr::String { .. }
        ),
        Literal::NotExpr { .. } => true,
        Literal::Every { query, .. } => query_asks(query),
        Literal::SomeIn { .. } | Literal::SomeVars { .. } => false,
    })
}

/// Whether a definition of a test's file leads to the package that is tested, itself or through others of the file.
fn reaches<'a>(package: &'a Package<'_>, name: &'a str, tested: &str, seen: &mut BTreeSet<&'a str>) -> bool {
    if !seen.insert(name) {
        return false;
    }
    let mut others = BTreeSet::new();
    let mut found = false;
    for rule in package.rules.get(name).into_iter().flatten() {
        let mut note = |reference: &Reference<'a>| {
            let names = reference.names();
            let full = expand(package, &names).join(".");
            let below = full.strip_prefix("data.").unwrap_or(&full);
            found |= below == tested || below.strip_prefix(tested).is_some_and(|rest| rest.starts_with('.'));
            if let Some((own, _)) = package.rules.get_key_value(reference.root) {
                others.insert(*own);
            }
        };
        each_reference(rule, &mut |reference| note(&reference));
        walk_rule(rule, &mut |node| {
            if let Node::Expr(expr) = node
                && let Expr::Call { fcn, .. } = &**expr
            {
                Reference::of(fcn).iter().for_each(&mut note);
            }
            true
        });
    }
    found || others.into_iter().any(|other| reaches(package, other, tested, seen))
}
