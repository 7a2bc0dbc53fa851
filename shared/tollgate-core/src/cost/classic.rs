//! Infracost 0.10: `infracost breakdown --format json` and `infracost diff --format json`, both version "0.2".
//!
//! Its source is `internal/output` of <https://github.com/infracost/infracost>. Totals are decimal texts or null.
//! `noPriceResourceCounts` are resources that are free, not ones whose price is missing: those have a cost component with
//! `priceNotFound`. Component costs are null when they depend on use that nobody estimated. The summary counts the resources
//! after the change, whether it touches them or not, and of types that the tool does not know no resource is listed.

mod project;
mod resource;

use std::collections::BTreeSet;

use super::{
    held::{Parts, less, nothing_priced, total},
    json::{Fields, count, counts, each, object},
    past::Command,
    planned::{Counts, LeftOut, PlannedCost, PlannedForm, PlannedProject, ProjectFailure, Refusal, currency_of},
};
use crate::spend::BilledAmount;

const UNKNOWN: &str = "unknown";

/// What reading the projects comes to, beside their costs.
#[derive(Default)]
struct Tally {
    left_out: LeftOut,
    failures: Vec<ProjectFailure>,
    /// What the projects' summaries count as not supported.
    unsupported: Counts,
    /// The types of the resources that the change touches.
    touched: BTreeSet<String>,
    /// Are there projects whose resources, before or after, are not listed, or that have no past?
    is_touch_unknown: bool,
    /// Projects that have no past: what they cost is new.
    without_past: usize,
}

pub(super) fn read(fields: &Fields) -> Result<PlannedCost, Refusal> {
    let command = Command::of(fields)?;
    let mut tally = Tally::default();
    let projects = each(fields, "projects", |found| project::read(found, command, &mut tally))?;
    let after = total(fields, "totalMonthlyCost")?;
    let Some(after) = after else {
        return Err(nothing_priced(&tally.failures, "Infracost gave no `totalMonthlyCost`"));
    };
    let before = before(fields, after)?;
    hold(after, &projects, |project| project.after, "totalMonthlyCost")?;
    if let Some(before) = before {
        hold(before, &projects, |project| project.before, "pastTotalMonthlyCost")?;
    }
    let is_new = tally.without_past > 0 || (command == Command::Breakdown && projects.is_empty());
    let before = before.filter(|_| !is_new);
    let summary = object_or_none(fields, "summary")?;
    let free = summary.map_or(Ok(0), |summary| count(summary, "totalNoPriceResources")).map_err(in_summary)?;
    let counted = summary.map_or_else(|| Ok(Counts::new()), unsupported).map_err(in_summary)?;
    let all_unsupported = larger(counted, std::mem::take(&mut tally.unsupported));
    tally.left_out = split(&tally, before.is_some(), all_unsupported.clone());
    let is_nothing = after == BilledAmount::ZERO && before.unwrap_or_default() == BilledAmount::ZERO;
    let priced = || projects.iter().flat_map(|project| &project.resources).any(|resource| resource.after.is_some());
    let is_empty = fields.get("projects").is_some() && projects.is_empty() && free == 0;
    if is_nothing
        && !priced()
        && (is_empty || tally.left_out.is_something() || !tally.failures.is_empty() || !all_unsupported.is_empty())
    {
        return Err(nothing_priced(&tally.failures, "the total is 0, and no resource has a price"));
    }
    Ok(PlannedCost {
        form: PlannedForm::Infracost,
        currency: currency_of(fields)?,
        before,
        after,
        projects,
        left_out: tally.left_out,
        failures: tally.failures,
        unpriced_known: true,
    })
}

/// The total before; none where the report does not say.
fn before(fields: &Fields, after: BilledAmount) -> Result<Option<BilledAmount>, Refusal> {
    let contradicted = "Infracost's totals contradict each other: past and difference do not make the total";
    match (total(fields, "pastTotalMonthlyCost")?, super::json::amount(fields, "diffTotalMonthlyCost")?) {
        (Some(past), Some(difference)) if less(after, past)?.micros() != difference.micros() => {
            Err(Refusal::new(contradicted))
        }
        (Some(past), _) => Ok(Some(past)),
        (None, Some(difference)) => match less(after, difference)? {
            past if past < BilledAmount::ZERO => Err(Refusal::new(contradicted)),
            past => Ok(Some(past)),
        },
        (None, None) => Ok(None),
    }
}

/// Holds a total of the report against those of its projects. Where some have none, the others may not come to more.
fn hold(
    total: BilledAmount,
    projects: &[PlannedProject],
    of: impl Fn(&PlannedProject) -> Option<BilledAmount>,
    field: &str,
) -> Result<(), Refusal> {
    let what = format!("`{field}`");
    let parts = Parts::of(projects.iter().map(&of))?;
    match !projects.is_empty() && projects.iter().all(|project| of(project).is_some()) {
        true => parts.make(total, &what),
        false => parts.fit_into(total, &what),
    }
}

fn object_or_none<'a>(fields: &'a Fields, field: &str) -> Result<Option<&'a Fields>, Refusal> {
    fields.get(field).filter(|value| !value.is_null()).map(|value| object(field, value, "an object")).transpose()
}

fn in_summary(error: Refusal) -> Refusal {
    error.under("summary")
}

/// Resources that are not supported, by type; those whose type is not said as `unknown`.
fn unsupported(summary: &Fields) -> Result<Counts, Refusal> {
    let total = count(summary, "totalUnsupportedResources")?;
    let mut by_type = counts(summary, "unsupportedResourceCounts")?;
    by_type.retain(|_, count| *count > 0);
    let named = by_type.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
    if let Some(rest) = total.checked_sub(named).filter(|rest| *rest > 0) {
        by_type.insert(UNKNOWN.to_owned(), rest);
    }
    Ok(by_type)
}

fn larger(one: Counts, other: Counts) -> Counts {
    other.into_iter().fold(one, |mut counts, (name, count)| {
        let known = counts.entry(name).or_default();
        *known = count.max(*known);
        counts
    })
}

/// Tells unsupported resources that the change may add from those of types of which the report shows no change. Where it
/// does not list what was before and after, each may be new.
fn split(tally: &Tally, knows_past: bool, unsupported: Counts) -> LeftOut {
    let is_touched =
        |name: &String| !knows_past || tally.is_touch_unknown || name == UNKNOWN || tally.touched.contains(name);
    let (touched, unchanged): (Counts, Counts) = unsupported.into_iter().partition(|(name, _)| is_touched(name));
    let unchanged = unchanged.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
    LeftOut { unsupported: touched, unchanged, ..tally.left_out.clone() }
}
