//! From a decision about spend to how each step of each budget stands: people are told of a step once in a period.

use super::{
    Level, Observation, Report,
    observed::{BLIND, is_failure},
};
use crate::{
    Timestamp,
    budget::{AnomalyFact, BudgetFact, Enforcement, StepFact, StepKind},
    decision::Decision,
    facts::CostFacts,
    finding::{Finding, Mode, Urgency},
    money::cents_from_micros,
};

const PPM_OF_A_PERCENT: u64 = 10_000;
/// The rule that speaks of anomalies, each named by its `id`.
const ANOMALY_RULE: &str = "cost.anomaly";

impl Report {
    /// How the budgets stand: one subject for each step of a period, one for each open anomaly, and one for each budget's
    /// bill and what else is found about it.
    pub fn of_spending(facts: &CostFacts, decision: &Decision) -> Self {
        let counts = |finding: &&Finding| finding.mode == Mode::Enforce && finding.waiver.is_none();
        let findings: Vec<&Finding> = decision.findings.iter().filter(counts).collect();
        let frame = facts.frame();
        let is_blind = findings.iter().any(|finding| is_failure(finding));
        let service = facts.service.as_ref();
        let owner = service.and_then(|service| service.owner.clone());
        Self {
            service: frame.service.to_owned(),
            environment: frame.environment.to_owned(),
            evaluated_at: facts.evaluated_at,
            decision_id: decision.decision_id.clone(),
            owner: owner.or_else(|| facts.budgets.first().map(|budget| budget.owner.clone())),
            contact: service.and_then(|service| service.contact.clone()),
            runbook: service.and_then(|service| service.runbook.clone()),
            maintenance: None,
            period: facts.budgets.first().and_then(|budget| Some(budget.period.as_ref()?.first_day)),
            observations: (facts.budgets.iter())
                .flat_map(|budget| of_budget(budget, &findings, is_blind, facts.evaluated_at))
                .collect(),
        }
    }
}

fn of_budget(budget: &BudgetFact, findings: &[&Finding], is_blind: bool, now: Timestamp) -> Vec<Observation> {
    let own: Vec<&Finding> =
        findings.iter().copied().filter(|finding| finding.evidence.contains(&budget.evidence.id)).collect();
    let (of_steps, of_bill): (Vec<&Finding>, Vec<&Finding>) =
        own.into_iter().partition(|finding| finding.rule.starts_with("cost.step_"));
    let (of_anomalies, of_bill): (Vec<&Finding>, Vec<&Finding>) =
        of_bill.into_iter().partition(|finding| finding.rule == ANOMALY_RULE && is_of_known(budget, finding));
    let steps = budget.steps.iter().filter_map(|step| of_step(budget, step, &of_steps, now));
    let anomalies = budget.anomalies.iter().map(|anomaly| of_anomaly(budget, anomaly, &of_anomalies, is_blind, now));
    let weightiest = of_bill.iter().filter(|finding| finding.urgency.is_some()).max_by_key(|finding| finding.urgency);
    let level = match weightiest.and_then(|finding| finding.urgency) {
        Some(urgency) => level_of(urgency),
        None if budget.evidence.is_ok() && !is_blind => Level::Ok,
        None => Level::Unknown,
    };
    let bill = Observation {
        headline: Some(match (weightiest, level) {
            (Some(finding), _) => finding.message.clone(),
            (None, Level::Ok) => format!("budget {} is as it should be again", budget.name),
            (None, _) if budget.evidence.is_ok() => format!("rules that watch budget {} failed", budget.name),
            (None, _) => format!("it is not known what budget {} has spent", budget.name),
        }),
        size: None,
        subject: budget.evidence.id.clone(),
        level,
        findings: if level == Level::Ok { Vec::new() } else { of_bill.into_iter().cloned().collect() },
        budget_remaining_ppm: remaining(budget),
        burn_rate_micro: None,
        is_unseen: is_blind || !budget.evidence.is_ok(),
        calm_since: Some(now),
        maintenance: None,
        clears_when: (level == Level::Unknown).then(|| {
            let cause = if budget.evidence.is_ok() { BLIND } else { "its bill is there again, whole and in time" };
            cause.to_owned()
        }),
    };
    steps.chain(anomalies).chain([bill]).collect()
}

/// Is it about an anomaly that could be read? One that could not is a trouble of the bill.
fn is_of_known(budget: &BudgetFact, finding: &Finding) -> bool {
    let id = finding.observed.get("id").and_then(|id| id.as_str());
    budget.anomalies.iter().any(|anomaly| Some(anomaly.id.as_str()) == id)
}

fn level_of(urgency: Urgency) -> Level {
    match urgency {
        Urgency::Page => Level::Page,
        Urgency::Ticket => Level::Ticket,
    }
}

