//! `tollgate policies expect`.

use std::{fs, process::ExitCode};

use anyhow::Context as _;
use tollgate_policy::tools::{EXPECTED_FILE, expected_rules};

use super::failed;
use crate::Folder;

pub(super) fn run(folder: &Folder, check: bool) -> anyhow::Result<ExitCode> {
    let list = match expected_rules(&folder.path) {
        Ok(list) => list,
        Err(errors) => return Ok(failed(folder, &errors)),
    };
    let path = folder.path.join(EXPECTED_FILE);
    let shown = path.display();
    let written = fs::read_to_string(&path).unwrap_or_default();
    if written == list {
        println!("{shown} is up to date");
        return Ok(ExitCode::SUCCESS);
    }
    changes(&written, &list);
    if check {
        eprintln!(
            "{shown} is not up to date: restore what is gone, or run `cargo tollgate policies expect` and commit it"
        );
        return Ok(ExitCode::FAILURE);
    }
    fs::write(&path, list).with_context(|| format!("cannot write {shown}"))?;
    println!("wrote {shown}");
    Ok(ExitCode::SUCCESS)
}

/// The lines of rules that go and come, so that what is lost is seen by who writes the list.
fn changes(before: &str, now: &str) {
    let rules = |text: &str| text.lines().filter(|line| line.starts_with(' ')).map(str::to_owned).collect::<Vec<_>>();
    let (before, now) = (rules(before), rules(now));
    for gone in before.iter().filter(|line| !now.contains(line)) {
        println!("- {}", gone.trim());
    }
    for new in now.iter().filter(|line| !before.contains(line)) {
        println!("+ {}", new.trim());
    }
}
