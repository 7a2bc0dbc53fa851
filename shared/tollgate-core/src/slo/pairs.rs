//! Multi-window, multi-burn-rate alerts as data: a pair of windows stands for a share of the budget, and the burn rate
//! that spends it in the long window follows from the period.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    arithmetic::Spending,
    fact::window_seconds,
    fraction::Fraction,
    objective::{Slo, Target},
    plan::WINDOWS,
    resolution::Resolution,
};

const MILLION: u64 = 1_000_000;
const DAY: u64 = 86_400;
/// The period that the factors of the setting are written for.
const MONTH: u64 = 30 * DAY;
/// The smallest that is published: 0.9333, of the Workbook's slowest pair over 28 days.
const LEAST_FACTOR_MICRO: u64 = 900_000;
/// A factor that is set below a tenth is a number of another unit.
const LEAST_SET_MICRO: u64 = 100_000;

/// A long window that shows that it matters, and a short one that shows that it still goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BurnPair {
    /// Its name: `page_fast`.
    pub name: String,
    /// What it asks for: `page` or `ticket`.
    pub severity: String,
    /// The long window, by its name in [`WINDOWS`](super::WINDOWS).
    pub long: String,
    /// The short window.
    pub short: String,
    /// The burn rate that both windows must be above.
    pub limit: PairLimit,
}

/// What the burn rate that a pair asks about follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairLimit {
    /// The share of the period's budget that is spent in the long window at this burn rate, in parts per million.
    SharePpm(u64),
    /// The burn rate that spends such a share over 30 days, in millionths.
    MonthMicro(u64),
}

/// The pairs of "The Site Reliability Workbook", chapter 5, table 5-8, <https://sre.google/workbook/alerting-on-slos/>,
/// and between them the pair of one day that Sloth adds, <https://sloth.dev/slo-definitions/default/>. Over 30 days
/// their factors are 14.4, 6, 3 and 1.
pub fn workbook_pairs() -> Vec<BurnPair> {
    pairs([20_000, 50_000, 100_000, 100_000])
}

/// The pairs that Sloth has for a period of a week: factors 13.44, 3.5, 1.4 and 0.98 over 7 days.
pub fn sloth_week_pairs() -> Vec<BurnPair> {
    pairs([80_000, 125_000, 200_000, 420_000])
}

/// The pairs for a period: those of the Workbook for weeks and months, Sloth's for up to two weeks; without those that a
/// healthy service exceeds, because their factor is well below 1, or whose long window is longer than the period.
pub(super) fn pairs_for(period_seconds: u64) -> Vec<BurnPair> {
    let pairs = if period_seconds > 14 * DAY { workbook_pairs() } else { sloth_week_pairs() };
    let makes_sense = |pair: &BurnPair| {
        let long = window_seconds(&pair.long);
        let factor = pair.factor(period_seconds).unwrap_or_else(Fraction::zero);
        long <= period_seconds && factor.floor(MILLION) >= LEAST_FACTOR_MICRO
    };
    pairs.into_iter().filter(makes_sense).collect()
}

/// The pairs that are set, for a period. One that is the Workbook's stands for whichever has its name over that period. No
/// other falls below what a healthy service exceeds because its period is short, and none is left out but for a long
/// window that is longer than the period.
fn pairs_set(set: &[BurnPair], period_seconds: u64) -> Vec<BurnPair> {
    let (usual, month) = (pairs_for(period_seconds), workbook_pairs());
    let of = |pair: &BurnPair| {
        if month.iter().any(|known| known.says(pair)) {
            return usual.iter().find(|known| known.name == pair.name).cloned();
        }
        Some(pair.clone()).filter(|pair| window_seconds(&pair.long) <= period_seconds)
    };
    set.iter().filter_map(of).collect()
}

impl Slo {
    /// The pairs of windows that it is judged by.
    pub(super) fn burn_pairs(&self, period_seconds: u64) -> Vec<BurnPair> {
        match &self.pairs {
            Some(set) => pairs_set(set, period_seconds),
            None => pairs_for(period_seconds),
        }
    }

    /// The names of those pairs and their factors over the longest of its periods, in millionths, rounded down.
    pub(crate) fn burn_factors_micro(&self) -> Vec<(String, u64)> {
        let period_seconds = self.period.longest_seconds();
        let factor = |pair: BurnPair| Some((pair.factor(period_seconds)?.floor(MILLION), pair.name));
        let factors = self.burn_pairs(period_seconds).into_iter().filter_map(factor);
        factors.map(|(factor, name)| (name, factor)).collect()
    }
}

fn pairs(shares_ppm: [u64; 4]) -> Vec<BurnPair> {
    let windows = [
        ("page_fast", "page", "1h", "5m"),
        ("page_slow", "page", "6h", "30m"),
        ("ticket_fast", "ticket", "1d", "2h"),
        ("ticket_slow", "ticket", "3d", "6h"),
    ];
    let pair = |((name, severity, long, short), share_ppm): ((&str, &str, &str, &str), u64)| BurnPair {
        name: name.into(),
        severity: severity.into(),
        long: long.into(),
        short: short.into(),
        limit: PairLimit::SharePpm(share_ppm),
    };
    windows.into_iter().zip(shares_ppm).map(pair).collect()
}

