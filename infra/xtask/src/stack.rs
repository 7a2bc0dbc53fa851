//! The template as it would be deployed: built by SAM, deployed into an emulator, asked over its function URL.

use std::{env, fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{
    demo::{changes, commit, show},
    emulator::{self, Emulator},
    processes,
    project::{self, Progress},
    tools,
};

const FOLDER: &str = ".tollgate/stack";
const STACK: &str = "tollgate";
/// The functions, as the template names them.
const FUNCTIONS: [&str; 3] = ["ChangeGate", "CostGate", "SloGate"];

/// Builds, deploys, asks.
pub(crate) fn run() -> Result<()> {
    let folder = project::folder(FOLDER)?;
    let (tools, release_tools) = (tools::run_set()?, tools::stack_set()?);
    processes::run(project::locked(&["build"]).args(["--bin", "demo-telemetry"]))?;
    let stack = Stack { path: [release_tools, tools.clone()], folder };
    stack.build()?;
    let emulator = emulator::start(&tools, &stack.folder)?;
    crate::demo::publish(&emulator, None)?;
    stack.deploy(&emulator)?;
    stack.ask(&emulator)
}

/// Template lints: `cfn-lint` and `sam validate --lint`.
pub(crate) fn lint() -> Result<()> {
    let stack = Stack { path: [tools::stack_set()?, tools::run_set()?], folder: project::folder(FOLDER)? };
    processes::run(stack.command("cfn-lint", None)?.arg("template.yaml"))?;
    processes::run(stack.command("sam", None)?.args(["validate", "--lint", "--template", "template.yaml"]))
}

/// Lambda's name of this machine's processor.
fn architecture() -> &'static str {
    if env::consts::ARCH == "aarch64" { "arm64" } else { "x86_64" }
}

fn parameter() -> String {
    format!("Architecture={}", architecture())
}

/// Tools with their search path, and the folder for what they make.
struct Stack {
    path: [PathBuf; 2],
    folder: PathBuf,
}

impl Stack {
    /// A tool that keeps its caches in the project's folder.
    fn command(&self, program: &str, emulator: Option<&Emulator>) -> Result<Command> {
        let [release_tools, tools] = &self.path;
        let tool = release_tools.join(program);
        let mut command = project::command(if tool.exists() { tool } else { program.into() });
        emulator::credentials(&mut command, emulator.map_or("http://127.0.0.1:1", |emulator| &emulator.endpoint));
        let caches = project::folder(".tools/cache")?;
        command
            .env("PATH", project::path_with(&[release_tools, tools])?)
            .env("ARCHITECTURE", architecture())
            .env("SAM_CLI_TELEMETRY", "0")
            .env("__SAM_CLI_APP_DIR", caches.join("sam"))
            .env("ZIG_GLOBAL_CACHE_DIR", caches.join("zig"))
            .env("CARGO_ZIGBUILD_CACHE_DIR", caches.join("zigbuild"));
        Ok(command)
    }

    fn build(&self) -> Result<()> {
        anstream::eprintln!("building the functions as they are deployed (the first time takes about fifteen minutes)");
        // SAM would keep what cargo says to itself; afterwards it has nothing to compile.
        let unpacked = format!("ARTIFACTS_DIR={}", self.folder.join("unpacked").display());
        for function in FUNCTIONS {
            let (mut make, target) = (self.command("make", None)?, format!("build-{function}"));
            processes::run(make.args(["--silent", "--makefile", "infra/lambda/Makefile", &target, &unpacked]))?;
        }
        let mut sam = self.command("sam", None)?;
        sam.args(["build", "--template", "template.yaml", "--parameter-overrides", &parameter(), "--build-dir"]);
        processes::run(sam.arg(self.folder.join("build")))?;
        for function in FUNCTIONS {
            let bootstrap = self.folder.join("build").join(function).join("bootstrap");
            let size = fs::metadata(&bootstrap).with_context(|| format!("no {}", bootstrap.display()))?.len();
            anstream::eprintln!("{} has {} KiB", bootstrap.display(), size / 1024);
        }
        Ok(())
    }

    fn deploy(&self, emulator: &Emulator) -> Result<()> {
        let progress = Progress::start("deploying template.yaml into the emulator");
        let mut sam = self.command("sam", Some(emulator))?;
        sam.arg("deploy").arg("--template").arg(self.folder.join("build/template.yaml"));
        sam.args(["--stack-name", STACK, "--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset"]);
        sam.args(["--no-progressbar", "--parameter-overrides", &parameter()]);
        processes::output(&mut sam)?;
        progress.done("");
        Ok(())
    }

    /// Asks about a change as a pipeline does: signed, by the host name of the stack's output.
    fn ask(&self, emulator: &Emulator) -> Result<()> {
        let host = self.host(emulator)?;
        let commit = commit::last();
        // The emulator does not tell who signed, so approvals cannot count; only good telemetry leaves it at `pending`.
        let mut questions = changes::all(&commit).into_iter();
        let question = questions.find(|question| question.expected == "pending").context("no change to ask about")?;
        let file = self.folder.join("request.json");
        fs::write(&file, serde_json::to_string_pretty(&question.body)?)?;
        let port = emulator.endpoint.rsplit(':').next().unwrap_or_default();
        let mut curl = project::command("curl");
        curl.args(["--silent", "--show-error", "--fail-with-body", "--max-time", "60", "--noproxy", "*"]);
        curl.args(["--aws-sigv4", "aws:amz:eu-central-1:lambda", "--user", "test:test"]);
        curl.args([
            "--connect-to",
            &format!("{host}:80:127.0.0.1:{port}"),
            "--header",
            "content-type: application/json",
        ]);
        curl.arg("--data").arg(format!("@{}", file.display())).arg(format!("http://{host}/v1/gates/change"));
        let answer = processes::output(&mut curl).context("the deployed function did not decide")?;
        let decision: Value = serde_json::from_str(&answer).with_context(|| format!("not a decision: {answer}"))?;
        show::heading(&commit);
        show::question(1, &question);
        show::decision(&decision);
        question.objection(&decision).map_or(Ok(()), |objection| bail!(objection))
    }

    fn host(&self, emulator: &Emulator) -> Result<String> {
        let mut sam = self.command("sam", Some(emulator))?;
        let listed = processes::output(sam.args(["list", "stack-outputs", "--stack-name", STACK, "--output", "json"]))?;
        let outputs: Vec<Value> = serde_json::from_str(&listed).context("the stack's outputs are not JSON")?;
        let url = outputs
            .iter()
            .find(|output| output.get("OutputKey").is_some_and(|key| key == "ChangeGateUrl"))
            .and_then(|output| output.get("OutputValue")?.as_str())
            .context("the stack has no output `ChangeGateUrl`")?;
        Ok(url.trim_start_matches("https://").trim_end_matches('/').to_owned())
    }
}
