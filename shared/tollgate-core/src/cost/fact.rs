//! An estimate as policies see it.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use super::planned::{PlannedCost, PlannedForm, PlannedProject, PlannedResource, Refusal};
use crate::{
    evidence::{Evidence, EvidenceStatus},
    spend::{BilledAmount, share_ppm_up},
};

/// A decision's facts hold no more of an estimate: the largest increases of all.
const MOST_RESOURCES: usize = 20;
const MOST_PROJECTS: usize = 50;
const MOST_TYPES: usize = 50;
const MOST_TAGS: usize = 50;

/// What a planned change will cost, and what of it nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedCostFact {
    /// How it is known; `partial` when something has no price, could not be read or does not add up.
    pub evidence: Evidence,
    /// The form that the estimate came in; null when it could not be told.
    pub form: Option<PlannedForm>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Monthly cost before, in millionths of the currency; null where the form does not say.
    pub monthly_before_micros: Option<i64>,
    /// Monthly cost after.
    pub monthly_after_micros: Option<i64>,
    /// After less before; all of it where the form says nothing of before.
    pub monthly_increase_micros: Option<i64>,
    /// The increase over the cost before, in parts per million, rounded up; null when nothing was spent before.
    pub increase_ppm: Option<i64>,
    /// The projects, those with the largest increase first; at most 50.
    pub projects: Vec<PlannedProjectFact>,
    /// The resources with the largest increase, largest first; at most 20.
    pub resources: Vec<PlannedResourceFact>,
    /// How many resources the estimate lists.
    pub resources_listed: u64,
    /// Resources without a price, of any type.
    pub unpriced_resources: u64,
    /// The same by type, most first; at most 50.
    pub unpriced: Vec<TypeCount>,
    /// Resources that the tool does not know, of any type.
    pub unsupported_resources: u64,
    /// The same by type, most first; at most 50.
    pub unsupported: Vec<TypeCount>,
    /// Does the form say which resources have no price? Where it does not, the two counts are 0 and mean nothing.
    pub unpriced_known: bool,
    /// Resources of which a part is paid by use that nobody estimated.
    pub usage_dependent_resources: u64,
    /// Projects, or parts of them, that the tool could not read.
    pub errors: u64,
    /// The total less the sum of the resources, in millionths, where they are not the same; otherwise null.
    pub unreconciled_micros: Option<i64>,
}

/// A project of an estimate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedProjectFact {
    /// Its name.
    pub name: String,
    /// Monthly cost before, in millionths; null where the form does not say.
    pub monthly_before_micros: Option<i64>,
    /// Monthly cost after; null when nothing could be priced.
    pub monthly_after_micros: Option<i64>,
}

/// A resource of an estimate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedResourceFact {
    /// Its address.
    pub name: String,
    /// Its type.
    pub resource_type: String,
    /// Its tags; at most 50.
    pub tags: BTreeMap<String, String>,
    /// Monthly cost before, in millionths; null where it was not there, or the form does not say.
    pub monthly_before_micros: Option<i64>,
    /// Monthly cost after; null where it is gone, or was not priced.
    pub monthly_after_micros: Option<i64>,
}

/// How many resources of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TypeCount {
    /// The type: `aws_instance`, or `unknown`.
    pub resource_type: String,
    /// How many.
    pub count: u64,
}

