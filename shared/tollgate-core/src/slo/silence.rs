//! Silence: how long nobody has asked, and how plausible that is by the service's own history at the same time of the day and
//! week.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{
    aggregate::DailyAggregate,
    arithmetic::Events,
    bucket::Bucket,
    gap::alone,
    indicator::Indicator,
    judged::Judged,
    known::Count,
    plan::{DAY, align_down},
};
use crate::Timestamp;

/// The same time of the week before, and of so many before that, is looked at.
const MOST_EARLIER: usize = 4;
/// Of so many of them the quietest is no precedent: it may have been an outage itself.
const ENOUGH_EARLIER: usize = 3;
/// Traffic repeats itself by weekday; where no such time is known, as in a history shorter than a week, by day.
const WEEK: i64 = 7 * DAY;
/// One event of so many that are usual does not end a silence: a probe, or somebody who tries again.
const STRAY: u64 = 100;
/// So little of a silence may not be known.
const LOST: u64 = 10;

/// A time without any event, or next to none, up to the end of the data.
///
/// By Poisson, a time in which *n* events are usual stays without one with a probability of e⁻ⁿ: of 20 once in five hundred
/// million.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SilenceFact {
    /// The end of the newest datapoint that had more than next to none, or of which nothing is known.
    pub since: Timestamp,
    /// How long it is from there to the end of the data.
    pub seconds: u64,
    /// What came in it all the same: less than a hundredth of what came in as much time otherwise.
    #[serde(default)]
    pub events: u64,
    /// The longest silence that there may have been in any of the same times earlier, as far as datapoints show it; rounded up to
    /// whole ones. Where there are none, the longest before.
    pub longest_seconds: u64,
    /// The fewest events that came in the same time earlier; of three times or more without the quietest, which may have been
    /// an outage. Of a silence of a week or more that no such time is known of, what came before in as much time. Null when
    /// nothing of it is known.
    pub usual_events: Option<u64>,
    /// How many earlier times were looked at: those of which nearly everything is known.
    pub earlier_times: u64,
    /// How many days each was before the next.
    pub earlier_every_days: u64,
}

impl SilenceFact {
    /// Has there never been such a silence at the same time, and is next to nothing left of what is usual then?
    pub fn is_implausible(&self) -> bool {
        let is_little = |usual: u64| self.events.saturating_mul(STRAY) <= usual;
        self.seconds > self.longest_seconds && self.usual_events.is_some_and(is_little)
    }

    /// Orders silences: one that is implausible, and then where more is usual.
    pub(super) fn implausibility(&self) -> (bool, u64) {
        (self.is_implausible(), self.usual_events.unwrap_or(0))
    }
}

/// A silence that goes on, of the newest datapoints.
#[derive(Debug, Clone, Copy)]
struct Quiet {
    datapoints: usize,
    events: u64,
}

/// The same time, earlier.
struct Earlier {
    time: Range<i64>,
    events: u64,
    longest_seconds: u64,
}

