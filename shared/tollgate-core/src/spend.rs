//! Spend: what was billed day by day, and what follows from it. Amounts are exact, shares and rates are fractions, and
//! each figure is rounded once, where it becomes a fact.

mod amount;
mod share;

pub use amount::{BilledAmount, SpendError};
pub(crate) use share::share_ppm_up;
