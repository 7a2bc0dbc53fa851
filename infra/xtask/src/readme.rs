//! The README's commands, run as they stand: what it promises is what a reader gets.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::{lambda::Gates, project};

/// The port that the README writes.
const WRITTEN_PORT: &str = "9000";
/// Blocks that are not run here, by a line of theirs, and what else runs them.
const ELSEWHERE: [(&str, &str); 3] = [
    ("git clone ", "CI's first steps"),
    ("sam build", "`cargo xtask stack`"),
    ("cargo lambda watch", "the demo, with an environment of its own"),
];
/// Lines that are not run, and why.
const LEFT_OUT: [(&str, &str); 1] = [("cargo tollgate cost record", "no emulator answers Cost Explorer")];
/// What a command says of what it shows: over budget, or not known.
const TELLING_EXITS: [(&str, &[i32]); 3] =
    [("cargo tollgate cost status", &[2, 3]), ("cargo tollgate slo status", &[2, 3]), ("cargo tollgate replay", &[1])];
/// In a checkout, what commands read; they write into a copy.
const COPIED: [&str; 2] = ["policies", "infra/demo"];
const LINKED: [&str; 2] = [".tools", ".tollgate"];

/// Runs the README's shell blocks in a copy of the checkout, with the demo's gates behind them; gives what they should not have
/// done.
pub(crate) fn run(gates: &Gates, folder: &Path, environment: impl Fn(&mut Command)) -> Result<Vec<String>> {
    let copy = folder.join("readme");
    prepare(&copy)?;
    let mut wrong = Vec::new();
    for block in blocks(&fs::read_to_string(project::root().join("README.md"))?) {
        if ELSEWHERE.iter().any(|(line, _)| block.contains(line)) {
            continue;
        }
        for command in commands(&block.replace(WRITTEN_PORT, &gates.port.to_string())) {
            if !LEFT_OUT.iter().any(|(line, _)| command.contains(line)) {
                wrong.extend(objection(&command, &copy, gates, &environment)?);
            }
        }
    }
    Ok(wrong)
}

/// The shell blocks of a text in Markdown.
fn blocks(text: &str) -> impl Iterator<Item = String> {
    let mut lines = text.lines();
    std::iter::from_fn(move || {
        lines.find(|line| line.trim() == "```sh")?;
        Some(lines.by_ref().take_while(|line| line.trim() != "```").map(|line| format!("{line}\n")).collect())
    })
}

/// The commands of a block: each of Tollgate's by itself, and all else as one script.
fn commands(block: &str) -> Vec<String> {
    let is_own = |line: &&str| line.starts_with("cargo tollgate ");
    let own: Vec<String> = block.lines().filter(is_own).map(str::to_owned).collect();
    if own.is_empty() { vec![block.to_owned()] } else { own }
}

fn objection(command: &str, copy: &Path, gates: &Gates, environment: impl Fn(&mut Command)) -> Result<Option<String>> {
    let mut shell = Command::new("bash");
    environment(&mut shell);
    shell
        .current_dir(copy)
        .env_remove("TOLLGATE_POLICIES")
        .env("PATH", project::path_with(&[&copy.join("bin")])?)
        .env("TOLLGATE_URL", format!("{}/", gates.url("change-gate")))
        .env("RUN_ID", "readme")
        .env("RUN_ATTEMPT", "1")
        .env("EDITOR", "true");
    let output = shell.args(["-euc", command]).output().context("bash is needed for the README's commands")?;
    let [said, errors] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let telling = TELLING_EXITS.iter().find(|(line, _)| command.starts_with(line)).map_or(&[][..], |(_, exits)| *exits);
    let code = output.status.code();
    let went_well = code.is_some_and(|code| code == 0 || telling.contains(&code) && !said.is_empty());
    // curl ends well whatever it is answered.
    let answered = !command.contains("curl") || said.contains("\"verdict\"") || said.contains(" may ");
    let excerpt = |text: &str| text.trim().chars().take(600).collect::<String>();
    Ok((!went_well || !answered)
        .then(|| format!("README: `{}` ended with {code:?}: {} {}", command.trim(), excerpt(&said), excerpt(&errors))))
}

/// A copy of what the commands read and write, with `cargo tollgate` as it was built.
fn prepare(copy: &Path) -> Result<()> {
    let root = project::root();
    for path in COPIED {
        super::demo::copied(&root.join(path), &copy.join(path))?;
    }
    for path in LINKED {
        link(&root.join(path), &copy.join(path))?;
    }
    let demo = root.join(".tollgate/demo");
    let healthy = fs::read(demo.join("1-healthy.json")).context("the demo has asked nothing")?;
    fs::write(copy.join("change.json"), healthy)?;
    fs::write(copy.join("slo.yaml"), KEPTN)?;
    fs::write(copy.join("one.yaml"), fs::read(root.join("policies/data/slos/payments-api.yaml"))?)?;
    wrapper(&copy.join("bin"))
}

/// A quality gate of Keptn, to import.
const KEPTN: &str = "spec_version: '1.0'\ncomparison: {compare_with: single_result}\nobjectives:\n  - {sli: error_rate, pass: [{criteria: ['<=1']}]}\n";

fn wrapper(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let tollgate = project::built("debug", "tollgate");
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = tollgate ]; then shift; exec '{}' \"$@\"; fi\nexec '{}' \"$@\"\n",
        tollgate.display(),
        std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
    );
    let path = folder.join("cargo");
    fs::write(&path, script)?;
    executable(&path)
}

#[cfg(unix)]
fn executable(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(Into::into)
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> Result<()> {
    std::os::unix::fs::symlink(from, to).with_context(|| format!("cannot make {}", to.display()))
}

#[cfg(test)]
mod tests {
    use super::{blocks, commands};

    #[test]
    fn blocks_of_shell_are_run_and_others_are_not() {
        let text =
            "a\n```sh\ncargo tollgate x   # y\ncargo tollgate z\n```\n```json\n{}\n```\n```sh\ncurl a \\\n  b\n```\n";
        let found: Vec<Vec<String>> = blocks(text).map(|block| commands(&block)).collect();
        assert_eq!(found, [vec!["cargo tollgate x   # y", "cargo tollgate z"], vec!["curl a \\\n  b\n"]]);
    }
}
