//! Objectives as the catalogue has them: read together, with the maintenance of their services, and checked against
//! the thresholds that they are judged by.

use std::{collections::BTreeMap, sync::Arc};

use chrono::Days;
use serde_json::Value;

use super::Catalogue;
use crate::{
    Timestamp,
    closed::{ClosedTime, SHORTEST_GAP_SECONDS, closed_times},
    data::DataError,
    facts::MaintenanceWindow,
    names::{Kind, Known, References},
    slo::{self, Comparison, Indicator, Rational, Slo},
    suggest::near,
};

const MILLION: i128 = 1_000_000;
/// How far ahead maintenance is followed to say when to ask again.
const MAINTENANCE_DAYS: u64 = 31;

impl Catalogue {
    /// Reads all objectives, since they may refer to what is in another file: as far as they can be read, and what is wrong.
    pub(super) fn add_objectives(&mut self, files: &BTreeMap<String, String>, known: &Known) -> Vec<DataError> {
        let of_slos = files.iter().filter(|(file, _)| file.starts_with("data/slos/"));
        let of_slos = of_slos.map(|(file, text)| (file.as_str(), text.as_str()));
        let is_service = |name: &str| known.has(Kind::Service, name);
        let (slo::Objectives { slos, warnings }, errors) = slo::read_as_far(of_slos, &is_service);
        self.warnings.extend(warnings);
        for mut slo in slos {
            self.exclude(&mut slo);
            self.slos.entry(slo.service.clone()).or_default().push(slo);
        }
        errors
    }

    fn exclude(&self, slo: &mut Slo) {
        slo.exclusions = self.maintenance.iter().filter(|exclusion| exclusion.concerns(slo)).cloned().collect();
        if let Indicator::Composite(composite) = &mut slo.indicator {
            for part in &mut composite.parts {
                self.exclude(Arc::make_mut(&mut part.slo));
            }
        }
    }

    /// The objectives that bind a service: its own, and those of others whose budget it shares.
    pub fn slos_of<'a>(&'a self, service: &'a str) -> impl Iterator<Item = &'a Slo> {
        let own = self.slos.get(service).into_iter().flatten();
        let of_others = self.slos.iter().filter(move |(owner, _)| *owner != service).flat_map(|(_, slos)| slos);
        own.chain(of_others.filter(move |slo| slo.shared_with.iter().any(|name| name == service)))
    }

    /// The maintenance of a service in an environment that goes on at a time.
    pub fn maintenance_at(&self, service: &str, environment: &str, at: Timestamp) -> Vec<MaintenanceWindow> {
        let concerned = self.maintenance.iter().filter(|exclusion| exclusion.is_of(service, environment));
        concerned.filter_map(|exclusion| exclusion.at(at)).collect()
    }

    /// The times of maintenance of a service in an environment from a time on, for a month.
    pub fn maintenance_times(&self, service: &str, environment: &str, at: Timestamp) -> Vec<ClosedTime> {
        let until = at.checked_add_days(Days::new(MAINTENANCE_DAYS)).unwrap_or(at);
        let concerned = self.maintenance.iter().filter(|exclusion| exclusion.is_of(service, environment));
        let seconds = concerned.flat_map(|exclusion| {
            exclusion.between(at.timestamp().saturating_sub(SHORTEST_GAP_SECONDS), until.timestamp())
        });
        closed_times(seconds.collect(), at, until)
    }

    /// Says by which pairs of windows objectives are judged: those of their services' settings.
    pub(super) fn set_pairs(&mut self) {
        let set = |service: &String| {
            let settings = self.settings_of(service);
            let pairs = settings.thresholds.get("slo").and_then(|of| of.get("burn_rate_pairs"));
            (service.clone(), pairs.map(slo::BurnPair::read_all))
        };
        let set: BTreeMap<_, _> = self.slos.keys().map(set).collect();
        for (service, slos) in &mut self.slos {
            for slo in slos {
                slo.pairs = set.get(service).cloned().flatten();
            }
        }
    }

