//! The functions under `cargo lambda watch`.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{
    http::Starting,
    ports,
    processes::{self, Server},
    project::{self, Progress},
};

/// The functions' binaries.
pub(crate) const FUNCTIONS: [&str; 3] = ["change-gate", "cost-gate", "slo-gate"];

/// Functions that answer; they stop when this is dropped.
pub(crate) struct Gates {
    pub(crate) port: u16,
    _server: Server,
}

impl Gates {
    /// The function URL of one of them.
    pub(crate) fn url(&self, function: &str) -> String {
        url(self.port, function)
    }
}

fn url(port: u16, function: &str) -> String {
    format!("http://{}:{port}/lambda-url/{function}", ports::LOOPBACK)
}

/// Starts them with this environment, and waits until they answer.
pub(crate) fn watch(tools: &Path, folder: &Path, port: u16, environment: impl FnOnce(&mut Command)) -> Result<Gates> {
    let progress = Progress::start("starting the gates under cargo lambda");
    let log = folder.join("function.log");
    let mut command = project::locked(&["lambda", "watch"]);
    command
        .args(["--ignore-changes", "-A", ports::LOOPBACK, "-P"])
        .arg(port.to_string())
        .env("PATH", project::path_with(&[tools])?);
    environment(&mut command);
    let mut server = processes::serve("cargo lambda watch", &mut command, &log)?;
    for function in FUNCTIONS {
        let health = format!("{}/v1/health", url(port, function));
        // A function that ends at once is started again by the next request, and ends again.
        let starting = Starting { url: &health, log: &log, hopeless: "command exited code=" };
        starting.wait(&mut server, &progress)?;
    }
    progress.done(&format!("http://{}:{port}", ports::LOOPBACK));
    Ok(Gates { port, _server: server })
}
