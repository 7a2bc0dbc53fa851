//! The tollgate command, for policy authors and operators.

mod policies;
mod record;
mod replay;
mod schema;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Decides whether changes may go ahead, and helps those who write the policies.
#[derive(Debug, Parser)]
#[command(name = "tollgate", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Test, check, write and list policies.
    #[command(subcommand)]
    Policies(policies::PoliciesCommand),
    Record(record::RecordArgs),
    Replay(replay::ReplayArgs),
    Schema(schema::SchemaArgs),
}

fn main() -> anyhow::Result<ExitCode> {
    match Cli::parse().command {
        Command::Policies(command) => policies::run(command),
        Command::Record(args) => within_runtime(record::run(args)),
        Command::Replay(args) => within_runtime(replay::run(args)),
        Command::Schema(args) => schema::run(&args),
    }
}

fn within_runtime(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
