//! Reading the catalogue: every file is claimed by a reader or refused, and every name in them is resolved at the end.

mod files;

use std::collections::BTreeMap;

use super::{
    Catalogue,
    callers::Callers,
    layout::{self, Claim},
    waivers::{self, Waivers},
};
use crate::{
    budget,
    data::{DataError, from_yaml},
    keptn,
    names::{Declared, Kind, Known, References},
    rule::Rules,
    settings::Layers,
    slo::Slo,
};

/// Thresholds that gates themselves read, each with its least value; policies are held against the rest.
const NEEDED: [(&str, &str, i64); 9] = [
    ("change", "approval_max_age_seconds", 0),
    ("change", "history_window_seconds", 0),
    ("cost", "spend_max_age_seconds", 0),
    ("cost", "spend_max_lag_days", 0),
    ("cost", "weekday_min_weeks", 0),
    ("decision", "allow_valid_seconds", 1),
    ("decision", "deny_valid_seconds", 1),
    ("decision", "pending_valid_seconds", 1),
    ("slo", "max_age_seconds", 0),
];

/// Reads all files. Names of rules are resolved where the rules are known.
pub(super) fn read(files: &BTreeMap<String, String>, rules: Option<&Rules>) -> Result<Catalogue, Vec<DataError>> {
    let (catalogue, mut errors, dangling) = assembled(files, rules);
    errors.extend(dangling);
    errors.sort();
    errors.dedup();
    if errors.is_empty() { Ok(catalogue) } else { Err(errors) }
}

/// The catalogue as far as it can be read, what is not in order, and the names that lead nowhere.
pub(super) fn assembled(
    files: &BTreeMap<String, String>,
    rules: Option<&Rules>,
) -> (Catalogue, Vec<DataError>, Vec<DataError>) {
    let mut reading = Reading {
        files,
        claims: Vec::new(),
        catalogue: Catalogue::default(),
        references: References::default(),
        known: Known::default(),
        errors: Vec::new(),
    };
    reading.claim();
    reading.entries();
    reading.objectives();
    reading.budgets();
    reading.errors.extend(reading.catalogue.add_sources(files));
    reading.settings(rules);
    let waivers = reading.waivers(rules);
    reading.finish(rules, waivers)
}

struct Reading<'a> {
    files: &'a BTreeMap<String, String>,
    claims: Vec<(Claim<'a>, &'a str, &'a str)>,
    catalogue: Catalogue,
    references: References,
    known: Known,
    errors: Vec<DataError>,
}

impl<'a> Reading<'a> {
    /// Says what each file is. What a refused file would have declared counts as there: it is not wrong to name it.
    fn claim(&mut self) {
        let mut first: BTreeMap<Claim<'_>, &str> = BTreeMap::new();
        for (file, text) in self.files {
            match layout::claim(file) {
                Ok(claim) => match first.get(&claim).filter(|_| claim.is_one()) {
                    Some(earlier) => {
                        let message = format!("is read as the same as `{earlier}`: keep one of the two files");
                        self.errors.push(DataError::new(file, None, message));
                    }
                    None => {
                        first.insert(claim, file);
                        self.claims.push((claim, file, text));
                    }
                },
                Err(message) => {
                    self.errors.push(DataError::new(file, None, message));
                    let last = file.rsplit('/').next().unwrap_or(file);
                    let stem = last.split('.').next().unwrap_or(last);
                    [Kind::Team, Kind::Service].into_iter().for_each(|kind| self.known.add(kind, stem));
                    self.unsure();
                }
            }
        }
        for (claim, ..) in &self.claims {
            match claim {
                Claim::Service(name) => self.known.add(Kind::Service, *name),
                Claim::Team(name) => self.known.add(Kind::Team, *name),
                _ => {}
            }
        }
    }

    fn unsure(&mut self) {
        for kind in [Kind::Environment, Kind::Objective, Kind::Freeze, Kind::Budget] {
            self.known.may_be_more(kind);
        }
    }

    fn entries(&mut self) {
        let mut seen: BTreeMap<Kind, Declared> = BTreeMap::new();
        let mut maintenance = Declared::default();
        for (claim, file, text) in self.claims.clone() {
            let read = match claim {
                Claim::Service(stem) => self.service(stem, file, text, seen.entry(Kind::Service).or_default()),
                Claim::Team(stem) => self.team(stem, file, text, seen.entry(Kind::Team).or_default()),
                Claim::Keptn(service) => keptn::parse(file, text).map(|gate| {
                    self.catalogue.keptn.insert(service.to_owned(), gate);
                }),
                Claim::Maintenance => self.maintenance(file, text, &mut maintenance),
                Claim::Calendar => self.calendar(file, text, seen.entry(Kind::Freeze).or_default()),
                Claim::Callers => from_yaml::<Callers>(file, text)
                    .map_err(|error| vec![error])
                    .and_then(|callers| callers.trust(file))
                    .map(|trust| self.catalogue.trust = trust),
                _ => Ok(()),
            };
            let Err(errors) = read else { continue };
            self.errors.extend(errors);
            match claim {
                Claim::Service(_) => self.known.may_be_more(Kind::Environment),
                Claim::Calendar => self.known.may_be_more(Kind::Freeze),
                _ => {}
            }
        }
    }

