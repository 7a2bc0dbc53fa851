//! From a decision about spend to how each step of each budget stands: people are told of a step once in a period.

use super::{Level, Observation, Report};
use crate::{
    budget::{BudgetFact, Enforcement, StepFact},
    decision::Decision,
    facts::CostFacts,
    finding::{Finding, Mode, Urgency},
};

const PPM_OF_A_PERCENT: u64 = 10_000;

impl Report {
    /// How the budgets stand: one subject for each step of a period, and one for each budget's bill and what else is found
    /// about it.
    pub fn of_spending(facts: &CostFacts, decision: &Decision) -> Self {
        let counts = |finding: &&Finding| finding.mode == Mode::Enforce && finding.waiver.is_none();
        let findings: Vec<&Finding> = decision.findings.iter().filter(counts).collect();
        let frame = facts.frame();
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
            observations: facts.budgets.iter().flat_map(|budget| of_budget(budget, &findings)).collect(),
        }
    }
}

fn of_budget(budget: &BudgetFact, findings: &[&Finding]) -> Vec<Observation> {
    let own: Vec<&Finding> =
        findings.iter().copied().filter(|finding| finding.evidence.contains(&budget.evidence.id)).collect();
    let (of_steps, of_bill): (Vec<&Finding>, Vec<&Finding>) =
        own.into_iter().partition(|finding| finding.rule.starts_with("cost.step_"));
    let steps = budget.steps.iter().filter_map(|step| of_step(budget, step, &of_steps));
    let level = match of_bill.iter().filter_map(|finding| finding.urgency).max() {
        Some(Urgency::Page) => Level::Page,
        Some(Urgency::Ticket) => Level::Ticket,
        None if budget.evidence.is_ok() => Level::Ok,
        None => Level::Unknown,
    };
    let bill = Observation {
        subject: budget.evidence.id.clone(),
        level,
        findings: if level == Level::Ok { Vec::new() } else { of_bill.into_iter().cloned().collect() },
        budget_remaining_ppm: budget.share_ppm.and_then(|share| 1_000_000_i64.checked_sub(share)),
        burn_rate_micro: None,
        is_idle: false,
        maintenance: None,
        clears_when: (level == Level::Unknown).then(|| "its bill is there again, whole and in time".to_owned()),
    };
    steps.chain([bill]).collect()
}

/// A step of the period that is going on; none where only the forecast is missing, which is no news of any step.
fn of_step(budget: &BudgetFact, step: &StepFact, findings: &[&Finding]) -> Option<Observation> {
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
        budget_remaining_ppm: budget.share_ppm.and_then(|share| 1_000_000_i64.checked_sub(share)),
        burn_rate_micro: None,
        is_idle: false,
        maintenance: None,
        clears_when: budget.period.as_ref().map(|period| format!("the period ends ({})", period.ends_at)),
    })
}

#[cfg(test)]
mod tests {
    use crate::{
        Timestamp,
        budget::{BudgetFact, SpendReading, example},
        decision::Decision,
        evidence::EvidenceStatus,
        facts::CostFacts,
        finding::Evaluation,
        fold::{Judgement, decide},
        notice::{Level, NoticeConfig, NoticeKind, Report, State, step},
    };

    fn facts(budget: &BudgetFact, now: &str) -> CostFacts {
        let evaluated_at: Timestamp = now.parse().unwrap();
        serde_json::from_value(serde_json::json!({
            "schema": crate::facts::FACTS_SCHEMA, "evaluated_at": now, "evaluated_at_seconds": evaluated_at.timestamp(),
            "caller": {"principal": "schedule", "may_assert_approvals": false}, "spending": {"budget": budget.name},
            "service": null, "budgets": [budget], "bill": [], "planned": null, "fits": [], "approvals": [], "waivers": [],
            "settings": {"thresholds": {"decision": {"allow_valid_seconds": 900, "pending_valid_seconds": 300,
                         "deny_valid_seconds": 60}}, "modes": {}},
        }))
        .unwrap()
    }

