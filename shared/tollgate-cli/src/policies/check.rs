//! `tollgate policies check`.

use std::process::ExitCode;

use tollgate_policy::tools;

use super::{Folder, count, failed};

pub(super) fn run(folder: &Folder) -> ExitCode {
    match tools::check(&folder.path, Some(tollgate_core::schema::facts())) {
        Ok(checked) if checked.problems.is_empty() => {
            println!("{} in {}: nothing to complain about", count(checked.rules, "rule"), folder.path.display());
            ExitCode::SUCCESS
        }
        Ok(checked) => failed(folder, &checked.problems),
        Err(errors) => failed(folder, &errors),
    }
}
