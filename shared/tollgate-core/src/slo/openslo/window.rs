//! Periods, time slices and durations of OpenSLO documents.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use serde_saphyr::{Location, Spanned};

use super::{
    Reader,
    document::{Calendar, Objective, TimeWindow},
};
use crate::slo::{Budgeting, CalendarUnit, Period, SliceTarget};

const DAY_SECONDS: u64 = 86_400;
const LONGEST_PERIOD_SECONDS: u64 = 366 * DAY_SECONDS;
const YEARS: RangeInclusive<i32> = 1970..=2999;

impl Reader<'_> {
    pub(super) fn period(
        &mut self,
        at: &Location,
        windows: Option<&Spanned<Vec<Spanned<TimeWindow>>>>,
    ) -> Option<Period> {
        const WRITE: &str = "write `timeWindow: [{duration: 30d, isRolling: true}]`";
        let window = match windows.map(|windows| windows.value.as_slice()).unwrap_or_default() {
            [window] => window,
            [] => return self.refuse(at, format!("no `timeWindow`: {WRITE}")),
            [_, second, rest @ ..] => {
                let message = format!("a budget has one period, not {}: {WRITE}", 2 + rest.len());
                return self.refuse(&second.defined, message);
            }
        };
        let TimeWindow { duration, is_rolling, calendar } = &window.value;
        let Some(duration) = duration else {
            return self.refuse(&window.defined, format!("no `duration`: {WRITE}"));
        };
        match (calendar, is_rolling) {
            (Some(calendar), Some(true)) => self.refuse(
                &calendar.defined,
                "a calendar window does not roll: remove `calendar`, or write `isRolling: false`",
            ),
            (Some(calendar), _) => self.calendar(duration, calendar),
            (None, Some(false) | None) => self.refuse(
                &window.defined,
                "neither `isRolling: true` nor a `calendar`: write one of them, the `calendar` with its `startTime`",
            ),
            (None, Some(true)) => match rolling_seconds(&duration.value) {
                Ok(seconds) => Some(Period::Rolling { seconds }),
                Err(reason) => self.refuse(&duration.defined, format!("the duration `{}` {reason}", duration.value)),
            },
        }
    }

    fn calendar(&mut self, duration: &Spanned<String>, calendar: &Spanned<Calendar>) -> Option<Period> {
        let Calendar { start_time, time_zone } = &calendar.value;
        let length = self.calendar_length(duration);
        let starts = match local(&start_time.value) {
            Some(starts) => Some(starts),
            None => self.refuse(
                &start_time.defined,
                format!("`startTime: {}` is not a local date and time such as `2026-01-01 00:00:00`", start_time.value),
            ),
        };
        let Ok(time_zone) = time_zone.value.parse() else {
            let message = format!("`timeZone: {}` is not an IANA name such as `Europe/Berlin`", time_zone.value);
            return self.refuse(&time_zone.defined, message);
        };
        let (unit, count) = length?;
        Some(Period::Calendar { starts: starts?, unit, count, time_zone })
    }

    fn calendar_length(&mut self, duration: &Spanned<String>) -> Option<(CalendarUnit, u32)> {
        let refuse = |reader: &mut Self, reason: &str| {
            reader.refuse(&duration.defined, format!("the duration `{}` {reason}: write `1M`", duration.value))
        };
        let Some((number, unit)) = shorthand(&duration.value) else {
            return refuse(self, "is not a number with a unit");
        };
        let unit = match unit {
            'd' => CalendarUnit::Day,
            'w' => CalendarUnit::Week,
            'M' => CalendarUnit::Month,
            'Q' => CalendarUnit::Quarter,
            'Y' => CalendarUnit::Year,
            'm' if number <= 12 => {
                let message =
                    format!("the duration `{}` is in minutes, and taken as months: write `{number}M`", duration.value);
                self.warn(&duration.defined, message);
                CalendarUnit::Month
            }
            _ => return refuse(self, "is not one of the calendar's"),
        };
        let most = match unit.months() {
            Some(months) => 12 / u64::from(months),
            None => 366 / unit.most_days(),
        };
        match u32::try_from(number) {
            Ok(count) if count > 0 && number <= most => Some((unit, count)),
            _ => refuse(self, "must be from one day to one year"),
        }
    }

    /// What the budget is counted in, as the method and the objective say.
    pub(super) fn budgeting(
        &mut self,
        method: &Spanned<String>,
        objective: &Spanned<Objective>,
        period: Period,
    ) -> Option<Budgeting> {
        let Objective { time_slice_target, time_slice_window, .. } = &objective.value;
        let stray = match method.value.as_str() {
            "Occurrences" => [("timeSliceTarget", time_slice_target), ("timeSliceWindow", time_slice_window)]
                .into_iter()
                .find_map(|(field, found)| Some((field, found.as_ref()?, "occurrences have no time slices"))),
            "RatioTimeslices" => time_slice_target
                .as_ref()
                .map(|found| ("timeSliceTarget", found, "a slice counts by its ratio, not as good or bad")),
            _ => None,
        };
        if let Some((field, found, reason)) = stray {
            return self.refuse(&found.defined, format!("`{field}`: {reason}: remove it"));
        }
        match method.value.as_str() {
            "Occurrences" => Some(Budgeting::Occurrences),
            "RatioTimeslices" => {
                let slice_seconds = self.slice_seconds(objective, period)?;
                Some(Budgeting::RatioTimeslices { slice_seconds })
            }
            "Timeslices" => {
                let slice_seconds = self.slice_seconds(objective, period);
                let Some(text) = time_slice_target else {
                    return self.refuse(&objective.defined, "no `timeSliceTarget`: write for example `0.95`");
                };
                match SliceTarget::from_decimal(&text.value) {
                    Ok(slice_target) => Some(Budgeting::Timeslices { slice_seconds: slice_seconds?, slice_target }),
                    Err(reason) => self.refuse(&text.defined, format!("`timeSliceTarget: {}` {reason}", text.value)),
                }
            }
            // The method is refused where it stands.
            _ => None,
        }
    }

    fn slice_seconds(&mut self, objective: &Spanned<Objective>, period: Period) -> Option<u64> {
        let Some(text) = &objective.value.time_slice_window else {
            return self.refuse(&objective.defined, "no `timeSliceWindow`: write for example `1m`");
        };
        let minutes = text.value.parse::<u64>().ok().and_then(|minutes| minutes.checked_mul(60));
        let seconds = minutes.or_else(|| fixed_seconds(&text.value)).filter(|seconds| {
            *seconds > 0 && DAY_SECONDS.is_multiple_of(*seconds) && *seconds < period.longest_seconds()
        });
        if seconds.is_none() {
            let message = format!(
                "the time slice `{}` must be full minutes of which a day has a whole number: write for example `1m`",
                text.value
            );
            self.complain(&text.defined, message);
        }
        seconds
    }
}

