//! Infracost 0.10: `infracost breakdown --format json` and `infracost diff --format json`, both version "0.2".
//!
//! Its source is `internal/output/output.go` of <https://github.com/infracost/infracost>. Totals are decimal texts or null.
//! `noPriceResourceCounts` are resources that are free, not ones whose price is missing: those have a cost component with
//! `priceNotFound`. Component costs are null when they depend on use that nobody estimated.

use std::collections::BTreeMap;

use super::{
    json::{Fields, amount, count, counts, each, is, object, tags, text},
    planned::{
        DEEPEST, PlannedCost, PlannedForm, PlannedProject, PlannedResource, Refusal, currency_of, sum, unreconciled,
    },
};
use crate::{evidence::EvidenceStatus, spend::BilledAmount};

const UNKNOWN: &str = "unknown";

#[derive(Default)]
struct Tally {
    unpriced: BTreeMap<String, u64>,
    usage_dependent: u64,
    errors: u64,
    addends: usize,
    /// Does each project list what its total is made of?
    listed: bool,
}

/// What the components of a resource, and of those within it, say.
#[derive(Default)]
struct Components {
    without_price: bool,
    by_use: bool,
}

pub(super) fn read(fields: &Fields) -> Result<PlannedCost, Refusal> {
    let after = amount(fields, "totalMonthlyCost")?.ok_or_else(|| Refusal {
        status: EvidenceStatus::NoData,
        ..Refusal::new("Infracost gave no `totalMonthlyCost`: nothing could be priced")
    })?;
    let before = before(fields, after)?;
    let currency = currency_of(fields)?;
    let mut tally = Tally { listed: true, ..Tally::default() };
    let projects = each(fields, "projects", |project| read_project(project, &mut tally))?;
    let unsupported = match fields.get("summary").filter(|summary| !summary.is_null()) {
        Some(summary) => {
            unsupported(object("summary", summary, "an object")?).map_err(|error| error.under("summary"))?
        }
        None => BTreeMap::new(),
    };
    let resources = sum(projects.iter().flat_map(|project| &project.resources).map(|resource| resource.after))?;
    let unreconciled = match tally.listed && !projects.is_empty() {
        true => unreconciled(after, resources, tally.addends, BilledAmount::from_micros(1))?,
        // What is listed alone may not come to more than the total.
        false => unreconciled(after, resources, tally.addends, BilledAmount::from_micros(1))?
            .filter(|difference| *difference < BilledAmount::ZERO),
    };
    Ok(PlannedCost {
        form: PlannedForm::Infracost,
        currency,
        before,
        after,
        projects,
        unpriced: tally.unpriced,
        unsupported,
        usage_dependent: tally.usage_dependent,
        errors: tally.errors,
        unpriced_known: true,
        unreconciled,
    })
}

/// The total before; none where the report has no past, as a breakdown has not.
fn before(fields: &Fields, after: BilledAmount) -> Result<Option<BilledAmount>, Refusal> {
    let too_large = |_| Refusal::new("Infracost's totals are larger than an amount can be");
    match (amount(fields, "pastTotalMonthlyCost")?, amount(fields, "diffTotalMonthlyCost")?) {
        (Some(past), Some(difference)) if after.minus(past).map_err(too_large)?.micros() != difference.micros() => {
            let reason = "Infracost's totals contradict each other: past and difference do not make the total";
            Err(Refusal::new(reason))
        }
        (Some(past), _) => Ok(Some(past)),
        (None, Some(difference)) => after.minus(difference).map(Some).map_err(too_large),
        (None, None) => Ok(None),
    }
}

fn unsupported(summary: &Fields) -> Result<BTreeMap<String, u64>, Refusal> {
    let total = count(summary, "totalUnsupportedResources")?;
    let mut by_type = counts(summary, "unsupportedResourceCounts")?;
    by_type.retain(|_, count| *count > 0);
    let named = by_type.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
    if let Some(rest) = total.checked_sub(named).filter(|rest| *rest > 0) {
        by_type.insert(UNKNOWN.to_owned(), rest);
    }
    Ok(by_type)
}

