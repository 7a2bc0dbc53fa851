//! What is too slow for every change: run before a release.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    check::step,
    opa,
    processes::{self, output},
    project::{self, PLAIN, YELLOW, cargo},
    stack,
};

const CARGO_DENY: &str = "0.20.2";
const CARGO_FUZZ: &str = "0.13.2";
const CARGO_MUTANTS: &str = "27.1.0";
/// For each target.
const FUZZ_SECONDS: u32 = 60;

/// Runs it.
pub(crate) fn run() -> Result<()> {
    step("dependencies", "mend deny.toml or the dependency that it names", dependencies)?;
    step("template", "mend template.yaml", stack::lint)?;
    step("opa", "mend the rule named above, or leave out what only one of the engines knows", opa::run)?;
    step("stack", "run `cargo xtask stack`", stack::run)?;
    step("fuzzing", "run the target named above with the input that it wrote", fuzz)?;
    step("mutation", "write the test that would have noticed", mutate)
}

fn dependencies() -> Result<()> {
    let deny = installed("cargo-deny", CARGO_DENY)?;
    let deny = |checks: &[&str]| {
        let mut command = project::command(&deny);
        command.args(["--locked", "check", "--hide-inclusion-graph"]).args(checks);
        command
    };
    processes::run(&mut deny(&["licenses", "bans", "sources"]))?;
    if let Err(error) = output(&mut deny(&["advisories"])) {
        let text = format!("{error:#}");
        if !text.contains("failed to fetch advisory database") {
            return Err(error);
        }
        skip("advisories: the advisory database cannot be fetched here");
    }
    Ok(())
}

/// Hostile input for every parser, starting from the seeds and from what earlier runs found interesting.
fn fuzz() -> Result<()> {
    if output(project::command("cargo").args(["+nightly", "--version"])).is_err() {
        skip("fuzzing needs a nightly toolchain: `rustup toolchain install nightly`");
        return Ok(());
    }
    let cargo_fuzz = installed("cargo-fuzz", CARGO_FUZZ)?;
    let folder = cargo_fuzz.parent().context("a binary is in a folder")?;
    let fuzz = |arguments: &[&str]| -> Result<Command> {
        let mut command = project::command("cargo");
        command.env("PATH", project::path_with(&[folder])?).args(["+nightly", "fuzz"]).args(arguments);
        Ok(command)
    };
    let limit = format!("-max_total_time={FUZZ_SECONDS}");
    for target in output(&mut fuzz(&["list"])?)?.lines() {
        let corpus = project::folder(&format!(".tollgate/fuzz/{target}"))?;
        let mut run = fuzz(&["run", "--target-dir", "target/fuzz", target])?;
        run.arg(corpus).arg(format!("fuzz/seeds/{target}")).args(["--", &limit, "-verbosity=0"]);
        processes::run(&mut run)?;
    }
    Ok(())
}

/// Changes the fold in every way that a mutation tool knows: each must fail a test.
fn mutate() -> Result<()> {
    let mutants = installed("cargo-mutants", CARGO_MUTANTS)?;
    let out = project::folder(".tollgate/mutants")?;
    let mut command = project::command(mutants);
    command.args(["mutants", "--package", "tollgate-core", "--file", "shared/tollgate-core/src/fold.rs"]);
    command.args(["--file", "shared/tollgate-core/src/approval.rs", "--timeout", "120", "--output"]).arg(out);
    processes::run(&mut command)
}

/// A cargo tool of this version in `.tools`, built on first use.
fn installed(tool: &str, version: &str) -> Result<PathBuf> {
    let root = project::folder(".tools/cargo")?;
    let binary = root.join("bin").join(tool);
    let wanted = format!("{tool} {version}");
    let found =
        |binary: &Path| output(project::command(binary).arg("--version")).is_ok_and(|said| said.contains(&wanted));
    if !found(&binary) {
        let mut install = cargo(&["install", "--locked", "--force", "--version", version, tool, "--root"]);
        let build = root.join("build");
        processes::run(install.arg(&root).arg("--target-dir").arg(&build))?;
        std::fs::remove_dir_all(build)?;
    }
    Ok(binary)
}

fn skip(why: &str) {
    anstream::eprintln!("{YELLOW}skipped{PLAIN} {why}");
}
