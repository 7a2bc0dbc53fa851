//! Objectives that are made of others, of which some time is not known, or which nobody asks.

use std::{ops::Range, sync::Arc};

use crate::{
    evidence::EvidenceStatus,
    slo::{
        Composite, CompositeMethod, Counted, Indicator, Part, Ratio, Slo, SloFact, Snapshot,
        plan::Plan,
        reach::Reach,
        sample::{DAY, END, MONTH, NOW, judged, metric, reason, slo, snapshot},
    },
};

const HOUR: i64 = 3600;

fn part(name: &str) -> Slo {
    let of = |side: &str| metric(&format!("{name}{side}")).into();
    let (metric, total) = (of("Good"), of("Total"));
    let ratio =
        Ratio { counted: Counted::Good, metric, total, absent_total_is_zero: false, absent_good_is_unknown: false };
    Slo { name: name.into(), indicator: Indicator::Ratio(ratio), ..slo() }
}

/// Two parts of so many requests a second, of which each has lost a time.
fn data(a_second: u64, lost: [Range<i64>; 2]) -> Snapshot {
    let plan = Plan::at_with(NOW, [MONTH], Reach::of_lengths([300]));
    let mut data = snapshot(&plan, |_, _| None, |_, _| None);
    for (name, lost) in ["A", "B"].into_iter().zip(lost) {
        let pace = if name == "A" { 1 } else { a_second };
        let count = |start: i64, seconds: i64| (!lost.contains(&start)).then_some(pace * seconds.unsigned_abs());
        for (from, series) in snapshot(&plan, count, count).series {
            data.series.insert(metric(&format!("{name}{}", from.name)), series);
        }
    }
    data
}

fn of(method: CompositeMethod, data: &Snapshot) -> SloFact {
    let part = |name| Part { slo: Arc::new(part(name)), weight: "1".parse().unwrap() };
    let composite = Composite { method, parts: ["A", "B"].map(part).into() };
    judged(&Slo { name: "whole".into(), indicator: Indicator::Composite(composite), ..slo() }, data)
}

fn hours(ago: i64) -> Range<i64> {
    let began = END - END.rem_euclid(DAY) - ago * DAY;
    began..began + 6 * HOUR
}

#[test]
fn the_time_of_which_any_part_is_not_known_is_not_known_of_the_whole() {
    for method in [CompositeMethod::Weighted, CompositeMethod::WorstOf, CompositeMethod::SumOfBad] {
        for (lost, hours) in [([hours(9), hours(20)], 12), ([hours(9), hours(9)], 6), ([hours(9), 0..0], 6)] {
            let fact = of(method, &data(1, lost));
            let known = fact.budget.as_ref().unwrap().known.unwrap();
            assert_eq!(known.unknown_seconds, hours * 3600, "{method:?}: {}", reason(&fact));
            assert!(known.known_seconds.abs_diff(MONTH - hours * 3600) <= 300);
            assert!(reason(&fact).contains(&format!("{hours} h")), "{}", reason(&fact));
            assert_eq!(fact.windows["3d"].known.unwrap().unknown_seconds, 0);
        }
    }
    // What each has lost of the same six hours.
    let [one, other] = [hours(9).start..hours(9).start + 4 * HOUR, hours(9).start + 2 * HOUR..hours(9).end];
    let known = of(CompositeMethod::Weighted, &data(1, [one, other])).budget.unwrap().known.unwrap();
    assert_eq!(known.unknown_seconds, 6 * 3600);
    let recent = END - 4 * HOUR..END - 3 * HOUR;
    let fact = of(CompositeMethod::Weighted, &data(1, [recent, END - 2 * HOUR..END - HOUR]));
    assert_eq!(fact.windows["6h"].known.unwrap().unknown_seconds, 2 * 3600);
}

#[test]
fn a_part_that_nobody_asked_in_all_of_the_period_is_named() {
    let fact = of(CompositeMethod::Weighted, &data(0, [0..0, 0..0]));
    assert_eq!(
        (fact.idle_parts.as_slice(), fact.evidence.status),
        (&["slo/payments-api/B".to_owned()][..], EvidenceStatus::Ok)
    );
    assert_eq!(of(CompositeMethod::Weighted, &data(1, [0..0, 0..0])).idle_parts, Vec::<String>::new());
}
