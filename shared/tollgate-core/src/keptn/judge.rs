//! A gate, the values of its SLIs and its history into a result.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};
use rust_decimal::Decimal;

use super::{
    Criterion, CriterionFact, KeptnFact, KeptnGate, KeptnPast, KeptnResult, Objective, ObjectiveFact, ObjectiveResult,
    criterion::exact,
};
use crate::{
    Timestamp,
    evidence::{Evidence, EvidenceStatus},
};

/// The values of a gate's SLIs.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptnValues {
    /// The service whose gate it is.
    pub service: String,
    /// Where the values came from: `cloudwatch:eu-central-1`.
    pub source: String,
    /// The time of the newest datum.
    pub as_of: Option<Timestamp>,
    /// The length of time that the values cover.
    pub window_seconds: Option<u64>,
    /// The value of each SLI by its name; one that is not here has none either.
    pub values: BTreeMap<String, Result<Decimal, SliMissing>>,
}

/// Why an SLI has no value, for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SliMissing {
    /// The source answered, and has none.
    NoData(String),
    /// The source failed, or gave only a part.
    Failed(String),
}

impl SliMissing {
    fn reason(&self) -> &str {
        match self {
            Self::NoData(reason) | Self::Failed(reason) => reason,
        }
    }
}

/// The decimal number that a source meant by a floating-point one: the shortest that reads as it. None when it is not
/// finite, or has more digits than fit.
pub fn sli_value(value: f64) -> Option<Decimal> {
    Decimal::from_str_exact(&format!("{value}")).ok()
}

/// Judges a gate by the values of its SLIs, and by its earlier results, newest first.
pub fn keptn_result(gate: &KeptnGate, values: &KeptnValues, history: &[KeptnPast]) -> KeptnFact {
    let judged = |objective: &Objective| {
        let value = values.values.get(&objective.sli);
        objective.judge(value, gate.comparison.earlier(&objective.sli, history), gate)
    };
    let objectives: Vec<ObjectiveFact> = gate.objectives.iter().map(judged).collect();
    let score_ppm = score_ppm(&objectives, 0);
    let best_score_ppm = self::score_ppm(&objectives, 2);
    let key_failed = objectives.iter().any(|objective| objective.key_sli && objective.result == ObjectiveResult::Fail);
    let unknown = objectives.iter().any(|objective| objective.result == ObjectiveResult::Unknown);
    let least = gate.warning_score_ppm.unwrap_or(gate.pass_score_ppm);
    let result = if key_failed || best_score_ppm < least {
        KeptnResult::Fail
    } else if unknown {
        KeptnResult::Inconclusive
    } else if score_ppm >= gate.pass_score_ppm {
        KeptnResult::Pass
    } else {
        KeptnResult::Warning
    };
    KeptnFact {
        evidence: evidence(values, &objectives),
        service: values.service.clone(),
        result,
        reasons: objectives.iter().filter_map(reason).collect(),
        score_ppm,
        best_score_ppm,
        pass_score_ppm: gate.pass_score_ppm,
        warning_score_ppm: gate.warning_score_ppm,
        objectives,
    }
}

impl Objective {
    fn judge(
        &self,
        found: Option<&Result<Decimal, SliMissing>>,
        earlier: Vec<BigRational>,
        gate: &KeptnGate,
    ) -> ObjectiveFact {
        let value = found.and_then(|found| found.as_ref().ok().copied());
        let results_compared = earlier.len() as u64;
        let aggregate = gate.comparison.aggregate.of(earlier);
        let exact_value = value.map(exact);
        let sets = |sets: &[Vec<Criterion>]| -> Vec<Vec<CriterionFact>> {
            let judge = |criterion: &Criterion| criterion.judge(exact_value.as_ref(), aggregate.as_ref());
            sets.iter().map(|set| set.iter().map(judge).collect()).collect()
        };
        let (pass, warning) = (sets(&self.pass), sets(&self.warning));
        let result = match (self.informational(), any_met(&pass), any_met(&warning)) {
            (true, _, _) => ObjectiveResult::Info,
            (false, Some(true), _) => ObjectiveResult::Pass,
            (false, None, _) | (false, Some(false), None) => ObjectiveResult::Unknown,
            (false, Some(false), Some(true)) => ObjectiveResult::Warning,
            (false, Some(false), Some(false)) => ObjectiveResult::Fail,
        };
        let reason = match (result, found) {
            (ObjectiveResult::Unknown, None) => Some("no value came"),
            (ObjectiveResult::Unknown, Some(Err(missing))) => Some(missing.reason()),
            (ObjectiveResult::Unknown, Some(Ok(_))) => Some("there is no earlier result to compare with"),
            (_, _) => None,
        };
        ObjectiveFact {
            sli: self.sli.clone(),
            display_name: self.display_name.clone(),
            key_sli: self.key_sli,
            weight: self.weight,
            result,
            value: value.map(|value: Decimal| value.normalize().to_string()),
            reason: reason.map(str::to_owned),
            results_compared,
            pass,
            warning,
        }
    }
}

