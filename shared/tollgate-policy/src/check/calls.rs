//! Calls: only functions that exist, with as many arguments as they take, and that are allowed.

use regorus::unstable::{Expr, Rule};

use super::{Index, Package, at_span, index::expand, regexes::as_in_re2};
use crate::{
    PolicyError,
    builtins::{ALLOWED, LITERAL_FIRST, arity, is_allowed, refusal},
    functions::{glob, sprintf},
    reference::{Reference, text},
    suggest::did_you_mean,
    syntax::{Node, walk_rule},
};

pub(super) fn check(index: &Index<'_>, package: &Package<'_>, errors: &mut Vec<PolicyError>) {
    for rule in &package.parsed.module.policy {
        each_call(rule, &mut |function, arguments| {
            if let Err(message) = check_call(index, package, function, arguments) {
                errors.push(at_span(package, function.span(), message));
            }
        });
    }
}

/// Visits every call in a rule.
pub(super) fn each_call<'a>(rule: &'a Rule, visit: &mut dyn FnMut(&'a Expr, &'a [regorus::unstable::Ref<Expr>])) {
    walk_rule(rule, &mut |node| {
        if let Node::Expr(expr) = node
            && let Expr::Call { fcn, params, .. } = &**expr
        {
            visit(fcn, params);
        }
        true
    });
}

fn check_call(
    index: &Index<'_>,
    package: &Package<'_>,
    function: &Expr,
    arguments: &[regorus::unstable::Ref<Expr>],
) -> Result<(), String> {
    let Some(reference) = Reference::of(function) else {
        return Err("what is called here is not a name: call a function by its name".to_owned());
    };
    let names = reference.names();
    if names.len() != reference.steps.len() + 1 {
        return Err("which function this calls is known only when it runs: call it by its name".to_owned());
    }
    let shown = names.join(".");
    let expanded = expand(package, &names);
    if expanded.first() == Some(&"data") {
        let Some((target, Some(name))) = index.resolve(&expanded) else {
            return Err(format!("`{shown}` calls a function of a package that is not there: look at the imports"));
        };
        let known = target.rules.keys().copied();
        let Some(takes) = target.arity(name) else {
            return Err(format!("`{}` has no function `{name}`{}", target.path, did_you_mean(name, known)));
        };
        return check_count(&shown, takes, arguments.len());
    }
    if let [name] = names.as_slice()
        && package.rules.contains_key(name)
    {
        let takes =
            package.arity(name).ok_or_else(|| format!("`{name}` is not a function: use it without brackets"))?;
        return check_count(&shown, takes, arguments.len());
    }
    let message = check_builtin(package, &shown, arguments);
    if is_on_next_line(function, arguments) {
        return message.map_err(|said| {
            format!(
                "{said}; the line behind it begins with `(`, and is read as its arguments: give what is in brackets a name \
                 first, or turn the condition round"
            )
        });
    }
    message
}

/// Whether a line break stands between a function and the bracket of its arguments.
fn is_on_next_line(function: &Expr, arguments: &[regorus::unstable::Ref<Expr>]) -> bool {
    let bytes = |at: u32| usize::try_from(at).unwrap_or_default();
    let Some(first) = arguments.first() else { return false };
    let (end, start) = (bytes(function.span().end), bytes(first.span().start));
    let between = function.span().source.contents().get(end..start).unwrap_or_default();
    between.split('(').next().is_some_and(|before| before.contains('\n'))
}

fn check_builtin(package: &Package<'_>, name: &str, arguments: &[regorus::unstable::Ref<Expr>]) -> Result<(), String> {
    if !is_allowed(name) {
        let known = ALLOWED.iter().chain(package.rules.keys()).copied();
        return Err(match refusal(name) {
            Some(reason) => format!("`{name}` may not be used: {reason}"),
            None => format!("there is no function `{name}`{}", did_you_mean(name, known)),
        });
    }
    let literal = matches!(arguments.first().map(|first| &**first), Some(Expr::String { .. } | Expr::RawString { .. }));
    if LITERAL_FIRST.contains(&name) && !literal {
        return Err(format!("the first argument of `{name}` must be a literal text, so that no request can choose it"));
    }
    if let Some(literal) = arguments.first().and_then(|first| literal_text(first)) {
        check_literal(name, literal, arguments)?;
    }
    arity(name).map_or(Ok(()), |takes| check_count(name, takes, arguments.len()))
}

/// One more argument than it takes is where Rego puts the result.
fn check_count(name: &str, takes: usize, given: usize) -> Result<(), String> {
    if given == takes || given == takes + 1 {
        Ok(())
    } else {
        Err(format!("`{name}` takes {takes} arguments, and {given} are given"))
    }
}

/// How wide a field of a text may be.
const WIDEST: usize = 99;

/// What a literal says that only one of the engines takes.
fn check_literal(name: &str, literal: &str, arguments: &[regorus::unstable::Ref<Expr>]) -> Result<(), String> {
    match (name, arguments.get(1).map(|values| &**values)) {
        ("regex.match", _) => as_in_re2(literal).map(drop),
        ("glob.match", _) => glob::check(literal).map_err(|said| format!("in the pattern `{literal}`: {said}")),
        ("sprintf", values) => {
            let places = sprintf::places(&sprintf::parts(literal, WIDEST)?);
            match values {
                Some(Expr::Array { items, .. }) if items.len() != places => {
                    let given = items.len();
                    Err(format!("the format has {places} places and {given} values are given: make them agree"))
                }
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn literal_text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::String { value, .. } | Expr::RawString { value, .. } => text(value),
        _ => None,
    }
}
