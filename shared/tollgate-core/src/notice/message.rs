//! The notice itself, and how it reads.

use std::fmt::Write as _;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Level, Observation, Report, Showback};
use crate::{Timestamp, finding::Finding};

/// Reasons given for one change.
const REASONS: usize = 3;
/// Bytes of one text. A notice must fit into an event, of 256 KB, whatever stands in it.
const TEXT_BYTES: usize = 500;
/// Where it says which services and objectives there are.
const CATALOGUE: &str = "catalogue";
const PERIOD: &str = "period";
const ANOMALY: &str = "anomaly";
/// Why nobody looks at something any more.
const ENDED: [&str; 3] = [CATALOGUE, PERIOD, ANOMALY];
/// Changes, and open subjects, that one notice lists.
pub(super) const LISTED: usize = 10;

/// What goes out: one event of source `tollgate` and detail type `Tollgate Notice`. It may come more than once, always
/// under the same id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notice {
    /// Always [`super::NOTICE_SCHEMA`].
    pub schema: String,
    /// Names this notice, the same in every delivery: what was handled under it needs no handling again.
    pub id: String,
    /// Names what the notice is about, from the first notice until the one that resolves it.
    pub incident_id: String,
    /// What it asks for.
    pub kind: NoticeKind,
    /// The service; the budget, where it is about a budget as a whole; the team, where it shows what that spends.
    pub service: String,
    /// Where it runs.
    pub environment: String,
    /// One line for a person.
    pub summary: String,
    /// What changed, the weightiest first, at most 10.
    pub changes: Vec<Change>,
    /// What else is open, unchanged, at most 10.
    pub open: Vec<Open>,
    /// The team that owns the service.
    pub owner: Option<String>,
    /// How to reach it.
    pub contact: Option<String>,
    /// Where the service's operation is explained.
    pub runbook: Option<String>,
    /// The decision that has the facts; empty where nothing was decided.
    pub decision_id: String,
    /// When the facts were judged.
    pub evaluated_at: Timestamp,
    /// What a team spends; only where the notice is of that kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub showback: Option<Showback>,
}

/// What a notice asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Act now.
    Page,
    /// Act within days.
    Ticket,
    /// Nothing is open any more.
    Resolved,
    /// Nothing: it is for information.
    Showback,
}

/// A subject that stands otherwise than people were told before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// What it is about: `slo/availability`.
    pub subject: String,
    /// What people were told before.
    pub from: Level,
    /// How it stands.
    pub to: Level,
    /// Since when it does.
    pub since: Timestamp,
    /// Why, the weightiest first, at most 3. Of what has ended, one of the rule `catalogue`, `period` or `anomaly`: it has
    /// left the catalogue, its period is over, or the anomaly is.
    pub reasons: Vec<Reason>,
    /// Share of the error budget that is left, in parts per million; negative when overspent, null when not known.
    pub budget_remaining_ppm: Option<i64>,
    /// How fast the budget is spent, in millionths; null when not known.
    pub burn_rate_micro: Option<u64>,
    /// What would clear it.
    pub clears_when: Option<String>,
}

/// Why, as a rule found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reason {
    /// The rule.
    pub rule: String,
    /// What it found.
    pub message: String,
    /// What to do next.
    pub remediation: Option<String>,
    /// Where that is explained.
    pub runbook: Option<String>,
}

/// A subject that people were told of before and that still stands so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Open {
    /// What it is about.
    pub subject: String,
    /// What people were told.
    pub level: Level,
    /// When they were told.
    pub announced_at: Option<Timestamp>,
}

impl NoticeKind {
    /// The word used in JSON and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
            Self::Resolved => "resolved",
            Self::Showback => "showback",
        }
    }
}

impl Change {
    /// Without reasons where nobody saw it.
    pub(super) fn new(subject: &str, from: Level, to: Level, since: Timestamp, seen: Option<&Observation>) -> Self {
        let mut findings: Vec<&Finding> = seen.into_iter().flat_map(|seen| &seen.findings).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse((finding.is_blocking(), finding.effect)));
        Self {
            subject: line(subject),
            from,
            to,
            since,
            reasons: findings.into_iter().take(REASONS).map(Reason::of).collect(),
            budget_remaining_ppm: seen.and_then(|seen| seen.budget_remaining_ppm),
            burn_rate_micro: seen.and_then(|seen| seen.burn_rate_micro),
            clears_when: seen.and_then(|seen| seen.clears_when.as_deref()).map(line),
        }
    }

    fn describe(&self) -> String {
        let mut text = match (self.from, self.to) {
            (_, Level::Ok) if self.reasons.iter().any(|reason| ENDED.contains(&reason.rule.as_str())) => {
                format!("{} is looked at no longer", self.subject)
            }
            (from, to) if from == to => format!("{} has doubled and needs a {}", self.subject, to.as_str()),
            (_, Level::Ok) => format!("{} is as promised again", self.subject),
            (_, Level::Unknown) => format!("{} is not known", self.subject),
            (Level::Page, Level::Ticket) => format!("{} is better and needs a ticket", self.subject),
            (_, to) => format!("{} needs a {}", self.subject, to.as_str()),
        };
        if let Some(reason) = self.reasons.first() {
            text.push_str(": ");
            text.push_str(&reason.message);
        }
        text
    }
}