impl Judged<'_> {
    /// The silence that the data ends in, of an objective that counts events.
    pub(super) fn silence(&self) -> Option<SilenceFact> {
        if !matches!(self.slo.indicator, Indicator::Ratio(_)) {
            return None;
        }
        let strays = self.quiet_but_for_strays().and_then(|quiet| self.silence_of(quiet));
        let datapoints = self.history.buckets.iter().take_while(|bucket| self.is_quiet(bucket)).count();
        strays.filter(SilenceFact::is_implausible).or_else(|| self.silence_of(Quiet { datapoints, events: 0 }))
    }

    /// The longest time up to now in which next to nothing came, and of which next to everything is known.
    fn quiet_but_for_strays(&self) -> Option<Quiet> {
        let came = |bucket: &Bucket| bucket.events(self.reading.kind).map(Events::total);
        let buckets = &self.history.buckets;
        let counted = |(seconds, total), bucket: &Bucket| match came(bucket) {
            Some(events) if !bucket.excluded => (bucket.seconds().saturating_add(seconds), total + u128::from(events)),
            _ => (seconds, total),
        };
        let (known_seconds, total) = buckets.iter().fold((0_u64, 0_u128), counted);
        let most = total / u128::from(STRAY);
        let (mut seconds, mut lost, mut events, mut found) = (0_u64, 0_u64, 0_u64, None);
        came(buckets.first()?)?;
        for (bucket, datapoints) in buckets.iter().take_while(|bucket| !bucket.excluded).zip(1..) {
            seconds = seconds.saturating_add(bucket.seconds());
            match came(bucket) {
                Some(more) => events = events.saturating_add(more),
                None => lost = lost.saturating_add(bucket.seconds()),
            }
            if u128::from(events) > most {
                break;
            }
            let is_little =
                |events: u64, seconds| u128::from(events) * u128::from(known_seconds) <= most * u128::from(seconds);
            let is_quiet = came(bucket).is_some_and(|events| is_little(events, bucket.seconds()));
            if is_quiet && is_little(events, seconds) && lost.saturating_mul(LOST) <= seconds {
                found = Some(Quiet { datapoints, events });
            }
        }
        found
    }

    fn silence_of(&self, quiet: Quiet) -> Option<SilenceFact> {
        let buckets = &self.history.buckets;
        let since = buckets.get(quiet.datapoints.checked_sub(1)?)?.start;
        let end = self.end.timestamp();
        let before = buckets.get(quiet.datapoints..).unwrap_or_default();
        let weekly = self.earlier(before, WEEK, &(since..end));
        let every = if weekly.is_empty() { DAY } else { WEEK };
        let mut earlier = if weekly.is_empty() { self.earlier(before, DAY, &(since..end)) } else { weekly };
        let today = (every == DAY).then(|| self.usual_of_day(end - 1)).flatten();
        if let Some(today) = today {
            // A Sunday says nothing of a Monday.
            earlier.retain(|earlier| self.came_on_day(earlier.time.end - 1).saturating_mul(2) >= u128::from(today));
        }
        let earlier_times = earlier.len() as u64;
        let earlier = without_quietest(earlier, |earlier| earlier.events);
        let longest = earlier.iter().map(|earlier| earlier.longest_seconds).max();
        let usual = earlier.first().map(|earlier| earlier.events.min(today.unwrap_or(u64::MAX)));
        let seconds = end.abs_diff(since);
        Some(SilenceFact {
            since: Timestamp::from_timestamp(since, 0)?,
            seconds,
            events: quiet.events,
            longest_seconds: longest.unwrap_or_else(|| self.silences(before).map(|(_, long)| long).max().unwrap_or(0)),
            usual_events: usual.or_else(|| self.usual_before(before, seconds)),
            earlier_times,
            earlier_every_days: every.div_euclid(DAY).unsigned_abs(),
        })
    }

    fn is_quiet(&self, bucket: &Bucket) -> bool {
        !bucket.excluded && bucket.events(self.reading.kind).is_some_and(|events| events.total() == 0)
    }

    /// The same times earlier that are over when a silence begins.
    fn earlier(&self, before: &[Bucket], every: i64, silence: &Range<i64>) -> Vec<Earlier> {
        let oldest = before.last().map_or(silence.start, |bucket| bucket.start);
        let times = (1..).map(|back| silence.start - back * every..silence.end - back * every);
        let times = times.take_while(|time| time.start >= oldest).filter(|time| time.end <= silence.start);
        let known = times.take(MOST_EARLIER).filter_map(|time| {
            let events = self.events_inside(&time)?;
            Some(Earlier { time, events, longest_seconds: 0 })
        });
        let mut earlier: Vec<Earlier> = known.collect();
        for (silent, seconds) in self.silences(before) {
            let then = |earlier: &&mut Earlier| silent.start < earlier.time.end && earlier.time.start < silent.end;
            for earlier in earlier.iter_mut().filter(then) {
                earlier.longest_seconds = earlier.longest_seconds.max(seconds);
            }
        }
        earlier
    }

    /// The times between two events that datapoints, newest first, allow for, and how much of them was asked for: an event may
    /// have come at the far end of the datapoint that has it.
    fn silences(&self, buckets: &[Bucket]) -> impl Iterator<Item = (Range<i64>, u64)> {
        let (mut end, mut seconds) = (buckets.first().map_or(0, |bucket| bucket.end), 0_u64);
        let oldest = buckets.last().map(|bucket| bucket.start);
        buckets.iter().filter_map(move |bucket| {
            seconds = seconds.saturating_add(bucket.seconds());
            let is_over = !self.is_quiet(bucket) || Some(bucket.start) == oldest;
            is_over.then(|| {
                let silence = (bucket.start..end, seconds);
                (end, seconds) = (bucket.end, bucket.seconds());
                silence
            })
        })
    }

    /// What is usual on the day that a time is in, by what was kept of the same day of other weeks.
    fn usual_of_day(&self, time: i64) -> Option<u64> {
        let totals = DailyAggregate::of_other_weeks(&self.stored, align_down(time, DAY));
        without_quietest(totals.collect(), |total| *total).first().copied()
    }

    /// What came on the day that a time is in.
    fn came_on_day(&self, time: i64) -> u128 {
        let start = align_down(time, DAY);
        let kept = DailyAggregate::count_of_day(&self.stored, start);
        kept.unwrap_or_else(|| self.history.count(&(start..start + DAY))).total
    }

    /// The events of the datapoints that are inside a time; none unless nearly all of it is known.
    fn events_inside(&self, time: &Range<i64>) -> Option<u64> {
        let buckets = &self.history.buckets;
        let newest = buckets.partition_point(|bucket| bucket.end > time.end);
        let (mut known, mut lost, mut events) = (0_u64, 0_u64, 0_u64);
        for bucket in buckets.iter().skip(newest).take_while(|bucket| bucket.start >= time.start) {
            match bucket.events(self.reading.kind).filter(|_| !bucket.excluded) {
                Some(more) => (known, events) = (known + bucket.seconds(), events.saturating_add(more.total())),
                None => lost += bucket.seconds(),
            }
        }
        (known > 0 && lost.saturating_mul(LOST) <= known).then_some(events)
    }

    /// What came in as much time before a silence that is longer than a week, and so has all that a week has.
    fn usual_before(&self, before: &[Bucket], seconds: u64) -> Option<u64> {
        let known = before.iter().fold(Count::default(), |sum, bucket| sum.plus(alone(bucket, self.reading.kind)));
        let usual = known.total.saturating_mul(seconds.into()).checked_div(known.time.known_seconds.into())?;
        (seconds >= WEEK.unsigned_abs()).then(|| u64::try_from(usual).unwrap_or(u64::MAX))
    }
}

/// From the quietest on, of many without the quietest.
fn without_quietest<T>(mut all: Vec<T>, events: impl Fn(&T) -> u64) -> Vec<T> {
    all.sort_by_key(events);
    let is_many = all.len() >= ENOUGH_EARLIER;
    all.into_iter().skip(usize::from(is_many)).collect()
}

#[cfg(test)]
#[path = "silence_tests.rs"]
mod tests;
