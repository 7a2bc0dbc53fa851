//! What an expression can be.

use std::{collections::BTreeMap, rc::Rc};

use regorus::unstable::{ArithOp, BinOp, Expr, Query, Ref, Span};

use super::{
    Checker,
    kind::{Fields, Number, Object, Text, Type},
    path::{path, shown},
    scope::Scope,
};
use crate::reference::text;

impl<'a, 's> Checker<'a, 's> {
    pub(super) fn value(&mut self, expr: &'a Expr, scope: &Scope<'a, 's>) -> Type<'s> {
        match expr {
            Expr::String { value, .. } | Expr::RawString { value, .. } => {
                text(value).map_or_else(Type::any, Type::literal)
            }
            Expr::Number { span, .. } => literal(span.text()),
            Expr::Bool { span, .. } => Type { truths: [span.text() == "true"].into(), ..Type::default() },
            Expr::Null { .. } => Type { null: true, ..Type::default() },
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expr, scope),
            Expr::Array { items, .. } => {
                Type::tuple(items.iter().map(|item| self.value(item, scope).present()).collect())
            }
            Expr::Set { items, .. } => {
                let members: Vec<_> = items.iter().map(|item| self.value(item, scope)).collect();
                if members.is_empty() { Type::set_of(&Type::any()) } else { Type::set_of(&Type::any_of(members)) }
            }
            Expr::Object { fields, .. } => self.object(fields, scope),
            Expr::ArrayCompr { term, query, .. } => {
                let inner = self.query(query, scope);
                Type::array_of(&self.value(term, &inner))
            }
            Expr::SetCompr { term, query, .. } => {
                let inner = self.query(query, scope);
                Type::set_of(&self.value(term, &inner))
            }
            Expr::ObjectCompr { key, value, query, .. } => self.object_comprehension(key, value, query, scope),
            Expr::Call { fcn, params, span, .. } => self.call(fcn, params, span, scope),
            Expr::UnaryExpr { expr, .. } => match self.value(expr, scope).number {
                Some(number) => Type::of_number(Number {
                    literal: number.literal.and_then(i64::checked_neg),
                    least: number.literal.and_then(i64::checked_neg),
                    ..number
                }),
                None => Type::number(),
            },
            Expr::BinExpr { op, lhs, rhs, .. } => self.of_sets(op, lhs, rhs, scope),
            Expr::ArithExpr { op, lhs, rhs, span, .. } => self.arithmetic(op, lhs, rhs, span, scope),
            Expr::BoolExpr { .. } | Expr::Membership { .. } => {
                self.condition(expr, scope, false);
                Type::truth()
            }
            Expr::AssignExpr { rhs, .. } => {
                self.value(rhs, scope);
                Type::always()
            }
        }
    }

    fn object(&mut self, fields: &'a [(Span, Ref<Expr>, Ref<Expr>)], scope: &Scope<'a, 's>) -> Type<'s> {
        let mut all = Fields::default();
        for (_, key, value) in fields {
            let value = self.value(value, scope).present();
            match self.value(key, scope).text {
                Some(Text::OneOf(names)) if names.len() == 1 => {
                    all.known.extend(names.into_iter().map(|name| (name, value.clone())));
                }
                _ => all.rest = Some(all.rest.map_or_else(|| value.clone(), |rest| rest.or(&value))),
            }
        }
        Type::object(all)
    }

    fn object_comprehension(
        &mut self,
        key: &'a Ref<Expr>,
        value: &'a Ref<Expr>,
        query: &'a Ref<Query>,
        scope: &Scope<'a, 's>,
    ) -> Type<'s> {
        let inner = self.query(query, scope);
        let (keys, values) = (self.value(key, &inner), self.value(value, &inner).present());
        if let Some(kept) = self.kept_fields(key, value, query, scope) {
            return kept;
        }
        let mut all = Fields::default();
        match keys.text {
            Some(Text::OneOf(names)) if keys.objects.is_empty() => {
                all.known.extend(names.into_iter().map(|name| (name, values.clone().or_absent())));
            }
            _ => all.rest = Some(values),
        }
        Type::object(all)
    }

