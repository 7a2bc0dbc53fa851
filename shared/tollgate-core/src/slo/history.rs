//! The datapoints of both series of an objective, side by side.

use std::{collections::BTreeSet, ops::Range};

use super::{
    aggregate::DailyAggregate,
    bucket::{Absence, Bucket, settle},
    gap::{self, Gaps},
    hours::doubt,
    indicator::Counted,
    known::Count,
    objective::{PARTS_PER_BILLION, Target},
    plan::{DAY, Tier, align_down},
    reach::SHOWN_SECONDS,
    reading::{Reading, Side},
    series::{Quality, TierSeries, rfc3339},
    timeslice::Stretch,
};
use crate::Timestamp;

/// What is wrong with series, each thing said once however many it concerns.
#[derive(Default)]
pub(super) struct Notes(Vec<(String, BTreeSet<String>, BTreeSet<i64>)>);

impl Notes {
    fn add(&mut self, name: &str, tier: &Tier, reason: &str) {
        let (metric, period) = (format!("`{name}`"), tier.period_seconds);
        match self.0.iter_mut().find(|(known, ..)| known == reason) {
            Some((_, metrics, periods)) => {
                metrics.insert(metric);
                periods.insert(period);
            }
            None => self.0.push((reason.to_owned(), [metric].into(), [period].into())),
        }
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let line = |(reason, metrics, periods): &(String, BTreeSet<String>, BTreeSet<i64>)| {
            let metrics = metrics.iter().cloned().collect::<Vec<_>>().join(", ");
            let periods = periods.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            format!("{metrics} by {periods} s: {reason}")
        };
        self.0.iter().map(line).collect()
    }
}

/// The datapoints of a period, newest first.
pub(super) struct History {
    pub(super) buckets: Vec<Bucket>,
    /// Since when everything is known as well as the source knows it.
    pub(super) reach: i64,
    pub(super) failures: Notes,
    pub(super) gaps: Notes,
    /// The time of which nothing is known.
    pub(super) lost: Gaps,
    kind: Counted,
    longest_seconds: i64,
    /// The length of the shortest datapoints that there are.
    finest_seconds: u64,
    /// What the fullest minute of the finest datapoints holds.
    fullest_minute: u64,
}

/// What the counts of a window come to.
pub(super) enum Sum {
    /// Nothing of it is known.
    Unknown,
    Known(Count),
    /// More than can be counted.
    TooMany,
}

impl Sum {
    fn of(count: Count) -> Self {
        if count.time.known_seconds == 0 {
            return Self::Unknown;
        }
        if count.events().is_some() { Self::Known(count) } else { Self::TooMany }
    }
}

impl History {
    /// The datapoints of a time.
    pub(super) fn of(reading: &Reading<'_>, absence: Absence, time: &Range<i64>, excluded: &[Range<i64>]) -> Self {
        let plan = &reading.plan;
        let oldest = time.start;
        let mut history = Self {
            buckets: Vec::new(),
            reach: oldest,
            failures: Notes::default(),
            gaps: Notes::default(),
            lost: Gaps::default(),
            kind: reading.kind,
            longest_seconds: reading.longest_seconds,
            finest_seconds: plan.tiers().first().map_or(0, |tier| tier.period_seconds.unsigned_abs()),
            fullest_minute: 0,
        };
        for (index, tier) in
            plan.tiers().iter().enumerate().filter(|(_, tier)| tier.end > oldest && tier.start < time.end)
        {
            let sides = [&reading.counted, &reading.total].map(|side| side.tiers.get(index));
            for (side, series) in [&reading.counted, &reading.total].into_iter().zip(sides) {
                history.note(side, tier, series);
            }
            let value = |series: Option<&TierSeries>, at: usize| series?.values.get(at).copied().flatten();
            let [counted, total] = sides;
            let mut buckets: Vec<_> = tier
                .starts()
                .enumerate()
                .filter(|(_, start)| time.contains(start))
                .map(|(at, start)| {
                    let end = start + tier.period_seconds;
                    let excluded = excluded.iter().any(|excluded| excluded.start <= start && end <= excluded.end);
                    Bucket::new(start..end, reading.kind, absence, [value(counted, at), value(total, at)], excluded)
                })
                .collect();
            if index == 0 {
                history.fullest_minute = buckets.iter().map(Bucket::in_a_minute).max().unwrap_or(0);
            }
            buckets.reverse();
            history.buckets.extend(buckets);
        }
        let longest = history.longest_shown();
        doubt(&mut history.buckets, longest);
        settle(&mut history.buckets);
        history.lost = Gaps::among(&history.buckets, history.kind);
        history
    }

