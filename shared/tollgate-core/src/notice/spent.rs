//! From a decision about spend to how each step of each budget stands: people are told of a step once in a period.

use super::{Level, Observation, Report};
use crate::{
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
            observations: facts.budgets.iter().flat_map(|budget| of_budget(budget, &findings)).collect(),
        }
    }
}

fn of_budget(budget: &BudgetFact, findings: &[&Finding]) -> Vec<Observation> {
    let own: Vec<&Finding> =
        findings.iter().copied().filter(|finding| finding.evidence.contains(&budget.evidence.id)).collect();
    let (of_steps, of_bill): (Vec<&Finding>, Vec<&Finding>) =
        own.into_iter().partition(|finding| finding.rule.starts_with("cost.step_"));
    let (of_anomalies, of_bill): (Vec<&Finding>, Vec<&Finding>) =
        of_bill.into_iter().partition(|finding| finding.rule == ANOMALY_RULE);
    let steps = budget.steps.iter().filter_map(|step| of_step(budget, step, &of_steps));
    let anomalies = budget.anomalies.iter().map(|anomaly| of_anomaly(budget, anomaly, &of_anomalies));
    let weightiest = of_bill.iter().filter(|finding| finding.urgency.is_some()).max_by_key(|finding| finding.urgency);
    let level = match weightiest.and_then(|finding| finding.urgency) {
        Some(urgency) => level_of(urgency),
        None if budget.evidence.is_ok() => Level::Ok,
        None => Level::Unknown,
    };
    let bill = Observation {
        headline: Some(match (weightiest, level) {
            (Some(finding), _) => finding.message.clone(),
            (None, Level::Ok) => format!("budget {} is as it should be again", budget.name),
            (None, _) => format!("it is not known what budget {} has spent", budget.name),
        }),
        size: None,
        subject: budget.evidence.id.clone(),
        level,
        findings: if level == Level::Ok { Vec::new() } else { of_bill.into_iter().cloned().collect() },
        budget_remaining_ppm: remaining(budget),
        burn_rate_micro: None,
        is_idle: false,
        maintenance: None,
        clears_when: (level == Level::Unknown).then(|| "its bill is there again, whole and in time".to_owned()),
    };
    steps.chain(anomalies).chain([bill]).collect()
}

fn level_of(urgency: Urgency) -> Level {
    match urgency {
        Urgency::Page => Level::Page,
        Urgency::Ticket => Level::Ticket,
    }
}

