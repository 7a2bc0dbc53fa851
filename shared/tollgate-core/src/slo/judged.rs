//! One objective, judged by its history.

use super::{
    SloFact, Traffic, WindowFact,
    aggregate::DailyAggregate,
    arithmetic::{Events, Spending},
    assembled::{Spent, assembled},
    bucket::{Absence, Bucket},
    calendar::Bounds,
    fact::{Background, Judging, undecided},
    history::{History, Sum},
    known::{Count, Measured},
    objective::{Budgeting, Slo},
    period::Period,
    plan::{Plan, Tier, WINDOWS},
    reading::Reading,
    timeslice::{Slices, Slicing, Tally, union::SlicesOf},
};
use crate::{
    Timestamp,
    evidence::{Evidence, EvidenceStatus},
    facts::MaintenanceWindow,
};

mod status;

use status::{max_age_seconds, missing_days};

/// An objective and its history.
pub(super) struct Judged<'a> {
    pub(super) slo: &'a Slo,
    judging: &'a Judging,
    /// The stored days of this objective, as it is judged now.
    pub(super) stored: Vec<DailyAggregate>,
    pub(super) reading: &'a Reading<'a>,
    pub(super) plan: &'a Plan,
    pub(super) history: History,
    /// What it means in it that a datapoint is not there.
    absence: Absence,
    pub(super) slices: Option<(Slicing, Slices)>,
    /// The end of the data, before what is late.
    pub(super) end: Timestamp,
    bounds: Bounds,
    /// Where the datapoint begins that the period begins in.
    period_start: i64,
    /// The period since its instant, where that is inside a datapoint or a slice: what came before is none of it.
    period: Option<Begun>,
}

/// A period that begins inside a datapoint or a slice.
struct Begun {
    instant: i64,
    history: History,
    slices: Option<(Slicing, Slices)>,
}

/// What came of a stretch of time up to the end of the data.
struct Stretch {
    start: i64,
    events: Option<Events>,
    tally: Option<Tally>,
    spent: Option<Measured>,
    /// Did data come, and is all of it excluded?
    excluded: bool,
    /// What is neither known nor unknown.
    excluded_seconds: u64,
}

impl<'a> Judged<'a> {
    /// None when the data does not reach back to the start of the period.
    pub(super) fn of(
        slo: &'a Slo,
        reading: &'a Reading<'a>,
        judging: &'a Judging,
        background: &'a Background,
    ) -> Result<Self, String> {
        let plan = reading.plan.as_ref();
        let end_seconds = reading.end(judging.now.timestamp().saturating_sub_unsigned(max_age_seconds(slo, judging)));
        let end = Timestamp::from_timestamp(end_seconds, 0);
        let bounds = end.and_then(|end| Some((end, slo.period.bounds(end)?)));
        let (end, bounds) = bounds.ok_or("the calendar does not reach as far as its period")?;
        // What is late may move the start of the period to before what was asked for.
        let start_of = |time: i64| {
            plan.datapoint_start(time).or_else(|| plan.datapoint_start(time.saturating_add(plan.end() - end_seconds)))
        };
        let since = slo.since.map_or(i64::MIN, |since| since.timestamp());
        let instant = bounds.starts_at.timestamp().max(since).min(end_seconds);
        let period_start = start_of(instant);
        let longest = WINDOWS.iter().map(|(_, seconds)| *seconds).max();
        let longest = longest.and_then(|seconds| start_of(end_seconds.checked_sub_unsigned(seconds)?));
        let (Some(period_start), Some(longest)) = (period_start, longest) else {
            return Err(format!("the data reaches back {} s, less than the period", plan.history_seconds()));
        };
        let oldest = period_start.min(longest);
        let longer = |tier: &&Tier| tier.end > oldest && tier.period_seconds > reading.longest_seconds;
        if slo.budgeting == Budgeting::Occurrences
            && let Some(tier) = plan.tiers().iter().find(longer)
        {
            return Err(format!(
                "the data has datapoints of {} s in the period, and it is judged by those of {} s: record it again",
                tier.period_seconds, reading.longest_seconds
            ));
        }
        // To the end of a calendar period, for the slices that are to come.
        let excluded = slo.excluded(oldest, bounds.ends_at.timestamp());
        let stored: Vec<DailyAggregate> = background.days.iter().flat_map(|kept| kept.days_of(slo)).cloned().collect();
        let kept = [stored.iter().any(|day| day.good > 0), stored.iter().any(|day| day.total > 0)];
        let absence = reading.absence(oldest, kept);
        let history = History::of(reading, absence, &(oldest..end_seconds), &excluded);
        let slicing = Slicing::of(slo.budgeting);
        let cut =
            |history: &History| slicing.map(|slicing| (slicing, Slices::cut(slicing, history.stretches(), &excluded)));
        let slices = cut(&history);
        let inside_slice = slicing.is_some_and(|slicing| instant.rem_euclid(slicing.seconds) != 0);
        let rolls = matches!(slo.period, Period::Rolling { .. });
        // A window that rolls takes all of the datapoint and slice that it begins in.
        let period = (!rolls && (period_start < instant || inside_slice)).then(|| {
            let history = history.since_instant(instant);
            let slices = cut(&history);
            Begun { instant, history, slices }
        });
        Ok(Self { slo, judging, stored, reading, plan, history, absence, slices, end, bounds, period_start, period })
    }

