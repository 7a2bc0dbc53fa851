//! The service catalogue: services, teams, objectives, budgets, calendars, waivers and callers, read from data files.

mod calendar;
mod canaries;
mod entries;
mod held;
mod indicators;
mod objectives;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub use calendar::Freeze;
use calendar::line_of;
use entries::{Calendar, Callers, Trust, Waivers};
pub use entries::{Service, Team};
use serde::de::DeserializeOwned;

use crate::{
    approval::normal,
    budget::{self, Budget},
    canary::CanarySource,
    data::{DataError, from_yaml},
    keptn::{self, KeptnGate, KeptnSlis},
    settings::{Layers, Settings},
    slo::{Exclusion, Slo},
    waiver::Waiver,
};

/// Thresholds that gates themselves read; policies are held against the rest.
const NEEDED: [(&str, &str); 9] = [
    ("change", "approval_max_age_seconds"),
    ("change", "history_window_seconds"),
    ("cost", "spend_max_age_seconds"),
    ("cost", "spend_max_lag_days"),
    ("cost", "weekday_min_weeks"),
    ("decision", "allow_valid_seconds"),
    ("decision", "deny_valid_seconds"),
    ("decision", "pending_valid_seconds"),
    ("slo", "max_age_seconds"),
];

/// Everything that the organisation says about its services.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// Services by name.
    pub services: BTreeMap<String, Service>,
    /// Teams by name. A team is also a group of approvers.
    pub teams: BTreeMap<String, Team>,
    /// Objectives by service, each with the maintenance that concerns it.
    pub slos: BTreeMap<String, Vec<Slo>>,
    /// Imported Keptn gates by service.
    pub keptn: BTreeMap<String, KeptnGate>,
    /// Budgets, in the order of their files.
    pub budgets: Vec<Budget>,
    /// Where the numbers of those gates come from, by service: one for each gate.
    pub keptn_slis: BTreeMap<String, KeptnSlis>,
    /// How canaries are judged and where their numbers come from, by service.
    pub canaries: BTreeMap<String, CanarySource>,
    /// Planned maintenance.
    pub maintenance: Vec<Arc<Exclusion>>,
    /// What is allowed and hardly meant.
    pub warnings: Vec<DataError>,
    /// Times in which changes rest.
    pub freezes: Vec<Freeze>,
    /// Exceptions.
    pub waivers: Vec<Waiver>,
    /// Thresholds and modes.
    pub settings: Layers,
    trust: Trust,
}

impl Catalogue {
    /// Reads the catalogue from the texts of its files, by path relative to the policies' folder.
    ///
    /// # Errors
    /// Every place that is not well formed. Names that lead nowhere are not errors here: at a decision they are facts
    /// that deny; [`Catalogue::dangling`] lists them beforehand.
    pub fn read(files: &BTreeMap<String, String>) -> Result<Self, Vec<DataError>> {
        let mut catalogue = Self::default();
        let mut errors = Vec::new();
        for (file, text) in files {
            if let Err(new) = catalogue.add(file, text) {
                errors.extend(new);
            }
        }
        if let Err(new) = catalogue.add_objectives(files) {
            errors.extend(new);
        }
        let of_budgets = files.iter().filter(|(file, _)| file.starts_with("data/budgets/"));
        let of_budgets = of_budgets.map(|(file, text)| (file.as_str(), text.as_str()));
        match budget::read(of_budgets, &catalogue.teams, &catalogue.services) {
            Ok(budgets) => catalogue.budgets = budgets,
            Err(new) => errors.extend(new),
        }
        errors.extend(catalogue.add_sources(files));
        let owner = |service: &str| catalogue.services.get(service).map(|service| service.owner.clone());
        match Layers::read(files, owner) {
            Ok(settings) => catalogue.settings = settings,
            Err(new) => {
                errors.extend(new);
                return Err(errors);
            }
        }
        let defaults = catalogue.settings.resolve("", None);
        let missing = NEEDED.iter().filter(|(group, name)| defaults.integer(group, name).is_none_or(|value| value < 0));
        errors.extend(missing.map(|(group, name)| {
            let message = format!("`thresholds.{group}.{name}` must be declared, as a whole number of 0 or more");
            DataError::new("data/settings/defaults.yaml", None, message)
        }));
        catalogue.count_services_held();
        catalogue.set_pairs();
        catalogue.warn_of_unreachable();
        if errors.is_empty() { Ok(catalogue) } else { Err(errors) }
    }

