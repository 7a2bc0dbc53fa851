//! Walking the engine's syntax tree.

use regorus::unstable::{Expr, Literal, LiteralStmt, Module, Query, Ref, Rule, RuleHead};

/// What is seen on a walk, outer before inner.
pub(crate) enum Node<'a> {
    /// An expression, also each part of a reference.
    Expr(&'a Ref<Expr>),
    /// A statement of a body.
    Statement(&'a LiteralStmt),
}

/// Visits everything in a rule; a visitor that returns false skips what is below.
pub(crate) fn walk_rule<'a>(rule: &'a Rule, visit: &mut dyn FnMut(Node<'a>) -> bool) {
    match rule {
        Rule::Spec { head, bodies, .. } => {
            match head {
                RuleHead::Compr { refr, assign, .. } => {
                    walk_head(refr, visit);
                    assign.iter().for_each(|assign| walk_expr(&assign.value, visit));
                }
                RuleHead::Set { refr, key, .. } => {
                    walk_head(refr, visit);
                    key.iter().for_each(|key| walk_expr(key, visit));
                }
                RuleHead::Func { args, assign, .. } => {
                    args.iter().for_each(|argument| walk_expr(argument, visit));
                    assign.iter().for_each(|assign| walk_expr(&assign.value, visit));
                }
            }
            for body in bodies {
                body.assign.iter().for_each(|assign| walk_expr(&assign.value, visit));
                walk_query(&body.query, visit);
            }
        }
        Rule::Default { args, value, .. } => {
            args.iter().for_each(|argument| walk_expr(argument, visit));
            walk_expr(value, visit);
        }
    }
}

/// Visits the value of a rule's head.
#[cfg(feature = "tools")]
pub(crate) fn walk_head_value<'a>(rule: &'a Rule, visit: &mut dyn FnMut(Node<'a>) -> bool) {
    let Rule::Spec { head, .. } = rule else { return };
    let assigned = match head {
        RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } => assign.as_ref().map(|assign| &assign.value),
        RuleHead::Set { key, .. } => key.as_ref(),
    };
    assigned.into_iter().for_each(|value| walk_expr(value, visit));
}

/// Only the brackets of a rule's name hold expressions: `names[service] := …`.
fn walk_head<'a>(refr: &'a Ref<Expr>, visit: &mut dyn FnMut(Node<'a>) -> bool) {
    match &**refr {
        Expr::RefBrack { refr, index, .. } => {
            walk_head(refr, visit);
            walk_expr(index, visit);
        }
        Expr::RefDot { refr, .. } => walk_head(refr, visit),
        _ => {}
    }
}

/// Visits everything in a query, like [`walk_rule`].
pub(crate) fn walk_query<'a>(query: &'a Query, visit: &mut dyn FnMut(Node<'a>) -> bool) {
    for statement in &query.stmts {
        if !visit(Node::Statement(statement)) {
            continue;
        }
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                key.iter().for_each(|key| walk_expr(key, visit));
                walk_expr(value, visit);
                walk_expr(collection, visit);
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => walk_expr(expr, visit),
            Literal::Every { domain, query, .. } => {
                walk_expr(domain, visit);
                walk_query(query, visit);
            }
        }
        for modifier in &statement.with_mods {
            walk_expr(&modifier.refr, visit);
            walk_expr(&modifier.r#as, visit);
        }
    }
}

fn walk_expr<'a>(expr: &'a Ref<Expr>, visit: &mut dyn FnMut(Node<'a>) -> bool) {
    if !visit(Node::Expr(expr)) {
        return;
    }
    match &**expr {
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::Var { .. } => {}
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().for_each(|item| walk_expr(item, visit)),
        Expr::Object { fields, .. } => {
            for (_, key, value) in fields {
                walk_expr(key, visit);
                walk_expr(value, visit);
            }
        }
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
            walk_expr(term, visit);
            walk_query(query, visit);
        }
        Expr::ObjectCompr { key, value, query, .. } => {
            walk_expr(key, visit);
            walk_expr(value, visit);
            walk_query(query, visit);
        }
        // A function's name is not a value.
        Expr::Call { params, .. } => params.iter().for_each(|param| walk_expr(param, visit)),
        Expr::UnaryExpr { expr, .. } => walk_expr(expr, visit),
        Expr::RefDot { refr, .. } => walk_expr(refr, visit),
        Expr::RefBrack { refr, index, .. } => {
            walk_expr(refr, visit);
            walk_expr(index, visit);
        }
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => {
            walk_expr(lhs, visit);
            walk_expr(rhs, visit);
        }
        Expr::Membership { key, value, collection, .. } => {
            key.iter().for_each(|key| walk_expr(key, visit));
            walk_expr(value, visit);
            walk_expr(collection, visit);
        }
    }
}

/// The line of the first expression that is nested deeper than `limit`, looking no deeper than that.
pub(crate) fn deeper_than(module: &Module, limit: usize) -> Option<u32> {
    module.policy.iter().find_map(|rule| {
        let mut found = None;
        walk_rule(rule, &mut |node| {
            if let Node::Expr(expr) = node {
                found = found.or_else(|| depth_exceeds(expr, limit));
            }
            // Each expression that is met first measures everything below it but bodies, which are met next.
            matches!(node, Node::Statement(_)) && found.is_none()
        });
        found
    })
}

fn depth_exceeds(expr: &Ref<Expr>, left: usize) -> Option<u32> {
    let Some(left) = left.checked_sub(1) else { return Some(expr.span().line) };
    let each = |mut parts: &mut dyn Iterator<Item = &Ref<Expr>>| {
        Iterator::find_map(&mut parts, |part| depth_exceeds(part, left))
    };
    let in_query = |query: &Ref<Query>| {
        let mut found = None;
        walk_query(query, &mut |node| {
            if let Node::Expr(expr) = node {
                found = found.or_else(|| depth_exceeds(expr, left));
            }
            matches!(node, Node::Statement(_)) && found.is_none()
        });
        found
    };
    match &**expr {
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::Var { .. } => None,
        Expr::Array { items, .. } | Expr::Set { items, .. } => each(&mut items.iter()),
        Expr::Object { fields, .. } => each(&mut fields.iter().flat_map(|(_, key, value)| [key, value])),
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
            each(&mut [term].into_iter()).or_else(|| in_query(query))
        }
        Expr::ObjectCompr { key, value, query, .. } => each(&mut [key, value].into_iter()).or_else(|| in_query(query)),
        Expr::Call { params, .. } => each(&mut params.iter()),
        Expr::UnaryExpr { expr: refr, .. } | Expr::RefDot { refr, .. } => each(&mut [refr].into_iter()),
        Expr::RefBrack { refr, index, .. } => each(&mut [refr, index].into_iter()),
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => each(&mut [lhs, rhs].into_iter()),
        Expr::Membership { key, value, collection, .. } => each(&mut key.iter().chain([value, collection])),
    }
}
