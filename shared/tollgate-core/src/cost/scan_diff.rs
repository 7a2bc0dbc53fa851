//! Infracost 2: `infracost scan --diff --json`.
//!
//! Its source is `internal/format/diff.go` of <https://github.com/infracost/cli>. Amounts are texts of two decimal places,
//! each rounded by itself. Only what changes is listed, without a word about what has no price.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    held::{CENT, Parts, less, nothing_priced, sum, total},
    json::{Fields, amount, each, object, text},
    planned::{LeftOut, PlannedCost, PlannedForm, PlannedProject, PlannedResource, Refusal, currency_of},
};
use crate::{money::excerpt, spend::BilledAmount};

pub(super) fn read(fields: &Fields) -> Result<PlannedCost, Refusal> {
    let needed =
        |field: &str| total(fields, field)?.ok_or_else(|| nothing_priced(&[], &format!("Infracost gave no `{field}`")));
    let (after, before) = (needed("total_monthly_cost")?, needed("past_total_monthly_cost")?);
    if after == BilledAmount::ZERO && before == BilledAmount::ZERO {
        let reason = "both totals are 0, and this form does not say what has no price; `infracost scan --json` does";
        return Err(nothing_priced(&[], reason));
    }
    let change = less(after, before)?;
    if let Some(given) = amount(fields, "diff_total_monthly_cost")? {
        rounded(change, 1).make(given, "`diff_total_monthly_cost`")?;
    }
    let mut resources = Vec::new();
    if let Some(types) = fields.get("diff").filter(|diff| !diff.is_null()) {
        for (resource_type, changed) in object("diff", types, "changes by type")? {
            let read = of_type(resource_type, changed);
            resources.extend(read.map_err(|error| error.under(&excerpt(resource_type)).under("diff"))?);
        }
        rounded(increase(&resources)?, resources.len().saturating_mul(2)).make(change, "the change of the totals")?;
    }
    Ok(PlannedCost {
        form: PlannedForm::InfracostScanDiff,
        currency: currency_of(fields)?,
        before: Some(before),
        after,
        projects: vec![PlannedProject { name: String::new(), before: Some(before), after: Some(after), resources }],
        left_out: LeftOut::default(),
        failures: Vec::new(),
        unpriced_known: false,
    })
}

fn rounded(sum: BilledAmount, count: usize) -> Parts {
    Parts { sum, count, rounding: CENT }
}

fn increase(resources: &[PlannedResource]) -> Result<BilledAmount, Refusal> {
    less(sum(resources.iter().map(|one| one.after))?, sum(resources.iter().map(|one| one.before))?)
}

/// The changed resources of a type, held against its own sums.
fn of_type(resource_type: &str, changed: &Value) -> Result<Vec<PlannedResource>, Refusal> {
    let changed = object("", changed, "an object")?;
    let resources = each(changed, "diff", |entry| {
        let needed = |field: &str| {
            let missing = || Refusal::at(field, " is missing: nobody knows what it costs");
            total(entry, field)?.ok_or_else(missing)
        };
        Ok(PlannedResource {
            name: text(entry, "name")?.unwrap_or_default(),
            resource_type: excerpt(resource_type),
            tags: BTreeMap::new(),
            before: Some(needed("previous_monthly_cost")?),
            after: Some(needed("current_monthly_cost")?),
        })
    })?;
    for (field, sum) in [
        ("current_monthly_cost", sum(resources.iter().map(|one| one.after))?),
        ("previous_monthly_cost", sum(resources.iter().map(|one| one.before))?),
    ] {
        if let Some(given) = total(changed, field)? {
            rounded(sum, resources.len()).make(given, &format!("`{field}` of `{}`", excerpt(resource_type)))?;
        }
    }
    Ok(resources)
}