    /// The same since an instant, which may be inside a datapoint. What is wrong is said of the whole.
    pub(super) fn since_instant(&self, instant: i64) -> Self {
        let since = |bucket: &Bucket| if bucket.end > instant { bucket.since(instant) } else { *bucket };
        let mut buckets: Vec<Bucket> = self.buckets.iter().map(since).collect();
        // What came before says how much is missing since.
        let lost = Gaps::among(&buckets, self.kind);
        buckets.retain(|bucket| bucket.end > instant);
        Self {
            buckets,
            lost,
            reach: self.reach,
            failures: Notes::default(),
            gaps: Notes::default(),
            kind: self.kind,
            longest_seconds: self.longest_seconds,
            finest_seconds: self.finest_seconds,
            fullest_minute: self.fullest_minute,
        }
    }

    /// Keeps what is wrong with a series; what failed ends the reach of what is known.
    fn note(&mut self, side: &Side<'_>, tier: &Tier, series: Option<&TierSeries>) {
        let (notes, reason) = match series.map(|series| &series.quality) {
            Some(Quality::Complete) => return,
            Some(Quality::Partial(reason)) => (&mut self.gaps, reason.as_str()),
            failed => {
                self.reach = self.reach.max(tier.end);
                (&mut self.failures, failed.map_or("nothing came", Quality::reason))
            }
        };
        notes.add(&side.name, tier, reason);
    }

    /// What counts since a time, newest first.
    pub(super) fn since(&self, start: i64) -> impl Iterator<Item = &Bucket> {
        self.all_since(start).filter(|bucket| !bucket.excluded)
    }

    fn all_since(&self, start: i64) -> impl Iterator<Item = &Bucket> {
        self.buckets.iter().take_while(move |bucket| bucket.start >= start)
    }

    /// The length of the datapoints that are left out.
    pub(super) fn excluded_seconds(&self, start: i64) -> u64 {
        let excluded = self.all_since(start).filter(|bucket| bucket.excluded);
        excluded.map(Bucket::seconds).sum()
    }

    /// What counts, to be cut into slices.
    pub(super) fn stretches(&self) -> impl Iterator<Item = Stretch> {
        let fine = |bucket: &&Bucket| bucket.end - bucket.start <= self.longest_seconds;
        self.since(self.reach)
            .filter(fine)
            .map(|bucket| Stretch { time: bucket.start..bucket.end, counts: bucket.counts(self.kind) })
    }

    /// What the datapoints that begin in a time come to.
    pub(super) fn sum(&self, time: &Range<i64>) -> Sum {
        if time.start < self.reach { Sum::Unknown } else { Sum::of(self.count(time)) }
    }

    /// Are there datapoints that show what is known to five minutes, and are no longer than that, for all of a time?
    pub(super) fn covers(&self, time: &Range<i64>, longest_seconds: u64) -> bool {
        let longest = self.longest_shown().min(longest_seconds);
        let fine = self.all_inside(time).filter(|bucket| bucket.seconds() <= longest);
        fine.map(Bucket::seconds).sum::<u64>() == time.end.abs_diff(time.start)
    }

    /// The longest datapoint that shows what is known: one of a metric that is published less often cannot be shorter.
    fn longest_shown(&self) -> u64 {
        SHOWN_SECONDS.max(self.finest_seconds)
    }

    pub(super) fn count(&self, time: &Range<i64>) -> Count {
        let known = self.inside(time).fold(Count::default(), |sum, bucket| sum.plus(gap::alone(bucket, self.kind)));
        if known.time.is_whole() {
            return known;
        }
        let (missing, dark_seconds) = self.lost.inside(time);
        Count { missing, dark_seconds, ..known }
    }

