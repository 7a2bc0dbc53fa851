//! How far back the finer datapoints of an objective reach, and of what length a value's are.

use std::sync::Arc;

use super::{
    indicator::Indicator,
    objective::{Budgeting, Slo},
    period::Period,
    plan::{DAY, HOUR},
    resolution::Resolution,
    source::Source,
};

/// How far back 60-second datapoints are asked for at most: CloudWatch keeps them for 15 days.
pub(super) const MINUTES_SECONDS: i64 = 14 * DAY;
/// The same of 300 seconds, which it keeps for 63 days.
pub(super) const FIVE_MINUTES_SECONDS: i64 = 62 * DAY;

/// The longest datapoint by which it can be told how much of the time is known.
pub(super) const SHOWN_SECONDS: u64 = 300;

/// How far back from the end the finer datapoints reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reach {
    /// Those of 60 seconds: 6 hours to 14 days.
    pub minutes_seconds: i64,
    /// Those of 300 seconds, or finer: 3 to 62 days.
    pub five_minutes_seconds: i64,
}

impl Default for Reach {
    /// As far as the windows need them.
    fn default() -> Self {
        Self { minutes_seconds: 6 * HOUR, five_minutes_seconds: 3 * DAY }
    }
}

impl Reach {
    /// As far as the source keeps datapoints of which these lengths of time are made.
    pub fn of_lengths(lengths_seconds: impl IntoIterator<Item = u64>) -> Self {
        let mut reach = Self::default();
        for seconds in lengths_seconds {
            if !seconds.is_multiple_of(300) {
                reach.minutes_seconds = MINUTES_SECONDS;
            }
            if !seconds.is_multiple_of(3600) {
                reach.five_minutes_seconds = FIVE_MINUTES_SECONDS;
            }
        }
        reach
    }

    /// As far as the most demanding of these objectives needs them.
    pub fn of<'a>(slos: impl IntoIterator<Item = &'a Slo>) -> Self {
        Self::of_lengths(slos.into_iter().flat_map(lengths_seconds))
    }
}

/// Of what lengths the datapoints of an objective must be: five minutes, because a longer one does not show which of its
/// minutes are known; or what its slices are made of, and a value has those of one length only.
fn lengths_seconds(slo: &Slo) -> Vec<u64> {
    if let Indicator::Composite(composite) = &slo.indicator {
        return composite.parts.iter().flat_map(|part| lengths_seconds(&part.slo)).collect();
    }
    let of_value = matches!(slo.indicator, Indicator::Raw { .. } | Indicator::Threshold { .. })
        .then(|| slo.indicator.resolution().seconds());
    [SHOWN_SECONDS].into_iter().chain(slo.budgeting.slice_seconds()).chain(of_value).collect()
}

impl Indicator {
    /// The same, where a value is read by datapoints of one length over the whole period: the share of good minutes
    /// would else depend on how old they are, since the average of an hour hides what its maximum exaggerates. They are
    /// as short as CloudWatch keeps them for all of the period, and no shorter than the metric's own. Slices that are
    /// not made of those take shorter ones; what is forgotten of them comes from the days that are kept.
    pub(super) fn by_one_length(self, period: Period, budgeting: Budgeting) -> Self {
        match self {
            Self::Raw { kind, source, absent_is_idle } => {
                Self::Raw { kind, source: by_one_length(source, period, budgeting), absent_is_idle }
            }
            Self::Threshold { source, comparison, value, absent_is_idle } => {
                let source = by_one_length(source, period, budgeting);
                Self::Threshold { source, comparison, value, absent_is_idle }
            }
            Self::Composite(mut composite) => {
                for part in &mut composite.parts {
                    let slo = Arc::make_mut(&mut part.slo);
                    slo.indicator = slo.indicator.clone().by_one_length(period, slo.budgeting);
                }
                Self::Composite(composite)
            }
            Self::Ratio(_) | Self::ApplicationSignals(_) => self,
        }
    }
}

fn by_one_length(source: Source, period: Period, budgeting: Budgeting) -> Source {
    let own = source.metrics().into_iter().map(|metric| metric.resolution).max().unwrap_or_default();
    let kept = kept(period);
    let lengths = [kept, Resolution::HOUR, Resolution::FIVE_MINUTES].map(|length| length.common(own));
    let fits =
        |length: &Resolution| budgeting.slice_seconds().is_none_or(|slice| slice.is_multiple_of(length.seconds()));
    source.by(lengths.into_iter().find(fits).unwrap_or(own))
}

/// The shortest datapoints that CloudWatch keeps for all of a period.
pub(super) fn kept(period: Period) -> Resolution {
    let seconds = i64::try_from(period.longest_seconds()).unwrap_or(i64::MAX);
    if seconds <= MINUTES_SECONDS {
        Resolution::MINUTE
    } else if seconds <= FIVE_MINUTES_SECONDS {
        Resolution::FIVE_MINUTES
    } else {
        Resolution::HOUR
    }
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
