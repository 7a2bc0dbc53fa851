//! What a planned change will cost, as read from an estimate of any form.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{classic, form::report_in, json::odd, scan, scan_diff};
use crate::{
    evidence::EvidenceStatus,
    money::{excerpt, is_currency},
    spend::BilledAmount,
};

/// A longer report is not read: as many bytes as Lambda takes in one request.
pub const LONGEST_REPORT: usize = 6 * 1024 * 1024;
/// As many as fit into such a report with an address and a cost each.
const MOST_RESOURCES: usize = 150_000;
/// Resources within resources; Infracost writes two levels.
pub(super) const DEEPEST: usize = 16;

/// The forms that estimates come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PlannedForm {
    /// Infracost 0.10, `breakdown` or `diff`.
    Infracost,
    /// Infracost 2, `scan --json`: how it will be, with nothing about how it was.
    InfracostScan,
    /// Infracost 2, `scan --diff --json`: what changes, without a word about what has no price.
    InfracostScanDiff,
    /// The monthly cost before and after, said directly.
    Monthly,
}

/// What a planned change will cost in a month.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedCost {
    /// The form that it came in.
    pub form: PlannedForm,
    /// ISO 4217 code.
    pub currency: String,
    /// Cost before; none where the form does not say.
    pub before: Option<BilledAmount>,
    /// Cost after.
    pub after: BilledAmount,
    /// The projects; none where the form has none.
    pub projects: Vec<PlannedProject>,
    /// What of it the tool left out.
    pub left_out: LeftOut,
    /// Projects that the tool could not read, wholly or in part.
    pub failures: Vec<ProjectFailure>,
    /// Does the form say which resources have no price?
    pub unpriced_known: bool,
}

/// Resources that an estimate does not price, by type. What is the same before and after the change is in none of these but
/// the last: the change does not add to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// They cost something, and the price of a part of it was not found.
    pub unpriced: BTreeMap<String, u64>,
    /// The tool does not know their type.
    pub unsupported: BTreeMap<String, u64>,
    /// They are paid by use alone, and nobody estimated any use.
    pub unestimated: BTreeMap<String, u64>,
    /// A part of their cost is by use that nobody estimated; those that are paid by use alone are among them.
    pub usage_dependent: u64,
    /// The tool does not know their type, and the report shows no change of any resource of it.
    pub unchanged: u64,
}

/// How many resources, by type.
pub(super) type Counts = BTreeMap<String, u64>;

/// A project that the tool could not read, wholly or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectFailure {
    /// Its name; empty where it has none.
    pub project: String,
    /// What the tool says.
    pub reason: String,
}

impl fmt::Display for ProjectFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.project.as_str() {
            "" => write!(formatter, "a project failed: {}", self.reason),
            name => write!(formatter, "the project `{name}` failed: {}", self.reason),
        }
    }
}

/// A project of an estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedProject {
    /// Its name.
    pub name: String,
    /// Monthly cost before; none where the form does not say.
    pub before: Option<BilledAmount>,
    /// Monthly cost after; none when nothing could be priced.
    pub after: Option<BilledAmount>,
    /// Its resources.
    pub resources: Vec<PlannedResource>,
}

/// A resource of an estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedResource {
    /// Its address: `aws_instance.web`.
    pub name: String,
    /// Its type: `aws_instance`.
    pub resource_type: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Monthly cost before; none where it was not there, or the form does not say.
    pub before: Option<BilledAmount>,
    /// Monthly cost after; none where it is gone, or was not priced.
    pub after: Option<BilledAmount>,
}

/// Why there is no estimate: nothing could be priced, or what came cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `no_data` or `error`.
    pub status: EvidenceStatus,
    /// The field that is meant; empty for the report as a whole, none when it is about no field.
    pub(super) at: Option<String>,
    pub(super) reason: String,
}

/// Reads the text of an estimate.
///
/// # Errors
/// As [`planned_cost`], and when the text is too long or no JSON.
pub fn read(text: &str) -> Result<PlannedCost, Refusal> {
    if text.len() > LONGEST_REPORT {
        let reason = format!("the estimate has {} bytes, and at most {LONGEST_REPORT} are read", text.len());
        return Err(Refusal::new(reason));
    }
    let report: Value = serde_json::from_str(text)
        .map_err(|error| Refusal::new(format!("the estimate is not JSON: {}", excerpt(&error.to_string()))))?;
    planned_cost(&report)
}

/// Reads an estimate. Its form is told by what it contains.
///
/// # Errors
/// When nothing could be priced, when a field is not what it should be, when a total is negative, or when totals and parts
/// contradict each other.
pub fn planned_cost(report: &Value) -> Result<PlannedCost, Refusal> {
    let found = report_in(report)?;
    let read = match found.form {
        PlannedForm::InfracostScan => scan::read(found.fields),
        PlannedForm::InfracostScanDiff => scan_diff::read(found.fields),
        PlannedForm::Infracost | PlannedForm::Monthly => classic::read(found.fields),
    };
    let cost = read.map_err(|refusal| found.place(refusal))?;
    let resources: usize = cost.projects.iter().map(|project| project.resources.len()).sum();
    if resources > MOST_RESOURCES {
        let reason = format!("the estimate has {resources} resources, and at most {MOST_RESOURCES} are read");
        return Err(Refusal::new(reason));
    }
    Ok(cost)
}

impl LeftOut {
    /// Notes one more resource of a type.
    pub(super) fn note(counts: &mut Counts, resource_type: &str) {
        let count = counts.entry(resource_type.to_owned()).or_default();
        *count = count.saturating_add(1);
    }

    /// Is there a resource of which the increase does not know what it costs?
    pub fn is_something(&self) -> bool {
        [&self.unpriced, &self.unsupported, &self.unestimated].into_iter().any(|counts| !counts.is_empty())
    }
}

/// The currency of a report, US dollars when it does not say.
pub(super) fn currency_of(fields: &super::json::Fields) -> Result<String, Refusal> {
    let code = match fields.get("currency") {
        None | Some(Value::Null) => return Ok("USD".to_owned()),
        Some(Value::String(code)) => code,
        Some(other) => return Err(odd("currency", "a text", other)),
    };
    said_currency(code)
}

/// The currency that the field `currency` says.
pub(super) fn said_currency(code: &str) -> Result<String, Refusal> {
    if is_currency(code) {
        return Ok(code.to_owned());
    }
    let reason = format!(": `{}` is not a currency code of ISO 4217 such as `USD`", excerpt(code));
    Err(Refusal::at("currency", reason))
}