/// The fact of an estimate, or of why there is none. `root` is the field that it stands in, and `id` names its evidence.
pub fn planned_cost_fact(read: Result<&PlannedCost, &Refusal>, id: &str, root: &str) -> PlannedCostFact {
    let cost = match read {
        Ok(cost) => cost,
        Err(refusal) => return nothing(Evidence::bad(id, "request", refusal.status, refusal.message(root))),
    };
    let before = cost.before.unwrap_or(BilledAmount::ZERO);
    let increase = cost.after.minus(before).ok().and_then(BilledAmount::micros);
    let known = cost.before.map(BilledAmount::micros).unwrap_or(Some(0)).zip(cost.after.micros()).zip(increase);
    let Some(((before_micros, after_micros), increase_micros)) = known else {
        let reason = "the estimate is larger than an amount can be";
        return nothing(Evidence::bad(id, "request", EvidenceStatus::Error, reason));
    };
    let listed = || cost.projects.iter().flat_map(|project| &project.resources);
    let mut resources: Vec<&PlannedResource> = listed().collect();
    resources.sort_by(|one, other| (Reverse(grows(one)), &one.name).cmp(&(Reverse(grows(other)), &other.name)));
    let mut projects: Vec<&PlannedProject> = cost.projects.iter().collect();
    let growth = |project: &PlannedProject| Reverse(between(project.before, project.after));
    projects.sort_by(|one, other| (growth(one), &one.name).cmp(&(growth(other), &other.name)));
    PlannedCostFact {
        evidence: evidence(cost, id),
        form: Some(cost.form),
        currency: Some(cost.currency.clone()),
        monthly_before_micros: cost.before.map(|_| before_micros),
        monthly_after_micros: Some(after_micros),
        monthly_increase_micros: Some(increase_micros),
        increase_ppm: share_ppm_up(increase_micros, before_micros),
        projects: projects.into_iter().take(MOST_PROJECTS).map(project_fact).collect(),
        resources: resources.into_iter().take(MOST_RESOURCES).map(resource_fact).collect(),
        resources_listed: u64::try_from(listed().count()).unwrap_or(u64::MAX),
        unpriced_resources: total(&cost.unpriced),
        unpriced: most(&cost.unpriced),
        unsupported_resources: total(&cost.unsupported),
        unsupported: most(&cost.unsupported),
        unpriced_known: cost.unpriced_known,
        usage_dependent_resources: cost.usage_dependent,
        errors: cost.errors,
        unreconciled_micros: cost.unreconciled.and_then(BilledAmount::micros),
    }
}

fn nothing(evidence: Evidence) -> PlannedCostFact {
    PlannedCostFact {
        evidence,
        form: None,
        currency: None,
        monthly_before_micros: None,
        monthly_after_micros: None,
        monthly_increase_micros: None,
        increase_ppm: None,
        projects: Vec::new(),
        resources: Vec::new(),
        resources_listed: 0,
        unpriced_resources: 0,
        unpriced: Vec::new(),
        unsupported_resources: 0,
        unsupported: Vec::new(),
        unpriced_known: false,
        usage_dependent_resources: 0,
        errors: 0,
        unreconciled_micros: None,
    }
}

fn evidence(cost: &PlannedCost, id: &str) -> Evidence {
    let without_price = total(&cost.unpriced).saturating_add(total(&cost.unsupported));
    let mut reasons = Vec::new();
    if without_price > 0 {
        reasons.push(format!("{without_price} resources have no price, so the increase may be larger"));
    }
    if cost.errors > 0 {
        reasons.push(format!("{} parts of the projects could not be read", cost.errors));
    }
    if let Some(difference) = cost.unreconciled {
        reasons.push(format!("the total and the sum of the resources differ by {difference} {}", cost.currency));
    }
    if reasons.is_empty() {
        return Evidence::ok(id, "request", None);
    }
    Evidence::bad(id, "request", EvidenceStatus::Partial, reasons.join("; "))
}

fn between(before: Option<BilledAmount>, after: Option<BilledAmount>) -> BilledAmount {
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    after.minus(before).unwrap_or(after)
}

fn grows(resource: &PlannedResource) -> BilledAmount {
    between(resource.before, resource.after)
}

fn project_fact(project: &PlannedProject) -> PlannedProjectFact {
    PlannedProjectFact {
        name: project.name.clone(),
        monthly_before_micros: project.before.and_then(BilledAmount::micros),
        monthly_after_micros: project.after.and_then(BilledAmount::micros),
    }
}

fn resource_fact(resource: &PlannedResource) -> PlannedResourceFact {
    let tags = resource.tags.iter().take(MOST_TAGS);
    PlannedResourceFact {
        name: resource.name.clone(),
        resource_type: resource.resource_type.clone(),
        tags: tags.map(|(name, value)| (name.clone(), value.clone())).collect(),
        monthly_before_micros: resource.before.and_then(BilledAmount::micros),
        monthly_after_micros: resource.after.and_then(BilledAmount::micros),
    }
}

fn total(counts: &BTreeMap<String, u64>) -> u64 {
    counts.values().fold(0, |sum, count| sum.saturating_add(*count))
}

fn most(counts: &BTreeMap<String, u64>) -> Vec<TypeCount> {
    let count =
        |(resource_type, count): (&String, &u64)| TypeCount { resource_type: resource_type.clone(), count: *count };
    let mut counted: Vec<TypeCount> = counts.iter().map(count).collect();
    counted.sort_by(|one, other| {
        (Reverse(one.count), &one.resource_type).cmp(&(Reverse(other.count), &other.resource_type))
    });
    counted.truncate(MOST_TYPES);
    counted
}
