//! What a budget of AWS Budgets is about: cost, or something that is no money.

use std::fmt;

use crate::money::excerpt;

/// What an alert of AWS Budgets is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertSubject {
    /// Cost.
    Cost,
    /// A quantity that was used: GB, hours, requests.
    Usage,
    /// The share of reserved instances that was used.
    ReservationUtilization,
    /// The share of usage that reserved instances covered.
    ReservationCoverage,
    /// The share of Savings Plans that was used.
    SavingsPlansUtilization,
    /// The share of usage that Savings Plans covered.
    SavingsPlansCoverage,
    /// An action of the budget that was taken, or waits to be.
    Action,
    /// Something that is not known here, as AWS calls it; empty where it does not say.
    Other(String),
}

impl AlertSubject {
    /// Of what the letter calls its budget's type: `Cost`, `RI Utilization`, `SAVINGS_PLANS_COVERAGE`.
    pub(super) fn of(text: &str) -> Self {
        let plain: String = text.to_lowercase().replace(['_', '-'], " ");
        let words: Vec<&str> = plain.split_whitespace().collect();
        let has = |names: &[&str]| names.iter().any(|name| words.contains(name));
        let is_reserved = has(&["ri", "reservation", "reserved"]);
        let is_plan = has(&["savings"]);
        match (has(&["utilization", "utilisation"]), has(&["coverage"])) {
            (true, false) if is_reserved => Self::ReservationUtilization,
            (true, false) if is_plan => Self::SavingsPlansUtilization,
            (false, true) if is_reserved => Self::ReservationCoverage,
            (false, true) if is_plan => Self::SavingsPlansCoverage,
            _ if has(&["action"]) => Self::Action,
            _ if has(&["cost", "costs"]) => Self::Cost,
            _ if has(&["usage"]) => Self::Usage,
            _ => Self::Other(excerpt(text)),
        }
    }

    /// Is its figure an amount of money?
    pub(super) fn is_money(&self) -> bool {
        matches!(self, Self::Cost)
    }
}

impl fmt::Display for AlertSubject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Cost => "cost",
            Self::Usage => "usage",
            Self::ReservationUtilization => "utilization of reservations",
            Self::ReservationCoverage => "coverage by reservations",
            Self::SavingsPlansUtilization => "utilization of Savings Plans",
            Self::SavingsPlansCoverage => "coverage by Savings Plans",
            Self::Action => "an action of the budget",
            Self::Other(name) if name.is_empty() => "something that is not said",
            Self::Other(name) => name,
        })
    }
}
