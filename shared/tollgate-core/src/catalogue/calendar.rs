//! Freeze windows: times in which changes rest.

use chrono::Days;
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::{
    Timestamp,
    data::DataError,
    facts::FreezeWindow,
    names::{Named, References, of},
    recurring::{Recurring, Written},
};

/// How far ahead the next window is looked for.
const HORIZON_DAYS: u64 = 400;
/// A window longer than this is not a freeze but a closed service.
const LONGEST_DAYS: i64 = 92;
/// More windows than can hold at a time, of those that recur daily at most, and the next.
const MOST_WINDOWS: u16 = 128;

/// `data/calendars/*.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calendar {
    pub(super) freezes: Vec<FreezeEntry>,
}

/// A freeze window as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FreezeEntry {
    pub(super) name: Spanned<String>,
    owner: Named<of::Team>,
    reason: String,
    time_zone: String,
    starts: String,
    ends: String,
    rrule: Option<String>,
    #[serde(default)]
    environments: Vec<Named<of::Environment>>,
    #[serde(default)]
    services: Vec<Named<of::Service>>,
}

/// A time in which changes rest.
#[derive(Debug, Clone)]
pub struct Freeze {
    name: String,
    reason: String,
    owner: String,
    environments: Vec<String>,
    services: Vec<String>,
    when: Recurring,
    at: DataError,
}

impl Freeze {
    pub(super) fn read(file: &str, entry: FreezeEntry, references: &mut References) -> Result<Self, DataError> {
        let FreezeEntry { name, owner, reason, environments, services, time_zone, starts, ends, rrule } = entry;
        let at = DataError::at(file, &name.defined, "");
        let name = name.value;
        let (owner, services) = (references.take(file, "owner", &owner), references.all(file, "service", &services));
        let environments = references.all(file, "environment", &environments);
        let written = Written { time_zone: &time_zone, starts: &starts, ends: &ends, rrule: rrule.as_deref() };
        match Recurring::read(&written, LONGEST_DAYS) {
            Ok(when) => Ok(Self { name, reason, owner, environments, services, when, at }),
            Err(reason) => Err(DataError { message: format!("freeze `{name}`: {reason}"), ..at }),
        }
    }

    /// Where it is written, with what is to be said of it.
    pub(super) fn place(&self, message: impl Into<String>) -> DataError {
        DataError { message: message.into(), ..self.at.clone() }
    }

    /// When it is between two times, in order.
    pub(super) fn between(&self, from: Timestamp, until: Timestamp) -> Vec<std::ops::Range<Timestamp>> {
        self.when.between(from, until, MOST_WINDOWS)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The team that decided it and can lift it.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The services and the environments that it is for; all where there are none.
    pub fn scope(&self) -> (&[String], &[String]) {
        (&self.services, &self.environments)
    }

    /// Does it concern a service in an environment?
    pub fn concerns(&self, service: &str, environment: &str) -> bool {
        let lists = |names: &[String], name: &str| names.is_empty() || names.iter().any(|listed| listed == name);
        lists(&self.services, service) && lists(&self.environments, environment)
    }

    /// The windows that hold at a time, and the next one to begin after it.
    pub fn around(&self, at: Timestamp) -> (Option<FreezeWindow>, Option<FreezeWindow>) {
        let until = at.checked_add_days(Days::new(HORIZON_DAYS)).unwrap_or(at);
        let windows: Vec<FreezeWindow> = self
            .when
            .between(at, until, MOST_WINDOWS)
            .into_iter()
            .map(|range| FreezeWindow {
                name: self.name.clone(),
                reason: self.reason.clone(),
                owner: self.owner.clone(),
                starts_at: range.start,
                ends_at: range.end,
            })
            .collect();
        let active = windows.iter().filter(|window| window.starts_at <= at);
        let next = windows.iter().filter(|window| window.starts_at > at).min_by_key(|window| window.starts_at);
        (active.max_by_key(|window| window.ends_at).cloned(), next.cloned())
    }
}
