//! Objectives that are counted in slices, of which one is bad when that of any of them is.

use std::ops::Range;

use crate::{
    Timestamp,
    slo::{
        arithmetic::Spending,
        assembled::Spent,
        fact::{Background, Judging},
        indicator::{Composite, Part},
        judged::Judged,
        known::Measured,
        objective::Slo,
        period::Period,
        plan::{Plan, WINDOWS},
        reading::Reading,
        series::Snapshot,
        timeslice::{SliceFact, Tally, union::Union},
    },
};

/// What the slices of all come to.
pub(in crate::slo) struct Joined {
    pub(in crate::slo) spent: Spent,
    /// Those of the period, and of each window.
    pub(super) period: SliceFact,
    pub(super) windows: Vec<(&'static str, Option<SliceFact>)>,
    pub(super) end: Timestamp,
}

/// Several objectives, judged up to where all of their data ends.
pub(super) struct Several<'a> {
    pub(super) slo: &'a Slo,
    pub(super) plan: &'a Plan,
    pub(super) parts: &'a [Judged<'a>],
    pub(super) end: i64,
}

/// What each part is judged by, over the period of the whole; none where one cannot be judged.
pub(super) fn with_parts<T>(
    slo: &Slo,
    composite: &Composite,
    snapshot: &Snapshot,
    judging: &Judging,
    background: &Background,
    of: impl FnOnce(&Several<'_>) -> Option<T>,
) -> Option<T> {
    let slos: Vec<Slo> = composite.parts.iter().map(|part| over_the_period(slo, part)).collect();
    let readings: Option<Vec<Reading<'_>>> =
        slos.iter().map(|slo| Reading::of(&slo.indicator, snapshot).ok()).collect();
    let readings = readings?;
    let judged = |(slo, reading)| Judged::of(slo, reading, judging, background).ok();
    let parts: Vec<Judged<'_>> = slos.iter().zip(&readings).map(judged).collect::<Option<_>>()?;
    let end = parts.iter().map(|part| part.end.timestamp()).min()?;
    let plan = snapshot.plan.by(slo.indicator.resolution());
    of(&Several { slo, plan: &plan, parts: &parts, end })
}

/// A part, judged over the period of the whole.
pub(super) fn over_the_period(slo: &Slo, part: &Part) -> Slo {
    Slo { period: slo.period, since: slo.since.max(part.slo.since), ..(*part.slo).clone() }
}

/// What the slices of all spend in the period and in each window.
pub(super) fn joined(
    slo: &Slo,
    composite: &Composite,
    snapshot: &Snapshot,
    judging: &Judging,
    background: &Background,
) -> Option<Joined> {
    with_parts(slo, composite, snapshot, judging, background, |several| several.joined())
}

/// What they spend in each of so many equal parts of the period, oldest first.
pub(in crate::slo) fn by_part(
    slo: &Slo,
    composite: &Composite,
    snapshot: &Snapshot,
    judging: &Judging,
    parts: u32,
) -> Option<Vec<Option<Spending>>> {
    with_parts(slo, composite, snapshot, judging, &Background::default(), |several| several.by_part(parts))
}

impl Several<'_> {
    fn joined(&self) -> Option<Joined> {
        let end = Timestamp::from_timestamp(self.end, 0)?;
        let start = self.period_start()?;
        let union = Union::of(self.parts.iter().map(Judged::slices_of_period).collect::<Option<_>>()?)?;
        let time = start..self.end;
        let tally = union.tally_with(&time);
        let period = self.spent(&union, &tally, &time).map(|spent| self.planned(&union, &tally, spent));
        let recent = self.union()?;
        let windows: Vec<_> = WINDOWS.map(|(name, seconds)| (name, self.window(&recent, seconds))).into();
        Some(Joined {
            period: tally.fact(),
            spent: Spent {
                period,
                windows: windows
                    .iter()
                    .map(|(name, found)| (*name, found.as_ref().and_then(|(_, spent)| spent.clone())))
                    .collect(),
                lost: Vec::new(),
            },
            windows: windows.into_iter().map(|(name, found)| (name, found.map(|(tally, _)| tally.fact()))).collect(),
            end,
        })
    }

    pub(super) fn union(&self) -> Option<Union<'_>> {
        Union::of(self.parts.iter().map(Judged::slices_of_windows).collect::<Option<_>>()?)
    }

    fn window(&self, union: &Union<'_>, seconds: u64) -> Option<(Tally, Option<Measured>)> {
        let time = self.plan.datapoint_start(self.end.checked_sub_unsigned(seconds)?)?..self.end;
        let tally = union.tally(&time);
        let spent = self.spent(union, &tally, &time);
        Some((tally, spent))
    }

    /// What the slices of a time spend. In the time that is known, that is what they do where all parts are known, and no
    /// less than any of them does.
    fn spent(&self, union: &Union<'_>, tally: &Tally, time: &Range<i64>) -> Option<Measured> {
        let known = union.tally_of_known(time).spent(union.slicing())?;
        let bounds = tally.spent(union.slicing())?;
        let [certain, at_most] = [bounds.certain(), bounds.at_most()].map(Clone::clone);
        Some(Measured::of_three([known.observed().clone(), certain, at_most], bounds.time()))
    }

    pub(super) fn observed(&self, union: &Union<'_>, time: &Range<i64>) -> Option<Spending> {
        self.spent(union, &union.tally(time), time).map(|spent| spent.observed().clone())
    }

    /// Of a calendar period, the slices to come are part of the budget.
    fn planned(&self, union: &Union<'_>, tally: &Tally, spent: Measured) -> Measured {
        let (Period::Calendar { .. }, Some(bounds)) = (self.slo.period, self.bounds()) else { return spent };
        // The slice that the data ends in is counted already.
        let next = self.end.saturating_add(union.slicing().seconds - 1);
        let next = next - next.rem_euclid(union.slicing().seconds);
        spent.of_planned(tally.total.saturating_add(union.tally(&(next..bounds.end)).total))
    }

    fn bounds(&self) -> Option<Range<i64>> {
        let bounds = self.slo.period.bounds(Timestamp::from_timestamp(self.end, 0)?)?;
        Some(bounds.starts_at.timestamp()..bounds.ends_at.timestamp())
    }

    /// Where the period begins: one that rolls with a datapoint, another at its instant.
    fn period_start(&self) -> Option<i64> {
        let since = self.slo.since.map_or(i64::MIN, |since| since.timestamp());
        let instant = self.bounds()?.start.max(since).min(self.end);
        match self.slo.period {
            Period::Calendar { .. } => Some(instant),
            // What is late may move the start of the period to before what was asked for.
            Period::Rolling { .. } => self
                .plan
                .datapoint_start(instant)
                .or_else(|| self.plan.datapoint_start(instant.saturating_add(self.plan.end() - self.end))),
        }
    }

    fn by_part(&self, parts: u32) -> Option<Vec<Option<Spending>>> {
        let (start, union) = (self.period_start()?, self.union()?);
        let start_of = |part: u32| start + (self.end - start) * i64::from(part) / i64::from(parts);
        let of = |part: u32| {
            let time = start_of(part)..start_of(part + 1);
            self.observed(&union, &time)
        };
        Some((0..parts).map(of).collect())
    }
}

#[cfg(test)]
#[path = "slices_tests.rs"]
mod tests;
