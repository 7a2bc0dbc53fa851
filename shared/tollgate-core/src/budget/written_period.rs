//! Periods as they are written.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde_saphyr::{Location, Spanned};

use super::{BudgetPeriod, document::Entry, reader::Reader};
use crate::{
    money::excerpt,
    slo::{CalendarUnit, Period},
    suggest::meant_zone,
};

const YEARS: RangeInclusive<i32> = 2000..=2999;
const YEAR_DAYS: i64 = 366;
/// Cost Explorer keeps months for 38 months at most, and those before the last fourteen as whole months only.
const MOST_DAYS: i64 = 1096;
const MOST_MONTHS: u32 = 36;
const BY_MONTH: &str = "of what is long ago the bill has whole months only, so a period of more than a year begins on the \
                        first day of a month";
const WRITE: &str = "write `period: monthly`, `quarterly`, `yearly` or `custom`";

impl Reader<'_> {
    pub(super) fn period(&mut self, at: &Location, entry: &Entry) -> Option<BudgetPeriod> {
        let Some(kind) = &entry.period else { return self.refuse(at, format!("no `period`: {WRITE}")) };
        let time_zone = self.time_zone(entry.time_zone.as_ref());
        let starts = match &entry.starts {
            Some(text) => Some(self.day("starts", text)?),
            None => None,
        };
        let unit = match kind.value.as_str() {
            "monthly" => CalendarUnit::Month,
            "quarterly" => CalendarUnit::Quarter,
            "yearly" => CalendarUnit::Year,
            "custom" => return self.custom(kind, entry, starts, time_zone?),
            other => return self.refuse(&kind.defined, format!("`period` cannot be `{}`: {WRITE}", excerpt(other))),
        };
        for (field, text) in [("length", &entry.length), ("ends", &entry.ends)] {
            if let Some(text) = text {
                let message = format!("`{field}` belongs to `period: custom`: remove it");
                return self.refuse(&text.defined, message);
            }
        }
        let starts = starts.or_else(|| NaiveDate::from_ymd_opt(*YEARS.start(), 1, 1))?;
        let period =
            Period::Calendar { starts: starts.and_time(NaiveTime::MIN), unit, count: 1, time_zone: time_zone? };
        Some(BudgetPeriod { period, time_zone: time_zone?, first_day: None, end_day: None })
    }

    fn custom(
        &mut self,
        kind: &Spanned<String>,
        entry: &Entry,
        starts: Option<NaiveDate>,
        time_zone: Tz,
    ) -> Option<BudgetPeriod> {
        let Some(starts) = starts else {
            return self
                .refuse(&kind.defined, "a custom period has no `starts`: write for example `starts: 2026-01-01`");
        };
        let (unit, count, end_day) = match (&entry.length, &entry.ends) {
            (Some(length), None) => {
                let (unit, count) = self.length(length)?;
                if unit == CalendarUnit::Month && count > 12 && starts.day() != 1 {
                    return self.refuse(&length.defined, format!("`length: {count}M`: {BY_MONTH}"));
                }
                (unit, count, None)
            }
            (None, Some(text)) => {
                let ends = self.day("ends", text)?;
                let days = (ends - starts).num_days();
                let Some(count) = u32::try_from(days).ok().filter(|_| (1..=MOST_DAYS).contains(&days)) else {
                    let message = format!("`ends: {ends}` is not 1 to {MOST_DAYS} days after `starts: {starts}`");
                    return self.refuse(&text.defined, message);
                };
                if days > YEAR_DAYS && starts.day() != 1 {
                    return self.refuse(&text.defined, format!("`ends: {ends}`: {BY_MONTH}"));
                }
                (CalendarUnit::Day, count, Some(ends))
            }
            (None, None) => {
                let message = "a custom period has no end: write `length: 90d`, or `ends` with the first day after it";
                return self.refuse(&kind.defined, message);
            }
            (Some(length), Some(_)) => {
                let message = "`length` and `ends` say the same: remove `ends` if it comes again, otherwise `length`";
                return self.refuse(&length.defined, message);
            }
        };
        let period = Period::Calendar { starts: starts.and_time(NaiveTime::MIN), unit, count, time_zone };
        Some(BudgetPeriod { period, time_zone, first_day: Some(starts), end_day })
    }

    fn length(&mut self, length: &Spanned<String>) -> Option<(CalendarUnit, u32)> {
        let text = length.value.as_str();
        let read = [("d", CalendarUnit::Day), ("w", CalendarUnit::Week), ("M", CalendarUnit::Month)]
            .into_iter()
            .find_map(|(letter, unit)| Some((unit, text.strip_suffix(letter)?.parse::<u32>().ok()?)));
        match read {
            Some((CalendarUnit::Month, count)) if (1..=MOST_MONTHS).contains(&count) => {
                Some((CalendarUnit::Month, count))
            }
            Some((CalendarUnit::Week, count)) if (1..=52).contains(&count) => Some((CalendarUnit::Week, count)),
            Some((CalendarUnit::Day, count)) if (1..=366).contains(&count) => Some((CalendarUnit::Day, count)),
            _ => {
                let message = format!(
                    "`length: {}` is not up to a year, or up to {MOST_MONTHS} months: write for example `90d`, `13w` or `2M`",
                    excerpt(text)
                );
                self.refuse(&length.defined, message)
            }
        }
    }

    fn time_zone(&mut self, name: Option<&Spanned<String>>) -> Option<Tz> {
        let Some(name) = name else { return Some(Tz::UTC) };
        match name.value.parse() {
            Ok(zone) => Some(zone),
            Err(_) => {
                let message = format!(
                    "`time_zone: {}` is not an IANA name such as `Europe/Berlin`{}",
                    excerpt(&name.value),
                    meant_zone(&name.value)
                );
                self.refuse(&name.defined, message)
            }
        }
    }

    pub(super) fn day(&mut self, field: &str, text: &Spanned<String>) -> Option<NaiveDate> {
        let day = NaiveDate::parse_from_str(&text.value, "%Y-%m-%d").ok().filter(|day| YEARS.contains(&day.year()));
        if day.is_none() {
            let message = format!("`{field}: {}` is not a day such as `2026-11-01`", excerpt(&text.value));
            return self.refuse(&text.defined, message);
        }
        day
    }
}
