//! What days to come cost, as days before them tell: charges that recur on a day of the month, and a level by weekday with its
//! trend. Single charges and refunds are not carried on, and the level is that since it changed last.
//!
//! ```text
//!  days ──► weekdays ──► odd days ──► recurring charges
//!                            └──► level since its last change ──► trend
//! ```

mod change_point;
mod fixed;
mod level;
mod odd_days;
mod recent;
mod recurring;
mod weekdays;

pub(super) use fixed::{ONE_PPB, in_micros, ratio_ppb, root_ppb, times, together_ppb};
pub(super) use recent::{LEAST_DAYS, Recent, known};
pub use recurring::MonthDay;
pub(super) use recurring::Recurring;

use chrono::NaiveDate;

use change_point::Change;
use fixed::{mean, median};
use level::Level;
use odd_days::{Around, Odd};
use recurring::Found;
use weekdays::{Weekdays, noise_ppb};

/// A new level is certain after so many days.
const SETTLED_DAYS: usize = 7;
/// A charge that came within so many days may come again.
const MONTH_DAYS: i64 = 31;
/// More odd days than one in so many are what the spend is like.
const USUAL: usize = 10;

/// What days to come cost.
#[derive(Debug, Clone)]
pub(super) struct Model {
    /// The first day that it is not made of.
    end: NaiveDate,
    /// How many days it is made of.
    pub(super) days: usize,
    /// Charges that recur on a day of the month.
    pub(super) recurring: Vec<Recurring>,
    /// Single charges of the last month, of which nobody knows whether they recur: the month before is not known.
    pub(super) once: Vec<(NaiveDate, i128)>,
    /// Levels that it may be at as well: that of the newest one or two days, and that before a change of this week.
    pub(super) others: Vec<i128>,
    /// By how much days differ, in parts per billion.
    pub(super) noise_ppb: i128,
    /// Since when the level is what it is, where it changed.
    pub(super) changed_on: Option<NaiveDate>,
    /// The days that it is made of, without what is recurring or odd.
    pub(super) plain: Vec<(NaiveDate, i128)>,
    weekdays: Weekdays,
    level: Level,
}

impl Model {
    /// By the days that are known; with so many weeks, days differ by their weekday.
    pub(super) fn of(recent: Recent<'_>, least_weeks: u32) -> Self {
        let days: Vec<NaiveDate> = recent.days().collect();
        let amounts = recent.amounts();
        let has_weekdays = usize::try_from(least_weeks).is_ok_and(|weeks| days.len() >= weeks.max(1).saturating_mul(7));
        let Parted { weekdays, odd, found, is_usual } = Parted::of(&days, &amounts, has_weekdays);
        let kept = |(index, amount): (usize, &i128)| {
            let is_left_out = !is_usual || found.is_recurring.get(index) == Some(&true);
            amount - if is_left_out { odd.excesses.get(index).copied().unwrap_or(0) } else { 0 }
        };
        let plain: Vec<i128> = amounts.iter().enumerate().map(kept).collect();
        let levelled =
            days.iter().zip(&plain).filter_map(|(day, amount)| Some((*day, weekdays.levelled(*day, *amount)?)));
        let (level_days, levels): (Vec<NaiveDate>, Vec<i128>) = levelled.unzip();
        let noise = if is_usual { mean_noise_ppb(&levels) } else { noise_ppb(&some(&levels)) };
        let change = change_point::newest(&levels, noise).filter(|_| has_weekdays && !is_usual);
        let since = change.map_or(0, |change| change.index);
        let segment = levels.get(since..).unwrap_or_default();
        let is_fresh = |_: &Change| segment.len() < SETTLED_DAYS;
        let newest = days.iter().zip(&amounts).zip(&found.is_recurring).rev().take(odd.open);
        let newest = newest.filter(|(_, recurs)| !**recurs);
        let newest = median(newest.filter_map(|((day, amount), _)| weekdays.levelled(*day, *amount)));
        let before = change.filter(is_fresh).map(|change| change.before);
        Self {
            end: recent.end(),
            days: days.len(),
            once: if is_usual { Vec::new() } else { once(&days, &odd, &found) },
            recurring: found.charges,
            others: newest.filter(|_| !is_usual).into_iter().chain(before).collect(),
            noise_ppb: noise,
            changed_on: change.and_then(|change| level_days.get(change.index).copied()),
            plain: days.iter().copied().zip(plain.iter().copied()).collect(),
            weekdays,
            level: Level::of(segment, noise, has_weekdays),
        }
    }

