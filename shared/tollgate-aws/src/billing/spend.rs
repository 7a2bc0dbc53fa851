//! One budget's spend, out of a snapshot.

use chrono::{Days, NaiveDate};
use tollgate_core::{
    Timestamp,
    budget::{Allowance, AnomalyFact, Budget, ForecastReading, Known, SpendReading, Terms, Unknown},
    evidence::EvidenceStatus,
    spend::{BilledAmount, DailySpend, Reconciliation, SpendError},
};

use super::{
    aws_budget::described,
    group::{GroupKey, Limits, Place, place},
    part::{Gap, Outcome, Part},
    plan::{CostQuery, forecast_query},
    snapshot::{OpenAnomaly, Snapshot},
    table::{CostTable, Series},
};

const EXPLORER: &str = "cost-explorer";
/// Bills are behind by up to a day: yesterday is not yet whole.
const BEHIND: Days = Days::new(1);

/// What is known of a budget's spend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetSpend {
    /// What the budget comes to.
    pub terms: Terms,
    /// Its spend. Its requests and their price are none of its own: they are those of the snapshot.
    pub reading: SpendReading,
    /// What of the snapshot concerns it and is missing, or is older than the rest.
    pub gaps: Vec<PartGap>,
}

/// A part of a snapshot that is missing, or is older than the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartGap {
    /// Which: `spend`, `total`, `anomalies`, `forecast`, `requests`.
    pub part: &'static str,
    /// Why.
    pub gap: Gap,
}

/// Why nothing is known of a budget's spend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSpend {
    /// What the budget comes to, where that is known.
    pub terms: Option<Terms>,
    /// Where its spend was looked for.
    pub source: &'static str,
    /// Why there is none.
    pub gap: Gap,
}

/// The same as the core takes it.
pub fn known(spend: &Result<BudgetSpend, Box<NoSpend>>) -> Known<'_> {
    match spend {
        Ok(spend) => Ok((&spend.terms, &spend.reading)),
        Err(none) => Err(Unknown {
            terms: none.terms.as_ref(),
            source: none.source.to_owned(),
            status: none.gap.status,
            reason: none.gap.reason.clone(),
        }),
    }
}

/// A budget's spend, as a snapshot has it.
///
/// # Errors
/// When it was not asked for or did not come, cannot be told from the bill, is in two currencies, or the bill has nothing
/// at all that fits the scope: a name that is written wrong must not read as nothing spent.
pub fn spend_of(snapshot: &Snapshot, budget: &Budget, at: Timestamp) -> Result<BudgetSpend, Box<NoSpend>> {
    match &budget.allowance {
        Allowance::Declared(declared) => {
            let none = |gap| Box::new(NoSpend { terms: None, source: EXPLORER, gap });
            let begun = |error: tollgate_core::budget::TermsError| Gap::new(EvidenceStatus::NoData, error.to_string());
            let terms = declared.terms(at).map_err(|error| none(begun(error)))?;
            let place = place(&budget.scope, &snapshot.tags).map_err(|reason| none(Gap::error(reason)))?;
            let spend = billed(snapshot, &place, &terms);
            let spend = spend.map(|spend| spend.with_requests(snapshot, budget));
            spend.map_err(|gap| Box::new(NoSpend { terms: Some(terms), source: EXPLORER, gap }))
        }
        Allowance::AwsBudget { name, account } => described(snapshot, (account, name), budget, at),
    }
}

