//! What a reference leads to: a name, and the way from there.

use regorus::unstable::{Expr, Ref, Span};

use super::{Checker, kind::Type, path::path, scope::Scope};
use crate::{
    check::{Package, index::expand},
    reference::{Reference, text},
};

/// One step of a reference, with the whole up to it.
struct Step<'a> {
    whole: &'a Expr,
    to: To<'a>,
}

enum To<'a> {
    Name(&'a str, &'a Span),
    At(&'a Ref<Expr>),
}

impl<'a, 's> Checker<'a, 's> {
    /// What a reference leads to, having reported where it leads nowhere.
    pub(super) fn reference(&mut self, expr: &'a Expr, scope: &Scope<'a, 's>) -> Type<'s> {
        let (root, steps) = steps(expr);
        let (mut value, used) = match root {
            Expr::Var { value, .. } => self.root(text(value).unwrap_or_default(), expr, scope),
            other => (self.value(other, scope), 0),
        };
        for step in steps.into_iter().skip(used) {
            value = self.step(&value, &step, scope);
            if let Some(path) = path(step.whole) {
                value = scope.narrowed(&path, value);
            }
        }
        value
    }

    fn step(&mut self, value: &Type<'s>, step: &Step<'a>, scope: &Scope<'a, 's>) -> Type<'s> {
        let (found, span) = match step.to {
            To::Name(name, span) => (self.schema.field_of(value, name), span),
            To::At(index) => {
                let at = self.value(index, scope);
                (self.schema.at(value, &at), index.span())
            }
        };
        found.unwrap_or_else(|message| {
            self.report(span, message);
            Type::any()
        })
    }

    /// What the first name stands for, and how many steps lead to it.
    fn root(&mut self, name: &'a str, whole: &'a Expr, scope: &Scope<'a, 's>) -> (Type<'s>, usize) {
        if let Some(value) = scope.names.get(name) {
            return (scope.narrowed(name, value.clone()), 0);
        }
        let Some(here) = self.here else { return (Type::any(), 0) };
        let names = Reference::of(whole).map(|reference| reference.names()).unwrap_or_default();
        match here.imports.get(name).map(Vec::as_slice) {
            Some(["input", path @ ..]) => {
                let mut value = self.input.clone();
                for name in path {
                    value = self.schema.field_of(&value, name).unwrap_or_else(|_| Type::any());
                }
                (value, 0)
            }
            Some(["data", target @ ..]) => {
                let imported = target.len();
                (self.defined(&expand(here, &names)), 4_usize.saturating_sub(imported))
            }
            Some(_) => (Type::any(), usize::MAX),
            None if here.rules.contains_key(name) => (self.definitions(here, name), 0),
            None if name == "input" => (scope.narrowed(name, self.input.clone()), 0),
            None if name == "data" => (self.defined(&names), 4),
            None => {
                self.unbound = true;
                (Type::any(), 0)
            }
        }
    }

    /// What a path below `data` is.
    fn defined(&mut self, names: &[&'a str]) -> Type<'s> {
        let index = self.index;
        match index.resolve(names) {
            Some((package, Some(name))) => {
                let Some((name, _)) = package.rules.get_key_value(name) else { return Type::any() };
                self.within(package, |checker| checker.definitions(package, name))
            }
            _ => Type::any(),
        }
    }

    /// The function that a call is of, where it is one of the policies' own.
    pub(super) fn function(&self, fcn: &'a Expr) -> Option<(&'a Package<'a>, &'a str)> {
        let here = self.here?;
        let names = Reference::of(fcn)?.names();
        let expanded = expand(here, &names);
        let (package, name) = match expanded.as_slice() {
            ["data", ..] => self.index.resolve(&expanded)?,
            [name] => (here, Some(*name)),
            _ => return None,
        };
        let (name, _) = package.rules.get_key_value(name?)?;
        Some((package, *name))
    }
}

/// The expression that a reference starts at, and its steps.
fn steps(expr: &Expr) -> (&Expr, Vec<Step<'_>>) {
    let mut steps = Vec::new();
    let mut at = expr;
    loop {
        let (refr, to) = match at {
            Expr::RefDot { refr, field: (span, name), .. } => (refr, To::Name(text(name).unwrap_or_default(), span)),
            Expr::RefBrack { refr, index, .. } => (refr, To::At(index)),
            _ => break,
        };
        steps.push(Step { whole: at, to });
        at = refr;
    }
    steps.reverse();
    (at, steps)
}
