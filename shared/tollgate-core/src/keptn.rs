//! Keptn's quality gates: `slo.yaml` as it is, judged as Keptn does where it knows, and not at all where it guesses.
//!
//! Scoring, weights, key SLIs, and criteria absolute and relative are those of
//! <https://v1.keptn.sh/docs/0.18.x/reference/files/slo/>. Keptn passes a gate without a file, a relative criterion without
//! history, and a file of informational objectives only. Here the first has no result, the second is `inconclusive`, and
//! the third is refused when it is read. An SLI without a value makes the result `inconclusive` as well.

use rust_decimal::Decimal;

mod criterion;
mod document;
mod fact;
mod history;
mod judge;
mod read;
mod sli;

pub use criterion::{Criterion, Operator};
pub use fact::{CriterionFact, KeptnFact, KeptnResult, ObjectiveFact, ObjectiveResult};
pub use history::{Aggregate, Comparison, Included, KeptnPast};
pub use judge::{KeptnValues, SliMissing, keptn_result, sli_value};
pub use read::parse;
pub use sli::KeptnSlis;
pub(crate) use sli::read_slis;

/// A quality gate that makes sense: something in it decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptnGate {
    /// What identifies the deployment; placeholders of SLI queries.
    pub filter: std::collections::BTreeMap<String, String>,
    /// What relative criteria compare with.
    pub comparison: Comparison,
    /// The objectives; at least one of them has criteria to pass.
    pub objectives: Vec<Objective>,
    /// The score from which it passes, in parts per million of the largest.
    pub pass_score_ppm: u32,
    /// The score from which it passes with a warning; none when anything else fails.
    pub warning_score_ppm: Option<u32>,
}

/// What is asked of one SLI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objective {
    /// The SLI's name.
    pub sli: String,
    /// The same for people.
    pub display_name: Option<String>,
    /// Does the gate fail when this objective does?
    pub key_sli: bool,
    /// What it counts for, relative to the others.
    pub weight: u32,
    /// When it passes: one of these sets is enough, of which every criterion must be met. An objective without any is
    /// informational.
    pub pass: Vec<Vec<Criterion>>,
    /// When it counts half.
    pub warning: Vec<Vec<Criterion>>,
}

impl Objective {
    /// Does it only inform?
    pub fn informational(&self) -> bool {
        self.pass.is_empty()
    }
}

/// A decimal number of at most 28 digits, in the ways that YAML and people write it; none otherwise.
fn decimal(text: &str) -> Option<Decimal> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let digit_at_both_ends = [text.bytes().next(), text.bytes().last()]
        .into_iter()
        .all(|byte| byte.is_some_and(|byte| byte.is_ascii_digit()));
    (plain && digit_at_both_ends).then(|| Decimal::from_str_exact(text).ok()).flatten()
}

#[cfg(test)]
mod tests;
