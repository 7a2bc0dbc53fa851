//! Names that refer to something else: collected where they are read, and resolved together once all files are known.
//!
//! [`Named`] gives what it says only to [`References`], so that no name can be read and not be looked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    marker::PhantomData,
};

use serde::Deserialize;
use serde_saphyr::{Location, Spanned};

use crate::{data::DataError, money::excerpt, suggest::did_you_mean};

/// What can be referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Team,
    Service,
    Environment,
    Objective,
    Freeze,
    Budget,
    Rule,
    Maintenance,
    Waiver,
}

/// A type that stands for a [`Kind`].
pub(crate) trait Referable {
    const KIND: Kind;
}

/// The kinds as types, for [`Named`].
pub(crate) mod of {
    use super::{Kind, Referable};

    macro_rules! kinds {
        ($($name:ident),*) => {$(
            #[derive(Debug, Clone)]
            pub(crate) enum $name {}
            impl Referable for $name {
                const KIND: Kind = Kind::$name;
            }
        )*};
    }
    kinds!(Team, Service, Environment, Objective, Freeze, Budget, Rule);
}

/// The name of something else, as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent, bound = "")]
pub(crate) struct Named<T> {
    written: Spanned<String>,
    #[serde(skip)]
    of: PhantomData<T>,
}

impl<T> Named<T> {
    pub(crate) const fn place(&self) -> &Location {
        &self.written.defined
    }
}

#[derive(Debug)]
struct Reference {
    kind: Kind,
    role: &'static str,
    /// One of these must be there.
    names: Vec<String>,
    at: DataError,
}

/// The names that were read so far.
#[derive(Debug, Default)]
pub(crate) struct References {
    found: Vec<Reference>,
    /// Names that stand twice in one list.
    twice: Vec<DataError>,
}

impl References {
    /// What a name says; `role` is what it is there: an `owner`, a `dependency`.
    pub(crate) fn take<T: Referable>(&mut self, file: &str, role: &'static str, named: &Named<T>) -> String {
        let at = DataError::at(file, named.place(), "");
        self.note(T::KIND, role, &named.written.value, at);
        named.written.value.clone()
    }

    /// What the names of a list say, none of them twice.
    pub(crate) fn all<T: Referable>(&mut self, file: &str, role: &'static str, list: &[Named<T>]) -> Vec<String> {
        let mut seen = BTreeSet::new();
        for named in list {
            let name = &named.written.value;
            if !seen.insert(name) {
                let message = format!("{role} `{}` is there twice: remove one", shown(name));
                self.twice.push(DataError::at(file, named.place(), message));
            }
        }
        list.iter().map(|named| self.take(file, role, named)).collect()
    }

    /// A name that was read otherwise, and its place.
    pub(crate) fn note(&mut self, kind: Kind, role: &'static str, name: &str, at: DataError) {
        self.note_any(kind, role, vec![name.to_owned()], at);
    }

    /// A name that stands for any of several, of which one must be there.
    pub(crate) fn note_any(&mut self, kind: Kind, role: &'static str, names: Vec<String>, at: DataError) {
        self.found.push(Reference { kind, role, names, at });
    }

    /// The names that lead nowhere.
    pub(crate) fn resolve(self, known: &Known) -> Vec<DataError> {
        let leads_nowhere = |reference: &Reference| !reference.names.iter().any(|name| known.has(reference.kind, name));
        let mut by_message: BTreeMap<String, Vec<DataError>> = BTreeMap::new();
        for Reference { kind, role, names, at } in self.found.into_iter().filter(leads_nowhere) {
            let Some(name) = names.first() else { continue };
            by_message.entry(known.refusal(kind, role, name)).or_default().push(at);
        }
        let wrong = by_message.into_iter().flat_map(|(message, places)| said(&message, places));
        let mut all: Vec<DataError> = self.twice.into_iter().chain(wrong).collect();
        all.sort();
        all
    }
}

/// What is wrong in several places: one line for all where they are too many to be looked at one by one.
fn said(message: &str, mut places: Vec<DataError>) -> Vec<DataError> {
    const MOST: usize = 3;
    places.sort();
    places.dedup();
    let more = places.len().saturating_sub(1);
    if places.len() <= MOST {
        return places.into_iter().map(|at| DataError { message: message.to_owned(), ..at }).collect();
    }
    let message = format!("{message} (and in {more} more places)");
    places.into_iter().take(1).map(|at| DataError { message: message.clone(), ..at }).collect()
}

