//! Telemetry about telemetry: how many services have an objective that is known.

use serde::{Deserialize, Serialize};

use super::SloFact;

/// The names of services without one that are told, at most.
const NAMED: usize = 20;

/// How many services have an objective whose evidence is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CoverageFact {
    /// Services in all.
    pub services: u64,
    /// Those that have at least one objective.
    pub with_objective: u64,
    /// Those that have at least one objective whose evidence is `ok`.
    pub covered: u64,
    /// Covered services over all, in parts per million, rounded down; null without services.
    pub covered_ppm: Option<u64>,
    /// Services that are not covered, by name, at most 20.
    pub uncovered: Vec<String>,
}

/// The coverage of services, each with its objectives.
pub fn coverage<'a>(services: impl IntoIterator<Item = (&'a str, &'a [SloFact])>) -> CoverageFact {
    let mut fact =
        CoverageFact { services: 0, with_objective: 0, covered: 0, covered_ppm: None, uncovered: Vec::new() };
    for (name, slos) in services {
        fact.services += 1;
        fact.with_objective += u64::from(!slos.is_empty());
        if slos.iter().any(|slo| slo.evidence.is_ok()) {
            fact.covered += 1;
        } else {
            fact.uncovered.push(name.to_owned());
        }
    }
    fact.uncovered.sort();
    fact.uncovered.truncate(NAMED);
    fact.covered_ppm = (u128::from(fact.covered) * 1_000_000)
        .checked_div(u128::from(fact.services))
        .and_then(|share| u64::try_from(share).ok());
    fact
}
