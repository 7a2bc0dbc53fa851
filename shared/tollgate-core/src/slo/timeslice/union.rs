//! Slices of several objectives as those of one: a slice is bad when that of any of them is.
//! "Composite SLO", <https://github.com/OpenSLO/OpenSLO#slo>.

use std::ops::Range;

use super::{FEMTO, Slices, Slicing, Tally};
use crate::slo::{
    aggregate::DailyAggregate,
    history::days,
    known::KnownTime,
    plan::{DAY, align_down},
};

/// The slices of one of several objectives, and what is stored of its days.
pub(in crate::slo) struct SlicesOf<'a> {
    pub(in crate::slo) slices: &'a Slices,
    pub(in crate::slo) stored: &'a [DailyAggregate],
}

/// Time that is cut into slices as short as all of its parts have in common, none of which is longer than theirs.
pub(in crate::slo) struct Union<'a> {
    seconds: i64,
    parts: Vec<SlicesOf<'a>>,
}

/// The longest slice that those of all lengths are made of; none without any.
pub(in crate::slo) fn common_slice(lengths: impl IntoIterator<Item = i64>) -> Option<i64> {
    lengths.into_iter().filter(|length| *length > 0).reduce(common_divisor)
}

fn common_divisor(one: i64, other: i64) -> i64 {
    if other == 0 { one } else { common_divisor(other, one % other) }
}

impl<'a> Union<'a> {
    /// None without any part.
    pub(in crate::slo) fn of(parts: Vec<SlicesOf<'a>>) -> Option<Self> {
        let seconds = common_slice(parts.iter().map(|part| part.slices.seconds()))?;
        Some(Self { seconds, parts })
    }

    /// How its slices are cut.
    pub(in crate::slo) fn slicing(&self) -> Slicing {
        let target_ppb = self.parts.iter().filter_map(|part| part.slices.slicing.target_ppb).max();
        Slicing { seconds: self.seconds, target_ppb: Some(target_ppb.unwrap_or_default()) }
    }

    /// What the slices of a time come to; one that begins before it or ends after it is part of it.
    pub(in crate::slo) fn tally(&self, time: &Range<i64>) -> Tally {
        self.fold(time, |of_parts, seconds| self.joint(of_parts, seconds))
    }

    /// The slices of a time of which all parts are known: those of others may be bad by what is not known of one.
    pub(in crate::slo) fn tally_of_known(&self, time: &Range<i64>) -> Tally {
        self.fold(time, |of_parts, seconds| {
            let is_known = of_parts.iter().all(|part| part.unknown == 0);
            if is_known { self.joint(of_parts, seconds) } else { Tally::default() }
        })
    }

    fn fold(&self, time: &Range<i64>, of_slice: impl Fn(&[Tally], u64) -> Tally) -> Tally {
        let mut tally = Tally::default();
        let first = align_down(time.start, self.seconds);
        for start in (0..).map(|index| first + index * self.seconds).take_while(|start| *start < time.end) {
            let slice = start.max(time.start)..(start + self.seconds).min(time.end);
            let of_parts: Vec<Tally> = self.parts.iter().map(|part| part.slices.tally(&slice)).collect();
            tally.add_summary(&of_slice(&of_parts, slice.end.abs_diff(slice.start)));
        }
        tally
    }

