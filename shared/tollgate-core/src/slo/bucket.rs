//! One datapoint of both series of an objective, and what it owes to its neighbours.

use std::ops::Range;

use super::{arithmetic::Events, indicator::Counted, timeslice::Counts};

/// What of a datapoint may be counted in its neighbour: requests end in another minute than they begin in.
const SKEW_SECONDS: u64 = 60;

/// What it means that a datapoint is not there, by declaration or by what a series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Absence {
    /// Beside a total, nothing was counted: no good events, or, as declared, no bad ones. Otherwise nothing is known.
    pub(super) counted_is_zero: bool,
    /// There were no events (`treatMissing: zero` of the total). Otherwise nothing is known.
    pub(super) total_is_zero: bool,
}

/// One datapoint of both series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    pub(super) start: i64,
    pub(super) end: i64,
    /// As they came.
    pub(super) counted: Option<u64>,
    pub(super) total: Option<u64>,
    /// Is all of its time excluded? Otherwise all of it counts: when its events came is not known.
    pub(super) excluded: bool,
    /// Counted ones of all, never more than there are; none when nothing is known.
    settled: Option<(u64, u64)>,
    /// How many more are counted than there are.
    pub(super) excess: u64,
}

impl Bucket {
    pub(super) fn new(
        time: Range<i64>,
        kind: Counted,
        absence: Absence,
        [counted, total]: [Option<u64>; 2],
        excluded: bool,
    ) -> Self {
        let known = match (kind, counted, total) {
            (_, Some(counted), Some(total)) => Some((counted, total)),
            // Of no events none is missing.
            (_, None, Some(0)) => Some((0, 0)),
            (_, None, Some(total)) => absence.counted_is_zero.then_some((0, total)),
            (Counted::Bad { .. }, Some(bad), None) if bad > 0 => Some((bad, bad)),
            (_, _, None) => absence.total_is_zero.then_some((0, 0)),
        };
        let settled = known.map(|(counted, total)| (counted.min(total), total));
        let excess = known.map_or(0, |(counted, total)| counted.saturating_sub(total));
        Self { start: time.start, end: time.end, counted, total, excluded, settled, excess }
    }

    /// The part of it since an instant inside it, of whose events nothing is known: they may have come before.
    pub(super) fn since(&self, instant: i64) -> Self {
        let mut part = *self;
        if instant > part.start {
            part.start = instant;
            part.forget();
        }
        part
    }

    /// What came in it; none when nothing is known.
    pub(super) fn events(&self, kind: Counted) -> Option<Events> {
        let (counted, total) = self.settled?;
        Events::new(total, if kind == Counted::Good { total.saturating_sub(counted) } else { counted })
    }

    /// Its bad ones and all, to be added up.
    pub(super) fn counts(&self, kind: Counted) -> Option<Counts> {
        self.events(kind).map(|events| Counts { bad: events.bad().into(), total: events.total().into() })
    }

    /// Did all come that can come? What is good only by not being there may still come.
    pub(super) fn complete(&self, kind: Counted) -> bool {
        match (self.counted, self.total) {
            (Some(_), Some(_)) | (_, Some(0)) => true,
            (None, Some(_)) => kind == (Counted::Bad { absent_is_zero: true }),
            (_, None) => self.settled.is_some(),
        }
    }

    pub(super) fn seconds(&self) -> u64 {
        self.end.abs_diff(self.start)
    }

    /// How many events a minute of it has, rounded up.
    pub(super) fn in_a_minute(&self) -> u64 {
        let length = u128::from(self.end.abs_diff(self.start).max(SKEW_SECONDS));
        let minute = (u128::from(self.total.unwrap_or(0)) * u128::from(SKEW_SECONDS)).div_ceil(length);
        u64::try_from(minute).unwrap_or(u64::MAX)
    }

    /// Takes it as if nothing had come.
    pub(super) fn forget(&mut self) {
        (self.counted, self.total, self.settled, self.excess) = (None, None, None, 0);
    }

    fn is_beside(&self, other: &Self) -> bool {
        (self.end == other.start || other.end == self.start) && !self.excluded && !other.excluded
    }

    /// Moves what it counts too many to a neighbour that has room: at most what a minute holds.
    fn lend(&mut self, other: &mut Self) {
        let beside = self.is_beside(other);
        let most = self.in_a_minute().max(other.in_a_minute()).min(self.excess);
        if let Some((counted, total)) = other.settled.as_mut().filter(|_| beside) {
            let lent = most.min(total.saturating_sub(*counted));
            *counted += lent;
            self.excess -= lent;
        }
    }
}

/// Settles datapoints, newest first: what one counts too many may be missing in the one before or after it, and never
/// farther away, where good events would make up for bad ones.
pub(super) fn settle(buckets: &mut [Bucket]) {
    for at in (0..buckets.len()).rev() {
        for other in [Some(at + 1), at.checked_sub(1)].into_iter().flatten() {
            if let Ok([one, other]) = buckets.get_disjoint_mut([at, other]) {
                one.lend(other);
            }
        }
    }
}

#[cfg(test)]
#[path = "bucket_tests.rs"]
mod tests;
