//! The alerts that an objective's own files ask for, judged.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{alert::BurnAlert, fraction::Fraction, history::Sum, indicator::Comparison, judged::Judged};

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

impl Judged<'_> {
    /// The alerts of the objective.
    pub(super) fn alerts(&self) -> Vec<AlertFact> {
        self.slo.alerts.iter().filter(|alert| alert.when_breaching).map(|alert| self.alert(alert)).collect()
    }

    fn alert(&self, alert: &BurnAlert) -> AlertFact {
        let holds = self.held(alert);
        let counts = self.time(alert, 0).map(|time| self.history.sum(&time));
        let whole = |count: u64| count.checked_div(self.reading.parts);
        let (good, total) = match counts {
            Some(Sum::Known(count)) => {
                let events = count.events();
                (events.and_then(|events| whole(events.good())), events.and_then(|events| whole(events.total())))
            }
            _ => (None, None),
        };
        let burn_rate_micro = self.time(alert, 0).and_then(|time| self.burn_rate(&time)).map(|rate| rate.ceil(MILLION));
        let lookback_seconds = self.slo.indicator.resolution().whole(alert.lookback_seconds);
        AlertFact { lookback_seconds, burn_rate_micro, good, total, holds, ..AlertFact::unknown(alert) }
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

    /// Does the condition hold over a window? In a time that is all planned maintenance nothing counts, so nothing burns.
    fn exceeded(&self, alert: &BurnAlert, time: &Range<i64>) -> Option<bool> {
        match self.burn_rate(time) {
            Some(rate) => Some(exceeds(&rate, alert)),
            None => self.history.is_excluded(time).then_some(false),
        }
    }

    fn burn_rate(&self, time: &Range<i64>) -> Option<Fraction> {
        let Sum::Known(count) = self.history.sum(time) else { return None };
        let tally = self.slices.as_ref().map(|(_, slices)| slices.tally(time));
        Some(self.spent(&count, tally.as_ref())?.observed().burn_rate(self.slo.target))
    }

    /// The alert's window; one that would begin or end inside a datapoint begins and ends with it.
    fn time(&self, alert: &BurnAlert, back: i64) -> Option<Range<i64>> {
        let end = self.end.timestamp();
        let end = if back == 0 { end } else { self.plan.datapoint_start(end - back)? };
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
