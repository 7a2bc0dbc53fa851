//! `tollgate policies …`: what a policy author needs beside an editor.

mod catalogue;
mod check;
mod expect;
mod test;

use std::process::ExitCode;

use clap::Subcommand;
use tollgate_policy::{PolicyError, tools};

use crate::Folder;

/// Commands about policies.
#[derive(Debug, Subcommand)]
pub(crate) enum PoliciesCommand {
    /// Run the policies' tests, and say which lines they leave out
    Test(test::TestArguments),
    /// Load the policies and hold them against the facts' schema, the thresholds and the rules of the house
    Check(Folder),
    /// Write a new rule with its test: `tollgate policies new change/<rule>`
    New {
        /// Gate and rule, such as `change/freeze`
        name: String,
        #[command(flatten)]
        folder: Folder,
    },
    /// Write the list of the rules that are expected to run, `expected_rules.yaml`
    Expect {
        /// Write nothing; fail when the list is not up to date
        #[arg(long)]
        check: bool,
        #[command(flatten)]
        folder: Folder,
    },
    /// Write the catalogue of rules, `RULES.md`
    Catalogue {
        /// Write nothing; fail when the catalogue is not up to date
        #[arg(long)]
        check: bool,
        #[command(flatten)]
        folder: Folder,
    },
}

/// Runs a command.
///
/// # Errors
/// When a file cannot be written. What is wrong with policies is printed, and is the exit code 1.
pub(crate) fn run(command: PoliciesCommand) -> anyhow::Result<ExitCode> {
    match command {
        PoliciesCommand::Test(arguments) => Ok(test::run(&arguments)),
        PoliciesCommand::Check(folder) => Ok(check::run(&folder)),
        PoliciesCommand::New { name, folder } => Ok(new(&folder, &name)),
        PoliciesCommand::Expect { check, folder } => expect::run(&folder, check),
        PoliciesCommand::Catalogue { check, folder } => catalogue::run(&folder, check),
    }
}

fn new(folder: &Folder, name: &str) -> ExitCode {
    match tools::scaffold(&folder.path, name) {
        Ok(files) => {
            for file in files {
                println!("wrote {}", file.display());
            }
            println!("\nNext: say in its metadata what it is for, write its test, then its sets, and run");
            println!("  cargo tollgate policies test {name}");
            println!("  cargo tollgate policies expect");
            println!("  cargo tollgate policies catalogue");
            ExitCode::SUCCESS
        }
        Err(error) => failed(folder, &[error]),
    }
}

/// Prints errors as `file:line: message`, with the folder before the file so that editors find it.
fn failed(folder: &Folder, errors: &[PolicyError]) -> ExitCode {
    for error in errors {
        if folder.path.join(&error.file).exists() {
            eprintln!("{}", folder.path.join(error.to_string()).display());
        } else {
            eprintln!("{error}");
        }
    }
    match errors.len() {
        1 => eprintln!("\n1 problem"),
        many => eprintln!("\n{many} problems"),
    }
    ExitCode::FAILURE
}

/// `1 rule`, `2 rules`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
