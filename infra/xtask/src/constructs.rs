//! The engine, as the loader gives it policies, beside the real OPA: construct by construct.

use anyhow::Result;

use crate::{processes, project, tools};

/// Compares what is written down and as many generated modules as are asked for.
pub(crate) fn run(count: u32) -> Result<()> {
    let library = tools::opa_library()?;
    processes::run(project::locked(&["build"]).args([
        "--quiet",
        "--package",
        "tollgate-policy",
        "--features",
        "tools",
        "--example",
        "constructs",
    ]))?;
    let root = project::root();
    let mut compare = project::command("python3");
    compare.arg(root.join("infra/bench/constructs.py")).arg(library);
    compare
        .arg(root.join("target/debug/examples/constructs"))
        .arg(root.join("shared/tollgate-policy/tests/constructs"));
    processes::run(compare.arg(count.to_string()))
}

/// The same before a release.
pub(crate) fn many() -> Result<()> {
    run(20_000)
}
