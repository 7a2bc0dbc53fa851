//! Spend: what was billed day by day, of long ago by the month, and what follows from it. Amounts are exact, shares and
//! rates are fractions, and each figure is rounded once, where it becomes a fact.

mod amount;
mod forecast;
mod interval;
mod model;
mod parts;
mod rate;
mod run_away;
mod series;
mod share;
mod stretch;
mod unit_cost;

pub use amount::{BilledAmount, SpendError};
pub use forecast::{ForecastMethod, GivenForecast};
pub(crate) use forecast::{Projection, Span, from_given, own, used_up_on};
pub use model::MonthDay;
pub use parts::{ForecastParts, RecurringCharge};
pub use rate::Weighting;
pub(crate) use rate::{Outlook, days};
pub(crate) use run_away::run_aways;
pub use run_away::{RunAwayFact, Spread};
pub use series::{DailySpend, GroupedSpend, Reconciliation, SpendDay, is_untagged};
pub(crate) use share::{over, ppm_down, ppm_up, share_ppm_up, to_micros, whole_of};
pub use unit_cost::UnitCostFact;
pub(crate) use unit_cost::unit_cost;

#[cfg(test)]
mod stretch_tests;
#[cfg(test)]
mod tests;
