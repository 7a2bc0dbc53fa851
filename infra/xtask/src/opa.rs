//! The real OPA beside ours: the same findings in drawn facts, and how long it takes.

use std::{
    path::PathBuf,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Result;

use crate::{processes, project, tools};

/// How many facts of each gate a release is held against.
pub(crate) const BEFORE_A_RELEASE: u64 = 10_000;
/// How many a change is: well below a minute.
const BEFORE_A_CHANGE: u64 = 150;

/// Runs the policies' tests in OPA, compares what every rule finds in so many facts of each gate, and sees that no
/// element or field less or more loses findings of others. Facts are drawn anew each time but for a given seed.
pub(crate) fn run(count: u64, seed: Option<u64>) -> Result<()> {
    let library = tools::opa_library()?;
    processes::run(project::locked(&["build"]).args(["--quiet", "--package", "tollgate-differential"]))?;
    let seed = seed.unwrap_or_else(seconds_now).to_string();
    let program = project::built("debug", "tollgate-differential");
    let folder = project::folder(".tollgate/opa")?;
    let mut compare = project::command("python3");
    compare.arg(script()).arg(library).arg(project::root().join("policies")).arg("compare").arg(&program);
    processes::run(compare.args([&seed, &count.to_string()]).arg(folder))?;
    let mut laws = Command::new(program);
    processes::run(laws.args(["laws", "--seed", &seed, "--count", &(count / CHANGED_OF).max(1).to_string()]))
}

/// Of so many facts that are compared the elements of one are changed, which takes a dozen evaluations.
const CHANGED_OF: u64 = 10;

/// What holds before a change lands.
pub(crate) fn few() -> Result<()> {
    run(BEFORE_A_CHANGE, None)
}

/// The same before a release.
pub(crate) fn many() -> Result<()> {
    run(BEFORE_A_RELEASE, None)
}

/// The script that drives OPA.
pub(crate) fn script() -> PathBuf {
    project::root().join("infra/differential/opa.py")
}

fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
