//! `tollgate slo check`: is what is written what is meant?

use std::{collections::BTreeSet, path::PathBuf, process::ExitCode, time::SystemTime};

use tollgate_core::{
    catalogue::not_begun,
    data::DataError,
    slo::{self, Slo},
};

use crate::{
    Folder,
    policies::count,
    read::{self, WARNING},
};

/// Check objectives and the data around them: services, thresholds, maintenance
///
/// Prints what is wrong as `path:line:column: what is wrong: what to write instead`. Exits with 1 when something is wrong,
/// otherwise with 0, whatever it warns of.
#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// OpenSLO files to check by themselves, instead of the policies' data
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Hold the files against OpenSLO alone: sources of any type, and references to what is in none of them, are good
    #[arg(long, requires = "files")]
    syntax_only: bool,
    /// Take warnings for errors
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    policies: Folder,
}

/// What is not wrong.
struct Good {
    summary: String,
    warnings: Vec<DataError>,
}

pub(super) fn run(args: &CheckArgs) -> ExitCode {
    let folder = if args.files.is_empty() { args.policies.path.clone() } else { PathBuf::new() };
    let checked = if args.files.is_empty() { data(&args.policies) } else { files(&args.files, args.syntax_only) };
    match checked {
        Err(errors) => {
            read::print(&folder, &errors, "");
            eprintln!("\n{}", count(errors.len(), "error"));
            ExitCode::FAILURE
        }
        Ok(Good { summary, warnings }) => {
            read::print(&folder, &warnings, WARNING);
            match warnings.len() {
                0 => println!("{summary}, all in order"),
                some => println!("{summary}, {}", count(some, "warning")),
            }
            if args.strict && !warnings.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
    }
}

fn data(folder: &Folder) -> Result<Good, Vec<DataError>> {
    let catalogue = read::catalogue(folder)?;
    begun(catalogue.slos.values().flatten())?;
    Ok(Good { summary: summary(catalogue.slos.values().flatten()), warnings: catalogue.warnings })
}

fn files(files: &[PathBuf], syntax_only: bool) -> Result<Good, Vec<DataError>> {
    let (texts, unreadable): (Vec<_>, Vec<_>) =
        files.iter().map(|file| (file, read::text(file))).partition(|(_, text)| text.is_ok());
    let unreadable: Vec<DataError> = unreadable.into_iter().filter_map(|(_, text)| text.err()).collect();
    if !unreadable.is_empty() {
        return Err(unreadable);
    }
    let texts: Vec<(String, String)> =
        texts.into_iter().filter_map(|(file, text)| Some((file.display().to_string(), text.ok()?))).collect();
    let named = || texts.iter().map(|(file, text)| (file.as_str(), text.as_str()));
    if syntax_only {
        let warnings = slo::check_syntax(named())?;
        return Ok(Good { summary: format!("OpenSLO in {}", count(texts.len(), "file")), warnings });
    }
    let slo::Objectives { slos, warnings } = slo::read(named())?;
    if slos.is_empty() {
        let message = "no SLO is in what was named, so nothing is promised: write one";
        return Err(warnings.into_iter().chain([DataError::new(joined(files), None, message)]).collect());
    }
    begun(&slos)?;
    Ok(Good { summary: summary(slos.iter()), warnings })
}

/// Refuses objectives that are measured only from a time on that has not come: it is a year or a month that is meant otherwise.
fn begun<'a>(slos: impl IntoIterator<Item = &'a Slo>) -> Result<(), Vec<DataError>> {
    let wrong = not_begun(slos, SystemTime::now().into());
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn joined(files: &[PathBuf]) -> String {
    files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn summary<'a>(slos: impl Iterator<Item = &'a Slo> + Clone) -> String {
    let services: BTreeSet<&str> = slos.clone().map(|slo| slo.service.as_str()).collect();
    format!("{} of {}", count(slos.count(), "objective"), count(services.len(), "service"))
}
