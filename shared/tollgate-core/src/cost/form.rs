//! Which form a report has, and where in what came it is: others put it into an object or a list of their own.

use serde_json::Value;

use super::{
    json::{Fields, odd},
    planned::{PlannedForm, Refusal},
};
use crate::{change::DEEPEST_WRAPPING, money::excerpt};

/// Signs of Infracost 0.10, `breakdown` or `diff`.
const CLASSIC: [&str; 4] = ["totalMonthlyCost", "pastTotalMonthlyCost", "diffTotalMonthlyCost", "version"];
const CLASSIC_PROJECT: [&str; 2] = ["breakdown", "pastBreakdown"];
/// Signs of Infracost 2, `scan --diff`.
const DIFF: [&str; 3] = ["total_monthly_cost", "past_total_monthly_cost", "diff_total_monthly_cost"];
/// Signs of Infracost 2, `scan`.
const SCAN: [&str; 2] = ["guardrail_results", "budget_results"];
const SCAN_PROJECT: [&str; 3] = ["project_name", "resources", "finops_results"];

/// A report within what came.
pub(super) struct Found<'a> {
    pub(super) fields: &'a Fields,
    pub(super) form: PlannedForm,
    /// The fields that it lies in, outermost first: `data`, `[0]`.
    within: Vec<String>,
}

impl Found<'_> {
    /// An error of the report, as one of what came.
    pub(super) fn place(&self, refusal: Refusal) -> Refusal {
        self.within.iter().rev().fold(refusal, |refusal, field| refusal.under(field))
    }
}

/// The one report in what came.
///
/// # Errors
/// When it is none, several, or one of two forms at once.
pub(super) fn report_in(came: &Value) -> Result<Found<'_>, Refusal> {
    let mut found = Vec::new();
    look(came, &mut Vec::new(), &mut found)?;
    match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(only),
        (None, _) => match came {
            // Without any sign of another form, and with nothing in it that could be priced.
            Value::Object(fields) => Ok(Found { fields, form: PlannedForm::Infracost, within: Vec::new() }),
            other => Err(odd("", "the report as an object", other)),
        },
        (Some(_), others) => Err(Refusal::new(format!(
            "{} reports came as one: join them with `infracost output --format json --path …`, or ask once for each",
            others.saturating_add(1)
        ))),
    }
}

fn look<'a>(value: &'a Value, within: &mut Vec<String>, found: &mut Vec<Found<'a>>) -> Result<(), Refusal> {
    if let Value::Object(fields) = value
        && let Some(form) = form_of(fields)?
    {
        found.push(Found { fields, form, within: within.clone() });
        return Ok(());
    }
    if within.len() >= DEEPEST_WRAPPING {
        return Ok(());
    }
    let mut inner = |name: String, value: &'a Value| {
        within.push(name);
        let result = look(value, within, found);
        within.pop();
        result
    };
    match value {
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| inner(excerpt(name), value)),
        Value::Array(list) => (0_usize..).zip(list).try_for_each(|(index, value)| inner(format!("[{index}]"), value)),
        _ => Ok(()),
    }
}

/// The form of a report; none where there is no sign of one.
fn form_of(fields: &Fields) -> Result<Option<PlannedForm>, Refusal> {
    let has = |names: &[&str]| names.iter().any(|name| fields.contains_key(*name));
    let projects = fields.get("projects").and_then(Value::as_array).into_iter().flatten();
    let project_has =
        |names: &[&str]| projects.clone().any(|project| names.iter().any(|name| project.get(name).is_some()));
    let summary_has = |name: &str| fields.get("summary").is_some_and(|summary| summary.get(name).is_some());
    let classic = has(&CLASSIC) || project_has(&CLASSIC_PROJECT);
    let scanned = summary_has("total_monthly_cost") || has(&SCAN) || project_has(&SCAN_PROJECT);
    match (classic, has(&DIFF), scanned) {
        (false, false, false) => Ok(None),
        (true, false, false) => Ok(Some(PlannedForm::Infracost)),
        (false, true, false) => Ok(Some(PlannedForm::InfracostScanDiff)),
        (false, false, true) => Ok(Some(PlannedForm::InfracostScan)),
        _ => Err(Refusal::new("the estimate is of two forms at once: send what Infracost wrote, as it is")),
    }
}
