//! What has to be asked so that all budgets can be told from it: not more than that, and nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use tollgate_core::{
    Timestamp,
    budget::{Allowance, Budget, Terms},
};

use super::{
    group::{GroupKey, Place, Tags, padded, place},
    query::{CostQuery, ForecastQuery, Granularity, month_of},
    reach::{before, days_from, is_old, months_from},
};

/// Anomalies are kept for so long: <https://docs.aws.amazon.com/cost-management/latest/userguide/manage-ad.html>.
const ANOMALY_DAYS: u64 = 90;

/// What is wanted beside the budgets' spend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The tags that carry what the catalogue names.
    pub tags: Tags,
    /// How many days before today are fetched at least, for the weekdays' weights and for what is unusual.
    pub history_days: u64,
    /// Budgets for which AWS is asked for a forecast, by name. It can only be for accounts and services of AWS, or for
    /// everything: for others none is asked.
    pub forecasts: BTreeSet<String>,
    /// Are open anomalies wanted?
    pub anomalies: bool,
    /// The most requests to Cost Explorer that one run may pay for.
    pub paid_requests_at_most: u64,
}

impl Default for Wanted {
    /// Twelve weeks, which is as much as weekdays are weighted by; open anomalies; no forecasts, since each is paid for;
    /// fifty requests, which are half a dollar.
    fn default() -> Self {
        let (tags, forecasts) = (Tags::default(), BTreeSet::new());
        Self { tags, history_days: 84, forecasts, anomalies: true, paid_requests_at_most: 50 }
    }
}

/// What has to be asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    pub(super) tags: Tags,
    pub(super) costs: Vec<CostQuery>,
    pub(super) forecasts: Vec<ForecastQuery>,
    /// The names of budgets of AWS Budgets, by account.
    pub(super) described: BTreeMap<String, BTreeSet<String>>,
    pub(super) anomalies_since: Option<NaiveDate>,
    pub(super) paid_requests_at_most: u64,
}

impl Plan {
    /// What has to be asked for these budgets at a time. A budget that is not in force, or that the bill cannot be asked
    /// for, is left out: [`spend_of`](super::spend_of) says why.
    pub fn of<'a>(budgets: impl IntoIterator<Item = &'a Budget>, wanted: &Wanted, now: Timestamp) -> Self {
        let mut plan = Self {
            tags: wanted.tags.clone(),
            anomalies_since: wanted.anomalies.then(|| before(now.date_naive(), ANOMALY_DAYS)),
            paid_requests_at_most: wanted.paid_requests_at_most,
            ..Self::default()
        };
        for budget in budgets {
            match &budget.allowance {
                Allowance::AwsBudget { name, account } => {
                    plan.described.entry(account.clone()).or_default().insert(name.clone());
                }
                Allowance::Declared(declared) => {
                    let Ok(terms) = declared.terms(now) else { continue };
                    let Ok(place) = place(&budget.scope, &wanted.tags) else { continue };
                    plan.add(&terms, &place, wanted, now);
                    if wanted.forecasts.contains(&budget.name) {
                        plan.forecast(&terms, &place, now);
                    }
                }
            }
        }
        plan
    }

    /// The most paid requests if each answer had one page.
    pub fn questions(&self) -> usize {
        self.costs.len() + self.forecasts.len() + usize::from(self.anomalies_since.is_some())
    }

    fn add(&mut self, terms: &Terms, place: &Place, wanted: &Wanted, now: Timestamp) {
        let today = now.date_naive();
        let days_from = days_from(terms.first_day, today, wanted.history_days);
        // Today is asked for too: what it has so far was spent.
        let days = (Granularity::Daily, days_from, today.succ_opt().unwrap_or(today));
        let is_earlier = terms.first_day < days_from && months_from(terms.first_day, today).is_ok();
        let months = is_earlier.then_some((Granularity::Monthly, terms.first_day, days_from));
        for (granularity, first_day, end_day) in [Some(days), months].into_iter().flatten() {
            let basis = terms.basis;
            let query =
                |group_by: Vec<GroupKey>, only| CostQuery { basis, group_by, only, granularity, first_day, end_day };
            self.ask(query(Vec::new(), Vec::new()), today);
            let grouped = match place.group_by.is_empty() {
                true => query(padded(Vec::new(), &wanted.tags), Vec::new()),
                false => query(place.group_by.clone(), place.only.clone()),
            };
            self.ask(grouped, today);
        }
    }

    /// Asks a question together with one that is like it but for its first day. Months are asked together where all of
    /// them are whole; those that take multi-year data are on their own, since AWS may refuse them.
    fn ask(&mut self, query: CostQuery, today: NaiveDate) {
        let whole = |query: &CostQuery| query.first_day == month_of(query.first_day);
        let are_alike = |asked: &CostQuery| {
            let whole =
                whole(asked) && whole(&query) && is_old(asked.first_day, today) == is_old(query.first_day, today);
            asked.is_like(&query) || asked.granularity == query.granularity && asked.is_about(&query) && whole
        };
        match self.costs.iter_mut().find(|asked| are_alike(asked)) {
            Some(asked) => asked.first_day = asked.first_day.min(query.first_day),
            None => self.costs.push(query),
        }
    }

    fn forecast(&mut self, terms: &Terms, place: &Place, now: Timestamp) {
        let query = forecast_query(terms, place, now.date_naive());
        self.forecasts.extend(query.filter(|query| !self.forecasts.contains(query)));
    }
}

/// The forecast that AWS can make for a place of the bill. The filters of forecasts know accounts and services, and no tags:
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostForecast.html>.
pub(super) fn forecast_query(terms: &Terms, place: &Place, today: NaiveDate) -> Option<ForecastQuery> {
    let tagged = place.limits.keys().any(|key| matches!(key, GroupKey::Tag(_)));
    let named = |key| place.limits.get(&key).into_iter().flatten().cloned().collect();
    let can_tell = !tagged && place.only.is_empty() && today < terms.end_day;
    can_tell.then(|| ForecastQuery {
        basis: terms.basis,
        accounts: named(GroupKey::Account),
        aws_services: named(GroupKey::AwsService),
        first_day: today,
        end_day: terms.end_day,
    })
}
