//! What a planned change will cost: estimates of Infracost in each of their forms.

mod change;
mod classic;
mod fact;
mod form;
mod held;
mod json;
mod past;
mod planned;
mod said;
mod scan;
mod scan_diff;
mod summary;

pub use change::cost_fact;
pub use fact::{FailedProjectFact, PlannedCostFact, PlannedProjectFact, PlannedResourceFact, TypeCount};
pub use planned::{
    LONGEST_REPORT, LeftOut, PlannedCost, PlannedForm, PlannedProject, PlannedResource, ProjectFailure, Refusal,
    planned_cost, read,
};
pub use said::planned_of;
pub use summary::planned_cost_fact;

#[cfg(test)]
mod past_tests;
#[cfg(test)]
mod report_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod touched_tests;
#[cfg(test)]
mod unknown_tests;
