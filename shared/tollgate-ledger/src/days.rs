//! Where the days of objectives that are counted in slices are kept, and what is read of them to judge one.

use std::collections::BTreeMap;

use tollgate_core::slo::{Background, DailyAggregate, Indicator, Slo};

use crate::{Collection, Document};

/// The longest slice that CloudWatch's hourly datapoints cannot replace.
const LONGEST_KEPT_SECONDS: u64 = 3599;

/// What is kept, by the id of the objective's evidence.
pub type KeptDays = BTreeMap<String, Document<Vec<DailyAggregate>>>;

/// The collection that has them, by the id of the objective's evidence.
pub fn slo_days() -> Collection {
    Collection::of(&["slo_days"])
}

/// Is anything to be kept of its days?
pub fn is_kept(slo: &Slo) -> bool {
    slo.budgeting.slice_seconds().is_some_and(|seconds| seconds <= LONGEST_KEPT_SECONDS)
}

/// The objectives that an objective is made of, and itself.
pub fn with_parts(slo: &Slo) -> Vec<&Slo> {
    let mut all = vec![slo];
    if let Indicator::Composite(composite) = &slo.indicator {
        all.extend(composite.parts.iter().flat_map(|part| with_parts(&part.slo)));
    }
    all
}

/// What an objective is judged by besides its series.
pub fn background(slo: &Slo, kept: &KeptDays) -> Background {
    let of = |slo: &Slo| kept.get(&slo.evidence_id()).map(|days| days.value.clone()).unwrap_or_default();
    Background { days: with_parts(slo).into_iter().flat_map(of).collect() }
}
