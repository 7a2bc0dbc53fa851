//! Definitions and conditions that stand twice, and definitions that ask nothing.

use std::collections::BTreeMap;

use regorus::unstable::{Expr, Literal, Rule, RuleBody, RuleHead};

use crate::{
    PolicyError,
    check::{Package, SETS, at_span},
    module_path::Role,
    reference::head_name,
};

pub(super) fn check(package: &Package<'_>, problems: &mut Vec<PolicyError>) {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for rule in &package.parsed.module.policy {
        let text = rule.span().text().trim();
        match seen.get(text) {
            Some(line) => {
                let message = format!("this stands in line {line} already: remove one of the two");
                problems.push(at_span(package, rule.span(), message));
            }
            None => drop(seen.insert(text, rule.span().line)),
        }
        if let Rule::Spec { head, bodies, .. } = &**rule {
            unconditional(package, rule, head, bodies, problems);
        }
        repeated_conditions(package, rule, problems);
    }
}

/// `deny contains {…}` without a condition holds everything up.
fn unconditional(
    package: &Package<'_>,
    rule: &Rule,
    head: &RuleHead,
    bodies: &[RuleBody],
    problems: &mut Vec<PolicyError>,
) {
    let of_rule = matches!(package.parsed.place.role, Role::Rule { .. });
    let set = head_name(rule).filter(|name| of_rule && SETS.iter().any(|(set, _)| set == name));
    if let (Some(set), RuleHead::Set { key: Some(key), .. }) = (set, head)
        && matches!(**key, Expr::Object { .. })
        && bodies.iter().all(|body| body.query.stmts.is_empty())
    {
        let message = format!("`{set}` finds this whatever the facts are: write the condition, `if {{ … }}`");
        problems.push(at_span(package, rule.span(), message));
    }
}

/// A condition that stands twice in a body was meant to be another one.
fn repeated_conditions(package: &Package<'_>, rule: &Rule, problems: &mut Vec<PolicyError>) {
    let Rule::Spec { bodies, .. } = rule else { return };
    for body in bodies {
        let mut seen = BTreeMap::new();
        for statement in &body.query.stmts {
            let text = statement.span.text().trim();
            let is_condition = matches!(statement.literal, Literal::Expr { .. } | Literal::NotExpr { .. });
            if is_condition && let Some(line) = seen.insert(text, statement.span.line) {
                let message = format!("this condition stands in line {line} already: write the one that is meant");
                problems.push(at_span(package, &statement.span, message));
            }
        }
    }
}
