//! Comparisons: whether they can come out either way, and compare like with like.

use regorus::unstable::{BoolOp, Expr, Ref, Span};

use super::{
    Checker,
    fits::{is_written_as, members},
    kind::{Form, Text, Type},
    path::{path, shown},
    scope::Scope,
};

impl<'a, 's> Checker<'a, 's> {
    pub(super) fn compare(
        &mut self,
        op: &BoolOp,
        (lhs, rhs): (&'a Ref<Expr>, &'a Ref<Expr>),
        span: &'a Span,
        scope: &Scope<'a, 's>,
        negated: bool,
    ) {
        let (a, b) = (self.value(lhs, scope), self.value(rhs, scope));
        let equality = matches!(op, BoolOp::Eq | BoolOp::Ne);
        if is_literal(lhs) && is_literal(rhs) {
            return self
                .report(span, "two literals always compare alike: hold something of the facts against one".to_owned());
        }
        if shown(lhs) == shown(rhs) && !shown(lhs).ends_with('…') {
            let message = format!("`{}` is compared with itself: name what it is to be held against", shown(lhs));
            return self.report(span, message);
        }
        let of_null = [lhs, rhs].into_iter().any(|side| matches!(**side, Expr::Null { .. }));
        for (side, value, other, with) in [(lhs, &a, rhs, &b), (rhs, &b, lhs, &a)] {
            if let Some(message) = self.beside_literal(op, side, value, other, with, scope) {
                return self.report_fixed(span, message);
            }
        }
        if of_null && equality {
            return;
        }
        let (first, second) = (shown(lhs), shown(rhs));
        if equality && !a.may_equal(&b) {
            let comes = if (*op == BoolOp::Eq) != negated { "never holds" } else { "always holds" };
            let (is, other) = (a.described(), b.described());
            let message = if is == other {
                format!("`{first}` and `{second}` are never equal, so this {comes}: look at both")
            } else {
                format!("`{first}` is {is} and `{second}` is {other}, so this {comes}: compare like with like")
            };
            return self.report_fixed(span, message);
        }
        if !equality {
            self.order(op, (lhs, &a), (rhs, &b), span);
        }
        self.units((lhs, &a), (rhs, &b), span);
        if *op == BoolOp::Ne && !negated && [lhs, rhs].into_iter().any(|side| side.span().text().contains("[_]")) {
            let message = format!(
                "`!=` with `[_]` holds as soon as one differs: write `not {second} in …` where none may be equal, or take \
                 the item with `some … in …`"
            );
            self.report(span, message);
        }
    }

    /// What is wrong with a value that is held against a literal.
    fn beside_literal(
        &mut self,
        op: &BoolOp,
        side: &'a Ref<Expr>,
        value: &Type<'s>,
        other: &'a Ref<Expr>,
        with: &Type<'s>,
        scope: &Scope<'a, 's>,
    ) -> Option<String> {
        let what = shown(side);
        if matches!(**other, Expr::Null { .. }) {
            // Another condition may have excluded null before, which is no mistake.
            let plain =
                self.quietly(|checker| checker.value(side, &Scope { names: scope.names.clone(), left: Vec::new() }));
            let never = !plain.any && !plain.null && !plain.is_empty();
            return never.then(|| match plain.absent {
                true => format!("`{what}` is left out where it is not known, and never null: write `not {what}`"),
                false => format!("`{what}` is never null: it is {}", plain.described()),
            });
        }
        if let (Some(Text::OneOf(known)), Some(Text::OneOf(odd))) = (&value.text, &with.text)
            && matches!(**other, Expr::String { .. })
            && value.letters() == ['t']
            && let Some(odd) = odd.iter().find(|odd| !known.contains(*odd))
        {
            let plain =
                self.quietly(|checker| checker.value(side, &Scope { names: scope.names.clone(), left: Vec::new() }));
            return Some(if plain.may_equal(with) {
                format!("`{what}` is never \"{odd}\" here: the conditions before this exclude it")
            } else {
                format!("`{what}` is never \"{odd}\"{}", members(odd, known))
            });
        }
        if let Some(Text::Free(form @ (Form::Time | Form::Date))) = value.text
            && let Some(Text::OneOf(odd)) = &with.text
            && let Some(odd) = odd.iter().find(|odd| !is_written_as(odd, form))
        {
            let like = if form == Form::Time { "2026-11-21T10:00:00Z" } else { "2026-11-21" };
            return Some(format!("`{what}` is written as \"{like}\", and \"{odd}\" is not: write it alike"));
        }
        let number = value.number.filter(|_| !value.any)?;
        if let Expr::Number { span, .. } = &**other
            && let Some(unit) = number.unit
            && let Some(meant) = unit.meant(span.text())
        {
            let literal = span.text();
            return Some(format!(
                "`{what}` counts {}: {literal} of it is next to nothing, write {meant}",
                unit.described()
            ));
        }
        let (least, literal) = (number.least?, with.number.filter(|_| is_literal(other))?.literal?);
        if number.literal.is_some() || value.null || with.null {
            return None;
        }
        match op {
            BoolOp::Ge if literal <= least && !value.absent => Some(format!(
                "`{what}` is never below {least}, so this always holds: write `> {least}` if it must be more"
            )),
            BoolOp::Lt if literal <= least => Some(format!("`{what}` is never below {least}, so this never holds")),
            BoolOp::Eq if literal < least => Some(format!("`{what}` is never below {least}, so this never holds")),
            _ => None,
        }
    }

