//! Freeze windows: times in which changes rest.

use std::ops::Range;

use chrono::{Days, TimeDelta};
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::Catalogue;
use crate::{
    Timestamp,
    closed::{SHORTEST_GAP_SECONDS, closed_times},
    data::DataError,
    evidence::Evidence,
    facts::{FreezeFact, FreezeWindow},
    names::{Named, References, of, says_something},
    recurring::{Recurring, Written},
    waiver::Asked,
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
    reason: Spanned<String>,
    time_zone: Spanned<String>,
    starts: Spanned<String>,
    ends: Spanned<String>,
    rrule: Option<Spanned<String>>,
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
        let (owner, services) = (references.take(file, "owner", &owner), references.all(file, "service", &services));
        let environments = references.all(file, "environment", &environments);
        let of = format!("freeze `{}`", name.value);
        let written = Written { file, of, time_zone: &time_zone, starts: &starts, ends: &ends, rrule: rrule.as_ref() };
        let when = Recurring::read(&written, LONGEST_DAYS)?;
        says_something(file, "name", &name)?;
        says_something(file, "reason", &reason)?;
        Ok(Self { name: name.value, reason: reason.value, owner, environments, services, when, at })
    }

    /// Where it is written, with what is to be said of it.
    pub(super) fn place(&self, message: impl Into<String>) -> DataError {
        DataError { message: message.into(), ..self.at.clone() }
    }

    /// When it is between two times, in order.
    pub(super) fn between(&self, from: Timestamp, until: Timestamp) -> Vec<Range<Timestamp>> {
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

    /// The windows of it that end after a time, in order, and until when they are known.
    fn windows(&self, at: Timestamp) -> (Vec<FreezeWindow>, Timestamp) {
        let until = at.checked_add_days(Days::new(HORIZON_DAYS)).unwrap_or(at);
        // One that ended a moment ago may reach to the next.
        let from = at.checked_sub_signed(TimeDelta::seconds(SHORTEST_GAP_SECONDS)).unwrap_or(at);
        let (ranges, known_until) = self.when.followed(from, until, MOST_WINDOWS);
        let window = |range: Range<Timestamp>| FreezeWindow {
            name: self.name.clone(),
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            starts_at: range.start,
            ends_at: range.end,
        };
        (ranges.into_iter().map(window).collect(), known_until)
    }
}

impl Catalogue {
    /// The freezes that concern what is asked, as they stand at a time. What a waiver lifts is not closed.
    pub fn freezes_at(&self, asked: &Asked<'_>, at: Timestamp, evidence: Evidence) -> FreezeFact {
        let concerned = self.freezes.iter().filter(|freeze| freeze.concerns(asked.service, asked.environment));
        let (mut windows, known): (Vec<_>, Vec<_>) = concerned.map(|freeze| freeze.windows(at)).unzip();
        let held = |window: &FreezeWindow| window.held(&self.waivers, asked);
        let known_until = known.into_iter().min().unwrap_or(Timestamp::MAX_UTC);
        let closed = closed_times(windows.iter().flatten().flat_map(held).collect(), at, known_until);
        let starts: Vec<Timestamp> = windows.iter().flatten().map(|window| window.starts_at).collect();
        for window in windows.iter_mut().flatten() {
            close_gap(window, &starts);
        }
        let holds = |window: &&FreezeWindow| window.starts_at <= at && at < window.ends_at;
        let active = |windows: &Vec<FreezeWindow>| windows.iter().filter(holds).max_by_key(|w| w.ends_at).cloned();
        let next = |windows: &Vec<FreezeWindow>| windows.iter().find(|window| window.starts_at > at).cloned();
        let mut upcoming: Vec<FreezeWindow> = windows.iter().filter_map(next).collect();
        upcoming.sort_by(|a, b| a.starts_at.cmp(&b.starts_at).then_with(|| a.name.cmp(&b.name)));
        FreezeFact {
            evidence,
            active: windows.iter().filter_map(active).collect(),
            next: upcoming.first().cloned(),
            upcoming,
            closed,
        }
    }
}

/// Has a window end where the next one begins, when there is no gap worth the name between them.
fn close_gap(window: &mut FreezeWindow, starts: &[Timestamp]) {
    let latest = window.ends_at + TimeDelta::seconds(SHORTEST_GAP_SECONDS);
    let behind = starts.iter().filter(|start| (window.ends_at..=latest).contains(start));
    if let Some(start) = behind.max() {
        window.ends_at = *start;
    }
}
