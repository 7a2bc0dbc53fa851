//! The shape of a `metricSource`. Its `spec` is what each source makes of it: names as in CloudWatch's own API, with a
//! capital letter or a small one.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::Spanned;

/// The types of sources that are read here.
pub(super) const TYPES: [&str; 3] = ["CloudWatch", "Tollgate", "ApplicationSignals"];
const FIELDS: [&str; 3] = ["metricSourceRef", "type", "spec"];

#[derive(Debug, Default)]
pub(crate) struct MetricSource {
    pub(super) metric_source_ref: Option<Spanned<String>>,
    pub(super) kind: Option<Spanned<String>>,
    /// None of a type that is not read here, whose `spec` may be anything.
    pub(super) spec: Option<Spanned<SourceSpec>>,
}

impl<'de> Deserialize<'de> for MetricSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SourceVisitor;
        impl<'de> Visitor<'de> for SourceVisitor {
            type Value = MetricSource;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a metric source with `type` and `spec`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<MetricSource, A::Error> {
                let mut source = MetricSource::default();
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "metricSourceRef" => source.metric_source_ref = map.next_value()?,
                        "type" => source.kind = map.next_value()?,
                        "spec" if source.kind.as_ref().is_some_and(|kind| !TYPES.contains(&kind.value.as_str())) => {
                            map.next_value::<IgnoredAny>()?;
                        }
                        "spec" => source.spec = map.next_value()?,
                        _ => return Err(serde::de::Error::unknown_field(&key, &FIELDS)),
                    }
                }
                Ok(source)
            }
        }
        deserializer.deserialize_struct("MetricSource", &FIELDS, SourceVisitor)
    }
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
                let mut fields = BTreeSet::new();
                while let Some(key) = map.next_key::<Spanned<String>>()? {
                    let field = lower_case(&key.value);
                    if !fields.insert(field.clone()) {
                        let reason = format_args!("`{}` is there twice, in one spelling or two: keep one", key.value);
                        return Err(serde::de::Error::custom(reason));
                    }
                    match field.as_str() {
                        "namespace" => spec.namespace = map.next_value()?,
                        "metricName" => spec.metric_name = map.next_value()?,
                        "dimensions" => spec.dimensions = map.next_value()?,
                        "stat" => spec.stat = map.next_value()?,
                        "period" => spec.period = map.next_value()?,
                        "region" => spec.region = map.next_value()?,
                        "accountId" => spec.account_id = map.next_value()?,
                        "roleArn" => spec.role_arn = map.next_value()?,
                        "treatMissing" => spec.treat_missing = map.next_value()?,
                        "metricStat" | "metric" => spec.nested.push(map.next_value()?),
                        "expression" => spec.expression = map.next_value()?,
                        "inputs" => spec.inputs = map.next_value()?,
                        "id" => spec.id = map.next_value()?,
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

/// A field as OpenSLO spells its own, with a small letter first: CloudWatch's API and its tools differ in that.
fn lower_case(field: &str) -> String {
    let mut letters = field.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// The dimensions of a metric: a map, or as the API has them a list of `Name` and `Value`.
#[derive(Debug, Default)]
pub(super) struct Dimensions(pub(super) BTreeMap<String, String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dimension {
    #[serde(alias = "Name")]
    name: String,
    #[serde(alias = "Value")]
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
