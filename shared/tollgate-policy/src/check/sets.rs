//! A rule's sets: `deny`, `require_approval` and `warn`, and nothing that looks like them.

use regorus::unstable::{Expr, Rule, RuleHead};

use super::{Package, SETS, at};
use crate::{PolicyError, metadata::RuleMetadata, suggest::nearest};

pub(super) fn check(package: &Package<'_>, metadata: Option<&RuleMetadata>, errors: &mut Vec<PolicyError>) {
    for (name, effect) in SETS {
        for rule in package.rules.get(name).into_iter().flatten() {
            let line = rule.span().line;
            if let Some(message) = wrong_form(name, rule) {
                errors.push(at(package, line, message));
            }
            if let Some(metadata) = metadata.filter(|metadata| effect > metadata.effect) {
                let declared = SETS.iter().find(|(_, other)| *other == metadata.effect).map_or("", |(name, _)| name);
                let message = format!(
                    "`{name}` is stronger than the metadata's `custom.effect: {declared}`: declare `effect: {name}`, or \
                     add to `{declared}`"
                );
                errors.push(at(package, line, message));
            }
        }
    }
    let defined = || SETS.iter().filter(|(name, _)| package.rules.contains_key(name));
    let line = package.parsed.module.package.span.line;
    let Some((strongest, effect)) = defined().max_by_key(|(_, effect)| *effect) else {
        // A misspelt set is reported by its name.
        let sets = || SETS.iter().map(|(name, _)| *name);
        if package.rules.keys().any(|name| nearest(name, sets()).is_some()) {
            return;
        }
        let message = "defines none of `deny`, `require_approval` and `warn`, so it would never find anything: write \
                       `deny contains {\"message\": …} if { … }`";
        errors.push(at(package, line, message));
        return;
    };
    if let Some(metadata) = metadata.filter(|metadata| metadata.effect > *effect) {
        let (declared, _) = SETS.iter().find(|(_, other)| *other == metadata.effect).unwrap_or(&SETS[0]);
        let message =
            format!("declares `custom.effect: {declared}` and has no `{declared}`: declare `effect: {strongest}`");
        errors.push(at(package, line, message));
    }
}

/// Only `deny contains … if …` adds to a set whatever other definitions do.
fn wrong_form(name: &str, rule: &Rule) -> Option<String> {
    match rule {
        Rule::Spec { head: RuleHead::Set { refr, key: Some(_), .. }, .. } if matches!(**refr, Expr::Var { .. }) => None,
        Rule::Default { .. } => {
            Some(format!("`default {name}` would hide what the rule finds: leave it out, an empty set is the default"))
        }
        Rule::Spec { .. } => {
            Some(format!("`{name}` must be a set: write `{name} contains {{\"message\": …}} if {{ … }}`"))
        }
    }
}