    /// Where a window begins that is counted back from the end of the data, as [`Plan::window_start`].
    fn window_start(&self, seconds: u64) -> Option<i64> {
        self.plan.datapoint_start(self.end.timestamp().checked_sub_unsigned(seconds)?)
    }

    /// What is known of it, and what that follows from.
    pub(super) fn fact(&self) -> (SloFact, Spent) {
        let mut gaps = self.history.gaps.lines();
        let begins = self.period.as_ref().map_or(self.period_start, |period| period.instant);
        let period = self.stretch(begins, "the period", true, &mut gaps);
        let windows = WINDOWS.map(|(name, seconds)| {
            let start = self.window_start(seconds).unwrap_or(i64::MIN);
            (name, self.stretch(start, name, false, &mut gaps))
        });
        gaps.extend(self.overdue());
        let came = |bucket: &&Bucket| bucket.total.is_some() || bucket.complete(self.reading.kind);
        let newest = |is: &dyn Fn(&&Bucket) -> bool| self.history.buckets.iter().find(is).map(|bucket| bucket.end);
        // Silence that is declared is as fresh as a datapoint, and is none.
        let (fresh_until, as_of) = (newest(&came), newest(&|bucket| bucket.has_come(self.reading.kind)));
        let (datapoints_expected, datapoints_received) = self.history.datapoints(self.period_start);
        let spent = Spent {
            period: self.planned(&period),
            windows: windows.iter().map(|(name, window)| (*name, window.spent.clone())).collect(),
            lost: self.history.lost.times().collect(),
        };
        let mut fact = assembled(self.slo, self.judging, self.end, &spent);
        let undecided = undecided(&fact).map(|undecided| format!("{undecided}{}", missing_days(period.tally.as_ref())));
        fact.is_undecided = gaps.is_empty() && undecided.is_some();
        gaps.extend(undecided);
        let (status, reason) = self.status(fresh_until, &gaps);
        fact.is_undecided &= status == EvidenceStatus::Partial;
        fact.evidence = Evidence {
            status,
            reason,
            as_of: as_of.and_then(|seconds| Timestamp::from_timestamp(seconds, 0)),
            datapoints_expected,
            datapoints_received,
            ..fact.evidence
        };
        fact.traffic = Traffic::of(period.events.map(Events::total));
        fact.alerts = self.alerts();
        fact.maintenance = self.maintenance();
        fact.late_seconds = self.plan.end().abs_diff(self.end.timestamp());
        fact.silence = self.silence();
        fact.burning_since = self.history.burning_since(self.slo.target);
        if let Some(budget) = &mut fact.budget {
            budget.slices = period.tally.as_ref().map(Tally::fact);
            budget.excluded_seconds = period.excluded_seconds;
        }
        for (name, window) in &windows {
            if let Some(known) = fact.windows.get_mut(*name) {
                self.fill(known, window);
            }
        }
        (fact, spent)
    }

