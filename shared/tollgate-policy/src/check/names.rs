//! Names: imports and references to `data` lead to something that is there and that a policy may read; every
//! definition of a rule is used; `with` stays in tests.

use std::collections::BTreeSet;

use regorus::unstable::{Expr, Rule};

use super::{Index, Package, SETS, at, calls::each_call, index::expand};
use crate::{
    PolicyError,
    module_path::Role,
    reference::{Reference, Step, each_reference, locals},
    suggest::did_you_mean,
    syntax::{Node, walk_rule},
};

pub(super) fn check(index: &Index<'_>, package: &Package<'_>, data: &BTreeSet<String>, errors: &mut Vec<PolicyError>) {
    for import in &package.parsed.module.imports {
        if let Some(reference) = Reference::of(&import.refr)
            && let Err(message) = check_import(index, package, data, &reference)
        {
            errors.push(at(package, import.span.line, message));
        }
    }
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for rule in &package.parsed.module.policy {
        let locals = locals(rule);
        for reserved in ["data", "input"].iter().filter(|name| locals.contains(**name)) {
            errors.push(at(package, rule.span().line, format!("`{reserved}` cannot be a variable: rename it")));
        }
        each_reference(rule, &mut |reference| {
            used.insert(reference.root);
            if !locals.contains(reference.root)
                && let Err(message) = check_data(index, package, data, &reference)
            {
                errors.push(at(package, reference.line, message));
            }
        });
        each_call(rule, &mut |function, _| used.extend(Reference::of(function).map(|reference| reference.root)));
        check_forms(package, rule, errors);
    }
    check_used(package, &used, errors);
}

fn check_import(
    index: &Index<'_>,
    package: &Package<'_>,
    data: &BTreeSet<String>,
    reference: &Reference<'_>,
) -> Result<(), String> {
    match reference.names().as_slice() {
        ["rego", "v1"] | ["input", ..] => Ok(()),
        ["future", "keywords", ..] => {
            Err("`import future.keywords` is not needed, its keywords are always there: remove it".to_owned())
        }
        ["data", ..] => check_data(index, package, data, reference),
        names => Err(format!("`{}` cannot be imported: import `data.tollgate.lib.<name>`", names.join("."))),
    }
}

/// A policy reads its own package, shared functions and the folder's `data.json`; a test also what it tests.
fn check_data(
    index: &Index<'_>,
    package: &Package<'_>,
    data: &BTreeSet<String>,
    reference: &Reference<'_>,
) -> Result<(), String> {
    let names = reference.names();
    let expanded = expand(package, &names);
    let Some((&"data", path)) = expanded.split_first() else { return Ok(()) };
    let shown = expanded.join(".");
    match path {
        [] | ["tollgate"] | ["tollgate", _] => {
            let stops = if reference.steps.iter().any(|step| matches!(step, Step::Any)) { "[…]" } else { "" };
            Err(format!("`{shown}{stops}` reads whatever is there: name the package, `data.tollgate.lib.<name>`"))
        }
        ["tollgate", top, name, ..] => {
            let own = |path: &str| package.path == path || package.path.strip_suffix("_test") == Some(path);
            let path = format!("tollgate.{top}.{name}");
            if *top != "lib" && !own(&path) {
                let message = "a rule is judged on its own: move what both need to `lib/`";
                return Err(format!("`{shown}` belongs to another rule, and {message}"));
            }
            let Some((target, member)) = index.resolve(&expanded) else {
                let known: Vec<_> = index.packages().map(|package| package.path.as_str()).collect();
                return Err(format!("there is no package `{path}`{}", did_you_mean(&path, known)));
            };
            match member {
                Some(member) if !target.rules.contains_key(member) => {
                    let hint = did_you_mean(member, target.rules.keys().copied());
                    Err(format!("`{path}` does not define `{member}`{hint}"))
                }
                Some(_) | None => Ok(()),
            }
        }
        [key, ..] if data.contains(*key) => Ok(()),
        [key, ..] => {
            let hint = did_you_mean(key, data.iter().map(String::as_str));
            Err(format!("there is no `data.{key}`{hint}: what a rule needs to know is in `input`"))
        }
    }
}

/// What the engine takes and then fails on, and what is for tests only.
fn check_forms(package: &Package<'_>, rule: &Rule, errors: &mut Vec<PolicyError>) {
    let tests = package.parsed.place.role == Role::Test;
    walk_rule(rule, &mut |node| {
        match node {
            Node::Statement(statement) => {
                if let Some(modifier) = statement.with_mods.first().filter(|_| !tests) {
                    let message =
                        "`with` would judge by other facts than those that are recorded: use it only in tests";
                    errors.push(at(package, modifier.span.line, message));
                }
            }
            Node::Expr(expr) => {
                if let Expr::UnaryExpr { span, expr, .. } = &**expr
                    && !matches!(**expr, Expr::Number { .. })
                {
                    errors.push(at(package, span.line, "only a number can follow this `-`: write `0 - …`"));
                }
            }
        }
        true
    });
}

/// A name that nothing refers to is most likely a misspelt one.
fn check_used(package: &Package<'_>, used: &BTreeSet<&str>, errors: &mut Vec<PolicyError>) {
    let prefix = match package.parsed.place.role {
        Role::Rule { .. } => None,
        Role::Test => Some("test_"),
        Role::Library => return,
    };
    let sets = || SETS.iter().map(|(name, _)| *name);
    for (name, rules) in &package.rules {
        let called = prefix.map_or_else(|| sets().any(|set| set == *name), |prefix| name.starts_with(prefix));
        if called || used.contains(name) {
            continue;
        }
        let line = rules.first().map_or(1, |rule| rule.span().line);
        let hint = match prefix {
            Some(prefix) => format!(": a test's name begins with `{prefix}`"),
            None => match did_you_mean(name, sets()) {
                hint if hint.is_empty() => ": remove it, or use it in `deny`, `require_approval` or `warn`".to_owned(),
                hint => hint,
            },
        };
        errors.push(at(package, line, format!("nothing refers to `{name}`{hint}")));
    }
}
