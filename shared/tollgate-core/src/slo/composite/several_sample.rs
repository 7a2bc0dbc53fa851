//! Several objectives and what became of each of their minutes, for tests.

use std::sync::Arc;

use crate::slo::{
    Budgeting, Composite, CompositeMethod, Counted, Indicator, Part, Period, Plan, Ratio, Reach, SliceTarget, Slo,
    SloFact, Snapshot, Target,
    sample::{NOW, judging, metric, slo, snapshot},
    slo_fact,
};

pub(in crate::slo) const WEEK: u64 = 7 * 86_400;
pub(in crate::slo) const MINUTE: i64 = 60;

pub(in crate::slo) fn plan() -> Plan {
    Plan::at_with(NOW, [30 * 86_400], Reach::of_lengths([60]))
}

/// An objective of 99 % of the minutes of a week, by metrics of its own.
pub(in crate::slo) fn by_minutes(name: &str) -> Slo {
    by_slices(name, 60)
}

pub(in crate::slo) fn by_slices(name: &str, slice_seconds: u64) -> Slo {
    let ratio = Ratio {
        counted: Counted::Good,
        metric: metric(&format!("{name}Good")).into(),
        total: metric(&format!("{name}Total")).into(),
        absent_total_is_zero: false,
        absent_good_is_unknown: false,
    };
    let slice_target = SliceTarget::from_ppb(950_000_000).unwrap();
    Slo {
        name: name.to_lowercase(),
        target: Target::from_ppb(990_000_000).unwrap(),
        period: Period::Rolling { seconds: WEEK },
        indicator: Indicator::Ratio(ratio),
        budgeting: Budgeting::Timeslices { slice_seconds, slice_target },
        ..slo()
    }
}

pub(in crate::slo) fn any_of(parts: impl IntoIterator<Item = Slo>) -> Slo {
    composite(CompositeMethod::AnySlice, parts.into_iter().map(|part| (part, "1")))
}

pub(in crate::slo) fn composite(method: CompositeMethod, parts: impl IntoIterator<Item = (Slo, &'static str)>) -> Slo {
    let part = |(slo, weight): (Slo, &str)| Part { slo: Arc::new(slo), weight: weight.parse().unwrap() };
    let parts: Vec<Part> = parts.into_iter().map(part).collect();
    let first = Slo::clone(&parts[0].slo);
    Slo { name: "journey".into(), indicator: Indicator::Composite(Composite { method, parts }), ..first }
}

/// What became of the minute that begins then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::slo) enum Minute {
    Good,
    Bad,
    Lost,
    Idle,
}

pub(in crate::slo) use Minute::{Bad, Good, Idle, Lost};

pub(in crate::slo) fn bad_if(is_bad: bool) -> Minute {
    if is_bad { Bad } else { Good }
}

/// A request a second.
pub(in crate::slo) fn data(parts: &[(&str, &dyn Fn(i64) -> Minute)]) -> Snapshot {
    let mut all = snapshot(&plan(), |_, _| None, |_, _| None);
    for (name, minute) in parts {
        let count = |of: fn(Minute) -> Option<u64>| {
            move |start: i64, seconds: i64| {
                let minutes = (start..start + seconds).step_by(60).map(|at| of(minute(at)));
                minutes.flatten().reduce(|sum, more| sum + more)
            }
        };
        let good = count(|minute| match minute {
            Good => Some(60),
            Bad | Idle => Some(0),
            Lost => None,
        });
        let total = count(|minute| match minute {
            Good | Bad => Some(60),
            Idle => Some(0),
            Lost => None,
        });
        let own = snapshot(&plan(), good, total);
        for (kind, tiers) in own.series {
            let kind = metric(&format!("{name}{}", kind.name));
            all.series.insert(kind, tiers);
        }
    }
    all
}

pub(in crate::slo) fn judged(slo: &Slo, data: &Snapshot) -> SloFact {
    slo_fact(slo, data, &judging())
}

pub(in crate::slo) fn spent(fact: &SloFact) -> [Option<u64>; 2] {
    let budget = fact.budget.as_ref();
    [budget.map(|budget| budget.consumed_ppm), budget.and_then(|budget| budget.consumed_at_most_ppm)]
}
