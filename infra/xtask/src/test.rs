//! All tests.

use std::env;

use anyhow::Result;

use crate::{emulator, processes, project, tools};

/// Runs the policies' tests, then the workspace's against an emulator.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let tools = tools::run_set()?;
    // The end-to-end tests start the binaries; built with the tests, so that nothing is compiled twice.
    processes::run(&mut project::cargo(&["build", "--workspace", "--bins", "--tests"]))?;
    policies(&["test", "--coverage"])?;
    cargo(&tools, arguments)
}

/// Runs the workspace's tests; everything has been built.
fn cargo(tools: &std::path::Path, arguments: &[String]) -> Result<()> {
    let folder = project::folder(".tollgate/test")?;
    let emulator = emulator::start(tools, &folder)?;
    let mut test = project::cargo(&["test", "--workspace"]);
    test.args(arguments).env("PATH", project::path_with(&[tools])?);
    test.env("TOLLGATE_TEST_AWS_ENDPOINT", &emulator.endpoint);
    processes::run(&mut test)
}

/// Runs `tollgate policies` as it was built.
pub(crate) fn policies(arguments: &[&str]) -> Result<()> {
    tollgate(&[&["policies"], arguments].concat())
}

/// Runs `tollgate` as it was built.
pub(crate) fn tollgate(arguments: &[&str]) -> Result<()> {
    processes::run(project::command(project::built("debug", &format!("tollgate{}", env::consts::EXE_SUFFIX))).args(arguments))
}
