//! The alerts that an objective's own files ask for, judged.

use serde::{Deserialize, Serialize};

use super::{alert::BurnAlert, fraction::Fraction, history::Sum, indicator::Comparison, judged::Judged};

const MILLION: u64 = 1_000_000;
const MINUTE: i64 = 60;
/// A condition that must have held for some time is looked at this often in it.
const LOOKS: i64 = 60;

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
        let after = i64::try_from(alert.after_seconds).unwrap_or(i64::MAX);
        let step = (after / LOOKS / MINUTE + 1) * MINUTE;
        let between = (0..=LOOKS).map(|look| look.saturating_mul(step)).take_while(|back| *back < after);
        // In a time that is all planned maintenance nothing counts, so nothing burns.
        let is_excluded = |back| self.time(alert, back).is_some_and(|time| self.history.is_excluded(&time));
        let look = |back| match self.burn_rate(alert, back) {
            Some(rate) => Some(exceeds(&rate, alert)),
            None => is_excluded(back).then_some(false),
        };
        let looks: Vec<Option<bool>> = between.chain([after]).map(look).collect();
        let known: Option<Vec<bool>> = looks.iter().copied().collect();
        let holds = match known {
            Some(known) => Some(known.into_iter().all(|exceeds| exceeds)),
            // Whatever else is not known: it has not held all the time.
            None => looks.contains(&Some(false)).then_some(false),
        };
        let counts = self.time(alert, 0).map(|time| self.history.sum(&time));
        let whole = |count: u64| count.checked_div(self.reading.parts);
        let (good, total) = match counts {
            Some(Sum::Known(count)) => {
                let events = count.events();
                (events.and_then(|events| whole(events.good())), events.and_then(|events| whole(events.total())))
            }
            _ => (None, None),
        };
        let burn_rate_micro = self.burn_rate(alert, 0).map(|rate| rate.ceil(MILLION));
        let lookback_seconds = self.slo.indicator.resolution().whole(alert.lookback_seconds);
        AlertFact { lookback_seconds, burn_rate_micro, good, total, holds, ..AlertFact::unknown(alert) }
    }

    /// The burn rate over the alert's window, up to so many seconds before the end of the data.
    fn burn_rate(&self, alert: &BurnAlert, back: i64) -> Option<Fraction> {
        let time = self.time(alert, back)?;
        let Sum::Known(count) = self.history.sum(&time) else { return None };
        let tally = self.slices.as_ref().map(|(_, slices)| slices.tally(&time));
        Some(self.spent(&count, tally.as_ref())?.observed().burn_rate(self.slo.target))
    }

    /// The alert's window; one that would begin or end inside a datapoint begins and ends with it.
    fn time(&self, alert: &BurnAlert, back: i64) -> Option<std::ops::Range<i64>> {
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