/// An anomaly that is open. It can grow.
fn of_anomaly(
    budget: &BudgetFact,
    anomaly: &AnomalyFact,
    findings: &[&Finding],
    is_blind: bool,
    now: Timestamp,
) -> Observation {
    let is_of_it = |finding: &&&Finding| finding.observed.get("id").and_then(|id| id.as_str()) == Some(&anomaly.id);
    let own: Vec<Finding> = findings.iter().filter(is_of_it).map(|finding| (*finding).clone()).collect();
    // A rule that fails ends nothing.
    let silent = if is_blind { Level::Unknown } else { Level::Ok };
    let level = own.iter().filter_map(|finding| finding.urgency).max().map_or(silent, level_of);
    let impact = cents_from_micros(anomaly.impact_micros);
    let currency = budget.currency.as_deref().unwrap_or_default();
    Observation {
        subject: format!("{}/anomaly/{}", budget.evidence.id, anomaly.id),
        level,
        findings: if level == Level::Ok { Vec::new() } else { own },
        budget_remaining_ppm: remaining(budget),
        burn_rate_micro: None,
        is_unseen: is_blind || !budget.evidence.is_ok(),
        calm_since: Some(now),
        maintenance: None,
        clears_when: Some("it is said in the console what it was, or it is over".to_owned()),
        size: Some(anomaly.impact_micros),
        headline: Some(match level {
            Level::Ok => format!("the anomaly of budget {} is small: {impact} {currency}", budget.name),
            Level::Unknown => format!("rules that watch the anomaly of budget {} failed", budget.name),
            _ => format!(
                "budget {} has an anomaly of {impact} {currency} since {}: {}",
                budget.name, anomaly.starts_on, anomaly.about
            ),
        }),
    }
}

fn remaining(budget: &BudgetFact) -> Option<i64> {
    budget.share_ppm.and_then(|share| 1_000_000_i64.checked_sub(share))
}

/// A step of the period that is going on; none where only the forecast is missing, which is no news of any step.
fn of_step(budget: &BudgetFact, step: &StepFact, findings: &[&Finding], now: Timestamp) -> Option<Observation> {
    let first_day = budget.period.as_ref()?.first_day;
    let level = match (step.reached, step.enforcement) {
        (Some(true), Enforcement::Freeze) => Level::Page,
        (Some(true), Enforcement::Inform | Enforcement::Approve) => Level::Ticket,
        (Some(false), _) => Level::Ok,
        (None, _) if budget.evidence.is_ok() => return None,
        (None, _) => Level::Unknown,
    };
    let (kind, percent) = (step.kind.as_str(), step.share_ppm / PPM_OF_A_PERCENT);
    let rest = step.share_ppm % PPM_OF_A_PERCENT;
    let share = if rest == 0 { percent.to_string() } else { format!("{percent}.{rest:04}") };
    let rule = format!("cost.step_{kind}");
    let told = findings.iter().filter(|finding| finding.rule == rule && level.weight() > 0);
    Some(Observation {
        subject: format!("{}/{first_day}/{kind}/{share}", budget.evidence.id),
        level,
        findings: told.map(|finding| (*finding).clone()).collect(),
        budget_remaining_ppm: remaining(budget),
        burn_rate_micro: None,
        is_unseen: !budget.evidence.is_ok(),
        calm_since: Some(now),
        maintenance: None,
        clears_when: budget.period.as_ref().map(|period| format!("the period ends ({})", period.ends_at)),
        size: None,
        headline: headline(budget, step, level, &share),
    })
}

/// `budget mails has spent 139 % of 400.00 USD (freeze at 100 %)`.
fn headline(budget: &BudgetFact, step: &StepFact, level: Level, at: &str) -> Option<String> {
    let (name, enforcement) = (&budget.name, step.enforcement.as_str());
    let (verb, share, limit) = match step.kind {
        StepKind::Actual => ("has spent", budget.share_ppm, budget.limit_micros),
        StepKind::Forecast => {
            ("will have spent", budget.forecast.as_ref().map(|found| found.projected_ppm), budget.limit_at_end_micros)
        }
    };
    Some(match level {
        Level::Ok => format!("budget {name} is below its step of {at} % ({}) again", step.kind.as_str()),
        Level::Unknown => format!("it is not known whether budget {name} is below its step of {at} %"),
        Level::Ticket | Level::Page => {
            let (percent, limit) = (share?.div_euclid(10_000), cents_from_micros(limit?));
            let currency = budget.currency.as_deref()?;
            format!("budget {name} {verb} {percent} % of {limit} {currency} ({enforcement} at {at} %)")
        }
    })
}
