//! What is refused at load, each with file, line and what to write instead. Mistakes that the engine would meet
//! only when it comes to them, or never, are found here.

mod calls;
pub(crate) mod index;
mod names;
mod recursion;
mod sets;
#[cfg(feature = "tools")]
pub(crate) mod types;

use std::collections::BTreeSet;

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

/// An error at a place in a package's file.
#[cfg(feature = "tools")]
pub(crate) fn at_span(
    package: &Package<'_>,
    span: &regorus::unstable::Span,
    message: impl Into<String>,
) -> PolicyError {
    PolicyError { column: Some(u64::from(span.col)), ..at(package, span.line, message) }
}