    fn decided(facts: &CostFacts) -> Decision {
        let evaluation = Evaluation { policy_revision: "sha256:0".to_owned(), rules: Vec::new(), findings: Vec::new() };
        let (decision_id, facts_digest) = ("d".to_owned(), "sha256:1".to_owned());
        decide(&facts.frame(), Judgement { decision_id, facts_digest, evaluation, warnings: Vec::new() })
    }

    /// What is told at each of some times, each with so many days of 150 dollars known.
    fn told(times: &[(&str, &str)]) -> Vec<(NoticeKind, Vec<(String, Level)>)> {
        let config = NoticeConfig { hold_evaluations: 1, hold_seconds: 0, cooldown_seconds: 0 };
        let mut state: Option<State> = None;
        let mut told = Vec::new();
        for (complete_before, now) in times {
            let spend = SpendReading {
                as_of: now.parse().unwrap(),
                ..example::reading("2026-10-01", complete_before, now, |_| "150".to_owned())
            };
            let facts = facts(&example::fact(&example::budget(""), &spend, now), now);
            let stepped = step(state.take(), &Report::of_spending(&facts, &decided(&facts)), &config);
            state = Some(stepped.state);
            told.extend(stepped.notice.map(|notice| {
                (notice.kind, notice.changes.into_iter().map(|change| (change.subject, change.to)).collect())
            }));
        }
        told
    }

    /// Checks follow one another every eight hours; half is spent on the tenth day and all on the twentieth.
    #[test]
    fn each_step_is_told_of_once_in_a_period() {
        let told = told(&[
            ("2026-11-05", "2026-11-05T01:00:00Z"),
            ("2026-11-05", "2026-11-05T09:00:00Z"),
            ("2026-11-11", "2026-11-11T01:00:00Z"),
            ("2026-11-11", "2026-11-11T09:00:00Z"),
            ("2026-11-21", "2026-11-21T01:00:00Z"),
            ("2026-11-22", "2026-11-22T01:00:00Z"),
        ]);
        let subject = |step: &str| format!("budget/b/2026-11-01/{step}");
        assert_eq!(
            told,
            [
                (NoticeKind::Ticket, vec![(subject("forecast/100"), Level::Ticket)]),
                (NoticeKind::Ticket, vec![(subject("actual/50"), Level::Ticket)]),
                (NoticeKind::Page, vec![(subject("actual/100"), Level::Page)]),
            ]
        );
    }

    #[test]
    fn an_old_bill_is_told_of_and_takes_no_step_back() {
        let spend = example::ten_days("2026-11-01");
        let later = "2026-11-13T06:00:00Z";
        let facts = facts(&example::fact(&example::budget(""), &spend, later), later);
        assert_eq!(facts.budgets[0].evidence.status, EvidenceStatus::Stale);
        let report = Report::of_spending(&facts, &decided(&facts));
        let levels: Vec<_> = report.observations.iter().map(|seen| seen.level).collect();
        assert_eq!(levels, [Level::Ticket, Level::Unknown, Level::Ticket, Level::Unknown]);
        assert_eq!((report.service.as_str(), report.owner.as_deref()), ("b", Some("money")));
    }

    /// Whatever the policies say: none ran here.
    #[test]
    fn spend_that_is_not_known_is_denied_without_any_rule() {
        let spend = example::ten_days("2026-11-01");
        let facts = facts(&example::fact(&example::budget(""), &spend, "2026-11-13T06:00:00Z"), "2026-11-13T06:00:00Z");
        let decision = decided(&facts);
        assert_eq!(decision.verdict, crate::decision::Verdict::Deny);
        assert!(decision.summary.contains("b in all environments may not spend more now"), "{}", decision.summary);
        let cited = decision.findings.iter().any(|finding| finding.evidence.contains(&"budget/b".to_owned()));
        assert!(cited, "{:?}", decision.findings);
    }
}
