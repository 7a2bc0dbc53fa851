//! Definitions and calls: what a rule or a function gives.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Literal, Ref, Rule, RuleBody, RuleHead, Span};

use super::{
    Call, Checker, Tally,
    builtin::{self, is_taken},
    kind::{Fields, Type},
    path::{last_name, path, shown},
    scope::{Left, OUTSIDE, Scope, What},
    unit::Unit,
};
use crate::{
    PolicyError,
    check::{Package, SETS},
    module_path::Role,
    reference::{Reference, head_name, text},
};

impl<'a, 's> Checker<'a, 's> {
    /// What the definitions of a name give together; functions are looked at with arguments that can be anything.
    pub(super) fn definitions(&mut self, package: &'a Package<'a>, name: &'a str) -> Type<'s> {
        let arity = package.arity(name).unwrap_or_default();
        self.applied(package, name, vec![Type::any().present(); arity], Vec::new())
    }

    /// What a function gives for arguments.
    fn applied(
        &mut self,
        package: &'a Package<'a>,
        name: &'a str,
        arguments: Vec<Type<'s>>,
        left: Vec<Left>,
    ) -> Type<'s> {
        let call = (package.path.as_str(), name, arguments, left, self.quiet == 0);
        if let Some(known) = self.calls.get(&call) {
            return known.clone();
        }
        let rules: Vec<&'a Rule> = package.rules.get(name).into_iter().flatten().map(|rule| &***rule).collect();
        let of_call = !call.2.iter().all(|argument| argument.any);
        let shared = std::mem::replace(&mut self.shared, of_call && package.parsed.place.role == Role::Library);
        let before = std::mem::take(&mut self.errors);
        let mut given = Vec::new();
        let mut total = false;
        for rule in rules {
            let (value, always) = self.definition(rule, &call.2, &call.3);
            given.push(value);
            total |= always;
        }
        self.shared = shared;
        let found = std::mem::replace(&mut self.errors, before);
        self.weigh(&call, found);
        let all = Type { absent: false, ..Type::any_of(given) };
        let all = if total { all } else { all.or_absent() };
        self.calls.insert(call, all.clone());
        all
    }

    /// A function that takes values of several kinds is wrong only where it is wrong for all of them.
    fn weigh(&mut self, call: &Call<'a, 's>, found: BTreeSet<PolicyError>) {
        let (package, name, arguments, _, loud) = call;
        let of_test = self.here.is_some_and(|here| here.parsed.place.role == Role::Test);
        if of_test || arguments.iter().all(|argument| argument.any) {
            self.errors.extend(found);
        } else if *loud {
            let (calls, errors) = self.tallies.entry((package, name)).or_default();
            *calls += 1;
            let mut places = BTreeSet::new();
            for error in found.into_iter().filter(|error| places.insert((error.line, error.column))) {
                errors.entry((error.line, error.column)).or_insert((0, error)).0 += 1;
            }
        }
    }

    /// All mistakes, those of functions that were wrong in every call included.
    pub(super) fn errors(self) -> BTreeSet<PolicyError> {
        let always = |(calls, errors): (u32, Tally)| errors.into_values().filter(move |(count, _)| *count == calls);
        let of_functions = self.tallies.into_values().flat_map(always).map(|(_, error)| error);
        self.errors.into_iter().chain(of_functions).collect()
    }

