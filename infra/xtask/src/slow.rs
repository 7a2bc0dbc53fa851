//! What is too slow for every change: run before a release.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{
    check::step,
    constructs, opa,
    processes::{self, output},
    project::{self, PLAIN, RED, locked},
    stack,
};

const CARGO_DENY: &str = "0.20.2";
const CARGO_FUZZ: &str = "0.13.2";
const CARGO_MUTANTS: &str = "27.1.0";
/// For each target.
const FUZZ_SECONDS: u32 = 60;
/// Where a wrong sign or a missing case would let a change through.
const MUTATED: [&str; 13] = [
    "shared/tollgate-core/src/fold.rs",
    "shared/tollgate-core/src/fold/**/*.rs",
    "shared/tollgate-core/src/closed.rs",
    "shared/tollgate-core/src/approval.rs",
    "shared/tollgate-core/src/waiver.rs",
    "shared/tollgate-core/src/slo.rs",
    "shared/tollgate-core/src/slo/**/*.rs",
    "shared/tollgate-core/src/canary/**/*.rs",
    "shared/tollgate-core/src/spend/**/*.rs",
    "shared/tollgate-core/src/budget/standing.rs",
    "shared/tollgate-policy/src/rewrite.rs",
    "shared/tollgate-policy/src/rewrite/**/*.rs",
    "shared/tollgate-policy/src/functions/**/*.rs",
];
/// The part of the mutants that is tried, as `0/40`: each is built and tested on its own, which takes minutes. All when not set.
const MUTANTS_SHARD: &str = "MUTANTS_SHARD";

/// A step: its name, what mends it, and its work.
type Step = (&'static str, &'static str, fn() -> Result<()>);

const STEPS: [Step; 8] = [
    ("dependencies", "mend deny.toml or the dependency that it names", dependencies),
    ("advisories", "replace the dependency that it names", advisories),
    ("template", "mend template.yaml", stack::lint),
    ("opa", "mend the rule named above, or leave out what only one of the engines knows", opa::many),
    ("constructs", "rewrite or refuse the construct named above", constructs::many),
    ("stack", "run `cargo xtask stack`", stack::run),
    ("fuzzing", "run the target named above with the input that it wrote", fuzz),
    ("mutation", "write the test that would have noticed", mutate),
];

/// Runs all of it. What fails, or cannot run here, keeps nothing else from running and is an error at the end.
pub(crate) fn run() -> Result<()> {
    let mut failures = Vec::new();
    for (name, mend, work) in STEPS {
        if let Err(error) = step(name, mend, work) {
            anstream::eprintln!("{RED}✗{PLAIN} {error:#}");
            failures.push(format!("{error:#}"));
        }
    }
    ensure!(failures.is_empty(), "{} of {} slow steps failed:\n{}", failures.len(), STEPS.len(), failures.join("\n"));
    Ok(())
}

fn deny(checks: &[&str]) -> Result<()> {
    let deny = installed("cargo-deny", CARGO_DENY)?;
    processes::run(project::command(deny).args(["--locked", "check", "--hide-inclusion-graph"]).args(checks))
}

fn dependencies() -> Result<()> {
    deny(&["licenses", "bans", "sources"])
}

/// Needs the advisory database, which is fetched from <https://github.com/rustsec/advisory-db>.
fn advisories() -> Result<()> {
    deny(&["advisories"]).context("known vulnerabilities (github.com must be reachable for the advisory database)")
}

/// Hostile input for every parser, starting from the seeds and from what earlier runs found interesting.
fn fuzz() -> Result<()> {
    let nightly = output(project::command("cargo").args(["+nightly", "--version"]));
    nightly.context("fuzzing needs a nightly toolchain: `rustup toolchain install nightly`")?;
    // `cargo fuzz` has no `--locked`, so the lock file is looked at before.
    let mut metadata = locked(&["metadata"]);
    output(metadata.args(["--format-version", "1", "--manifest-path", "fuzz/Cargo.toml"]))?;
    let cargo_fuzz = installed("cargo-fuzz", CARGO_FUZZ)?;
    let folder = cargo_fuzz.parent().context("a binary is in a folder")?;
    let fuzz = |arguments: &[&str]| -> Result<Command> {
        let mut command = project::command("cargo");
        command.env("PATH", project::path_with(&[folder])?).args(["+nightly", "fuzz"]).args(arguments);
        Ok(command)
    };
    let limit = format!("-max_total_time={FUZZ_SECONDS}");
    let targets = output(&mut fuzz(&["list"])?)?;
    ensure!(!targets.trim().is_empty(), "`cargo fuzz list` names no target");
    for target in targets.lines() {
        let seeds = format!("fuzz/seeds/{target}");
        ensure!(project::root().join(&seeds).is_dir(), "there is no folder `{seeds}`: give the target some inputs");
        let corpus = project::folder(&format!(".tollgate/fuzz/{target}"))?;
        let mut run = fuzz(&["run", "--target-dir", "target/fuzz", target])?;
        run.arg(corpus).arg(seeds).args(["--", &limit, "-verbosity=0"]);
        processes::run(&mut run)?;
    }
    Ok(())
}

/// Changes the heart in every way that a mutation tool knows: each must fail a test, or `.cargo/mutants.toml` says why none can.
fn mutate() -> Result<()> {
    let mutants = installed("cargo-mutants", CARGO_MUTANTS)?;
    let out = project::folder(".tollgate/mutants")?;
    let mut command = project::command(mutants);
    command.args(["mutants", "--package", "tollgate-core", "--package", "tollgate-policy", "--cargo-arg=--locked"]);
    for file in MUTATED {
        command.args(["--file", file]);
    }
    if let Ok(shard) = std::env::var(MUTANTS_SHARD) {
        command.args(["--shard", &shard]);
    }
    processes::run(command.arg("--output").arg(out))
}

/// A cargo tool of this version in `.tools`, built on first use.
fn installed(tool: &str, version: &str) -> Result<PathBuf> {
    let root = project::folder(".tools/cargo")?;
    let binary = root.join("bin").join(tool);
    let subcommand = tool.trim_start_matches("cargo-");
    let wanted = format!("{tool} {version}");
    let found = |binary: &Path| {
        output(project::command(binary).args([subcommand, "--version"])).is_ok_and(|said| said.trim() == wanted)
    };
    if !found(&binary) {
        let mut install = locked(&["install"]);
        install.args(["--force", "--version", version, tool, "--root"]);
        let build = root.join("build");
        processes::run(install.arg(&root).arg("--target-dir").arg(&build))?;
        std::fs::remove_dir_all(build)?;
        ensure!(found(&binary), "{} is not {wanted}, though it was just installed", binary.display());
    }
    Ok(binary)
}
