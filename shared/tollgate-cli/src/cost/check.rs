//! `tollgate cost check`: is what is written what is meant?

use std::{collections::BTreeSet, process::ExitCode};

use super::odd;
use crate::{
    Folder,
    policies::count,
    read::{self, WARNING},
};

/// Check budgets and the data around them: services, teams, thresholds
///
/// Prints what is wrong as `path:line:column: what is wrong: what to write instead`. Exits with 1 when something is wrong,
/// otherwise with 0, whatever it warns of.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// Take warnings for errors
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    policies: Folder,
}

pub(super) fn run(args: &CheckArgs) -> ExitCode {
    let folder = &args.policies.path;
    let refused = |errors: &[_]| {
        read::print(folder, errors, "");
        eprintln!("\n{}", count(errors.len(), "error"));
        ExitCode::FAILURE
    };
    let catalogue = match read::catalogue(&args.policies) {
        Ok(catalogue) => catalogue,
        Err(errors) => return refused(&errors),
    };
    let errors = odd::errors(&catalogue);
    if !errors.is_empty() {
        return refused(&errors);
    }
    let warnings = odd::warnings(&catalogue);
    read::print(folder, &warnings, WARNING);
    let owners: BTreeSet<&str> = catalogue.budgets.iter().map(|budget| budget.owner.as_str()).collect();
    let summary = format!("{} of {}", count(catalogue.budgets.len(), "budget"), count(owners.len(), "team"));
    match warnings.len() {
        0 => println!("{summary}, all in order"),
        some => println!("{summary}, {}", count(some, "warning")),
    }
    if args.strict && !warnings.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
