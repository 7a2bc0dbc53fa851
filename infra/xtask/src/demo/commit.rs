//! The clone's last commit: what the demo's changes roll out.

use serde_json::{Value, json};

use crate::{processes, project};

/// A commit, as far as it is known.
pub(crate) struct Commit {
    pub(crate) id: Option<String>,
    pub(crate) author: String,
    pub(crate) subject: String,
    /// `files`, `lines_added`, `lines_removed`.
    pub(crate) diff: Option<Value>,
}

/// The last commit of this clone, or a stand-in when there is no git or no history.
pub(crate) fn last() -> Commit {
    read().unwrap_or_else(|| {
        anstream::eprintln!(
            "no git history is to be had here, so the changes carry no commit: install git and clone the project"
        );
        Commit { id: None, author: "git:unknown".into(), subject: "a change without a commit".into(), diff: None }
    })
}

fn read() -> Option<Commit> {
    let shown = git(&["show", "--no-patch", "--format=%H%n%an%n%s", "HEAD"])?;
    let mut lines = shown.lines();
    let id = lines.next()?.to_owned();
    // The gate takes identities of ASCII letters only, since others can look the same.
    let author = format!("git:{}", lines.next()?.replace(|letter: char| !letter.is_ascii(), "_"));
    let subject = lines.next().unwrap_or_default().to_owned();
    let diff = git(&["show", "--numstat", "--format=", "--first-parent", "-m", "HEAD"]).map(|text| size(&text));
    Some(Commit { id: Some(id), author, subject, diff })
}

fn git(arguments: &[&str]) -> Option<String> {
    // A clone inside someone else's repository must not be taken for it.
    let ceiling = project::root().parent()?.to_path_buf();
    processes::output(project::command("git").env("GIT_CEILING_DIRECTORIES", ceiling).args(arguments)).ok()
}

/// Adds up `git show --numstat`; a binary file counts as a file without lines.
fn size(numstat: &str) -> Value {
    let counts = |column: usize| -> u64 {
        numstat.lines().filter_map(|line| line.split('\t').nth(column)?.parse::<u64>().ok()).sum()
    };
    json!({
        "files": numstat.lines().filter(|line| !line.is_empty()).count(),
        "lines_added": counts(0),
        "lines_removed": counts(1),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn adds_up_lines_and_counts_binary_files() {
        let size = super::size("3\t1\tsrc/a.rs\n-\t-\tlogo.png\n10\t0\tb\n");
        assert_eq!(size, json!({"files": 3, "lines_added": 13, "lines_removed": 1}));
    }
}
