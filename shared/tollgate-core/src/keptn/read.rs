//! `slo.yaml` into a gate: what is read, and what is refused with what to write instead.

use std::collections::BTreeMap;

use num_traits::ToPrimitive;
use rust_decimal::Decimal;
use serde_saphyr::{Location, Spanned};

use super::{
    Aggregate, Comparison, Criterion, Included, KeptnGate, Objective, decimal,
    document::{self, CriteriaSet, Document, TotalScore},
};
use crate::{
    data::{DataError, from_yaml},
    money::excerpt,
};

const HEAVIEST: u32 = 1_000_000;
const MOST_RESULTS: u32 = 100;

/// Reads a gate from the text of a `slo.yaml`.
///
/// # Errors
/// Everything that is wrong with the file, by line.
pub fn parse(file: &str, text: &str) -> Result<KeptnGate, Vec<DataError>> {
    let document: Document = from_yaml(file, text).map_err(|error| vec![error])?;
    let mut reader = Reader { file, errors: Vec::new() };
    match reader.gate(document) {
        Some(gate) if reader.errors.is_empty() => Ok(gate),
        _ => {
            reader.errors.sort();
            Err(reader.errors)
        }
    }
}

struct Reader<'a> {
    file: &'a str,
    errors: Vec<DataError>,
}

