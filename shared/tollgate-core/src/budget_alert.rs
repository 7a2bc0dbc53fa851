//! What AWS says of spend by itself: alerts of AWS Budgets, which are letters, and findings of Cost Anomaly Detection. Both
//! only say that it is time to look: what is decided rests on what the APIs then answer.

mod amount;
mod anomaly;
mod figure;
mod letter;
mod subject;

pub use anomaly::{AnomalyCause, CostAnomaly};
pub use figure::Figure;
pub use letter::{AlertLimit, BudgetAlert, Comparison};
pub use subject::AlertSubject;

/// Longer texts are neither: SNS and EventBridge carry no more.
const LONGEST: usize = 256 * 1024;

/// Why a text is no alert.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AlertError {
    /// It is longer than what carries it can be.
    #[error("the text has {0} bytes, and at most 262144 are read")]
    TooLong(usize),
    /// A line or field is not there.
    #[error("no `{0}`")]
    Missing(&'static str),
    /// A line is there twice.
    #[error("`{0}` is there twice")]
    Twice(&'static str),
    /// A line or field is not what it should be.
    #[error("`{field}` should be {expected}, and is `{came}`")]
    Odd {
        /// The line or field.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
        /// The start of what came.
        came: String,
    },
    /// The text is not JSON of the expected shape.
    #[error("the anomaly cannot be read: {0}")]
    NotJson(String),
}

impl AlertError {
    fn odd(field: &'static str, expected: &'static str, came: &str) -> Self {
        Self::Odd { field, expected, came: crate::money::excerpt(came) }
    }
}

#[cfg(test)]
mod tests;
