//! Reading data, and saying what is wrong with it.

use std::{fs, io::Read as _, path::Path};

use tollgate_core::{catalogue::Catalogue, data::DataError};
use tollgate_policy::{PolicySet, tools};

use crate::Folder;

const LARGEST_BYTES: u64 = 4 * 1024 * 1024;

/// The catalogue, whatever becomes of the rules.
pub(crate) fn catalogue(folder: &Folder) -> Result<Catalogue, Vec<DataError>> {
    Catalogue::read(&tools::data_files(&folder.path)?)
}

/// The text of a file that somebody named.
pub(crate) fn text(path: &Path) -> Result<String, DataError> {
    let wrong = |message: String| DataError::new(path.display().to_string(), None, message);
    if path.is_dir() {
        return Err(wrong("is a folder: name its files, such as `slos/*.yaml`".to_owned()));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(LARGEST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| wrong(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST_BYTES {
        return Err(wrong("is larger than 4 MiB: split it, an objective has about 1 KiB".to_owned()));
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count() as u64;
        let message = "is no text in UTF-8: save it as such, or name the file that you meant";
        DataError::new(path.display().to_string(), line, message)
    })
}

/// Prints each as `path:line:column: what`, with the path as editors find it from here.
pub(crate) fn print(folder: &Path, found: &[DataError], kind: &str) {
    for error in found {
        let inside = folder.join(&error.file);
        let file = if inside.exists() { inside.display().to_string() } else { error.file.clone() };
        let error = DataError { file, ..error.clone() };
        anstream::eprintln!("{BOLD}{}:{PLAIN} {kind}{}", error.place(), error.message);
    }
}

pub(crate) const WARNING: &str = "\u{1b}[33mwarning:\u{1b}[0m ";
const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

/// The catalogue for a command that shows something: what is wrong with it is printed.
///
/// # Errors
/// When it is not in order; `check` says so in full.
pub(crate) fn in_order(folder: &Folder, check: &str) -> anyhow::Result<Catalogue> {
    catalogue(folder).map_err(|errors| {
        print(&folder.path, &errors, "");
        anyhow::anyhow!("the data are not in order: mend what `{check}` says")
    })
}

/// The policies, ready to judge.
///
/// # Errors
/// When they are not in order: everything that is wrong, a line each.
pub(crate) fn policies(folder: &Folder) -> anyhow::Result<PolicySet> {
    PolicySet::load(&folder.path).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(|error| format!("\n  {error}")).collect();
        anyhow::anyhow!("the policies are not in order:{}", lines.concat())
    })
}
