//! A report as it comes with a question: some megabytes, of which little is read. The rest is left out while it is parsed, so
//! that a report of as many bytes as Lambda delivers fits into a small function.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::money::excerpt;

/// How deep within what others put around it a report is looked for.
pub(crate) const DEEPEST_WRAPPING: usize = 3;

/// Fields of reports that are read, of any form.
const READ: [&str; 43] = [
    "version",
    "currency",
    "metadata",
    "infracostCommand",
    "type",
    "errors",
    "warnings",
    "message",
    "isError",
    "projects",
    "name",
    "pastBreakdown",
    "breakdown",
    "resources",
    "resourceType",
    "monthlyCost",
    "monthlyQuantity",
    "costComponents",
    "priceNotFound",
    "subresources",
    "totalMonthlyCost",
    "pastTotalMonthlyCost",
    "diffTotalMonthlyCost",
    "summary",
    "totalDetectedResources",
    "totalSupportedResources",
    "totalUnsupportedResources",
    "totalNoPriceResources",
    "project_name",
    "is_supported",
    "is_free",
    "cost_components",
    "total_monthly_cost",
    "past_total_monthly_cost",
    "diff_total_monthly_cost",
    "price",
    "quantity",
    "diagnostics",
    "severity",
    "current_monthly_cost",
    "previous_monthly_cost",
    "path",
    "unit",
];
/// Fields whose own fields have names of any kind.
const NAMED_BY_OTHERS: [&str; 3] = ["tags", "unsupportedResourceCounts", "diff"];
/// Fields that tell a form, whatever is in them.
const SIGNS: [&str; 3] = ["guardrail_results", "budget_results", "finops_results"];

/// A report of Infracost, in any of its forms, without what nobody reads of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct CostReport(Value);

impl CostReport {
    /// The report.
    pub fn value(&self) -> &Value {
        &self.0
    }
}

impl From<Value> for CostReport {
    fn from(report: Value) -> Self {
        Self(report)
    }
}

impl<'de> Deserialize<'de> for CostReport {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Kept { depth: 0, names: Names::Ours }.deserialize(deserializer).map(Self)
    }
}

/// Whose names the fields of an object have.
#[derive(Clone, Copy)]
enum Names {
    Ours,
    Others,
}

#[derive(Clone, Copy)]
struct Kept {
    depth: usize,
    names: Names,
}

/// What becomes of a field.
enum Field {
    Read(Kept),
    /// It may hold a report.
    Around(Kept),
    Sign,
    LeftOut,
}

impl Kept {
    fn within(self, names: Names) -> Self {
        Self { depth: self.depth.saturating_add(1), names }
    }

    fn field(self, name: &str) -> Field {
        match self.names {
            Names::Others => Field::Read(self.within(Names::Ours)),
            Names::Ours if NAMED_BY_OTHERS.contains(&name) => Field::Read(self.within(Names::Others)),
            Names::Ours if READ.contains(&name) => Field::Read(self.within(Names::Ours)),
            Names::Ours if SIGNS.contains(&name) => Field::Sign,
            Names::Ours if self.depth < DEEPEST_WRAPPING => Field::Around(self.within(Names::Ours)),
            Names::Ours => Field::LeftOut,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Kept {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Kept {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the JSON that Infracost wrote")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        while let Some(element) = list.next_element_seed(self.within(self.names))? {
            kept.push(element);
        }
        Ok(Value::Array(kept))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let value = match self.field(&name) {
                Field::Read(seed) => Some(fields.next_value_seed(seed)?),
                Field::Around(seed) => {
                    Some(fields.next_value_seed(seed)?).filter(|value| value.is_object() || value.is_array())
                }
                Field::Sign => fields.next_value::<IgnoredAny>().map(|_| Some(Value::Null))?,
                Field::LeftOut => fields.next_value::<IgnoredAny>().map(|_| None)?,
            };
            let Some(value) = value else { continue };
            let shown = excerpt(&name);
            if kept.insert(name, value).is_some() {
                return Err(A::Error::custom(format!("the report has `{shown}` twice, and each may be meant")));
            }
        }
        Ok(Value::Object(kept))
    }
}
