//! References such as `input.change.author`, `data.tollgate.lib.slos` or `slo.windows[name]`.

use std::collections::{BTreeMap, BTreeSet};

use regorus::{
    Value,
    unstable::{Expr, Literal, LiteralStmt, Module, Ref, Rule, RuleHead},
};

use crate::syntax::{Node, walk_rule};

/// One step of a reference.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'a> {
    /// A name that is known without evaluating: `.author`, `["author"]`.
    Name(&'a str),
    /// Any member: `[_]`, `[name]`, `[0]`.
    Any,
}

/// A reference: where it starts and the way from there.
#[derive(Debug, Clone)]
pub(crate) struct Reference<'a> {
    pub(crate) root: &'a str,
    pub(crate) steps: Vec<Step<'a>>,
    pub(crate) line: u32,
}

impl<'a> Reference<'a> {
    /// The reference that the expression is; `None` when it starts at something other than a name.
    pub(crate) fn of(expr: &'a Expr) -> Option<Self> {
        let mut steps = Vec::new();
        let mut at = expr;
        loop {
            match at {
                Expr::Var { value, span, .. } => {
                    steps.reverse();
                    return Some(Self { root: text(value)?, steps, line: span.line });
                }
                Expr::RefDot { refr, field: (_, name), .. } => {
                    steps.push(Step::Name(text(name)?));
                    at = refr;
                }
                Expr::RefBrack { refr, index, .. } => {
                    steps.push(match &**index {
                        Expr::String { value, .. } | Expr::RawString { value, .. } => Step::Name(text(value)?),
                        _ => Step::Any,
                    });
                    at = refr;
                }
                _ => return None,
            }
        }
    }

    /// The names from the root, up to the first step that is not one.
    pub(crate) fn names(&self) -> Vec<&'a str> {
        let known = self.steps.iter().map_while(|step| match step {
            Step::Name(name) => Some(*name),
            Step::Any => None,
        });
        [self.root].into_iter().chain(known).collect()
    }
}

/// The text of a literal or a name.
pub(crate) fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Whether an expression is part of a longer reference, so that only the whole is looked at.
pub(crate) fn inner(expr: &Expr) -> Option<&Ref<Expr>> {
    match expr {
        Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => Some(refr),
        _ => None,
    }
}

/// Visits every whole reference in a rule, with those in brackets after the one they are in.
pub(crate) fn each_reference<'a>(rule: &'a Rule, visit: &mut dyn FnMut(Reference<'a>)) {
    let mut parts: BTreeSet<*const Expr> = BTreeSet::new();
    walk_rule(rule, &mut |node| {
        if let Node::Expr(expr) = node {
            let whole = !parts.remove(&std::ptr::from_ref::<Expr>(expr));
            if let Some(part) = inner(expr) {
                parts.insert(std::ptr::from_ref::<Expr>(part));
            }
            if whole && let Some(reference) = Reference::of(expr) {
                visit(reference);
            }
        }
        true
    });
}

/// Names bound inside of a rule: arguments, `some`, `every`, `:=`.
pub(crate) fn locals(rule: &Rule) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let arguments = match rule {
        Rule::Spec { head: RuleHead::Func { args, .. }, .. } | Rule::Default { args, .. } => args.as_slice(),
        Rule::Spec { .. } => &[],
    };
    arguments.iter().for_each(|argument| bound(argument, &mut names));
    walk_rule(rule, &mut |node| {
        match node {
            Node::Statement(LiteralStmt { literal, .. }) => match literal {
                Literal::SomeVars { vars, .. } => names.extend(vars.iter().map(|span| span.text())),
                Literal::SomeIn { key, value, .. } => {
                    key.iter().for_each(|key| bound(key, &mut names));
                    bound(value, &mut names);
                }
                Literal::Every { key, value, .. } => {
                    names.extend(key.iter().chain([value]).map(|span| span.text()));
                }
                Literal::Expr { .. } | Literal::NotExpr { .. } => {}
            },
            Node::Expr(expr) => {
                if let Expr::AssignExpr { op: regorus::unstable::AssignOp::ColEq, lhs, .. } = &**expr {
                    bound(lhs, &mut names);
                }
            }
        }
        true
    });
    names
}

/// The names in a pattern such as `[key, {"a": value}]`.
pub(crate) fn bound<'a>(pattern: &'a Ref<Expr>, names: &mut BTreeSet<&'a str>) {
    match &**pattern {
        Expr::Var { value, .. } => names.extend(text(value)),
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().for_each(|item| bound(item, names)),
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| bound(value, names)),
        _ => {}
    }
}

/// The name that a rule defines: the first of its path.
pub(crate) fn head_name(rule: &Rule) -> Option<&str> {
    let refr = match rule {
        Rule::Spec {
            head: RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. },
            ..
        }
        | Rule::Default { refr, .. } => refr,
    };
    Reference::of(refr).map(|reference| reference.root)
}

/// What a module's import names stand for: `slos` for `["data", "tollgate", "lib", "slos"]`.
pub(crate) fn imports(module: &Module) -> BTreeMap<&str, Vec<&str>> {
    module
        .imports
        .iter()
        .filter_map(|import| {
            let names = Reference::of(&import.refr)?.names();
            let alias = import.r#as.as_ref().map(|span| span.text()).or(names.last().copied())?;
            Some((alias, names))
        })
        .collect()
}
