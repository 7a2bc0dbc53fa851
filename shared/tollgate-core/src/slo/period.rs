//! The period that an error budget is for.

use chrono::NaiveDateTime;
use chrono_tz::Tz;

const DAY_SECONDS: u64 = 86_400;

/// The period of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// The newest stretch of this length, whatever the calendar says.
    Rolling {
        /// Its length: full hours, from one day to 366 days.
        seconds: u64,
    },
    /// One stretch of the calendar after the other, without gap or overlap: the budget is whole again when the next
    /// begins.
    Calendar {
        /// When the first begins, on the clocks of the time zone. The others begin a multiple of `count` units before
        /// or after it, on the same time of day. A month that lacks the day begins on its last.
        starts: NaiveDateTime,
        /// What its length is counted in.
        unit: CalendarUnit,
        /// Its length in units; at least 1. Of an error budget it is never more than 366 days.
        count: u32,
        /// Whose clocks and days count.
        time_zone: Tz,
    },
}

/// What the length of a calendar period is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CalendarUnit {
    /// A day of the time zone: 23 to 25 hours.
    Day,
    /// Seven days.
    Week,
    /// A month of the calendar: 28 to 31 days.
    Month,
    /// Three months.
    Quarter,
    /// Twelve months.
    Year,
}

impl CalendarUnit {
    /// Its length in months; none of units that are made of days.
    pub fn months(self) -> Option<u32> {
        match self {
            Self::Day | Self::Week => None,
            Self::Month => Some(1),
            Self::Quarter => Some(3),
            Self::Year => Some(12),
        }
    }

    /// The most days that it can have.
    pub fn most_days(self) -> u64 {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 31,
            Self::Quarter => 92,
            Self::Year => 366,
        }
    }
}

impl Period {
    /// No period of it is longer: its length where it rolls, otherwise that of the longest months, and an hour for the
    /// clocks that are put back in it.
    pub fn longest_seconds(self) -> u64 {
        match self {
            Self::Rolling { seconds } => seconds,
            Self::Calendar { unit, count, .. } => {
                (unit.most_days() * u64::from(count)).min(366) * DAY_SECONDS + DAY_SECONDS / 24
            }
        }
    }
}
