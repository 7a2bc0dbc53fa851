//! End-to-end harness: real function binaries as processes, a stand-in for Lambda around them, AWS emulators behind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a harness of tests fails by panicking"
)]

pub mod account;
pub mod bill;
pub mod billing;
pub mod function;
pub mod letters;
pub mod mailbox;
pub mod recording;
pub mod runtime_api;
pub mod spending;
pub mod sweeps;
pub mod telemetry;
pub mod valve;
pub mod world;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context as _;

/// Long enough for a loaded machine, short enough to notice what hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A client for servers of this machine, to which every status is an answer.
pub fn agent() -> ureq::Agent {
    // A proxy that the environment names has no business with this machine's own servers.
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).proxy(None);
    config.build().into()
}

/// The workspace's folder.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the workspace").to_owned()
}

/// A binary of the workspace, next to the running test's own.
pub fn binary(name: &str) -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.ancestors().nth(2).context("a test runs from target/<profile>/deps")?;
    let binary = folder.join(name);
    anyhow::ensure!(binary.exists(), "{} is not built: run `cargo xtask test`, which builds it", binary.display());
    Ok(binary)
}

/// The AWS emulator's address.
pub fn aws_endpoint() -> String {
    std::env::var("TOLLGATE_TEST_AWS_ENDPOINT").expect("no AWS emulator: run `cargo xtask test`, which starts it")
}

/// The address of the emulator of Cost Explorer and AWS Budgets.
pub fn billing_endpoint() -> String {
    let endpoint = std::env::var("TOLLGATE_TEST_BILLING_ENDPOINT");
    endpoint.expect("no emulator of Cost Explorer: run `cargo xtask test`, which starts it")
}
