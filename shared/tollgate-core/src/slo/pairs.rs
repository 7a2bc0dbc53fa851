//! Multi-window, multi-burn-rate alerts as data: a pair of windows stands for a share of the budget, and the burn rate
//! that spends it in the long window follows from the period.

use serde::{Deserialize, Serialize};

use super::{
    arithmetic::Spending, fact::window_seconds, fraction::Fraction, objective::Target, resolution::Resolution,
};

const MILLION: u64 = 1_000_000;
const DAY: u64 = 86_400;
/// The smallest that is published: 0.9333, of the Workbook's slowest pair over 28 days.
const LEAST_FACTOR_MICRO: u128 = 900_000;

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
    /// The share of the period's budget that is spent in the long window at the pair's burn rate, in parts per million.
    pub share_ppm: u64,
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
        let factor_micro = u128::from(pair.share_ppm) * u128::from(period_seconds) / u128::from(long.max(1));
        long <= period_seconds && factor_micro >= LEAST_FACTOR_MICRO
    };
    pairs.into_iter().filter(makes_sense).collect()
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
        share_ppm,
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
    /// Holds what was spent in its windows against its factor; none when there are no such windows.
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
        let share = Fraction::new(self.share_ppm, MILLION)?;
        let factor = share.times(&Fraction::new(period_seconds, long.seconds)?);
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
            share_ppm: self.share_ppm,
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
mod tests {
    use proptest::prelude::*;

    use super::{BurnPair, DAY, PairFact, Window, sloth_week_pairs, workbook_pairs};
    use crate::slo::{Target, arithmetic::Spending, plan::WINDOWS};

    fn target(percent: &str) -> Target {
        Target::from_decimal(percent, 100).unwrap()
    }

    fn seconds(name: &str) -> u64 {
        WINDOWS.iter().find(|(known, _)| *known == name).unwrap().1
    }

    fn judge(pair: &BurnPair, percent: &str, days: u64, long: Option<&Spending>, short: Option<&Spending>) -> PairFact {
        let window = |name: &str, spending| Window { seconds: seconds(name), judged_seconds: seconds(name), spending };
        let (long, short) = (window(&pair.long, long), window(&pair.short, short));
        pair.judge(target(percent), days * DAY, &long, &short).unwrap()
    }

    fn factors(pairs: &[BurnPair], days: u64) -> Vec<u64> {
        pairs.iter().map(|pair| judge(pair, "99.9", days, None, None).factor_micro).collect()
    }

    /// 30 days and 28: the Workbook's table and its scaling; 7 days: the same shares, and those of Sloth's own windows
    /// for a week, <https://github.com/slok/sloth/blob/main/internal/alert/windows/google-7d.yaml> and
    /// `google-30d.yaml` beside it.
    #[test]
    fn factors_scale_with_the_period() {
        assert_eq!(factors(&workbook_pairs(), 30), [14_400_000, 6_000_000, 3_000_000, 1_000_000]);
        assert_eq!(factors(&workbook_pairs(), 28), [13_440_000, 5_600_000, 2_800_000, 933_333]);
        assert_eq!(factors(&workbook_pairs(), 7), [3_360_000, 1_400_000, 700_000, 233_333]);
        assert_eq!(factors(&sloth_week_pairs(), 7), [13_440_000, 3_500_000, 1_400_000, 980_000]);
        assert_eq!(factors(&workbook_pairs(), 90), [43_200_000, 18_000_000, 9_000_000, 3_000_000]);
    }

    #[test]
    fn both_windows_must_be_above_and_not_at_the_factor() {
        let pair = &workbook_pairs()[0];
        let at = Spending::of(1_000_000, 14_400).unwrap();
        let above = Spending::of(1_000_000, 14_401).unwrap();
        for (long, short, exceeded) in
            [(&above, &above, true), (&at, &above, false), (&above, &at, false), (&at, &at, false)]
        {
            assert_eq!(judge(pair, "99.9", 30, Some(long), Some(short)).exceeded, Some(exceeded));
        }
        assert_eq!(judge(pair, "99.9", 30, Some(&above), None).exceeded, None);
        assert_eq!(judge(pair, "99.9", 30, None, Some(&at)).exceeded, None);
        // 0.9333…: a burn rate of 0.93333334 is above, 0.93333333 is not, though both are 0.933334 rounded up.
        let slow = &workbook_pairs()[3];
        let burn = |bad| Spending::of(100_000_000_000, bad).unwrap();
        assert_eq!(judge(slow, "99.9", 28, Some(&burn(93_333_334)), Some(&burn(93_333_334))).exceeded, Some(true));
        assert_eq!(judge(slow, "99.9", 28, Some(&burn(93_333_333)), Some(&burn(93_333_333))).exceeded, Some(false));
    }

    #[test]
    fn at_the_factor_the_share_is_consumed() {
        let at = Spending::of(1_000_000, 14_400).unwrap();
        let fact = judge(&workbook_pairs()[0], "99.9", 30, Some(&at), Some(&at));
        assert_eq!((fact.consumed_ppm, fact.share_ppm), (Some(20_000), 20_000));
    }

    /// 14.4 is reached only by targets above 1 - 1 / 14.4 = 93.0555… %.
    #[test]
    fn a_low_target_cannot_reach_a_high_factor() {
        let reachable = |percent| judge(&workbook_pairs()[0], percent, 30, None, None).reachable;
        assert!(!reachable("93.0555555"));
        assert!(reachable("93.0555556"));
        assert!(!reachable("90"));
        let slow = |percent| judge(&workbook_pairs()[3], percent, 30, None, None).reachable;
        assert!(slow("0.0000001"));
    }

    proptest! {
        #[test]
        fn what_cannot_be_reached_is_never_exceeded(ppb in 1..1_000_000_000_u64, total in 1..1_000_000_u64, bad in 0..1_000_000_u64) {
            let spending = Spending::of(total, bad.min(total)).unwrap();
            for pair in workbook_pairs() {
                let window = |name: &str| Window {
                    seconds: seconds(name),
                    judged_seconds: seconds(name),
                    spending: Some(&spending),
                };
                let fact = pair
                    .judge(Target::from_ppb(ppb).unwrap(), 30 * DAY, &window(&pair.long), &window(&pair.short))
                    .unwrap();
                prop_assert!(fact.reachable || fact.exceeded == Some(false));
            }
        }
    }
}
