//! The `# METADATA` block that opens a rule: who owns it, what it can do, what to do about its findings.

use serde::{Deserialize, Serialize};
use tollgate_core::{
    data::{Spanned, from_yaml},
    decision::Gate,
    finding::{Effect, Mode},
    rule::WaiverTerms,
};

use crate::PolicyError;

/// What is known of a rule without evaluating it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleMetadata {
    /// The rule's name: `change.freeze`.
    pub name: String,
    /// The gate that it belongs to.
    pub gate: Gate,
    /// A few words for lists.
    pub title: String,
    /// What it holds changes against, and why.
    pub description: String,
    /// The team that owns the rule.
    pub owner: String,
    /// The strongest effect that it can have.
    pub effect: Effect,
    /// Whether its findings count, unless the settings say otherwise.
    pub mode: Mode,
    /// What to do about its findings.
    pub remediation: String,
    /// Where it is explained.
    pub runbook: String,
    /// Where its thresholds come from.
    pub source: Option<String>,
    /// What may be waived of it, and by whom.
    pub waiver: WaiverTerms,
    /// Its file, relative to the policies' folder.
    pub file: String,
    /// Where it names its owner.
    #[serde(skip)]
    pub owner_at: PolicyError,
}

/// The block as OPA defines it; what is under `custom` is ours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    title: String,
    description: String,
    custom: Custom,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default, rename = "authors")]
    _authors: Option<serde_json::Value>,
    #[serde(default, rename = "organizations")]
    _organizations: Option<serde_json::Value>,
    #[serde(default, rename = "related_resources")]
    _related_resources: Option<serde_json::Value>,
    #[serde(default, rename = "schemas")]
    _schemas: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Custom {
    owner: Spanned<String>,
    effect: Effect,
    remediation: String,
    runbook: String,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    waiver: WaiverTerms,
    #[serde(default)]
    source: Option<String>,
}

const EXPECTED: &str = "write a `# METADATA` comment directly before `package`, with `title`, `description` and, under \
                        `custom`, `owner`, `effect`, `remediation` and `runbook`";

/// Reads the block before `package`.
pub(crate) fn read(file: &str, text: &str, gate: Gate, name: &str) -> Result<RuleMetadata, PolicyError> {
    let refuse = |line: Option<u64>, message: String| PolicyError::new(file, line, message);
    let (first, yaml) = block(text).ok_or_else(|| refuse(Some(1), format!("has no metadata: {EXPECTED}")))?;
    let block: Block = from_yaml(file, &yaml).map_err(|error| {
        let line = error.line.map_or(first, |line| first.saturating_add(line));
        refuse(Some(line), format!("its metadata cannot be used: {}; {EXPECTED}", error.message))
    })?;
    let Block { title, description, custom, scope, .. } = block;
    if scope.is_some_and(|scope| scope != "package") {
        return Err(refuse(Some(first), "its metadata's `scope` must be `package`, or left out".to_owned()));
    }
    for (field, value) in [
        ("title", &title),
        ("description", &description),
        ("custom.owner", &custom.owner.value),
        ("custom.remediation", &custom.remediation),
        ("custom.runbook", &custom.runbook),
    ] {
        if value.trim().is_empty() {
            return Err(refuse(Some(first), format!("its metadata's `{field}` is empty: say it")));
        }
    }
    Ok(RuleMetadata {
        name: name.to_owned(),
        gate,
        title: title.trim().to_owned(),
        description: description.trim().to_owned(),
        owner_at: PolicyError {
            // Behind `# `, which is not part of the block.
            column: Some(custom.owner.defined.column() + 2),
            ..refuse(Some(first.saturating_add(custom.owner.defined.line())), String::new())
        },
        owner: custom.owner.value,
        effect: custom.effect,
        mode: custom.mode,
        waiver: custom.waiver,
        remediation: custom.remediation.trim().to_owned(),
        runbook: custom.runbook,
        source: custom.source,
        file: file.to_owned(),
    })
}

/// The number of the line `# METADATA`, and the YAML below it.
fn block(text: &str) -> Option<(u64, String)> {
    let mut found: Option<(u64, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        match (line.strip_prefix('#'), &mut found) {
            (Some(comment), _) if comment.trim() == "METADATA" => found = Some((number, String::new())),
            (Some(comment), Some((_, yaml))) => {
                yaml.push_str(comment.strip_prefix(' ').unwrap_or(comment));
                yaml.push('\n');
            }
            (Some(_), None) => {}
            (None, Some(_)) if line.starts_with("package ") => return found,
            // A block that something else follows is not the package's.
            (None, Some(_)) => found = None,
            (None, None) if line.starts_with("package ") => return None,
            (None, None) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use tollgate_core::{
        decision::Gate,
        finding::{Effect, Mode},
    };

    use super::read;

    const GOOD: &str = "# A comment.\n\n# METADATA\n# title: Freeze\n# description: |\n#   Rest.\n#   Always.\n# custom:\n\
                        #   owner: sre\n#   effect: deny\n#   mode: shadow\n#   remediation: wait\n#   runbook: https://r\n\
                        package tollgate.change.freeze\n";

    #[test]
    fn reads_what_stands_before_the_package() {
        let rule = read("f.rego", GOOD, Gate::Change, "change.freeze").unwrap();
        assert_eq!((rule.effect, rule.mode), (Effect::Deny, Mode::Shadow));
        assert_eq!(rule.description, "Rest.\nAlways.");
    }

    #[test]
    fn what_is_missing_or_wrong_is_named_with_its_line() {
        for (bad, expected) in [
            (GOOD.replace("# METADATA", "# METDATA"), "f.rego:1: has no metadata"),
            (GOOD.replace("#   owner: sre\n", ""), "owner"),
            (GOOD.replace("effect: deny", "effect: denny"), "f.rego:10: "),
            (GOOD.replace("owner: sre", "owner: \"\""), "`custom.owner` is empty"),
            (GOOD.replace("mode: shadow", "mood: shadow"), "mood"),
            (GOOD.replace("package", "\npackage"), "has no metadata"),
        ] {
            let error = read("f.rego", &bad, Gate::Change, "change.freeze").unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
