//! Budgets that are counted in slices of time: each is good or bad, or counts by its share of bad events.
//! <https://github.com/OpenSLO/OpenSLO/tree/main/examples/budgeting-method>

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use serde::{Deserialize, Serialize};

use super::{
    aggregate::{DailyAggregate, DailySlices},
    arithmetic::Spending,
    fraction::Fraction,
    history::days,
    known::{KnownTime, Measured, at_pace},
    objective::{Budgeting, PARTS_PER_BILLION},
    plan::{DAY, align_down},
};

pub(super) mod union;

/// What the slices of a window or period come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SliceFact {
    /// Slices that count.
    pub total: u64,
    /// Good ones among them: their share of good events reaches the slices' target, or, where they have none, no event
    /// was bad. A slice without events is good.
    pub good: u64,
    /// Those among them of which too little is known to say whether they are good or bad; of slices that count by their
    /// share, those of which not all is known.
    pub unknown: u64,
    /// Slices that are left out, because all of them is excluded.
    pub excluded: u64,
    /// Days of which a stored aggregate was taken.
    pub days_stored: u64,
    /// Days of which neither datapoints as short as a slice nor an aggregate are there.
    pub days_missing: u64,
}

/// How time is cut, and when a slice is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slicing {
    /// The length of a slice; a day has a whole number of them.
    pub(super) seconds: i64,
    /// The share of good events that makes a slice good, in parts per thousand million; none where a slice counts by
    /// its share of bad events.
    pub(super) target_ppb: Option<u64>,
}

impl Slicing {
    /// None where a budget is counted in events.
    pub(super) fn of(budgeting: Budgeting) -> Option<Self> {
        let (seconds, target_ppb) = match budgeting {
            Budgeting::Occurrences => return None,
            Budgeting::Timeslices { slice_seconds, slice_target } => (slice_seconds, Some(slice_target.ppb())),
            Budgeting::RatioTimeslices { slice_seconds } => (slice_seconds, None),
        };
        // One of no length would cut nothing.
        i64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(|seconds| Self { seconds, target_ppb })
    }
}

/// A stretch of time and what was counted in it; nothing when nothing is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) time: Range<i64>,
    pub(super) counts: Option<Counts>,
}

/// Bad ones and all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub(super) bad: u128,
    pub(super) total: u128,
}

/// What is known of one slice.
#[derive(Debug, Clone, Copy, Default)]
struct Slice {
    counts: Counts,
    time: KnownTime,
}

/// The slices of a history.
#[derive(Debug, Clone)]
pub(super) struct Slices {
    slicing: Slicing,
    known: BTreeMap<i64, Slice>,
    /// Those inside a stretch that is longer than they are: how its events are spread over them is not known.
    blurred: BTreeSet<i64>,
    excluded: Vec<Range<i64>>,
}

impl Slices {
    /// Cuts a history, whose stretches may come in any order but do not overlap. A slice of which all is excluded is left
    /// out; of another counts what is known of it.
    pub(super) fn cut(slicing: Slicing, stretches: impl IntoIterator<Item = Stretch>, excluded: &[Range<i64>]) -> Self {
        let mut slices =
            Self { slicing, known: BTreeMap::new(), blurred: BTreeSet::new(), excluded: excluded.to_vec() };
        for Stretch { time, counts } in stretches {
            let slice = slices.start_of(time.start);
            if time.end > slice + slicing.seconds {
                slices.blurred.extend(slices.starts(&time));
            } else {
                let sum = slices.known.entry(slice).or_default();
                sum.time = sum.time.plus(KnownTime::of(time.end.abs_diff(time.start), counts.is_some()));
                let Counts { bad, total } = counts.unwrap_or_default();
                sum.counts = Counts { bad: sum.counts.bad + bad, total: sum.counts.total + total };
            }
        }
        slices
    }

    pub(super) fn seconds(&self) -> i64 {
        self.slicing.seconds
    }

    /// Where the slice that holds a time begins.
    pub(super) fn start_of(&self, time: i64) -> i64 {
        time - time.rem_euclid(self.slicing.seconds)
    }

    fn starts(&self, time: &Range<i64>) -> impl Iterator<Item = i64> + use<> {
        let (seconds, end) = (self.slicing.seconds, time.end);
        let first = self.start_of(time.start);
        (0_i64..).map(move |index| first + index * seconds).take_while(move |start| *start < end)
    }

    /// What the slices of a time come to; one that begins before it or ends after it is part of it.
    pub(super) fn tally(&self, time: &Range<i64>) -> Tally {
        let mut tally = Tally::default();
        for start in self.starts(time) {
            let end = start + self.slicing.seconds;
            if self.excluded.iter().any(|excluded| excluded.start <= start && end <= excluded.end) {
                tally.excluded += 1;
                continue;
            }
            tally.total += 1;
            match self.known.get(&start).filter(|_| !self.blurred.contains(&start)) {
                Some(slice) => tally.add(*slice, self.slicing.target_ppb),
                None => tally.add_dark(end.min(time.end).abs_diff(start.max(time.start))),
            }
        }
        tally
    }

    /// The same, where stored aggregates stand in for days of which something is not known. Such a day counts whole.
    pub(super) fn tally_with(&self, time: &Range<i64>, stored: &[DailyAggregate]) -> Tally {
        let mut tally = Tally::default();
        for day in days(time) {
            let part = self.tally(&day);
            let known = |aggregate: &Tally| aggregate.time.unknown_seconds < part.time.unknown_seconds;
            match DailyAggregate::tally_of_day(stored, align_down(day.start, DAY), self.slicing).filter(known) {
                Some(aggregate) => {
                    tally.add_summary(&aggregate);
                    tally.days_stored += 1;
                }
                None => {
                    tally.days_missing += u64::from(part.unknown > 0 && part.unknown == part.total);
                    tally.add_summary(&part);
                }
            }
        }
        tally
    }
}

