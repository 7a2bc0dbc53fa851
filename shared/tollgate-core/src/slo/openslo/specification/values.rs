//! Numbers, operators and durations, held against the text.

use rust_decimal::Decimal;
use serde_saphyr::Spanned;

use super::super::{Reader, window::shorthand};
use crate::slo::{Comparison, objective::decimal};

/// The units of a duration.
const UNITS: &str = "mhdwMQY";

impl Reader<'_> {
    /// Holds a number that must be of a kind.
    pub(super) fn hold_number(
        &mut self,
        field: &str,
        text: &Spanned<String>,
        kind: &str,
        holds: impl Fn(Decimal) -> bool,
    ) {
        if !decimal(&text.value).is_ok_and(holds) {
            self.complain(&text.defined, format!("`{field}: {}` must be {kind}", text.value));
        }
    }

    pub(super) fn hold_operator(&mut self, op: Option<&Spanned<String>>) {
        if let Some(op) = op.filter(|op| !op.value.trim().is_empty() && Comparison::from_op(&op.value).is_none()) {
            self.complain(&op.defined, format!("there is no `op: {}`: write `lt`, `lte`, `gt` or `gte`", op.value));
        }
    }

    /// Holds a duration: a number, at least so much, and its unit. What each unit is worth is left to whoever reads it.
    pub(super) fn hold_duration(&mut self, field: &str, text: &Spanned<String>, least: u64) {
        if !is_duration(&text.value, least) {
            let message = format!(
                "`{field}: {}` is not a duration: write a whole number and one of `m`, `h`, `d`, `w`, `M`, `Q`, `Y`, such \
                 as `4w`",
                text.value
            );
            self.complain(&text.defined, message);
        }
    }

    /// The SDK has no number alone; in the text one is minutes.
    pub(super) fn hold_slice(&mut self, text: &Spanned<String>) {
        let minutes = decimal(&text.value).is_ok_and(|minutes| minutes > Decimal::ZERO);
        if !minutes {
            self.hold_duration("timeSliceWindow", text, 1);
        }
    }
}

fn is_duration(text: &str, least: u64) -> bool {
    shorthand(text).is_some_and(|(number, unit)| UNITS.contains(unit) && number >= least)
}