    /// What one definition gives, and whether it always gives something.
    fn definition(&mut self, rule: &'a Rule, arguments: &[Type<'s>], left: &[Left]) -> (Type<'s>, bool) {
        match rule {
            Rule::Default { value, .. } => (self.value(value, &Scope::default()), true),
            Rule::Spec { head, bodies, .. } => {
                let mut scope = Scope { left: left.to_vec(), ..Scope::default() };
                let mut patterns = true;
                if let RuleHead::Func { args, .. } = head {
                    for (argument, value) in args.iter().zip(arguments) {
                        patterns &= matches!(**argument, Expr::Var { .. });
                        let bound = self.pattern(argument, value);
                        bound.into_iter().for_each(|(name, value)| scope.bind(name, value));
                    }
                }
                let (value, always) = self.bodies(head, bodies, scope);
                let partial = matches!(head, RuleHead::Set { .. }) || is_map(head);
                (value, always && patterns || partial)
            }
        }
    }

    fn bodies(&mut self, head: &'a RuleHead, bodies: &'a [RuleBody], mut scope: Scope<'a, 's>) -> (Type<'s>, bool) {
        let mut given = Vec::new();
        let mut always = bodies.is_empty();
        if bodies.is_empty() {
            given.push(self.head(head, None, &scope));
        }
        for body in bodies {
            let inner = self.query(&body.query, &scope);
            given.push(self.head(head, Some(body), &inner));
            always |= body.query.stmts.is_empty();
            if let [only] = body.query.stmts.as_slice() {
                let not = self.quietly(|checker| match &only.literal {
                    Literal::Expr { expr, .. } => checker.left_where(expr, false, &inner),
                    Literal::NotExpr { expr, .. } => checker.left_where(expr, true, &inner),
                    _ => Vec::new(),
                });
                scope.left.extend(not.into_iter().map(|(path, what)| Left { path, what, condition: OUTSIDE }));
            }
        }
        (Type::any_of(given), always)
    }

    /// What a head gives behind a body.
    fn head(&mut self, head: &'a RuleHead, body: Option<&'a RuleBody>, scope: &Scope<'a, 's>) -> Type<'s> {
        let of_else = body.and_then(|body| body.assign.as_ref());
        match head {
            RuleHead::Set { refr, key: Some(key), .. } => {
                let element = self.value(key, scope);
                if let Expr::Var { value, .. } = &**refr {
                    self.element_of(text(value).unwrap_or_default(), key, &element);
                }
                Type::set_of(&element)
            }
            RuleHead::Set { .. } => Type::any(),
            RuleHead::Compr { refr, assign, .. } => {
                let value = match of_else.or(assign.as_ref()) {
                    Some(assign) => self.value(&assign.value, scope),
                    None => Type::always(),
                };
                if is_map(head) {
                    if let Expr::RefBrack { index, .. } = &**refr {
                        self.value(index, scope);
                    }
                    return Type::object(Fields { known: BTreeMap::new(), rest: Some(value.or_absent()) });
                }
                value
            }
            RuleHead::Func { assign, .. } => match of_else.or(assign.as_ref()) {
                Some(assign) => self.value(&assign.value, scope),
                None => Type::always(),
            },
        }
    }

    /// An element of `deny`, `require_approval` or `warn`.
    fn element_of(&mut self, set: &str, key: &'a Ref<Expr>, element: &Type<'s>) {
        let of_rule = self.here.is_some_and(|here| matches!(here.parsed.place.role, Role::Rule { .. }));
        if of_rule && SETS.iter().any(|(name, _)| *name == set) {
            self.finding(set, key, element);
        }
    }

    pub(super) fn call(
        &mut self,
        fcn: &'a Expr,
        params: &'a [Ref<Expr>],
        span: &'a Span,
        scope: &Scope<'a, 's>,
    ) -> Type<'s> {
        let takes = if self.has_result_place(fcn, params) { params.len() - 1 } else { params.len() };
        let params = params.get(..takes).unwrap_or_default();
        let arguments: Vec<_> = params.iter().map(|param| self.value(param, scope)).collect();
        let Some((package, name)) = self.function(fcn) else {
            let name = Reference::of(fcn).map(|reference| reference.names().join(".")).unwrap_or_default();
            return self.built_in(&name, params, &arguments, span);
        };
        let mut left = Vec::new();
        for ((parameter, param), value) in parameters(package, name).into_iter().zip(params).zip(&arguments) {
            if let Some(argument) = path(param) {
                left.extend(scope.passed(&argument, parameter));
            }
            self.argument_unit(fcn, parameter, param, value);
        }
        let arguments = arguments.iter().map(Type::present).collect();
        self.within(package, |checker| checker.applied(package, name, arguments, left))
    }

    /// `format.percent(ppm)` takes parts per million.
    fn argument_unit(&mut self, fcn: &'a Expr, parameter: &str, param: &'a Ref<Expr>, value: &Type<'s>) {
        let given = value.number.and_then(|number| number.unit);
        if let (Some(wanted), Some(given)) = (Unit::of_name(parameter), given)
            && !wanted.fits(given)
        {
            let (function, what, is, takes) = (shown(fcn), shown(param), given.described(), wanted.described());
            self.report(
                param.span(),
                format!("`{what}` is in {is} and `{function}` takes {takes}: convert it, or call another function"),
            );
        }
    }

    fn built_in(&mut self, name: &str, params: &'a [Ref<Expr>], arguments: &[Type<'s>], span: &'a Span) -> Type<'s> {
        for ((param, value), kinds) in params.iter().zip(arguments).zip(builtin::takes(name)) {
            self.argument(name, param, value, kinds);
        }
        match (name, arguments) {
            ("sprintf", [_, with]) => {
                self.format(params, with);
                Type::text()
            }
            ("object.union", [a, b]) => self.schema.merged(a, b),
            ("object.get", [of, at, default]) => self.got(params, of, at, default, span),
            ("object.remove", [of, ..]) if !of.any => Type { absent: false, ..of.clone() },
            ("array.concat", [a, b]) => match (&a.array, &b.array) {
                (Some(a), Some(b)) => {
                    let joined = super::facts::Schema::joined(a, b);
                    Type { array: Some(super::kind::Shared::new(joined)), ..Type::default() }
                }
                _ => Type::array_of(&Type::any()),
            },
            _ => builtin::gives(name, arguments),
        }
    }

    fn argument(&mut self, name: &str, param: &'a Ref<Expr>, value: &Type<'s>, kinds: &str) {
        let what = shown(param);
        if !is_taken(value, kinds) {
            let (is, wanted) = (value.described(), builtin::described(kinds));
            self.report(param.span(), format!("`{name}` takes {wanted}, and `{what}` is {is}"));
        } else if !value.truths.is_empty() && !value.any && kinds != "x" {
            self.report(
                param.span(),
                format!("`{name}` takes {}, and `{what}` is true or false", builtin::described(kinds)),
            );
        } else if value.null && !value.any && kinds != "x" {
            self.report(
                param.span(),
                format!("`{what}` can be null, and `{name}` fails on it, which denies: add `{what} != null`"),
            );
        }
    }

    /// `object.get(of, at, default)`.
    fn got(
        &mut self,
        params: &'a [Ref<Expr>],
        of: &Type<'s>,
        at: &Type<'s>,
        default: &Type<'s>,
        span: &'a Span,
    ) -> Type<'s> {
        let mut found = of.clone();
        let mut keys = vec![at.clone()];
        if let Some(array) = at.array.as_ref().filter(|array| array.rest.is_none()) {
            keys.clone_from(&array.items);
        }
        let from_facts = of.objects.iter().any(|object| matches!(object, super::kind::Object::Facts(_)));
        for key in &keys {
            found = match self.schema.at(&found, key) {
                Ok(below) => below,
                Err(_) if !from_facts => return Type::any(),
                Err(message) => {
                    self.report(params.get(1).map_or(span, |param| param.span()), message);
                    return Type::any();
                }
            };
        }
        let stands_for_nothing = params.get(2).is_some_and(|default| is_blank(default));
        if from_facts && stands_for_nothing && !found.any {
            let default = params.get(2).map(|param| shown(param)).unwrap_or_default();
            let harmless = !found.absent && !found.null && default.ends_with([']', '}', ')']);
            let message = match (found.absent, found.null) {
                _ if harmless => return found,
                (true, _) => format!(
                    "`{default}` takes the place of what is not known, and looks like a value: use `null`, and say what to do then"
                ),
                (false, true) => format!(
                    "this is always there, so `{default}` is never used, and null stays null: test `!= null` instead"
                ),
                (false, false) => format!("this is always there, so `{default}` is never used: write the path itself"),
            };
            self.report(span, message);
        }
        found.present().or(default)
    }

    /// What a function leaves of its arguments' paths where it holds: what all of its definitions ask.
    pub(super) fn left_inside(&mut self, fcn: &'a Expr, params: &'a [Ref<Expr>]) -> Vec<(String, What)> {
        let Some((package, name)) = self.function(fcn) else { return Vec::new() };
        let names = parameters(package, name);
        let paths: Vec<_> = names.iter().zip(params).filter_map(|(name, param)| Some((*name, path(param)?))).collect();
        let mut common: Option<Vec<(String, What)>> = None;
        for rule in package.rules.get(name).into_iter().flatten() {
            let Rule::Spec { head: RuleHead::Func { assign: None, .. }, bodies, .. } = &***rule else {
                return Vec::new();
            };
            let [body] = bodies.as_slice() else { return Vec::new() };
            let mut left = Vec::new();
            for statement in &body.query.stmts {
                if let Literal::Expr { expr, .. } = &statement.literal {
                    left.extend(asked_of_kind(expr));
                    if let Expr::Call { fcn, params, .. } = &**expr {
                        left.extend(self.within(package, |checker| checker.left_inside(fcn, params)));
                    }
                }
            }
            common = Some(match common {
                Some(before) => before.into_iter().filter(|one| left.contains(one)).collect(),
                None => left,
            });
        }
        let renamed = |(at, what): (String, What)| {
            let (name, path) = paths.iter().find(|(name, _)| {
                at == *name || at.strip_prefix(*name).is_some_and(|rest| rest.starts_with(['.', '[']))
            })?;
            Some((format!("{path}{}", at.strip_prefix(*name)?), what))
        };
        common.unwrap_or_default().into_iter().filter_map(renamed).collect()
    }
}

