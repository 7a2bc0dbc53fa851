//! Whether a bill can be relied on.

use super::{Budget, Scope, SpendJudging, SpendReading, Terms};
use crate::{
    evidence::{Evidence, EvidenceStatus},
    money::decimal_from_micros,
    spend::Span,
};

const DAY_SECONDS: u64 = 86_400;

/// The evidence of a budget's spend: recent, not further behind than bills are, and without a gap.
pub(super) fn evidence(
    budget: &Budget,
    terms: &Terms,
    spend: &SpendReading,
    judging: &SpendJudging,
    span: Span,
) -> Evidence {
    let expected = (span.to_come() - span.first_day).num_days();
    let missing = match spend.period_total {
        Some(_) => 0,
        None => spend.daily.missing(span.first_day, span.to_come()),
    };
    let age = (judging.now - spend.as_of).num_seconds();
    let lag = (terms.today.min(terms.end_day) - spend.complete_before).num_days();
    let bad = if age < 0 {
        Some((EvidenceStatus::Error, format!("the bill was fetched at {}, which has not been yet", spend.as_of)))
    } else if lag < -1 {
        // Today ends last in the zones west of Greenwich.
        let before = spend.complete_before;
        Some((EvidenceStatus::Error, format!("the bill knows the days before {before}, which have not been yet")))
    } else if u64::try_from(age).is_ok_and(|age| age > judging.max_age_seconds) {
        let hours = age / 3600;
        Some((EvidenceStatus::Stale, format!("the bill was fetched {hours} hours ago ({})", spend.as_of)))
    } else if lag > i64::from(judging.max_lag_days) {
        let before = spend.complete_before;
        Some((EvidenceStatus::Stale, format!("the bill knows the days before {before} only, {lag} days ago")))
    } else if missing > 0 {
        Some((EvidenceStatus::Partial, format!("{missing} of the {expected} days of the period are missing")))
    } else {
        contradiction(budget, spend, judging).map(|reason| (EvidenceStatus::Partial, reason))
    };
    let good = Evidence::ok(budget.evidence_id(), &spend.source, Some(spend.as_of));
    let (status, reason) = bad.map_or((EvidenceStatus::Ok, None), |(status, reason)| (status, Some(reason)));
    let count = u64::try_from(expected).unwrap_or(0);
    Evidence {
        status,
        reason,
        required: judging.required,
        window_seconds: Some(count.saturating_mul(DAY_SECONDS)),
        datapoints_expected: count,
        datapoints_received: count.saturating_sub(missing),
        api_requests: spend.api_requests,
        api_cost_usd_micros: spend.api_cost_usd_micros,
        ..good
    }
}

/// Why the groups that the spend was taken from cannot be relied on: they are not the whole. Of a scope that holds everything
/// the whole is what was spent, so only groups that come to more contradict it.
fn contradiction(budget: &Budget, spend: &SpendReading, judging: &SpendJudging) -> Option<String> {
    let held = spend.reconciliation.filter(|held| held.difference_micros != 0)?;
    let is_small = held.difference_ppm.is_some_and(|ppm| ppm <= judging.reconciliation_ppm);
    if is_small || budget.scope == Scope::default() && held.difference_micros > 0 {
        return None;
    }
    let [groups, whole] = [held.grouped_micros, held.ungrouped_micros].map(decimal_from_micros);
    Some(format!(
        "the groups of the bill come to {groups} and the whole bill to {whole}, so what a group has is not certain"
    ))
}