/// What is there to be referred to.
#[derive(Debug, Default)]
pub(crate) struct Known {
    names: BTreeMap<Kind, BTreeSet<String>>,
    /// Kinds of which more may be declared where something could not be read.
    incomplete: BTreeSet<Kind>,
}

impl Known {
    pub(crate) fn add(&mut self, kind: Kind, name: impl Into<String>) {
        self.names.entry(kind).or_default().insert(name.into());
    }

    /// Something that declares these could not be read: whatever is not known may be there.
    pub(crate) fn may_be_more(&mut self, kind: Kind) {
        self.incomplete.insert(kind);
    }

    pub(crate) fn has(&self, kind: Kind, name: &str) -> bool {
        self.incomplete.contains(&kind) || self.names.get(&kind).is_some_and(|names| names.contains(name))
    }

    fn refusal(&self, kind: Kind, role: &'static str, name: &str) -> String {
        let known = self.names.get(&kind).into_iter().flatten().map(String::as_str);
        let (name, meant) = (shown(name), did_you_mean(name, known));
        match kind {
            Kind::Team => format!("{role} `{name}` has no file in `data/teams`{meant}: write one, or name another"),
            Kind::Service => {
                format!("{role} `{name}` has no file in `data/services`{meant}: write one, or name another")
            }
            Kind::Environment => format!("no service runs in `{name}`{meant}: name an environment of one"),
            Kind::Objective => {
                format!("there is no objective `{name}` in `data/slos`{meant}: name one as `service/name`")
            }
            Kind::Freeze => format!("there is no freeze `{name}` in `data/calendars`{meant}: name one that is there"),
            Kind::Budget => format!("there is no budget `{name}` in `data/budgets`{meant}: name one that is there"),
            Kind::Maintenance | Kind::Waiver => format!("there is no {kind} `{name}`{meant}: name one that is there"),
            Kind::Rule => format!("there is no rule `{name}`{meant}: name one of `GATE/RULE/RULE.rego` as `GATE.RULE`"),
        }
    }
}

/// A name as it is shown: letters that only look like those of a name are shown as what they are.
pub(crate) fn shown(name: &str) -> String {
    let letter =
        |letter: char| if letter.is_ascii() { letter.to_string() } else { letter.escape_unicode().to_string() };
    excerpt(name).chars().map(letter).collect()
}

/// Why something cannot have this name, which others are to write.
pub(crate) fn refusal(name: &str) -> Option<String> {
    const LONGEST: usize = 128;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    let fits = !name.is_empty() && name.len() <= LONGEST && name.chars().all(plain);
    (!fits).then(|| format!("`{}` is not a name: write letters, digits, `.`, `_` and `-`", shown(name)))
}

/// A field that people read has a text in it.
pub(crate) fn says_something(file: &str, field: &str, text: &Spanned<String>) -> Result<(), DataError> {
    let message = || format!("`{field}` is empty: write what people are to read there, or what the name is");
    if text.value.trim().is_empty() { Err(DataError::at(file, &text.defined, message())) } else { Ok(()) }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Team => "team",
            Self::Service => "service",
            Self::Environment => "environment",
            Self::Objective => "objective",
            Self::Freeze => "freeze",
            Self::Budget => "budget",
            Self::Rule => "rule",
            Self::Maintenance => "maintenance",
            Self::Waiver => "waiver",
        })
    }
}

/// Where each name of a kind was declared first, so that no two things share one.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    places: BTreeMap<String, String>,
}

impl Declared {
    /// Notes a name, or says that it is there already. Two that differ by capital letters only are one to people.
    pub(crate) fn add(&mut self, kind: Kind, name: &str, at: &DataError) -> Option<DataError> {
        match self.places.entry(name.to_lowercase()) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(at.place());
                None
            }
            std::collections::btree_map::Entry::Occupied(first) => {
                let name = shown(name);
                let message =
                    format!("there is a {kind} `{name}` at {} already: give this one another name", first.get());
                Some(DataError { message, ..at.clone() })
            }
        }
    }
}