impl Criterion {
    fn judge(&self, value: Option<&BigRational>, earlier: Option<&BigRational>) -> CriterionFact {
        let target = self.target(earlier);
        let met = value.zip(target.as_ref()).map(|(value, target)| self.met(value, target));
        CriterionFact { criterion: self.to_string(), target: target.as_ref().map(shown), met }
    }
}

/// Is all of one set met? None when it depends on what is not known.
fn any_met(sets: &[Vec<CriterionFact>]) -> Option<bool> {
    let all_met = |set: &Vec<CriterionFact>| {
        let one = |met: Option<bool>| set.iter().any(|criterion| criterion.met == met);
        if one(Some(false)) { Some(false) } else { (!one(None)).then_some(true) }
    };
    let results: Vec<Option<bool>> = sets.iter().map(all_met).collect();
    if results.contains(&Some(true)) { Some(true) } else { (!results.contains(&None)).then_some(false) }
}

/// The share of the largest score in parts per million, rounded down, where an unknown objective has so many halves of
/// its weight.
fn score_ppm(objectives: &[ObjectiveFact], halves_if_unknown: u128) -> u32 {
    let halves = |objective: &ObjectiveFact| match objective.result {
        ObjectiveResult::Pass => 2,
        ObjectiveResult::Warning => 1,
        ObjectiveResult::Fail | ObjectiveResult::Info => 0,
        ObjectiveResult::Unknown => halves_if_unknown,
    };
    let counting = || objectives.iter().filter(|objective| objective.result != ObjectiveResult::Info);
    let sum: u128 = counting().map(|objective| halves(objective) * u128::from(objective.weight)).sum();
    let whole: u128 = counting().map(|objective| 2 * u128::from(objective.weight)).sum();
    (sum * 1_000_000).checked_div(whole).and_then(|parts| parts.to_u32()).unwrap_or(0)
}

/// What is to be said of an objective that does not pass.
fn reason(objective: &ObjectiveFact) -> Option<String> {
    let ObjectiveFact { sli, value, .. } = objective;
    let value = value.as_deref().unwrap_or("unknown");
    let key = if objective.key_sli { "key SLI " } else { "" };
    match objective.result {
        ObjectiveResult::Pass | ObjectiveResult::Info => None,
        ObjectiveResult::Warning => Some(format!("{key}`{sli}` is {value}, which is worth a warning")),
        ObjectiveResult::Fail => Some(format!("{key}`{sli}` is {value}, which meets no set of criteria")),
        ObjectiveResult::Unknown => {
            Some(format!("{key}`{sli}` is not known: {}", objective.reason.as_deref().unwrap_or("no reason")))
        }
    }
}

fn evidence(values: &KeptnValues, objectives: &[ObjectiveFact]) -> Evidence {
    let id = format!("keptn/{}", values.service);
    let counting = || objectives.iter().filter(|objective| objective.result != ObjectiveResult::Info);
    let missing: Vec<_> = counting().filter(|objective| objective.value.is_none()).collect();
    let base = if missing.is_empty() {
        Evidence::ok(id, values.source.clone(), None)
    } else {
        let none = missing.len() == counting().count();
        let failed =
            |objective: &&ObjectiveFact| matches!(values.values.get(&objective.sli), Some(Err(SliMissing::Failed(_))));
        let status = match (none, missing.iter().copied().any(|objective| failed(&objective))) {
            (true, true) => EvidenceStatus::Error,
            (true, false) => EvidenceStatus::NoData,
            (false, _) => EvidenceStatus::Partial,
        };
        let told = |objective: &&ObjectiveFact| match values.values.get(&objective.sli) {
            Some(Err(missing)) => format!("`{}` ({})", objective.sli, missing.reason()),
            Some(Ok(_)) | None => format!("`{}`", objective.sli),
        };
        let names: Vec<_> = missing.iter().map(told).collect();
        Evidence::bad(id, values.source.clone(), status, format!("no value came of {}", names.join(", ")))
    };
    Evidence {
        as_of: values.as_of,
        window_seconds: values.window_seconds,
        datapoints_expected: counting().count() as u64,
        datapoints_received: counting().filter(|objective| objective.value.is_some()).count() as u64,
        ..base
    }
}

/// A fraction as a decimal text, cut to six decimals.
fn shown(value: &BigRational) -> String {
    let millionths = (value.abs() * BigInt::from(1_000_000)).to_integer();
    let text = format!("{millionths:0>7}");
    let (whole, decimals) = text.split_at_checked(text.len().saturating_sub(6)).unwrap_or((&text, ""));
    let decimals = decimals.trim_end_matches('0');
    let sign = if value.is_negative() { "-" } else { "" };
    if decimals.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") }
}

#[cfg(test)]
#[path = "scoring_tests.rs"]
mod tests;