    /// `{name: value | some name, value in fields; value != null}` has the fields of `fields`, of which some may be gone.
    fn kept_fields(
        &mut self,
        key: &'a Ref<Expr>,
        value: &'a Ref<Expr>,
        query: &'a Ref<Query>,
        scope: &Scope<'a, 's>,
    ) -> Option<Type<'s>> {
        use regorus::unstable::Literal;
        let (name, kept) = (path(key)?, path(value)?);
        let of = query.stmts.iter().find_map(|statement| match &statement.literal {
            Literal::SomeIn { key: Some(key), value, collection, .. } => {
                (path(key)? == name && path(value)? == kept).then_some(collection)
            }
            _ => None,
        })?;
        let drops_null = query.stmts.iter().any(|statement| statement.span.text() == format!("{kept} != null"));
        let whole = self.quietly(|checker| checker.value(of, scope));
        if whole.any || whole.objects.is_empty() {
            return None;
        }
        let of_object = |object: &Object<'s>| {
            let mut fields = self.schema.fields_of(object);
            for value in fields.known.values_mut() {
                let may_go = !drops_null || value.null || value.any;
                let left = if drops_null { value.clone().without_null() } else { value.clone() };
                *value = if may_go { left.or_absent() } else { left };
            }
            Type::object(fields)
        };
        Some(Type::any_of(whole.objects.iter().map(of_object)))
    }

    fn of_sets(&mut self, op: &BinOp, lhs: &'a Ref<Expr>, rhs: &'a Ref<Expr>, scope: &Scope<'a, 's>) -> Type<'s> {
        let (a, b) = (self.value(lhs, scope), self.value(rhs, scope));
        for (side, value) in [(lhs, &a), (rhs, &b)] {
            if !value.any && !value.is_empty() && value.set.is_none() {
                let sign = if *op == BinOp::Union { "|" } else { "&" };
                let is = value.described();
                self.report(side.span(), format!("`{sign}` takes sets, and `{}` is {is}", shown(side)));
            }
        }
        match (a.set, b.set, op) {
            (Some(a), Some(b), BinOp::Union) => Type::set_of(&a.or(&b)),
            (Some(a), ..) => Type::set_of(&a),
            _ => Type::set_of(&Type::any()),
        }
    }

    fn arithmetic(
        &mut self,
        op: &ArithOp,
        lhs: &'a Ref<Expr>,
        rhs: &'a Ref<Expr>,
        span: &'a Span,
        scope: &Scope<'a, 's>,
    ) -> Type<'s> {
        let (a, b) = (self.value(lhs, scope), self.value(rhs, scope));
        if *op == ArithOp::Sub && (a.set.is_some() || b.set.is_some()) {
            return Type { set: a.set, ..Type::default() };
        }
        for (side, value) in [(lhs, &a), (rhs, &b)] {
            self.operand(side, value);
        }
        let unit = |value: &Type<'s>| value.number.and_then(|number| number.unit);
        let (left, right) = (unit(&a), unit(&b));
        let unit = match op {
            ArithOp::Add | ArithOp::Sub => {
                if let (Some(left), Some(right)) = (left, right)
                    && !left.fits(right)
                {
                    let (first, second) = (shown(lhs), shown(rhs));
                    let (is, other) = (left.described(), right.described());
                    self.report(span, format!("`{first}` is in {is} and `{second}` in {other}: convert one of them"));
                }
                left.filter(|_| right.is_none() || left == right).or(right.filter(|_| left.is_none()))
            }
            ArithOp::Mod => left,
            ArithOp::Mul | ArithOp::Div => None,
        };
        Type::of_number(Number { unit, ..Number::default() })
    }

    fn operand(&mut self, side: &'a Expr, value: &Type<'s>) {
        let other = Type { number: None, null: false, ..value.clone() };
        if value.any || value.is_empty() {
            return;
        }
        if value.number.is_none() {
            let is = value.described();
            self.report(side.span(), format!("`{}` is {is}, with which nothing can be calculated", shown(side)));
        } else if value.null && other.is_empty() {
            let what = shown(side);
            self.report(
                side.span(),
                format!("`{what}` can be null, with which nothing can be calculated: test `{what} != null` before"),
            );
        }
    }
}

/// A number as it is written.
fn literal<'s>(written: &str) -> Type<'s> {
    let whole = written.parse().ok();
    Type::of_number(Number { unit: None, literal: whole, least: whole, fraction: whole.is_none() })
}

/// The only text that a value can be.
pub(super) fn only_text(value: &Type<'_>) -> Option<Rc<str>> {
    match &value.text {
        Some(Text::OneOf(names)) if names.len() == 1 && value.letters() == ['t'] && !value.null => {
            names.first().cloned()
        }
        _ => None,
    }
}

/// Names that a pattern binds, each with what it stands for.
pub(super) type Bound<'a, 's> = BTreeMap<&'a str, Type<'s>>;
