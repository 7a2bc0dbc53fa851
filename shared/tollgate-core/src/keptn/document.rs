//! The shape of Keptn's `slo.yaml`: <https://github.com/keptn/spec/blob/master/service_level_objective.md>.
//!
//! Numbers that decide are read as their text, so that they stay exact.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) spec_version: Spanned<String>,
    pub(super) filter: Option<BTreeMap<String, String>>,
    pub(super) comparison: Option<Comparison>,
    pub(super) objectives: Spanned<Vec<Spanned<Objective>>>,
    pub(super) total_score: TotalScore,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Comparison {
    pub(super) compare_with: Option<Spanned<String>>,
    pub(super) include_result_with_score: Option<Spanned<String>>,
    pub(super) number_of_comparison_results: Option<Spanned<u32>>,
    pub(super) aggregate_function: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Objective {
    pub(super) sli: Spanned<String>,
    #[serde(rename = "displayName")]
    pub(super) display_name: Option<String>,
    #[serde(default)]
    pub(super) key_sli: bool,
    pub(super) weight: Option<Spanned<u32>>,
    pub(super) pass: Option<Vec<Spanned<CriteriaSet>>>,
    pub(super) warning: Option<Vec<Spanned<CriteriaSet>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CriteriaSet {
    pub(super) criteria: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TotalScore {
    pub(super) pass: Spanned<String>,
    pub(super) warning: Option<Spanned<String>>,
}
