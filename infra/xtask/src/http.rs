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

/// Asks until the answer is 200, while the server runs and for at most the given time.
pub(crate) fn wait_until_ready(
    url: &str,
    server: &mut Server,
    log: &Path,
    limit: Duration,
    progress: &Progress,
) -> Result<()> {
    let started = Instant::now();
    loop {
        server.ensure_running(log)?;
        let last = match answer(agent(Duration::from_secs(20)).get(url).call()) {
            Ok(answer) if answer.status == 200 => return server.ensure_running(log),
            Ok(answer) => format!("{} {}", answer.status, answer.body),
            Err(error) => error.to_string(),
        };
        let seconds = limit.as_secs();
        ensure!(
            started.elapsed() < limit,
            "{url} is not ready after {seconds} s: {last}\nthe end of {} says\n{}",
            log.display(),
            tail(log)
        );
        progress.at(tail(log).lines().last().unwrap_or_default());
        std::thread::sleep(Duration::from_millis(50));
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
