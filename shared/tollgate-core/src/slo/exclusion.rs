//! Planned maintenance: time in which neither good nor bad events count.

use std::ops::Range;

use chrono::Duration;
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::objective::Slo;
use crate::{
    Timestamp,
    data::DataError,
    facts::MaintenanceWindow,
    names::{Kind, Named, References, of},
    recurring::{Recurring, Written},
};

/// A window longer than this is not maintenance: it would hide what it should explain.
const LONGEST_DAYS: i64 = 7;

/// A time of planned maintenance, for some objectives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// Its name.
    pub name: String,
    /// The team that decided it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The services that it is for; never empty.
    pub services: Vec<String>,
    /// The objectives of those services that it is for; all of them where there are none.
    pub slos: Vec<String>,
    /// The environments that it is for; all of them where there are none.
    pub environments: Vec<String>,
    when: Recurring,
}

/// A time of planned maintenance as it is written in `data/maintenance/*.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExclusionEntry {
    pub(crate) name: Spanned<String>,
    owner: Named<of::Team>,
    reason: String,
    services: Vec<Named<of::Service>>,
    #[serde(default)]
    slos: Vec<Spanned<String>>,
    #[serde(default)]
    environments: Vec<Named<of::Environment>>,
    time_zone: String,
    starts: String,
    ends: String,
    #[serde(default)]
    rrule: Option<String>,
}

impl Exclusion {
    /// Reads an entry; that its objectives are there is for the catalogue to say, by `service/name`.
    pub(crate) fn read(file: &str, entry: ExclusionEntry, references: &mut References) -> Result<Self, DataError> {
        let ExclusionEntry { name, owner, reason, services, slos, environments, time_zone, starts, ends, rrule } =
            entry;
        let at = DataError::at(file, &name.defined, "");
        let refuse = |reason: &str| {
            let message = format!("maintenance `{}`: {reason}", name.value);
            DataError { message, ..at.clone() }
        };
        let (owner, services) = (references.take(file, "owner", &owner), references.all(file, "service", &services));
        let environments = references.all(file, "environment", &environments);
        if services.is_empty() {
            return Err(refuse("no `services`: name those whose maintenance it is"));
        }
        for slo in &slos {
            let of_services: Vec<String> = services.iter().map(|service| format!("{service}/{}", slo.value)).collect();
            references.note_any(Kind::Objective, "objective", of_services, DataError::at(file, &slo.defined, ""));
        }
        let written = Written { time_zone: &time_zone, starts: &starts, ends: &ends, rrule: rrule.as_deref() };
        let when = Recurring::read(&written, LONGEST_DAYS).map_err(|reason| refuse(&reason))?;
        let slos = slos.into_iter().map(|slo| slo.value).collect();
        Ok(Self { name: name.value, owner, reason, services, slos, environments, when })
    }

    /// Is it for this service in this environment?
    pub fn is_of(&self, service: &str, environment: &str) -> bool {
        let lists = |names: &[String], name: &str| names.iter().any(|listed| listed == name);
        lists(&self.services, service) && (self.environments.is_empty() || lists(&self.environments, environment))
    }

    /// The window of it that holds at a time.
    pub fn at(&self, at: Timestamp) -> Option<MaintenanceWindow> {
        self.during(at, at)
    }

    /// The last window of it that holds at any time from one to another.
    pub(super) fn during(&self, from: Timestamp, to: Timestamp) -> Option<MaintenanceWindow> {
        let until = to.checked_add_signed(Duration::seconds(1))?;
        let mut ranges = self.when.between(from, until, u16::MAX);
        ranges.retain(|range| range.start <= to);
        ranges.into_iter().next_back().map(|range| MaintenanceWindow {
            name: self.name.clone(),
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            starts_at: range.start,
            ends_at: range.end,
        })
    }

    /// Is it for this objective? Where it is only for some environments, the objective must say (by its label
    /// `environment`) that it is about no other.
    pub fn concerns(&self, slo: &Slo) -> bool {
        let environments = slo.labels.get("environment").map(Vec::as_slice).unwrap_or_default();
        let inside = !environments.is_empty() && environments.iter().all(|name| self.environments.contains(name));
        self.services.contains(&slo.service)
            && (self.slos.is_empty() || self.slos.contains(&slo.name))
            && (self.environments.is_empty() || inside)
    }

    /// When it is between two times, in seconds since 1970: in order, each from its start to before its end. They may
    /// overlap, and reach beyond the two times.
    pub fn between(&self, from: i64, until: i64) -> Vec<Range<i64>> {
        let time = |seconds| Timestamp::from_timestamp(seconds, 0);
        let Some((from, until)) = time(from).zip(time(until)) else { return Vec::new() };
        let ranges = self.when.between(from, until, u16::MAX);
        ranges.into_iter().map(|range| range.start.timestamp()..range.end.timestamp()).collect()
    }
}
