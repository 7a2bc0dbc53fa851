//! Showback: what a team spends, once a day, for its information.

use std::{cmp::Reverse, collections::BTreeMap, fmt::Write as _};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    NOTICE_SCHEMA, Notice, NoticeKind,
    message::{LISTED, line},
    state::name,
};
use crate::{
    Timestamp,
    budget::{BudgetFact, Standing},
    money::cents_from_micros,
};

/// Budgets that a summary names one by one.
const MOST_ALONE: usize = 3;

/// What a team spends. Amounts are in millionths of their currency, and never added across currencies; nor are those of
/// budgets that can hold the same spend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Showback {
    /// The day of UTC that it is of.
    pub day: NaiveDate,
    /// The sums of its budgets of which the spend is known, by currency. There is none of a currency in which budgets overlap.
    pub totals: Vec<ShowbackTotal>,
    /// Can the same spend be in several of its budgets? Those are not added up.
    pub overlapping: bool,
    /// Its budgets, those of which the largest share is spent first, then those that are not known; at most 10.
    pub budgets: Vec<ShowbackBudget>,
    /// Budgets that are not listed.
    pub unlisted: u64,
    /// Budgets of whose spend nothing is known.
    pub unknown: u64,
}

/// The sums of a team's budgets in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShowbackTotal {
    /// ISO 4217 code.
    pub currency: String,
    /// What was spent in the periods that go on.
    pub spent_micros: i64,
    /// What may be spent in them.
    pub limit_micros: i64,
    /// What will have been spent at their ends; null when that is not known of one of them.
    pub forecast_micros: Option<i64>,
}

/// A budget of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShowbackBudget {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub standing: Standing,
    /// ISO 4217 code; null when not known.
    pub currency: Option<String>,
    /// What was spent in the period; null when not known.
    pub spent_micros: Option<i64>,
    /// The amount for the period; null when not known.
    pub limit_micros: Option<i64>,
    /// What was spent over the amount, in parts per million.
    pub share_ppm: Option<i64>,
    /// The share of the period that is over, in parts per million.
    pub elapsed_ppm: Option<u64>,
    /// What will have been spent at the end of the period; null when not known.
    pub forecast_micros: Option<i64>,
    /// When the period ends.
    pub period_ends_at: Option<Timestamp>,
    /// When the bill was fetched.
    pub as_of: Option<Timestamp>,
}

impl Showback {
    /// Of a team's budgets on a day.
    pub fn of(day: NaiveDate, budgets: &[&BudgetFact]) -> Self {
        let mut sorted = budgets.to_vec();
        sorted.sort_by_key(|budget| (Reverse(budget.share_ppm), &budget.name));
        let mut by_currency: BTreeMap<&str, Vec<&BudgetFact>> = BTreeMap::new();
        for budget in sorted.iter().filter(|budget| budget.spent_micros.is_some()) {
            by_currency.entry(budget.currency.as_deref().unwrap_or_default()).or_default().push(budget);
        }
        let apart = by_currency.iter().filter(|(_, budgets)| !overlap(budgets));
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Self {
            day,
            totals: apart.filter_map(|(currency, budgets)| ShowbackTotal::of(currency, budgets)).collect(),
            overlapping: by_currency.values().any(|budgets| overlap(budgets)),
            budgets: sorted.iter().take(LISTED).map(|budget| ShowbackBudget::of(budget)).collect(),
            unlisted: count(sorted.len().saturating_sub(LISTED)),
            unknown: count(budgets.iter().filter(|budget| budget.spent_micros.is_none()).count()),
        }
    }

    /// Is anything known?
    pub fn says_something(&self) -> bool {
        self.budgets.iter().any(|budget| budget.spent_micros.is_some())
    }

    /// The sums; of budgets that are not added up each for itself, the fullest first.
    fn summary(&self, team: &str) -> String {
        let totals = self.totals.iter().map(|total| {
            let amounts = (total.spent_micros, total.limit_micros, total.forecast_micros);
            spent("", amounts, &total.currency)
        });
        let is_added = |budget: &&ShowbackBudget| {
            self.totals.iter().any(|total| budget.currency.as_ref() == Some(&total.currency))
        };
        let alone = self.budgets.iter().filter(|budget| !is_added(budget)).filter_map(ShowbackBudget::summary);
        let parts: Vec<String> = totals.chain(alone.take(MOST_ALONE)).collect();
        let unknown = match self.unknown {
            0 => String::new(),
            1 => " (1 budget is not known)".to_owned(),
            many => format!(" ({many} budgets are not known)"),
        };
        format!("{team} on {}: {}{unknown}", self.day, parts.join("; "))
    }

