//! The gates on this machine: real telemetry, a pretended bill, real functions, real changes, each decision shown.

pub(crate) mod changes;
pub(crate) mod commit;
mod quantity;
pub(crate) mod show;
mod spending;

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::Value;

use crate::{
    emulator::{self, Emulator},
    http,
    lambda::{self, FUNCTIONS, Gates},
    ports, processes,
    project::{self, BOLD, DIM, GREEN, PLAIN, Progress},
    readme, tools,
};

const FOLDER: &str = ".tollgate/demo";
const RECORDED: &str = "infra/demo/telemetry.json";
const RECORDED_BILL: &str = "infra/demo/bill.json";

#[derive(Args, Default)]
pub(crate) struct Options {
    /// Read telemetry from a recorded file instead of the CloudWatch emulator
    #[arg(long)]
    recorded: bool,
    /// Run the README's commands as well, each as it stands
    #[arg(long)]
    readme: bool,
    /// Leave it running, to ask more by hand, until Ctrl-C
    #[arg(long)]
    keep: bool,
    /// Port of the function [default: any that is free]
    #[arg(long)]
    port: Option<u16>,
}

impl Options {
    /// The demo with the README's commands behind it.
    pub(crate) fn with_readme() -> Self {
        Self { readme: true, ..Self::default() }
    }
}

/// Runs it; a verdict that is not the expected one is an error.
pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = project::folder(FOLDER)?;
    let _only_one = lock(&folder)?;
    empty(&folder)?;
    let port = ports::asked_or_free(options.port)?;
    let tools = tools::run_set()?;
    build(options.recorded)?;
    let shipped = project::root().join("policies");
    let policies = if options.recorded { shipped } else { copied(&shipped, &folder.join("policies"))? };
    let emulator = if options.recorded { None } else { Some(telemetry(&tools, &folder, &policies)?) };
    let bill = if options.recorded { project::root().join(RECORDED_BILL) } else { bill(&folder)? };
    let gates = lambda::watch(&tools, &folder, port, |command| {
        environment(command, &folder, &policies, &bill, emulator.as_ref());
    })?;
    let mut unexpected = ask(&gates, &folder)?;
    if options.readme {
        let progress = Progress::start("running the README's commands");
        unexpected.extend(readme::run(&gates, &folder, |command| {
            environment(command, &folder, &policies, &bill, emulator.as_ref());
        })?);
        progress.done("each as it stands");
    }
    if options.keep {
        keep(&gates, emulator.as_ref(), &folder);
    }
    ensure!(unexpected.is_empty(), "not as it should be: {}", unexpected.join("; "));
    Ok(())
}

fn lock(folder: &Path) -> Result<File> {
    let lock = File::create(folder.join("lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => bail!("another demo runs in this checkout: end it with Ctrl-C first"),
        Err(TryLockError::Error(error)) => Err(error).context("cannot lock the demo's folder"),
    }
}

/// Earlier demos leave decisions that would count as earlier changes.
fn empty(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)?.flatten().filter(|entry| entry.file_name() != "lock") {
        let path = entry.path();
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

fn build(recorded: bool) -> Result<()> {
    let mut binaries: Vec<&str> = FUNCTIONS.iter().flat_map(|function| ["--bin", function]).collect();
    if !recorded {
        binaries.extend(["--bin", "demo-telemetry", "--bin", "demo-bill"]);
    }
    anstream::eprintln!("building the gates {DIM}(the first time takes some minutes){PLAIN}");
    processes::run(project::locked(&["build"]).args(&binaries)).context("the build failed")
}

/// The policies in a folder of the demo's own, where their objectives can say that they are as young as its telemetry.
pub(crate) fn copied(from: &Path, to: &Path) -> Result<PathBuf> {
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from)?.flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target).with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(to.to_owned())
}

/// An emulator that knows the telemetry of the demo's services, which these policies are about.
fn telemetry(tools: &Path, folder: &Path, policies: &Path) -> Result<Emulator> {
    let emulator = emulator::start(tools, folder)?;
    publish(&emulator, Some(policies))?;
    Ok(emulator)
}

