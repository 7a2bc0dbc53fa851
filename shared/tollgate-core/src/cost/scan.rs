//! Infracost 2: `infracost scan --json`.
//!
//! Its source is `internal/format` of <https://github.com/infracost/cli>. A scan has no past: all of it is new. Newer versions
//! write no total, so that of the resources is it. A component whose price was not found has the price 0, so what cannot be
//! priced shows only as a resource that is not free and has no component with a price.

use super::{
    held::{Parts, nothing_priced, sum, total},
    json::{Fields, amount, count, each, is, object_or_none, sentence, tags, text},
    planned::{
        DEEPEST, LeftOut, PlannedCost, PlannedForm, PlannedProject, PlannedResource, ProjectFailure, Refusal,
        currency_of,
    },
};
use crate::spend::BilledAmount;

/// What is said of a project that leaves nothing out; a severity that is not known, or not said, may.
const HARMLESS: [&str; 2] = ["info", "warning"];

#[derive(Default)]
struct Tally {
    left_out: LeftOut,
    failures: Vec<ProjectFailure>,
    /// Resources that cost nothing.
    free: u64,
}

/// What the components of a resource, and of those within it, come to.
#[derive(Default)]
struct Components {
    priced: usize,
    total: BilledAmount,
    /// Is there a part whose cost is not said?
    is_missing: bool,
    by_use: bool,
}

pub(super) fn read(fields: &Fields) -> Result<PlannedCost, Refusal> {
    let currency = currency_of(fields)?;
    let mut tally = Tally::default();
    let projects = each(fields, "projects", |project| read_project(project, &mut tally))?;
    let summary = object_or_none(fields, "summary")?;
    let said = summary.map_or(Ok(None), |summary| total(summary, "total_monthly_cost"));
    let said = said.map_err(|error| error.under("summary"))?;
    let counted = summary.map_or(Ok(None), |summary| count(summary, "resources"));
    let is_empty = counted.map_err(|error| error.under("summary"))? == Some(0) && !projects.is_empty();
    let resources = || projects.iter().flat_map(|project| &project.resources);
    let parts = Parts::of(resources().map(|resource| resource.after))?;
    let is_priced = tally.free > 0 || resources().any(|resource| resource.after.is_some());
    let after = match (said, summary) {
        (None, Some(_)) => Err(nothing_priced(&tally.failures, "the scan gave no `summary.total_monthly_cost`")),
        (None, None) if !is_priced => {
            Err(nothing_priced(&tally.failures, "the scan has no resource with a price, and no total"))
        }
        (None, None) => Ok(parts.sum),
        (Some(BilledAmount::ZERO), _) if !is_priced && (!is_empty || leaves_out(&tally)) => {
            Err(nothing_priced(&tally.failures, "the total is 0, and no resource has a price"))
        }
        (Some(total), _) => parts.make(total, "`summary.total_monthly_cost`").map(|()| total),
    }?;
    Ok(PlannedCost {
        form: PlannedForm::InfracostScan,
        currency,
        before: None,
        after,
        projects,
        left_out: tally.left_out,
        failures: tally.failures,
        unpriced_known: true,
    })
}

fn leaves_out(tally: &Tally) -> bool {
    tally.left_out.is_something() || !tally.failures.is_empty()
}

fn read_project(project: &Fields, tally: &mut Tally) -> Result<PlannedProject, Refusal> {
    let name = text(project, "project_name")?.unwrap_or_default();
    let resources = each(project, "resources", |resource| read_resource(resource, tally))?;
    each(project, "diagnostics", |diagnostic| {
        let severity = text(diagnostic, "severity")?.unwrap_or_default();
        if !HARMLESS.contains(&severity.as_str()) {
            let reason = sentence(diagnostic, "message")?.unwrap_or(severity);
            tally.failures.push(ProjectFailure { project: name.clone(), reason });
        }
        Ok(())
    })?;
    let after = sum(resources.iter().map(|resource| resource.after))?;
    Ok(PlannedProject { name, before: None, after: Some(after), resources })
}

fn read_resource(resource: &Fields, tally: &mut Tally) -> Result<PlannedResource, Refusal> {
    let name = text(resource, "name")?.unwrap_or_default();
    let resource_type = text(resource, "type")?.unwrap_or_else(|| "unknown".to_owned());
    let mut components = Components::default();
    add_up(resource, &mut components, 0)?;
    let (is_supported, is_free) = (is(resource, "is_supported")?, is(resource, "is_free")?);
    let is_unpriced = components.priced == 0 || components.is_missing;
    match (is_free, is_supported) {
        (true, _) => tally.free = tally.free.saturating_add(1),
        (false, false) => LeftOut::note(&mut tally.left_out.unsupported, &resource_type),
        (false, true) if is_unpriced => LeftOut::note(&mut tally.left_out.unpriced, &resource_type),
        (false, true) if components.by_use && components.total == BilledAmount::ZERO => {
            LeftOut::note(&mut tally.left_out.unestimated, &resource_type);
        }
        (false, true) => {}
    }
    let usage_dependent = &mut tally.left_out.usage_dependent;
    *usage_dependent = usage_dependent.saturating_add(u64::from(components.by_use));
    let after = (is_free || components.priced > 0).then_some(components.total);
    Ok(PlannedResource { tags: tags(resource)?, before: None, after, name, resource_type })
}

fn add_up(resource: &Fields, components: &mut Components, depth: usize) -> Result<(), Refusal> {
    if depth > DEEPEST {
        return Err(Refusal::at("subresources", format!(" lie within one another more than {DEEPEST} deep")));
    }
    each(resource, "cost_components", |component| {
        let cost = amount(component, "total_monthly_cost")?;
        let (price, quantity) = (amount(component, "price")?, amount(component, "quantity")?);
        let nothing = |amount: Option<BilledAmount>| amount.is_none_or(|amount| amount == BilledAmount::ZERO);
        components.by_use |= !nothing(price) && nothing(quantity);
        components.is_missing |= cost.is_none();
        let is_priced = !nothing(price) || !nothing(cost);
        components.priced = components.priced.saturating_add(usize::from(is_priced));
        components.total = sum([Some(components.total), cost])?;
        Ok(())
    })?;
    each(resource, "subresources", |inner| add_up(inner, components, depth.saturating_add(1)))?;
    Ok(())
}
