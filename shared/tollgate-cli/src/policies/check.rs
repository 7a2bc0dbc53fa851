//! `tollgate policies check`: the rules, and the data that they are judged with.

use std::process::ExitCode;

use tollgate_core::data::DataError;
use tollgate_policy::tools;

use super::{count, failed};
use crate::Folder;

pub(super) fn run(folder: &Folder) -> ExitCode {
    let checked = match tools::check(&folder.path, tollgate_core::schema::facts_as_written) {
        Ok(checked) => checked,
        Err(errors) => return failed(folder, &errors),
    };
    let Some(catalogue) = checked.catalogue else { return failed(folder, &checked.problems) };
    let mut reminders: Vec<DataError> = catalogue.warnings.clone();
    reminders.extend(catalogue.reminders(chrono::Utc::now()));
    reminders.sort();
    for reminder in &reminders {
        eprintln!("warning: {reminder}");
    }
    let mut problems = [checked.problems, catalogue.without_objectives()].concat();
    problems.sort();
    if !problems.is_empty() {
        return failed(folder, &problems);
    }
    let (rules, services) = (count(checked.rules, "rule"), count(catalogue.services.len(), "service"));
    println!("{rules} and {services} in {}: nothing to complain about", folder.path.display());
    ExitCode::SUCCESS
}
