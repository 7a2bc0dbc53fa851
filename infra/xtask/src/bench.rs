//! The benchmarks.

use anyhow::Result;

use crate::{opa, processes, project, tools};

/// Builds the functions as they are shipped and runs them, with these arguments for `cargo bench`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    processes::run(project::locked(&["build"]).args([
        "--release",
        "--package",
        "change-gate",
        "--package",
        "cost-gate",
        "--package",
        "slo-gate",
    ]))?;
    let mut bench = project::locked(&["bench"]);
    bench.args(["--package", "tollgate-bench"]);
    bench.env("TOLLGATE_OPA_SCRIPT", opa::script()).env("TOLLGATE_OPA_LIBRARY", tools::opa_library()?);
    processes::run(bench.args(arguments))
}
