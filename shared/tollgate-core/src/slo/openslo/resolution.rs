//! The `Period` of metrics: how long their own datapoints are.

use serde_saphyr::{Location, Spanned};

use super::{Purpose, Reader};
use crate::slo::{Budgeting, Indicator, Resolution, Slo, Source, WINDOWS, reach::kept};

/// The shortest of the windows that burn rates are judged over.
const SHORTEST_WINDOW_SECONDS: u64 = 300;

impl Reader<'_> {
    /// What `Period` says; a minute where it says nothing. What is sampled is always read by minutes.
    pub(super) fn resolution(&mut self, period: Option<&Spanned<String>>, purpose: Purpose) -> Option<Resolution> {
        let Some(period) = period else { return Some(Resolution::MINUTE) };
        let Some(resolution) = period.value.parse().ok().and_then(Resolution::from_seconds) else {
            let message = format!(
                "`Period: {}` must be full minutes of which a day has a whole number, in seconds: write for example \
                 `300`, or leave it out of a metric with a datapoint for each minute, or more",
                period.value
            );
            return self.refuse(&period.defined, message);
        };
        if matches!(purpose, Purpose::Sample | Purpose::SampleInput) && !resolution.is_minute() {
            self.warn(&period.defined, "`Period` is not used: this is read by minutes; remove it");
            return Some(Resolution::MINUTE);
        }
        Some(resolution)
    }

    /// Has all metrics of an indicator read by the longest datapoints that any of them has, which is exact where the
    /// others fit into them.
    pub(super) fn alike<const N: usize>(&mut self, at: &Location, sources: [Source; N]) -> Option<[Source; N]> {
        let metrics = || sources.iter().flat_map(Source::metrics);
        let coarsest = metrics().map(|metric| metric.resolution).max().unwrap_or_default();
        let other = metrics().find(|metric| !coarsest.seconds().is_multiple_of(metric.resolution.seconds()));
        if let Some(other) = other {
            let message = format!(
                "one of the metrics has `Period: {}`, and `{other}` has {}, which does not fit into it: write lengths \
                 of which the longest is a multiple of the others",
                coarsest.seconds(),
                other.resolution.seconds()
            );
            return self.refuse(at, message);
        }
        Some(sources.map(|source| source.by(coarsest)))
    }

    /// A slice must be made of whole datapoints.
    pub(super) fn whole_slices(&mut self, at: &Location, budgeting: Budgeting, resolution: Resolution) -> Option<()> {
        let seconds = resolution.seconds();
        match budgeting.slice_seconds() {
            Some(slice) if !slice.is_multiple_of(seconds) => {
                let minutes = seconds.div_euclid(60);
                let message = format!(
                    "the time slice of {slice} s is not made of whole datapoints of `Period: {seconds}`: write for \
                     example `timeSliceWindow: {minutes}m`"
                );
                self.refuse(at, message)
            }
            _ => Some(()),
        }
    }

    /// Warns of windows that are shorter than a datapoint: they are judged over a whole one.
    pub(super) fn warn_of_short_windows(&mut self, at: &Location, slo: &Slo) {
        let seconds = slo.indicator.resolution().seconds();
        if seconds > SHORTEST_WINDOW_SECONDS {
            let short: Vec<String> =
                WINDOWS.iter().filter(|(_, window)| *window < seconds).map(|(name, _)| format!("`{name}`")).collect();
            let counts = matches!(slo.indicator, Indicator::Ratio(_));
            let advice = if !counts && kept(slo.period).seconds() == seconds {
                "CloudWatch keeps shorter ones for 62 days: write a shorter `timeWindow`, or count in `Timeslices` of less \
                 than an hour"
            } else {
                "publish the metric at least every 300 s and write `Period: 300`"
            };
            let message = format!(
                "datapoints of {seconds} s are longer than the burn windows {}, so they are judged over {seconds} s: \
                 {advice}, or expect to hear of a fast burn that much later",
                short.join(", ")
            );
            self.warn(at, message);
        }
        for alert in slo.alerts.iter().filter(|alert| alert.lookback_seconds < seconds) {
            let message = format!(
                "the alert `{}` looks back over {} s, less than the datapoints of {seconds} s, so it is judged over that: \
                 write a `lookbackWindow` as long",
                alert.policy, alert.lookback_seconds
            );
            self.warn(at, message);
        }
    }
}
