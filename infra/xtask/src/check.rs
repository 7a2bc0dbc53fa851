//! What must hold before a change lands.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::{
    demo, opa, processes,
    project::{BOLD, DIM, GREEN, PLAIN, cargo, locked, time},
    slow, test,
};

/// Faster steps first; the first that fails ends it and says what mends it. With `full`, all that is slow runs at the end.
pub(crate) fn run(full: bool) -> Result<()> {
    step("formatting", "run `cargo fmt`", || processes::run(&mut cargo(&["fmt", "--all", "--check"])))?;
    step("build", "mend what the compiler names", test::build)?;
    step("policies", "mend the rules named above; `cargo tollgate policies check` shows them again", || {
        test::policies(&["check"])
    })?;
    step("request schema", "run `cargo tollgate schema` and commit the result", || {
        test::tollgate(&["schema", "--check"])
    })?;
    step(
        "expected rules",
        "restore what is gone, or run `cargo tollgate policies expect` and commit the result",
        || test::policies(&["expect", "--check"]),
    )?;
    step("rule catalogue", "run `cargo tollgate policies catalogue` and commit the result", || {
        test::policies(&["catalogue", "--check"])
    })?;
    step("lints", "mend what clippy names; `cargo clippy --fix` mends some", || {
        processes::run(locked(&["clippy"]).args(["--workspace", "--all-targets", "--", "--deny", "warnings"]))
    })?;
    step("opa", "mend the rule named above; the facts are in .tollgate/opa, the seed gives them again", opa::few)?;
    // The only step in which `cargo lambda` itself stands around the function.
    step("demo and README", "run `cargo xtask demo --readme`", || demo::run(&demo::Options::with_readme()))?;
    step("tests", "run `cargo xtask test NAME` for one of them", || test::run(&[]))?;
    if full { slow::run() } else { Ok(()) }
}

/// One step, with its name, its time and what mends it.
pub(crate) fn step(name: &str, mend: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    anstream::eprintln!("\n{BOLD}── {name}{PLAIN}");
    let started = Instant::now();
    work().with_context(|| format!("{name} failed: {mend}"))?;
    anstream::eprintln!("{GREEN}✓{PLAIN} {name} {DIM}({}){PLAIN}", time(started.elapsed().as_millis()));
    Ok(())
}
