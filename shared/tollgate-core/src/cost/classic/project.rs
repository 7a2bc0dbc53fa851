//! A project of a report of Infracost 0.10: what it was, and what it will be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Tally, object_or_none,
    resource::{self, Cost},
    unsupported,
};
use crate::{
    cost::{
        held::{Parts, total},
        json::{Fields, each, is, sentence, text},
        past::Command,
        planned::{Counts, LeftOut, PlannedProject, PlannedResource, ProjectFailure, Refusal},
    },
    spend::BilledAmount,
};

/// One side of a project, as far as the report has it.
struct Side<'a> {
    total: Option<BilledAmount>,
    /// None where they are not listed.
    resources: Option<Vec<Listed<'a>>>,
}

/// A resource of one side.
struct Listed<'a> {
    found: &'a Fields,
    resource: PlannedResource,
    cost: Cost,
}

pub(super) fn read(project: &Fields, command: Command, tally: &mut Tally) -> Result<PlannedProject, Refusal> {
    let name = text(project, "name")?.unwrap_or_default();
    let metadata = object_or_none(project, "metadata")?;
    let kind = metadata.map_or(Ok(None), |metadata| text(metadata, "type")).map_err(|error| error.under("metadata"))?;
    let failures = tally.failures.len();
    if let Some(metadata) = metadata {
        failures_of(&name, metadata, tally).map_err(|error| error.under("metadata"))?;
    }
    let past = side(project, "pastBreakdown")?;
    let now = side(project, "breakdown")?;
    let counted = object_or_none(project, "summary")?.map_or_else(|| Ok(Counts::new()), unsupported);
    let counted = counted.map_err(|error| error.under("summary"))?;
    tally.unsupported = add(std::mem::take(&mut tally.unsupported), counted);
    if now.total.is_none() && tally.failures.len() == failures {
        let reason = "it has no `breakdown` with a `totalMonthlyCost`".to_owned();
        tally.failures.push(ProjectFailure { project: name.clone(), reason });
    }
    let knows_past = command.knows_past(kind.as_deref(), || past.is_as(&now));
    tally.without_past = tally.without_past.saturating_add(usize::from(!knows_past));
    let before = past.total.filter(|_| knows_past);
    let past = if knows_past { past.resources } else { None };
    tally.is_touch_unknown |= past.is_none() || now.resources.is_none();
    let changed = changed_types(project)?;
    let resources = pair(past.unwrap_or_default(), now.resources.unwrap_or_default(), tally);
    tally.touched.extend(changed);
    Ok(PlannedProject { name, before, after: now.total, resources })
}

/// What failed: `errors`, and those of the `warnings` that are errors.
fn failures_of(project: &str, metadata: &Fields, tally: &mut Tally) -> Result<(), Refusal> {
    let mut note = |entry: &Fields| {
        let reason = sentence(entry, "message")?.filter(|message| !message.is_empty());
        let reason = reason.unwrap_or_else(|| "Infracost could not read it, and does not say why".to_owned());
        tally.failures.push(ProjectFailure { project: project.to_owned(), reason });
        Ok(())
    };
    each(metadata, "errors", &mut note)?;
    each(metadata, "warnings", |entry| if is(entry, "isError")? { note(entry) } else { Ok(()) })?;
    Ok(())
}

/// Its total and its resources, each held against what it is made of.
fn side<'a>(project: &'a Fields, field: &str) -> Result<Side<'a>, Refusal> {
    let Some(side) = object_or_none(project, field)? else { return Ok(Side { total: None, resources: None }) };
    let read = || {
        let total = total(side, "totalMonthlyCost")?;
        if side.get("resources").is_none_or(Value::is_null) {
            return Ok(Side { total, resources: None });
        }
        let resources = each(side, "resources", |found| {
            Ok(Listed { found, resource: resource::read(found)?, cost: resource::cost(found)? })
        })?;
        if let Some(total) = total {
            Parts::of(resources.iter().map(|one| one.cost.monthly))?.make(total, "`totalMonthlyCost` of a project")?;
        }
        Ok(Side { total, resources: Some(resources) })
    };
    read().map_err(|error: Refusal| error.under(field))
}

impl Side<'_> {
    fn is_as(&self, other: &Self) -> bool {
        let fields = |side: &Self| {
            let listed = side.resources.as_ref();
            listed.map(|listed| listed.iter().map(|one| resource::billed(one.found)).collect::<Vec<_>>())
        };
        self.total == other.total && fields(self) == fields(other)
    }
}

/// The resources of both sides, those that are gone behind the others. What is the same on both leaves nothing out that the
/// change would add.
fn pair(past: Vec<Listed<'_>>, now: Vec<Listed<'_>>, tally: &mut Tally) -> Vec<PlannedResource> {
    // By whole addresses: what is kept of them may be the same of two.
    let address = |one: &Listed<'_>| one.found.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut before: BTreeMap<String, Vec<Listed<'_>>> = BTreeMap::new();
    for one in past.into_iter().rev() {
        before.entry(address(&one)).or_default().push(one);
    }
    let mut resources = Vec::with_capacity(now.len());
    for one in now {
        let was = before.get_mut(&address(&one)).and_then(Vec::pop);
        if was.as_ref().is_none_or(|was| resource::billed(was.found) != resource::billed(one.found)) {
            note(&one.resource.resource_type, &one.cost, &mut tally.left_out);
            tally.touched.insert(one.resource.resource_type.clone());
        }
        let before = was.and_then(|was| was.cost.monthly);
        resources.push(PlannedResource { before, after: one.cost.monthly, ..one.resource });
    }
    for gone in before.into_values().flatten() {
        tally.touched.insert(gone.resource.resource_type.clone());
        resources.push(PlannedResource { before: gone.cost.monthly, ..gone.resource });
    }
    resources
}

fn note(resource_type: &str, cost: &Cost, left_out: &mut LeftOut) {
    if cost.has_unknown_price {
        LeftOut::note(&mut left_out.unpriced, resource_type);
    } else if cost.monthly.is_none() {
        LeftOut::note(&mut left_out.unestimated, resource_type);
    }
    left_out.usage_dependent = left_out.usage_dependent.saturating_add(u64::from(cost.has_unknown_use));
}

/// The types that the project's own list of changes names.
fn changed_types(project: &Fields) -> Result<BTreeSet<String>, Refusal> {
    let Some(diff) = object_or_none(project, "diff")? else { return Ok(BTreeSet::new()) };
    let types = each(diff, "resources", resource::type_of_resource).map_err(|error| error.under("diff"))?;
    Ok(types.into_iter().collect())
}

fn add(one: Counts, other: Counts) -> Counts {
    other.into_iter().fold(one, |mut counts, (name, count)| {
        let sum = counts.entry(name).or_default();
        *sum = count.saturating_add(*sum);
        counts
    })
}
