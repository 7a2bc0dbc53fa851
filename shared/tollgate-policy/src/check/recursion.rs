//! No rule or function may depend on itself, directly or through others.

use std::collections::{BTreeMap, BTreeSet};

use super::{Index, Package, at, calls::each_call, index::expand};
use crate::{
    PolicyError,
    reference::{Reference, each_reference, locals},
};

/// A definition: its package's path and its name.
type Name<'a> = (&'a str, &'a str);

pub(super) fn check(index: &Index<'_>, errors: &mut Vec<PolicyError>) {
    let mut graph: BTreeMap<Name<'_>, BTreeSet<Name<'_>>> = BTreeMap::new();
    for package in index.packages() {
        for (name, rules) in &package.rules {
            let needs = graph.entry((&package.path, name)).or_default();
            for rule in rules {
                let locals = locals(rule);
                each_reference(rule, &mut |reference| {
                    if !locals.contains(reference.root) {
                        needs.extend(target(index, package, &reference));
                    }
                });
                each_call(rule, &mut |function, _| {
                    needs.extend(Reference::of(function).and_then(|reference| target(index, package, &reference)));
                });
            }
        }
    }
    let mut done = BTreeSet::new();
    for start in graph.keys() {
        let mut path = Vec::new();
        if let Some(cycle) = find_cycle(&graph, *start, &mut path, &mut done) {
            errors.extend(describe(index, &cycle));
        }
    }
}

fn target<'a>(index: &'a Index<'_>, package: &'a Package<'_>, reference: &Reference<'_>) -> Option<Name<'a>> {
    let names = reference.names();
    let expanded = expand(package, &names);
    let (package, name) = match expanded.as_slice() {
        ["data", ..] => index.resolve(&expanded)?,
        [name, ..] => (package, Some(*name)),
        [] => return None,
    };
    let (name, _) = package.rules.get_key_value(name?)?;
    Some((&package.path, name))
}

/// Follows what a definition needs; gives the way round when it leads back.
fn find_cycle<'a>(
    graph: &BTreeMap<Name<'a>, BTreeSet<Name<'a>>>,
    name: Name<'a>,
    path: &mut Vec<Name<'a>>,
    done: &mut BTreeSet<Name<'a>>,
) -> Option<Vec<Name<'a>>> {
    if let Some(start) = path.iter().position(|seen| *seen == name) {
        return Some(path.iter().skip(start).copied().collect());
    }
    if !done.insert(name) {
        return None;
    }
    path.push(name);
    let found = graph.get(&name).into_iter().flatten().find_map(|next| find_cycle(graph, *next, path, done));
    path.pop();
    found
}

fn describe(index: &Index<'_>, cycle: &[Name<'_>]) -> Option<PolicyError> {
    let (path, name) = cycle.first()?;
    let package = index.get(path)?;
    let line = package.rules.get(name)?.first()?.span().line;
    let way: Vec<_> = cycle.iter().chain(cycle.first()).map(|(_, name)| format!("`{name}`")).collect();
    Some(at(package, line, format!("depends on itself ({}): iterate with `some … in …` instead", way.join(" → "))))
}
