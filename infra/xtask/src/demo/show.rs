//! Decisions, as they read in a terminal.

use serde_json::Value;
use textwrap::{Options, WordSeparator, WordSplitter};

use super::{changes::Question, commit::Commit, quantity};
use crate::project::{BOLD, DIM, GREEN, PLAIN, RED, YELLOW};

const WIDTH: usize = 110;

/// What the changes have in common.
pub(crate) fn heading(commit: &Commit) {
    let id = commit.id.as_deref().and_then(|id| id.get(..10)).unwrap_or("no commit");
    anstream::println!(
        "\nasking about changes that roll out {BOLD}{id}{PLAIN} “{}” by {}",
        commit.subject,
        commit.author
    );
}

/// What is asked.
pub(crate) fn question(number: usize, question: &Question) {
    anstream::println!("\n{BOLD}{number}  {}{PLAIN}", question.title);
}

/// The answer: first what one must know, then why, then what proves it.
pub(crate) fn decision(decision: &Value) {
    let verdict = text(&decision["verdict"]);
    let style = match verdict.as_str() {
        "allow" => GREEN,
        "pending" => YELLOW,
        _ => RED,
    };
    let label = format!("   {:<8}", verdict.to_uppercase());
    let summary = wrap(&text(&decision["summary"]), "           ");
    anstream::println!("{style}{label}{PLAIN}{BOLD}{}{PLAIN}", summary.trim_start());
    each(&decision["findings"]).for_each(finding);
    for awaited in each(&decision["awaiting"]) {
        let group = awaited["group"].as_str().unwrap_or("anyone but the author");
        let (received, count) = (text(&awaited["received"]), text(&awaited["count"]));
        line("waits", &format!("for {received}/{count} approvals by {group} ({})", text(&awaited["rule"])));
    }
    each(&decision["warnings"]).for_each(|warning| line("note", &text(warning)));
    optional("retry", &decision["retry_at"]);
    line("until", &format!("{}, decision {}", text(&decision["valid_until"]), text(&decision["decision_id"])));
    let cost = &decision["api_cost"];
    let spent = cost["micros"].as_i64().map_or_else(|| text(&cost["micros"]), |micros| quantity::money(micros, "USD"));
    let requests = text(&cost["requests"]);
    let rules = each(&decision["rules_judged"]).count();
    let policies = short(&decision["policy_revision"]);
    let facts = short(&decision["facts_digest"]);
    line("proof", &format!("{rules} rules of policies {policies} on facts {facts}; {requests} AWS requests, {spent}"));
}

fn finding(finding: &Value) {
    let effect = text(&finding["effect"]);
    let mut state = Vec::new();
    if finding["mode"] == "shadow" {
        state.push("in shadow".to_owned());
    }
    if let Some(waiver) = finding.pointer("/waiver/id").and_then(Value::as_str) {
        state.push(format!("waived by {waiver}"));
    }
    let approvers: Vec<String> = each(&finding["approved_by"]).map(text).collect();
    if !approvers.is_empty() {
        state.push(format!("approved by {}", approvers.join(", ")));
    }
    let (style, sign) = match effect.as_str() {
        _ if !state.is_empty() => (DIM, "·"),
        "deny" => (RED, "✗"),
        "require_approval" => (YELLOW, "?"),
        _ => (YELLOW, "!"),
    };
    let settled = !state.is_empty();
    let state = if settled { format!(" ({})", state.join("; ")) } else { String::new() };
    anstream::println!("   {style}{sign} {effect} {}{PLAIN}{DIM}{state}{PLAIN}", text(&finding["rule"]));
    anstream::println!("{}", wrap(&text(&finding["message"]), "     "));
    // What holds nothing up needs no more words.
    if settled {
        return;
    }
    optional("is", &pairs(&finding["observed"]));
    optional("limit", &pairs(&finding["threshold"]));
    optional("since", &finding["since"]);
    optional("do", &finding["remediation"]);
    optional("owner", &finding["owner"]);
    optional("see", &finding["runbook"]);
    optional("retry", &finding["retry_at"]);
}

/// `a 1, b 2` of an object's members, in the units of people.
fn pairs(object: &Value) -> Value {
    let members = object.as_object().into_iter().flatten();
    let currency = object.get("currency").and_then(Value::as_str);
    let pairs: Vec<String> = members
        .map(|(name, value)| match quantity::read(name, value, currency) {
            Some((name, shown)) => format!("{name} {shown}"),
            None => format!("{name} {}", text(value)),
        })
        .collect();
    if pairs.is_empty() { Value::Null } else { pairs.join(", ").into() }
}

fn optional(label: &str, value: &Value) {
    if !value.is_null() {
        line(label, &text(value));
    }
}

fn line(label: &str, value: &str) {
    let value = wrap(value, "             ");
    anstream::println!("     {DIM}{label:<8}{PLAIN}{}", value.trim_start());
}

fn wrap(text: &str, indent: &str) -> String {
    // A time or a name is not broken at its hyphens.
    let whole =
        Options::new(WIDTH).word_splitter(WordSplitter::NoHyphenation).word_separator(WordSeparator::AsciiSpace);
    textwrap::fill(text, whole.initial_indent(indent).subsequent_indent(indent).break_words(false))
}

fn each(array: &Value) -> impl Iterator<Item = &Value> {
    array.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn short(digest: &Value) -> String {
    text(digest).chars().take("sha256:".len() + 12).collect()
}
