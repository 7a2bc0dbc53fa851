//! Writes the bill of the demo's services, as it would be fetched at a time that is given, or now.

use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use tollgate_e2e::bill::{bill, overspent};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let at = match std::env::args().nth(1) {
        Some(text) => text.parse::<DateTime<Utc>>().with_context(|| format!("`{text}` is no time"))?,
        None => Utc::now(),
    };
    println!("{}", bill(&overspent(at.date_naive()), at));
    Ok(())
}
