//! A new rule: a file and its test that pass as they stand.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use tollgate_core::decision::Gate;

use crate::{PolicyError, module_path::check_name, suggest::did_you_mean};

const RULE: &str = r#"# METADATA
# title: TITLE
# description: >-
#   Says what it holds up, and why. As it stands it warns where FIELD is not said: write what it is for.
# custom:
#   owner: OWNER
#   effect: warn
#   remediation: Say in a sentence what whoever meets this finding should do.
#   runbook: https://runbooks.example.com/tollgate/RULE
package tollgate.GATE.RULE

warn contains {
	"message": sprintf("the SUBJECT of `%v` has no FIELD", [input.SUBJECT.service]),
	"observed": {"FIELD": input.SUBJECT.FIELD},
} if {
	input.SUBJECT.FIELD == null
}
"#;

const TEST: &str = r#"package tollgate.GATE.RULE_test

import data.tollgate.GATE.RULE

test_warns_without_FIELD if {
	found := RULE.warn with input as {"SUBJECT": {"service": "pay", "FIELD": null}}
	count(found) == 1
}

test_passes_with_FIELD if {
	found := RULE.warn with input as {"SUBJECT": {"service": "pay", "FIELD": "given"}}
	count(found) == 0
}
"#;

/// Writes a rule and its test, for a name such as `change/freeze`; gives the files.
///
/// # Errors
/// When the name is not one, the gate is not there, a file is there already or cannot be written.
pub fn scaffold(folder: &Path, name: &str) -> Result<Vec<PathBuf>, PolicyError> {
    let refuse = |message: String| PolicyError::new(name, None, message);
    let (gate, rule) =
        name.split_once('/').ok_or_else(|| refuse("write gate and rule, such as `change/freeze`".to_owned()))?;
    let Some(known) = Gate::ALL.into_iter().find(|known| known.as_str() == gate) else {
        let hint = did_you_mean(gate, Gate::ALL.iter().map(|gate| gate.as_str()));
        return Err(refuse(format!("`{gate}` is no gate{hint}: write for example `change/freeze`")));
    };
    let (subject, field) = match known {
        Gate::Change => ("change", "summary"),
        Gate::Slo => ("rollout", "author"),
        Gate::Cost => ("spending", "author"),
    };
    check_name(rule).map_err(refuse)?;
    let into = folder.join(gate).join(rule);
    if into.exists() {
        return Err(refuse(format!("`{}` is there already: choose another name, or edit it", into.display())));
    }
    if !folder.is_dir() {
        return Err(refuse(format!("there is no folder `{}`: name it with `--policies`", folder.display())));
    }
    fs::create_dir_all(&into).map_err(|error| refuse(format!("`{}` cannot be made: {error}", into.display())))?;
    let (title, owner) = (title(rule), owner(folder));
    let mut written = Vec::new();
    for (file, text) in [(format!("{rule}.rego"), RULE), (format!("{rule}_test.rego"), TEST)] {
        let path = into.join(file);
        let text = text
            .replace("SUBJECT", subject)
            .replace("FIELD", field)
            .replace("GATE", gate)
            .replace("RULE", rule)
            .replace("TITLE", &title)
            .replace("OWNER", &owner);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| refuse(format!("`{}` cannot be written: {error}", path.display())))?;
        written.push(path);
    }
    Ok(written)
}

/// The team that a new rule is given to, since there must be one: `platform`, or the first that is there.
fn owner(folder: &Path) -> String {
    const USUAL: &str = "platform";
    let entries = fs::read_dir(folder.join("data/teams")).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| Some(entry.path().file_stem()?.to_str()?.to_owned()));
    let mut teams: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    teams.sort();
    let usual = teams.iter().find(|team| *team == USUAL).or(teams.first());
    usual.cloned().unwrap_or_else(|| USUAL.to_owned())
}

/// `error_budget` as `Error budget`.
fn title(rule: &str) -> String {
    let words = rule.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