/// `is_string(change.incident)` and `change.incident != null`.
fn asked_of_kind(expr: &Expr) -> Vec<(String, What)> {
    use regorus::unstable::BoolOp;
    match expr {
        Expr::Call { fcn, params, .. } => {
            let is = Reference::of(fcn)
                .is_some_and(|reference| reference.root.starts_with("is_") && reference.root != "is_null");
            params
                .first()
                .filter(|_| is)
                .and_then(|param| path(param))
                .map(|path| (path, What::NotNull))
                .into_iter()
                .collect()
        }
        Expr::BoolExpr { op: BoolOp::Ne, lhs, rhs, .. } if matches!(**rhs, Expr::Null { .. }) => {
            path(lhs).map(|path| (path, What::NotNull)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// A literal that says nothing: 0, "", false, an empty collection.
fn is_blank(expr: &Expr) -> bool {
    match expr {
        Expr::Number { .. } | Expr::Bool { .. } | Expr::String { .. } => true,
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.is_empty(),
        Expr::Object { fields, .. } => fields.is_empty(),
        Expr::Call { fcn, params, .. } => params.is_empty() && last_name(fcn) == Some("set"),
        _ => false,
    }
}

/// `worst[place] := …` makes an object.
fn is_map(head: &RuleHead) -> bool {
    matches!(head, RuleHead::Compr { refr, .. } if !matches!(**refr, Expr::Var { .. }))
}

/// The names of a function's arguments, as its first definition has them.
fn parameters<'a>(package: &'a Package<'a>, name: &str) -> Vec<&'a str> {
    let rules = package.rules.get(name).into_iter().flatten();
    let of = |rule: &'a Ref<Rule>| match &**rule {
        Rule::Spec { head: RuleHead::Func { args, .. }, .. } if head_name(rule).is_some() => {
            Some(args.iter().map(|argument| last_name(argument).unwrap_or("_")).collect::<Vec<_>>())
        }
        _ => None,
    };
    let all: Vec<Vec<&str>> = rules.filter_map(|rule| of(rule)).collect();
    let count = all.first().map(Vec::len).unwrap_or_default();
    // Of definitions that name an argument differently, one may not name it at all.
    (0..count)
        .map(|place| all.iter().filter_map(|names| names.get(place).copied()).find(|name| *name != "_").unwrap_or("_"))
        .collect()
}