/// What some slices come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tally {
    /// Slices that count.
    pub(super) total: u64,
    /// Good ones among them: their share of good events reaches the target, or, without one, none was bad. A slice
    /// without events is good.
    pub(super) good: u64,
    /// Those among them of which too little is known to say whether they are good.
    pub(super) unknown: u64,
    /// The share of slices that may be bad besides what is known to be, in parts of a slice by [`FEMTO`], rounded up.
    pub(super) unknown_femto: u128,
    /// How much of their time is known.
    pub(super) time: KnownTime,
    /// Slices that are left out.
    pub(super) excluded: u64,
    /// The bad events of slices, by how many events those slices have: what makes the sum of the shares exact.
    bad_by_total: BTreeMap<u128, u128>,
    /// Days of which an aggregate was taken, and days of which nothing is known.
    pub(super) days_stored: u64,
    pub(super) days_missing: u64,
    /// A sum of shares that is already rounded up, in parts of a slice by [`FEMTO`].
    bad_femto: u128,
}

/// Sums of shares are kept in parts of a slice as small as this.
pub(super) const FEMTO: u64 = 1_000_000_000_000_000;

impl Tally {
    fn add(&mut self, slice: Slice, target_ppb: Option<u64>) {
        let Slice { counts: Counts { total, .. }, time } = slice;
        // Clocks that differ by a second can count more bad events than there are.
        let bad = slice.counts.bad.min(total);
        self.time = self.time.plus(time);
        if !time.is_whole() && total == 0 {
            return self.add_unknown();
        }
        let missing = at_pace(total, time.known_seconds, time.unknown_seconds);
        let all = total.saturating_add(missing);
        let whole = u128::from(PARTS_PER_BILLION);
        let allowed_ppb = whole.saturating_sub(target_ppb.map_or(whole, u128::from));
        let fits = |bad: u128| bad.saturating_mul(whole) <= all.saturating_mul(allowed_ppb);
        let is_good = fits(bad.saturating_add(missing));
        self.good += u64::from(is_good);
        if target_ppb.is_none() || is_good == fits(bad) {
            if bad > 0 {
                *self.bad_by_total.entry(all).or_default() += bad;
            }
            if target_ppb.is_none() && missing > 0 {
                self.unknown += 1;
                self.unknown_femto += missing.saturating_mul(FEMTO.into()).div_ceil(all);
            }
        } else {
            self.add_unknown();
        }
    }

    /// Adds a slice of whose events nothing is known, or only that there were none in some of its time.
    fn add_unknown(&mut self) {
        self.unknown += 1;
        self.unknown_femto += u128::from(FEMTO);
    }

    /// Adds a slice of which nothing at all is known.
    fn add_dark(&mut self, seconds: u64) {
        self.time = self.time.plus(KnownTime::of(seconds, false));
        self.add_unknown();
    }

    /// Adds slices of which only a summary is left.
    pub(super) fn add_summary(&mut self, summary: &Self) {
        self.total += summary.total;
        self.good += summary.good;
        self.unknown += summary.unknown;
        self.unknown_femto += summary.unknown_femto;
        self.time = self.time.plus(summary.time);
        self.excluded += summary.excluded;
        self.bad_femto += summary.bad_femto;
        for (total, bad) in &summary.bad_by_total {
            *self.bad_by_total.entry(*total).or_default() += bad;
        }
    }

    /// A summary as it was kept.
    pub(super) fn kept(slices: &DailySlices, time: KnownTime) -> Self {
        let DailySlices { total, good, unknown, excluded, .. } = *slices;
        let (bad_femto, unknown_femto) = (slices.bad_femto.into(), slices.unknown_femto.into());
        Self { total, good, unknown, excluded, time, bad_femto, unknown_femto, ..Self::default() }
    }

    /// Those that are known to be bad, where slices are good or bad.
    pub(super) fn bad(&self) -> u64 {
        self.total.saturating_sub(self.good).saturating_sub(self.unknown)
    }

    pub(super) fn fact(&self) -> SliceFact {
        let Self { total, good, unknown, excluded, days_stored, days_missing, .. } = *self;
        SliceFact { total, good, unknown, excluded, days_stored, days_missing }
    }

    /// The sum of the shares of bad events that are known.
    pub(super) fn bad_shares(&self) -> Fraction {
        let exact = self.bad_by_total.iter().filter_map(|(total, bad)| Fraction::new(*bad, *total));
        Fraction::sum(exact.chain(Fraction::new(self.bad_femto, FEMTO)))
    }

    /// What they spend; none when no slice counts, or none is known.
    pub(super) fn spent(&self, slicing: Slicing) -> Option<Measured> {
        let unknown = Fraction::new(self.unknown_femto, FEMTO)?;
        let bad = match slicing.target_ppb {
            Some(_) => Fraction::whole(self.bad()),
            None => self.bad_shares(),
        };
        let known = self.total.checked_sub(unknown.floor(1)).filter(|_| self.time.known_seconds > 0)?;
        let observed = Spending::new(bad.clone(), known).filter(|_| known > 0)?;
        let certain = Spending::new(bad.clone(), self.total)?;
        let at_most = Spending::new(bad.plus(&unknown), self.total)?;
        Some(Measured::of_three([observed, certain, at_most], self.time))
    }
}

#[cfg(test)]
#[path = "timeslice_tests.rs"]
mod tests;