/// A pair of windows, held against its factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PairFact {
    /// Its name: `page_fast`.
    pub name: String,
    /// What it asks for: `page` or `ticket`.
    pub severity: String,
    /// The long window, a key of `windows`.
    pub long: String,
    /// The short window, a key of `windows`.
    pub short: String,
    /// The burn rate that spends its share of the budget in the long window, share × period / window, in millionths,
    /// rounded down.
    pub factor_micro: u64,
    /// Can the burn rate exceed the factor? False when even 1 / (1 - target), where every event is bad, does not: such
    /// a pair never says anything.
    pub reachable: bool,
    /// Are both windows above the factor, strictly and exactly? Null when either is not known.
    pub exceeded: Option<bool>,
    /// The share of the period's budget that the factor spends in the long window, in parts per million.
    pub share_ppm: u64,
    /// The share of the period's budget that was spent in the long window, burn rate × window / period, in parts per
    /// million, rounded down; null when not known.
    pub consumed_ppm: Option<u64>,
}

/// What spent budget in a window, the window's length by its name, and the one that it was judged over.
struct Window<'a> {
    seconds: u64,
    judged_seconds: u64,
    spending: Option<&'a Spending>,
}

impl BurnPair {
    /// Reads the setting `slo.burn_rate_pairs`, whose factors are for 30 days. What is no pair has no windows, so that
    /// it is never known whether it is exceeded.
    pub fn read_all(setting: &Value) -> Vec<Self> {
        let read = |pair: &Value| {
            let text = |name: &str| pair.get(name).and_then(Value::as_str).map(str::to_owned);
            let factor = pair.get("factor_micro").and_then(Value::as_u64);
            Self {
                name: text("name").unwrap_or_else(|| "unnamed".to_owned()),
                // Whatever is not a ticket is a page.
                severity: text("severity").unwrap_or_else(|| "page".to_owned()),
                long: text("long").filter(|_| factor.is_some()).unwrap_or_default(),
                short: text("short").unwrap_or_default(),
                limit: PairLimit::MonthMicro(factor.unwrap_or(0)),
            }
        };
        setting.as_array().into_iter().flatten().map(read).collect()
    }

    /// Why a pair that is set can never say what it is for.
    pub(crate) fn odd(&self) -> Option<String> {
        let windows = || WINDOWS.map(|(name, _)| format!("`{name}`")).join(", ");
        let unknown =
            [("long", &self.long), ("short", &self.short)].into_iter().find(|(_, name)| window_seconds(name) == 0);
        let why = if !["page", "ticket"].contains(&self.severity.as_str()) {
            format!("`severity: {}` is neither `page` nor `ticket`: write one of them", self.severity)
        } else if let Some((field, name)) = unknown {
            format!("`{field}: {name}` is no window: write one of {}", windows())
        } else if window_seconds(&self.short) >= window_seconds(&self.long) {
            format!("`short: {}` is not shorter than `long: {}`: exchange them", self.short, self.long)
        } else if matches!(self.limit, PairLimit::MonthMicro(factor) if factor < LEAST_SET_MICRO) {
            format!("its `factor_micro` is in millionths, and below {LEAST_SET_MICRO} it says nothing: write more")
        } else {
            return None;
        };
        Some(format!("`{}` cannot be meant: {why}", self.name))
    }

    /// Does it say the same over 30 days?
    fn says(&self, other: &Self) -> bool {
        let named = |pair: &Self| [&pair.name, &pair.severity, &pair.long, &pair.short].map(Clone::clone);
        named(self) == named(other) && self.factor(MONTH) == other.factor(MONTH)
    }

    /// The burn rate that it asks about, over a period.
    fn factor(&self, period_seconds: u64) -> Option<Fraction> {
        match self.limit {
            PairLimit::SharePpm(share) => {
                Some(Fraction::new(share, MILLION)?.times(&Fraction::new(period_seconds, window_seconds(&self.long))?))
            }
            PairLimit::MonthMicro(factor) => {
                let scaled = Fraction::new(factor, MILLION)?.times(&Fraction::new(period_seconds, MONTH)?);
                Some(scaled.max(Fraction::new(factor.min(LEAST_FACTOR_MICRO), MILLION)?))
            }
        }
    }

    /// Holds what was spent in its windows against its factor.
    pub(super) fn judge_by<'a>(
        &self,
        spending: impl Fn(&str) -> Option<&'a Spending>,
        target: Target,
        period_seconds: u64,
        resolution: Resolution,
    ) -> Option<PairFact> {
        let window = |name: &str| {
            let seconds = window_seconds(name);
            Window { seconds, judged_seconds: resolution.whole(seconds), spending: spending(name) }
        };
        self.judge(target, period_seconds, &window(&self.long), &window(&self.short))
    }

    /// Holds two windows against the factor of the pair for a period.
    fn judge(&self, target: Target, period_seconds: u64, long: &Window<'_>, short: &Window<'_>) -> Option<PairFact> {
        let factor = self.factor(period_seconds)?;
        let share = Fraction::new(long.seconds, period_seconds)?.times(&factor);
        let over = |window: &Window<'_>| Some(window.spending?.burn_rate(target) > factor);
        Some(PairFact {
            name: self.name.clone(),
            severity: self.severity.clone(),
            long: self.long.clone(),
            short: self.short.clone(),
            factor_micro: factor.floor(MILLION),
            reachable: largest_burn_rate(target) > factor,
            exceeded: match (over(long), over(short)) {
                (Some(long), Some(short)) => Some(long && short),
                _ => None,
            },
            share_ppm: share.floor(MILLION),
            consumed_ppm: long
                .spending
                .map(|spending| spending.consumed_ppm(target, long.judged_seconds, period_seconds)),
        })
    }
}

/// The burn rate at which every event is bad: 1 / (1 - target).
pub(super) fn largest_burn_rate(target: Target) -> Fraction {
    Spending::all_bad().burn_rate(target)
}

#[cfg(test)]
#[path = "pairs_tests.rs"]
mod tests;