fn billed(snapshot: &Snapshot, place: &Place, terms: &Terms) -> Result<BudgetSpend, Gap> {
    let part = snapshot.cost(terms.basis, &place.group_by, &place.only);
    let (part, table) = answered(part, "the bill was not asked for this budget: fetch it again")?;
    let fitting: Vec<&Series> = table.series.iter().filter(|series| fits(&place.limits, part, series)).collect();
    if fitting.is_empty() && !place.limits.is_empty() {
        let reason = "the bill has nothing that fits its scope: see whether its names are those of the bill, and its tags \
                      are active as cost allocation tags";
        return Err(Gap::new(EvidenceStatus::NoData, reason));
    }
    let daily = daily(table, &fitting, &terms.currency)?;
    let total = snapshot.cost(terms.basis, &[], &[]);
    let whole = total.and_then(Part::known).unwrap_or(table);
    let (first, end) = (terms.first_day, terms.end_day);
    let too_large = |error: SpendError| Gap::error(error.to_string());
    // The scope that holds everything is the total; what its groups come to is known beside it.
    let owned = if place.group_by.is_empty() { snapshot.owned(terms.basis) } else { Some(part) };
    let reconciliation = reconciliation(owned, total, terms).map_err(too_large)?;
    let untagged = owned.and_then(|part| untagged(snapshot, place, part));
    let untagged = match untagged {
        Some(series) => {
            let in_currency = series.into_iter().filter(|series| series.currency == terms.currency);
            let sums = in_currency.map(|series| series.sum(first, end)).collect::<Result<Vec<_>, _>>();
            Some(sums.and_then(BilledAmount::sum).map_err(too_large)?)
        }
        None => None,
    };
    let forecast_asked = forecast_query(terms, place, snapshot.fetched_at.date_naive());
    let forecast = forecast_asked.and_then(|query| snapshot.forecasts.iter().find(|part| part.asked == query));
    let accounts = accounts(part, &fitting);
    let mut gaps = gaps(&[("spend", part.gap()), ("total", total.and_then(Part::gap))]);
    gaps.extend(anomaly_gap(snapshot));
    gaps.extend(self::gaps(&[("forecast", forecast.and_then(Part::gap))]));
    let reading = SpendReading {
        source: EXPLORER.to_owned(),
        as_of: part.fetched_at,
        complete_before: complete_before(part, whole),
        basis: terms.basis,
        daily,
        period_total: None,
        reconciliation,
        untagged,
        forecast: match forecast.map(|part| &part.outcome) {
            Some(Outcome::Known(given)) => ForecastReading::Given(given.clone()),
            Some(Outcome::Missing(gap)) => ForecastReading::Unknown(gap.status, gap.reason.clone()),
            None => ForecastReading::NotAsked,
        },
        anomalies: anomalies(snapshot, accounts.as_deref()),
        requests: Default::default(),
        api_requests: 0,
        api_cost_usd_micros: 0,
    };
    Ok(BudgetSpend { terms: terms.clone(), reading, gaps })
}

/// All groups of an answer held against the total, where both were fetched together and nothing was filtered out.
fn reconciliation(
    grouped: Option<&Part<CostQuery, CostTable>>,
    total: Option<&Part<CostQuery, CostTable>>,
    terms: &Terms,
) -> Result<Option<Reconciliation>, SpendError> {
    let Some((grouped, total)) = grouped.zip(total) else { return Ok(None) };
    let is_same_time = grouped.fetched_at == total.fetched_at && grouped.asked.only.is_empty();
    let Some((groups, whole)) = grouped.known().zip(total.known()).filter(|_| is_same_time) else { return Ok(None) };
    let sum = |table: &CostTable| table.sum(&terms.currency, terms.first_day, terms.end_day);
    Reconciliation::of(sum(groups)?, sum(whole)?).map(Some)
}

/// What of a scope carries no owner tag; none where that cannot be told.
fn untagged<'a>(snapshot: &Snapshot, place: &Place, part: &'a Part<CostQuery, CostTable>) -> Option<Vec<&'a Series>> {
    let owner = GroupKey::Tag(snapshot.tags.owner.clone()?);
    let at = part.asked.group_by.iter().position(|key| *key == owner)?;
    let fitting = part.known()?.series.iter().filter(|series| fits(&place.limits, part, series));
    Some(fitting.filter(|series| series.keys.get(at).is_some_and(String::is_empty)).collect())
}

fn fits(limits: &Limits, part: &Part<CostQuery, CostTable>, series: &Series) -> bool {
    let keys = || part.asked.group_by.iter().zip(&series.keys);
    limits.iter().all(|(key, values)| keys().any(|(asked, value)| asked == key && values.contains(value)))
}

