//! Infracost 0.10: `infracost breakdown --format json` and `infracost diff --format json`, both version "0.2".
//!
//! Its source is `internal/output` of <https://github.com/infracost/infracost>. Totals are decimal texts or null.
//! `noPriceResourceCounts` are resources that are free, not ones whose price is missing: those have a cost component with
//! `priceNotFound`. Component costs are null when they depend on use that nobody estimated. The summary counts the resources
//! after the change, whether it touches them or not, and of types that the tool does not know no resource is listed.

mod counted;
mod project;
mod resource;

use std::collections::BTreeSet;

use counted::Counted;

use super::{
    held::{Parts, less, nothing_priced, total},
    json::{Fields, each},
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
    /// What the projects' summaries count, together.
    counted: Counted,
    /// The types of the resources that the change touches.
    touched: BTreeSet<String>,
    /// Are there projects whose resources, before or after, are not listed, that have no past, or that show no changes?
    is_touch_unknown: bool,
    /// Projects that have no past: what they cost is new.
    without_past: usize,
    /// Projects that could be read, and say nothing of what they leave out.
    without_counts: usize,
    /// Resources of today that are listed.
    listed: u64,
}

pub(super) fn read(fields: &Fields) -> Result<PlannedCost, Refusal> {
    let command = Command::of(fields)?;
    let mut tally = Tally::default();
    let projects = each(fields, "projects", |found| project::read(found, command, &mut tally))?;
    let Some(after) = total(fields, "totalMonthlyCost")? else {
        return Err(nothing_priced(&tally.failures, "Infracost gave no `totalMonthlyCost`"));
    };
    let before = before(fields, after)?;
    hold(after, &projects, |project| project.after, "totalMonthlyCost")?;
    if let Some(before) = before {
        hold(before, &projects, |project| project.before, "pastTotalMonthlyCost")?;
    }
    let of_all = Counted::of(fields, tally.listed)?;
    let is_nothing = after == BilledAmount::ZERO && before.unwrap_or_default() == BilledAmount::ZERO;
    // Of a total without its parts nobody knows what it leaves out, and neither of parts without their summary.
    let has_parts = is_nothing || !projects.is_empty();
    let is_counted = of_all.is_said() || (!projects.is_empty() && tally.without_counts == 0);
    let counted = of_all.larger(&tally.counted);
    if is_nothing && !is_priced(&projects) && leaves_out(&tally, &counted, projects.is_empty()) {
        return Err(nothing_priced(&tally.failures, "the total is 0, and no resource has a price"));
    }
    let totals_know_past = || command.knows_past(None, || before == Some(after));
    let is_new = tally.without_past > 0 || (projects.is_empty() && !totals_know_past());
    let before = before.filter(|_| !is_new);
    tally.left_out = split(&tally, before.is_some(), counted.unsupported);
    Ok(PlannedCost {
        form: PlannedForm::Infracost,
        currency: currency_of(fields)?,
        before,
        after,
        projects,
        left_out: tally.left_out,
        failures: tally.failures,
        unpriced_known: has_parts && is_counted,
    })
}

fn is_priced(projects: &[PlannedProject]) -> bool {
    projects.iter().flat_map(|project| &project.resources).any(|resource| resource.after.is_some())
}

/// Is there something that has no cost in the report, or nothing in it at all?
fn leaves_out(tally: &Tally, counted: &Counted, is_empty: bool) -> bool {
    let is_something = tally.left_out.is_something() || !tally.failures.is_empty() || !counted.unsupported.is_empty();
    is_something || (is_empty && counted.free == 0)
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

/// Tells unsupported resources that the change may add from those of types of which the report shows no change. Infracost
/// lists none that it does not support, so each may be new where it does not show what was before and after, or where a
/// project had nothing before.
fn split(tally: &Tally, knows_past: bool, unsupported: Counts) -> LeftOut {
    let is_touched =
        |name: &String| !knows_past || tally.is_touch_unknown || name == UNKNOWN || tally.touched.contains(name);
    let (touched, unchanged): (Counts, Counts) = unsupported.into_iter().partition(|(name, _)| is_touched(name));
    let unchanged = unchanged.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
    LeftOut { unsupported: touched, unchanged, ..tally.left_out.clone() }
}