/// OpenSLO's duration shorthand: a number and its unit.
pub(super) fn shorthand(text: &str) -> Option<(u64, char)> {
    let unit = text.chars().last()?;
    let digits = text.strip_suffix(unit)?;
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten().map(|number| (number, unit))
}

/// A duration of a fixed length, in seconds.
pub(super) fn fixed_seconds(text: &str) -> Option<u64> {
    let (number, unit) = shorthand(text)?;
    let seconds = match unit {
        'm' => 60,
        'h' => 3600,
        'd' => DAY_SECONDS,
        'w' => 7 * DAY_SECONDS,
        _ => return None,
    };
    number.checked_mul(seconds)
}

fn rolling_seconds(text: &str) -> Result<u64, String> {
    if let Some((_, 'M' | 'Q' | 'Y')) = shorthand(text) {
        return Err("varies with the calendar: write `30d`, or a `calendar` with its `startTime`".to_owned());
    }
    if shorthand(text).is_none_or(|(_, unit)| !"mhdw".contains(unit)) {
        return Err("is not a number with a unit: write `30d`".to_owned());
    }
    fixed_seconds(text)
        .filter(|length| (DAY_SECONDS..=LONGEST_PERIOD_SECONDS).contains(length) && length % 3600 == 0)
        .ok_or_else(|| "must be full hours, from one day to 366 days: write `30d`".to_owned())
}

pub(super) fn local(text: &str) -> Option<NaiveDateTime> {
    let forms = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
    let time = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let midnight = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|day| day.and_hms_opt(0, 0, 0));
    time.or_else(midnight).filter(|time| YEARS.contains(&time.year()))
}
