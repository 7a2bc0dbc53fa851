//! A new rule: a file and its test that pass as they stand.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::{
    PolicyError,
    module_path::{GATES, check_name},
    suggest::did_you_mean,
};

const RULE: &str = r#"# METADATA
# title: TITLE
# description: >-
#   Says which changes it holds up, and why. As it stands it warns of changes without a summary: write what it is for.
# custom:
#   owner: platform
#   effect: warn
#   remediation: Say in a sentence what whoever meets this finding should do.
#   runbook: https://runbooks.example.com/tollgate/RULE
package tollgate.GATE.RULE

warn contains {
	"message": sprintf("change `%s` has no summary", [input.change.id]),
	"observed": {"summary": input.change.summary},
} if {
	input.change.summary == null
}
"#;

const TEST: &str = r#"package tollgate.GATE.RULE_test

import data.tollgate.GATE.RULE

test_warns_without_a_summary if {
	found := RULE.warn with input as {"change": {"id": "pay/1", "summary": null}}
	count(found) == 1
}

test_passes_with_a_summary if {
	found := RULE.warn with input as {"change": {"id": "pay/1", "summary": "raise the pool"}}
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
    if !GATES.iter().any(|known| known.as_str() == gate) {
        let hint = did_you_mean(gate, GATES.iter().map(|gate| gate.as_str()));
        return Err(refuse(format!("`{gate}` is no gate{hint}: write for example `change/freeze`")));
    }
    check_name(rule).map_err(refuse)?;
    let into = folder.join(gate).join(rule);
    if into.exists() {
        return Err(refuse(format!("`{}` is there already: choose another name, or edit it", into.display())));
    }
    if !folder.is_dir() {
        return Err(refuse(format!("there is no folder `{}`: name it with `--policies`", folder.display())));
    }
    fs::create_dir_all(&into).map_err(|error| refuse(format!("`{}` cannot be made: {error}", into.display())))?;
    let title = title(rule);
    let mut written = Vec::new();
    for (file, text) in [(format!("{rule}.rego"), RULE), (format!("{rule}_test.rego"), TEST)] {
        let path = into.join(file);
        let text = text.replace("GATE", gate).replace("RULE", rule).replace("TITLE", &title);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| refuse(format!("`{}` cannot be written: {error}", path.display())))?;
        written.push(path);
    }
    Ok(written)
}

/// `error_budget` as `Error budget`.
fn title(rule: &str) -> String {
    let words = rule.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
