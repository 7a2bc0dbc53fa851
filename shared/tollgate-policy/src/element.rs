//! An element of a rule's set, into a finding.

use std::collections::BTreeMap;

use regorus::Value;
use serde::Deserialize;
use tollgate_core::{
    Timestamp,
    approval::ApprovalRequirement,
    finding::{Effect, Finding, Subject, Urgency},
};

use crate::{evaluator::Limits, metadata::RuleMetadata};

/// What a rule may say.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "tools", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Element {
    message: String,
    #[serde(default)]
    observed: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    threshold: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    since: Option<Timestamp>,
    #[serde(default)]
    evidence: Vec<String>,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    remediation: Option<String>,
    #[serde(default)]
    runbook: Option<String>,
    #[serde(default)]
    retry_at: Option<Timestamp>,
    #[serde(default)]
    approval: Option<ApprovalRequirement>,
    #[serde(default)]
    urgency: Option<Urgency>,
    #[serde(default)]
    about: Option<Subject>,
}

/// The elements of a set, each as a finding.
///
/// # Errors
/// When the value is no set, has too many elements, or one of them is not as it should be.
pub(crate) fn findings(
    set: &Value,
    effect: Effect,
    rule: &RuleMetadata,
    limits: &Limits,
) -> Result<Vec<Finding>, String> {
    let elements = match set {
        Value::Set(elements) => elements,
        _ => return Err("gave something other than a set".to_owned()),
    };
    if elements.len() > limits.findings_per_set {
        let (found, most) = (elements.len(), limits.findings_per_set);
        return Err(format!("found {found} things, over the limit of {most}: sum them up in fewer findings"));
    }
    elements.iter().map(|element| finding(element, effect, rule, limits)).collect()
}

fn finding(element: &Value, effect: Effect, rule: &RuleMetadata, limits: &Limits) -> Result<Finding, String> {
    let mut left = limits.finding_bytes;
    let json = to_json(element, &mut left)?;
    if !json.is_object() {
        return Err("gave an element that is no object: write `{\"message\": …}`".to_owned());
    }
    let element: Element =
        serde_json::from_value(json).map_err(|error| format!("gave an element that cannot be used: {error}"))?;
    if element.message.trim().is_empty() {
        return Err("gave an element without a message: say what was found".to_owned());
    }
    if element.message.len() > limits.message_bytes {
        let (length, most) = (element.message.len(), limits.message_bytes);
        return Err(format!("gave a message of {length} bytes, over the limit of {most}: put details into `observed`"));
    }
    if element.approval.is_some() && effect != Effect::RequireApproval {
        return Err("gave an element with `approval`, which belongs in `require_approval`".to_owned());
    }
    Ok(Finding {
        mode: rule.mode,
        observed: element.observed,
        threshold: element.threshold,
        since: element.since,
        evidence: element.evidence,
        owner: element.owner.or_else(|| Some(rule.owner.clone())),
        remediation: element.remediation.or_else(|| Some(rule.remediation.clone())),
        runbook: element.runbook.or_else(|| Some(rule.runbook.clone())),
        retry_at: element.retry_at,
        approval: element.approval,
        urgency: element.urgency,
        about: element.about,
        ..Finding::new(&rule.name, effect, element.message)
    })
}

/// The engine's value as JSON. What has no JSON is refused, where the engine's own writer would invent something;
/// `left` is how many more bytes it may take.
fn to_json(value: &Value, left: &mut usize) -> Result<serde_json::Value, String> {
    let size = match value {
        Value::String(text) => text.len().saturating_add(8),
        _ => 8,
    };
    *left = left.checked_sub(size).ok_or("gave an element that is too large: say less in `message` and `observed`")?;
    Ok(match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::String(text) => text.as_ref().into(),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => value.into(),
            (None, Some(value)) => value.into(),
            (None, None) => number
                .as_f64()
                .and_then(serde_json::Number::from_f64)
                .map(serde_json::Value::Number)
                .ok_or("gave a number that JSON cannot hold")?,
        },
        Value::Array(items) => items.iter().map(|item| to_json(item, left)).collect::<Result<_, _>>()?,
        Value::Set(items) => items.iter().map(|item| to_json(item, left)).collect::<Result<_, _>>()?,
        Value::Object(fields) => {
            let mut object = serde_json::Map::new();
            for (key, value) in fields.iter() {
                let Value::String(key) = key else {
                    return Err("gave an object with a key that is not a text".to_owned());
                };
                *left = left.saturating_sub(key.len());
                object.insert(key.to_string(), to_json(value, left)?);
            }
            serde_json::Value::Object(object)
        }
        Value::Undefined => return Err("gave an element with something undefined in it".to_owned()),
    })
}

/// The JSON Schema of an element.
#[cfg(feature = "tools")]
pub(crate) fn schema() -> serde_json::Value {
    schemars::SchemaGenerator::default().into_root_schema_for::<Element>().into()
}
