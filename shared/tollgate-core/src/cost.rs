//! What a planned change will cost: estimates of Infracost in each of their forms.

mod change;
mod classic;
mod fact;
mod json;
mod planned;
mod said;
mod scan;

pub use change::cost_fact;
pub use fact::{PlannedCostFact, PlannedProjectFact, PlannedResourceFact, TypeCount, planned_cost_fact};
pub use planned::{
    LONGEST_REPORT, PlannedCost, PlannedForm, PlannedProject, PlannedResource, Refusal, planned_cost, read,
};
pub use said::planned_of;

#[cfg(test)]
mod tests;
