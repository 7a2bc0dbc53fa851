//! The shape of a `metricSource`. Its `spec` is what each source makes of it: names as in CloudWatch's own API.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::Spanned;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MetricSource {
    pub(super) metric_source_ref: Option<Spanned<String>>,
    #[serde(rename = "type")]
    pub(super) kind: Option<Spanned<String>>,
    pub(super) spec: Option<Spanned<SourceSpec>>,
}

/// What is known of a source's `spec`.
#[derive(Debug, Default)]
pub(super) struct SourceSpec {
    pub(super) namespace: Option<Spanned<String>>,
    pub(super) metric_name: Option<Spanned<String>>,
    pub(super) dimensions: Option<Spanned<Dimensions>>,
    pub(super) stat: Option<Spanned<String>>,
    pub(super) period: Option<Spanned<String>>,
    pub(super) region: Option<Spanned<String>>,
    pub(super) account_id: Option<Spanned<String>>,
    pub(super) role_arn: Option<Spanned<String>>,
    pub(super) treat_missing: Option<Spanned<String>>,
    /// `MetricStat`, and inside it `Metric`, as the API nests them.
    pub(super) nested: Vec<Spanned<SourceSpec>>,
    pub(super) expression: Option<Spanned<String>>,
    pub(super) inputs: Option<Spanned<BTreeMap<String, Spanned<SourceSpec>>>>,
    /// Of `type: Tollgate`: other objectives.
    pub(super) worst_of: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) weighted: Option<Spanned<BTreeMap<String, Spanned<String>>>>,
    /// Of `type: ApplicationSignals`: the SLO there.
    pub(super) id: Option<Spanned<String>>,
    /// What is none of these.
    pub(super) others: Vec<Spanned<String>>,
}

impl<'de> Deserialize<'de> for SourceSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SpecVisitor;
        impl<'de> Visitor<'de> for SpecVisitor {
            type Value = SourceSpec;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("what the source reads, such as `Namespace` and `MetricName`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SourceSpec, A::Error> {
                let mut spec = SourceSpec::default();
                while let Some(key) = map.next_key::<Spanned<String>>()? {
                    match key.value.as_str() {
                        "Namespace" => spec.namespace = map.next_value()?,
                        "MetricName" => spec.metric_name = map.next_value()?,
                        "Dimensions" => spec.dimensions = map.next_value()?,
                        "Stat" => spec.stat = map.next_value()?,
                        "Period" => spec.period = map.next_value()?,
                        "Region" => spec.region = map.next_value()?,
                        "AccountId" => spec.account_id = map.next_value()?,
                        "RoleArn" => spec.role_arn = map.next_value()?,
                        "treatMissing" => spec.treat_missing = map.next_value()?,
                        "metricStat" | "MetricStat" | "Metric" => spec.nested.push(map.next_value()?),
                        "expression" => spec.expression = map.next_value()?,
                        "inputs" => spec.inputs = map.next_value()?,
                        "Id" => spec.id = map.next_value()?,
                        "worstOf" => spec.worst_of = map.next_value()?,
                        "weighted" => spec.weighted = map.next_value()?,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            spec.others.push(key);
                        }
                    }
                }
                Ok(spec)
            }
        }
        deserializer.deserialize_map(SpecVisitor)
    }
}

/// The dimensions of a metric: a map, or as the API has them a list of `Name` and `Value`.
#[derive(Debug, Default)]
pub(super) struct Dimensions(pub(super) BTreeMap<String, String>);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Dimension {
    name: String,
    value: String,
}

impl<'de> Deserialize<'de> for Dimensions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DimensionsVisitor;
        impl<'de> Visitor<'de> for DimensionsVisitor {
            type Value = Dimensions;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("dimensions, as a map of names and values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Dimensions, A::Error> {
                let mut dimensions = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    dimensions.insert(name, value);
                }
                Ok(Dimensions(dimensions))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Dimensions, A::Error> {
                let mut dimensions = BTreeMap::new();
                while let Some(Dimension { name, value }) = seq.next_element()? {
                    if dimensions.insert(name.clone(), value).is_some() {
                        return Err(serde::de::Error::custom(format_args!("the dimension `{name}` is there twice")));
                    }
                }
                Ok(Dimensions(dimensions))
            }
        }
        deserializer.deserialize_any(DimensionsVisitor)
    }
}
