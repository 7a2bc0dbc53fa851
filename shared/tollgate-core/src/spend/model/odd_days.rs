//! Single days that stand out: far from the week before them and from the week after them alike, so that a new level is not
//! one of them.

use chrono::NaiveDate;

use super::{
    fixed::{ONE_PPB, median, times},
    weekdays::Weekdays,
};

/// Far is so many times the noise.
const FAR: i128 = 4;
/// And never less than this share of what is usual: a twentieth.
const LEAST_SHARE: i128 = 20;
/// And of the level of all days: a hundredth.
const LEAST_OF_ALL: i128 = 100;
const WEEK: usize = 7;
/// So many days in a row are no longer single ones.
const ROW: usize = 3;

/// The days that are held against one another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) days: &'a [NaiveDate],
    pub(super) amounts: &'a [i128],
    /// The same as if weekdays were alike.
    pub(super) levels: &'a [Option<i128>],
    pub(super) weekdays: &'a Weekdays,
    pub(super) noise_ppb: i128,
    /// Are weekdays not known? Then only more than a day's worth and a half stands out, since weekends may be cheap.
    pub(super) is_young: bool,
}

/// What is odd among days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Odd {
    /// By how much each day is odd, 0 where it is not.
    pub(super) excesses: Vec<i128>,
    /// How many of the newest days are odd, one or two: nobody can say yet whether they are the new level.
    pub(super) open: usize,
}

impl Around<'_> {
    pub(super) fn odd(&self) -> Odd {
        let row = self.newest_row();
        let open = if row < ROW { row } else { 0 };
        let count = self.amounts.len();
        let excess = |index: usize| self.excess(index, index + open >= count, index + 1 == count && open == 0);
        Odd { excesses: (0..count).map(excess).collect(), open }
    }

    /// By how much a day is far from both sides. The newest ones have only one; where more of them are alike, none is odd.
    fn excess(&self, index: usize, is_open: bool, is_settled: bool) -> i128 {
        let (Some(amount), Some(day)) = (self.amounts.get(index), self.days.get(index)) else { return 0 };
        if is_settled {
            return 0;
        }
        let before = self.side(index.saturating_sub(WEEK), index, ROW);
        let after = self.side(index + 1, index + 1 + WEEK, 1).filter(|_| !is_open);
        let factor = self.weekdays.on(*day).max(ONE_PPB / 10);
        let off = |usual: i128| (amount - self.weekdays.at(*day, usual), times(self.far(usual), factor));
        let sides: Vec<(i128, i128)> = [before, after].into_iter().flatten().map(off).collect();
        let sizes = sides.iter().map(|(off, _)| *off);
        if sides.iter().all(|(off, far)| off > far) {
            sizes.min().unwrap_or(0)
        } else if sides.iter().all(|(off, far)| *off < -far) {
            sizes.max().unwrap_or(0)
        } else {
            0
        }
    }

    /// How many of the newest days are far from the week before them, on the same side.
    fn newest_row(&self) -> usize {
        let count = self.levels.len();
        let mut row = 0;
        for length in 1..=WEEK {
            let Some(start) = count.checked_sub(length) else { break };
            let Some(usual) = self.side(start.saturating_sub(WEEK), start, ROW) else { break };
            let far = self.far(usual);
            let tail = || self.charged(start);
            let is_row = tail().all(|level| level - usual > far) || tail().all(|level| level - usual < -far);
            if is_row && tail().next().is_some() {
                row = length;
            } else if length >= ROW {
                break;
            }
        }
        row
    }

    /// The levels of days from one on as they were charged, whatever is known to be odd of them.
    fn charged(&self, start: usize) -> impl Iterator<Item = i128> {
        let charged = self.days.iter().zip(self.amounts).skip(start);
        charged.filter_map(|(day, amount)| self.weekdays.levelled(*day, *amount))
    }

    fn side(&self, from: usize, to: usize, least: usize) -> Option<i128> {
        let known: Vec<i128> = self.levels.get(from..to.min(self.levels.len()))?.iter().flatten().copied().collect();
        (known.len() >= least).then(|| median(known)).flatten()
    }

    fn far(&self, usual: i128) -> i128 {
        let all = median(self.levels.iter().flatten().copied()).unwrap_or(0);
        let young = if self.is_young { usual * 3 / 2 } else { 0 };
        times(usual, FAR * self.noise_ppb).max(usual / LEAST_SHARE).max(all / LEAST_OF_ALL).max(young)
    }
}
