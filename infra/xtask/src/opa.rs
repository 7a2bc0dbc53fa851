//! The real OPA beside ours: the same findings, and how long it takes.

use std::{
    fs::{self, File},
    path::PathBuf,
};

use anyhow::{Context, Result, ensure};

use crate::{processes, project, tools};

/// Runs the policies' tests in OPA, and compares what every rule finds in many facts.
pub(crate) fn run() -> Result<()> {
    let library = tools::opa_library()?;
    let cases = project::folder(".tollgate/opa")?.join("cases.jsonl");
    let mut write = project::locked(&["run"]);
    write.args(["--quiet", "--package", "tollgate-bench", "--bin", "opa-cases"]);
    let written = processes::spawn(write.stdout(File::create(&cases)?))?.wait()?;
    ensure!(written.success(), "the cases could not be written ({written})");
    let policies = project::root().join("policies");
    let mut compare = project::command("python3");
    compare.arg(script()).arg(library).arg(policies).arg("compare").arg(&cases);
    processes::run(&mut compare)?;
    fs::remove_file(&cases).context("cannot remove the cases")
}

/// The script that drives OPA.
pub(crate) fn script() -> PathBuf {
    project::root().join("infra/bench/opa.py")
}
