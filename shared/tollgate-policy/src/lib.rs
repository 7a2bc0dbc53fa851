//! Loads, checks, evaluates, tests and covers Rego policies: the only crate that knows regorus.
//!
//! Four layers keep a policy from doing harm, and whatever one of them stops ends in a denial: checks at load
//! ([`PolicySet`]), limits on time and memory, a thread of its own with a deep stack, and caught panics
//! ([`Evaluator`]).

mod board;
mod builtins;
mod check;
mod claims;
mod cpu_time;
mod element;
mod evaluator;
mod expected;
mod facts_value;
mod functions;
mod judge;
mod manifest;
mod metadata;
mod module_path;
mod modules;
mod panics;
mod policy_set;
mod reference;
mod resident;
mod rewrite;
mod sources;
mod syntax;
#[cfg(feature = "tools")]
pub mod tools;

mod worker;

pub use evaluator::{Evaluator, Limits};
pub use expected::Difference;
pub use metadata::RuleMetadata;
pub use policy_set::PolicySet;
use tollgate_core::suggest;

/// What is wrong with a policy, where, and what to write instead.
pub use tollgate_core::data::DataError as PolicyError;

/// The built-in functions that a policy may call, each with whether its first argument must be a literal text.
pub fn allowed_builtins() -> impl Iterator<Item = (&'static str, bool)> {
    builtins::ALLOWED.iter().map(|name| (*name, builtins::LITERAL_FIRST.contains(name)))
}