/// The sum of some groups for each day that was answered: a group that is not there on a day had no cost.
fn daily(table: &CostTable, fitting: &[&Series], currency: &str) -> Result<DailySpend, Gap> {
    let odd = |error: SpendError| Gap::error(error.to_string());
    let other = |series: &&&Series| {
        series.currency != currency && series.amounts.iter().any(|(_, amount)| amount != BilledAmount::ZERO)
    };
    if let Some(other) = fitting.iter().find(other) {
        let reason =
            format!("a part of the bill is in {} and the budget in {currency}: they are not added up", other.currency);
        return Err(Gap::error(reason));
    }
    let mut daily = DailySpend::new(currency).map_err(odd)?;
    for (day, estimated) in &table.days {
        let amounts = fitting.iter().filter_map(|series| series.amounts.get(*day));
        let amount = BilledAmount::sum(amounts).map_err(odd)?;
        daily.add(*day, &amount.to_string(), currency, *estimated).map_err(odd)?;
    }
    Ok(daily)
}

/// The newest days of which the whole bill has nothing have not come yet, and the day before them may not be whole.
fn complete_before(part: &Part<CostQuery, CostTable>, whole: &CostTable) -> NaiveDate {
    let behind = behind(part.fetched_at);
    let something = |series: &Series| {
        let newest = series.amounts.iter().rev().find(|(_, amount)| *amount != BilledAmount::ZERO);
        newest.map(|(day, _)| day)
    };
    whole.series.iter().filter_map(something).max().map_or(part.asked.first_day, |newest| newest.min(behind))
}

/// The accounts that groups are of; none where that is not known.
fn accounts<'a>(part: &Part<CostQuery, CostTable>, fitting: &[&'a Series]) -> Option<Vec<&'a String>> {
    let at = part.asked.group_by.iter().position(|key| *key == GroupKey::Account)?;
    Some(fitting.iter().filter_map(|series| series.keys.get(at)).collect())
}

/// The anomalies of some accounts. What is of an unknown account concerns everyone.
pub(super) fn anomalies(snapshot: &Snapshot, accounts: Option<&[&String]>) -> Vec<AnomalyFact> {
    let open = snapshot.anomalies.iter().filter_map(Part::known).flatten();
    let concerns = |of: &[String]| {
        of.is_empty() || accounts.is_none_or(|accounts| of.iter().any(|account| accounts.contains(&account)))
    };
    let fact = |anomaly: &OpenAnomaly| AnomalyFact {
        id: anomaly.id.clone(),
        about: anomaly.about.clone(),
        starts_on: anomaly.starts_on,
        impact_micros: anomaly.impact_micros,
        impact_ppm: anomaly.impact_ppm,
    };
    open.filter(|anomaly| concerns(&anomaly.accounts)).map(fact).collect()
}

pub(super) fn anomaly_gap(snapshot: &Snapshot) -> Vec<PartGap> {
    gaps(&[("anomalies", snapshot.anomalies.as_ref().and_then(Part::gap))])
}

pub(super) fn gaps(parts: &[(&'static str, Option<&Gap>)]) -> Vec<PartGap> {
    let gap = |(part, gap): &(&'static str, Option<&Gap>)| Some(PartGap { part, gap: (*gap)?.clone() });
    parts.iter().filter_map(gap).collect()
}

pub(super) fn answered<'a, Q, T>(
    part: Option<&'a Part<Q, T>>,
    not_asked: &str,
) -> Result<(&'a Part<Q, T>, &'a T), Gap> {
    let part = part.ok_or_else(|| Gap::new(EvidenceStatus::NoData, not_asked))?;
    match &part.outcome {
        Outcome::Known(found) => Ok((part, found)),
        Outcome::Missing(gap) => Err(gap.clone()),
    }
}

/// The first day that is not known as a whole when it is asked for at a time.
pub(super) fn behind(at: Timestamp) -> NaiveDate {
    let day = at.date_naive();
    day.checked_sub_days(BEHIND).unwrap_or(day)
}
