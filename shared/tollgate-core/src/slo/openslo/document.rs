//! The shape of OpenSLO v1 documents, as far as it is read: <https://github.com/OpenSLO/OpenSLO>.
//!
//! One struct holds the fields of all kinds that are read, so that positions in the file survive; which of them a kind
//! may have is for the reader to judge. Numbers are read as their text, so that they stay exact.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};
use serde_saphyr::Spanned;

/// What says how to read a document.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    pub(super) api_version: Option<Spanned<String>>,
    pub(super) kind: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Document {
    #[serde(rename = "apiVersion")]
    _api_version: IgnoredAny,
    pub(super) kind: String,
    pub(super) metadata: Metadata,
    pub(super) spec: Spec,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Metadata {
    pub(super) name: Spanned<String>,
    #[serde(rename = "displayName")]
    _display_name: Option<IgnoredAny>,
    #[serde(rename = "labels")]
    _labels: Option<IgnoredAny>,
    #[serde(rename = "annotations")]
    _annotations: Option<IgnoredAny>,
}

/// The fields of an SLO and of an SLI; a service has only the description.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    pub(super) description: Option<String>,
    pub(super) service: Option<Spanned<String>>,
    pub(super) indicator: Option<Indicator>,
    pub(super) indicator_ref: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) time_window: Vec<Spanned<TimeWindow>>,
    pub(super) budgeting_method: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) objectives: Vec<Spanned<Objective>>,
    #[serde(rename = "alertPolicies")]
    _alert_policies: Option<IgnoredAny>,
    pub(super) ratio_metric: Option<Spanned<RatioMetric>>,
    pub(super) threshold_metric: Option<Spanned<IgnoredAny>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Indicator {
    #[serde(rename = "metadata")]
    _metadata: Option<IgnoredAny>,
    pub(super) spec: IndicatorSpec,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct IndicatorSpec {
    #[serde(rename = "description")]
    _description: Option<IgnoredAny>,
    pub(super) ratio_metric: Option<Spanned<RatioMetric>>,
    pub(super) threshold_metric: Option<Spanned<IgnoredAny>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TimeWindow {
    pub(super) duration: Option<Spanned<String>>,
    pub(super) is_rolling: Option<bool>,
    pub(super) calendar: Option<Spanned<IgnoredAny>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Objective {
    #[serde(rename = "displayName")]
    _display_name: Option<IgnoredAny>,
    pub(super) target: Option<Spanned<String>>,
    pub(super) target_percent: Option<Spanned<String>>,
    pub(super) op: Option<Spanned<IgnoredAny>>,
    pub(super) value: Option<Spanned<IgnoredAny>>,
    pub(super) time_slice_target: Option<Spanned<IgnoredAny>>,
    pub(super) time_slice_window: Option<Spanned<IgnoredAny>>,
    pub(super) indicator: Option<Spanned<IgnoredAny>>,
    pub(super) indicator_ref: Option<Spanned<IgnoredAny>>,
    pub(super) composite_weight: Option<Spanned<IgnoredAny>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RatioMetric {
    /// Whether the source's own metric grows for ever. CloudWatch's sums are increments either way.
    #[serde(rename = "counter")]
    _counter: Option<IgnoredAny>,
    pub(super) good: Option<Spanned<Source>>,
    pub(super) bad: Option<Spanned<Source>>,
    pub(super) total: Option<Spanned<Source>>,
    pub(super) raw: Option<Spanned<IgnoredAny>>,
    pub(super) raw_type: Option<Spanned<IgnoredAny>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Source {
    pub(super) metric_source: MetricSource,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MetricSource {
    pub(super) metric_source_ref: Option<Spanned<IgnoredAny>>,
    #[serde(rename = "type")]
    pub(super) kind: Option<Spanned<String>>,
    pub(super) spec: Option<Spanned<CloudWatch>>,
}

/// What `spec` holds for `type: CloudWatch`: names as in CloudWatch's own API.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct CloudWatch {
    pub(super) namespace: Spanned<String>,
    pub(super) metric_name: Spanned<String>,
    #[serde(default)]
    pub(super) dimensions: BTreeMap<String, String>,
    pub(super) stat: Option<Spanned<String>>,
    pub(super) region: Option<Spanned<String>>,
    pub(super) account_id: Option<Spanned<String>>,
    #[serde(rename = "treatMissing")]
    pub(super) treat_missing: Option<Spanned<String>>,
}
