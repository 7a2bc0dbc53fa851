//! The catalogue of rules: a page for people, made from the rules' metadata.

use std::fmt::Write as _;

use tollgate_core::{
    catalogue::Catalogue,
    decision::Gate,
    finding::{Effect, Mode},
    rule::WaivedBy,
    settings::ModeInForce,
};

use crate::{PolicySet, RuleMetadata};

/// The page's file, relative to the policies' folder.
pub const CATALOGUE_FILE: &str = "RULES.md";

/// The page as Markdown.
pub fn catalogue(policies: &PolicySet, catalogue: &Catalogue) -> String {
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
            let (effect, owner, title) = (effect(rule, catalogue), cell(&rule.owner), cell(&rule.title));
            let _ = writeln!(page, "| [`{name}`](#{anchor}) | {effect} | {owner} | {title} |");
        }
        for rule in policies.rules(gate) {
            section(&mut page, rule, catalogue);
        }
    }
    page
}

fn section(page: &mut String, rule: &RuleMetadata, catalogue: &Catalogue) {
    let RuleMetadata { name, title, description, owner, remediation, runbook, source, file, .. } = rule;
    let _ = write!(page, "\n### `{name}`\n\n**{title}.** {description}\n\n");
    let _ = writeln!(page, "- Strongest effect: {}", effect(rule, catalogue));
    let _ = writeln!(page, "- Waivers: {}", waivers(rule));
    let _ = writeln!(page, "- Owner: {owner}");
    let _ = writeln!(page, "- What to do: {remediation}");
    let _ = writeln!(page, "- Runbook: <{runbook}>");
    if let Some(source) = source {
        let _ = writeln!(page, "- Source: {source}");
    }
    let _ = writeln!(page, "- File: [{file}]({file})");
}

/// The strongest effect and the mode in force, whichever layer of the settings set it.
fn effect(rule: &RuleMetadata, catalogue: &Catalogue) -> String {
    let effect = match rule.effect {
        Effect::Deny => "deny",
        Effect::RequireApproval => "require approval",
        Effect::Warn => "warn",
    };
    let ModeInForce { mode, elsewhere, .. } = catalogue.mode_of(&rule.name, rule.mode);
    let elsewhere: Vec<&str> = elsewhere.keys().map(String::as_str).collect();
    match (mode, elsewhere.is_empty()) {
        (Mode::Enforce, true) => effect.to_owned(),
        (Mode::Shadow, true) => format!("{effect} (in shadow mode)"),
        (Mode::Enforce, false) => format!("{effect} (in shadow mode for {})", elsewhere.join(", ")),
        (Mode::Shadow, false) => format!("{effect} (in shadow mode, but for {})", elsewhere.join(", ")),
    }
}

/// What may be waived of a rule, and by whom.
fn waivers(rule: &RuleMetadata) -> String {
    let by = match rule.waiver.by {
        WaivedBy::Nobody => return "none: it cannot be waived".to_owned(),
        WaivedBy::Anyone => "by any team".to_owned(),
        WaivedBy::AnotherTeam => "by another team than the service's".to_owned(),
        WaivedBy::Owner => format!("by {}", rule.owner),
    };
    rule.waiver.of.map_or_else(|| by.clone(), |of| format!("{by}, each for one {}", of.as_str()))
}

/// A text within a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
