//! The alerts of an objective that is made of others.

use std::ops::Range;

use super::{
    joint_share,
    slices::{Several, with_parts},
};
use crate::slo::{
    alerted::{AlertFact, Burning},
    arithmetic::Spending,
    fact::{Background, Judging},
    fraction::Fraction,
    indicator::{Composite, CompositeMethod},
    judged::Judged,
    objective::Slo,
    series::Snapshot,
    timeslice::union::Union,
};

/// Its alerts, each held against what its parts come to over the alert's window; with nothing known of them where a part
/// cannot be judged.
pub(super) fn alerts(
    slo: &Slo,
    composite: &Composite,
    snapshot: &Snapshot,
    judging: &Judging,
    background: &Background,
) -> Vec<AlertFact> {
    let unknown = AlertFact::all_unknown(&slo.alerts);
    if unknown.is_empty() {
        return unknown;
    }
    let of = |several: &Several<'_>| Some(several.alerts(composite));
    with_parts(slo, composite, snapshot, judging, background, of).unwrap_or(unknown)
}

impl Several<'_> {
    fn alerts(&self, composite: &Composite) -> Vec<AlertFact> {
        let union = self.union();
        let burning = Burning {
            slo: self.slo,
            plan: self.plan,
            end: self.end,
            burn_rate: &|time| Some(self.spent_in(composite, union.as_ref(), time)?.burn_rate(self.slo.target)),
            is_excluded: &|time| self.parts.iter().all(|part| part.history.is_excluded(time)),
            events: &|_| None,
        };
        burning.alerts()
    }

    fn spent_in(&self, composite: &Composite, union: Option<&Union<'_>>, time: &Range<i64>) -> Option<Spending> {
        if composite.method == CompositeMethod::AnySlice {
            return self.observed(union?, time);
        }
        joint_share(self.slo, composite, self.parts.iter().map(|part| bad_share(part, time)))
    }
}

/// The share of bad ones of a part. In planned maintenance it spends nothing.
fn bad_share(part: &Judged<'_>, time: &Range<i64>) -> Option<Fraction> {
    let spent = part.spent_in(time).map(|spent| spent.observed().bad_share());
    spent.or_else(|| part.history.is_excluded(time).then(Fraction::zero))
}

#[cfg(test)]
#[path = "alerts_tests.rs"]
mod tests;