impl Reader<'_> {
    fn refuse<T>(&mut self, at: &Location, message: impl Into<String>) -> Option<T> {
        let line = Some(at.line()).filter(|line| *line > 0);
        self.errors.push(DataError::new(self.file, line, message));
        None
    }

    fn gate(&mut self, document: Document) -> Option<KeptnGate> {
        let version = &document.spec_version;
        if !["0.1.0", "0.1.1", "1.0", "1.0.0"].contains(&version.value.as_str()) {
            let message = format!("`{}` is not supported: write `spec_version: \"1.0\"`", excerpt(&version.value));
            self.refuse::<()>(&version.defined, message);
        }
        let comparison = self.comparison(&document.comparison.unwrap_or_default());
        let objectives = self.objectives(&document.objectives);
        let (pass_score_ppm, warning_score_ppm) = self.total_score(&document.total_score)?;
        let filter = document.filter.unwrap_or_default();
        Some(KeptnGate { filter, comparison: comparison?, objectives: objectives?, pass_score_ppm, warning_score_ppm })
    }

    fn comparison(&mut self, comparison: &document::Comparison) -> Option<Comparison> {
        let several = match &comparison.compare_with {
            None => false,
            Some(text) if text.value == "single_result" => false,
            Some(text) if text.value == "several_results" => true,
            Some(text) => {
                let message = format!(
                    "`compare_with` cannot be `{}`: write `single_result` or `several_results`",
                    excerpt(&text.value)
                );
                return self.refuse(&text.defined, message);
            }
        };
        let results = match &comparison.number_of_comparison_results {
            Some(number) if !(1..=MOST_RESULTS).contains(&number.value) => {
                let message = format!("`number_of_comparison_results` is {}: write 1 to {MOST_RESULTS}", number.value);
                return self.refuse(&number.defined, message);
            }
            Some(number) if several => number.value,
            Some(_) | None => 1,
        };
        let included = match &comparison.include_result_with_score {
            None => Included::All,
            Some(text) => match text.value.as_str() {
                "all" => Included::All,
                "pass_or_warn" => Included::PassOrWarn,
                "pass" => Included::Pass,
                other => {
                    let message = format!(
                        "`include_result_with_score` cannot be `{}`: write `all`, `pass_or_warn` or `pass`",
                        excerpt(other)
                    );
                    return self.refuse(&text.defined, message);
                }
            },
        };
        let aggregate = match &comparison.aggregate_function {
            None => Aggregate::Average,
            Some(text) => match text.value.as_str() {
                "avg" => Aggregate::Average,
                "p50" => Aggregate::Percentile(50),
                "p90" => Aggregate::Percentile(90),
                "p95" => Aggregate::Percentile(95),
                other => {
                    let message = format!(
                        "`aggregate_function` cannot be `{}`: write `avg`, `p50`, `p90` or `p95`",
                        excerpt(other)
                    );
                    return self.refuse(&text.defined, message);
                }
            },
        };
        Some(Comparison { results, included, aggregate })
    }

    fn objectives(&mut self, objectives: &Spanned<Vec<Spanned<document::Objective>>>) -> Option<Vec<Objective>> {
        let mut lines: BTreeMap<&str, u64> = BTreeMap::new();
        let mut read = Vec::new();
        for objective in &objectives.value {
            let sli = &objective.value.sli;
            if sli.value.trim().is_empty() {
                self.refuse::<()>(&sli.defined, "the `sli` has no name: write the name of an indicator");
            }
            if let Some(first) = lines.insert(&sli.value, sli.defined.line()) {
                let message = format!("`{}` has an objective in line {first} already: remove one", excerpt(&sli.value));
                self.refuse::<()>(&sli.defined, message);
            }
            read.extend(self.objective(objective));
        }
        if self.errors.is_empty() && read.iter().all(Objective::informational) {
            let message = "no objective has `pass` criteria, so the gate would always pass: add some to one of them";
            return self.refuse(&objectives.defined, message);
        }
        Some(read)
    }

    fn objective(&mut self, objective: &Spanned<document::Objective>) -> Option<Objective> {
        let at = objective.defined;
        let document::Objective { sli, display_name, key_sli, weight, pass, warning } = &objective.value;
        let pass = self.sets("pass", &at, pass.as_ref())?;
        let warning = self.sets("warning", &at, warning.as_ref())?;
        if pass.is_empty() && (*key_sli || !warning.is_empty()) {
            let message = "without `pass` an objective only informs: add `pass`, or remove `key_sli` and `warning`";
            return self.refuse(&at, message);
        }
        let weight = match weight {
            None => 1,
            Some(weight) if (1..=HEAVIEST).contains(&weight.value) => weight.value,
            Some(weight) => {
                let message = format!(
                    "`weight` is {}: write 1 to {HEAVIEST}; without `pass` an objective only informs",
                    weight.value
                );
                return self.refuse(&weight.defined, message);
            }
        };
        let (sli, display_name) = (sli.value.clone(), display_name.clone());
        Some(Objective { sli, display_name, key_sli: *key_sli, weight, pass, warning })
    }

    /// Sets of criteria. An empty one would always be met.
    fn sets(
        &mut self,
        field: &str,
        at: &Location,
        sets: Option<&Vec<Spanned<CriteriaSet>>>,
    ) -> Option<Vec<Vec<Criterion>>> {
        let Some(sets) = sets else { return Some(Vec::new()) };
        if sets.is_empty() {
            return self.refuse(at, format!("`{field}` is empty: write criteria, or leave it out"));
        }
        let mut read = Vec::new();
        for set in sets {
            let criteria = &set.value.criteria;
            if criteria.is_empty() {
                return self.refuse(&set.defined, "the `criteria` are empty, so they would always be met: write some");
            }
            let criteria: Vec<_> = criteria.iter().filter_map(|text| self.criterion(text)).collect();
            read.push(criteria);
        }
        Some(read)
    }

    fn criterion(&mut self, text: &Spanned<String>) -> Option<Criterion> {
        text.value.parse().map_or_else(|message: String| self.refuse(&text.defined, message), Some)
    }

    fn total_score(&mut self, score: &TotalScore) -> Option<(u32, Option<u32>)> {
        let pass = self.percent("pass", &score.pass);
        let warning = match &score.warning {
            None => None,
            Some(text) => Some(self.percent("warning", text)?),
        };
        let pass = pass?;
        match (&score.warning, warning) {
            (Some(text), Some(warning)) if warning > pass => {
                self.refuse(&text.defined, "the `warning` score is above the `pass` score: write a lower one")
            }
            (_, warning) => Some((pass, warning)),
        }
    }

    /// A share such as `90%`, in parts per million.
    fn percent(&mut self, field: &str, text: &Spanned<String>) -> Option<u32> {
        let number = text.value.trim().strip_suffix('%').unwrap_or(text.value.trim()).trim_end();
        let parts = decimal(number)
            .filter(|percent| *percent > Decimal::ZERO && *percent <= Decimal::ONE_HUNDRED)
            .and_then(|percent| percent.checked_mul(Decimal::from(10_000)))
            .filter(|parts| parts.fract().is_zero())
            .and_then(|parts| parts.to_u32());
        let example = if field == "pass" { "90%" } else { "75%" };
        let message = format!(
            "`total_score.{field}` cannot be `{}`: write more than 0 and at most 100 per cent with up to four decimals, \
             for example `{field}: \"{example}\"`",
            excerpt(&text.value)
        );
        parts.map_or_else(|| self.refuse(&text.defined, message), Some)
    }
}
