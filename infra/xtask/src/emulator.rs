//! An AWS emulator of our own, on a free port.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::{
    http::Starting,
    ports,
    processes::{self, Server},
    project::{self, Progress},
};

/// A running emulator; it stops when this is dropped.
pub(crate) struct Emulator {
    /// `http://127.0.0.1:PORT`
    pub(crate) endpoint: String,
    _server: Server,
}

/// Starts one; `folder` takes its log and its temporary files.
pub(crate) fn start(tools: &Path, folder: &Path) -> Result<Emulator> {
    let progress = Progress::start("starting the AWS emulator");
    let port = ports::free()?;
    let endpoint = format!("http://{}:{port}", ports::LOOPBACK);
    let log = folder.join("emulator.log");
    let mut command = project::command(tools.join("ministack"));
    command
        .env("BIND_HOST", ports::LOOPBACK)
        .env("GATEWAY_PORT", port.to_string())
        .env("IOT_MTLS_ENABLED", "0")
        .env("TMPDIR", folder);
    credentials(&mut command, &endpoint);
    let mut server = processes::serve("the AWS emulator", &mut command, &log)?;
    let health = format!("{endpoint}/_ministack/health");
    let starting = Starting { url: &health, log: &log, hopeless: "Address already in use" };
    starting.wait(&mut server, &progress)?;
    progress.done(&endpoint);
    Ok(Emulator { endpoint, _server: server })
}

/// Makes a command talk to the emulator, never to AWS, whatever the environment says.
pub(crate) fn credentials(command: &mut Command, endpoint: &str) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_DEFAULT_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true");
}
