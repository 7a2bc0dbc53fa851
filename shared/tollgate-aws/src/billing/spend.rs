//! One budget's spend, out of a snapshot.

use chrono::{Days, NaiveDate};
use tollgate_core::{
    Timestamp,
    budget::{Allowance, AnomalyFact, Budget, ForecastReading, Known, Scope, SpendReading, Terms, Unknown},
    evidence::EvidenceStatus,
    spend::{Reconciliation, SpendError},
};

use super::{
    aws_budget::described,
    group::{GroupKey, Limits, Place, place},
    part::{Gap, Outcome, Part},
    plan::forecast_query,
    snapshot::{OpenAnomaly, Snapshot},
    table::Series,
    told::Told,
};

const EXPLORER: &str = "cost-explorer";
/// Bills are behind by up to a day: yesterday is not yet whole.
const BEHIND: Days = Days::new(1);
/// What has no record for longer than this is not late: nothing was used.
const LATEST_DAYS: i64 = 10;

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
    /// Which: `spend`, `months`, `total`, `anomalies`, `forecast`, `requests`.
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
            let spend = billed(snapshot, &budget.scope, &place, &terms);
            let spend = spend.map(|spend| spend.with_requests(snapshot, budget));
            spend.map_err(|gap| Box::new(NoSpend { terms: Some(terms), source: EXPLORER, gap }))
        }
        Allowance::AwsBudget { name, account } => described(snapshot, (account, name), budget, at),
    }
}

fn billed(snapshot: &Snapshot, scope: &Scope, place: &Place, terms: &Terms) -> Result<BudgetSpend, Gap> {
    let (first, end) = (terms.first_day, terms.end_day);
    let told = Told::of_place(snapshot, terms.basis, place, first)?;
    let fits = |series: &Series| fits(&place.limits, &place.group_by, series);
    if !place.limits.is_empty() && !told.series().any(fits) {
        let reason = "the bill has nothing that fits its scope: see whether its names are those of the bill, and its tags \
                      are active as cost allocation tags";
        return Err(Gap::new(EvidenceStatus::NoData, reason));
    }
    let daily = told.daily(fits, &terms.currency)?;
    let total = Told::of(snapshot, terms.basis, &[], &[], first);
    let too_large = |error: SpendError| Gap::error(error.to_string());
    // The scope that holds everything is the total; what its groups come to is known beside it.
    let owned = match place.group_by.is_empty() {
        true => Told::owned(snapshot, &snapshot.tags, terms.basis, first).ok(),
        false => Some(told),
    };
    let complete_before = complete_before(&told, owned.as_ref().filter(|owned| owned.asked().only.is_empty()));
    let reconciliation = reconciliation(owned.as_ref(), total.as_ref().ok(), terms).map_err(too_large)?;
    let untagged = owned.zip(owner_of(snapshot, owned.as_ref())).map(|(owned, at)| {
        let is_nobodys = |series: &Series| series.keys.get(at).is_some_and(String::is_empty);
        let is_told = |series: &Series| series.currency == terms.currency && fits(series) && is_nobodys(series);
        owned.sum(is_told, first, end)
    });
    let forecast_asked = forecast_query(terms, place, snapshot.fetched_at.date_naive());
    let forecast = forecast_asked.and_then(|query| snapshot.forecasts.iter().find(|part| part.asked == query));
    let accounts = accounts(&told, fits);
    let [days, months] = told.gaps();
    let total_gap = total.as_ref().map_or_else(Some, |total| total.gaps().into_iter().flatten().next());
    let mut gaps = gaps(&[("spend", days), ("months", months), ("total", total_gap)]);
    gaps.extend(anomaly_gap(snapshot));
    gaps.extend(self::gaps(&[("forecast", forecast.and_then(Part::gap))]));
    let reading = SpendReading {
        source: EXPLORER.to_owned(),
        as_of: told.fetched_at(),
        complete_before,
        basis: terms.basis,
        daily,
        period_total: None,
        reconciliation,
        untagged: untagged.transpose().map_err(too_large)?,
        forecast: match forecast.map(|part| &part.outcome) {
            Some(Outcome::Known(given)) => ForecastReading::Given(given.clone()),
            Some(Outcome::Missing(gap)) => ForecastReading::Unknown(gap.status, gap.reason.clone()),
            None => ForecastReading::NotAsked,
        },
        anomalies: anomalies(snapshot, accounts.as_deref(), scope),
        requests: Default::default(),
        api_requests: 0,
        api_cost_usd_micros: 0,
    };
    Ok(BudgetSpend { terms: terms.clone(), reading, gaps })
}

