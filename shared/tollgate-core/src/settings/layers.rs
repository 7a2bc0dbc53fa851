//! The layers that settings are resolved from, as they are read: shipped defaults, then organisation, team and service.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::{Settings, kinds, tighten::Declared};
use crate::{
    data::{DataError, from_yaml, place_of},
    finding::Mode,
    names::{Kind, References},
    rule::Rules,
};

pub(super) const DEFAULTS: &str = "data/settings/defaults.yaml";

/// Which layer of the settings a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level<'a> {
    Defaults,
    Organisation,
    Team(&'a str),
    Service(&'a str),
}

/// Is a file of settings for all services? Any that is not known to be of a team or a service counts as one.
pub(crate) fn sets_for_all(file: &str) -> bool {
    !["data/settings/teams/", "data/settings/services/"].iter().any(|folder| file.starts_with(folder))
}

/// All layers, read and checked.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    pub(super) defaults: BTreeMap<String, Declared>,
    pub(super) mode_defaults: BTreeMap<String, DeclaredMode>,
    /// The modes that rules have of their own; none where the rules are not known.
    pub(super) own_modes: Option<BTreeMap<String, Mode>>,
    pub(super) defaults_file: String,
    pub(super) organisation: Layer,
    pub(super) teams: BTreeMap<String, Layer>,
    pub(super) services: BTreeMap<String, Layer>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DefaultsFile {
    #[serde(default)]
    thresholds: Map<String, Value>,
    #[serde(default)]
    modes: BTreeMap<String, DeclaredMode>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeclaredMode {
    pub(super) value: Mode,
    #[serde(default)]
    pub(super) loosenable: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layer {
    #[serde(default)]
    pub(super) thresholds: Map<String, Value>,
    #[serde(default)]
    pub(super) modes: BTreeMap<String, Mode>,
    /// What no layer below may loosen.
    #[serde(default)]
    pub(super) pinned: Vec<Spanned<String>>,
    #[serde(skip)]
    pub(super) file: String,
    #[serde(skip)]
    pub(super) text: String,
}

impl Layer {
    /// An error about a field of it.
    pub(super) fn at(&self, path: &[&str], message: impl Into<String>) -> DataError {
        DataError { message: message.into(), ..place_of(&self.file, &self.text, path) }
    }

    /// What it says of a threshold.
    pub(super) fn says(&self, path: &[&str]) -> Option<&Value> {
        let (group, rest) = path.split_first()?;
        rest.iter().try_fold(self.thresholds.get(*group)?, |value, part| value.get(part))
    }
}

impl Layers {
    /// Reads the layers from their files and checks that each only tightens what is above it. `team_of` names the team that
    /// owns a service. The second are the errors: each file that cannot be read, and each value that is not declared, cannot
    /// be meant, has another type than its declaration, or would loosen.
    pub(crate) fn read(
        files: &[(Level<'_>, &str, &str)],
        rules: Option<&Rules>,
        team_of: impl Fn(&str) -> Option<String>,
        references: &mut References,
    ) -> (Self, Vec<DataError>) {
        let mut layers = Self::default();
        let mut errors = Vec::new();
        // Of a rule that could not be read the mode is not known.
        let known = rules.filter(|rules| rules.read.len() == rules.names.len());
        layers.own_modes = known.map(|rules| rules.read.iter().map(|rule| (rule.name.clone(), rule.mode)).collect());
        let before = errors.len();
        for (_, file, text) in files.iter().filter(|(level, _, _)| *level == Level::Defaults) {
            layers.add_defaults(file, text, rules, references, &mut errors);
        }
        let declared = errors.len() == before;
        if layers.defaults.is_empty() && declared {
            let message = "no thresholds are declared here; every other layer builds on this file";
            errors.push(DataError::new(DEFAULTS, None, message));
        }
        for (level, file, text) in files {
            layers.add(*level, file, text, rules, references, &mut errors);
        }
        // Without defaults, everything would be undeclared.
        if !layers.defaults.is_empty() {
            layers.check(team_of, &mut errors);
        }
        (layers, errors)
    }

    fn add_defaults(
        &mut self,
        file: &str,
        text: &str,
        rules: Option<&Rules>,
        references: &mut References,
        errors: &mut Vec<DataError>,
    ) {
        let DefaultsFile { thresholds, modes } = match from_yaml(file, text) {
            Ok(read) => read,
            Err(error) => return errors.push(error),
        };
        file.clone_into(&mut self.defaults_file);
        for (group, value) in &thresholds {
            let mut refuse = |path: &[&str], message: String| {
                let path = [&["thresholds"], path].concat();
                errors.push(DataError { message, ..place_of(file, text, &path) });
            };
            self.defaults.insert(group.clone(), Declared::read(&[group], value, &mut refuse));
        }
        for (group, declared) in &self.defaults {
            declared.each(&mut vec![group], &mut |path, value| {
                refer(path, value, &|path| place_of(file, text, path), references);
            });
        }
        let names = modes.keys().map(String::as_str);
        refer_to_rules(names, rules, &|path| place_of(file, text, path), references);
        self.mode_defaults = modes;
    }

    fn add(
        &mut self,
        level: Level<'_>,
        file: &str,
        text: &str,
        rules: Option<&Rules>,
        references: &mut References,
        errors: &mut Vec<DataError>,
    ) {
        let of = match level {
            Level::Defaults => return,
            Level::Organisation => None,
            Level::Team(name) => Some((Kind::Team, name)),
            Level::Service(name) => Some((Kind::Service, name)),
        };
        if let Some((kind, name)) = of {
            references.note(kind, "layer", name, DataError::new(file, None, ""));
        }
        let layer = match from_yaml::<Option<Layer>>(file, text) {
            Ok(Some(layer)) => Layer { file: file.to_owned(), text: text.to_owned(), ..layer },
            Ok(None) => {
                let message = "nothing is in it: write `thresholds`, `modes` or `pinned`, or remove the file";
                return errors.push(DataError::new(file, None, message));
            }
            Err(error) => return errors.push(error),
        };
        let names = layer.modes.keys().map(String::as_str);
        refer_to_rules(names, rules, &|path| place_of(file, text, path), references);
        for (group, value) in &layer.thresholds {
            each(value, &mut vec![group], &mut |path, value| {
                refer(path, value, &|path| place_of(file, text, path), references);
            });
        }
        match level {
            Level::Team(team) => drop(self.teams.insert(team.to_owned(), layer)),
            Level::Service(service) => drop(self.services.insert(service.to_owned(), layer)),
            _ => self.organisation = layer,
        }
    }

    fn check(&self, team_of: impl Fn(&str) -> Option<String>, errors: &mut Vec<DataError>) {
        let mut resolve = |layers: &[&Layer]| errors.extend(self.apply(layers).1);
        resolve(&[&self.organisation]);
        for team in self.teams.values() {
            resolve(&[&self.organisation, team]);
        }
        for (service, layer) in &self.services {
            let team = team_of(service).and_then(|team| self.teams.get(&team));
            resolve(&self.organisation_team(team).chain([layer]).collect::<Vec<_>>());
        }
        errors.sort();
        errors.dedup();
    }

    pub(super) fn organisation_team<'a>(&'a self, team: Option<&'a Layer>) -> impl Iterator<Item = &'a Layer> {
        std::iter::once(&self.organisation).chain(team)
    }

    /// The settings in force for a service of a team.
    pub fn resolve(&self, service: &str, team: Option<&str>) -> Settings {
        // Every combination was checked when the layers were read.
        self.apply(&self.of(service, team)).0
    }

    /// The layers below the defaults that are in force for a service of a team.
    pub(super) fn of(&self, service: &str, team: Option<&str>) -> Vec<&Layer> {
        let team = team.and_then(|team| self.teams.get(team));
        self.organisation_team(team).chain(self.services.get(service)).collect()
    }

    /// All thresholds that are declared, with the defaults as values.
    pub fn declared(&self) -> Value {
        Value::Object(self.defaults.iter().map(|(group, declared)| (group.clone(), declared.value())).collect())
    }

    /// The file of the defaults.
    pub(crate) fn declared_at(&self) -> DataError {
        DataError::new(&self.defaults_file, None, "")
    }

    /// Where the lowest layer that is in force for a service of a team sets a threshold; none where only the defaults do.
    pub(crate) fn set_at(&self, path: &[&str], service: &str, team: Option<&str>) -> Option<DataError> {
        let layer = self.of(service, team).into_iter().rev().find(|layer| layer.says(path).is_some())?;
        Some(layer.at(&[&["thresholds"], path].concat(), ""))
    }
}

/// Notes what a threshold names. Tables and groups have no names in them.
fn refer(path: &[&str], value: &Value, place: &dyn Fn(&[&str]) -> DataError, references: &mut References) {
    let Some(kind) = kinds::names(path) else { return };
    let texts = value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
    for name in texts.into_iter().filter_map(Value::as_str) {
        references.note(kind, "team", name, place(&[&["thresholds"], path].concat()));
    }
}

/// Notes the rules whose modes are set, as far as they are not there: where one is there, its place is not looked for.
fn refer_to_rules<'a>(
    names: impl Iterator<Item = &'a str>,
    rules: Option<&Rules>,
    place: &dyn Fn(&[&str]) -> DataError,
    references: &mut References,
) {
    for name in names.filter(|name| rules.is_some_and(|rules| !rules.names.contains(*name))) {
        references.note(Kind::Rule, "rule", name, place(&["modes", name]));
    }
}

fn each<'a>(value: &'a Value, path: &mut Vec<&'a str>, see: &mut dyn FnMut(&[&'a str], &'a Value)) {
    match value {
        Value::Object(entries) => {
            for (name, value) in entries {
                path.push(name);
                each(value, path, see);
                path.pop();
            }
        }
        other => see(path, other),
    }
}