    fn add(&mut self, file: &str, text: &str) -> Result<(), Vec<DataError>> {
        let one = |error: DataError| vec![error];
        match file.strip_prefix("data/").and_then(|rest| rest.split_once('/').or(Some(("", rest)))) {
            Some(("services", _)) => {
                let service: Service = named(file, text, |service: &Service| &service.name).map_err(one)?;
                held::charged_rightly(file, text, &service)?;
                self.services.insert(service.name.clone(), service);
            }
            Some(("teams", _)) => {
                let team: Team = named(file, text, |team: &Team| &team.name).map_err(one)?;
                self.teams.insert(team.name.clone(), team);
            }
            // Their sources may refer to what is in `slos`.
            Some(("canaries", _)) => {}
            Some(("keptn", rest)) if rest.ends_with(indicators::SUFFIX) => {}
            Some(("keptn", rest)) => {
                let Some(service) = rest.strip_suffix(".yaml").filter(|name| !name.contains('/')) else {
                    let message = "a Keptn gate is named after its service: `data/keptn/SERVICE.yaml`";
                    return Err(one(DataError::new(file, None, message)));
                };
                self.keptn.insert(service.to_owned(), keptn::parse(file, text)?);
            }
            // They refer to other files, so they are read when all are known.
            Some(("slos" | "budgets", _)) => {}
            Some(("maintenance", _)) => self.add_maintenance(file, text).map_err(one)?,
            Some(("calendars", _)) => {
                let calendar: Calendar = from_yaml(file, text).map_err(one)?;
                for entry in calendar.freezes {
                    self.freezes.push(Freeze::read(file, text, entry).map_err(one)?);
                }
            }
            Some(("waivers", _)) => self.waivers.extend(from_yaml::<Waivers>(file, text).map_err(one)?.waivers),
            Some(("", "callers.yaml")) => {
                let callers: Callers = from_yaml(file, text).map_err(one)?;
                self.trust = callers.trust(file, text).map_err(one)?;
            }
            Some(("settings", _)) | None => {}
            Some((folder, _)) => {
                let known = "`services`, `teams`, `slos`, `keptn`, `budgets`, `canaries`, `maintenance`, `calendars`, \
                     `waivers`, `settings` and `callers.yaml`";
                let name = if folder.is_empty() { file } else { folder };
                let message = format!("`{name}` is not read by anything; the data are {known}");
                return Err(one(DataError::new(file, None, message)));
            }
        }
        Ok(())
    }

    /// The settings in force for a service; for one that is not known, those of the organisation.
    pub fn settings_of(&self, service: &str) -> Settings {
        self.settings.resolve(service, self.services.get(service).map(|service| service.owner.as_str()))
    }

    /// Is this caller trusted to say who approved a change?
    pub fn may_assert_approvals(&self, principal: &str) -> bool {
        self.trust.approvals.is_match(principal)
    }

    /// Is this caller trusted to say what came of a change that another asked about?
    pub fn may_report_outcomes(&self, principal: &str) -> bool {
        self.trust.outcomes.is_match(principal)
    }

    /// The groups that a person is a member of.
    pub fn groups_of(&self, person: &str) -> Vec<String> {
        let person = normal(person);
        let is_member = |team: &&Team| team.members.iter().any(|member| normal(member) == person);
        self.teams.values().filter(is_member).map(|team| team.name.clone()).collect()
    }

