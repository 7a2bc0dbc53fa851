//! The catalogue of rules: a page for people, made from the rules' metadata.

use std::fmt::Write as _;

use tollgate_core::{
    decision::Gate,
    finding::{Effect, Mode},
};

use crate::{PolicySet, RuleMetadata};

/// The page's file, relative to the policies' folder.
pub const CATALOGUE_FILE: &str = "RULES.md";

/// The page as Markdown.
pub fn catalogue(policies: &PolicySet) -> String {
    let mut page = String::from(
        "# Rules\n\nMade from the rules' metadata by `cargo tollgate policies catalogue`; change them, not this page.\n",
    );
    for gate in Gate::ALL {
        // Writing to a text cannot fail.
        let _ = write!(page, "\n## {} gate\n\n| rule | strongest effect | owner | what it asks |\n", gate.as_str());
        page.push_str("| --- | --- | --- | --- |\n");
        for rule in policies.rules(gate) {
            let name = &rule.name;
            let anchor = name.replace('.', "");
            let (effect, owner, title) = (effect(rule), cell(&rule.owner), cell(&rule.title));
            let _ = writeln!(page, "| [`{name}`](#{anchor}) | {effect} | {owner} | {title} |");
        }
        for rule in policies.rules(gate) {
            section(&mut page, rule);
        }
    }
    page
}

fn section(page: &mut String, rule: &RuleMetadata) {
    let RuleMetadata { name, title, description, owner, remediation, runbook, source, file, .. } = rule;
    let _ = write!(page, "\n### `{name}`\n\n**{title}.** {description}\n\n");
    let _ = writeln!(page, "- Strongest effect: {}", effect(rule));
    let _ = writeln!(page, "- Owner: {owner}");
    let _ = writeln!(page, "- What to do: {remediation}");
    let _ = writeln!(page, "- Runbook: <{runbook}>");
    if let Some(source) = source {
        let _ = writeln!(page, "- Source: {source}");
    }
    let _ = writeln!(page, "- File: [{file}]({file})");
}

fn effect(rule: &RuleMetadata) -> String {
    let effect = match rule.effect {
        Effect::Deny => "deny",
        Effect::RequireApproval => "require approval",
        Effect::Warn => "warn",
    };
    match rule.mode {
        Mode::Enforce => effect.to_owned(),
        Mode::Shadow => format!("{effect} (in shadow mode)"),
    }
}

/// A text within a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