    /// The same of a period, day by day, where what is stored stands in for days of which it knows more.
    pub(super) fn sum_with(&self, time: &Range<i64>, all_stored: &[DailyAggregate]) -> Sum {
        if time.start < self.reach {
            return Sum::Unknown;
        }
        let of_day = |day: Range<i64>| {
            let datapoints = self.count(&day);
            let length = day.end.abs_diff(day.start);
            let covered: u64 = self.all_inside(&day).map(Bucket::seconds).sum();
            let known = datapoints.plus(Count::dark(length.saturating_sub(covered)));
            let is_coarse = self.inside(&day).any(|bucket| bucket.seconds() > self.longest_shown());
            let knows_more = |count: &Count| is_coarse || count.time.unknown_seconds < known.time.unknown_seconds;
            let whole = length == DAY.unsigned_abs();
            let stored = whole.then(|| DailyAggregate::count_of_day(all_stored, day.start)).flatten();
            let count = stored.filter(knows_more).unwrap_or(known);
            let usual = || DailyAggregate::of_other_weeks(all_stored, align_down(day.start, DAY)).max();
            let usual = (whole && !count.time.is_whole()).then(usual).flatten();
            usual.map_or(count, |usual| count.with_usual_day(usual))
        };
        Sum::of(days(time).map(of_day).fold(Count::default(), Count::plus))
    }

    /// The datapoints that count and begin in a time.
    fn inside(&self, time: &Range<i64>) -> impl Iterator<Item = &Bucket> {
        let end = time.end;
        self.since(time.start).filter(move |bucket| bucket.start < end)
    }

    fn all_inside(&self, time: &Range<i64>) -> impl Iterator<Item = &Bucket> {
        let end = time.end;
        self.all_since(time.start).filter(move |bucket| bucket.start < end)
    }

    /// Says that more of a time's events are good, or bad, than there are, if it is worth saying: more than one minute
    /// holds, since the newest may be whole in one metric only, and more than a tenth of the budget of these events,
    /// since what is counted twice can hide as many bad ones.
    pub(super) fn contradiction(&self, time: &Range<i64>, target: Target) -> Option<String> {
        let excess: u128 = self.inside(time).map(|bucket| u128::from(bucket.excess)).sum();
        let total: u128 = self.inside(time).filter_map(|bucket| bucket.total).map(u128::from).sum();
        // Sums of at most 2^64 datapoints would overflow: there are some ten thousand.
        let budget = total.saturating_mul(target.budget_ppb().into()) / u128::from(PARTS_PER_BILLION);
        let contradict = self.inside(time).filter(|bucket| bucket.excess > 0);
        let (count, oldest) = contradict.fold((0_u64, None), |(count, _), bucket| (count + 1, Some(bucket.start)));
        let oldest = oldest.filter(|_| excess > (budget / 10).max(self.skew_at_most(target)))?;
        Some(format!("{excess} events more than all, in {count} datapoints since {}", rfc3339(oldest)))
    }

    /// How many events may be counted in another minute than they begin in, without a place there: what a minute holds, and
    /// never as much as a quarter of the budget of all that came.
    fn skew_at_most(&self, target: Target) -> u128 {
        let total: u128 = self.buckets.iter().filter_map(|bucket| bucket.total).map(u128::from).sum();
        let budget = total.saturating_mul(target.budget_ppb().into()) / u128::from(PARTS_PER_BILLION);
        (budget / 4).min(self.fullest_minute.into())
    }

    /// Did datapoints come that begin in a time, and is every one of that time excluded?
    pub(super) fn is_excluded(&self, time: &Range<i64>) -> bool {
        let inside = || self.all_inside(time);
        time.start >= self.reach
            && inside().all(|bucket| bucket.excluded)
            && inside().any(|bucket| bucket.events(self.kind).is_some())
    }

    pub(super) fn datapoints(&self, start: i64) -> (u64, u64) {
        self.since(start).fold((0, 0), |(expected, received), bucket| {
            (expected + 1, received + u64::from(bucket.complete(self.kind)))
        })
    }

    pub(super) fn burning_since(&self, target: Target) -> Option<Timestamp> {
        self.since(self.reach)
            .filter_map(|bucket| Some((bucket.start, bucket.events(self.kind)?)))
            .take_while(|(_, events)| events.burn(target))
            .last()
            .and_then(|(start, _)| Timestamp::from_timestamp(start, 0))
    }
}

/// A time, cut into days of UTC.
pub(super) fn days(time: &Range<i64>) -> impl Iterator<Item = Range<i64>> + use<> {
    let time = time.clone();
    let first = align_down(time.start, DAY);
    let all = (0..).map(move |index| first + index * DAY);
    all.take_while(move |day| *day < time.end).map(move |day| time.start.max(day)..time.end.min(day + DAY))
}
