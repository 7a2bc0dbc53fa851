//! Conditions: what each of them asks, and what it leaves of the paths in it.

use regorus::unstable::{AssignOp, BoolOp, Expr, Ref};

use super::{
    Checker, builtin,
    kind::{Text, Type},
    path::{above, path, shown},
    scope::{Scope, What},
};
use crate::reference::Reference;

impl<'a, 's> Checker<'a, 's> {
    /// Checks a condition, `not` in front of it or not.
    pub(super) fn condition(&mut self, expr: &'a Expr, scope: &Scope<'a, 's>, negated: bool) {
        match expr {
            Expr::BoolExpr { op, lhs, rhs, span, .. } => self.compare(op, (lhs, rhs), span, scope, negated),
            Expr::Membership { value, collection, span, .. } => self.member(value, collection, span, scope, negated),
            Expr::AssignExpr { op: AssignOp::ColEq, lhs, rhs, .. } => {
                let value = self.value(rhs, scope);
                if negated && !value.any {
                    let name = shown(lhs);
                    self.report(
                        expr.span(),
                        format!("`not` of an assignment of `{name}` never holds: compare with `==`"),
                    );
                }
            }
            _ => {
                let value = self.value(expr, scope);
                self.truth(expr, &value, negated);
            }
        }
    }

    /// What stands alone as a condition holds unless it is false or undefined.
    fn truth(&mut self, expr: &'a Expr, value: &Type<'s>, negated: bool) {
        if value.any || value.is_empty() || self.has_result(expr) {
            return;
        }
        let what = shown(expr);
        let nullable = value.null && (value.absent || value.truths.contains(&false));
        if nullable && !value.truths.is_empty() {
            let (says, write) = if negated {
                ("is not false, so `not` does not hold", "!= true")
            } else {
                ("counts as true", "== true")
            };
            return self.report(expr.span(), format!("`{what}` can be null, which {says}: write `{what} {write}`"));
        }
        if !value.always_holds() {
            return;
        }
        let (is, write) = match (value.letters().first(), value.null) {
            (_, true) => {
                ("null counts as true", if negated { format!("{what} == null") } else { format!("{what} != null") })
            }
            (Some('s' | 'a' | 'o'), _) => {
                ("what is empty counts as true", format!("count({what}) {} 0", if negated { "==" } else { ">" }))
            }
            (Some('n'), _) => ("0 counts as true", format!("{what} {} 0", if negated { "==" } else { ">" })),
            (Some(_), _) => {
                ("every text counts as true", format!("{what} {} \"…\"", if negated { "!=" } else { "==" }))
            }
            (None, _) if negated => ("it is always true", "the condition that is meant".to_owned()),
            (None, _) => return self.always_true(expr, &what),
        };
        let holds = if negated { "`not` of it never holds" } else { "this condition always holds" };
        let is_a = value.described();
        self.report_fixed(expr.span(), format!("`{what}` is {is_a}, and {is}: {holds}; write `{write}`"));
    }

    fn always_true(&mut self, expr: &'a Expr, what: &str) {
        if matches!(expr, Expr::Bool { .. }) {
            self.report(expr.span(), format!("`{what}` always holds: remove it, or write the condition that is meant"));
        }
    }

    fn has_result(&self, expr: &'a Expr) -> bool {
        match expr {
            Expr::Call { fcn, params, .. } => self.has_result_place(fcn, params) || is_print(fcn),
            _ => false,
        }
    }

    /// Whether the last argument of a call is where the result goes.
    pub(super) fn has_result_place(&self, fcn: &'a Expr, params: &'a [Ref<Expr>]) -> bool {
        let takes = match self.function(fcn) {
            Some((package, name)) => package.arity(name),
            None => Reference::of(fcn).and_then(|reference| crate::builtins::arity(&reference.names().join("."))),
        };
        takes.is_some_and(|takes| params.len() == takes + 1)
    }

    /// What is left of the paths in an expression where it holds, or where it does not.
    pub(super) fn left_where(
        &mut self,
        expr: &'a Ref<Expr>,
        holds: bool,
        scope: &Scope<'a, 's>,
    ) -> Vec<(String, What)> {
        let mut left = Vec::new();
        match &**expr {
            Expr::BoolExpr { op, lhs, rhs, .. } => {
                if holds {
                    left.extend(mentioned(lhs).into_iter().chain(mentioned(rhs)));
                }
                let op = if holds { Some(op.clone()) } else { opposite(op) };
                if let Some(op) = op {
                    left.extend(self.left_beside(&op, lhs, rhs, scope));
                    left.extend(self.left_beside(&mirrored(&op), rhs, lhs, scope));
                }
            }
            Expr::Membership { value, collection, .. } if holds => {
                left.extend(mentioned(value).into_iter().chain(mentioned(collection)));
                let all = self.value(collection, scope);
                let element = self.schema.each(&all).map(|(_, value)| value).unwrap_or_else(|_| Type::any());
                if let Some(path) = path(value).filter(|_| !element.any && !element.null) {
                    left.push((path, What::NotNull));
                }
                left.extend(path(collection).map(|path| (path, What::Filled)));
            }
            Expr::AssignExpr { rhs, .. } if holds => left.extend(mentioned(rhs)),
            Expr::Call { fcn, params, .. } => left.extend(self.left_by_call(fcn, params, holds)),
            _ if holds => {
                left.extend(mentioned(expr));
            }
            _ => {}
        }
        left
    }

