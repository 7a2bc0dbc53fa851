//! From an estimate to the fact that policies see.

use std::cmp::Reverse;

use super::{
    FailedProjectFact, PlannedCostFact, PlannedProjectFact, PlannedResourceFact, TypeCount,
    planned::{Counts, LeftOut, PlannedCost, PlannedForm, PlannedProject, PlannedResource, ProjectFailure, Refusal},
};
use crate::{
    evidence::{Evidence, EvidenceStatus},
    spend::{BilledAmount, share_ppm_up},
};

/// A decision's facts hold no more of an estimate: the largest increases of all.
const MOST_RESOURCES: usize = 20;
const MOST_PROJECTS: usize = 50;
const MOST_TYPES: usize = 50;
const MOST_TAGS: usize = 50;
const MOST_FAILURES: usize = 10;
/// Failures that a reason names.
const MOST_NAMED: usize = 3;

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
    let left_out = &cost.left_out;
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
        unpriced_resources: total(&left_out.unpriced),
        unpriced: most(&left_out.unpriced),
        unsupported_resources: total(&left_out.unsupported),
        unsupported: most(&left_out.unsupported),
        unsupported_unchanged_resources: left_out.unchanged,
        unestimated_resources: total(&left_out.unestimated),
        unestimated: most(&left_out.unestimated),
        unpriced_known: cost.unpriced_known,
        usage_dependent_resources: left_out.usage_dependent,
        errors: u64::try_from(cost.failures.len()).unwrap_or(u64::MAX),
        failed: cost.failures.iter().take(MOST_FAILURES).map(failed_fact).collect(),
        unreconciled_micros: None,
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
        unsupported_unchanged_resources: 0,
        unestimated_resources: 0,
        unestimated: Vec::new(),
        unpriced_known: false,
        usage_dependent_resources: 0,
        errors: 0,
        failed: Vec::new(),
        unreconciled_micros: None,
    }
}

fn evidence(cost: &PlannedCost, id: &str) -> Evidence {
    let LeftOut { unpriced, unsupported, unestimated, .. } = &cost.left_out;
    let resources = |count: u64, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 resource {one}")),
        count => Some(format!("{count} resources {many}")),
    };
    let lacks_parts = cost.form == PlannedForm::Infracost && !cost.unpriced_known;
    let without_price = total(unpriced).saturating_add(total(unsupported));
    let reasons = [
        resources(without_price, "has no price", "have no price"),
        resources(total(unestimated), "is paid by use that nobody estimated", "are paid by use that nobody estimated"),
        lacks_parts.then(|| "it has no projects, or no `summary` of what it leaves out".to_owned()),
    ];
    let failures = cost.failures.iter().take(MOST_NAMED).map(ProjectFailure::to_string);
    let more = cost.failures.len().checked_sub(MOST_NAMED).filter(|more| *more > 0);
    let more = more.map(|more| format!("and {more} more failed"));
    let reasons: Vec<String> = reasons.into_iter().flatten().chain(failures).chain(more).collect();
    if reasons.is_empty() {
        return Evidence::ok(id, "request", None);
    }
    let reason = format!("{}, so the increase may be larger", reasons.join("; "));
    Evidence::bad(id, "request", EvidenceStatus::Partial, reason)
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

fn failed_fact(failure: &ProjectFailure) -> FailedProjectFact {
    FailedProjectFact { name: failure.project.clone(), reason: failure.reason.clone() }
}

fn total(counts: &Counts) -> u64 {
    counts.values().fold(0, |sum, count| sum.saturating_add(*count))
}

fn most(counts: &Counts) -> Vec<TypeCount> {
    let count =
        |(resource_type, count): (&String, &u64)| TypeCount { resource_type: resource_type.clone(), count: *count };
    let mut counted: Vec<TypeCount> = counts.iter().map(count).collect();
    counted.sort_by(|one, other| {
        (Reverse(one.count), &one.resource_type).cmp(&(Reverse(other.count), &other.resource_type))
    });
    counted.truncate(MOST_TYPES);
    counted
}
