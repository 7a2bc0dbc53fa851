//! The layers that settings are resolved from: shipped defaults, then organisation, team and service.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Settings, tighten::Declared};
use crate::{
    data::{DataError, from_yaml},
    finding::Mode,
};

const FOLDER: &str = "data/settings";

/// All layers, read and checked.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    defaults: BTreeMap<String, Declared>,
    mode_defaults: BTreeMap<String, DeclaredMode>,
    organisation: Layer,
    teams: BTreeMap<String, Layer>,
    services: BTreeMap<String, Layer>,
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
struct DeclaredMode {
    value: Mode,
    #[serde(default)]
    loosenable: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Layer {
    #[serde(default)]
    thresholds: Map<String, Value>,
    #[serde(default)]
    modes: BTreeMap<String, Mode>,
    #[serde(skip)]
    file: String,
    #[serde(skip)]
    text: String,
}

impl Layers {
    /// Reads the layers from the data files and checks that each only tightens what is above it.
    /// `team_of` names the team that owns a service.
    ///
    /// # Errors
    /// One for each file that cannot be read, and for each value that is not declared, has another type than its
    /// declaration, or would loosen.
    pub fn read(
        files: &BTreeMap<String, String>,
        team_of: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<DataError>> {
        let mut layers = Self::default();
        let mut errors = Vec::new();
        for (file, text) in files.iter().filter(|(file, _)| file.starts_with(FOLDER)) {
            if let Err(error) = layers.add(file, text) {
                errors.push(error);
            }
        }
        if layers.defaults.is_empty() && errors.is_empty() {
            let message = "no thresholds are declared here; every other layer builds on this file";
            errors.push(DataError::new(format!("{FOLDER}/defaults.yaml"), None, message));
        }
        if errors.is_empty() {
            layers.check(team_of, &mut errors);
        }
        if errors.is_empty() { Ok(layers) } else { Err(errors) }
    }

    fn add(&mut self, file: &str, text: &str) -> Result<(), DataError> {
        let name = file.strip_prefix(FOLDER).unwrap_or(file).trim_start_matches('/');
        let stem = name.trim_end_matches(".yaml");
        if stem == "defaults" {
            let DefaultsFile { thresholds, modes } = from_yaml(file, text)?;
            for (group, value) in &thresholds {
                self.defaults.insert(group.clone(), Declared::read(file, text, &[group], value)?);
            }
            self.mode_defaults = modes;
            return Ok(());
        }
        let layer = Layer { file: file.to_owned(), text: text.to_owned(), ..from_yaml(file, text)? };
        match stem.split_once('/') {
            None if stem == "organisation" => self.organisation = layer,
            Some(("teams", team)) => drop(self.teams.insert(team.to_owned(), layer)),
            Some(("services", service)) => drop(self.services.insert(service.to_owned(), layer)),
            _ => {
                let known = "`defaults.yaml`, `organisation.yaml`, `teams/<team>.yaml` or `services/<service>.yaml`";
                return Err(DataError::new(file, None, format!("not a layer of settings: it should be {known}")));
            }
        }
        Ok(())
    }

    fn check(&self, team_of: impl Fn(&str) -> Option<String>, errors: &mut Vec<DataError>) {
        let mut resolve = |layers: &[&Layer]| self.apply(layers).err().into_iter().for_each(|new| errors.extend(new));
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

    fn organisation_team<'a>(&'a self, team: Option<&'a Layer>) -> impl Iterator<Item = &'a Layer> {
        std::iter::once(&self.organisation).chain(team)
    }

    /// The settings in force for a service of a team.
    pub fn resolve(&self, service: &str, team: Option<&str>) -> Settings {
        let team = team.and_then(|team| self.teams.get(team));
        let layers: Vec<_> = self.organisation_team(team).chain(self.services.get(service)).collect();
        // Every combination was checked when the layers were read.
        self.apply(&layers).unwrap_or_default()
    }

    /// All thresholds that are declared, with the defaults as values.
    pub fn declared(&self) -> Value {
        Value::Object(self.defaults.iter().map(|(group, declared)| (group.clone(), declared.value())).collect())
    }

    fn apply(&self, layers: &[&Layer]) -> Result<Settings, Vec<DataError>> {
        let mut errors = Vec::new();
        let mut thresholds: BTreeMap<String, Value> =
            self.defaults.iter().map(|(group, declared)| (group.clone(), declared.value())).collect();
        let mut modes: BTreeMap<String, Mode> =
            self.mode_defaults.iter().map(|(rule, mode)| (rule.clone(), mode.value)).collect();
        for layer in layers {
            for (group, value) in &layer.thresholds {
                let place = |path: &[&str]| super::tighten::line_of(&layer.text, path);
                match (self.defaults.get(group), thresholds.get_mut(group)) {
                    (Some(declared), Some(current)) => {
                        let mut refuse = |path: &[&str], message: String| {
                            errors.push(DataError::new(&layer.file, place(path), message));
                        };
                        declared.tighten(&mut vec![group], current, value, &mut refuse);
                    }
                    _ => errors.push(DataError::new(
                        &layer.file,
                        place(&[group]),
                        format!("`thresholds.{group}` is not declared in `{FOLDER}/defaults.yaml`"),
                    )),
                }
            }
            for (rule, mode) in &layer.modes {
                let loosenable = self.mode_defaults.get(rule).is_some_and(|declared| declared.loosenable);
                if *mode == Mode::Shadow && modes.get(rule) != Some(&Mode::Shadow) && !loosenable {
                    errors.push(DataError::new(
                        &layer.file,
                        super::tighten::line_of(&layer.text, &["modes", rule]),
                        format!(
                            "`modes.{rule}: shadow` would loosen: a rule that is enforced may go to shadow only where \
                             `{FOLDER}/defaults.yaml` declares `modes.{rule}: {{value: enforce, loosenable: true}}`"
                        ),
                    ));
                }
                modes.insert(rule.clone(), *mode);
            }
        }
        if errors.is_empty() { Ok(Settings { thresholds, modes }) } else { Err(errors) }
    }
}
