//! The alerts that an objective's own files ask for, judged.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{
    alert::BurnAlert, fraction::Fraction, history::Sum, indicator::Comparison, judged::Judged, known::Measured,
    objective::Slo, plan::Plan,
};

const MILLION: u64 = 1_000_000;
const MINUTE: usize = 60;

/// An alert on a burn rate, as the file of the objective asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlertFact {
    /// The alert policy.
    pub policy: String,
    /// The condition of the policy.
    pub condition: String,
    /// How bad it is, in the author's words: `page`, `ticket`.
    pub severity: String,
    /// The burn rate that it is about, in millionths, rounded down.
    pub threshold_micro: u64,
    /// The window that the burn rate is taken over: that of the file, rounded up to whole datapoints.
    pub lookback_seconds: u64,
    /// How long the condition must have held.
    pub after_seconds: u64,
    /// The burn rate over the window up to the end of the data, in millionths, rounded up; null when not known.
    pub burn_rate_micro: Option<u64>,
    /// Good events in the window; null when not known.
    pub good: Option<u64>,
    /// All events in the window; null when not known.
    pub total: Option<u64>,
    /// Has the condition held for as long as it must? Exact; null when that is not known.
    pub holds: Option<bool>,
}

impl AlertFact {
    /// An alert about which nothing is known.
    pub(super) fn unknown(alert: &BurnAlert) -> Self {
        Self {
            policy: alert.policy.clone(),
            condition: alert.condition.clone(),
            severity: alert.severity.clone(),
            threshold_micro: threshold(alert).map_or(0, |threshold| threshold.floor(MILLION)),
            lookback_seconds: alert.lookback_seconds,
            after_seconds: alert.after_seconds,
            burn_rate_micro: None,
            good: None,
            total: None,
            holds: None,
        }
    }

    /// Those alerts that say when something is wrong, with nothing known of them yet.
    pub(super) fn all_unknown(alerts: &[BurnAlert]) -> Vec<Self> {
        alerts.iter().filter(|alert| alert.when_breaching).map(Self::unknown).collect()
    }
}

/// What alerts are held against: how fast the budget burned over any window up to the end of the data.
pub(super) struct Burning<'a> {
    pub(super) slo: &'a Slo,
    pub(super) plan: &'a Plan,
    pub(super) end: i64,
    /// The burn rate over a time; none where it is not known.
    pub(super) burn_rate: &'a dyn Fn(&Range<i64>) -> Option<Fraction>,
    /// Is all of a time planned maintenance? Nothing counts in it, so nothing burns.
    pub(super) is_excluded: &'a dyn Fn(&Range<i64>) -> bool,
    /// Good events of a time and all; none where they are not known, or have no one number.
    pub(super) events: &'a dyn Fn(&Range<i64>) -> Option<[u64; 2]>,
}

impl Judged<'_> {
    /// The alerts of the objective.
    pub(super) fn alerts(&self) -> Vec<AlertFact> {
        let burning = Burning {
            slo: self.slo,
            plan: self.plan,
            end: self.end.timestamp(),
            burn_rate: &|time| Some(self.spent_in(time)?.observed().burn_rate(self.slo.target)),
            is_excluded: &|time| self.history.is_excluded(time),
            events: &|time| self.events_in(time),
        };
        burning.alerts()
    }

    /// What was spent in a time; none where nothing of it is known.
    pub(super) fn spent_in(&self, time: &Range<i64>) -> Option<Measured> {
        let Sum::Known(count) = self.history.sum(time) else { return None };
        let tally = self.slices.as_ref().map(|(_, slices)| slices.tally(time));
        self.spent(&count, tally.as_ref())
    }

    fn events_in(&self, time: &Range<i64>) -> Option<[u64; 2]> {
        let Sum::Known(count) = self.history.sum(time) else { return None };
        let events = count.events()?;
        let whole = |count: u64| count.checked_div(self.reading.parts);
        Some([whole(events.good())?, whole(events.total())?])
    }
}

impl Burning<'_> {
    /// The alerts of the objective.
    pub(super) fn alerts(&self) -> Vec<AlertFact> {
        self.slo.alerts.iter().filter(|alert| alert.when_breaching).map(|alert| self.alert(alert)).collect()
    }

    fn alert(&self, alert: &BurnAlert) -> AlertFact {
        let time = self.time(alert, 0);
        let events = time.as_ref().and_then(|time| (self.events)(time));
        AlertFact {
            lookback_seconds: self.slo.indicator.resolution().whole(alert.lookback_seconds),
            burn_rate_micro: time.and_then(|time| (self.burn_rate)(&time)).map(|rate| rate.ceil(MILLION)),
            good: events.map(|[good, _]| good),
            total: events.map(|[_, total]| total),
            holds: self.held(alert),
            ..AlertFact::unknown(alert)
        }
    }

    /// Has the condition held at each minute of its time? One that is known not to is enough to say no, whatever else is
    /// not known.
    fn held(&self, alert: &BurnAlert) -> Option<bool> {
        let after = i64::try_from(alert.after_seconds).unwrap_or(i64::MAX);
        let mut times: Vec<Option<Range<i64>>> =
            (0..=after).step_by(MINUTE).map(|back| self.time(alert, back)).collect();
        // Older datapoints are longer than a minute, and one window ends in each.
        times.dedup();
        let mut unknown = false;
        for time in times {
            match time.and_then(|time| self.exceeded(alert, &time)) {
                Some(false) => return Some(false),
                Some(true) => {}
                None => unknown = true,
            }
        }
        (!unknown).then_some(true)
    }

    /// Does the condition hold over a window?
    fn exceeded(&self, alert: &BurnAlert, time: &Range<i64>) -> Option<bool> {
        match (self.burn_rate)(time) {
            Some(rate) => Some(exceeds(&rate, alert)),
            None => (self.is_excluded)(time).then_some(false),
        }
    }

    /// The alert's window; one that would begin or end inside a datapoint begins and ends with it.
    fn time(&self, alert: &BurnAlert, back: i64) -> Option<Range<i64>> {
        let end = if back == 0 { self.end } else { self.plan.datapoint_start(self.end - back)? };
        let start = self.plan.datapoint_start(end.checked_sub_unsigned(alert.lookback_seconds)?)?;
        (start < end).then_some(start..end)
    }
}

fn exceeds(burn_rate: &Fraction, alert: &BurnAlert) -> bool {
    threshold(alert).is_none_or(|threshold| match alert.comparison {
        Comparison::Gte => *burn_rate >= threshold,
        _ => *burn_rate > threshold,
    })
}

fn threshold(alert: &BurnAlert) -> Option<Fraction> {
    let mantissa = u128::try_from(alert.threshold.mantissa()).ok()?;
    Fraction::new(mantissa, 10_u128.pow(alert.threshold.scale()))
}