    fn stretch(&self, start: i64, name: &str, is_period: bool, gaps: &mut Vec<String>) -> Stretch {
        let time = start..self.end.timestamp();
        let begun = self.period.as_ref().filter(|_| is_period);
        let (history, slices) = begun.map_or((&self.history, &self.slices), |period| (&period.history, &period.slices));
        let all_excluded = history.is_excluded(&time);
        let stored = if is_period { self.stored.as_slice() } else { &[] };
        let sum = if is_period { history.sum_with(&time, stored) } else { history.sum(&time) };
        let count = match sum {
            Sum::Known(count) => Some(count),
            // A budget of which nothing counts says nothing at all: that is a gap.
            Sum::Unknown if all_excluded && !is_period => None,
            Sum::Unknown => {
                let excluded = history.excluded_seconds(start) > 0 && history.since(start).next().is_none();
                gaps.push(format!("{} over {name}", if excluded { "everything is excluded" } else { "no datapoint" }));
                None
            }
            Sum::TooMany => {
                gaps.push(format!("more events over {name} than can be counted"));
                None
            }
        };
        if let Some(contradiction) = history.contradiction(&time, self.slo.target) {
            let [metric, all] = self.names();
            gaps.push(format!("`{metric}` and `{all}` contradict each other over {name}: {contradiction}"));
        }
        let tally = slices.as_ref().map(|(_, slices)| slices.tally_with(&time, stored));
        let spent = count.and_then(|count| self.spent(&count, tally.as_ref()));
        if count.is_some() && spent.is_none() {
            gaps.push(format!("no slice is known over {name}"));
        }
        let counted = count.map(|count| count.time.known_seconds.saturating_add(count.time.unknown_seconds));
        let excluded_seconds = counted.map_or_else(
            || self.history.excluded_seconds(start),
            |counted| time.end.abs_diff(time.start).saturating_sub(counted),
        );
        let events = count.and_then(|count| count.events());
        Stretch { start, events, tally, spent, excluded: all_excluded, excluded_seconds }
    }

    pub(super) fn spent(&self, count: &Count, tally: Option<&Tally>) -> Option<Measured> {
        match (&self.slices, tally) {
            (Some((slicing, _)), Some(tally)) => tally.spent(*slicing),
            _ => count.spent(self.reading.parts),
        }
    }

    /// What was spent in each of so many equal parts of the period up to the end of the data, oldest first; none where
    /// nothing is known. A datapoint is in the part that it begins in.
    pub(super) fn by_part(&self, parts: u32) -> Vec<Option<Spending>> {
        let seconds = self.end.timestamp() - self.period_start;
        let start_of = |part: u32| self.period_start + seconds * i64::from(part) / i64::from(parts);
        let of = |part: u32| {
            let time = start_of(part)..start_of(part + 1);
            self.spent_in(&time).map(|spent| spent.observed().clone())
        };
        (0..parts).map(of).collect()
    }

    /// What the period spent. Of a calendar period that is cut into slices, those to come are part of the budget.
    fn planned(&self, period: &Stretch) -> Option<Measured> {
        let spent = period.spent.clone()?;
        Some(match (self.slo.period, &self.slices, &period.tally) {
            (Period::Calendar { .. }, Some((_, slices)), Some(tally)) => {
                // The slice that the data ends in is counted already.
                let next = slices.start_of(self.end.timestamp() - 1) + slices.seconds();
                let to_come = slices.tally(&(next..self.bounds.ends_at.timestamp())).total;
                spent.of_planned(tally.total.saturating_add(to_come))
            }
            _ => spent,
        })
    }

    /// The slices that windows are made of.
    pub(super) fn slices_of_windows(&self) -> Option<SlicesOf<'_>> {
        self.slices.as_ref().map(|(_, slices)| SlicesOf { slices, stored: &[] })
    }

    /// The slices that the period is made of, and what is stored of its days.
    pub(super) fn slices_of_period(&self) -> Option<SlicesOf<'_>> {
        let slices = self.period.as_ref().map_or(&self.slices, |period| &period.slices);
        slices.as_ref().map(|(_, slices)| SlicesOf { slices, stored: &self.stored })
    }

    fn fill(&self, known: &mut WindowFact, window: &Stretch) {
        let whole = |count: u64| count.checked_div(self.reading.parts);
        known.good = window.events.and_then(|events| whole(events.good()));
        known.total = window.events.and_then(|events| whole(events.total()));
        known.traffic = if window.excluded { Traffic::Excluded } else { Traffic::of(known.total) };
        known.slices = window.tally.as_ref().map(Tally::fact);
        known.excluded_seconds = window.excluded_seconds;
        (known.datapoints_expected, known.datapoints_received) = self.history.datapoints(window.start);
    }

    /// The maintenance that the newest datapoints, or this moment, are in: as long as it can keep a window from being judged.
    fn maintenance(&self) -> Vec<MaintenanceWindow> {
        let shortest = WINDOWS.iter().filter_map(|(_, seconds)| self.window_start(*seconds)).max();
        let from = shortest.and_then(|seconds| Timestamp::from_timestamp(seconds, 0)).unwrap_or(self.end);
        self.slo.maintenance(from, self.judging.now)
    }
}

#[cfg(test)]
#[path = "judged_tests.rs"]
mod tests;
