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

/// What a team spends. Amounts are in millionths of their currency, and never added across currencies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Showback {
    /// The day of UTC that it is of.
    pub day: NaiveDate,
    /// The sums of its budgets of which the spend is known, by currency.
    pub totals: Vec<ShowbackTotal>,
    /// Can the same spend be in several of its budgets, so that the sums count it several times?
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
        let mut totals: BTreeMap<&str, ShowbackTotal> = BTreeMap::new();
        for budget in &sorted {
            let (Some(currency), Some(spent), Some(limit)) =
                (budget.currency.as_deref(), budget.spent_micros, budget.limit_micros)
            else {
                continue;
            };
            let forecast = budget.forecast.as_ref().map(|forecast| forecast.mean_micros);
            let nothing = ShowbackTotal { forecast_micros: Some(0), ..ShowbackTotal::default() };
            let total = totals.entry(currency).or_insert(nothing);
            total.spent_micros = total.spent_micros.saturating_add(spent);
            total.limit_micros = total.limit_micros.saturating_add(limit);
            total.forecast_micros = total.forecast_micros.zip(forecast).map(|(sum, more)| sum.saturating_add(more));
        }
        let named = |(currency, total): (&str, ShowbackTotal)| ShowbackTotal { currency: currency.to_owned(), ..total };
        let pairs =
            |index: usize, one: &&BudgetFact| budgets.iter().skip(index + 1).any(|other| one.scope.meets(&other.scope));
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Self {
            day,
            totals: totals.into_iter().map(named).collect(),
            overlapping: budgets.iter().enumerate().any(|(index, one)| pairs(index, one)),
            budgets: sorted.iter().take(LISTED).map(|budget| ShowbackBudget::of(budget)).collect(),
            unlisted: count(sorted.len().saturating_sub(LISTED)),
            unknown: count(budgets.iter().filter(|budget| budget.spent_micros.is_none()).count()),
        }
    }

    /// Is anything known?
    pub fn says_something(&self) -> bool {
        !self.totals.is_empty()
    }

    fn summary(&self, team: &str) -> String {
        let of = |total: &ShowbackTotal| {
            let forecast = total.forecast_micros.map_or_else(
                || "forecast not known".to_owned(),
                |forecast| format!("forecast {}", cents_from_micros(forecast)),
            );
            let (spent, limit) = (cents_from_micros(total.spent_micros), cents_from_micros(total.limit_micros));
            format!("{spent} of {limit} {} spent, {forecast}", total.currency)
        };
        let totals: Vec<String> = self.totals.iter().map(of).collect();
        format!("{team} on {}: {}", self.day, totals.join("; "))
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
            let _ = writeln!(text, "\nIts budgets overlap, so the sums count some spend more than once.");
        }
    }
}

impl ShowbackBudget {
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
mod tests {
    use super::Showback;
    use crate::budget::{BudgetFact, example};

    fn fact(name: &str, currency: &str, spent: i64) -> BudgetFact {
        let fact = example::fact(&example::budget(""), &example::ten_days("2026-11-01"), example::NOW);
        BudgetFact {
            name: name.to_owned(),
            currency: Some(currency.to_owned()),
            spent_micros: Some(spent),
            share_ppm: Some(spent / 3000),
            ..fact
        }
    }

    #[test]
    fn sums_stay_within_a_currency_and_name_the_fullest_first() {
        let budgets = [fact("a", "USD", 10_000_000), fact("b", "EUR", 20_000_000), fact("c", "USD", 30_000_000)];
        let day = example::day("2026-11-11");
        let showback = Showback::of(day, &budgets.iter().collect::<Vec<_>>());
        let totals: Vec<_> =
            showback.totals.iter().map(|total| (total.currency.as_str(), total.spent_micros)).collect();
        assert_eq!(totals, [("EUR", 20_000_000), ("USD", 40_000_000)]);
        let names: Vec<_> = showback.budgets.iter().map(|budget| budget.name.as_str()).collect();
        assert_eq!(names, ["c", "b", "a"]);
        assert!(showback.overlapping, "all three are of everything");
        let (one, other) = (showback.clone(), showback);
        let (one, other) = (
            one.notice("money", None, example::time(example::NOW)),
            other.notice("money", None, example::time("2026-11-11T22:00:00Z")),
        );
        assert_eq!(one.id, other.id, "one notice a day");
        assert!(one.text().contains("SHOWBACK: money on 2026-11-11: 20.00 of 3000.00 EUR spent"), "{}", one.text());
    }

    #[test]
    fn what_is_not_known_is_counted_and_in_no_sum() {
        let unknown = BudgetFact { spent_micros: None, share_ppm: None, ..fact("u", "USD", 0) };
        let showback = Showback::of(example::day("2026-11-11"), &[&unknown]);
        assert_eq!((showback.unknown, showback.says_something()), (1, false));
    }
}
