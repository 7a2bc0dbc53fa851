//! Ports of this machine's loopback address.

use std::net::TcpListener;

use anyhow::{Context, Result};

/// The only address that anything here listens on.
pub(crate) const LOOPBACK: &str = "127.0.0.1";

/// A port that nothing listens on at the moment.
pub(crate) fn free() -> Result<u16> {
    let listener = TcpListener::bind((LOOPBACK, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// The port that was asked for, if nothing listens on it, or any free one.
pub(crate) fn asked_or_free(asked: Option<u16>) -> Result<u16> {
    let Some(port) = asked else { return free() };
    TcpListener::bind((LOOPBACK, port))
        .with_context(|| format!("port {port} is not to be had: give another `--port`, or none to use a free one"))?;
    Ok(port)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    #[test]
    fn a_taken_port_is_refused_with_what_to_do() {
        let taken = TcpListener::bind((super::LOOPBACK, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = format!("{:#}", super::asked_or_free(Some(port)).unwrap_err());
        assert!(error.contains(&format!("port {port} is not to be had: give another `--port`")), "{error}");
    }
}
