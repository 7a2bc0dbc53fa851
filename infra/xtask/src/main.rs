//! Builds, checks, runs and benches Tollgate: `cargo xtask`.

mod bench;
mod check;
mod constructs;
mod demo;
mod emulator;
mod http;
mod lambda;
mod opa;
mod ports;
mod processes;
mod project;
mod readme;
mod slow;
mod stack;
mod test;
mod tools;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, checks, runs and benches Tollgate.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run the gates on this machine and ask about changes and rollouts; the first run installs what it needs
    Demo(demo::Options),
    /// Run all tests, against AWS emulators of their own
    Test {
        /// Passed on to `cargo test --workspace`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run formatting, policy checks, lints and all tests: what CI runs
    Check {
        /// Also what is slow: cargo deny, template lints, the release build, the stack, fuzzing, mutation
        #[arg(long)]
        full: bool,
    },
    /// Run the benchmarks
    Bench {
        /// Passed on to `cargo bench`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Hold the rules against the real OPA: their tests, and what each finds in many drawn facts of every gate
    Opa {
        /// How many facts of each gate
        #[arg(long, default_value_t = opa::BEFORE_A_RELEASE)]
        count: u64,
        /// The seed of facts that were drawn before, as it is printed
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Hold what the engine makes of constructs and functions against the real OPA: the same, or refused at load
    Constructs {
        /// How many generated modules to hold besides those that are written down
        #[arg(default_value_t = 3_000)]
        count: u32,
    },
    /// Build the function, deploy template.yaml into an AWS emulator with SAM, and ask it about one change
    Stack,
    /// Install the pinned Python tools into `.tools`; the other commands do it themselves
    Setup {
        /// Also what `stack` and `check --full` need
        #[arg(long)]
        full: bool,
    },
}

fn main() -> ExitCode {
    let task = Arguments::parse().command;
    let result = processes::adopt_orphans().and_then(|()| {
        let _no_child_outlives_this = processes::StopAll;
        run(task)
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            processes::wait_if_interrupted();
            anstream::eprintln!("\n{}error:{} {error:#}", project::RED, project::PLAIN);
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Demo(options) => demo::run(&options),
        Task::Test { arguments } => test::run(&arguments),
        Task::Check { full } => check::run(full),
        Task::Bench { arguments } => bench::run(&arguments),
        Task::Opa { count, seed } => opa::run(count, seed),
        Task::Constructs { count } => constructs::run(count),
        Task::Stack => stack::run(),
        Task::Setup { full } => tools::run_set().and_then(|_| if full { tools::stack_set().map(drop) } else { Ok(()) }),
    }
}