/// An anomaly that is open. It can grow.
fn of_anomaly(budget: &BudgetFact, anomaly: &AnomalyFact, findings: &[&Finding]) -> Observation {
    let is_of_it = |finding: &&&Finding| finding.observed.get("id").and_then(|id| id.as_str()) == Some(&anomaly.id);
    let own: Vec<Finding> = findings.iter().filter(is_of_it).map(|finding| (*finding).clone()).collect();
    let level = own.iter().filter_map(|finding| finding.urgency).max().map_or(Level::Ok, level_of);
    let impact = cents_from_micros(anomaly.impact_micros);
    let currency = budget.currency.as_deref().unwrap_or_default();
    Observation {
        subject: format!("{}/anomaly/{}", budget.evidence.id, anomaly.id),
        level,
        findings: if level == Level::Ok { Vec::new() } else { own },
        budget_remaining_ppm: remaining(budget),
        burn_rate_micro: None,
        is_idle: false,
        maintenance: None,
        clears_when: Some("it is said in the console what it was, or it is over".to_owned()),
        size: Some(anomaly.impact_micros),
        headline: Some(match level {
            Level::Ok => format!("the anomaly of budget {} is small: {impact} {currency}", budget.name),
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
        budget_remaining_ppm: remaining(budget),
        burn_rate_micro: None,
        is_idle: false,
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::{
        Timestamp,
        budget::{BudgetFact, SpendReading, example},
        decision::Decision,
        evidence::EvidenceStatus,
        facts::CostFacts,
        finding::{Effect, Evaluation, Finding, Urgency},
        fold::{Judgement, decide},
        notice::{Level, Notice, NoticeConfig, NoticeKind, Report, State, step},
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
        let changes = |notice: Notice| notice.changes.into_iter().map(|change| (change.subject, change.to)).collect();
        notices(times).into_iter().map(|notice| (notice.kind, changes(notice))).collect()
    }

    fn notices(times: &[(&str, &str)]) -> Vec<Notice> {
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
            told.extend(stepped.notice);
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

    /// An anomaly of so many dollars in each check, as its rule finds it; none where it is over.
    fn anomalies_told(impacts: &[Option<i64>]) -> Vec<(NoticeKind, String)> {
        let config = NoticeConfig { hold_evaluations: 1, hold_seconds: 0, cooldown_seconds: 0 };
        let mut state: Option<State> = None;
        let mut told = Vec::new();
        for (hour, impact) in impacts.iter().enumerate() {
            let now = format!("2026-11-02T{hour:02}:00:00Z");
            let anomaly = |dollars: &i64| crate::budget::AnomalyFact {
                id: "7c1f".to_owned(),
                about: "Amazon S3".to_owned(),
                starts_on: example::day("2026-11-01"),
                impact_micros: dollars * 1_000_000,
                impact_ppm: None,
            };
            let spend = SpendReading {
                anomalies: impact.iter().map(anomaly).collect(),
                ..example::reading("2026-10-01", "2026-11-02", "2026-11-02T00:00:00Z", |_| "10".to_owned())
            };
            let facts = facts(&example::fact(&example::budget(""), &spend, &now), &now);
            let mut decision = decided(&facts);
            decision.findings.extend(impact.map(|_| Finding {
                urgency: Some(Urgency::Ticket),
                evidence: vec!["budget/b".to_owned()],
                observed: BTreeMap::from([("id".to_owned(), "7c1f".into())]),
                ..Finding::new("cost.anomaly", Effect::RequireApproval, "an anomaly is open")
            }));
            let stepped = step(state.take(), &Report::of_spending(&facts, &decision), &config);
            state = Some(stepped.state);
            told.extend(stepped.notice.map(|notice| (notice.kind, notice.summary)));
        }
        told
    }

    #[test]
    fn an_anomaly_is_told_of_again_when_it_has_doubled() {
        let told = anomalies_told(&[Some(100), Some(100), Some(199), Some(200), Some(399), Some(150), Some(400), None]);
        let of = |dollars: u32| {
            let text = format!("budget b has an anomaly of {dollars}.00 USD since 2026-11-01: Amazon S3");
            (NoticeKind::Ticket, text)
        };
        let over = "b in all environments: budget/b/anomaly/7c1f is looked at no longer: it is not open any more";
        assert_eq!(told, [of(100), of(200), of(400), (NoticeKind::Resolved, over.to_owned())]);
    }

    #[test]
    fn a_new_period_is_no_recovery() {
        let day = |day: &str| (day.to_owned(), format!("{day}T01:00:00Z"));
        let times = [day("2026-11-21"), day("2026-12-02")];
        let times: Vec<_> = times.iter().map(|(day, time)| (day.as_str(), time.as_str())).collect();
        let notices = notices(&times);
        let page = "budget b has spent 100 % of 3000.00 USD (freeze at 100 %) (and 2 more)";
        assert_eq!(notices[0].summary, page);
        let ended = notices[1].changes.iter().filter(|change| change.to == Level::Ok);
        let reasons: Vec<_> = ended.map(|change| (change.subject.as_str(), change.reasons[0].rule.as_str())).collect();
        let subjects = ["actual/100", "actual/50", "forecast/100"].map(|step| format!("budget/b/2026-11-01/{step}"));
        assert_eq!(reasons, subjects.each_ref().map(|subject| (subject.as_str(), "period")));
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
