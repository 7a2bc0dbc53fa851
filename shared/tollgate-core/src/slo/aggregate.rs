//! What is kept of a day that is over: CloudWatch has minutes for 15 days and five minutes for 63, and what is final need not
//! be fetched again.

use std::{collections::BTreeSet, ops::Range};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    fact::Background,
    history::History,
    indicator::{CompositeMethod, Indicator},
    judged_by::judged_by,
    known::{Count, KnownTime},
    objective::Slo,
    reading::Reading,
    series::Snapshot,
    timeslice::{FEMTO, Slices, Slicing, Tally},
};

/// The version of the value.
pub const AGGREGATE_SCHEMA: &str = "tollgate.slo_day/v2";

const DAY: u64 = 86_400;

/// What is kept of an objective.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectiveDays {
    /// Always [`AGGREGATE_SCHEMA`]; what has another is of no use.
    pub schema: String,
    /// The digest of the objective and of what it was judged by, [`judged_by`].
    pub judged_by: String,
    /// Its days, in any order.
    pub days: Vec<DailyAggregate>,
}

impl ObjectiveDays {
    /// Days of an objective as it is judged now.
    ///
    /// # Errors
    /// Only if that cannot be written as JSON, which nothing brings about.
    pub fn new(slo: &Slo, days: Vec<DailyAggregate>) -> serde_json::Result<Self> {
        Ok(Self { schema: AGGREGATE_SCHEMA.to_owned(), judged_by: judged_by(slo)?, days })
    }

    /// Those of the days that are of this objective, as it is judged now, and with the maintenance that it has now. The day in
    /// which a young one began is none: what is kept of it holds the time before, too.
    pub fn days_of(&self, slo: &Slo) -> Vec<&DailyAggregate> {
        let is_its = self.schema == AGGREGATE_SCHEMA && judged_by(slo).is_ok_and(|now| now == self.judged_by);
        let excluded = |time: Range<i64>| excluded_seconds(&slo.excluded(time.start, time.end), &time);
        let is_measured = |time: &Range<i64>| slo.since.is_none_or(|since| since.timestamp() <= time.start);
        let fits = |day: &&DailyAggregate| {
            let time = day.time().filter(is_measured);
            day.fits() && time.is_some_and(|time| excluded(time) == day.excluded_seconds)
        };
        self.days.iter().filter(|_| is_its).filter(fits).collect()
    }
}

/// One objective in one day of UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailyAggregate {
    /// The day, in UTC.
    pub day: NaiveDate,
    /// How much of it is known.
    pub known: KnownTime,
    /// The time in it that planned maintenance excludes.
    pub excluded_seconds: u64,
    /// Good ones of what came, counted as the budget is where it is not counted in slices.
    pub good: u64,
    /// All that came.
    pub total: u64,
    /// What its unknown time had in the traffic around it.
    pub missing: u64,
    /// Its slices; null where the budget is not counted in slices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slices: Option<Box<DailySlices>>,
}

/// The slices of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailySlices {
    /// The length of a slice.
    pub seconds: u64,
    /// The share of good events that makes a slice good, in parts per thousand million; null where a slice counts by its
    /// share.
    pub target_ppb: Option<u64>,
    /// Slices that count.
    pub total: u64,
    /// Good ones among them.
    pub good: u64,
    /// Those among them of which too little is known.
    pub unknown: u64,
    /// Slices that are left out as excluded.
    pub excluded: u64,
    /// The sum of the shares of bad events that are known, in 10^-15 of a slice, rounded up.
    pub bad_femto: u64,
    /// The share of slices that may be bad besides, in 10^-15 of a slice, rounded up.
    pub unknown_femto: u64,
}

impl DailyAggregate {
    /// What is known of a day that is over, out of datapoints of five minutes or less, and as short as a slice.
    ///
    /// # Errors
    /// When the data does not hold the whole day, what it holds failed, or its datapoints are longer.
    pub fn of(slo: &Slo, snapshot: &Snapshot, day: NaiveDate) -> Result<Self, String> {
        let time = time_of(day).ok_or("the day has no start")?;
        let plan = snapshot.plan.by(slo.indicator.resolution());
        if plan.end() < time.end {
            return Err(format!("the day {day} is not over, or its counts have not had their time to arrive"));
        }
        if plan.datapoint_start(time.start) != Some(time.start) || plan.skipped().contains(&time.start) {
            return Err(format!("the data does not reach back to the start of {day}"));
        }
        let reading = Reading::of(&slo.indicator, snapshot)?;
        let excluded = slo.excluded(time.start, time.end);
        let history = History::of(&reading, reading.absence(i64::MIN, [false; 2]), &time, &excluded);
        let slicing = Slicing::of(slo.budgeting);
        if !history.covers(&time, slicing.map_or(DAY, |slicing| slicing.seconds.unsigned_abs())) {
            return Err(format!(
                "the data has no datapoints of five minutes, or as short as a slice, for all of {day}"
            ));
        }
        let wrong: Vec<_> = history.failures.lines().into_iter().chain(history.gaps.lines()).collect();
        if !wrong.is_empty() {
            return Err(format!("what is known of {day} is not whole: {}", wrong.join("; ")));
        }
        let count = history.count(&time);
        let tally = slicing.map(|slicing| (slicing, Slices::cut(slicing, history.stretches(), &excluded).tally(&time)));
        Self::new(day, excluded_seconds(&excluded, &time), &count, tally.as_ref())
            .ok_or_else(|| format!("more came on {day} than can be counted"))
    }