    /// Warns of burn rates among the thresholds that an objective cannot reach.
    pub(super) fn warn_of_unreachable(&mut self) {
        let mut found = Vec::new();
        for slo in self.slos.values().flatten() {
            let settings = self.settings_of(&slo.service);
            let single = settings.thresholds.get("slo").map(burn_rates).unwrap_or_default();
            let factors = slo.burn_factors_micro().into_iter();
            let factors = factors.map(|(name, micro)| (format!("burn_rate_pairs/{name}"), micro));
            for (name, micro) in single.into_iter().chain(factors) {
                let threshold = Rational::new(micro.into(), MILLION);
                if !slo.target.reaches(Comparison::Gt, threshold) {
                    let message = format!(
                        "`{name}` is out of reach of `{}`: a target of {} % burns {} times too fast at most, and never \
                         more than {}; judge it by its budget",
                        slo.name,
                        slo.target.percent(),
                        slo.target.largest_burn_rate(),
                        // Rounded down, as the factors of the facts are.
                        rust_decimal::Decimal::from_i128_with_scale((threshold * MILLION).to_integer(), 6).normalize()
                    );
                    found.push(DataError::new(slo.file.clone(), slo.line, message));
                }
            }
        }
        self.warnings.extend(found);
    }
}

/// Objectives of services that are not there. Their places are looked for only then.
pub(super) fn strangers(catalogue: &Catalogue, known: &Known, files: &BTreeMap<String, String>) -> Vec<DataError> {
    let mut references = References::default();
    for slo in catalogue.slos.values().flatten() {
        let named =
            [("service:", &slo.service)].into_iter().chain(slo.shared_with.iter().map(|name| ("shared-with", name)));
        for (key, name) in named.filter(|(_, name)| !known.has(Kind::Service, name)) {
            let text = files.get(&slo.file).map_or("", String::as_str);
            references.note(Kind::Service, "service", name, place(slo, text, key, name));
        }
    }
    references.resolve(known)
}

/// Environments that objectives are about and their services do not run in: there, nobody would look at them.
pub(super) fn misplaced(catalogue: &Catalogue, files: &BTreeMap<String, String>) -> Vec<DataError> {
    let mut wrong = Vec::new();
    for slo in catalogue.slos.values().flatten() {
        let (Some(named), Some(service)) = (slo.environments(), catalogue.services.get(&slo.service)) else { continue };
        let text = files.get(&slo.file).map_or("", String::as_str);
        let mut refuse =
            |name: &str, message| wrong.push(DataError { message, ..place(slo, text, "environment", name) });
        if named.is_empty() {
            let message = format!(
                "the label `environment` of `{}` names no environment: remove it, or write {}",
                slo.name,
                one_of(&service.environments)
            );
            refuse("environment", message);
        }
        for name in named.iter().filter(|name| !service.environments.contains(name)) {
            let near = near(name.trim(), service.environments.iter().map(String::as_str), 1);
            let near: Vec<String> = near.into_iter().map(ToOwned::to_owned).collect();
            let meant = if near.is_empty() { &service.environments } else { &near };
            let message = format!(
                "`{}` is about the environment `{name}`, and `{}` does not run there: write {}",
                slo.name,
                service.name,
                one_of(meant)
            );
            refuse(name, message);
        }
        let runs_there = |name: &&String| {
            let of_sharer = catalogue.services.get(*name).map(|service| &service.environments);
            of_sharer.is_none_or(|of_sharer| named.iter().any(|name| of_sharer.contains(name)))
        };
        for name in slo.shared_with.iter().filter(|name| !runs_there(name)) {
            let message = format!(
                "`{}` is shared with `{name}`, which runs in none of the environments that it is about: remove it there, or \
                 name another environment",
                slo.name
            );
            wrong.push(DataError { message, ..place(slo, text, "shared-with", name) });
        }
    }
    wrong
}

/// Some names, of which one is to be written.
fn one_of(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" or ")
}

/// Where an objective names something: the first such line of it.
fn place(slo: &Slo, text: &str, key: &str, name: &str) -> DataError {
    let lines = (1_u64..).zip(text.lines()).filter(|(number, _)| *number >= slo.line);
    let found = lines.filter(|(_, line)| line.contains(key)).find_map(|(number, line)| {
        let before = line.get(..line.find(name)?)?;
        Some((number, u64::try_from(before.chars().count()).ok()? + 1))
    });
    let (line, column) = found.map_or((slo.line, None), |(line, column)| (line, Some(column)));
    DataError { column, ..DataError::new(&slo.file, line, "") }
}

/// The burn rates among the thresholds, by name, in millionths: `burn_rate_…_micro`.
fn burn_rates(thresholds: &Value) -> Vec<(String, u64)> {
    let single = thresholds.as_object().into_iter().flatten().filter_map(|(name, value)| {
        let burn_rate = name.starts_with("burn_rate_") && name.ends_with("_micro");
        burn_rate.then(|| value.as_u64()).flatten().map(|micro| (name.clone(), micro))
    });
    single.collect()
}
