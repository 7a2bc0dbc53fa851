//! The tollgate command, for policy authors and operators.

mod cost;
mod policies;
mod read;
mod record;
mod replay;
mod schema;
mod slo;

use std::{io, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

/// Decides whether changes may go ahead, and helps those who write the policies
#[derive(Debug, Parser)]
#[command(name = "tollgate", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check budgets, and show how they stand
    #[command(subcommand)]
    Cost(cost::CostCommand),
    /// Test, check, write and list policies
    #[command(subcommand)]
    Policies(policies::PoliciesCommand),
    Record(record::RecordArgs),
    Replay(replay::ReplayArgs),
    Schema(schema::SchemaArgs),
    /// Check objectives, show how they do, and take over Keptn's
    #[command(subcommand)]
    Slo(slo::SloCommand),
}

/// Where the policies are.
#[derive(Debug, Args)]
struct Folder {
    /// The policies' folder
    #[arg(long = "policies", value_name = "FOLDER", env = "TOLLGATE_POLICIES", default_value = "policies")]
    path: PathBuf,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Not clap's 2, which `slo status` and `cost status` answer with.
        Err(error) => {
            let code = ExitCode::from(u8::from(error.use_stderr()));
            return error.print().map_or(ExitCode::FAILURE, |()| code);
        }
    };
    let done = match cli.command {
        Command::Cost(command) => within_runtime(cost::run(command)),
        Command::Policies(command) => policies::run(command),
        Command::Record(args) => within_runtime(record::run(args)),
        Command::Replay(args) => within_runtime(replay::run(args)),
        Command::Schema(args) => schema::run(&args),
        Command::Slo(command) => within_runtime(slo::run(command)),
    };
    // What goes wrong here is for whoever typed the command: the causes, and never a backtrace.
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn within_runtime(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// Whoever reads may have seen enough.
fn cut_off(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}
