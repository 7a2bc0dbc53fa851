//! What the gaps among datapoints may hide: as many events as came around them.

use super::{
    bucket::Bucket,
    indicator::Counted,
    known::{Count, KnownTime, at_pace},
};

/// So much known time on either side is looked at, or as much as the gap is long.
const AROUND_SECONDS: u64 = 3600;

/// What datapoints that follow one another come to. A gap is taken to have had the traffic before or after it, whichever
/// was more; without any beside it, that is left to whoever knows more.
pub(super) fn count(buckets: &[&Bucket], kind: Counted) -> Count {
    let mut count = buckets.iter().fold(Count::default(), |sum, bucket| sum.plus(alone(bucket, kind)));
    if count.time.is_whole() {
        return count;
    }
    if count.time.known_seconds == 0 {
        count.dark_seconds = count.time.unknown_seconds;
        return count;
    }
    let runs = buckets.chunk_by(|one, other| one.events(kind).is_some() == other.events(kind).is_some());
    let mut at = 0;
    for run in runs {
        let (before, rest) = buckets.split_at(at);
        at += run.len();
        if run.first().is_some_and(|first| first.events(kind).is_none()) {
            let seconds = run.iter().map(|bucket| bucket.seconds()).sum();
            let beside = seconds_and_total(before.iter().rev().copied(), kind, seconds);
            let behind = seconds_and_total(rest.iter().skip(run.len()).copied(), kind, seconds);
            let pace = |(known, total): (u64, u128)| at_pace(total, known, seconds);
            count.missing = count.missing.saturating_add(pace(beside).max(pace(behind)));
        }
    }
    count
}

fn alone(bucket: &Bucket, kind: Counted) -> Count {
    let events = bucket.events(kind);
    let time = KnownTime::of(bucket.seconds(), events.is_some());
    let (bad, total) = events.map_or((0, 0), |events| (events.bad().into(), events.total().into()));
    Count { bad, total, time, ..Count::default() }
}

/// The known time next to a gap, and what came in it.
fn seconds_and_total<'a>(buckets: impl Iterator<Item = &'a Bucket>, kind: Counted, gap_seconds: u64) -> (u64, u128) {
    let enough = gap_seconds.max(AROUND_SECONDS);
    let mut sum = (0_u64, 0_u128);
    for bucket in buckets {
        if sum.0 >= enough {
            break;
        }
        if let Some(events) = bucket.events(kind) {
            sum = (sum.0.saturating_add(bucket.seconds()), sum.1.saturating_add(events.total().into()));
        }
    }
    sum
}

#[cfg(test)]
#[path = "gap_tests.rs"]
mod tests;
