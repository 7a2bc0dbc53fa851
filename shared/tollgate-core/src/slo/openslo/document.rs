//! The shape of OpenSLO v1 documents: <https://github.com/OpenSLO/OpenSLO>.
//!
//! One struct holds the fields of all kinds, so that positions in the file survive; [`Spec::strays`] says which of them
//! a kind does not have. Numbers are read as their text, so that they stay exact.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_saphyr::{Location, Spanned};

use super::{
    node::Node,
    source::{MetricSource, present},
};

/// What says how to read a document.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    pub(super) api_version: Option<Spanned<String>>,
    pub(super) kind: Option<Spanned<String>>,
    pub(super) metadata: Option<Spanned<HeaderMetadata>>,
}

/// What of the metadata must be there.
#[derive(Debug, Deserialize)]
pub(super) struct HeaderMetadata {
    pub(super) name: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Document {
    #[serde(rename = "apiVersion")]
    _api_version: IgnoredAny,
    pub(super) kind: String,
    pub(super) metadata: Metadata,
    pub(super) spec: Option<Spanned<Spec>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Metadata {
    pub(super) name: Spanned<String>,
    #[serde(rename = "displayName")]
    _display_name: Option<String>,
    pub(super) labels: Option<Spanned<Node>>,
    pub(super) annotations: Option<Spanned<Node>>,
}

/// The fields of all kinds.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Spec {
    pub(super) description: Option<Spanned<String>>,
    pub(super) service: Option<Spanned<String>>,
    pub(super) indicator: Option<Spanned<Inline>>,
    pub(super) indicator_ref: Option<Spanned<String>>,
    pub(super) time_window: Option<Spanned<Vec<Spanned<TimeWindow>>>>,
    pub(super) budgeting_method: Option<Spanned<String>>,
    pub(super) objectives: Option<Spanned<Vec<Spanned<Objective>>>>,
    pub(super) alert_policies: Option<Spanned<Vec<Spanned<Item>>>>,
    pub(super) ratio_metric: Option<Spanned<RatioMetric>>,
    pub(super) threshold_metric: Option<Spanned<Source>>,
    #[serde(rename = "type")]
    pub(super) source_type: Option<Spanned<String>>,
    /// None only where it is absent: it may be anything.
    #[serde(default, deserialize_with = "present")]
    pub(super) connection_details: Option<Spanned<Node>>,
    pub(super) alert_when_no_data: Option<Spanned<bool>>,
    pub(super) alert_when_resolved: Option<Spanned<bool>>,
    pub(super) alert_when_breaching: Option<Spanned<bool>>,
    pub(super) conditions: Option<Spanned<Vec<Spanned<Item>>>>,
    pub(super) notification_targets: Option<Spanned<Vec<Spanned<Item>>>>,
    pub(super) severity: Option<Spanned<String>>,
    pub(super) condition: Option<Spanned<Condition>>,
    pub(super) target: Option<Spanned<String>>,
}

impl Spec {
    /// The fields that are there and that objects of the kind do not have.
    pub(super) fn strays(&self, kind: &str) -> Vec<(&'static str, Location)> {
        fn at<T>(field: &Option<Spanned<T>>) -> Option<Location> {
            field.as_ref().map(|found| found.defined)
        }
        let fields = [
            ("service", at(&self.service), "SLO"),
            ("indicator", at(&self.indicator), "SLO"),
            ("indicatorRef", at(&self.indicator_ref), "SLO"),
            ("timeWindow", at(&self.time_window), "SLO"),
            ("budgetingMethod", at(&self.budgeting_method), "SLO"),
            ("objectives", at(&self.objectives), "SLO"),
            ("alertPolicies", at(&self.alert_policies), "SLO"),
            ("ratioMetric", at(&self.ratio_metric), "SLI"),
            ("thresholdMetric", at(&self.threshold_metric), "SLI"),
            ("type", at(&self.source_type), "DataSource"),
            ("connectionDetails", at(&self.connection_details), "DataSource"),
            ("alertWhenNoData", at(&self.alert_when_no_data), "AlertPolicy"),
            ("alertWhenResolved", at(&self.alert_when_resolved), "AlertPolicy"),
            ("alertWhenBreaching", at(&self.alert_when_breaching), "AlertPolicy"),
            ("conditions", at(&self.conditions), "AlertPolicy"),
            ("notificationTargets", at(&self.notification_targets), "AlertPolicy"),
            ("severity", at(&self.severity), "AlertCondition"),
            ("condition", at(&self.condition), "AlertCondition"),
            ("target", at(&self.target), "AlertNotificationTarget"),
        ];
        fields
            .into_iter()
            .filter(|(_, _, owner)| *owner != kind)
            .filter_map(|(name, at, _)| Some((name, at?)))
            .collect()
    }
}

/// An indicator inside an SLO or an objective.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Inline {
    pub(super) metadata: Option<Metadata>,
    pub(super) spec: Box<Spec>,
}

