//! Infracost 2: `infracost scan --json` and `infracost scan --diff --json`.
//!
//! Their source is `internal/format` of <https://github.com/infracost/cli>. A scan has no past. A component whose price was
//! not found has the price 0 there, so what cannot be priced shows only as a resource that is neither free nor has any
//! component. A diff has texts of two decimal places, and lists only what changes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    json::{Fields, amount, each, is, object, tags, text},
    planned::{
        DEEPEST, PlannedCost, PlannedForm, PlannedProject, PlannedResource, Refusal, currency_of, sum, unreconciled,
    },
};
use crate::{evidence::EvidenceStatus, spend::BilledAmount};

/// Half a cent for each side: a diff is rounded to cents.
const CENT: i64 = 10_000;

#[derive(Default)]
struct Tally {
    unpriced: BTreeMap<String, u64>,
    unsupported: BTreeMap<String, u64>,
    usage_dependent: u64,
    errors: u64,
}

/// What the components of a resource, and of those within it, come to.
#[derive(Default)]
struct Components {
    count: usize,
    total: BilledAmount,
    by_use: bool,
}

pub(super) fn read(fields: &Fields) -> Result<PlannedCost, Refusal> {
    let currency = currency_of(fields)?;
    let mut tally = Tally::default();
    let projects = each(fields, "projects", |project| read_project(project, &mut tally))?;
    let resources = || projects.iter().flat_map(|project| &project.resources);
    let sum = sum(resources().map(|resource| resource.after))?;
    let total = match fields.get("summary").filter(|summary| !summary.is_null()) {
        Some(summary) => {
            let summary = object("summary", summary, "an object")?;
            amount(summary, "total_monthly_cost").map_err(|error| error.under("summary"))?
        }
        None => None,
    };
    if total.is_none() && projects.is_empty() {
        let reason = "the scan has neither projects nor `summary.total_monthly_cost`: nothing could be priced";
        return Err(Refusal { status: EvidenceStatus::NoData, ..Refusal::new(reason) });
    }
    let unreconciled = match total {
        Some(total) => unreconciled(total, sum, resources().count(), BilledAmount::from_micros(1))?,
        None => None,
    };
    Ok(PlannedCost {
        form: PlannedForm::InfracostScan,
        currency,
        before: None,
        after: total.unwrap_or(sum),
        projects,
        unpriced: tally.unpriced,
        unsupported: tally.unsupported,
        usage_dependent: tally.usage_dependent,
        errors: tally.errors,
        unpriced_known: true,
        unreconciled,
    })
}

fn read_project(project: &Fields, tally: &mut Tally) -> Result<PlannedProject, Refusal> {
    let name = text(project, "project_name")?.unwrap_or_default();
    let resources = each(project, "resources", |resource| read_resource(resource, tally))?;
    each(project, "diagnostics", |diagnostic| {
        let critical = text(diagnostic, "severity")?.as_deref() == Some("critical");
        tally.errors = tally.errors.saturating_add(u64::from(critical));
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
    let counts = match (is_free, is_supported) {
        (false, false) => Some(&mut tally.unsupported),
        (false, true) if components.count == 0 => Some(&mut tally.unpriced),
        _ => None,
    };
    if let Some(counts) = counts {
        let count = counts.entry(resource_type.clone()).or_default();
        *count = count.saturating_add(1);
    }
    tally.usage_dependent = tally.usage_dependent.saturating_add(u64::from(components.by_use));
    let after = (is_free || components.count > 0).then_some(components.total);
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
        components.count = components.count.saturating_add(1);
        components.total = sum([Some(components.total), cost])?;
        Ok(())
    })?;
    each(resource, "subresources", |inner| add_up(inner, components, depth.saturating_add(1)))?;
    Ok(())
}

pub(super) fn read_diff(fields: &Fields) -> Result<PlannedCost, Refusal> {
    let needed = |field: &str| {
        amount(fields, field)?.ok_or_else(|| Refusal {
            status: EvidenceStatus::NoData,
            ..Refusal::new(format!("Infracost gave no `{field}`: nothing could be priced"))
        })
    };
    let (after, before) = (needed("total_monthly_cost")?, needed("past_total_monthly_cost")?);
    let change = after.minus(before).map_err(|error| Refusal::new(error.to_string()))?;
    let cents = BilledAmount::from_micros(CENT);
    if let Some(given) = amount(fields, "diff_total_monthly_cost")?
        && unreconciled(given, change, 1, cents)?.is_some()
    {
        return Err(Refusal::new(
            "Infracost's totals contradict each other: past and difference do not make the total",
        ));
    }
    let mut resources = Vec::new();
    if let Some(types) = fields.get("diff").filter(|diff| !diff.is_null()) {
        for (resource_type, changed) in object("diff", types, "changes by type")? {
            let read = || changed_resources(resource_type, changed);
            resources.extend(read().map_err(|error| error.under(&crate::money::excerpt(resource_type)).under("diff"))?);
        }
    }
    let changes = sum(resources.iter().map(|resource| resource.after))?
        .minus(sum(resources.iter().map(|resource| resource.before))?)
        .map_err(|error| Refusal::new(error.to_string()))?;
    let addends = resources.len().saturating_mul(2).saturating_add(2);
    Ok(PlannedCost {
        form: PlannedForm::InfracostScanDiff,
        currency: currency_of(fields)?,
        before: Some(before),
        after,
        unreconciled: if fields.contains_key("diff") { unreconciled(change, changes, addends, cents)? } else { None },
        projects: vec![PlannedProject { name: String::new(), before: Some(before), after: Some(after), resources }],
        unpriced: BTreeMap::new(),
        unsupported: BTreeMap::new(),
        usage_dependent: 0,
        errors: 0,
        unpriced_known: false,
    })
}

fn changed_resources(resource_type: &str, changed: &Value) -> Result<Vec<PlannedResource>, Refusal> {
    each(object("", changed, "an object")?, "diff", |entry| {
        Ok(PlannedResource {
            name: text(entry, "name")?.unwrap_or_default(),
            resource_type: crate::money::excerpt(resource_type),
            tags: BTreeMap::new(),
            before: amount(entry, "previous_monthly_cost")?,
            after: amount(entry, "current_monthly_cost")?,
        })
    })
}
