//! Calendar periods: they begin and end at a time of day in a time zone, so their lengths differ.

use chrono::{LocalResult, Months, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::period::Period;
use crate::Timestamp;

/// What a period is, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeriodFact {
    /// Does it roll, or follow the calendar?
    pub kind: PeriodKind,
    /// When it begins; where it rolls, its length before the end of the data.
    pub starts_at: Timestamp,
    /// When it ends; where it rolls, the end of the data.
    pub ends_at: Timestamp,
    /// The share of it that the data covers, in parts per million, rounded down; 1000000 where it rolls.
    pub elapsed_ppm: u64,
}

/// Does a period roll, or follow the calendar?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// The newest stretch of its length.
    Rolling,
    /// One stretch after the other.
    Calendar,
}

/// The stretch of time that a period is at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends, which is no part of it.
    pub ends_at: Timestamp,
}

impl Bounds {
    /// Its length.
    pub fn seconds(&self) -> u64 {
        u64::try_from((self.ends_at - self.starts_at).num_seconds()).unwrap_or(0)
    }

    /// The share of it that is over at a time, in parts per million, rounded down.
    pub fn elapsed_ppm(&self, at: Timestamp) -> u64 {
        let elapsed = u128::try_from((at - self.starts_at).num_seconds()).unwrap_or(0);
        let share = (elapsed * 1_000_000).checked_div(u128::from(self.seconds())).unwrap_or(0);
        u64::try_from(share.min(1_000_000)).unwrap_or(0)
    }
}

impl Period {
    /// The stretch that it is when the newest datum ends then: where it rolls, its length up to there; of a calendar
    /// period, the one that the datum is in. Every start is counted from the first, so that a period from the 31st goes
    /// back to the 31st after a shorter month. None past the calendar.
    pub fn bounds(&self, end: Timestamp) -> Option<Bounds> {
        match *self {
            Self::Rolling { seconds } => {
                let length = TimeDelta::try_seconds(i64::try_from(seconds).ok()?)?;
                Some(Bounds { starts_at: end.checked_sub_signed(length)?, ends_at: end })
            }
            Self::Calendar { starts, unit, count, time_zone } => {
                let newest = end.checked_sub_signed(TimeDelta::seconds(1))?;
                let count = i64::from(count);
                let step = match unit.months() {
                    Some(months) => Step::Months(count.checked_mul(i64::from(months))?),
                    None => Step::Days(count.checked_mul(i64::try_from(unit.most_days()).ok()?)?),
                };
                holding(starts, step, time_zone, newest)
            }
        }
    }

    /// What it is, and where it stands, when the newest datum ends then.
    pub(super) fn fact(&self, end: Timestamp) -> Option<PeriodFact> {
        let bounds = self.bounds(end)?;
        let (kind, elapsed_ppm) = match self {
            Self::Rolling { .. } => (PeriodKind::Rolling, 1_000_000),
            Self::Calendar { .. } => (PeriodKind::Calendar, bounds.elapsed_ppm(end)),
        };
        Some(PeriodFact { kind, starts_at: bounds.starts_at, ends_at: bounds.ends_at, elapsed_ppm })
    }
}

/// Days or months, at least one.
#[derive(Debug, Clone, Copy)]
enum Step {
    Days(i64),
    Months(i64),
}

/// The period that holds a time.
fn holding(first: NaiveDateTime, step: Step, zone: Tz, time: Timestamp) -> Option<Bounds> {
    let start = |index: i64| instant(nth(first, step, index)?, zone);
    let days = (time - start(0)?).num_days();
    // One that begins later: a month has 28 to 31 days, and a day of clocks that change 23 to 25 hours.
    let guess = match step {
        Step::Days(count) => days.checked_div_euclid(count)?,
        Step::Months(count) => days.div_euclid(if days < 0 { 31 } else { 28 }).checked_div_euclid(count)?,
    };
    let mut later = None;
    for index in (0..).map_while(|back| guess.checked_add(2)?.checked_sub(back)) {
        match (start(index), later) {
            (Some(starts_at), Some(ends_at)) if starts_at <= time => return Some(Bounds { starts_at, ends_at }),
            (Some(starts_at), _) if starts_at > time => later = Some(starts_at),
            (None, None) => {}
            _ => return None,
        }
    }
    None
}

fn nth(first: NaiveDateTime, step: Step, index: i64) -> Option<NaiveDateTime> {
    match step {
        Step::Days(count) => first.checked_add_signed(TimeDelta::try_days(count.checked_mul(index)?)?),
        Step::Months(count) => {
            let months = count.checked_mul(index)?;
            let distance = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
            if months < 0 { first.checked_sub_months(distance) } else { first.checked_add_months(distance) }
        }
    }
}

/// The instant of a local time: the first of two where clocks go back, the first after the gap where they go forward.
fn instant(local: NaiveDateTime, zone: Tz) -> Option<Timestamp> {
    // The longest gap there was is a day, when Samoa crossed the date line; gaps end at full minutes.
    (0..=24 * 60).find_map(|minutes| {
        let later = local.checked_add_signed(TimeDelta::try_minutes(minutes)?)?;
        match zone.from_local_datetime(&later) {
            LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => Some(time.to_utc()),
            LocalResult::None => None,
        }
    })
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
