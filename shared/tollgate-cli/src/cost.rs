//! `tollgate cost …`: what whoever writes budgets, or answers for them, needs.

mod bill;
mod check;
mod odd;
mod record;
mod status;

use std::process::ExitCode;

use clap::Subcommand;

/// Commands about budgets.
#[derive(Debug, Subcommand)]
pub(crate) enum CostCommand {
    Check(check::CheckArgs),
    Status(status::StatusArgs),
    Record(record::RecordArgs),
}

/// Runs a command.
///
/// # Errors
/// When something cannot be read or written. What is wrong with data is printed, and is the exit code 1.
pub(crate) async fn run(command: CostCommand) -> anyhow::Result<ExitCode> {
    match command {
        CostCommand::Check(args) => Ok(check::run(&args)),
        CostCommand::Status(args) => status::run(args).await,
        CostCommand::Record(args) => record::run(args).await,
    }
}
