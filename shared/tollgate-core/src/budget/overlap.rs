//! Budgets that get in each other's way.

use super::{Allowance, Budget};
use crate::{data::DataError, slo::Period};

/// Names that are there twice, and budgets that count a service's money twice for the same periods. A budget that names no
/// services is a wider one, which may hold others.
pub(super) fn found(budgets: &[Budget]) -> impl Iterator<Item = DataError> {
    budgets.iter().enumerate().flat_map(move |(index, budget)| {
        budgets.iter().take(index).filter_map(move |earlier| {
            let place = DataError::new(&earlier.file, earlier.line, "").place();
            let message = if earlier.name == budget.name {
                format!("there is a budget `{}` at {place} already: give this one another name", budget.name)
            } else if same_aws_budget(budget, earlier) {
                format!("`{}` at {place} is the same AWS Budget: remove one", earlier.name)
            } else {
                let service = shared_service(budget, earlier)?;
                format!(
                    "`{service}` is in the budget `{}` at {place} already, for the same periods: give one of them another \
                     environment, account, tag or service of AWS",
                    earlier.name
                )
            };
            Some(DataError::new(&budget.file, budget.line, message))
        })
    })
}

fn same_aws_budget(one: &Budget, other: &Budget) -> bool {
    matches!(one.allowance, Allowance::AwsBudget { .. }) && one.allowance == other.allowance
}

fn shared_service<'a>(one: &'a Budget, other: &Budget) -> Option<&'a String> {
    let (Allowance::Declared(ours), Allowance::Declared(theirs)) = (&one.allowance, &other.allowance) else {
        return None;
    };
    let length = |period: Period| match period {
        Period::Calendar { unit, count, .. } => Some((unit, count)),
        Period::Rolling { .. } => None,
    };
    let once = |period: &super::BudgetPeriod| period.end_day.is_some();
    let apart =
        match (ours.period.first_day.zip(ours.period.end_day), theirs.period.first_day.zip(theirs.period.end_day)) {
            (Some((first, end)), Some((their_first, their_end))) => end <= their_first || their_end <= first,
            _ => {
                once(&ours.period) != once(&theirs.period) || length(ours.period.period) != length(theirs.period.period)
            }
        };
    if apart || !one.scope.meets(&other.scope) {
        return None;
    }
    one.scope.services.iter().find(|service| other.scope.services.contains(service))
}
