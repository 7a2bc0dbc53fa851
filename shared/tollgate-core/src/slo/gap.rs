//! What the gaps among datapoints may hide: as many events as came around them, or at the same time of other weeks.

use std::ops::Range;

use super::{
    bucket::Bucket,
    indicator::Counted,
    known::{Count, KnownTime, at_pace},
    plan::DAY,
};

/// So much known time on either side is looked at, or as much as the gap is long.
const AROUND_SECONDS: u64 = 3600;
/// The same time of so many weeks before and after is looked at; where none of them is known, of so many days.
const OTHER_TIMES: i64 = 4;

/// Known time, and what came in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Pace {
    seconds: u64,
    total: u128,
}

impl Pace {
    fn plus(self, bucket: &Bucket, kind: Counted) -> Self {
        bucket.events(kind).map_or(self, |events| Self {
            seconds: self.seconds.saturating_add(bucket.seconds()),
            total: self.total.saturating_add(events.total().into()),
        })
    }

    /// What comes in some time at this pace, rounded up.
    fn over(self, seconds: u64) -> u128 {
        at_pace(self.total, self.seconds, seconds)
    }
}

/// Datapoints beside one another of which nothing is known.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Gap {
    time: Range<i64>,
    /// The traffic that it is taken to have had; none where nothing at all is known.
    pace: Option<Pace>,
}

/// The gaps of a history, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Gaps(Vec<Gap>);

impl Gaps {
    /// The gaps among datapoints, newest first. Each is taken to have had the traffic before or after it, or of the same time
    /// earlier or later, whichever was most: what is around a day's work is night.
    pub(super) fn among(buckets: &[Bucket], kind: Counted) -> Self {
        let is_lost = |bucket: &Bucket| !bucket.excluded && bucket.events(kind).is_none();
        let joins = |newer: &Bucket, older: &Bucket| is_lost(newer) == is_lost(older) && newer.start == older.end;
        let (mut gaps, mut at) = (Vec::new(), 0);
        for run in buckets.chunk_by(joins) {
            let (newer, rest) = buckets.split_at(at);
            at += run.len();
            if let (Some(newest), Some(oldest)) = (run.first().filter(|first| is_lost(first)), run.last()) {
                let time = oldest.start..newest.end;
                let older = rest.get(run.len()..).unwrap_or_default();
                let beside = [beside(newer.iter().rev(), kind, &time), beside(older.iter(), kind, &time)];
                let all = beside.into_iter().chain(same_time(buckets, kind, &time));
                let known = all.filter(|pace| pace.seconds > 0);
                let pace = known.max_by_key(|pace| pace.over(length(&time)));
                gaps.push(Gap { time, pace });
            }
        }
        Self(gaps)
    }

    /// What those that reach into a time may have had in it, and how long nothing at all says so much of.
    pub(super) fn inside(&self, time: &Range<i64>) -> (u128, u64) {
        self.clipped(time).fold((0, 0), |(missing, dark), (pace, part)| match pace {
            Some(pace) => (pace.over(length(&part)).saturating_add(missing), dark),
            None => (missing, length(&part).saturating_add(dark)),
        })
    }

    /// The time of which nothing is known, newest first.
    pub(super) fn times(&self) -> impl Iterator<Item = Range<i64>> {
        self.0.iter().map(|gap| gap.time.clone())
    }

    fn clipped(&self, time: &Range<i64>) -> impl Iterator<Item = (Option<Pace>, Range<i64>)> {
        let clip = |gap: &Gap| (gap.pace, gap.time.start.max(time.start)..gap.time.end.min(time.end));
        self.0.iter().map(clip).filter(|(_, part)| !part.is_empty())
    }
}

/// What is known of one datapoint alone.
pub(super) fn alone(bucket: &Bucket, kind: Counted) -> Count {
    let events = bucket.events(kind);
    let time = KnownTime::of(bucket.seconds(), events.is_some());
    let (bad, total) = events.map_or((0, 0), |events| (events.bad().into(), events.total().into()));
    Count { bad, total, time, ..Count::default() }
}

fn length(time: &Range<i64>) -> u64 {
    time.end.abs_diff(time.start)
}

/// The known time next to a gap.
fn beside<'a>(buckets: impl Iterator<Item = &'a Bucket>, kind: Counted, gap: &Range<i64>) -> Pace {
    let enough = length(gap).max(AROUND_SECONDS);
    let mut pace = Pace::default();
    for bucket in buckets.filter(|bucket| !bucket.excluded) {
        if pace.seconds >= enough {
            break;
        }
        pace = pace.plus(bucket, kind);
    }
    pace
}

/// The same time of other weeks, or of other days, of which at least half is known. What is not known of it is no traffic: the
/// rest of a day is not like its night.
fn same_time(buckets: &[Bucket], kind: Counted, gap: &Range<i64>) -> Vec<Pace> {
    let every = |days: i64| -> Vec<Pace> {
        let others = (1..=OTHER_TIMES).flat_map(|times| [-times, times]).map(|times| times * days * DAY);
        let paces = others.map(|apart| overlapping(buckets, kind, &(gap.start + apart..gap.end + apart)));
        let known = paces.filter(|pace| pace.seconds.saturating_mul(2) >= length(gap));
        known.map(|pace| Pace { seconds: pace.seconds.max(length(gap)), ..pace }).collect()
    };
    let weeks = every(7);
    if weeks.is_empty() { every(1) } else { weeks }
}

/// The known datapoints, newest first, that have any of a time.
fn overlapping(buckets: &[Bucket], kind: Counted, time: &Range<i64>) -> Pace {
    let newest = buckets.partition_point(|bucket| bucket.start >= time.end);
    let inside = buckets.iter().skip(newest).take_while(|bucket| bucket.end > time.start);
    inside.filter(|bucket| !bucket.excluded).fold(Pace::default(), |pace, bucket| pace.plus(bucket, kind))
}

#[cfg(test)]
#[path = "gap_tests.rs"]
mod tests;
