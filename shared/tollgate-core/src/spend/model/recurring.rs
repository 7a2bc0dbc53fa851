//! Charges that come on a day of the month.

use chrono::{Datelike as _, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use super::fixed::mean;

/// The last days of a month that charges are counted from the end of.
const LAST_DAYS: u32 = 5;
/// The amount is the mean of so many of the newest, and varies as much as so many do.
const NEWEST: usize = 2;
const VARIED: usize = 3;

/// A day of each month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MonthDay {
    /// The day of this number, from 1.
    Day(u32),
    /// Counted from the end: 1 is the last day.
    Last(u32),
}

impl MonthDay {
    /// Is it this day?
    pub(in crate::spend) fn is(self, day: NaiveDate) -> bool {
        self.has(Place::of(day))
    }

    fn has(self, place: Place) -> bool {
        match self {
            Self::Day(number) => place.from_start == number,
            Self::Last(number) => place.from_end == number,
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        (1..=LAST_DAYS).map(Self::Last).chain((1..=31).map(Self::Day))
    }
}

/// Where a day is in its month, from 1 at both ends.
#[derive(Debug, Clone, Copy)]
struct Place {
    from_start: u32,
    from_end: u32,
}

impl Place {
    fn of(day: NaiveDate) -> Self {
        let from_end = end_of_month(day).and_then(|end| u32::try_from((end - day).num_days()).ok());
        Self { from_start: day.day(), from_end: from_end.unwrap_or(0) }
    }
}

fn end_of_month(day: NaiveDate) -> Option<NaiveDate> {
    day.with_day(1)?.checked_add_months(Months::new(1))
}

/// A charge that came on the same day of at least two months, and of the newest month that has the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::spend) struct Recurring {
    pub(in crate::spend) on: MonthDay,
    /// What it comes to, in billionths.
    pub(in crate::spend) amount: i128,
    /// By how much the newest of it differ, in billionths.
    pub(in crate::spend) varies: i128,
}

/// What recurs among odd days, and which of them it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) charges: Vec<Recurring>,
    /// For each day: is it one of them?
    pub(super) is_recurring: Vec<bool>,
}

/// Finds charges among days, by how much each of them is odd. What is found on more months is found first, and no day is taken
/// twice: a charge on the last day is not one on the 30th as well.
pub(super) fn found(days: &[NaiveDate], excesses: &[i128]) -> Found {
    let places: Vec<(Place, i128)> = days.iter().map(|day| Place::of(*day)).zip(excesses.iter().copied()).collect();
    let occasions = |on: MonthDay| places.iter().enumerate().filter(move |(_, (place, _))| on.has(*place));
    let hits = |on: MonthDay| occasions(on).filter(|(_, (_, excess))| *excess > 0).map(|(index, _)| index);
    let is_kept_up = |on: &MonthDay| {
        let newest = occasions(*on).next_back().is_some_and(|(_, (_, excess))| *excess > 0);
        let (hits, all) = (hits(*on).count(), occasions(*on).count());
        newest && hits >= 2 && hits * 2 > all
    };
    let mut candidates: Vec<MonthDay> = MonthDay::all().filter(is_kept_up).collect();
    candidates.sort_by_key(|on| std::cmp::Reverse(hits(*on).count()));
    let mut found = Found { charges: Vec::new(), is_recurring: vec![false; days.len()] };
    for on in candidates {
        let free: Vec<usize> = hits(on).filter(|index| found.is_recurring.get(*index) == Some(&false)).collect();
        if free.len() < 2 {
            continue;
        }
        for index in hits(on) {
            found.is_recurring.iter_mut().skip(index).take(1).for_each(|taken| *taken = true);
        }
        let amounts: Vec<i128> = hits(on).filter_map(|index| excesses.get(index).copied()).collect();
        found.charges.push(charge(on, &amounts));
    }
    found
}

fn charge(on: MonthDay, amounts: &[i128]) -> Recurring {
    let newest = |count: usize| amounts.get(amounts.len().saturating_sub(count)..).unwrap_or_default();
    let varied = newest(VARIED);
    let varies = varied.iter().max().zip(varied.iter().min()).map_or(0, |(most, least)| most - least);
    Recurring { on, amount: mean(newest(NEWEST)), varies }
}
