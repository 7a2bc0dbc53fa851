//! What a planned change will cost, as read from an estimate of any form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{classic, json::object, json::odd, scan};
use crate::{
    evidence::EvidenceStatus,
    money::{excerpt, is_currency},
    spend::BilledAmount,
};

/// A longer report is not read: as many bytes as Lambda takes in one request.
pub const LONGEST_REPORT: usize = 6 * 1024 * 1024;
/// More resources than Terraform plans have.
const MOST_RESOURCES: usize = 50_000;
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
    /// Resources that cost something which nobody could price, by type.
    pub unpriced: BTreeMap<String, u64>,
    /// Resources that the tool does not know, by type.
    pub unsupported: BTreeMap<String, u64>,
    /// Resources of which a part is paid by use, and how much use there will be is not said.
    pub usage_dependent: u64,
    /// Projects, or parts of them, that could not be read.
    pub errors: u64,
    /// Does the form say which resources have no price?
    pub unpriced_known: bool,
    /// The total less the sum of the resources, where the report has both and they are not the same.
    pub unreconciled: Option<BilledAmount>,
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
/// When nothing could be priced, when a field is not what it should be, or when its totals contradict each other.
pub fn planned_cost(report: &Value) -> Result<PlannedCost, Refusal> {
    let fields = object("", report, "the report as an object")?;
    let projects = fields.get("projects").and_then(Value::as_array).into_iter().flatten();
    let project_has =
        |names: &[&str]| projects.clone().any(|project| names.iter().any(|name| project.get(name).is_some()));
    let has = |names: &[&str]| names.iter().any(|name| fields.contains_key(*name));
    let summary_has = |name: &str| fields.get("summary").is_some_and(|summary| summary.get(name).is_some());
    let classic = has(&["totalMonthlyCost", "pastTotalMonthlyCost", "diffTotalMonthlyCost", "version"])
        || project_has(&["breakdown", "pastBreakdown"]);
    let diff = has(&["total_monthly_cost", "past_total_monthly_cost", "diff_total_monthly_cost"]);
    let scanned = summary_has("total_monthly_cost")
        || has(&["guardrail_results", "budget_results"])
        || project_has(&["project_name", "resources", "finops_results"]);
    let cost = match (classic, diff, scanned) {
        (_, false, false) => classic::read(fields)?,
        (false, true, false) => scan::read_diff(fields)?,
        (false, false, true) => scan::read(fields)?,
        _ => return Err(Refusal::new("the estimate is of two forms at once: send what Infracost wrote, as it is")),
    };
    let resources: usize = cost.projects.iter().map(|project| project.resources.len()).sum();
    if resources > MOST_RESOURCES {
        let reason = format!("the estimate has {resources} resources, and at most {MOST_RESOURCES} are read");
        return Err(Refusal::new(reason));
    }
    Ok(cost)
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

/// A sum of amounts, of which some may be missing.
pub(super) fn sum(amounts: impl IntoIterator<Item = Option<BilledAmount>>) -> Result<BilledAmount, Refusal> {
    BilledAmount::sum(amounts.into_iter().flatten()).map_err(|error| Refusal::new(error.to_string()))
}

/// The total less the sum, when that is more than rounding can make of so many addends.
pub(super) fn unreconciled(
    total: BilledAmount,
    sum: BilledAmount,
    addends: usize,
    each: BilledAmount,
) -> Result<Option<BilledAmount>, Refusal> {
    let too_large = |error: crate::spend::SpendError| Refusal::new(error.to_string());
    let difference = total.minus(sum).map_err(too_large)?;
    let size = difference.max(BilledAmount::ZERO.minus(difference).map_err(too_large)?);
    let room = BilledAmount::sum(std::iter::repeat_n(each, addends.saturating_add(1))).map_err(too_large)?;
    Ok((size > room).then_some(difference))
}
