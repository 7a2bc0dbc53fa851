//! What the data may know of a rule: that it is there, who owns it, whether it counts, and what may be waived of it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{data::DataError, finding::Mode};

/// A rule as its metadata declare it.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name: `change.freeze`.
    pub name: String,
    /// The team that owns it.
    pub owner: String,
    /// Where it says so; the message is empty.
    pub owner_at: DataError,
    /// Whether its findings count, unless the settings say otherwise.
    pub mode: Mode,
    /// What may be waived of it.
    pub waiver: WaiverTerms,
}

/// The rules of a pack.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Those that could be read.
    pub read: Vec<Rule>,
    /// The names of all that have a file, also of those that could not be read.
    pub names: BTreeSet<String>,
}

impl Rules {
    /// The rule of a name, where it could be read.
    pub fn get(&self, name: &str) -> Option<&Rule> {
        self.read.iter().find(|rule| rule.name == name)
    }
}

/// What may be waived of a rule, and who may: `custom.waiver` of its metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaiverTerms {
    /// What every waiver must name, because the rule's findings are each about one; nothing by default.
    #[serde(default)]
    pub of: Option<SubjectKind>,
    /// Who may waive it.
    #[serde(default)]
    pub by: WaivedBy,
}

/// What a finding is about, and a waiver may be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A freeze of a calendar.
    Freeze,
    /// An objective, as `service/name`.
    Objective,
    /// A spend budget.
    Budget,
    /// A change, by its id.
    Change,
}

impl SubjectKind {
    /// The field of a waiver that names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Freeze => "freeze",
            Self::Objective => "objective",
            Self::Budget => "budget",
            Self::Change => "change",
        }
    }
}

/// Who may waive a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaivedBy {
    /// Any team of the catalogue.
    #[default]
    Anyone,
    /// Any team but the one that owns the service, which would excuse itself.
    AnotherTeam,
    /// The team that owns the rule.
    Owner,
    /// Nobody: what the rule asks for cannot be made up for.
    Nobody,
}