    /// Names that lead nowhere: owners, dependencies, objectives and waivers of what is not in the catalogue.
    pub fn dangling(&self) -> Vec<DataError> {
        let mut found = BTreeSet::new();
        for slo in self.slos.values().flatten() {
            let mut note = |message: String| found.extend([DataError::new(&slo.file, slo.line, message)]);
            if !self.services.contains_key(&slo.service) {
                note(format!("`{}` is of `{}`, which has no file in `data/services`", slo.name, slo.service));
            }
            for name in slo.shared_with.iter().filter(|name| !self.services.contains_key(*name)) {
                note(format!("`{}` is shared with `{name}`, which has no file in `data/services`", slo.name));
            }
        }
        let mut note = |file: String, message: String| found.extend([DataError::new(file, None, message)]);
        for service in self.services.values() {
            let file = format!("data/services/{}.yaml", service.name);
            if !self.teams.contains_key(&service.owner) {
                note(file.clone(), format!("owner `{}` has no file in `data/teams`", service.owner));
            }
            for dependency in service.dependencies.iter().filter(|name| !self.services.contains_key(*name)) {
                note(file.clone(), format!("dependency `{dependency}` has no file in `data/services`"));
            }
            if self.slos_of(&service.name).next().is_none() {
                note(
                    file.clone(),
                    format!("`{}` has no objective in `data/slos`: its changes are denied", service.name),
                );
            }
        }
        for service in self.keptn.keys().filter(|name| !self.services.contains_key(*name)) {
            note(format!("data/keptn/{service}.yaml"), format!("`{service}` has no file in `data/services`"));
        }
        for service in self.canaries.keys().filter(|name| !self.services.contains_key(*name)) {
            note(format!("data/canaries/{service}.yaml"), format!("`{service}` has no file in `data/services`"));
        }
        for exclusion in &self.maintenance {
            let (name, owner) = (&exclusion.name, &exclusion.owner);
            for service in exclusion.services.iter().filter(|name| !self.services.contains_key(*name)) {
                let message = format!("maintenance `{name}` is for `{service}`, which has no file in `data/services`");
                note("data/maintenance".to_owned(), message);
            }
            if !self.teams.contains_key(owner) {
                let message = format!("owner `{owner}` of maintenance `{name}` has no file in `data/teams`");
                note("data/maintenance".to_owned(), message);
            }
        }
        let environments: BTreeSet<&String> =
            self.services.values().flat_map(|service| &service.environments).collect();
        for budget in &self.budgets {
            if let Err(reason) = self.requests_of(budget) {
                note(budget.file.clone(), format!("budget `{}`: {reason}", budget.name));
            }
        }
        for freeze in &self.freezes {
            let (services, wanted) = freeze.scope();
            let unknown = services.iter().filter(|name| !self.services.contains_key(*name));
            for name in unknown.chain(wanted.iter().filter(|name| !environments.contains(name))) {
                let message = format!("freeze `{}` is for `{name}`, which no service is or runs in", freeze.name());
                note("data/calendars".to_owned(), message);
            }
            if !self.teams.contains_key(freeze.owner()) {
                let message =
                    format!("owner `{}` of freeze `{}` has no file in `data/teams`", freeze.owner(), freeze.name());
                note("data/calendars".to_owned(), message);
            }
        }
        for waiver in self.waivers.iter().filter(|waiver| !self.services.contains_key(&waiver.service)) {
            let message = format!("waiver `{}` is for `{}`, which is not in the catalogue", waiver.id, waiver.service);
            note("data/waivers".to_owned(), message);
        }
        found.into_iter().collect()
    }
}

/// Reads an entry that must be named like its file, so that it can be found by its name.
fn named<T: DeserializeOwned>(file: &str, text: &str, name: impl Fn(&T) -> &String) -> Result<T, DataError> {
    let entry: T = from_yaml(file, text)?;
    let stem = file.rsplit('/').next().and_then(|last| last.strip_suffix(".yaml"));
    if stem == Some(name(&entry).as_str()) {
        Ok(entry)
    } else {
        let message = format!("the entry is named `{}`: the file should be `{}.yaml`", name(&entry), name(&entry));
        Err(DataError::new(file, line_of(text, name(&entry)), message))
    }
}

#[cfg(test)]
mod tests;