    /// One slice: bad when one is, else not known when one is not; what is excluded of one is for the others to say.
    fn joint(&self, of_parts: &[Tally], seconds: u64) -> Tally {
        let counted = || self.parts.iter().zip(of_parts).filter(|(_, tally)| tally.total > 0);
        let time = |(part, tally): (&SlicesOf<'_>, &Tally)| part.share_of(tally.time, self.seconds, seconds);
        let bad = counted().filter(|(_, tally)| tally.bad() > 0).map(time).min_by_key(|time| time.unknown_seconds);
        let least_known = counted().map(time).max_by_key(|time| time.unknown_seconds);
        let (good, unknown, time) = match (bad, least_known) {
            (Some(time), _) => (0, 0, time),
            (None, Some(time)) if counted().any(|(_, tally)| tally.unknown > 0) => (0, 1, time),
            (None, Some(time)) => (1, 0, time),
            (None, None) => return Tally::left_out(),
        };
        Tally::of_verdicts(1, good, unknown, time)
    }

    /// The same, where what is stored of the days of its parts bounds what is not known. Such a day counts whole.
    pub(in crate::slo) fn tally_with(&self, time: &Range<i64>) -> Tally {
        let mut tally = Tally::default();
        for day in days(time) {
            let seen = self.tally(&day);
            match self.of_stored(align_down(day.start, DAY)).filter(|stored| stored.unknown < seen.unknown) {
                Some(stored) => {
                    tally.add_summary(&stored);
                    tally.days_stored += 1;
                }
                None => {
                    tally.days_missing += u64::from(seen.unknown > 0 && seen.unknown == seen.total);
                    tally.add_summary(&seen);
                }
            }
        }
        tally
    }

    /// A day of which the parts' own counts are kept, and not which of their slices were bad: at least as many as of the
    /// worst of them, and at most as many as of all together. None where nothing of it is kept.
    fn of_stored(&self, start: i64) -> Option<Tally> {
        let day = start..start + DAY;
        let is_stored = |part: &SlicesOf<'_>| part.stored_day(start).is_some();
        if !self.parts.iter().any(is_stored) {
            return None;
        }
        let seen = self.tally(&day);
        let bounds = self.parts.iter().map(|part| part.bounds(&day, self.seconds)).collect::<Vec<_>>();
        let all = bounds.iter().fold(0_u64, |sum, (_, most)| sum.saturating_add(*most));
        let most = all.min(seen.bad() + seen.unknown);
        let least = bounds.iter().map(|(least, _)| *least).chain([seen.bad()]).max()?.min(seen.total);
        let unknown = most.saturating_sub(least);
        let seconds = |slices: u64| slices.saturating_mul(self.seconds.unsigned_abs());
        let time =
            KnownTime { known_seconds: seconds(seen.total.saturating_sub(unknown)), unknown_seconds: seconds(unknown) };
        Some(Tally::of_verdicts(seen.total, seen.total.saturating_sub(least.max(most)), unknown, time))
    }
}

impl SlicesOf<'_> {
    fn stored_day(&self, start: i64) -> Option<Tally> {
        DailyAggregate::tally_of_day(self.stored, start, self.slices.slicing)
    }

    /// How many slices of a day, as short as these, are bad at least and at most.
    fn bounds(&self, day: &Range<i64>, seconds: i64) -> (u64, u64) {
        let seen = self.slices.tally(day);
        let known = self.stored_day(day.start).filter(|stored| stored.unknown < seen.unknown).unwrap_or(seen);
        let each = self.slices.seconds().unsigned_abs().checked_div(seconds.unsigned_abs()).unwrap_or(1);
        (known.bad().saturating_mul(each), (known.bad() + known.unknown).saturating_mul(each))
    }

    /// The time of one of its slices, as far as a shorter one is concerned that lies in it.
    fn share_of(&self, time: KnownTime, of_seconds: i64, seconds: u64) -> KnownTime {
        if self.slices.seconds() == of_seconds {
            return time;
        }
        let length = time.known_seconds.saturating_add(time.unknown_seconds);
        let unknown = u128::from(seconds).saturating_mul(time.unknown_seconds.into()).div_ceil(length.max(1).into());
        let unknown_seconds = u64::try_from(unknown).unwrap_or(seconds).min(seconds);
        KnownTime { known_seconds: seconds.saturating_sub(unknown_seconds), unknown_seconds }
    }
}

impl Tally {
    /// Slices of which it is known how many are good and of how many it is not known.
    fn of_verdicts(total: u64, good: u64, unknown: u64, time: KnownTime) -> Self {
        let unknown_femto = u128::from(unknown).saturating_mul(FEMTO.into());
        Self { total, good, unknown, unknown_femto, time, ..Self::default() }
    }

    /// A slice that does not count.
    fn left_out() -> Self {
        Self { excluded: 1, ..Self::default() }
    }
}

#[cfg(test)]
#[path = "union_tests.rs"]
mod tests;