impl Report {
    /// Why nobody looks at a subject any more.
    pub(super) fn ended(&self, subject: &str) -> Reason {
        let (rule, message, remediation) = match (self.period, day_of(subject)) {
            (Some(_), _) if subject.contains("/anomaly/") => (ANOMALY, "it is not open any more", None),
            (Some(period), Some(day)) if day < period => {
                (PERIOD, "its period is over: a new one began, in which nothing was spent before", None)
            }
            _ => (
                CATALOGUE,
                "it is not in the catalogue any more, so nobody watches it",
                Some("Nothing, where it was removed on purpose; otherwise put it back."),
            ),
        };
        let (rule, message) = (rule.to_owned(), message.to_owned());
        Reason { rule, message, remediation: remediation.map(str::to_owned), runbook: None }
    }
}

/// The first day of the period that a step is of: of `budget/b/2026-11-01/actual/100`.
fn day_of(subject: &str) -> Option<NaiveDate> {
    subject.rsplit('/').nth(2)?.parse().ok()
}

impl Reason {
    fn of(finding: &Finding) -> Self {
        Self {
            rule: line(&finding.rule),
            message: line(&finding.message),
            remediation: finding.remediation.as_deref().map(line),
            runbook: finding.runbook.as_deref().map(line),
        }
    }
}

impl Notice {
    /// One line that says what is the matter, without a line's end in it.
    pub(super) fn summarise(service: &str, environment: &str, changes: &[Change], headline: Option<&str>) -> String {
        let first = changes.first().map_or_else(|| "nothing changed".to_owned(), Change::describe);
        let more = match changes.len().saturating_sub(1) {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        match headline {
            Some(headline) => line(&format!("{headline}{more}")),
            None => line(&format!("{service} in {environment}: {first}{more}")),
        }
    }

    /// The notice as a text for people.
    pub fn text(&self) -> String {
        let mut text = format!("{}: {}\n", self.kind.as_str().to_uppercase(), self.summary);
        for change in &self.changes {
            write_change(&mut text, change);
        }
        if let Some(showback) = &self.showback {
            showback.write(&mut text);
        }
        for open in &self.open {
            line_of(&mut text, "still open", &format!("{} ({})", open.subject, open.level.as_str()));
        }
        text.push('\n');
        let named = [("owner", &self.owner), ("contact", &self.contact), ("runbook", &self.runbook)];
        for (name, value) in named {
            value.iter().for_each(|value| line_of(&mut text, name, value));
        }
        if !self.decision_id.is_empty() {
            line_of(&mut text, "decision", &self.decision_id);
        }
        line_of(&mut text, "notice", &self.id);
        text
    }
}

fn write_change(text: &mut String, change: &Change) {
    let since = change.since.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let _ = writeln!(text, "\n{}: {}, was {}, since {since}", change.subject, change.to.as_str(), change.from.as_str());
    for reason in &change.reasons {
        line_of(text, &format!("  {}", reason.rule), &reason.message);
        reason.remediation.iter().for_each(|remedy| line_of(text, "  next", remedy));
        reason.runbook.iter().for_each(|runbook| line_of(text, "  runbook", runbook));
    }
    let budget = change.budget_remaining_ppm.map(|ppm| format!("{} %", decimal(ppm, 10_000)));
    let burn = change
        .burn_rate_micro
        .map(|micro| format!("{}x", decimal(i64::try_from(micro).unwrap_or(i64::MAX), 1_000_000)));
    for (name, value) in [("  budget left", &budget), ("  burn rate", &burn), ("  clears when", &change.clears_when)] {
        value.iter().for_each(|value| line_of(text, name, value));
    }
}

fn line_of(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "{name}: {value}");
}

/// A value in parts of `unit`, to one decimal, rounded down in size.
fn decimal(value: i64, unit: u64) -> String {
    let (size, sign) = (value.unsigned_abs(), if value < 0 { "-" } else { "" });
    format!("{sign}{}.{}", size / unit, size % unit * 10 / unit)
}

/// A text that is safe to show and to send: one line of bounded length.
pub(super) fn line(text: &str) -> String {
    let mut line = String::new();
    for letter in text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }) {
        if line.len() + letter.len_utf8() > TEXT_BYTES {
            line.push('…');
            break;
        }
        line.push(letter);
    }
    line
}
