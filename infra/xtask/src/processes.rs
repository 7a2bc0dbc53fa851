//! Child processes: none outlives this one, whichever way it ends.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

const GRACE: Duration = Duration::from_secs(2);
const INTERRUPTED_EXIT_CODE: i32 = 130;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
// Held while a process is started, so that none is started after the last look.
static SPAWNING: Mutex<()> = Mutex::new(());

/// Makes this process the parent of its children's orphans, and makes Ctrl-C, TERM and HUP stop them all.
pub(crate) fn adopt_orphans() -> Result<()> {
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_child_subreaper(true).context("cannot adopt orphaned child processes")?;
    ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        let _nothing_starts_now = SPAWNING.lock().unwrap_or_else(PoisonError::into_inner);
        stop_descendants();
        std::process::exit(INTERRUPTED_EXIT_CODE);
    })
    .context("cannot handle Ctrl-C")
}

/// Waits for the end of an interrupted run, so that its consequences are not reported as errors.
pub(crate) fn wait_if_interrupted() {
    while INTERRUPTED.load(Ordering::SeqCst) {
        thread::park();
    }
}

/// Stops every process below this one when it is dropped: at the end, on an error, on a panic.
pub(crate) struct StopAll;

impl Drop for StopAll {
    fn drop(&mut self) {
        stop_descendants();
    }
}

/// Stops a process and all below it when it is dropped.
pub(crate) struct Server {
    child: Child,
    name: &'static str,
}

impl Server {
    /// Fails, with the end of its log, when the process has ended.
    pub(crate) fn ensure_running(&mut self, log: &Path) -> Result<()> {
        let Some(status) = self.child.try_wait()? else { return Ok(()) };
        bail!("{} ended with {status}; the end of {} says\n{}", self.name, log.display(), tail(log));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let root = self.child.id();
        stop(&|table| below(table, root).into_iter().chain([root]).collect());
        let _status = self.child.wait();
    }
}

/// Starts a server whose output goes to a file.
pub(crate) fn serve(name: &'static str, command: &mut Command, log: &Path) -> Result<Server> {
    let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    command.stdout(output.try_clone()?).stderr(output);
    Ok(Server { child: spawn(command)?, name })
}

/// Runs a command to its end, showing its output; an unsuccessful end is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = spawn(command)?.wait()?;
    ensure!(status.success(), "`{}` ended with {status}", line(command));
    Ok(())
}

/// Runs a command to its end and gives what it printed; an unsuccessful end is an error that says what it said.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let child = spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`{}` ended with {}: {}", line(command), output.status, said.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Starts a command without standard input.
pub(crate) fn spawn(command: &mut Command) -> Result<Child> {
    let _guard = SPAWNING.lock().unwrap_or_else(PoisonError::into_inner);
    ensure!(!INTERRUPTED.load(Ordering::SeqCst), "interrupted");
    command.stdin(Stdio::null()).spawn().with_context(|| format!("cannot start `{}`", line(command)))
}

/// The last lines of a log.
pub(crate) fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(15)..).unwrap_or_default().join("\n")
}

/// The command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

fn stop_descendants() {
    stop(&|table| below(table, std::process::id()));
}

/// Asks the processes that are found kindly, then kills them, until none is left.
fn stop(find: &dyn Fn(&BTreeMap<u32, u32>) -> Vec<u32>) {
    let started = Instant::now();
    // An orphan is no longer found below its root, so whatever was seen once is remembered.
    let mut asked: BTreeSet<u32> = BTreeSet::new();
    loop {
        let table = processes();
        let mut remaining: BTreeSet<u32> = find(&table).into_iter().chain(asked.iter().copied()).collect();
        remaining.retain(|pid| table.contains_key(pid));
        if remaining.is_empty() || started.elapsed() > GRACE * 3 {
            return;
        }
        let kindly = started.elapsed() < GRACE;
        for pid in remaining {
            if asked.insert(pid) || !kindly {
                let signal = if kindly { Signal::SIGTERM } else { Signal::SIGKILL };
                let _already_gone = i32::try_from(pid).map(|raw| kill(Pid::from_raw(raw), signal));
            }
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn below(table: &BTreeMap<u32, u32>, root: u32) -> Vec<u32> {
    let mut tree: Vec<u32> = Vec::new();
    let mut parents = vec![root];
    while let Some(parent) = parents.pop() {
        let children = table.iter().filter(|(_, of)| **of == parent).map(|(pid, _)| *pid);
        for child in children.filter(|pid| !tree.contains(pid)).collect::<Vec<_>>() {
            tree.push(child);
            parents.push(child);
        }
    }
    tree
}

/// Every living process and its parent.
fn processes() -> BTreeMap<u32, u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return processes_by_ps() };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // The name stands in parentheses and may hold anything.
            let (_, after_name) = stat.rsplit_once(") ")?;
            living(pid, after_name)
        })
        .collect()
}

fn processes_by_ps() -> BTreeMap<u32, u32> {
    let listed = Command::new("ps").args(["-axo", "pid=,stat=,ppid="]).output();
    let text = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let (pid, rest) = line.trim().split_once(char::is_whitespace)?;
            living(pid.parse().ok()?, rest)
        })
        .collect()
}

fn living(pid: u32, state_and_parent: &str) -> Option<(u32, u32)> {
    let mut words = state_and_parent.split_whitespace();
    let state = words.next()?;
    let parent = words.next()?.parse().ok()?;
    (!state.starts_with('Z')).then_some((pid, parent))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, process::Command, time::Duration};

    use super::{Server, below, processes, spawn};

    #[test]
    fn finds_children_of_children_and_no_others() {
        let table = BTreeMap::from([(2, 1), (3, 2), (4, 3), (5, 1), (9, 9)]);
        assert_eq!(below(&table, 2), [3, 4]);
        assert_eq!(below(&table, 4), [0; 0]);
    }

    #[test]
    fn stops_a_server_with_the_children_of_its_children() {
        // Each shell moves its child into the background and outlives a kind request.
        let script = "trap '' TERM; sh -c 'sleep 300 & wait' & wait; wait";
        let child = spawn(Command::new("sh").args(["-c", script])).unwrap();
        let root = child.id();
        while below(&processes(), root).len() < 2 {
            std::thread::sleep(Duration::from_millis(10));
        }
        let tree = below(&processes(), root);
        drop(Server { child, name: "sh" });
        let left = processes();
        assert_eq!(tree.iter().filter(|pid| left.contains_key(pid)).count(), 0);
        assert!(!left.contains_key(&root));
    }
}