    fn left_beside(
        &mut self,
        op: &BoolOp,
        side: &'a Ref<Expr>,
        other: &'a Ref<Expr>,
        scope: &Scope<'a, 's>,
    ) -> Vec<(String, What)> {
        if let Expr::Call { fcn, params, .. } = &**side
            && Reference::of(fcn).is_some_and(|reference| reference.root == "count" && reference.steps.is_empty())
            && let Some(path) = params.first().and_then(|counted| path(counted))
        {
            let zero = other.span().text() == "0";
            let filled =
                matches!((op, zero), (BoolOp::Gt | BoolOp::Ne, true) | (BoolOp::Ge | BoolOp::Gt | BoolOp::Eq, false));
            return if filled { vec![(path, What::Filled)] } else { Vec::new() };
        }
        let Some(path) = path(side) else { return Vec::new() };
        let value = self.value(other, scope);
        let is_null = matches!(**other, Expr::Null { .. });
        let solid = !value.any && !value.null;
        let mut left = Vec::new();
        match op {
            BoolOp::Eq if is_null => left.push((path, What::Kind('0'))),
            BoolOp::Ne if is_null => left.push((path, What::NotNull)),
            BoolOp::Eq => {
                if solid {
                    left.push((path.clone(), What::NotNull));
                }
                if let (Expr::String { .. }, Some(Text::OneOf(members))) = (&**other, &value.text) {
                    left.push((path, What::OneOf(members.iter().cloned().collect())));
                }
            }
            BoolOp::Ne => {
                if let (Expr::String { .. }, Some(Text::OneOf(members))) = (&**other, &value.text) {
                    left.push((path, What::NoneOf(members.iter().cloned().collect())));
                }
            }
            BoolOp::Gt | BoolOp::Ge if solid => left.push((path, What::NotNull)),
            BoolOp::Gt | BoolOp::Ge | BoolOp::Lt | BoolOp::Le => {}
        }
        left
    }

    fn left_by_call(&mut self, fcn: &'a Expr, params: &'a [Ref<Expr>], holds: bool) -> Vec<(String, What)> {
        let name = Reference::of(fcn).map(|reference| reference.names().join(".")).unwrap_or_default();
        let kind = match name.as_str() {
            "is_number" => Some('n'),
            "is_string" => Some('t'),
            "is_boolean" => Some('b'),
            "is_object" => Some('o'),
            "is_array" => Some('a'),
            "is_set" => Some('s'),
            "is_null" => Some('0'),
            _ => None,
        };
        let first = params.first().and_then(|first| path(first));
        if let (Some(kind), Some(path)) = (kind, first) {
            return match (holds, kind) {
                (true, kind) => vec![(path, What::Kind(kind))],
                (false, '0') => vec![(path, What::NotNull)],
                (false, _) => Vec::new(),
            };
        }
        if !holds {
            return Vec::new();
        }
        let mut left: Vec<_> = params.iter().flat_map(mentioned).collect();
        let takes = builtin::takes(&name);
        let not_null = params.iter().zip(takes).filter(|(_, kinds)| **kinds != "x");
        left.extend(not_null.filter_map(|(param, _)| Some((path(param)?, What::NotNull))));
        left.extend(self.left_inside(fcn, params));
        left
    }
}

fn is_print(fcn: &Expr) -> bool {
    Reference::of(fcn).is_some_and(|reference| reference.root == "print")
}

/// What is certain of the paths in an expression that has a value: they are defined, and what is above them has fields.
pub(super) fn mentioned(expr: &Ref<Expr>) -> Vec<(String, What)> {
    let mut all = Vec::new();
    match &**expr {
        Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
            all.extend(path(expr).map(|path| (path, What::Defined)));
            all.extend(above(expr).into_iter().filter_map(|part| Some((path(part)?, What::NotNull))));
        }
        Expr::Call { params, .. } => all.extend(params.iter().flat_map(mentioned)),
        Expr::ArithExpr { lhs, rhs, .. } | Expr::BinExpr { lhs, rhs, .. } => {
            all.extend(mentioned(lhs).into_iter().chain(mentioned(rhs)));
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => all.extend(items.iter().flat_map(mentioned)),
        Expr::Object { fields, .. } => all.extend(fields.iter().flat_map(|(_, _, value)| mentioned(value))),
        _ => {}
    }
    all
}

/// What holds where a comparison does not.
fn opposite(op: &BoolOp) -> Option<BoolOp> {
    match op {
        BoolOp::Eq => Some(BoolOp::Ne),
        BoolOp::Ne => Some(BoolOp::Eq),
        _ => None,
    }
}

/// The same comparison, read from the right.
fn mirrored(op: &BoolOp) -> BoolOp {
    match op {
        BoolOp::Lt => BoolOp::Gt,
        BoolOp::Le => BoolOp::Ge,
        BoolOp::Gt => BoolOp::Lt,
        BoolOp::Ge => BoolOp::Le,
        BoolOp::Eq => BoolOp::Eq,
        BoolOp::Ne => BoolOp::Ne,
    }
}
