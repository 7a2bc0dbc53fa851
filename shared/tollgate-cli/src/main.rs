//! The tollgate command, for policy authors and operators.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod policies;

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
}

fn main() -> anyhow::Result<ExitCode> {
    match Cli::parse().command {
        Command::Policies(command) => policies::run(command),
    }
}
