//! Freeze windows: times in which changes rest.

use chrono::Days;

use super::entries::FreezeEntry;
use crate::{
    Timestamp,
    data::DataError,
    facts::FreezeWindow,
    recurring::{Recurring, Written},
};

/// How far ahead the next window is looked for.
const HORIZON_DAYS: u64 = 400;
/// A window longer than this is not a freeze but a closed service.
const LONGEST_DAYS: i64 = 92;
/// More windows than can hold at a time, of those that recur daily at most, and the next.
const MOST_WINDOWS: u16 = 128;

/// A time in which changes rest.
#[derive(Debug, Clone)]
pub struct Freeze {
    name: String,
    reason: String,
    owner: String,
    environments: Vec<String>,
    services: Vec<String>,
    when: Recurring,
}

impl Freeze {
    pub(super) fn read(file: &str, text: &str, entry: FreezeEntry) -> Result<Self, DataError> {
        let FreezeEntry { name, owner, reason, environments, services, time_zone, starts, ends, rrule } = entry;
        let written = Written { time_zone: &time_zone, starts: &starts, ends: &ends, rrule: rrule.as_deref() };
        let when = Recurring::read(&written, LONGEST_DAYS)
            .map_err(|reason| DataError::new(file, line_of(text, &name), format!("freeze `{name}`: {reason}")))?;
        Ok(Self { name, reason, owner, environments, services, when })
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

/// The line of the entry of that name.
pub(super) fn line_of(text: &str, name: &str) -> Option<u64> {
    let names = |line: &str| line.split("name:").nth(1).is_some_and(|rest| rest.contains(name));
    (1..).zip(text.lines()).find(|(_, line)| names(line)).map(|(number, _)| number)
}
