//! All tests.

use std::env::consts::EXE_SUFFIX;

use anyhow::Result;

use crate::{emulator, processes, project, tools};

/// Runs the policies' tests, then the workspace's against emulators.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let tools = tools::run_set()?;
    build()?;
    let folder = project::folder(".tollgate/test")?;
    // They get ready while policies are tested.
    let (aws, billing) = (emulator::AWS.launch(&tools, &folder)?, emulator::BILLING.launch(&tools, &folder)?);
    policies(&["test", "--coverage"])?;
    let (aws, billing) = (aws.ready()?, billing.ready()?);
    let mut test = project::locked(&["test"]);
    test.arg("--workspace").args(arguments).env("PATH", project::path_with(&[&tools])?);
    test.env("TOLLGATE_TEST_AWS_ENDPOINT", &aws.endpoint).env("TOLLGATE_TEST_BILLING_ENDPOINT", &billing.endpoint);
    processes::run(&mut test)
}

/// Builds the binaries apart from the tests, whose dependencies would turn on features that what is shipped has not:
/// the end-to-end tests start what users get.
pub(crate) fn build() -> Result<()> {
    processes::run(project::locked(&["build"]).args(["--workspace", "--bins"]))
}

/// Runs `tollgate policies` as it was built.
pub(crate) fn policies(arguments: &[&str]) -> Result<()> {
    tollgate(&[&["policies"], arguments].concat())
}

/// Runs `tollgate` as it was built.
pub(crate) fn tollgate(arguments: &[&str]) -> Result<()> {
    let binary = project::built("debug", &format!("tollgate{EXE_SUFFIX}"));
    processes::run(project::command(binary).args(arguments))
}