    /// The notice of it: the same whoever makes it, on whatever time of its day.
    pub fn notice(self, team: &str, contact: Option<&str>, at: Timestamp) -> Notice {
        let midnight = self.day.and_time(chrono::NaiveTime::MIN).and_utc();
        let id = name("showback", team, &self.day.to_string(), midnight, 0);
        Notice {
            schema: NOTICE_SCHEMA.to_owned(),
            incident_id: id.clone(),
            id,
            kind: NoticeKind::Showback,
            service: line(team),
            environment: "all environments".to_owned(),
            summary: line(&self.summary(team)),
            changes: Vec::new(),
            open: Vec::new(),
            owner: Some(line(team)),
            contact: contact.map(line),
            runbook: None,
            decision_id: String::new(),
            evaluated_at: at,
            showback: Some(self),
        }
    }

    pub(super) fn write(&self, text: &mut String) {
        for budget in &self.budgets {
            let amount = |micros: Option<i64>| micros.map_or_else(|| "?".to_owned(), cents_from_micros);
            let percent = |ppm: i64| format!("{} %", ppm.div_euclid(10_000));
            let share = budget.share_ppm.map_or_else(|| "not known".to_owned(), percent);
            let elapsed = budget
                .elapsed_ppm
                .and_then(|ppm| i64::try_from(ppm).ok())
                .map_or_else(String::new, |ppm| format!(" with {} of the period over", percent(ppm)));
            let _ = writeln!(
                text,
                "\n{}: {share}{elapsed}\n  spent: {} of {} {}\n  forecast: {}",
                budget.name,
                amount(budget.spent_micros),
                amount(budget.limit_micros),
                budget.currency.as_deref().unwrap_or("?"),
                amount(budget.forecast_micros),
            );
        }
        if self.unlisted > 0 {
            let _ = writeln!(text, "\nand {} more", self.unlisted);
        }
        if self.overlapping {
            let _ = writeln!(text, "\nSome of its budgets hold the same spend, so they are not added up.");
        }
    }
}

/// Can the same spend be in two of them?
fn overlap(budgets: &[&BudgetFact]) -> bool {
    let meets_a_later = |(index, one): (usize, &&BudgetFact)| {
        budgets.iter().skip(index.saturating_add(1)).any(|other| one.scope.meets(&other.scope))
    };
    budgets.iter().enumerate().any(meets_a_later)
}

/// `20.00 of 3000.00 EUR spent, forecast 60.00`.
fn spent(name: &str, (spent, limit, forecast): (i64, i64, Option<i64>), currency: &str) -> String {
    let forecast = forecast.map_or_else(
        || "forecast not known".to_owned(),
        |forecast| format!("forecast {}", cents_from_micros(forecast)),
    );
    format!("{name}{} of {} {currency} spent, {forecast}", cents_from_micros(spent), cents_from_micros(limit))
}

impl ShowbackTotal {
    /// None where a sum is larger than an amount can be.
    fn of(currency: &str, budgets: &[&BudgetFact]) -> Option<Self> {
        let sum = |of: &dyn Fn(&BudgetFact) -> Option<i64>| {
            budgets.iter().try_fold(0_i64, |sum, budget| sum.checked_add(of(budget)?))
        };
        Some(Self {
            currency: currency.to_owned(),
            spent_micros: sum(&|budget| budget.spent_micros)?,
            limit_micros: sum(&|budget| budget.limit_micros)?,
            forecast_micros: sum(&|budget| Some(budget.forecast.as_ref()?.mean_micros)),
        })
    }
}

impl ShowbackBudget {
    /// `payments-api 20.00 of 3000.00 EUR spent, forecast 60.00`; none when it is not known.
    fn summary(&self) -> Option<String> {
        let amounts = (self.spent_micros?, self.limit_micros?, self.forecast_micros);
        Some(spent(&format!("{} ", self.name), amounts, self.currency.as_deref()?))
    }

    fn of(budget: &BudgetFact) -> Self {
        Self {
            name: budget.name.clone(),
            standing: budget.standing,
            currency: budget.currency.clone(),
            spent_micros: budget.spent_micros,
            limit_micros: budget.limit_micros,
            share_ppm: budget.share_ppm,
            elapsed_ppm: budget.period.as_ref().map(|period| period.elapsed_ppm),
            forecast_micros: budget.forecast.as_ref().map(|forecast| forecast.mean_micros),
            period_ends_at: budget.period.as_ref().map(|period| period.ends_at),
            as_of: budget.evidence.as_of,
        }
    }
}

#[cfg(test)]
#[path = "showback_tests.rs"]
mod tests;
