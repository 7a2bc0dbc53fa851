//! `tollgate slo …`: what whoever writes objectives, or answers for them, needs.

mod check;
mod import;
mod status;

use std::process::ExitCode;

use clap::Subcommand;

/// Commands about objectives.
#[derive(Debug, Subcommand)]
pub(crate) enum SloCommand {
    Check(check::CheckArgs),
    Status(status::StatusArgs),
    Import(import::ImportArgs),
}

/// Runs a command.
///
/// # Errors
/// When something cannot be read or written. What is wrong with data is printed, and is the exit code 1.
pub(crate) async fn run(command: SloCommand) -> anyhow::Result<ExitCode> {
    match command {
        SloCommand::Check(args) => Ok(check::run(&args)),
        SloCommand::Status(args) => status::run(args).await,
        SloCommand::Import(args) => import::run(&args),
    }
}
