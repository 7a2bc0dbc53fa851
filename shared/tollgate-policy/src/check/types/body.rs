//! Bodies: what their statements bind, in whatever order they stand, and then what each of them asks.

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Query, Ref, Span};

use super::{
    Checker,
    infer::Bound,
    kind::{Number, Type},
    path::{path, shown},
    scope::{Left, OUTSIDE, Scope, What},
};
use crate::reference::text;

impl<'a, 's> Checker<'a, 's> {
    /// Checks a body; gives what holds behind it.
    pub(super) fn query(&mut self, query: &'a Query, outside: &Scope<'a, 's>) -> Scope<'a, 's> {
        let mut scope = outside.clone();
        for left in &mut scope.left {
            left.condition = OUTSIDE;
        }
        let known = scope.left.len();
        // The order of statements means nothing: a name may be used before it is bound.
        for _ in 0..2 {
            scope.left.truncate(known);
            self.unbound = false;
            for (condition, statement) in query.stmts.iter().enumerate() {
                self.quietly(|checker| checker.follow(statement, condition, outside, &mut scope));
            }
            if !self.unbound {
                break;
            }
        }
        if self.quiet == 0 {
            for (number, statement) in query.stmts.iter().enumerate() {
                self.statement(statement, &scope.beside(number), outside);
            }
        }
        scope
    }

    /// Adds what a statement binds and leaves; names that are bound outside are not bound anew.
    fn follow(
        &mut self,
        statement: &'a LiteralStmt,
        condition: usize,
        outside: &Scope<'a, 's>,
        scope: &mut Scope<'a, 's>,
    ) {
        for (name, value) in self.bound(&statement.literal, outside, scope) {
            if !outside.names.contains_key(name) {
                scope.bind(name, value);
            }
        }
        let left = self.left(&statement.literal, scope);
        scope.left.extend(left.into_iter().map(|(path, what)| Left { path, what, condition }));
    }

    /// What a statement binds.
    fn bound(&mut self, literal: &'a Literal, outside: &Scope<'a, 's>, scope: &Scope<'a, 's>) -> Bound<'a, 's> {
        match literal {
            Literal::SomeIn { key, value, collection, .. } => {
                let all = self.value(collection, scope);
                let (keys, values) = self.schema.each(&all).unwrap_or((Type::any(), Type::any()));
                let mut bound = self.pattern(value, &values);
                key.iter().for_each(|key| bound.extend(self.pattern(key, &keys)));
                bound
            }
            Literal::Expr { expr, .. } => match &**expr {
                Expr::AssignExpr { op, lhs, rhs, .. } => {
                    let value = self.value(rhs, scope);
                    let mut bound = self.pattern(lhs, &value);
                    if *op == AssignOp::Eq && path(lhs).is_none_or(|path| outside.names.contains_key(path.as_str())) {
                        let value = self.value(lhs, scope);
                        bound.extend(self.pattern(rhs, &value));
                    }
                    bound
                }
                other => self.result_place(other, scope),
            },
            Literal::SomeVars { .. } | Literal::NotExpr { .. } | Literal::Every { .. } => Bound::new(),
        }
    }

    /// `count(xs, n)` binds `n`.
    fn result_place(&mut self, expr: &'a Expr, scope: &Scope<'a, 's>) -> Bound<'a, 's> {
        match expr {
            Expr::Call { fcn, params, .. } if self.has_result_place(fcn, params) => match params.last() {
                Some(last) => {
                    let value = self.value(expr, scope);
                    self.pattern(last, &value)
                }
                None => Bound::new(),
            },
            _ => Bound::new(),
        }
    }

    /// Names in a pattern such as `[place, {"a": slo}]`.
    pub(super) fn pattern(&mut self, pattern: &'a Ref<Expr>, value: &Type<'s>) -> Bound<'a, 's> {
        let mut bound = Bound::new();
        match &**pattern {
            Expr::Var { value: name, .. } => bound.extend(text(name).map(|name| (name, value.present()))),
            Expr::Array { items, .. } => {
                for (place, item) in items.iter().enumerate() {
                    let at = Type::of_number(Number { literal: i64::try_from(place).ok(), ..Number::default() });
                    let inner = self.schema.at(value, &at).unwrap_or_else(|_| Type::any());
                    bound.extend(self.pattern(item, &inner));
                }
            }
            Expr::Object { fields, .. } => {
                for (_, key, inner) in fields {
                    let name = super::infer::only_text(&self.value(key, &Scope::default()));
                    let field = name.and_then(|name| self.schema.field_of(value, &name).ok());
                    bound.extend(self.pattern(inner, &field.unwrap_or_else(Type::any)));
                }
            }
            _ => {}
        }
        bound
    }

    fn statement(&mut self, statement: &'a LiteralStmt, scope: &Scope<'a, 's>, outside: &Scope<'a, 's>) {
        for modifier in &statement.with_mods {
            self.mock(modifier, scope);
        }
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { collection, .. } => {
                let all = self.value(collection, scope);
                if let Err(message) = self.schema.each(&all) {
                    self.report(collection.span(), message);
                }
            }
            Literal::Expr { expr, .. } => {
                if let Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } = &**expr {
                    self.unification(expr, lhs, rhs, scope, outside);
                } else {
                    self.condition(expr, scope, false);
                }
            }
            Literal::NotExpr { expr, .. } => self.condition(expr, scope, true),
            Literal::Every { span, key, value, domain, query } => {
                self.every(span, key.as_ref(), value, domain, query, scope);
            }
        }
    }

    fn every(
        &mut self,
        span: &'a Span,
        key: Option<&'a Span>,
        value: &'a Span,
        domain: &'a Ref<Expr>,
        query: &'a Query,
        scope: &Scope<'a, 's>,
    ) {
        let all = self.value(domain, scope);
        let (keys, values) = match self.schema.each(&all) {
            Ok(found) => found,
            Err(message) => {
                self.report(domain.span(), message);
                (Type::any(), Type::any())
            }
        };
        let filled = all.is_surely_filled() || path(domain).is_some_and(|path| scope.is_filled(&path));
        if !filled {
            let over = shown(domain);
            self.report(
                span,
                format!(
                    "`every` holds where `{over}` is empty, too: add `count({over}) > 0`, so that nothing is not enough"
                ),
            );
        }
        let mut inner = scope.clone();
        key.iter().for_each(|key| inner.bind(key.text(), keys.clone()));
        inner.bind(value.text(), values);
        self.query(query, &inner);
    }

    /// What a condition leaves of the paths in it.
    pub(super) fn left(&mut self, literal: &'a Literal, scope: &Scope<'a, 's>) -> Vec<(String, What)> {
        match literal {
            Literal::Expr { expr, .. } => self.left_where(expr, true, scope),
            Literal::NotExpr { expr, .. } => self.left_where(expr, false, scope),
            Literal::SomeIn { collection, .. } => {
                let mut left = super::condition::mentioned(collection);
                left.extend(path(collection).map(|path| (path, What::Filled)));
                left
            }
            Literal::Every { domain, .. } => super::condition::mentioned(domain),
            Literal::SomeVars { .. } => Vec::new(),
        }
    }
}