    fn new(day: NaiveDate, excluded_seconds: u64, count: &Count, tally: Option<&(Slicing, Tally)>) -> Option<Self> {
        let events = count.events()?;
        let slices = |(slicing, tally): &(Slicing, Tally)| {
            Some(Box::new(DailySlices {
                seconds: slicing.seconds.unsigned_abs(),
                target_ppb: slicing.target_ppb,
                total: tally.total,
                good: tally.good,
                unknown: tally.unknown,
                excluded: tally.excluded,
                bad_femto: tally.bad_shares().ceil(FEMTO),
                unknown_femto: u64::try_from(tally.unknown_femto).ok()?,
            }))
        };
        Some(Self {
            day,
            known: count.time,
            excluded_seconds,
            good: events.good(),
            total: events.total(),
            missing: u64::try_from(count.missing).ok()?,
            slices: match tally {
                Some(tally) => Some(slices(tally)?),
                None => None,
            },
        })
    }

    /// What is stored of the day that begins then; none when nothing is, when it contradicts itself, or when two that are
    /// stored of it differ.
    fn of_day(stored: &[Self], day_start: i64) -> Option<&Self> {
        let is_then = |day: &&Self| day.time().is_some_and(|time| time.start == day_start);
        let mut of_day = stored.iter().filter(is_then);
        let first = of_day.next()?;
        (of_day.all(|other| other == first) && first.fits()).then_some(first)
    }

    /// What came on the day that begins then.
    pub(super) fn count_of_day(stored: &[Self], day_start: i64) -> Option<Count> {
        Self::of_day(stored, day_start).map(Self::count)
    }

    /// What the slices of the day that begins then come to; none when it was cut otherwise.
    pub(super) fn tally_of_day(stored: &[Self], day_start: i64, slicing: Slicing) -> Option<Tally> {
        let day = Self::of_day(stored, day_start)?;
        let slices = day.slices.as_ref().filter(|slices| slices.fits(slicing))?;
        Some(Tally::kept(slices, day.known))
    }

    /// Its time, in seconds since 1970.
    pub fn time(&self) -> Option<Range<i64>> {
        time_of(self.day)
    }

    fn fits(&self) -> bool {
        let KnownTime { known_seconds, unknown_seconds } = self.known;
        let time = known_seconds.checked_add(unknown_seconds);
        self.good <= self.total
            && time.is_some_and(|time| time <= DAY && time >= DAY.saturating_sub(self.excluded_seconds))
            && (unknown_seconds > 0 || self.missing == 0)
            && (known_seconds > 0 || self.total == 0)
    }

    fn count(&self) -> Count {
        let KnownTime { known_seconds, unknown_seconds } = self.known;
        Count {
            bad: self.total.saturating_sub(self.good).into(),
            total: self.total.into(),
            missing: self.missing.into(),
            dark_seconds: if known_seconds == 0 { unknown_seconds } else { 0 },
            time: self.known,
        }
    }
}

impl DailySlices {
    fn fits(&self, slicing: Slicing) -> bool {
        let slices = self.total.checked_add(self.excluded);
        let judged = self.good.checked_add(self.unknown);
        let most_bad = self.total.checked_mul(FEMTO);
        let bad = self.bad_femto.checked_add(self.unknown_femto);
        i64::try_from(self.seconds) == Ok(slicing.seconds)
            && self.target_ppb == slicing.target_ppb
            && slices.and_then(|slices| slices.checked_mul(self.seconds)) == Some(DAY)
            && judged.is_some_and(|judged| judged <= self.total)
            // Each share may have been rounded up.
            && bad.zip(most_bad).is_some_and(|(bad, most)| bad <= most.saturating_add(self.total))
    }
}

fn time_of(day: NaiveDate) -> Option<Range<i64>> {
    let start = day.and_hms_opt(0, 0, 0)?.and_utc().timestamp();
    Some(start..start.checked_add_unsigned(DAY)?)
}

impl Background {
    /// The time, in whole days up to a start of one, of which everything is kept of an objective, or of all that it is made
    /// of: it need not be asked for again. None where the day before is not kept.
    pub fn kept_until(&self, slo: &Slo, end: i64) -> Option<Range<i64>> {
        if let Indicator::Composite(composite) = &slo.indicator {
            // Days do not say which of their slices were bad.
            if composite.method == CompositeMethod::AnySlice {
                return None;
            }
            let parts = composite.parts.iter().map(|part| self.kept_until(&part.slo, end));
            return parts.collect::<Option<Vec<_>>>()?.into_iter().max_by_key(|range| range.start);
        }
        let kept = self.days.iter().flat_map(|kept| kept.days_of(slo));
        let starts: BTreeSet<i64> = kept.filter_map(|day| Some(day.time()?.start)).collect();
        let day = DAY.cast_signed();
        let before = (1..).map(|days| end - days * day).take_while(|start| starts.contains(start));
        before.last().map(|start| start..end)
    }
}

/// How much of a time is excluded by ranges that do not overlap.
fn excluded_seconds(excluded: &[Range<i64>], time: &Range<i64>) -> u64 {
    let inside = |range: &Range<i64>| range.end.min(time.end).saturating_sub(range.start.max(time.start)).max(0);
    excluded.iter().map(inside).map(i64::unsigned_abs).sum()
}

#[cfg(test)]
#[path = "aggregate_tests.rs"]
mod tests;
