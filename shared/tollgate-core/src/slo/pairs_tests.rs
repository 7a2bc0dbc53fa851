use proptest::prelude::*;

use super::{BurnPair, DAY, PairFact, Window, sloth_week_pairs, workbook_pairs};
use crate::slo::{
    Period, Slo, Target,
    arithmetic::Spending,
    plan::{Plan, WINDOWS},
    reach::Reach,
    sample::{END, judged, requests, slo},
};

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

fn shipped(page_slow_micro: u64) -> serde_json::Value {
    let pair = |name: &str, severity: &str, long: &str, short: &str, factor_micro: u64| {
        serde_json::json!({
            "name": name, "severity": severity, "long": long, "short": short, "factor_micro": factor_micro,
        })
    };
    serde_json::json!([
        pair("page_fast", "page", "1h", "5m", 14_400_000),
        pair("page_slow", "page", "6h", "30m", page_slow_micro),
        pair("ticket_fast", "ticket", "1d", "2h", 3_000_000),
        pair("ticket_slow", "ticket", "3d", "6h", 1_000_000),
    ])
}

fn set(setting: &serde_json::Value, days: u64) -> Slo {
    let pairs = Some(BurnPair::read_all(setting));
    Slo { pairs, period: Period::Rolling { seconds: days * DAY }, ..slo() }
}

#[test]
fn what_is_shipped_is_what_nothing_set_is() {
    for days in [1, 7, 14, 28, 30, 90] {
        let period = Period::Rolling { seconds: days * DAY };
        assert_eq!(
            set(&shipped(6_000_000), days).burn_factors_micro(),
            Slo { period, ..slo() }.burn_factors_micro(),
            "{days}"
        );
    }
}

#[test]
fn a_factor_that_is_set_is_judged_by_and_scaled_once() {
    let factors = |days| set(&shipped(1_200_000), days).burn_factors_micro().into_iter().map(|(_, micro)| micro);
    assert_eq!(factors(30).collect::<Vec<_>>(), [14_400_000, 1_200_000, 3_000_000, 1_000_000]);
    assert_eq!(factors(90).collect::<Vec<_>>(), [43_200_000, 3_600_000, 9_000_000, 3_000_000]);
    // 0.28 over a week is what a healthy service exceeds.
    assert_eq!(factors(7).collect::<Vec<_>>(), [13_440_000, 900_000, 1_400_000, 980_000]);
    assert_eq!(set(&shipped(500_000), 30).burn_factors_micro()[1].1, 500_000);

    // A minute of six hours, at a thousandth: 2.8 times too fast.
    let data = requests(&Plan::ending_with(END, 30 * 86_400, Reach::default()), |minute| minute == END - 60);
    let exceeded = |setting: &serde_json::Value| judged(&set(setting, 30), &data).pairs[1].exceeded;
    assert_eq!(exceeded(&shipped(1_200_000)), Some(true));
    assert_eq!(exceeded(&shipped(6_000_000)), Some(false));
}

#[test]
fn what_is_no_pair_is_never_known() {
    let odd = serde_json::json!([
        {"name": "far", "long": "12h", "short": "5m", "factor_micro": 9_000_000},
        {"name": "none", "long": "1h", "short": "5m"},
        7,
    ]);
    let fact = judged(&set(&odd, 30), &requests(&Plan::ending_with(END, 30 * 86_400, Reach::default()), |_| false));
    let found: Vec<_> =
        fact.pairs.iter().map(|pair| (pair.name.as_str(), pair.severity.as_str(), pair.exceeded)).collect();
    assert_eq!(found, [("far", "page", None), ("none", "page", None), ("unnamed", "page", None)]);
    assert_eq!(fact.pairs[0].factor_micro, 9_000_000);
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

#[test]
fn a_pair_that_can_never_say_what_it_is_for_is_odd() {
    let odd = |severity: &str, long: &str, short: &str, factor_micro: u64| {
        let pair = serde_json::json!([{
            "name": "mine", "severity": severity, "long": long, "short": short, "factor_micro": factor_micro,
        }]);
        BurnPair::read_all(&pair)[0].odd().unwrap_or_default()
    };
    assert!(workbook_pairs().iter().all(|pair| pair.odd().is_none()));
    assert_eq!(odd("page", "1h", "5m", 10_000_000), "");
    for (found, expected) in [
        (odd("pager", "1h", "5m", 10_000_000), "`severity: pager` is neither `page` nor `ticket`"),
        (odd("page", "1hr", "5m", 10_000_000), "`long: 1hr` is no window: write one of `5m`, `30m`, `1h`"),
        (odd("page", "1h", "7m", 10_000_000), "`short: 7m` is no window"),
        (odd("page", "1h", "2h", 10_000_000), "`short: 2h` is not shorter than `long: 1h`"),
        (odd("page", "1h", "1h", 10_000_000), "`short: 1h` is not shorter than `long: 1h`"),
        (odd("page", "1h", "5m", 14), "its `factor_micro` is in millionths"),
    ] {
        assert!(found.starts_with("`mine` cannot be meant: ") && found.contains(expected), "{expected}: {found}");
    }
}
