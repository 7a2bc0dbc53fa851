//! What must hold before a change lands.

use std::{path::Path, time::Instant};

use anyhow::{Context, Result};

use crate::{
    processes::{self, output},
    project::{self, BOLD, DIM, GREEN, PLAIN, YELLOW, cargo, time},
    stack, test,
};

const CARGO_DENY: &str = "0.20.2";
const CARGO_MUTANTS: &str = "27.1.0";
const FUZZ_SECONDS: u32 = 60;

/// Faster steps first; the first that fails ends it and says what mends it.
pub(crate) fn run(full: bool) -> Result<()> {
    step("formatting", "run `cargo fmt`", || processes::run(&mut cargo(&["fmt", "--all", "--check"])))?;
    step("build", "mend what the compiler names", test::build)?;
    step("policies", "mend the rules named above; `cargo tollgate policies check` shows them again", || {
        test::policies(&["check"])
    })?;
    step("request schema", "run `cargo tollgate schema` and commit the result", || {
        test::tollgate(&["schema", "--check"])
    })?;
    step("rule catalogue", "run `cargo tollgate policies catalogue` and commit the result", || {
        test::policies(&["catalogue", "--check"])
    })?;
    step("lints", "mend what clippy names; `cargo clippy --fix` mends some", || {
        processes::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
    })?;
    if full {
        slow()?;
    }
    step("tests", "run `cargo xtask test NAME` for one of them", || test::run(&[]))
}

fn slow() -> Result<()> {
    step("dependencies", "mend deny.toml or the dependency that it names", dependencies)?;
    step("template", "mend template.yaml", stack::lint)?;
    step("stack", "run `cargo xtask stack`", stack::run)?;
    step("fuzzing", "run the target named above with the input that it wrote", fuzz)?;
    step("mutation", "write the test that would have noticed", mutate)
}

fn step(name: &str, mend: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    anstream::eprintln!("\n{BOLD}── {name}{PLAIN}");
    let started = Instant::now();
    work().with_context(|| format!("{name} failed: {mend}"))?;
    anstream::eprintln!("{GREEN}✓{PLAIN} {name} {DIM}({}){PLAIN}", time(started.elapsed().as_millis()));
    Ok(())
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

fn fuzz() -> Result<()> {
    let folder = project::root().join("fuzz");
    if !folder.is_dir() {
        skip("there are no fuzz targets");
        return Ok(());
    }
    if output(project::command("cargo").args(["+nightly", "fuzz", "--version"])).is_err() {
        skip(
            "fuzzing needs a nightly toolchain and cargo-fuzz: `rustup toolchain install nightly`, `cargo install cargo-fuzz`",
        );
        return Ok(());
    }
    let listed = output(project::command("cargo").args(["+nightly", "fuzz", "list"]))?;
    for target in listed.lines() {
        let limit = format!("-max_total_time={FUZZ_SECONDS}");
        processes::run(project::command("cargo").args(["+nightly", "fuzz", "run", target, "--", &limit]))?;
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
fn installed(tool: &str, version: &str) -> Result<std::path::PathBuf> {
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
