//! Asking servers of this machine.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use ureq::Agent;

use crate::{
    processes::{Server, tail},
    project::Progress,
};

/// An answer, whatever its status.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Sends JSON; the `host` header is the address's own unless given.
pub(crate) fn post(url: &str, host: Option<&str>, body: &str) -> Result<Answer> {
    let request = agent(Duration::from_secs(60)).post(url).header("content-type", "application/json");
    let request = match host {
        Some(host) => request.header("host", host),
        None => request,
    };
    answer(request.send(body)).with_context(|| format!("no answer from {url}"))
}

/// A server that is about to be ready.
pub(crate) struct Starting<'a> {
    /// Answers 200 once the server is ready.
    pub(crate) url: &'a str,
    /// What the server says.
    pub(crate) log: &'a Path,
    /// It will not be ready once its log holds this.
    pub(crate) hopeless: &'a str,
}

/// How long a server may take to answer, and how long it may answer otherwise than 200.
const SILENT: Duration = Duration::from_secs(90);
const REFUSING: Duration = Duration::from_secs(10);

impl Starting<'_> {
    /// Asks until the server is ready, while it runs and while there is hope.
    pub(crate) fn wait(&self, server: &mut Server, progress: &Progress) -> Result<()> {
        let started = Instant::now();
        let mut refused: Option<Instant> = None;
        loop {
            server.ensure_running(self.log)?;
            let last = match answer(agent(Duration::from_secs(5)).get(self.url).call()) {
                Ok(answer) if answer.status == 200 => return server.ensure_running(self.log),
                Ok(answer) => {
                    refused.get_or_insert_with(Instant::now);
                    format!("{} {}", answer.status, answer.body)
                }
                Err(error) => format!("{error:#}"),
            };
            let said = tail(self.log);
            let hope = !said.contains(self.hopeless)
                && started.elapsed() < SILENT
                && refused.is_none_or(|first| first.elapsed() < REFUSING);
            let log = self.log.display();
            ensure!(hope, "{} does not get ready: {last}\nthe end of {log} says\n{said}", self.url);
            progress.at(said.lines().last().unwrap_or_default());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn agent(timeout: Duration) -> Agent {
    // A proxy that the environment names has no business with this machine's own servers.
    Agent::config_builder().http_status_as_error(false).timeout_global(Some(timeout)).proxy(None).build().into()
}

fn answer(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Answer> {
    let mut response = response?;
    Ok(Answer { status: response.status().as_u16(), body: response.body_mut().read_to_string()? })
}