fn read_project(project: &Fields, tally: &mut Tally) -> Result<PlannedProject, Refusal> {
    let name = text(project, "name")?.unwrap_or_default();
    if let Some(metadata) = project.get("metadata").filter(|metadata| !metadata.is_null()) {
        let metadata = object("metadata", metadata, "an object")?;
        let errors = each(metadata, "errors", |_| Ok(())).map_err(|error| error.under("metadata"))?;
        tally.errors = tally.errors.saturating_add(u64::try_from(errors.len()).unwrap_or(u64::MAX));
    }
    let mut resources: BTreeMap<String, PlannedResource> = BTreeMap::new();
    let past = breakdown(project, "pastBreakdown", |found| {
        let mut of_the_past = Tally::default();
        let resource = read_resource(found, &mut of_the_past)?;
        let before = resource.after;
        resources.insert(resource.name.clone(), PlannedResource { before, after: None, ..resource });
        Ok(())
    })?;
    let after = breakdown(project, "breakdown", |found| {
        let resource = read_resource(found, tally)?;
        let before = resources.remove(&resource.name).and_then(|past| past.before);
        Ok(PlannedResource { before, ..resource })
    })?;
    tally.listed &= after.is_some();
    let (after, found) = after.unwrap_or_default();
    tally.addends = tally.addends.saturating_add(found.len());
    // What is left of the past is gone.
    let resources = found.into_iter().chain(resources.into_values()).collect();
    Ok(PlannedProject { name, before: past.and_then(|(total, _)| total), after, resources })
}

/// The total and the resources of one side; none when the report leaves them out.
type Side<T> = Option<(Option<BilledAmount>, Vec<T>)>;

fn breakdown<T>(
    project: &Fields,
    field: &str,
    read: impl FnMut(&Fields) -> Result<T, Refusal>,
) -> Result<Side<T>, Refusal> {
    let Some(value) = project.get(field).filter(|value| !value.is_null()) else { return Ok(None) };
    let side = object(field, value, "an object")?;
    if !side.contains_key("resources") {
        return Ok(None);
    }
    let total = amount(side, "totalMonthlyCost").map_err(|error| error.under(field))?;
    let resources = each(side, "resources", read).map_err(|error| error.under(field))?;
    Ok(Some((total, resources)))
}

fn read_resource(resource: &Fields, tally: &mut Tally) -> Result<PlannedResource, Refusal> {
    let name = text(resource, "name")?.unwrap_or_default();
    let resource_type = text(resource, "resourceType")?.unwrap_or_else(|| type_of(&name));
    let mut components = Components::default();
    look_into(resource, &mut components, 0)?;
    if components.without_price {
        let count = tally.unpriced.entry(resource_type.clone()).or_default();
        *count = count.saturating_add(1);
    }
    tally.usage_dependent = tally.usage_dependent.saturating_add(u64::from(components.by_use));
    Ok(PlannedResource {
        tags: tags(resource)?,
        before: None,
        after: amount(resource, "monthlyCost")?,
        name,
        resource_type,
    })
}

fn look_into(resource: &Fields, components: &mut Components, depth: usize) -> Result<(), Refusal> {
    if depth > DEEPEST {
        return Err(Refusal::at("subresources", format!(" lie within one another more than {DEEPEST} deep")));
    }
    each(resource, "costComponents", |component| {
        let without_price = is(component, "priceNotFound")?;
        components.without_price |= without_price;
        components.by_use |= !without_price && amount(component, "monthlyCost")?.is_none();
        Ok(())
    })?;
    each(resource, "subresources", |inner| look_into(inner, components, depth.saturating_add(1)))?;
    Ok(())
}

/// The type that is in an address: `aws_instance` of `module.web.aws_instance.this["a.b"]`.
fn type_of(address: &str) -> String {
    let path = address.split('[').next().unwrap_or_default();
    let mut parts = path.rsplit('.');
    let found = parts.nth(1).filter(|part| !part.is_empty());
    found.unwrap_or(UNKNOWN).to_owned()
}
