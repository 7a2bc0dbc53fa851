//! The shape of a `metricSource`. Its `spec` is what each source makes of it: names as in CloudWatch's own API, with a
//! capital letter or a small one.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use super::node::{FileText, Misfit, Node};

/// Where numbers come from. What its `spec` means is known with its type, which may stand behind it or in a data source.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MetricSource {
    pub(super) metric_source_ref: Option<Spanned<String>>,
    #[serde(rename = "type")]
    pub(super) kind: Option<Spanned<String>>,
    /// None only where it is absent: it may be anything, nothing as well.
    #[serde(default, deserialize_with = "present")]
    pub(super) spec: Option<Spanned<Node>>,
}

pub(super) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Spanned<Node>>, D::Error> {
    Spanned::deserialize(deserializer).map(Some)
}

/// What is known of a source's `spec`.
#[derive(Debug, Default)]
pub(super) struct SourceSpec {
    pub(super) namespace: Option<Spanned<String>>,
    pub(super) metric_name: Option<Spanned<String>>,
    pub(super) dimensions: Option<Spanned<BTreeMap<String, String>>>,
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

impl SourceSpec {
    /// Reads a `spec` of one of the types that are read here.
    pub(super) fn of(node: &Spanned<Node>, text: FileText<'_>) -> Result<Spanned<Self>, Misfit> {
        let mut spec = Self::default();
        let mut fields = BTreeSet::new();
        for (key, value) in text.fields(node)? {
            let field = lower_case(&key.value);
            if !fields.insert(field.clone()) {
                let message = format!("`{}` is there twice, in one spelling or two: keep one", key.value);
                return Err(Misfit::new(&key.defined, message));
            }
            match field.as_str() {
                "namespace" => spec.namespace = text.optional(value)?,
                "metricName" => spec.metric_name = text.optional(value)?,
                "dimensions" => spec.dimensions = Some(dimensions(value, text)?),
                "stat" => spec.stat = text.optional(value)?,
                "period" => spec.period = text.optional(value)?,
                "region" => spec.region = text.optional(value)?,
                "accountId" => spec.account_id = text.optional(value)?,
                "roleArn" => spec.role_arn = text.optional(value)?,
                "treatMissing" => spec.treat_missing = text.optional(value)?,
                "metricStat" | "metric" => spec.nested.push(Self::of(value, text)?),
                "expression" => spec.expression = text.optional(value)?,
                "inputs" => spec.inputs = Some(inputs(value, text)?),
                "id" => spec.id = text.optional(value)?,
                "worstOf" => spec.worst_of = Some(objectives(value, text)?),
                "weighted" => spec.weighted = Some(weighted(value, text)?),
                _ => spec.others.push(key),
            }
        }
        Ok(Spanned::new(spec, node.referenced, node.defined))
    }
}

fn inputs(node: &Spanned<Node>, text: FileText<'_>) -> Result<Spanned<BTreeMap<String, Spanned<SourceSpec>>>, Misfit> {
    let fields = text.fields(node)?.into_iter();
    let inputs =
        fields.map(|(name, value)| Ok((name.value, SourceSpec::of(value, text)?))).collect::<Result<_, _>>()?;
    Ok(Spanned::new(inputs, node.referenced, node.defined))
}

fn objectives(node: &Spanned<Node>, text: FileText<'_>) -> Result<Spanned<Vec<Spanned<String>>>, Misfit> {
    let names = Node::list(node)?.iter().map(|name| text.value(name)).collect::<Result<_, _>>()?;
    Ok(Spanned::new(names, node.referenced, node.defined))
}

fn weighted(node: &Spanned<Node>, text: FileText<'_>) -> Result<Spanned<BTreeMap<String, Spanned<String>>>, Misfit> {
    let fields = text.fields(node)?.into_iter();
    let weights = fields.map(|(name, weight)| Ok((name.value, text.value(weight)?))).collect::<Result<_, _>>()?;
    Ok(Spanned::new(weights, node.referenced, node.defined))
}

/// A field as OpenSLO spells its own, with a small letter first: CloudWatch's API and its tools differ in that.
fn lower_case(field: &str) -> String {
    let mut letters = field.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// The dimensions of a metric: a map, or as the API has them a list of `Name` and `Value`.
fn dimensions(node: &Spanned<Node>, text: FileText<'_>) -> Result<Spanned<BTreeMap<String, String>>, Misfit> {
    let mut dimensions = BTreeMap::new();
    let pairs = match &node.value {
        Node::List(entries) => entries.iter().map(|entry| dimension(entry, text)).collect::<Result<Vec<_>, _>>()?,
        _ => {
            let fields = text.fields(node)?.into_iter();
            fields.map(|(name, value)| Ok((name, text.value(value)?))).collect::<Result<_, _>>()?
        }
    };
    for (name, value) in pairs {
        if dimensions.insert(name.value.clone(), value.value).is_some() {
            return Err(Misfit::new(&name.defined, format!("the dimension `{}` is there twice", name.value)));
        }
    }
    Ok(Spanned::new(dimensions, node.referenced, node.defined))
}

fn dimension(entry: &Spanned<Node>, text: FileText<'_>) -> Result<(Spanned<String>, Spanned<String>), Misfit> {
    let (mut name, mut value) = (None, None);
    for (key, field) in text.fields(entry)? {
        let slot = match key.value.as_str() {
            "name" | "Name" => &mut name,
            "value" | "Value" => &mut value,
            other => {
                let message = format!("a dimension has no `{other}`: write `Name` and `Value`");
                return Err(Misfit::new(&key.defined, message));
            }
        };
        if slot.replace(text.value(field)?).is_some() {
            return Err(Misfit::new(&key.defined, format!("`{}` is there twice, in one spelling or two", key.value)));
        }
    }
    name.zip(value).ok_or_else(|| Misfit::new(&entry.defined, "a dimension is a `Name` and a `Value`: write both"))
}
