//! What has to be asked so that all budgets can be told from it: not more than that, and nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use tollgate_core::{
    Timestamp,
    budget::{Allowance, Basis, Budget, Terms},
};

use super::group::{GroupKey, Place, Tags, padded, place};

/// Cost Explorer keeps days for the last thirteen months:
/// <https://docs.aws.amazon.com/cost-management/latest/userguide/ce-what-is.html>.
const LONGEST_DAYS: u64 = 395;
/// Anomalies are kept for so long: <https://docs.aws.amazon.com/cost-management/latest/userguide/manage-ad.html>.
const ANOMALY_DAYS: u64 = 90;

/// What is wanted beside the budgets' spend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The tags that carry what the catalogue names.
    pub tags: Tags,
    /// How many days before today are fetched at least, for the weekdays' weights and for what is unusual.
    pub history_days: u64,
    /// Budgets for which AWS is asked for a forecast, by name. It can only be for accounts, or for everything: for others
    /// none is asked.
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

/// A question to Cost Explorer about days that are over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostQuery {
    /// What counts as cost.
    pub basis: Basis,
    /// Two things at most; nothing for the total.
    pub group_by: Vec<GroupKey>,
    /// What it is limited to.
    pub only: Vec<(GroupKey, Vec<String>)>,
    /// The first day.
    pub first_day: NaiveDate,
    /// The first day after it.
    pub end_day: NaiveDate,
}

impl CostQuery {
    /// The same question, whatever its days.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.answers(other.basis, &other.group_by, &other.only)
    }

    pub(super) fn answers(&self, basis: Basis, group_by: &[GroupKey], only: &[(GroupKey, Vec<String>)]) -> bool {
        self.basis == basis && self.group_by == group_by && self.only == only
    }
}

/// A question to Cost Explorer about days to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForecastQuery {
    /// What counts as cost.
    pub basis: Basis,
    /// The accounts; none for all.
    pub accounts: Vec<String>,
    /// The first day: today.
    pub first_day: NaiveDate,
    /// The first day after it.
    pub end_day: NaiveDate,
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
            anomalies_since: wanted.anomalies.then(|| before(now, ANOMALY_DAYS)),
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
        let first_day = terms.first_day.min(before(now, wanted.history_days)).max(before(now, LONGEST_DAYS));
        let today = now.date_naive();
        // Today is asked for too: what it has so far was spent.
        let end_day = today.succ_opt().unwrap_or(today);
        let query =
            |group_by: Vec<GroupKey>, only| CostQuery { basis: terms.basis, group_by, only, first_day, end_day };
        self.ask(query(Vec::new(), Vec::new()));
        match place.group_by.is_empty() {
            true => self.ask(query(padded(Vec::new(), &wanted.tags), Vec::new())),
            false => self.ask(query(place.group_by.clone(), place.only.clone())),
        }
    }

    fn ask(&mut self, query: CostQuery) {
        match self.costs.iter_mut().find(|asked| asked.is_like(&query)) {
            Some(asked) => asked.first_day = asked.first_day.min(query.first_day),
            None => self.costs.push(query),
        }
    }

    fn forecast(&mut self, terms: &Terms, place: &Place, now: Timestamp) {
        let query = forecast_query(terms, place, now.date_naive());
        self.forecasts.extend(query.filter(|query| !self.forecasts.contains(query)));
    }
}

/// The forecast that AWS can make for a place of the bill. The filters of forecasts know accounts and no tags:
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostForecast.html>.
pub(super) fn forecast_query(terms: &Terms, place: &Place, today: NaiveDate) -> Option<ForecastQuery> {
    let tagged = place.limits.keys().any(|key| matches!(key, GroupKey::Tag(_)));
    let accounts = place.limits.get(&GroupKey::Account).map(|accounts| accounts.iter().cloned().collect());
    let can_tell = !tagged && place.only.is_empty() && today < terms.end_day;
    can_tell.then(|| ForecastQuery {
        basis: terms.basis,
        accounts: accounts.unwrap_or_default(),
        first_day: today,
        end_day: terms.end_day,
    })
}

fn before(now: Timestamp, days: u64) -> NaiveDate {
    now.date_naive().checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}
