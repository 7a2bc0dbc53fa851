//! Where the days of objectives are kept, and what is read of them to judge one.

use std::collections::BTreeMap;

use tollgate_core::slo::{Background, Indicator, ObjectiveDays, Slo};

use crate::{Collection, Document};

/// What is kept, by the id of the objective's evidence.
pub type KeptDays = BTreeMap<String, Document<ObjectiveDays>>;

/// The collection that has them, by the id of the objective's evidence. That of another version is another one, so that
/// what nobody can read stands in nobody's way.
pub fn slo_days() -> Collection {
    Collection::of(&["slo_days", "v3"])
}

/// Is anything to be kept of its days? Not of what is made of others, or judged elsewhere.
pub fn is_kept(slo: &Slo) -> bool {
    !slo.indicator.metrics().is_empty() && !matches!(slo.indicator, Indicator::Composite(_))
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
    let of = |slo: &Slo| Some(kept.get(&slo.evidence_id())?.value.clone());
    Background { days: with_parts(slo).into_iter().filter_map(of).collect() }
}