/// An object inside another one, or a reference to one. A bare name refers to an alert policy.
#[derive(Debug, Default)]
pub(super) struct Item {
    /// The name alone.
    pub(super) bare: Option<String>,
    pub(super) fields: ItemFields,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ItemFields {
    pub(super) alert_policy_ref: Option<Spanned<String>>,
    pub(super) condition_ref: Option<Spanned<String>>,
    pub(super) target_ref: Option<Spanned<String>>,
    #[serde(rename = "apiVersion")]
    _api_version: Option<IgnoredAny>,
    /// How several conditions would be joined; a policy has one.
    #[serde(rename = "operator")]
    _operator: Option<IgnoredAny>,
    pub(super) kind: Option<Spanned<String>>,
    pub(super) metadata: Option<Metadata>,
    pub(super) spec: Option<Box<Spec>>,
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ItemVisitor;
        impl<'de> Visitor<'de> for ItemVisitor {
            type Value = Item;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object, or a reference to one")
            }

            fn visit_str<E>(self, text: &str) -> Result<Item, E> {
                Ok(Item { bare: Some(text.to_owned()), ..Item::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Item, A::Error> {
                Ok(Item { bare: None, fields: ItemFields::deserialize(MapAccessDeserializer::new(map))? })
            }
        }
        deserializer.deserialize_any(ItemVisitor)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TimeWindow {
    pub(super) duration: Option<Spanned<String>>,
    pub(super) is_rolling: Option<bool>,
    pub(super) calendar: Option<Spanned<Calendar>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Calendar {
    pub(super) start_time: Spanned<String>,
    pub(super) time_zone: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Objective {
    #[serde(rename = "displayName")]
    _display_name: Option<String>,
    pub(super) target: Option<Spanned<String>>,
    pub(super) target_percent: Option<Spanned<String>>,
    pub(super) op: Option<Spanned<String>>,
    pub(super) value: Option<Spanned<String>>,
    pub(super) time_slice_target: Option<Spanned<String>>,
    pub(super) time_slice_window: Option<Spanned<String>>,
    pub(super) indicator: Option<Spanned<Inline>>,
    pub(super) indicator_ref: Option<Spanned<String>>,
    pub(super) composite_weight: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RatioMetric {
    /// Whether the source's own metric grows for ever. CloudWatch's sums are increments either way.
    #[serde(rename = "counter")]
    _counter: Option<bool>,
    pub(super) good: Option<Spanned<Source>>,
    pub(super) bad: Option<Spanned<Source>>,
    pub(super) total: Option<Spanned<Source>>,
    pub(super) raw: Option<Spanned<Source>>,
    pub(super) raw_type: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) metric_source: MetricSource,
}

/// The condition of an alert.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Condition {
    pub(super) kind: Option<Spanned<String>>,
    pub(super) op: Option<Spanned<String>>,
    pub(super) threshold: Option<Spanned<String>>,
    pub(super) lookback_window: Option<Spanned<String>>,
    pub(super) alert_after: Option<Spanned<String>>,
}

impl Item {
    /// The references of it, by their fields.
    pub(super) fn references(&self) -> [(&'static str, Option<&Spanned<String>>); 3] {
        let ItemFields { alert_policy_ref, condition_ref, target_ref, .. } = &self.fields;
        [
            ("alertPolicyRef", alert_policy_ref.as_ref()),
            ("conditionRef", condition_ref.as_ref()),
            ("targetRef", target_ref.as_ref()),
        ]
    }
}
