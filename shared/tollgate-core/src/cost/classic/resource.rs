//! A resource of a report of Infracost 0.10: what it costs, and what of that is not known.

use serde_json::Value;

use super::UNKNOWN;
use crate::{
    cost::{
        held::Parts,
        json::{Fields, amount, each, is, tags, text},
        planned::{DEEPEST, PlannedResource, Refusal},
    },
    spend::BilledAmount,
};

/// What a resource costs in a month.
#[derive(Default)]
pub(super) struct Cost {
    /// Null when all of it is by use that nobody estimated, or nothing of it could be priced.
    pub(super) monthly: Option<BilledAmount>,
    /// Was the price of a part of it not found?
    pub(super) has_unknown_price: bool,
    /// Is a part of it paid by use that nobody estimated?
    pub(super) has_unknown_use: bool,
}

/// What a resource and those within it cost, held against their components.
pub(super) fn cost(resource: &Fields) -> Result<Cost, Refusal> {
    cost_at(resource, 0)
}

fn cost_at(resource: &Fields, depth: usize) -> Result<Cost, Refusal> {
    if depth > DEEPEST {
        return Err(Refusal::at("subresources", format!(" lie within one another more than {DEEPEST} deep")));
    }
    let mut cost = Cost::default();
    let mut parts = each(resource, "costComponents", |component| {
        let (without_price, monthly) = (is(component, "priceNotFound")?, amount(component, "monthlyCost")?);
        cost.has_unknown_price |= without_price;
        cost.has_unknown_use |= !without_price && monthly.is_none();
        Ok(monthly)
    })?;
    parts.extend(each(resource, "subresources", |inner| {
        let inner = cost_at(inner, depth.saturating_add(1))?;
        cost.has_unknown_price |= inner.has_unknown_price;
        cost.has_unknown_use |= inner.has_unknown_use;
        Ok(inner.monthly)
    })?);
    let is_listed = !parts.is_empty();
    let known = parts.iter().any(Option::is_some);
    let sum = Parts::of(parts.into_iter())?;
    cost.monthly = match amount(resource, "monthlyCost")? {
        Some(monthly) => {
            if is_listed {
                sum.make(monthly, "`monthlyCost` of a resource")?;
            }
            Some(monthly)
        }
        // Those within a resource have no sum of their own in some versions.
        None if depth > 0 => known.then_some(sum.sum),
        None if known && sum.sum != BilledAmount::ZERO => {
            return Err(Refusal::at("monthlyCost", format!(" is not there, and its parts come to {}", sum.sum)));
        }
        None => None,
    };
    Ok(cost)
}

/// Its name, type and tags.
pub(super) fn read(resource: &Fields) -> Result<PlannedResource, Refusal> {
    let resource_type = type_of_resource(resource)?;
    Ok(PlannedResource { name: name(resource)?, resource_type, tags: tags(resource)?, before: None, after: None })
}

fn name(resource: &Fields) -> Result<String, Refusal> {
    Ok(text(resource, "name")?.unwrap_or_default())
}

pub(super) fn type_of_resource(resource: &Fields) -> Result<String, Refusal> {
    let said = text(resource, "resourceType")?.filter(|said| !said.is_empty());
    said.map_or_else(|| name(resource).map(|name| type_of(&name)), Ok)
}

/// What of a resource is billed: not where in a file it stands.
pub(super) fn billed(resource: &Fields) -> [Option<&Value>; 4] {
    ["name", "monthlyCost", "costComponents", "subresources"].map(|field| resource.get(field))
}

/// The type that is in an address: `aws_instance` of `module.web.aws_instance.this["a.b"]`.
fn type_of(address: &str) -> String {
    let path = address.split('[').next().unwrap_or_default();
    let mut parts = path.rsplit('.');
    let found = parts.nth(1).filter(|part| !part.is_empty());
    found.unwrap_or(UNKNOWN).to_owned()
}
