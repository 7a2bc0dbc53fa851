//! The datapoints of both series of an objective, side by side.

use std::{collections::BTreeSet, ops::Range};

use super::{
    arithmetic::Events,
    indicator::Counted,
    objective::Target,
    plan::{Plan, Tier},
    reading::{Reading, Side},
    series::{Quality, TierSeries},
    timeslice::{Counts, Stretch},
};
use crate::Timestamp;

/// One datapoint of both series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) counted: Option<u64>,
    pub(super) total: Option<u64>,
    /// Is all of its time excluded? Otherwise all of it counts: when its events came is not known.
    pub(super) excluded: bool,
}

impl Bucket {
    /// What it adds to (counted, total); none when nothing is known.
    fn counts(&self, kind: Counted) -> Option<(u64, u64)> {
        match (kind, self.counted, self.total) {
            (_, Some(counted), Some(total)) => Some((counted, total)),
            (Counted::Good | Counted::Bad { absent_is_zero: true }, None, Some(total)) => Some((0, total)),
            (Counted::Bad { absent_is_zero: false }, None, Some(total)) => Some((total, total)),
            (Counted::Bad { .. }, Some(bad), None) if bad > 0 => Some((bad, bad)),
            (_, _, None) => None,
        }
    }

    /// Its bad ones and all, as known as it is.
    fn stretch(&self, kind: Counted) -> Stretch {
        let counts = self.counts(kind).map(|(counted, total)| {
            let bad = if kind == Counted::Good { total.saturating_sub(counted) } else { counted };
            Counts { bad: bad.into(), total: total.into() }
        });
        Stretch { time: self.start..self.end, counts }
    }

    fn complete(&self, kind: Counted) -> bool {
        self.total.is_some() && (self.counted.is_some() || kind == Counted::Bad { absent_is_zero: true })
    }
}

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
    kind: Counted,
    longest_seconds: i64,
    skew_allowed: u64,
}

/// What the counts of a window come to.
pub(super) enum Sum {
    Unknown,
    Known(Events),
    /// More are good, or bad, than there are.
    Impossible {
        counted: u128,
        total: u128,
    },
}

impl History {
    /// The datapoints since a time.
    pub(super) fn of(reading: &Reading<'_>, plan: &Plan, oldest: i64, excluded: &[Range<i64>]) -> Self {
        let mut history = Self {
            buckets: Vec::new(),
            reach: oldest,
            failures: Notes::default(),
            gaps: Notes::default(),
            kind: reading.kind,
            longest_seconds: reading.longest_seconds,
            skew_allowed: 0,
        };
        for (index, tier) in plan.tiers().iter().enumerate().filter(|(_, tier)| tier.end > oldest) {
            let sides = [&reading.counted, &reading.total].map(|side| side.tiers.get(index));
            for (side, series) in [&reading.counted, &reading.total].into_iter().zip(sides) {
                history.note(side, tier, series);
            }
            let value = |series: Option<&TierSeries>, at: usize| series?.values.get(at).copied().flatten();
            let [counted, total] = sides;
            let mut buckets: Vec<_> = tier
                .starts()
                .enumerate()
                .map(|(at, start)| {
                    let end = start + tier.period_seconds;
                    let excluded = excluded.iter().any(|excluded| excluded.start <= start && end <= excluded.end);
                    Bucket { start, end, counted: value(counted, at), total: value(total, at), excluded }
                })
                .filter(|bucket| bucket.start >= oldest)
                .collect();
            if index == 0 {
                history.skew_allowed = buckets.iter().filter_map(|bucket| bucket.total).max().unwrap_or(0);
            }
            buckets.reverse();
            history.buckets.extend(buckets);
        }
        history
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
        excluded.map(|bucket| bucket.end.abs_diff(bucket.start)).sum()
    }

    /// What counts, to be cut into slices.
    pub(super) fn stretches(&self) -> impl Iterator<Item = Stretch> {
        let fine = |bucket: &&Bucket| bucket.end - bucket.start <= self.longest_seconds;
        self.since(self.reach).filter(fine).map(|bucket| bucket.stretch(self.kind))
    }

    /// What the datapoints that begin in a time come to.
    pub(super) fn sum(&self, time: &Range<i64>) -> Sum {
        if time.start < self.reach {
            return Sum::Unknown;
        }
        let kind = self.kind;
        let inside = self.since(time.start).filter(|bucket| bucket.start < time.end);
        let mut known = inside.filter_map(|bucket| bucket.counts(kind)).peekable();
        if known.peek().is_none() {
            return Sum::Unknown;
        }
        let (counted, total) = known.fold((0, 0), |(counted, total), (more_counted, more_total)| {
            (counted + u128::from(more_counted), total + u128::from(more_total))
        });
        let impossible = Sum::Impossible { counted, total };
        if counted.saturating_sub(total) > u128::from(self.skew_allowed) {
            return impossible;
        }
        let Ok(whole) = u64::try_from(total) else { return impossible };
        let counted = u64::try_from(counted.min(total)).unwrap_or(whole);
        let bad = if kind == Counted::Good { whole.saturating_sub(counted) } else { counted };
        Events::new(whole, bad).map_or(impossible, Sum::Known)
    }

    /// Did datapoints come that begin in a time, and is every one of that time excluded?
    pub(super) fn is_excluded(&self, time: &Range<i64>) -> bool {
        let inside = || self.all_since(time.start).filter(|bucket| bucket.start < time.end);
        time.start >= self.reach
            && inside().all(|bucket| bucket.excluded)
            && inside().any(|bucket| bucket.counts(self.kind).is_some())
    }

    pub(super) fn datapoints(&self, start: i64) -> (u64, u64) {
        self.since(start).fold((0, 0), |(expected, received), bucket| {
            (expected + 1, received + u64::from(bucket.complete(self.kind)))
        })
    }

    pub(super) fn burning_since(&self, target: Target) -> Option<Timestamp> {
        let kind = self.kind;
        let burns = |(counted, total): (u64, u64)| {
            let bad = if kind == Counted::Good { total.saturating_sub(counted) } else { counted.min(total) };
            Events::new(total, bad).is_some_and(|events| events.burn(target))
        };
        self.since(self.reach)
            .filter_map(|bucket| Some((bucket.start, bucket.counts(kind)?)))
            .take_while(|(_, counts)| burns(*counts))
            .last()
            .and_then(|(start, _)| Timestamp::from_timestamp(start, 0))
    }
}
