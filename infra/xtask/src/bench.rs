//! The benchmarks.

use anyhow::Result;

use crate::{processes, project};

/// Builds the function as it is shipped and runs them, with these arguments for `cargo bench`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    processes::run(project::locked(&["build"]).args(["--release", "--package", "change-gate"]))?;
    processes::run(project::locked(&["bench"]).args(["--package", "tollgate-bench"]).args(arguments))
}
