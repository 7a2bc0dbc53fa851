//! The pinned Python tools: an environment of the project's own, installed once, redone when its lock changes.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    processes,
    project::{self, Progress},
};

/// Tools for `demo` and `test`: cargo-lambda and the AWS emulators. Gives the folder of their programs.
pub(crate) fn run_set() -> Result<PathBuf> {
    install("run", "tools (cargo-lambda, AWS emulators)", &["cargo-lambda", "ministack", "moto_server"])
}

/// Tools for `stack` and `check --full`: SAM, the template linter, the cross compiler. Gives the folder of their programs.
pub(crate) fn stack_set() -> Result<PathBuf> {
    install("stack", "release tools (SAM, cfn-lint, zig)", &["sam", "cfn-lint"])
}

/// The Go OPA, for comparison only: fetched by `opa` and `bench`, and no part of what is shipped.
pub(crate) fn opa_library() -> Result<PathBuf> {
    let folder = project::folder(".tools/opa")?;
    let library = folder.join("opa_bindings/libopabridge.so");
    if !library.exists() {
        let progress = Progress::start("fetching the Go OPA into .tools/opa".to_owned());
        let requirements = project::root().join("infra/tools/requirements-opa.txt");
        let python = run_set()?.join("python");
        let mut fetch = project::command(&python);
        // The wheel is for a newer Python than is needed to load the library in it.
        fetch.args(["-m", "pip", "--disable-pip-version-check", "--no-input", "download", "--python-version", "3.14"]);
        fetch.args(["--no-deps", "--require-hashes", "--only-binary", ":all:", "--progress-bar", "off", "-r"]);
        processes::output(fetch.arg(requirements).arg("-d").arg(&folder))?;
        let wheel = fs::read_dir(&folder)?.flatten().map(|entry| entry.path());
        let wheel = wheel.filter(|path| path.extension().is_some_and(|end| end == "whl")).max();
        let wheel = wheel.with_context(|| format!("no wheel came into {}", folder.display()))?;
        processes::output(project::command(&python).args(["-m", "zipfile", "-e"]).arg(wheel).arg(&folder))?;
        progress.done("");
    }
    Ok(library)
}

fn install(set: &str, what: &str, programs: &[&str]) -> Result<PathBuf> {
    let tools = project::folder(".tools")?;
    let lock = File::create(tools.join("lock"))?;
    // Two commands at once must not install over each other.
    lock.lock()?;
    let environment = tools.join(set);
    let requirements = project::root().join(format!("infra/tools/requirements-{set}.txt"));
    let pinned =
        fs::read_to_string(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    // An environment works only where it was made.
    let wanted = format!("{}\n{pinned}", environment.display());
    let stamp = environment.join("installed.txt");
    let programs_folder = environment.join("bin");
    let complete = fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
        && programs.iter().chain(&["python"]).all(|program| programs_folder.join(program).exists());
    if complete {
        return Ok(programs_folder);
    }
    let python = python()?;
    let progress = Progress::start(format!("installing {what} into .tools/{set}"));
    if environment.exists() {
        fs::remove_dir_all(&environment)?;
    }
    let venv = processes::output(project::command(&python).args(["-I", "-m", "venv"]).arg(&environment));
    venv.context("cannot create a Python environment: on Debian and Ubuntu install `python3-venv`")?;
    pip(&programs_folder.join("python"), &requirements, &tools.join(format!("{set}.log")), &progress)?;
    // Written last: what was interrupted has none, and is done again.
    let unfinished = environment.join("installed.txt.part");
    fs::write(&unfinished, wanted)?;
    fs::rename(unfinished, stamp)?;
    progress.done("");
    Ok(programs_folder)
}

/// A Python that is new enough and can make environments.
fn python() -> Result<PathBuf> {
    let script =
        "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2]); assert sys.version_info >= (3, 10)";
    let asked = Command::new("python3").args(["-I", "-c", script]).stdin(Stdio::null()).output();
    let need = "install Python 3.10 or newer with its `venv` module, and have it first on the search path as `python3`";
    let output = match asked {
        Ok(output) => output,
        Err(error) => bail!("cannot run `python3` ({error}): {need}"),
    };
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    ensure!(
        output.status.success(),
        "`python3` {} will not do: {need}",
        if version.is_empty() { "without venv or ensurepip" } else { &version }
    );
    Ok("python3".into())
}

fn pip(python: &Path, requirements: &Path, log: &Path, progress: &Progress) -> Result<()> {
    let mut command = project::command(python);
    // The lock names every package, so nothing is resolved, and no build script runs.
    command.args(["-m", "pip", "--disable-pip-version-check", "--no-input", "--no-cache-dir", "install"]);
    command.args(["--no-deps", "--require-hashes", "--only-binary", ":all:", "--progress-bar", "off", "-r"]);
    command.arg(requirements).stdout(Stdio::piped()).stderr(File::create(log)?);
    let mut child = processes::spawn(&mut command)?;
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines) {
        progress.at(line?.split(" (from").next().unwrap_or_default());
    }
    let status = child.wait()?;
    ensure!(
        status.success(),
        "pip could not install what {} names ({status}): {}\ncheck the connection to the package index and run the command again",
        requirements.display(),
        processes::tail(log)
    );
    Ok(())
}
