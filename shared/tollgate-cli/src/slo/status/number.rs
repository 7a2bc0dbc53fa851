//! Numbers as people read them: never rounded to the better side, and `–` for what is not known.

use tollgate_core::slo::{DepletionFact, PARTS_PER_BILLION};

pub(super) const ABSENT: &str = "–";

/// `99.951%` of good ones and all, rounded down.
pub(super) fn share(share: Option<(u64, u64)>) -> String {
    let Some((good, total)) = share else { return ABSENT.to_owned() };
    let thousandths = (u128::from(good) * 100_000).checked_div(u128::from(total));
    thousandths.map_or_else(|| ABSENT.to_owned(), |share| format!("{}.{:03}%", share / 1000, share % 1000))
}

/// `99.95%` of parts per thousand million, exactly.
pub(super) fn target(ppb: u64) -> String {
    let percent = PARTS_PER_BILLION / 100;
    let decimals = format!("{:07}", ppb % percent);
    let decimals = decimals.trim_end_matches('0');
    let point = if decimals.is_empty() { "" } else { "." };
    format!("{}{point}{decimals}%", ppb / percent)
}

/// `68.3%` of parts per million, rounded down; whole ones below none.
pub(super) fn left(ppm: Option<i64>) -> String {
    match ppm {
        None => ABSENT.to_owned(),
        Some(ppm) if ppm < 0 => format!("{}%", ppm.div_euclid(10_000)),
        Some(1..1000) => "<0.1%".to_owned(),
        Some(ppm) => format!("{}.{}%", ppm / 10_000, ppm % 10_000 / 1000),
    }
}

/// `16.2` of millionths, rounded up; from a hundred on without decimals.
pub(super) fn burn(micro: Option<u64>) -> String {
    match micro {
        None => ABSENT.to_owned(),
        Some(micro) if micro > 99_900_000 => micro.div_ceil(1_000_000).to_string(),
        Some(micro) => {
            let tenths = micro.div_ceil(100_000);
            format!("{}.{}", tenths / 10, tenths % 10)
        }
    }
}

/// The soonest end of the budget among the projections: `2d4h`, `never`, or `now` when nothing is left.
pub(super) fn end(projections: &[DepletionFact]) -> String {
    let soonest = projections.iter().filter_map(|projection| projection.seconds_to_exhaustion).min();
    match soonest {
        Some(0) => "now".to_owned(),
        Some(seconds) => duration(seconds),
        None if projections.iter().all(|projection| projection.inside_period == Some(false)) => "never".to_owned(),
        None => ABSENT.to_owned(),
    }
}

/// Two units of it: `43m`, `5h12m`, `2d4h`, `400d`.
fn duration(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3600, seconds % 3600 / 60);
    match (days, hours) {
        (1000.., _) => ">999d".to_owned(),
        (100.., _) => format!("{days}d"),
        (1.., 0) => format!("{days}d"),
        (1.., _) => format!("{days}d{hours}h"),
        (0, 1..) => format!("{hours}h{minutes:02}m"),
        (0, 0) => format!("{}m", minutes.max(1)),
    }
}

/// Burn rates up to which each block stands, in millionths: nothing, half the pace of the period, its pace, then those of
/// the pairs of windows for 30 days.
const LEVELS: [(u64, char); 7] = [
    (0, '▁'),
    (500_000, '▂'),
    (1_000_000, '▃'),
    (2_000_000, '▄'),
    (3_000_000, '▅'),
    (6_000_000, '▆'),
    (14_400_000, '▇'),
];

/// A burn rate over time, on one scale for all objectives.
pub(super) fn sparkline(trend: &[Option<u64>]) -> String {
    let block = |micro: u64| LEVELS.iter().find(|(most, _)| micro <= *most).map_or('█', |(_, block)| *block);
    trend.iter().map(|burn| burn.map_or('·', block)).collect()
}

/// So many neighbours of a trend as one, of which the worst counts, and what is not known only where nothing is.
pub(super) fn coarser(trend: &[Option<u64>], together: usize) -> Vec<Option<u64>> {
    trend.chunks(together.max(1)).map(|some| some.iter().copied().max().flatten()).collect()
}

pub(super) const LEGEND: &str =
    "trend: burn rate over the period, ▁ 0 ▂ to 0.5 ▃ to 1 ▄ to 2 ▅ to 3 ▆ to 6 ▇ to 14.4 █ above, · not known";

#[cfg(test)]
mod tests {
    use tollgate_core::slo::DepletionFact;

    use super::{burn, coarser, end, left, share, sparkline, target};

    #[test]
    fn no_number_looks_better_than_it_is() {
        assert_eq!(share(Some((999_999, 1_000_000))), "99.999%");
        assert_eq!(share(Some((9_999_999, 10_000_000))), "99.999%");
        assert_eq!(
            (share(Some((5, 5))), share(Some((0, 5))), share(None)),
            ("100.000%".into(), "0.000%".into(), "–".into())
        );
        assert_eq!((left(Some(999_999)), left(Some(1))), ("99.9%".into(), "<0.1%".to_owned()));
        assert_eq!(
            (left(Some(-1)), left(Some(-1_250_000)), left(Some(0))),
            ("-1%".into(), "-125%".into(), "0.0%".into())
        );
        assert_eq!((burn(Some(0)), burn(Some(1)), burn(Some(14_400_001))), ("0.0".into(), "0.1".into(), "14.5".into()));
        assert_eq!(
            (burn(Some(99_900_001)), burn(Some(u64::MAX)), burn(None)),
            ("100".into(), "18446744073710".into(), "–".into())
        );
        assert_eq!((target(999_500_000), target(990_000_000)), ("99.95%".to_owned(), "99%".to_owned()));
    }

    #[test]
    fn the_soonest_end_counts_and_what_is_not_known_is_not_never() {
        let after = |seconds: Option<u64>, inside: Option<bool>| DepletionFact {
            window: "1h".into(),
            seconds_to_exhaustion: seconds,
            exhausted_at: None,
            inside_period: inside,
        };
        let (never, unknown) = (after(None, Some(false)), after(None, None));
        assert_eq!(end(&[after(Some(190_000), Some(true)), after(Some(9_000), Some(true))]), "2h30m");
        assert_eq!(end(&[after(Some(190_000), Some(true)), never.clone()]), "2d4h");
        assert_eq!(end(&[after(Some(0), Some(true)), unknown.clone()]), "now");
        assert_eq!(
            (end(&[never.clone(), never.clone()]), end(&[never, unknown])),
            ("never".to_owned(), "–".to_owned())
        );
        assert_eq!(
            (end(&[after(Some(59), None)]), end(&[after(Some(u64::MAX), None)])),
            ("1m".into(), ">999d".to_owned())
        );
    }

    #[test]
    fn a_trend_keeps_its_worst_and_its_gaps() {
        let trend = [Some(0), Some(1), Some(1_000_000), Some(14_400_000), Some(14_400_001), None, None, None];
        assert_eq!(sparkline(&trend), "▁▂▃▇█···");
        assert_eq!(sparkline(&coarser(&trend, 2)), "▂▇█·");
    }
}
