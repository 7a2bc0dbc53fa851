//! Freeze windows: once, or again and again by RFC 5545, in local time of a named time zone.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, Days, Duration, LocalResult, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use rrule::{Frequency, RRule, RRuleSet, Unvalidated};

use super::entries::FreezeEntry;
use crate::{Timestamp, data::DataError, facts::FreezeWindow};

/// How far ahead the next window is looked for.
const HORIZON_DAYS: u64 = 400;
/// A window longer than this is not a freeze but a closed service.
const LONGEST_DAYS: i64 = 92;
/// A rule is followed from its start at every decision; chrono ends at some year.
const YEARS: RangeInclusive<i32> = 2000..=2999;
/// Samoa left out a whole day in 2011.
const LONGEST_GAP_MINUTES: i64 = 25 * 60;
const FORM: &str = "2026-12-18T18:00";

/// A time in which changes rest.
#[derive(Debug, Clone)]
pub struct Freeze {
    name: String,
    reason: String,
    owner: String,
    environments: Vec<String>,
    services: Vec<String>,
    starts: NaiveDateTime,
    length: Duration,
    time_zone: Tz,
    again: Option<RRuleSet>,
}

impl Freeze {
    pub(super) fn read(file: &str, text: &str, entry: FreezeEntry) -> Result<Self, DataError> {
        let names = |line: &str| line.split("name:").nth(1).is_some_and(|rest| rest.contains(&entry.name));
        let line = (1..).zip(text.lines()).find(|(_, line)| names(line)).map(|(number, _)| number);
        let refuse = |reason: String| DataError::new(file, line, format!("freeze `{}`: {reason}", entry.name));
        let time = |field: &str, value: &str| {
            ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
                .iter()
                .find_map(|form| NaiveDateTime::parse_from_str(value, form).ok())
                .ok_or_else(|| refuse(format!("`{field}: {value}` is not a local date and time such as `{FORM}`")))
        };
        let time_zone: Tz = entry.time_zone.parse().map_err(|_| {
            refuse(format!("`time_zone: {}` is not an IANA name such as `Europe/Berlin`", entry.time_zone))
        })?;
        let (starts, ends) = (time("starts", &entry.starts)?, time("ends", &entry.ends)?);
        let readable = |time: NaiveDateTime| YEARS.contains(&time.year());
        if !readable(starts) || !readable(ends) {
            return Err(refuse(format!("its years must be {} to {}", YEARS.start(), YEARS.end())));
        }
        let length = ends - starts;
        if length <= Duration::zero() || length > Duration::days(LONGEST_DAYS) {
            return Err(refuse(format!("it must end after it starts, within {LONGEST_DAYS} days")));
        }
        let again =
            entry.rrule.as_deref().map(|rule| recurrence(starts, time_zone, rule).map_err(refuse)).transpose()?;
        let FreezeEntry { name, owner, reason, environments, services, .. } = entry;
        Ok(Self { name, reason, owner, environments, services, starts, length, time_zone, again })
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
        let starts: Vec<NaiveDateTime> = match &self.again {
            None => vec![self.starts],
            Some(set) => {
                let local = at.with_timezone(&self.time_zone).naive_local();
                let from = local - self.length - Duration::days(1);
                let until = local.checked_add_days(Days::new(HORIZON_DAYS)).unwrap_or(local);
                // A window is not longer than 92 days and recurs daily at most.
                let dates = set.clone().after(on_the_wall(from)).before(on_the_wall(until)).all(128).dates;
                dates.iter().map(DateTime::naive_local).collect()
            }
        };
        let windows: Vec<FreezeWindow> = starts.into_iter().map(|starts| self.window(starts)).collect();
        let active = windows.iter().filter(|window| window.starts_at <= at && at < window.ends_at);
        let next = windows.iter().filter(|window| window.starts_at > at).min_by_key(|window| window.starts_at);
        (active.max_by_key(|window| window.ends_at).cloned(), next.cloned())
    }

    /// The length counts on the local clock, so a window still ends at its hour after a change of the clocks.
    fn window(&self, starts: NaiveDateTime) -> FreezeWindow {
        FreezeWindow {
            name: self.name.clone(),
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            starts_at: self.instant(starts, false),
            ends_at: self.instant(starts + self.length, true),
        }
    }

    /// An hour that the clocks repeat is in the window from its first to its last; from one that they leave out, the window
    /// is moved to the first instant behind it.
    fn instant(&self, local: NaiveDateTime, last: bool) -> Timestamp {
        match self.time_zone.from_local_datetime(&local) {
            LocalResult::Single(time) => time.with_timezone(&Utc),
            LocalResult::Ambiguous(first, second) => (if last { second } else { first }).with_timezone(&Utc),
            LocalResult::None => {
                let minute = local.with_second(0).unwrap_or(local);
                let later = (1..=LONGEST_GAP_MINUTES).find_map(|minutes| {
                    self.time_zone.from_local_datetime(&(minute + Duration::minutes(minutes))).earliest()
                });
                later.map_or_else(|| local.and_utc(), |time| time.with_timezone(&Utc))
            }
        }
    }
}

/// A rule is followed on the clock on the wall, as if it was never changed: followed in the zone itself it would leave out the
/// days on which its hour does not exist.
fn on_the_wall(local: NaiveDateTime) -> DateTime<rrule::Tz> {
    local.and_utc().with_timezone(&rrule::Tz::UTC)
}

/// Rules that recur within a day, or that count from long ago, would make every decision slow.
fn recurrence(starts: NaiveDateTime, zone: Tz, rule: &str) -> Result<RRuleSet, String> {
    let rule = rule.trim().trim_start_matches("RRULE:");
    let text = format!("DTSTART;TZID={}:{}\nRRULE:{rule}", zone.name(), starts.format("%Y%m%dT%H%M%S"));
    let set: RRuleSet = text.parse().map_err(|error| format!("`rrule: {rule}` is not a rule of RFC 5545: {error}"))?;
    let often = |rule: &RRule| {
        !matches!(rule.get_freq(), Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly)
            || rule.get_by_hour().len() + rule.get_by_minute().len() + rule.get_by_second().len() > 3
    };
    if set.get_rrule().iter().any(often) {
        return Err(format!("`rrule: {rule}` recurs within a day; a freeze recurs daily, weekly, monthly or yearly"));
    }
    let unread = |error: rrule::RRuleError| format!("`rrule: {rule}` is not a rule of RFC 5545: {error}");
    let mut on_wall: RRule<Unvalidated> = rule.parse().map_err(unread)?;
    if let Some(until) = on_wall.get_until() {
        let until = until.with_timezone(&zone).naive_local();
        on_wall = on_wall.until(on_the_wall(until));
    }
    let set = on_wall.build(on_the_wall(starts)).map_err(unread)?;
    if set.clone().all(1).dates.is_empty() {
        return Err(format!("`rrule: {rule}` never recurs"));
    }
    Ok(set)
}
