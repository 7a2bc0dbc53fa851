//! A stretch of local time, once, or again and again by RFC 5545.

use std::ops::{Range, RangeInclusive};

use chrono::{DateTime, Datelike, Duration, LocalResult, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use rrule::{Frequency, RRule, RRuleSet, Unvalidated};
use serde_saphyr::Spanned;

use crate::{Timestamp, data::DataError, suggest::meant_zone};

/// A rule is followed from its start at every decision; chrono ends at some year.
const YEARS: RangeInclusive<i32> = 2000..=2999;
/// Samoa left out a whole day in 2011.
const LONGEST_GAP_MINUTES: i64 = 25 * 60;
const FORM: &str = "2026-12-18T18:00";

/// A stretch of time as it is written, each field with its place.
pub(crate) struct Written<'a> {
    pub(crate) file: &'a str,
    /// What it is a stretch of, for messages: a freeze and its name.
    pub(crate) of: String,
    pub(crate) time_zone: &'a Spanned<String>,
    pub(crate) starts: &'a Spanned<String>,
    pub(crate) ends: &'a Spanned<String>,
    pub(crate) rrule: Option<&'a Spanned<String>>,
}

impl Written<'_> {
    fn wrong(&self, field: &Spanned<String>, why: impl std::fmt::Display) -> DataError {
        DataError::at(self.file, &field.defined, format!("{}: {why}", self.of))
    }

    fn local(&self, name: &str, field: &Spanned<String>) -> Result<NaiveDateTime, DataError> {
        let time = local(name, &field.value).map_err(|why| self.wrong(field, why))?;
        let years = || self.wrong(field, format!("its years must be {} to {}", YEARS.start(), YEARS.end()));
        if YEARS.contains(&time.year()) { Ok(time) } else { Err(years()) }
    }
}

/// A stretch of time that may recur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recurring {
    starts: NaiveDateTime,
    length: Duration,
    time_zone: Tz,
    again: Option<RRuleSet>,
}

impl Recurring {
    /// Reads what is written; the stretch is no longer than some days.
    pub(crate) fn read(written: &Written<'_>, longest_days: i64) -> Result<Self, DataError> {
        let zone = written.time_zone;
        let time_zone: Tz = zone.value.parse().map_err(|_| {
            let meant = meant_zone(&zone.value);
            let why = format!("`time_zone: {}` is not an IANA name such as `Europe/Berlin`{meant}", zone.value);
            written.wrong(zone, why)
        })?;
        let (starts, ends) = (written.local("starts", written.starts)?, written.local("ends", written.ends)?);
        let length = ends - starts;
        if length <= Duration::zero() || length > Duration::days(longest_days) {
            let why = format!("it must end after it starts, within {longest_days} days");
            return Err(written.wrong(written.ends, why));
        }
        let again = written.rrule.map(|rule| {
            let set = recurrence(starts, time_zone, &rule.value).map_err(|why| written.wrong(rule, why))?;
            match unlike_first(&set, starts, length, &rule.value) {
                Some(why) => Err(written.wrong(written.starts, why)),
                None => Ok(set),
            }
        });
        Ok(Self { starts, length, time_zone, again: again.transpose()? })
    }

    /// The stretches of which something is between two times, in order; at most so many of them.
    pub(crate) fn between(&self, from: Timestamp, until: Timestamp, most: u16) -> Vec<Range<Timestamp>> {
        self.followed(from, until, most).0
    }

    /// The same, with the time until which they are all.
    pub(crate) fn followed(&self, from: Timestamp, until: Timestamp, most: u16) -> (Vec<Range<Timestamp>>, Timestamp) {
        // The clocks can put an end off by no more than a day.
        let margin = Duration::days(1);
        let earliest = from.checked_sub_signed(self.length + margin).unwrap_or(Timestamp::MIN_UTC);
        let latest = until.checked_add_signed(margin).unwrap_or(Timestamp::MAX_UTC);
        let (starts, is_cut) = match &self.again {
            None => (vec![self.starts], false),
            Some(set) => {
                let wall = |time: Timestamp| on_the_wall(time.with_timezone(&self.time_zone).naive_local());
                let found = set.clone().after(wall(earliest)).before(wall(latest)).all(most);
                (found.dates.iter().map(DateTime::naive_local).collect(), found.limited)
            }
        };
        let ranges: Vec<_> = starts.into_iter().map(|starts| self.range(starts)).collect();
        let known_until = ranges.last().filter(|_| is_cut).map_or(until, |last| last.start.min(until));
        (ranges.into_iter().filter(|range| range.start < until && from < range.end).collect(), known_until)
    }

    /// The length counts on the local clock, so a stretch still ends at its hour after a change of the clocks.
    fn range(&self, starts: NaiveDateTime) -> Range<Timestamp> {
        let (start, end) = (self.instant(starts, false), self.instant(starts + self.length, true));
        // One that lies in an hour that the clocks leave out is moved behind it, and keeps its length.
        if end > start { start..end } else { start..start + self.length }
    }

    /// An hour that the clocks repeat is in it from its first to its last; one that they leave out is the first instant
    /// behind it.
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

fn local(field: &str, value: &str) -> Result<NaiveDateTime, String> {
    ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(value, form).ok())
        .ok_or_else(|| format!("`{field}: {value}` is not a local date and time such as `{FORM}`"))
}

/// A rule is followed on the clock on the wall, as if it was never changed: followed in the zone itself it would leave out
/// the days on which its hour does not exist.
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
        return Err(format!("`rrule: {rule}` recurs within a day; it may recur daily, weekly, monthly or yearly"));
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

/// A start that its rule leaves out. RFC 5545, 3.8.5.3, leaves undefined what then recurs, and nothing would be in force at
/// the time that is written.
fn unlike_first(set: &RRuleSet, starts: NaiveDateTime, length: Duration, rule: &str) -> Option<String> {
    let first = set.clone().all(1).dates.first().map(DateTime::naive_local).filter(|first| *first != starts)?;
    let shown = |time: NaiveDateTime| time.format("%Y-%m-%dT%H:%M:%S").to_string();
    Some(format!(
        "`starts: {}`, a {}, is no time of `rrule: {rule}`, so it would not hold then: write for example `starts: {}` and \
         `ends: {}`, a {}, or a rule that has the start in it",
        shown(starts),
        starts.format("%A"),
        shown(first),
        shown(first + length),
        first.format("%A"),
    ))
}
