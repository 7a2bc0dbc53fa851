//! The spend of a budget that points at AWS Budgets.

use std::collections::BTreeMap;

use tollgate_core::{
    Timestamp,
    budget::{Budget, ForecastReading, SpendReading, Terms},
    evidence::EvidenceStatus,
    spend::{BilledAmount, DailySpend, GivenForecast},
};

use super::{
    part::Gap,
    snapshot::{AwsBudget, Snapshot, WrittenAmount},
    spend::{BudgetSpend, NoSpend, anomalies, anomaly_gap, behind, gaps, unreadable_anomalies},
    terms::terms as terms_of,
    told::answered,
};

const BUDGETS: &str = "aws-budgets";
/// Whoever edits an AWS Budget sets its spend to nothing, until it is computed again, three times a day at best.
const EDITED_SECONDS: i64 = 86_400;
/// A new period's spend is computed within this time.
const TURNED_SECONDS: i64 = 86_400;

/// What is known of a budget that points at AWS Budgets.
pub(super) fn described(
    snapshot: &Snapshot,
    (account, name): (&String, &String),
    budget: &Budget,
    at: Timestamp,
) -> Result<BudgetSpend, Box<NoSpend>> {
    let none = |terms: Option<Terms>, gap| Box::new(NoSpend { terms, source: BUDGETS, gap });
    let part = snapshot.budgets.iter().find(|part| part.asked == *account);
    let (part, found) =
        answered(part, "AWS Budgets was not asked for this budget: fetch it again").map_err(|gap| none(None, gap))?;
    let absent = || match part.gap() {
        Some(gap) => gap.clone(),
        None => match found.unreadable.iter().find(|odd| odd.record == *name).or(found.unreadable.first()) {
            Some(odd) => Gap::error(format!("the AWS Budget `{}` of account {account}: {}", odd.record, odd.reason)),
            None => Gap::new(EvidenceStatus::NoData, format!("account {account} has no AWS Budget named `{name}`")),
        },
    };
    let found = found.read.iter().find(|found| found.name == *name).ok_or_else(|| none(None, absent()))?;
    let terms = terms_of(found, at).map_err(|gap| none(None, gap))?;
    match told(found, &terms, part.fetched_at) {
        Ok((spent, forecast)) => {
            let accounts: Vec<&String> = budget.scope.accounts.iter().collect();
            let accounts = (!accounts.is_empty()).then_some(accounts);
            let mut gaps = gaps(&[("spend", part.gap())]);
            gaps.extend(anomaly_gap(snapshot));
            let reading = SpendReading {
                source: BUDGETS.to_owned(),
                as_of: part.fetched_at,
                complete_before: behind(part.fetched_at),
                basis: terms.basis,
                daily: DailySpend::new(&terms.currency).map_err(|error| none(None, Gap::error(error.to_string())))?,
                period_total: Some(spent),
                reconciliation: None,
                untagged: None,
                forecast,
                anomalies: anomalies(snapshot, accounts.as_deref(), &budget.scope),
                unreadable: unreadable_anomalies(snapshot, accounts.as_deref(), &budget.scope),
                requests: BTreeMap::new(),
                api_requests: 0,
                api_cost_usd_micros: 0,
            };
            Ok(BudgetSpend { terms, reading, gaps })
        }
        Err(gap) => Err(none(Some(terms), gap)),
    }
}

fn told(found: &AwsBudget, terms: &Terms, at: Timestamp) -> Result<(BilledAmount, ForecastReading), Gap> {
    let name = &found.name;
    let read = |what: &str, written: &WrittenAmount| {
        if written.unit != terms.currency {
            let (theirs, ours) = (&written.unit, &terms.currency);
            return Err(Gap::error(format!(
                "the AWS Budget `{name}` has {what} in `{theirs}` and its limit in {ours}"
            )));
        }
        BilledAmount::read(&written.amount).map_err(|error| Gap::error(format!("the AWS Budget `{name}`: {error}")))
    };
    let no_spend = || Gap::new(EvidenceStatus::NoData, format!("the AWS Budget `{name}` does not say what was spent"));
    let spent = read("its spend", found.actual.as_ref().ok_or_else(no_spend)?)?;
    let edited = found.edited_at.map(|edited| (at - edited).num_seconds());
    if spent == BilledAmount::ZERO && edited.is_some_and(|seconds| seconds < EDITED_SECONDS) {
        let reason = format!(
            "the AWS Budget `{name}` was edited lately, and says that nothing was spent until it is computed again"
        );
        return Err(Gap::new(EvidenceStatus::NoData, reason));
    }
    // By the time of asking: what was asked before the period began is of the one before it, whenever it is looked at.
    let since_turn = (at - terms.bounds.starts_at).num_seconds();
    let is_as_before = found.actual_before.as_ref().is_some_and(|before| Some(before) == found.actual.as_ref());
    let may_be_old = since_turn < TURNED_SECONDS && is_as_before && spent != BilledAmount::ZERO;
    if since_turn < 0 || may_be_old {
        let reason = format!(
            "the AWS Budget `{name}` does not say yet what was spent since its period began on {}: what it says is of the \
             one before",
            terms.first_day
        );
        return Err(Gap::new(EvidenceStatus::NoData, reason));
    }
    let forecast = match &found.forecast {
        Some(written) => match read("its forecast", written) {
            Ok(mean) => ForecastReading::Given(GivenForecast {
                currency: terms.currency.clone(),
                first_day: terms.first_day,
                end_day: terms.end_day,
                mean,
                low: None,
                high: None,
            }),
            Err(gap) => ForecastReading::Unknown(gap.status, gap.reason),
        },
        None => {
            let reason = format!("the AWS Budget `{name}` has no forecast yet");
            ForecastReading::Unknown(EvidenceStatus::NoData, reason)
        }
    };
    Ok((spent, forecast))
}