    fn objectives(&mut self) {
        let errors = self.catalogue.add_objectives(self.files, &self.known);
        let is_stray = |slo: &Slo| !self.known.has(Kind::Service, &slo.service);
        // One of a service that is not there is hardly what it says: what names it may be right.
        if !errors.is_empty() || self.catalogue.slos.values().flatten().any(is_stray) {
            self.known.may_be_more(Kind::Objective);
        }
        for slo in self.catalogue.slos.values().flatten() {
            self.known.add(Kind::Objective, format!("{}/{}", slo.service, slo.name));
        }
        self.errors.extend(errors);
    }

    fn budgets(&mut self) {
        let files = self.claims.iter().filter(|(claim, ..)| *claim == Claim::Budgets);
        let files = files.map(|(_, file, text)| (*file, *text));
        let (budgets, errors) = budget::read_referring(files, &mut self.references);
        if !errors.is_empty() {
            self.known.may_be_more(Kind::Budget);
        }
        budgets.iter().for_each(|budget| self.known.add(Kind::Budget, &budget.name));
        self.errors.extend(errors);
        self.catalogue.budgets = budgets;
    }

    fn settings(&mut self, rules: Option<&Rules>) {
        let files = self.claims.iter().filter_map(|(claim, file, text)| match claim {
            Claim::Settings(level) => Some((*level, *file, *text)),
            _ => None,
        });
        let files: Vec<_> = files.collect();
        let owner = |service: &str| self.catalogue.services.get(service).map(|service| service.owner.clone());
        let (settings, errors) = Layers::read(&files, rules, owner, &mut self.references);
        let in_order = errors.is_empty();
        self.errors.extend(errors);
        self.catalogue.settings = settings;
        if in_order {
            self.needed();
        }
    }

    fn needed(&mut self) {
        let defaults = self.catalogue.settings.resolve("", None);
        let missing = NEEDED
            .iter()
            .filter(|(group, name, least)| defaults.integer(group, name).is_none_or(|value| value < *least));
        self.errors.extend(missing.map(|(group, name, least)| {
            let message = format!("`thresholds.{group}.{name}` must be declared, as a whole number of {least} or more");
            DataError::new("data/settings/defaults.yaml", None, message)
        }));
    }

    fn waivers(&mut self, rules: Option<&Rules>) -> Vec<waivers::Read> {
        let mut read = Vec::new();
        for (_, file, text) in self.claims.iter().filter(|(claim, ..)| *claim == Claim::Waivers) {
            match from_yaml::<Waivers>(file, text) {
                Ok(found) => read.extend(found.read(file, rules.is_some(), &mut self.references, &mut self.errors)),
                Err(error) => self.errors.push(error),
            }
        }
        read
    }

    fn finish(
        mut self,
        rules: Option<&Rules>,
        read: Vec<waivers::Read>,
    ) -> (Catalogue, Vec<DataError>, Vec<DataError>) {
        self.refer_by_file();
        if let Some(rules) = rules {
            rules.names.iter().for_each(|name| self.known.add(Kind::Rule, name));
            for rule in &rules.read {
                self.references.note(Kind::Team, "owner", &rule.owner, rule.owner_at.clone());
            }
        }
        let Self { mut catalogue, references, known, mut errors, files, .. } = self;
        let mut dangling = references.resolve(&known);
        dangling.extend(super::objectives::strangers(&catalogue, &known, files));
        dangling.extend(super::objectives::misplaced(&catalogue, files));
        // What waivers, freezes and budgets are for can be held against one another only where nothing is missing.
        if errors.is_empty() && dangling.is_empty() {
            errors.extend(waivers::wrong(&read, &catalogue, rules));
            errors.extend(catalogue.contradictions());
        }
        catalogue.waiver_places = read.iter().map(waivers::Read::place).collect();
        catalogue.waivers = read.into_iter().map(|read| read.waiver).collect();
        catalogue.count_services_held();
        catalogue.set_pairs();
        catalogue.warn_of_unreachable();
        (catalogue, errors, dangling)
    }

    /// Files that are named after a service.
    fn refer_by_file(&mut self) {
        for (claim, file, _) in &self.claims {
            if let Claim::Keptn(name) | Claim::Canary(name) = claim {
                self.references.note(Kind::Service, "service", name, DataError::new(*file, None, ""));
            }
        }
    }
}
