//! The function under `cargo lambda watch`.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{
    http::Starting,
    ports,
    processes::{self, Server},
    project::{self, Progress},
};

/// The function's binary.
pub(crate) const FUNCTION: &str = "change-gate";

/// A function that answers; it stops when this is dropped.
pub(crate) struct Gate {
    pub(crate) port: u16,
    /// Its function URL.
    pub(crate) url: String,
    _server: Server,
}

/// Starts it with this environment, and waits until it answers.
pub(crate) fn watch(tools: &Path, folder: &Path, port: u16, environment: impl FnOnce(&mut Command)) -> Result<Gate> {
    let progress = Progress::start(format!("starting {FUNCTION} under cargo lambda"));
    let log = folder.join("function.log");
    let mut command = project::locked(&["lambda", "watch"]);
    command
        .args(["--ignore-changes", "-A", ports::LOOPBACK, "-P"])
        .arg(port.to_string())
        .env("PATH", project::path_with(&[tools])?);
    environment(&mut command);
    let mut server = processes::serve("cargo lambda watch", &mut command, &log)?;
    let url = format!("http://{}:{port}/lambda-url/{FUNCTION}", ports::LOOPBACK);
    // A function that ends at once is started again by the next request, and ends again.
    let starting = Starting { url: &format!("{url}/v1/health"), log: &log, hopeless: "command exited code=" };
    starting.wait(&mut server, &progress)?;
    progress.done(&url);
    Ok(Gate { port, url, _server: server })
}
