//! The events of a share of counts, summed and compared.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint};
use num_rational::Ratio;
use num_traits::ToPrimitive;
use serde::{Deserialize, Serialize};

use super::{
    CanaryMetric, Class, Method,
    metric::{classed, millionths},
    normal::Significance,
    proportions::{Table, Tail},
};

const MILLION: u32 = 1_000_000;
/// By which factor the share of the worse events must be above the baseline's, as a fraction: the quarter that Kayenta
/// tolerates. Where much is marked anyway, a small difference is nothing, however many events make it sure.
const LEAST_RATIO: (u32, u32) = (5, 4);

/// How many events there are, and how many of them are meant (bad ones, say).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CanaryCounts {
    /// Events that the share counts.
    pub marked: u64,
    /// All events.
    pub events: u64,
}

/// The events of one side of a metric, in the minutes in which both counts are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// The whole time.
    pub seconds: u64,
    /// Its events.
    pub all: CanaryCounts,
    /// The newest minutes.
    pub newest_seconds: u64,
    /// Their events.
    pub newest: CanaryCounts,
}

/// How the events of the canary compare with the baseline's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CanaryEventsFact {
    /// Over how long, up to the newest minute that was read.
    pub seconds: u64,
    /// What they say.
    pub class: Class,
    /// What the baseline counted.
    pub baseline: CanaryCounts,
    /// What the canary counted.
    pub canary: CanaryCounts,
    /// The canary's share less the baseline's, in parts per million of the events, rounded away from zero.
    pub difference_ppm: i32,
    /// Is the difference as sure as it must be?
    pub significant: bool,
    /// Is it larger than is tolerated, and the share of the worse events larger than the baseline's by a quarter?
    pub beyond: bool,
    /// How the p-value came about: Fisher's exact test, or the score test corrected for continuity.
    pub method: Method,
    /// The one-sided p-value, in the direction in which the canary lies, in parts per million, rounded up and never 0.
    /// For people: whether it is small enough is `significant`, which is exact.
    pub p_value_ppm: u32,
}

/// Compares the counts of baseline and canary over some seconds; both have events.
pub(super) fn compared(
    metric: &CanaryMetric,
    significance: Significance,
    (seconds, baseline, canary): (u64, CanaryCounts, CanaryCounts),
) -> CanaryEventsFact {
    let share = |counts: CanaryCounts| Ratio::new(BigInt::from(counts.marked), BigInt::from(counts.events.max(1)));
    let difference = share(canary) - share(baseline);
    let lies = share(canary).cmp(&share(baseline));
    let table = Table::of(baseline, canary);
    // What is lower has a higher share of the other events.
    let table = if lies == Ordering::Less { table.turned() } else { table };
    let (significant, method, p_value_ppm) = match table.exact() {
        Some(tail) => (significance.met_on_one_side(&tail.part, &tail.whole), Method::Exact, ppm(&tail)),
        None => {
            let z = table.score();
            (significance.reached(&z), Method::Normal, z.p_value_ppm().div_ceil(2))
        }
    };
    let worse = |counts: CanaryCounts| match lies {
        Ordering::Less => Ratio::from_integer(BigInt::from(1)) - share(counts),
        Ordering::Equal | Ordering::Greater => share(counts),
    };
    let (over, under) = LEAST_RATIO;
    let apart = worse(canary) - worse(baseline);
    let beyond = apart > Ratio::new(BigInt::from(metric.share_tolerance_ppm), BigInt::from(MILLION))
        && worse(canary) * BigInt::from(under) > worse(baseline) * BigInt::from(over);
    let away = |parts: &Ratio<BigInt>| if lies == Ordering::Less { parts.floor() } else { parts.ceil() };
    CanaryEventsFact {
        seconds,
        class: classed(significant && beyond, lies, metric.direction),
        baseline,
        canary,
        difference_ppm: millionths(&difference, away).and_then(|parts| parts.to_i32()).unwrap_or(0),
        significant,
        beyond,
        method,
        p_value_ppm,
    }
}

fn ppm(tail: &Tail) -> u32 {
    let parts = &tail.part * MILLION;
    let up = (parts + &tail.whole - 1_u32) / tail.whole.clone().max(BigUint::from(1_u32));
    up.to_u32().unwrap_or(MILLION).clamp(1, MILLION)
}

impl CanaryEventsFact {
    /// For a person: `300 of 300 events in the last 5 minutes, and 0.17 % of the baseline's`.
    pub(super) fn told(&self, time: &str) -> String {
        let CanaryCounts { marked, events } = self.canary;
        let minutes = self.seconds.div_ceil(60);
        format!(
            "{marked} of {events} events in {time} {minutes} minutes, and {} of the baseline's",
            self.baseline.percent()
        )
    }
}

impl CanaryCounts {
    /// Its share in per cent, rounded to hundredths.
    fn percent(self) -> String {
        let (marked, events) = (u128::from(self.marked), u128::from(self.events.max(1)));
        let hundredths = (marked * 20_000 + events) / (2 * events);
        match (marked, hundredths / 100, hundredths % 100) {
            (1.., 0, 0) => "less than 0.01 %".to_owned(),
            (_, whole, 0) => format!("{whole} %"),
            (_, whole, rest) if rest % 10 == 0 => format!("{whole}.{} %", rest / 10),
            (_, whole, rest) => format!("{whole}.{rest:02} %"),
        }
    }
}
