//! AWS emulators of our own, each on a free port.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use crate::{
    http::Starting,
    ports,
    processes::{self, Server},
    project::{self, Progress},
};

/// An emulator that can be started.
pub(crate) struct Emulated {
    /// For people.
    name: &'static str,
    program: &'static str,
    /// In the folder that it is started for.
    log: &'static str,
    /// The path that answers 200 once it is ready.
    ready: &'static str,
    /// Environment and arguments beside those that all have.
    settings: fn(&mut Command, &str),
}

/// Most of AWS.
pub(crate) const AWS: Emulated = Emulated {
    name: "the AWS emulator",
    program: "ministack",
    log: "emulator.log",
    ready: "/_ministack/health",
    settings: |command, port| {
        command.env("BIND_HOST", ports::LOOPBACK).env("GATEWAY_PORT", port).env("IOT_MTLS_ENABLED", "0");
    },
};

/// Cost Explorer and AWS Budgets, which the other does not have.
pub(crate) const BILLING: Emulated = Emulated {
    name: "the emulator of Cost Explorer and AWS Budgets",
    program: "moto_server",
    log: "billing.log",
    ready: "/moto-api/",
    settings: |command, port| {
        // Tests have accounts of their own, which this would make one.
        command.env_remove("MOTO_ACCOUNT_ID").args(["--host", ports::LOOPBACK, "--port", port]);
    },
};

/// A running emulator; it stops when this is dropped.
pub(crate) struct Emulator {
    /// `http://127.0.0.1:PORT`
    pub(crate) endpoint: String,
    server: Server,
    kind: Emulated,
    log: PathBuf,
}

/// Starts the one that has most of AWS; `folder` takes its log and its temporary files.
pub(crate) fn start(tools: &Path, folder: &Path) -> Result<Emulator> {
    AWS.launch(tools, folder)?.ready()
}

impl Emulated {
    /// Starts it and does not wait for it; `folder` takes its log and its temporary files.
    pub(crate) fn launch(self, tools: &Path, folder: &Path) -> Result<Emulator> {
        let port = ports::free()?.to_string();
        let endpoint = format!("http://{}:{port}", ports::LOOPBACK);
        let log = folder.join(self.log);
        let mut command = project::command(tools.join(self.program));
        command.env("TMPDIR", folder);
        (self.settings)(&mut command, &port);
        credentials(&mut command, &endpoint);
        let server = processes::serve(self.name, &mut command, &log)?;
        Ok(Emulator { endpoint, server, kind: self, log })
    }
}

impl Emulator {
    /// The same, once it answers.
    pub(crate) fn ready(mut self) -> Result<Self> {
        let progress = Progress::start(format!("starting {}", self.kind.name));
        let url = format!("{}{}", self.endpoint, self.kind.ready);
        let starting = Starting { url: &url, log: &self.log, hopeless: "Address already in use" };
        starting.wait(&mut self.server, &progress)?;
        progress.done(&self.endpoint);
        Ok(self)
    }
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
