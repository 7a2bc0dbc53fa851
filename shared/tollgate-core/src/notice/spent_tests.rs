use std::collections::BTreeMap;

use crate::{
    Timestamp,
    budget::{BudgetFact, SpendReading, example},
    decision::Decision,
    evidence::EvidenceStatus,
    facts::CostFacts,
    finding::{Effect, Evaluation, Finding, Mode, RuleRun, Urgency},
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
    decided_by(
        facts,
        vec![RuleRun { rule: "cost.settings".to_owned(), mode: Mode::Enforce, effect: Effect::Deny, judged: true }],
    )
}

fn decided_by(facts: &CostFacts, rules: Vec<RuleRun>) -> Decision {
    let evaluation =
        Evaluation { policy_revision: "sha256:0".to_owned(), rules, findings: Vec::new(), expected: Vec::new() };
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

/// It is of no anomaly that is known, and its owner is notified all the same.
#[test]
fn an_anomaly_that_cannot_be_read_is_a_trouble_of_the_bill() {
    let now = "2026-11-02T01:00:00Z";
    let spend = example::reading("2026-10-01", "2026-11-02", "2026-11-02T00:00:00Z", |_| "10".to_owned());
    let facts = facts(&example::fact(&example::budget(""), &spend, now), now);
    let mut decision = decided(&facts);
    decision.findings.push(Finding {
        urgency: Some(Urgency::Ticket),
        evidence: vec!["budget/b".to_owned()],
        observed: BTreeMap::from([("id".to_owned(), "9a".into())]),
        ..Finding::new("cost.anomaly", Effect::RequireApproval, "the budget `b` may have an anomaly")
    });
    let config = NoticeConfig { hold_evaluations: 1, hold_seconds: 0, cooldown_seconds: 0 };
    let notice = step(None, &Report::of_spending(&facts, &decision), &config).notice.unwrap();
    assert_eq!((notice.kind, notice.summary.as_str()), (NoticeKind::Ticket, "the budget `b` may have an anomaly"));
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
    let spend = example::ten_days("2026-10-14");
    let later = "2026-11-13T06:00:00Z";
    let facts = facts(&example::fact(&example::budget(""), &spend, later), later);
    assert_eq!(facts.budgets[0].evidence.status, EvidenceStatus::Stale);
    let report = Report::of_spending(&facts, &decided(&facts));
    let levels: Vec<_> = report.observations.iter().map(|seen| seen.level).collect();
    assert_eq!(levels, [Level::Ticket, Level::Unknown, Level::Ticket, Level::Unknown]);
    assert_eq!((report.service.as_str(), report.owner.as_deref()), ("b", Some("money")));
}

#[test]
fn a_rule_that_fails_ends_nothing_that_people_were_told() {
    let now = "2026-11-11T06:00:00Z";
    let facts = facts(&example::fact(&example::budget(""), &example::ten_days("2026-10-01"), now), now);
    assert!(facts.budgets[0].evidence.is_ok());
    let bill = |decision: &Decision| {
        let observations = Report::of_spending(&facts, decision).observations;
        observations.into_iter().find(|seen| seen.subject == "budget/b").map(|seen| (seen.level, seen.clears_when))
    };
    assert_eq!(bill(&decided(&facts)), Some((Level::Ok, None)));
    let blind = bill(&decided_by(&facts, Vec::new()));
    assert_eq!(blind, Some((Level::Unknown, Some("every rule can be judged again".to_owned()))));
}

/// Whatever the policies say: none ran here.
#[test]
fn spend_that_is_not_known_is_denied_without_any_rule() {
    let spend = example::ten_days("2026-10-14");
    let facts = facts(&example::fact(&example::budget(""), &spend, "2026-11-13T06:00:00Z"), "2026-11-13T06:00:00Z");
    let decision = decided_by(&facts, Vec::new());
    assert_eq!(decision.verdict, crate::decision::Verdict::Deny);
    assert!(decision.summary.contains("b in all environments may not spend more now"), "{}", decision.summary);
    let cited = decision.findings.iter().any(|finding| finding.evidence.contains(&"budget/b".to_owned()));
    assert!(cited, "{:?}", decision.findings);
}
