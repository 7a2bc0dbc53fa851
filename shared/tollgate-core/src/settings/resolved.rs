//! Layers into the settings in force: each tightens what is above it, and whatever would loosen is refused.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Settings,
    layers::{DEFAULTS, Layer, Layers},
    pins::{self, Pin, Pins},
};
use crate::{data::DataError, finding::Mode, suggest::did_you_mean};

/// The mode of a rule that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModeInForce {
    /// The mode for all services that nothing else is set for.
    pub mode: Mode,
    /// The file that set it; none where it is the rule's own.
    pub set_by: Option<String>,
    /// Where another one is in force: `team payments`, `service payments-api`.
    pub elsewhere: BTreeMap<String, Mode>,
}

struct State<'a> {
    layers: &'a Layers,
    thresholds: BTreeMap<String, Value>,
    modes: BTreeMap<String, Mode>,
    set_by: BTreeMap<String, String>,
    pins: Pins,
    pinned_modes: BTreeSet<String>,
    errors: Vec<DataError>,
}

impl Layers {
    /// The mode of a rule that is `own` by its metadata.
    pub(crate) fn mode_of<'a>(&self, rule: &str, own: Mode, team_of: impl Fn(&str) -> Option<&'a str>) -> ModeInForce {
        let of = |service: &str, team: Option<&str>| {
            let settings = self.resolve(service, team);
            (settings.modes.get(rule).copied().unwrap_or(own), settings.modes_set_by.get(rule).cloned())
        };
        let (mode, set_by) = of("", None);
        let says = |layer: &Layer| layer.modes.contains_key(rule);
        let teams = self.teams.iter().filter(|(_, layer)| says(layer));
        let teams = teams.map(|(team, _)| (format!("team {team}"), of("", Some(team)).0));
        let services = self.services.iter().filter(|(_, layer)| says(layer));
        let services = services.map(|(service, _)| (format!("service {service}"), of(service, team_of(service)).0));
        let elsewhere = teams.chain(services).filter(|(_, other)| *other != mode).collect();
        ModeInForce { mode, set_by, elsewhere }
    }

    /// Puts layers over the defaults, as far as they tighten; and what they may not.
    pub(super) fn apply(&self, layers: &[&Layer]) -> (Settings, Vec<DataError>) {
        let mut state = State {
            layers: self,
            thresholds: self.defaults.iter().map(|(group, declared)| (group.clone(), declared.value())).collect(),
            modes: self.mode_defaults.iter().map(|(rule, mode)| (rule.clone(), mode.value)).collect(),
            set_by: self.mode_defaults.keys().map(|rule| (rule.clone(), self.defaults_file.clone())).collect(),
            pins: Pins::default(),
            pinned_modes: BTreeSet::new(),
            errors: Vec::new(),
        };
        for layer in layers {
            state.thresholds(layer);
            state.modes(layer);
            state.pins(layer);
        }
        let State { thresholds, modes, mut set_by, errors, .. } = state;
        // It is only said of a mode that is another than the rule's own.
        let is_own = |rule: &String| self.own_modes.as_ref().is_none_or(|own| own.get(rule) == modes.get(rule));
        set_by.retain(|rule, _| !is_own(rule));
        (Settings { thresholds, modes, modes_set_by: set_by }, errors)
    }
}

impl State<'_> {
    fn thresholds(&mut self, layer: &Layer) {
        for (group, value) in &layer.thresholds {
            let (declared, current) = (self.layers.defaults.get(group), self.thresholds.get_mut(group));
            let Some((declared, current)) = declared.zip(current) else {
                let meant = did_you_mean(group, self.layers.defaults.keys().map(String::as_str));
                let message = format!("`thresholds.{group}` is not declared in `{DEFAULTS}`{meant}");
                self.errors.push(layer.at(&["thresholds", group], message));
                continue;
            };
            let errors = &mut self.errors;
            let mut refuse = |path: &[&str], message: String| {
                errors.push(layer.at(&[&["thresholds"], path].concat(), message));
            };
            declared.tighten(&mut vec![group], current, value, &self.pins, &mut refuse);
        }
    }

    fn modes(&mut self, layer: &Layer) {
        for (rule, mode) in &layer.modes {
            if *mode == Mode::Shadow && self.would_loosen(rule) {
                let pinned = if self.pinned_modes.contains(rule) { ", and no layer above pins it" } else { "" };
                let message = format!(
                    "`modes.{rule}: shadow` would loosen: a rule that is enforced may go to shadow only where `{DEFAULTS}` \
                     declares `modes.{rule}: {{value: enforce, loosenable: true}}`{pinned}"
                );
                self.errors.push(layer.at(&["modes", rule], message));
                continue;
            }
            self.modes.insert(rule.clone(), *mode);
            self.set_by.insert(rule.clone(), layer.file.clone());
        }
    }

    fn would_loosen(&self, rule: &str) -> bool {
        let own = match &self.layers.own_modes {
            Some(own) => own.get(rule).copied(),
            // Which mode a rule has of its own is not known; it is said where it is.
            None if !self.modes.contains_key(rule) => return false,
            None => None,
        };
        let current = self.modes.get(rule).copied().or(own).unwrap_or(Mode::Enforce);
        let loosenable = self.layers.mode_defaults.get(rule).is_some_and(|declared| declared.loosenable);
        current == Mode::Enforce && (!loosenable || self.pinned_modes.contains(rule))
    }

    fn pins(&mut self, layer: &Layer) {
        for pin in &layer.pinned {
            let known = match pins::read(&pin.value) {
                Some(Pin::Threshold(path)) => {
                    self.pins.add(&path, &layer.file);
                    let declared =
                        path.split_first().and_then(|(group, rest)| Some((self.layers.defaults.get(*group)?, rest)));
                    declared.is_some_and(|(declared, rest)| declared.has(rest))
                }
                Some(Pin::Mode(rule)) => {
                    self.pinned_modes.insert(rule.to_owned());
                    self.layers.own_modes.as_ref().is_none_or(|own| own.contains_key(rule))
                }
                None => false,
            };
            if !known {
                let meant = did_you_mean(&pin.value, self.layers.pinnable().iter().map(String::as_str));
                let message = format!(
                    "nothing is called `{}`{meant}: pin `thresholds.GROUP.NAME` or `modes.RULE`",
                    crate::names::shown(&pin.value)
                );
                self.errors.push(DataError::at(&layer.file, &pin.defined, message));
            }
        }
    }
}

impl Layers {
    fn pinnable(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for (group, declared) in &self.defaults {
            declared.each(&mut vec![group], &mut |path, _| paths.push(format!("thresholds.{}", path.join("."))));
        }
        paths.extend(self.own_modes.iter().flatten().map(|(rule, _)| format!("modes.{rule}")));
        paths
    }
}