/// Puts the telemetry of the demo's services into CloudWatch, and has the policies know how young it is.
pub(crate) fn publish(emulator: &Emulator, policies: Option<&Path>) -> Result<()> {
    let progress = Progress::start("publishing telemetry to CloudWatch in the emulator");
    let mut publish = project::command(project::built("debug", "demo-telemetry"));
    if let Some(policies) = policies {
        publish.env("TOLLGATE_POLICIES", policies);
    }
    emulator::credentials(&mut publish, &emulator.endpoint);
    let said = processes::output(&mut publish)?;
    progress.done(said.trim());
    Ok(())
}

/// The bill of the demo's services, as it would be fetched now: no emulator has one.
fn bill(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("bill.json");
    fs::write(&path, processes::output(&mut project::command(project::built("debug", "demo-bill")))?)?;
    Ok(path)
}

fn environment(command: &mut Command, folder: &Path, policies: &Path, bill: &Path, emulator: Option<&Emulator>) {
    // Without an emulator nothing listens there: a call to AWS fails at once instead of leaving this machine.
    emulator::credentials(command, emulator.map_or("http://127.0.0.1:1", |emulator| emulator.endpoint.as_str()));
    let ledger = folder.join("ledger.sqlite");
    command
        .env("TOLLGATE_POLICIES", policies)
        .env("TOLLGATE_LEDGER", format!("sqlite:{}", ledger.display()))
        .env("TOLLGATE_BILLING", format!("recorded:{}", bill.display()))
        .env("RUST_BACKTRACE", "0");
    if emulator.is_some() {
        command.env("TOLLGATE_TELEMETRY", "cloudwatch").env("TOLLGATE_CLOCK", "system");
    } else {
        let recorded = project::root().join(RECORDED);
        command.env("TOLLGATE_TELEMETRY", format!("recorded:{}", recorded.display()));
        command.env("TOLLGATE_CLOCK", "recorded");
    }
}

/// Sends the questions and shows the decisions; gives what was not as expected.
fn ask(gates: &Gates, folder: &Path) -> Result<Vec<String>> {
    let commit = commit::last();
    show::heading(&commit);
    let mut unexpected = Vec::new();
    let questions = changes::all(&commit).into_iter().chain(changes::rollouts(&commit)).chain(spending::all(&commit));
    for (index, question) in questions.enumerate() {
        let function = format!("{}-gate", question.gate);
        let url = format!("{}/v1/gates/{}", gates.url(&function), question.gate);
        let file = folder.join(format!("{}-{}.json", index + 1, question.name));
        let body = serde_json::to_string_pretty(&question.body)?;
        fs::write(&file, &body)?;
        let answer = http::post(&url, None, &body)?;
        ensure!(answer.status == 200, "{url} answered {} to {}: {}", answer.status, file.display(), answer.body);
        let decision: Value = serde_json::from_str(&answer.body).context("the answer is not JSON")?;
        show::question(index + 1, &question);
        show::decision(&decision);
        by_hand(gates, &function, &url, &relative(&file));
        unexpected.extend(question.objection(&decision));
    }
    Ok(unexpected)
}

fn by_hand(gates: &Gates, function: &str, url: &str, file: &Path) {
    let (file, port) = (file.display(), gates.port);
    anstream::println!("   {DIM}again   curl -sS -H 'content-type: application/json' --data @{file} {url}{PLAIN}");
    anstream::println!(
        "   {DIM}or      PATH=\"$PWD/.tools/run/bin:$PATH\" cargo lambda invoke -A 127.0.0.1 -P {port} {function} --data-file {file}{PLAIN}"
    );
}

fn relative(path: &Path) -> PathBuf {
    path.strip_prefix(project::root()).unwrap_or(path).to_path_buf()
}

fn keep(gates: &Gates, emulator: Option<&Emulator>, folder: &Path) {
    anstream::println!("\n{GREEN}running{PLAIN} until Ctrl-C; run the lines above from {}", project::root().display());
    for function in FUNCTIONS {
        anstream::println!("   {BOLD}{function:<12}{PLAIN}{}", gates.url(function));
    }
    if let Some(emulator) = emulator {
        anstream::println!("   {BOLD}AWS{PLAIN}         {}", emulator.endpoint);
    }
    anstream::println!("   {BOLD}files{PLAIN}       {} (requests, ledger, logs)", relative(folder).display());
    loop {
        thread::park();
    }
}
