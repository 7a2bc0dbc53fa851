//! The benchmarks.

use anyhow::Result;

use crate::{processes, project};

/// Runs them, with these arguments for `cargo bench`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    processes::run(project::cargo(&["bench", "--package", "tollgate-bench"]).args(arguments))
}
