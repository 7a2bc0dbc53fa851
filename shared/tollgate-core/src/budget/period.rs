//! The periods of a budget.

use chrono::{Duration, NaiveDate};
use chrono_tz::Tz;

use crate::{
    Timestamp,
    slo::{Bounds, Period},
};

/// The periods of a budget. Each is a whole number of days. Bills are by the day of UTC, so the days that a period has on
/// its own calendar are taken as days of the bill; when it begins and ends is a matter of its time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetPeriod {
    /// The periods, one after the other; always by the calendar.
    pub period: Period,
    /// Whose clocks count.
    pub time_zone: Tz,
    /// The first day of all, where nothing was before.
    pub first_day: Option<NaiveDate>,
    /// The first day after it, where it does not come again.
    pub end_day: Option<NaiveDate>,
}

/// One period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodDays {
    /// When it begins and ends.
    pub bounds: Bounds,
    /// Its first day.
    pub first_day: NaiveDate,
    /// The first day after it.
    pub end_day: NaiveDate,
}

impl BudgetPeriod {
    /// The period that a time is in; none before the first and after the last.
    pub fn holding(&self, at: Timestamp) -> Option<PeriodDays> {
        let bounds = self.period.bounds(at.checked_add_signed(Duration::seconds(1))?)?;
        let day = |time: Timestamp| time.with_timezone(&self.time_zone).date_naive();
        let days = PeriodDays { bounds, first_day: day(bounds.starts_at), end_day: day(bounds.ends_at) };
        let begun = self.first_day.is_none_or(|first| first <= days.first_day);
        let not_over = self.end_day.is_none_or(|end| days.end_day <= end);
        (begun && not_over && days.first_day < days.end_day).then_some(days)
    }

    /// The day that a time is in.
    pub fn day(&self, at: Timestamp) -> NaiveDate {
        at.with_timezone(&self.time_zone).date_naive()
    }
}
