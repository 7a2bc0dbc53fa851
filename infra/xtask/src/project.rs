//! The checkout that this command belongs to, and how it talks to the terminal.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anstyle::{AnsiColor, Style};
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};

pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default().bold();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const PLAIN: anstyle::Reset = anstyle::Reset;

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_path_buf()
}

/// Where binaries of this profile are built: `debug` or `release`.
pub(crate) fn built(profile: &str, binary: &str) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |given| root().join(given));
    target.join(profile).join(binary)
}

/// A command that runs in the project's folder, as if it was started from a shell and not by cargo.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    // Build scripts look at these, and would build anew each time that they come and go.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO" {
            command.env_remove(name);
        }
    }
    command
}

/// Cargo, the same that started this command.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments);
    cargo
}

/// A cargo command that resolves dependencies: it takes what the lock file says, or fails.
pub(crate) fn locked(subcommand: &[&str]) -> Command {
    let mut cargo = cargo(subcommand);
    cargo.arg("--locked");
    cargo
}

/// The search path with these folders in front.
pub(crate) fn path_with(folders: &[&Path]) -> Result<OsString> {
    let old = env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().map(|folder| folder.to_path_buf()).chain(env::split_paths(&old));
    env::join_paths(all).context("the search path cannot hold the project's folder: its name has a `:`")
}

/// Creates a folder of the project, empty if it was not there.
pub(crate) fn folder(path: &str) -> Result<PathBuf> {
    let folder = root().join(path);
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

/// Says what takes a moment, while it does.
pub(crate) struct Progress {
    bar: ProgressBar,
    what: String,
    started: Instant,
}

impl Progress {
    /// Begins; without a terminal it is one plain line.
    pub(crate) fn start(what: impl Into<String>) -> Self {
        let what = what.into();
        let bar = ProgressBar::new_spinner();
        if bar.is_hidden() {
            anstream::eprintln!("{what} …");
        }
        bar.set_style(ProgressStyle::default_spinner());
        bar.set_message(format!("{what} …"));
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar, what, started: Instant::now() }
    }

    /// Says what it is at.
    pub(crate) fn at(&self, detail: &str) {
        self.bar.set_message(format!("{} … {detail}", self.what));
    }

    /// Ends well.
    pub(crate) fn done(self, result: &str) {
        self.bar.finish_and_clear();
        let seconds = self.started.elapsed().as_millis();
        anstream::eprintln!("{GREEN}✓{PLAIN} {} {DIM}{result} ({}){PLAIN}", self.what, time(seconds));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Milliseconds, as one reads them: `3 min 20 s`, `4.1 s`.
pub(crate) fn time(milliseconds: u128) -> String {
    match milliseconds / 1000 {
        seconds @ 60.. => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{seconds}.{} s", milliseconds % 1000 / 100),
    }
}

#[cfg(test)]
mod tests {
    use super::{root, time};

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("template.yaml").is_file());
    }

    #[test]
    fn times_read_well() {
        assert_eq!(time(4190), "4.1 s");
        assert_eq!(time(200_000), "3 min 20 s");
    }
}