    /// Rego orders values of different kinds, too: null before numbers, numbers before texts.
    fn order(&mut self, op: &BoolOp, a: (&'a Ref<Expr>, &Type<'s>), b: (&'a Ref<Expr>, &Type<'s>), span: &'a Span) {
        if a.1.any || b.1.any || a.1.is_empty() || b.1.is_empty() {
            return;
        }
        let (first, second) = (shown(a.0), shown(b.0));
        if !a.1.shares_kind(b.1) {
            let (is, other) = (a.1.described(), b.1.described());
            let message =
                format!("`{first}` is {is} and `{second}` is {other}: they have an order, but no meaningful one");
            return self.report(span, message);
        }
        let (small, large) = if matches!(op, BoolOp::Lt | BoolOp::Le) { (a, b) } else { (b, a) };
        if small.1.null && !large.1.null {
            let what = shown(small.0);
            let message = format!(
                "`{what}` can be null, which is less than every number, so this holds where it is not known: add \
                 `{what} != null`"
            );
            return self.report(span, message);
        }
        let is_time = |value: &Type<'s>| matches!(value.text, Some(Text::Free(Form::Time)));
        if is_time(a.1) || is_time(b.1) {
            let message = format!(
                "`{first}` and `{second}` are compared as texts, letter by letter: compare \
                 `time.parse_rfc3339_ns` of both, or seconds (`clock.seconds_of`)"
            );
            self.report(span, message);
        }
    }

    fn units(&mut self, a: (&'a Ref<Expr>, &Type<'s>), b: (&'a Ref<Expr>, &Type<'s>), span: &'a Span) {
        let unit = |value: &Type<'s>| value.number.and_then(|number| number.unit);
        if let (Some(left), Some(right)) = (unit(a.1), unit(b.1))
            && !left.fits(right)
        {
            let (first, second, is, other) = (shown(a.0), shown(b.0), left.described(), right.described());
            self.report(span, format!("`{first}` is in {is} and `{second}` in {other}: convert one of them"));
        }
    }

    /// `value in collection`.
    pub(super) fn member(
        &mut self,
        value: &'a Ref<Expr>,
        collection: &'a Ref<Expr>,
        span: &'a Span,
        scope: &Scope<'a, 's>,
        negated: bool,
    ) {
        let (one, all) = (self.value(value, scope), self.value(collection, scope));
        let what = shown(value);
        let element = match self.schema.each(&all) {
            Ok((_, element)) => element,
            Err(_) => {
                let (over, is) = (shown(collection), all.described());
                let message =
                    format!("`{over}` is {is}, in which nothing can be: write a set, an array, or use `contains`");
                return self.report(collection.span(), message);
            }
        };
        let listed = matches!(**collection, Expr::Array { .. } | Expr::Set { .. });
        if let (Some(Text::OneOf(known)), Some(Text::OneOf(listed_texts))) = (&one.text, &element.text)
            && listed
            && one.letters() == ['t']
            && let Some(odd) = listed_texts.iter().find(|odd| !known.contains(*odd))
        {
            let path_known = path(value).is_some();
            let plain =
                self.quietly(|checker| checker.value(value, &Scope { names: scope.names.clone(), left: Vec::new() }));
            if path_known && plain.text != one.text {
                return;
            }
            return self.report(span, format!("`{what}` is never \"{odd}\"{}", members(odd, known)));
        }
        if !one.may_equal(&element) {
            let comes = if negated { "always holds" } else { "never holds" };
            let message = match (&one.text, &element.text) {
                (Some(Text::OneOf(odd)), Some(Text::OneOf(known))) => {
                    let odd = odd.first().cloned().unwrap_or_default();
                    format!("\"{odd}\" is never in `{}`{}", shown(collection), members(&odd, known))
                }
                _ => format!(
                    "`{what}` is {} and what is in `{}` is {}, so this {comes}: compare like with like",
                    one.described(),
                    shown(collection),
                    element.described()
                ),
            };
            self.report_fixed(span, message);
        }
    }

    /// `a = b`, where it binds nothing.
    pub(super) fn unification(
        &mut self,
        expr: &'a Ref<Expr>,
        lhs: &'a Ref<Expr>,
        rhs: &'a Ref<Expr>,
        scope: &Scope<'a, 's>,
        outside: &Scope<'a, 's>,
    ) {
        let binds = |side: &Expr| match side {
            Expr::Var { .. } => path(side).is_none_or(|name| !outside.names.contains_key(name.as_str())),
            Expr::Array { .. } | Expr::Object { .. } => true,
            _ => false,
        };
        if binds(lhs) || binds(rhs) {
            self.value(lhs, scope);
            self.value(rhs, scope);
        } else {
            self.compare(&BoolOp::Eq, (lhs, rhs), expr.span(), scope, false);
        }
    }
}

fn is_literal(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::String { .. }
            | Expr::RawString { .. }
            | Expr::Number { .. }
            | Expr::Bool { .. }
            | Expr::Null { .. }
            | Expr::UnaryExpr { .. }
    )
}