    /// What a day costs beside its recurring charges, in billionths.
    pub(super) fn rate(&self, day: NaiveDate) -> i128 {
        self.at(day, self.level.after(self.ahead(day)))
    }

    /// The same if it did not grow.
    pub(super) fn flat_rate(&self, day: NaiveDate) -> i128 {
        self.at(day, self.level.amount)
    }

    /// What a day costs at a level of all weekdays.
    pub(super) fn at(&self, day: NaiveDate, level: i128) -> i128 {
        self.weekdays.at(day, level.max(0))
    }

    /// The charges that come on a day.
    pub(super) fn charges(&self, day: NaiveDate) -> impl Iterator<Item = &Recurring> {
        self.recurring.iter().filter(move |charge| charge.on.is(day))
    }

    /// What comes on a day beside its rate.
    pub(super) fn recurring_on(&self, day: NaiveDate) -> i128 {
        self.charges(day).map(|charge| charge.amount).sum()
    }

    /// Do weekdays differ?
    pub(super) fn has_weekdays(&self) -> bool {
        self.weekdays != Weekdays::ALIKE
    }

    /// What a day costs now, over all weekdays.
    pub(super) fn level(&self) -> &Level {
        &self.level
    }

    fn ahead(&self, day: NaiveDate) -> i128 {
        i128::from((day - self.end).num_days())
    }
}

/// Days, taken apart.
struct Parted {
    weekdays: Weekdays,
    odd: Odd,
    found: Found,
    /// Are there so many odd days that they are what the spend is like?
    is_usual: bool,
}

impl Parted {
    /// Weekdays tell what is odd, and what is odd must not tell of weekdays: twice is enough.
    fn of(days: &[NaiveDate], amounts: &[i128], has_weekdays: bool) -> Self {
        let first = Self::once(days, amounts, amounts, has_weekdays);
        let plain: Vec<i128> = amounts.iter().zip(&first.1.excesses).map(|(amount, excess)| amount - excess).collect();
        let (weekdays, odd) = Self::once(days, amounts, &plain, has_weekdays);
        let found = recurring::found(days, &odd.excesses);
        let single = odd.excesses.iter().zip(&found.is_recurring).filter(|(excess, recurs)| **excess != 0 && !**recurs);
        let is_usual = single.count() > (days.len() / USUAL).max(3);
        Self { weekdays: if is_usual { Weekdays::ALIKE } else { weekdays }, odd, found, is_usual }
    }

    fn once(days: &[NaiveDate], amounts: &[i128], plain: &[i128], has_weekdays: bool) -> (Weekdays, Odd) {
        let weekdays = if has_weekdays { Weekdays::of(days, plain) } else { Weekdays::ALIKE };
        let levels: Vec<Option<i128>> =
            days.iter().zip(plain).map(|(day, amount)| weekdays.levelled(*day, *amount)).collect();
        let around = Around {
            days,
            amounts,
            levels: &levels,
            weekdays: &weekdays,
            noise_ppb: noise_ppb(&levels),
            is_young: !has_weekdays,
        };
        (weekdays, around.odd())
    }
}

/// Single charges of the last month whose day in the month before is not known.
fn once(days: &[NaiveDate], odd: &Odd, found: &Found) -> Vec<(NaiveDate, i128)> {
    let newest = days.last().copied();
    let all = days.iter().zip(&odd.excesses).zip(&found.is_recurring);
    let single =
        all.filter(|((_, excess), recurs)| **excess > 0 && !**recurs).map(|((day, excess), _)| (*day, *excess));
    let is_new = |day: &NaiveDate| newest.is_some_and(|newest| (newest - *day).num_days() < MONTH_DAYS);
    let has_no_past = |day: &NaiveDate| {
        let before = day.checked_sub_months(chrono::Months::new(1));
        before.zip(days.first()).is_none_or(|(before, first)| before < *first)
    };
    single.filter(|(day, _)| is_new(day) && has_no_past(day)).collect()
}

fn some(levels: &[i128]) -> Vec<Option<i128>> {
    levels.iter().copied().map(Some).collect()
}

/// By how much days differ from their mean, over it: of spend that comes in single charges.
fn mean_noise_ppb(levels: &[i128]) -> i128 {
    let middle = mean(levels);
    let off: Vec<i128> = levels.iter().map(|level| (level - middle).abs()).collect();
    if middle > 0 { ratio_ppb(mean(&off), middle) * 12_533 / 10_000 } else { 0 }
}
