//! What is refused at load, each with file, line and what to write instead. Mistakes that the engine would meet
//! only when it comes to them, or never, are found here.

mod calls;
mod constructs;
pub(crate) mod index;
mod names;
mod recursion;
pub(crate) mod regexes;
mod sets;
#[cfg(feature = "tools")]
pub(crate) mod types;
mod unbound;

use std::collections::BTreeSet;

use regorus::unstable::Span;
use tollgate_core::finding::Effect;

use crate::{PolicyError, metadata::RuleMetadata, module_path::Role, modules::ParsedModule};

pub(crate) use index::{Index, Package};

/// The sets that a rule can have, by effect.
pub(crate) const SETS: [(&str, Effect); 3] =
    [("deny", Effect::Deny), ("require_approval", Effect::RequireApproval), ("warn", Effect::Warn)];

/// All checks that need nothing but the policies.
pub(crate) fn modules(modules: &[ParsedModule], rules: &[RuleMetadata], data: &BTreeSet<String>) -> Vec<PolicyError> {
    let index = Index::of(modules);
    let mut errors = Vec::new();
    for package in index.packages() {
        names::check(&index, package, data, &mut errors);
        calls::check(&index, package, &mut errors);
        constructs::check(package, &mut errors);
        unbound::check(package, &mut errors);
        if let Role::Rule { name, .. } = &package.parsed.place.role {
            let metadata = rules.iter().find(|rule| rule.name == *name);
            sets::check(package, metadata, &mut errors);
        }
    }
    recursion::check(&index, &mut errors);
    errors
}

/// An error at a line of a package's file.
fn at(package: &Package<'_>, line: u32, message: impl Into<String>) -> PolicyError {
    PolicyError::new(&package.parsed.file, u64::from(line), message)
}

/// An error at a column of a package's file, in characters.
pub(crate) fn at_span(package: &Package<'_>, span: &Span, message: impl Into<String>) -> PolicyError {
    let before = usize::try_from(span.start).ok().and_then(|start| span.source.contents().get(..start));
    let column = before.and_then(|before| before.rsplit('\n').next()).map(|line| line.chars().count());
    let column = column.and_then(|chars| u64::try_from(chars).ok()).map(|chars| chars.saturating_add(1));
    PolicyError { column, ..at(package, span.line, message) }
}
