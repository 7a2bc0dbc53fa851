//! From a decision about a service as it runs to how each of its subjects stands.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Level, Maintenance, Observation, Report,
    knowledge::{calm_since, is_idle},
};
use crate::{
    decision::Decision,
    facts::{MaintenanceWindow, SloGateFacts},
    finding::{Effect, Finding, FindingKind, Mode, Urgency},
    settings::Settings,
    slo::{BudgetFact, SloFact},
};

const MILLION: u64 = 1_000_000;
/// What clears it when rules failed.
pub(super) const BLIND: &str = "every rule can be judged again";
/// What clears it when unknown time decides.
const UNDECIDED: &str = "enough of its period is known to say how much of its budget is spent";
/// The window whose burn rate a notice tells, and in which nothing asked for means that there is nothing to judge.
pub(super) const TOLD_WINDOW: &str = "1h";

impl Report {
    /// How each objective of the service stands; and the service itself, where something is found that is about none of
    /// them.
    pub fn of_slos(facts: &SloGateFacts, decision: &Decision) -> Self {
        let findings: Vec<&Finding> = counting(decision).collect();
        let is_blind = findings.iter().any(|finding| is_failure(finding));
        let mut observations: Vec<Observation> =
            facts.slos.iter().map(|slo| of_objective(slo, &findings, is_blind, &facts.settings)).collect();
        let of_none = |finding: &&Finding| !facts.slos.iter().any(|slo| finding.evidence.contains(&slo.evidence.id));
        observations.push(Observation {
            is_unseen: is_blind,
            calm_since: Some(facts.evaluated_at),
            ..of_service(findings.iter().copied().filter(of_none).collect())
        });
        Self {
            service: facts.rollout.service.clone(),
            environment: facts.rollout.environment.clone(),
            evaluated_at: facts.evaluated_at,
            decision_id: decision.decision_id.clone(),
            owner: facts.service.owner.clone(),
            contact: facts.service.contact.clone(),
            runbook: facts.service.runbook.clone(),
            maintenance: first(&facts.maintenance),
            observations,
            period: None,
        }
    }
}

fn first(windows: &[MaintenanceWindow]) -> Option<Maintenance> {
    windows.first().map(|window| Maintenance { name: window.name.clone(), reason: window.reason.clone() })
}

/// The findings of a decision that count: in force, and under no exception.
pub fn counting(decision: &Decision) -> impl Iterator<Item = &Finding> {
    decision.findings.iter().filter(|finding| finding.mode == Mode::Enforce && finding.waiver.is_none())
}

/// Did a rule fail, or is it gone, so that nobody knows what it would have found?
pub fn is_failure(finding: &Finding) -> bool {
    match finding.kind {
        FindingKind::EvaluationError | FindingKind::NoRuleRan => true,
        FindingKind::RuleMissing => finding.effect > Effect::Warn,
        FindingKind::Rule | FindingKind::UnjudgedEvidence => false,
    }
}

pub(super) fn of_objective(slo: &SloFact, findings: &[&Finding], is_blind: bool, settings: &Settings) -> Observation {
    let own: Vec<&Finding> =
        findings.iter().copied().filter(|finding| finding.evidence.contains(&slo.evidence.id)).collect();
    let level = match own.iter().filter_map(|finding| finding.urgency).max() {
        Some(Urgency::Page) => Level::Page,
        Some(Urgency::Ticket) => Level::Ticket,
        // What holds rollouts up and asks for nobody is a thing that a rule could not judge.
        None if own.iter().any(|finding| finding.effect > Effect::Warn) => Level::Unknown,
        None if slo.evidence.is_ok() && !is_blind => Level::Ok,
        None => Level::Unknown,
    };
    Observation {
        subject: slo.evidence.id.clone(),
        level,
        clears_when: match level {
            Level::Unknown | Level::Ticket if slo.is_undecided => Some(UNDECIDED.to_owned()),
            _ => clears_when(level, &own, is_blind && slo.evidence.is_ok()),
        },
        findings: if level == Level::Ok { Vec::new() } else { own.into_iter().cloned().collect() },
        budget_remaining_ppm: slo.budget.as_ref().and_then(BudgetFact::known_remaining_ppm),
        burn_rate_micro: slo.windows.get(TOLD_WINDOW).and_then(|window| window.burn_rate_micro),
        // Where only old time is not known, what is new is seen.
        is_unseen: is_blind || !(slo.evidence.is_ok() || slo.is_undecided) || is_idle(slo),
        calm_since: calm_since(slo, settings),
        maintenance: first(&slo.maintenance),
        size: None,
        headline: None,
    }
}

/// A rule that fails, or that was not there, leaves the service unwatched.
fn of_service(findings: Vec<&Finding>) -> Observation {
    let unwatched = |finding: &&Finding| is_failure(finding) || finding.urgency.is_some();
    let found: Vec<Finding> = findings.into_iter().filter(unwatched).cloned().collect();
    let level = match found.iter().filter_map(|finding| finding.urgency).max() {
        _ if found.is_empty() => Level::Ok,
        Some(Urgency::Page) => Level::Page,
        Some(Urgency::Ticket) => Level::Ticket,
        None => Level::Unknown,
    };
    Observation {
        subject: "service".to_owned(),
        level,
        findings: found,
        budget_remaining_ppm: None,
        burn_rate_micro: None,
        is_unseen: false,
        calm_since: None,
        maintenance: None,
        size: None,
        headline: None,
        clears_when: (level == Level::Unknown).then(|| BLIND.to_owned()),
    }
}

/// What would clear it: the limits of its findings, each once, as the lowest that any of them has.
fn clears_when(level: Level, findings: &[&Finding], is_blind: bool) -> Option<String> {
    if level == Level::Unknown {
        let cause = if is_blind { BLIND } else { "its telemetry is there again, complete and in time" };
        return Some(cause.to_owned());
    }
    let mut limits: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, limit) in
        findings.iter().filter(|finding| finding.urgency.is_some()).flat_map(|finding| &finding.threshold)
    {
        let Some(limit) = Value::as_u64(limit) else { continue };
        let what = if name.starts_with("burn_rate") { "burn_rate" } else { name.as_str() };
        limits.entry(what).and_modify(|lowest| *lowest = limit.min(*lowest)).or_insert(limit);
    }
    let words = limits.iter().filter_map(|(name, limit)| match *name {
        "burn_rate" => Some(format!("it burns at most {} times the pace", decimal(*limit))),
        "budget_consumed_ppm" => {
            Some(format!("less than {} % of its budget is spent", decimal(limit.saturating_mul(100))))
        }
        "silent_seconds" => Some("requests come again".to_owned()),
        _ => None,
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join(" and "))
}

/// Millionths as a decimal number, without zeros at its end.
fn decimal(micro: u64) -> String {
    let (whole, part) = (micro / MILLION, micro % MILLION);
    let text = format!("{whole}.{part:06}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
