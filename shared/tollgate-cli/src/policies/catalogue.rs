//! `tollgate policies catalogue`.

use std::{fs, process::ExitCode};

use anyhow::Context as _;
use tollgate_policy::{
    PolicySet,
    tools::{CATALOGUE_FILE, catalogue},
};

use super::failed;
use crate::Folder;

pub(super) fn run(folder: &Folder, check: bool) -> anyhow::Result<ExitCode> {
    let policies = match PolicySet::load(&folder.path) {
        Ok(policies) => policies,
        Err(errors) => return Ok(failed(folder, &errors)),
    };
    let data = match policies.catalogue() {
        Ok(data) => data,
        Err(errors) => return Ok(failed(folder, &errors)),
    };
    let path = folder.path.join(CATALOGUE_FILE);
    let (shown, page) = (path.display(), catalogue(&policies, &data));
    // A page that cannot be read is not up to date.
    let fresh = fs::read_to_string(&path).is_ok_and(|written| written == page);
    match (fresh, check) {
        (true, _) => println!("{shown} is up to date"),
        (false, true) => {
            eprintln!("{shown} is not up to date: run `cargo tollgate policies catalogue` and commit it");
            return Ok(ExitCode::FAILURE);
        }
        (false, false) => {
            fs::write(&path, page).with_context(|| format!("cannot write {shown}"))?;
            println!("wrote {shown}");
        }
    }
    Ok(ExitCode::SUCCESS)
}
