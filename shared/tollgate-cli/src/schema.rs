//! `tollgate schema`: writes the JSON Schemas of what crosses the border, or checks that they are fresh.

use std::{fs, process::ExitCode};

use anyhow::Context as _;
use tollgate_core::schema;

use crate::Folder;

/// Write the JSON Schemas of changes, decisions, facts and notices
#[derive(Debug, clap::Args)]
pub(crate) struct SchemaArgs {
    /// Write nothing; fail when a schema is not up to date
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    policies: Folder,
}

pub(crate) fn run(args: &SchemaArgs) -> anyhow::Result<ExitCode> {
    let folder = args.policies.path.join("schemas");
    let mut stale = Vec::new();
    for (name, schema) in schema::all() {
        let path = folder.join(name);
        let text = serde_json::to_string_pretty(&schema)? + "\n";
        if fs::read_to_string(&path).is_ok_and(|current| current == text) {
            continue;
        }
        if args.check {
            stale.push(path.display().to_string());
        } else {
            fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
            println!("wrote {}", path.display());
        }
    }
    if stale.is_empty() {
        println!("schemas in {} are fresh", folder.display());
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("not what the types say: {}\nrun `cargo tollgate schema` and commit the result", stale.join(", "));
    Ok(ExitCode::FAILURE)
}
