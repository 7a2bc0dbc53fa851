//! `tollgate policies check`: the rules, and the data that they are judged with.

use std::process::ExitCode;

use tollgate_core::catalogue::Catalogue;
use tollgate_policy::{PolicyError, PolicySet, tools};

use super::{count, failed};
use crate::Folder;

pub(super) fn run(folder: &Folder) -> ExitCode {
    let checked = match tools::check(&folder.path, tollgate_core::schema::facts_as_written) {
        Ok(checked) => checked,
        Err(errors) => return failed(folder, &errors),
    };
    let data = data(folder);
    let problems: Vec<PolicyError> =
        checked.problems.iter().chain(data.as_ref().err().into_iter().flatten()).cloned().collect();
    match data {
        Ok(services) if problems.is_empty() => {
            let (rules, services) = (count(checked.rules, "rule"), count(services, "service"));
            println!("{rules} and {services} in {}: nothing to complain about", folder.path.display());
            ExitCode::SUCCESS
        }
        _ => failed(folder, &problems),
    }
}

/// Reads the data as a gate does, looks for names that lead nowhere, and says what is hardly meant. Gives the number of
/// services.
fn data(folder: &Folder) -> Result<usize, Vec<PolicyError>> {
    let policies = PolicySet::load(&folder.path)?;
    let catalogue = Catalogue::read(policies.data_files())?;
    for warning in &catalogue.warnings {
        eprintln!("warning: {warning}");
    }
    let dangling = catalogue.dangling();
    if dangling.is_empty() { Ok(catalogue.services.len()) } else { Err(dangling) }
}