/// All groups of an answer held against the total, where both were fetched together and nothing was filtered out.
fn reconciliation(
    grouped: Option<&Told<'_>>,
    total: Option<&Told<'_>>,
    terms: &Terms,
) -> Result<Option<Reconciliation>, SpendError> {
    let held =
        grouped.zip(total).filter(|(grouped, total)| grouped.is_beside(total) && grouped.asked().only.is_empty());
    let Some((grouped, total)) = held else { return Ok(None) };
    let is_told = |series: &Series| series.currency == terms.currency;
    let sum = |told: &Told<'_>| told.sum(is_told, terms.first_day, terms.end_day);
    Reconciliation::of(sum(grouped)?, sum(total)?).map(Some)
}

/// Where among the keys of an answer's groups the owner is; none where it is not grouped by it.
fn owner_of(snapshot: &Snapshot, told: Option<&Told<'_>>) -> Option<usize> {
    let owner = GroupKey::Tag(snapshot.tags.owner.clone()?);
    told?.asked().group_by.iter().position(|key| *key == owner)
}

fn fits(limits: &Limits, group_by: &[GroupKey], series: &Series) -> bool {
    let keys = || group_by.iter().zip(&series.keys);
    limits.iter().all(|(key, values)| keys().any(|(asked, value)| asked == key && values.contains(value)))
}

/// The first day that is not known as a whole: of those that were asked for and answered, the last ones before the bill was
/// fetched may still come. What days cost says nothing of that: a day of nothing is known. But where no group at all has a
/// record of the newest days, and of the days before them some has, they have not come yet; no bill is later than ten days.
fn complete_before(told: &Told<'_>, groups: Option<&Told<'_>>) -> NaiveDate {
    let answered = told.days().days.last_key_value().and_then(|(day, _)| day.succ_opt());
    let answered = answered.unwrap_or(told.asked().first_day).min(behind(told.days_fetched_at()));
    let recorded = groups.into_iter().flat_map(|groups| &groups.days().series);
    let newest = recorded.filter_map(|series| series.amounts.iter().next_back()).map(|(day, _)| day).max();
    // The day of the newest records may not be whole.
    newest.filter(|newest| (0..=LATEST_DAYS).contains(&(answered - *newest).num_days())).unwrap_or(answered)
}

/// The accounts that groups which fit are of; none where that is not known.
fn accounts<'a>(told: &Told<'a>, fits: impl Fn(&Series) -> bool) -> Option<Vec<&'a String>> {
    let at = told.asked().group_by.iter().position(|key| *key == GroupKey::Account)?;
    Some(told.series().filter(|series| fits(series)).filter_map(|series| series.keys.get(at)).collect())
}

/// The anomalies of some accounts and of a scope's services of AWS. What is of an unknown account or service concerns
/// everyone.
pub(super) fn anomalies(snapshot: &Snapshot, accounts: Option<&[&String]>, scope: &Scope) -> Vec<AnomalyFact> {
    let open = snapshot.anomalies.iter().filter_map(Part::known).flatten();
    let concerns = |of: &[String], ours: Option<&[&String]>| {
        of.is_empty() || ours.is_none_or(|ours| of.iter().any(|name| ours.contains(&name)))
    };
    let services: Vec<&String> = scope.aws_services.iter().collect();
    let services = (!services.is_empty()).then_some(services.as_slice());
    let fact = |anomaly: &OpenAnomaly| AnomalyFact {
        id: anomaly.id.clone(),
        about: anomaly.about.clone(),
        starts_on: anomaly.starts_on,
        impact_micros: anomaly.impact_micros,
        impact_ppm: anomaly.impact_ppm,
    };
    let ours =
        |anomaly: &&OpenAnomaly| concerns(&anomaly.accounts, accounts) && concerns(&anomaly.aws_services, services);
    open.filter(ours).map(fact).collect()
}

pub(super) fn anomaly_gap(snapshot: &Snapshot) -> Vec<PartGap> {
    gaps(&[("anomalies", snapshot.anomalies.as_ref().and_then(Part::gap))])
}

pub(super) fn gaps(parts: &[(&'static str, Option<&Gap>)]) -> Vec<PartGap> {
    let gap = |(part, gap): &(&'static str, Option<&Gap>)| Some(PartGap { part, gap: (*gap)?.clone() });
    parts.iter().filter_map(gap).collect()
}

/// The first day that is not known as a whole when it is asked for at a time.
pub(super) fn behind(at: Timestamp) -> NaiveDate {
    let day = at.date_naive();
    day.checked_sub_days(BEHIND).unwrap_or(day)
}
