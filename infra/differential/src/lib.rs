//! Holds the shipped rules against the real OPA, and against what must hold of any facts.
//!
//! [`drawn`] makes facts of every gate from a seed, along the published schema: several elements in each list, with
//! fields that are missing, null, zero, negative, at a threshold and beside it. [`laws`] says what adding, removing and
//! reordering elements may never do to what the rules find.

pub mod drawn;
pub mod laws;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Result, anyhow};
use tollgate_policy::{Evaluator, Limits, PolicySet};

/// The folder of the shipped policies.
pub fn policies() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package).join("policies")
}

/// An evaluator whose limits no busy machine reaches: what is compared is what rules find, not how fast.
///
/// # Errors
/// When the policies are not in order.
pub fn evaluator(folder: &Path) -> Result<Evaluator> {
    let policies = PolicySet::load(folder).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow!("the policies cannot be loaded:\n{}", lines.join("\n"))
    })?;
    let patient = Duration::from_secs(60);
    Ok(Evaluator::new(policies, Limits { rule_time: patient, total_time: patient, ..Limits::default() }))
}
