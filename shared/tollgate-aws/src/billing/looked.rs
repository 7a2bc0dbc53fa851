//! Where budgets stand by a snapshot of the bill, as facts: always one for each budget, whatever is missing.

use std::collections::BTreeSet;

use tollgate_core::{
    budget::{
        Allowance, Budget, BudgetFact, PlannedFit, SpendJudging, Terms, UnreadableFact, budget_fact, planned_fit,
    },
    cost::PlannedCostFact,
    evidence::{Evidence, EvidenceStatus},
    settings::Settings,
};

use super::{
    group::{Tags, place},
    part::Gap,
    plan::Wanted,
    snapshot::Snapshot,
    spend::{BudgetSpend, NoSpend, known, spend_of},
};

const BILL: &str = "bill";

impl Tags {
    /// As the settings `billing.owner_tag`, `billing.service_tag` and `billing.environment_tag` say.
    pub fn of(settings: &Settings) -> Self {
        let tag = |name: &str| settings.text(BILLING, name).map(ToOwned::to_owned);
        Self { owner: tag("owner_tag"), service: tag("service_tag"), environment: tag("environment_tag") }
    }
}

const BILLING: &str = "billing";

impl Wanted {
    /// As the settings of the group `billing` say. A ceiling that is not set lets nothing be paid for.
    pub fn of(settings: &Settings) -> Self {
        let number = |name: &str| settings.seconds(BILLING, name);
        let value = |name: &str| settings.thresholds.get(BILLING).and_then(|group| group.get(name));
        let names = value("forecasts").and_then(|names| names.as_array()).into_iter().flatten();
        Self {
            tags: Tags::of(settings),
            history_days: number("history_days"),
            forecasts: names.filter_map(|name| name.as_str().map(ToOwned::to_owned)).collect(),
            anomalies: value("anomalies").and_then(serde_json::Value::as_bool).unwrap_or(false),
            paid_requests_at_most: number("paid_requests_at_most"),
        }
    }
}

/// Can the bill be asked for a budget's spend?
///
/// # Errors
/// When its scope names what no tag carries, or nothing can fit it.
pub fn askable(budget: &Budget, tags: &Tags) -> Result<(), String> {
    match budget.allowance {
        Allowance::Declared(_) => place(&budget.scope, tags).map(drop),
        Allowance::AwsBudget { .. } => Ok(()),
    }
}

/// Where one budget stands.
#[derive(Debug, Clone)]
pub struct Looked {
    /// As policies see it.
    pub fact: BudgetFact,
    /// What it comes to, where that is known.
    pub terms: Option<Terms>,
    /// Parts of the bill that concern it and are missing, or older than the rest: `budget/<name>/anomalies`; and records that
    /// could not be read: `budget/<name>/anomalies/<id>`. Advisory.
    pub gaps: Vec<Evidence>,
}

/// Where a budget stands by a snapshot, or by none, which is not the same as no spend: `why_not` says why there is none.
pub fn look(snapshot: Result<&Snapshot, &Gap>, budget: &Budget, judging: &SpendJudging) -> Looked {
    let spend = match snapshot {
        Ok(snapshot) => spend_of(snapshot, budget, judging.now),
        Err(gap) => Err(Box::new(nothing(budget, gap, judging))),
    };
    let fact = budget_fact(budget, &known(&spend), judging);
    let (terms, gaps) = match spend {
        Ok(BudgetSpend { terms, gaps, .. }) => (Some(terms), gaps),
        Err(none) => (none.terms, Vec::new()),
    };
    let mut named = BTreeSet::new();
    // The forecast has evidence of its own.
    let gaps = gaps.into_iter().filter(|gap| gap.part != "forecast" && named.insert(gap.part));
    let evidence = |part: &str, gap: Gap| {
        let id = format!("{}/{part}", budget.evidence_id());
        Evidence::bad(id, &fact.evidence.source, gap.status, gap.reason).advisory()
    };
    let odd = |odd: &UnreadableFact| evidence(&format!("{}/{}", odd.part, odd.record), Gap::error(odd.reason.clone()));
    let gaps = gaps.map(|gap| evidence(gap.part, gap.gap)).chain(fact.unreadable.iter().map(odd)).collect();
    Looked { fact, terms, gaps }
}

fn nothing(budget: &Budget, gap: &Gap, judging: &SpendJudging) -> NoSpend {
    let terms = match &budget.allowance {
        Allowance::Declared(declared) => declared.terms(judging.now).ok(),
        Allowance::AwsBudget { .. } => None,
    };
    NoSpend { terms, source: BILL, gap: gap.clone() }
}

/// A planned change, held against each of the budgets in its currency.
pub fn fits(looked: &[Looked], planned: Option<&PlannedCostFact>) -> Vec<PlannedFit> {
    let planned = planned.and_then(|planned| Some((planned.monthly_increase_micros?, planned.currency.as_deref()?)));
    planned.map_or_else(Vec::new, |(increase, currency)| increase_fits(looked, increase, currency))
}

/// A monthly increase in millionths of a currency, held against each of the budgets in that currency.
pub fn increase_fits(looked: &[Looked], monthly_increase_micros: i64, currency: &str) -> Vec<PlannedFit> {
    let fit =
        |looked: &Looked| planned_fit(&looked.fact, looked.terms.as_ref()?, monthly_increase_micros, currency).ok();
    looked.iter().filter_map(fit).collect()
}

/// How the bill is known as a whole: advisory, since each budget has evidence of its own.
pub fn bill_evidence(snapshot: Result<&Snapshot, &Gap>, source: &str, not_renewed: Option<&str>) -> Evidence {
    let evidence = match (snapshot, not_renewed) {
        (Ok(snapshot), None) => Evidence::ok(BILL, source, Some(snapshot.fetched_at)),
        (Ok(snapshot), Some(reason)) => {
            Evidence { as_of: Some(snapshot.fetched_at), ..Evidence::bad(BILL, source, EvidenceStatus::Stale, reason) }
        }
        (Err(gap), _) => Evidence::bad(BILL, source, gap.status, &gap.reason),
    };
    evidence.advisory()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tollgate_core::settings::Settings;

    use super::{Tags, Wanted};

    #[test]
    fn settings_say_what_is_wanted_and_without_them_nothing_is_paid_for() {
        let thresholds = json!({"billing": {"owner_tag": "team", "service_tag": " ", "history_days": 28, "anomalies": true,
                                "forecasts": ["all"], "paid_requests_at_most": 9}});
        let settings = Settings { thresholds: serde_json::from_value(thresholds).unwrap(), ..Settings::default() };
        let wanted = Wanted::of(&settings);
        assert_eq!(wanted.tags, Tags { owner: Some("team".to_owned()), service: None, environment: None });
        assert_eq!((wanted.history_days, wanted.paid_requests_at_most, wanted.anomalies), (28, 9, true));
        assert!(wanted.forecasts.contains("all"));
        let nothing = Wanted::of(&Settings::default());
        assert_eq!((nothing.paid_requests_at_most, nothing.anomalies), (0, false));
    }
}
