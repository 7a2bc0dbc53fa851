//! Objectives with indicators of their own, and the composite that they make.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde_saphyr::Spanned;

use super::{Reader, slo::Common};
use crate::slo::{Budgeting, Composite, CompositeMethod, Indicator, Part, Slo, timeslice::union::common_slice};

impl Reader<'_> {
    /// The composite of objectives with indicators of their own, as "Composite SLO" of the specification has it: what burns
    /// the budget of one burns that of the whole. Its target is the strictest of theirs, so that it is spent no later.
    pub(super) fn whole(&mut self, common: &Common<'_>, parts: Vec<(Decimal, Slo)>) -> Option<Slo> {
        let at = common.metadata.name.defined;
        for (_, slo) in &parts {
            let what = match slo.indicator {
                Indicator::Composite(_) => "about others",
                Indicator::ApplicationSignals(_) => "judged by Application Signals",
                Indicator::Ratio(_) | Indicator::Raw { .. } | Indicator::Threshold { .. } => continue,
            };
            return self.refuse(&at, format!("one of the objectives is {what}: write an SLO of its own for it"));
        }
        let target = parts.iter().map(|(_, slo)| slo.target).max()?;
        let counted: Vec<Budgeting> = parts.iter().map(|(_, slo)| slo.budgeting).collect();
        let (method, budgeting) = together(&counted)?;
        let parts = parts.into_iter().map(|(weight, slo)| Part { slo: Arc::new(slo), weight }).collect();
        let indicator = Indicator::Composite(Composite { method, parts });
        Some(self.assemble(common, common.name.clone(), target, budgeting, indicator, &at))
    }

    /// Says that a weight changes nothing: a slice is bad or it is not.
    pub(super) fn warn_of_unused_weight(&mut self, method: Option<&Spanned<String>>, weight: &Spanned<String>) {
        let is_sliced = method.is_some_and(|method| method.value == "Timeslices");
        if is_sliced && weight.value.parse() != Ok(Decimal::ONE) {
            let message = "`compositeWeight` changes nothing in `Timeslices`: a slice is bad when that of any objective is; \
                           remove it, or count in `Occurrences` or `RatioTimeslices`";
            self.warn(&weight.defined, message);
        }
    }
}

/// How budgets that are all counted by one method make one, and how that is counted; none without any.
fn together(all: &[Budgeting]) -> Option<(CompositeMethod, Budgeting)> {
    let lengths = all.iter().filter_map(|budgeting| i64::try_from(budgeting.slice_seconds()?).ok());
    let slice_seconds = common_slice(lengths).map(i64::unsigned_abs);
    let strictest = all.iter().filter_map(|budgeting| match budgeting {
        Budgeting::Timeslices { slice_target, .. } => Some(*slice_target),
        Budgeting::Occurrences | Budgeting::RatioTimeslices { .. } => None,
    });
    Some(match all.first()? {
        Budgeting::Occurrences => (CompositeMethod::WorstBurnRate, Budgeting::Occurrences),
        Budgeting::Timeslices { .. } => {
            let slice_target = strictest.max()?;
            let slice_seconds = slice_seconds?;
            (CompositeMethod::AnySlice, Budgeting::Timeslices { slice_seconds, slice_target })
        }
        Budgeting::RatioTimeslices { .. } => {
            (CompositeMethod::SumOfBad, Budgeting::RatioTimeslices { slice_seconds: slice_seconds? })
        }
    })
}
