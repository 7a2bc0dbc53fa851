//! Absolute limits of a metric, which hold whatever the baseline does.

use num_bigint::BigInt;
use num_rational::{BigRational, Ratio};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{
    CanaryCounts, Class, Samples,
    metric::{median, millionths, sorted},
};

const MILLION: u32 = 1_000_000;
/// The fewest of the newest minutes whose median says something: more than half of five.
const LEAST_NEWEST: usize = 3;

/// What a metric must never be above or below, in millionths of its unit; of a share, of all events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CanaryLimits {
    /// Its ceiling, which it may reach.
    pub at_most_micro: Option<i64>,
    /// Its floor, which it may reach.
    pub at_least_micro: Option<i64>,
}

/// How the canary stands to the limits of a metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CanaryLimitsFact {
    /// The limits.
    pub limits: CanaryLimits,
    /// `high` above the ceiling, `low` below the floor, by the whole time or by the newest minutes.
    pub class: Class,
    /// The canary's median, or of a share of counts the share of all its events, in millionths, rounded to the nearest.
    pub value_micro: Option<i64>,
    /// The same of the newest minutes; null where too few of them are known.
    pub newest_value_micro: Option<i64>,
}

/// Holds the canary's datapoints, which can be judged, against the limits; none where there are none.
pub(super) fn judged(limits: CanaryLimits, canary: &Samples) -> Option<CanaryLimitsFact> {
    if limits == CanaryLimits::default() {
        return None;
    }
    let share = |counts: CanaryCounts| {
        (counts.events > 0).then(|| Ratio::new(BigInt::from(counts.marked), BigInt::from(counts.events)))
    };
    let newest = Some(&canary.newest).filter(|newest| newest.len() >= LEAST_NEWEST).cloned();
    let [all, newest] = match canary.counted {
        Some(counted) => [share(counted.all), share(counted.newest)],
        None => [median(&sorted(canary)), newest.and_then(|newest| median(&super::metric::in_order(newest)))],
    };
    let classes = [&newest, &all].map(|value| value.as_ref().map_or(Class::Pass, |value| limits.class(value)));
    let micro = |value: &Option<BigRational>| value.as_ref().and_then(|value| millionths(value, |parts| parts.round()));
    Some(CanaryLimitsFact {
        limits,
        class: classes.into_iter().find(|class| *class != Class::Pass).unwrap_or(Class::Pass),
        value_micro: micro(&all),
        newest_value_micro: micro(&newest),
    })
}

impl CanaryLimits {
    fn class(self, value: &BigRational) -> Class {
        let limit = |micro: i64| Ratio::new(BigInt::from(micro), BigInt::from(MILLION));
        match (self.at_most_micro, self.at_least_micro) {
            (Some(most), _) if *value > limit(most) => Class::High,
            (_, Some(least)) if *value < limit(least) => Class::Low,
            _ => Class::Pass,
        }
    }

    /// Can anything be within them?
    pub(super) fn possible(self) -> bool {
        self.at_least_micro.zip(self.at_most_micro).is_none_or(|(least, most)| least <= most)
    }
}

impl CanaryLimitsFact {
    /// For a person, what is outside of which limit; none where nothing is.
    pub(super) fn broken(&self) -> Option<String> {
        let number = |micro: i64| Decimal::new(micro, 6).normalize();
        let beyond = |limit: i64, is_beyond: &dyn Fn(i64) -> bool, how: &str| {
            let newest =
                self.newest_value_micro.filter(|value| is_beyond(*value)).map(|value| (value, "in the last minutes"));
            let (value, when) = newest.or(self.value_micro.map(|value| (value, "over all minutes")))?;
            Some(format!("is {} {when}, {how} its limit of {}", number(value), number(limit)))
        };
        match (self.class, self.limits) {
            (Class::High, CanaryLimits { at_most_micro: Some(most), .. }) => {
                beyond(most, &|value| value > most, "above")
            }
            (Class::Low, CanaryLimits { at_least_micro: Some(least), .. }) => {
                beyond(least, &|value| value < least, "below")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
