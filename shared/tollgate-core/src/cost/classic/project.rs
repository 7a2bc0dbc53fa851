//! A project of a report of Infracost 0.10: what it was, and what it will be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Tally,
    counted::Counted,
    resource::{self, Cost},
};
use crate::{
    cost::{
        held::{MICRO, Parts, less, total},
        json::{Fields, amount, each, is, object_or_none, said, sentence, text},
        past::Command,
        planned::{LeftOut, PlannedProject, PlannedResource, ProjectFailure, Refusal},
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
    if now.total.is_none() && tally.failures.len() == failures {
        let reason = "it has no `breakdown` with a `totalMonthlyCost`".to_owned();
        tally.failures.push(ProjectFailure { project: name.clone(), reason });
    }
    let knows_past = command.knows_past(kind.as_deref(), || past.is_as(&now));
    // What a project that failed will be is not known, and nothing of it is new.
    let is_new = now.total.is_some() && !(knows_past && past.total.is_some());
    tally.without_past = tally.without_past.saturating_add(usize::from(is_new));
    let before = past.total.filter(|_| knows_past);
    let past = if knows_past { past.resources } else { None };
    let changed = changes(project, before, now.total)?;
    count(project, &now, past.as_deref(), tally)?;
    tally.is_touch_unknown |= past.is_none() || now.resources.is_none() || changed.is_none();
    let mut shown = BTreeSet::new();
    let resources = pair(past.unwrap_or_default(), now.resources.unwrap_or_default(), &mut tally.left_out, &mut shown);
    // A list of changes that has none of those that both sides show says nothing.
    tally.is_touch_unknown |= !shown.is_empty() && changed.as_ref().is_some_and(BTreeSet::is_empty);
    tally.touched.extend(shown.into_iter().chain(changed.unwrap_or_default()));
    Ok(PlannedProject { name, before, after: now.total, resources })
}

/// Notes what the project's summary counts. Where nothing was before, all that it counts is new.
fn count(project: &Fields, now: &Side<'_>, past: Option<&[Listed<'_>]>, tally: &mut Tally) -> Result<(), Refusal> {
    let listed = now.resources.as_ref().map_or(0, Vec::len);
    let listed = u64::try_from(listed).unwrap_or(u64::MAX);
    let counted = Counted::of(project, listed)?;
    tally.listed = tally.listed.saturating_add(listed);
    tally.without_counts = tally.without_counts.saturating_add(usize::from(!counted.is_said() && now.total.is_some()));
    if past.is_none_or(<[_]>::is_empty) {
        tally.is_touch_unknown |= !counted.is_said();
        tally.touched.extend(counted.unsupported.keys().cloned());
    }
    tally.counted = std::mem::take(&mut tally.counted).and(&counted);
    Ok(())
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
        if said(side, "resources").is_none() {
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

/// The resources of both sides, those that are gone behind the others, and the types of those that differ. What is the same on
/// both leaves nothing out that the change would add.
fn pair(
    past: Vec<Listed<'_>>,
    now: Vec<Listed<'_>>,
    left_out: &mut LeftOut,
    shown: &mut BTreeSet<String>,
) -> Vec<PlannedResource> {
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
            note(&one.resource.resource_type, &one.cost, left_out);
            shown.insert(one.resource.resource_type.clone());
        }
        let before = was.and_then(|was| was.cost.monthly);
        resources.push(PlannedResource { before, after: one.cost.monthly, ..one.resource });
    }
    for gone in before.into_values().flatten() {
        shown.insert(gone.resource.resource_type.clone());
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

/// The types that the project's own list of changes names, whose total is what its two totals come to; none where there is no
/// such list.
fn changes(
    project: &Fields,
    before: Option<BilledAmount>,
    after: Option<BilledAmount>,
) -> Result<Option<BTreeSet<String>>, Refusal> {
    let Some(diff) = object_or_none(project, "diff")? else { return Ok(None) };
    let read = || {
        if let (Some(before), Some(after), Some(total)) = (before, after, amount(diff, "totalMonthlyCost")?) {
            let parts = Parts { sum: less(after, before)?, count: 2, rounding: MICRO };
            parts.make(total, "`diff.totalMonthlyCost` of a project")?;
        }
        let types = each(diff, "resources", resource::type_of_resource)?;
        Ok(said(diff, "resources").map(|_| types.into_iter().collect()))
    };
    read().map_err(|error: Refusal| error.under("diff"))
}
