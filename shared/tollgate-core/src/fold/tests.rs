use chrono::{Duration, TimeZone, Utc};
use serde_json::json;

use super::{Judgement, decide, settle, verdict};
use crate::{
    Timestamp,
    approval::{ApprovalFact, ApprovalRequirement},
    change::Purpose,
    closed::ClosedTime,
    decision::{Decision, Verdict},
    evidence::{Evidence, EvidenceStatus},
    facts::{ChangeFacts, ChangeSpend, FreezeWindow},
    finding::{Effect, Evaluation, ExpectedRule, Finding, FindingKind, Mode, RuleRun},
    waiver::Waiver,
};

pub(crate) fn facts() -> ChangeFacts {
    let evidence = |id: &str| serde_json::to_value(Evidence::ok(id, "test", None)).unwrap();
    serde_json::from_value(json!({
        "schema": crate::facts::FACTS_SCHEMA, "gate": "change",
        "evaluated_at": "2026-11-21T09:00:00Z", "evaluated_at_seconds": 1_795_251_600,
        "caller": {"principal": "ci", "may_assert_approvals": true},
        "change": {"id": "pay/1", "service": "pay", "environment": "production", "type": "normal", "author": "github:1"},
        "service": {"evidence": evidence("service"), "name": "pay", "known": true, "tier": "tier_1", "owner": "money",
                    "contact": null, "environments": ["production"], "runbook": null},
        "slos": [], "dependencies": [],
        "history": {"evidence": evidence("history"), "window_seconds": 86400, "this_change": [], "in_progress": [],
                    "allowed": 0, "with_outcome": 0, "failed": 0, "failure_rate_ppm": null, "last_failure": null},
        "freezes": {"evidence": evidence("freezes"), "active": [], "next": null},
        "approvals": [], "cost": null, "waivers": [],
        "settings": {"thresholds": {"decision": {"allow_valid_seconds": 900, "pending_valid_seconds": 300,
                     "deny_valid_seconds": 60}}, "modes": {}},
    }))
    .unwrap()
}

pub(super) fn approval(by: &str, group: &str) -> ApprovalFact {
    ApprovalFact { by: by.into(), at: None, groups: vec![group.into()], counts: true, reason: None }
}

pub(super) fn waiver(rule: &str, expires_at: Timestamp) -> Waiver {
    Waiver {
        id: "w-7".into(),
        rule: rule.into(),
        service: "pay".into(),
        environments: Vec::new(),
        freeze: None,
        objective: None,
        budget: None,
        change: None,
        owner: "head-of-money".into(),
        reason: "tax deadline".into(),
        starts_at: None,
        expires_at,
    }
}

pub(super) fn run(rule: &str) -> RuleRun {
    RuleRun { rule: rule.into(), mode: Mode::Enforce, effect: Effect::Deny, judged: true }
}

pub(super) fn of(facts: &ChangeFacts, findings: Vec<Finding>) -> Decision {
    let rules = findings.iter().map(|finding| run(&finding.rule)).chain([run("change.service")]).collect();
    decided(facts, rules, findings, Vec::new())
}

/// These rules ran and found nothing, beside one that nobody expected.
pub(super) fn judged(facts: &ChangeFacts, rules: Vec<RuleRun>, expected: Vec<ExpectedRule>) -> Decision {
    decided(facts, rules.into_iter().chain([run("change.service")]).collect(), Vec::new(), expected)
}

pub(super) fn decided(
    facts: &ChangeFacts,
    rules: Vec<RuleRun>,
    findings: Vec<Finding>,
    expected: Vec<ExpectedRule>,
) -> Decision {
    let evaluation = Evaluation { policy_revision: "sha256:p".into(), rules, findings, expected };
    let judgement =
        Judgement { decision_id: "01J".into(), facts_digest: "sha256:f".into(), evaluation, warnings: Vec::new() };
    decide(&facts.frame(), judgement)
}

#[test]
fn no_finding_allows_only_if_a_rule_ran() {
    assert_eq!(of(&facts(), Vec::new()).verdict, Verdict::Allow);
    let nothing =
        Evaluation { policy_revision: String::new(), rules: Vec::new(), findings: Vec::new(), expected: Vec::new() };
    let findings = settle(&facts().frame(), &nothing);
    assert_eq!(findings[0].kind, FindingKind::NoRuleRan);
    assert!(findings[0].remediation.as_ref().unwrap().contains("`GET /v1/health`"), "{findings:?}");
    assert_eq!(verdict(&findings), Verdict::Deny);
}

#[test]
fn rules_in_shadow_alone_do_not_vouch() {
    let mut facts = facts();
    facts.settings.modes.insert("change.service".into(), Mode::Shadow);
    assert_eq!(of(&facts, Vec::new()).verdict, Verdict::Deny);
}

#[test]
fn a_pending_change_is_allowed_once_the_named_people_approve() {
    let mut facts = facts();
    let finding = Finding {
        approval: Some(ApprovalRequirement { group: Some("money".into()), count: 2 }),
        ..Finding::new("change.approvals", Effect::RequireApproval, "two people of `money` must approve")
    };
    facts.approvals = vec![approval("b", "money"), approval("x", "other")];
    let pending = of(&facts, vec![finding.clone()]);
    assert_eq!(pending.verdict, Verdict::Pending);
    assert_eq!((pending.awaiting[0].count, pending.awaiting[0].received), (2, 1));
    assert_eq!(pending.awaiting[0].group.as_deref(), Some("money"));
    facts.approvals.push(approval("c", "money"));
    let allowed = of(&facts, vec![finding]);
    assert_eq!(allowed.verdict, Verdict::Allow);
    assert_eq!(allowed.findings[0].approved_by, ["b", "c"]);
    assert!(allowed.awaiting.is_empty());
}

#[test]
fn a_waiver_lifts_a_finding_until_it_expires_and_the_decision_ends_with_it() {
    let mut facts = facts();
    let end = facts.evaluated_at + Duration::seconds(120);
    facts.waivers = vec![Waiver { environments: vec!["production".into()], ..waiver("change.freeze", end) }];
    let freeze = || vec![Finding::new("change.freeze", Effect::Deny, "frozen")];
    let waived = of(&facts, freeze());
    assert_eq!((waived.verdict, waived.valid_until), (Verdict::Allow, end));
    assert_eq!(waived.findings[0].waiver.as_ref().unwrap().reason, "tax deadline");
    facts.evaluated_at = end;
    assert_eq!(of(&facts, freeze()).verdict, Verdict::Deny);
    facts.evaluated_at = end - Duration::seconds(1);
    facts.change.environment = "staging".into();
    assert_eq!(of(&facts, freeze()).verdict, Verdict::Deny);
}

#[test]
fn a_failed_rule_cannot_be_waived() {
    let mut facts = facts();
    facts.waivers = vec![waiver("change.freeze", facts.evaluated_at + Duration::days(1))];
    let error =
        Finding { kind: FindingKind::EvaluationError, ..Finding::new("change.freeze", Effect::Deny, "timed out") };
    assert_eq!(of(&facts, vec![error]).verdict, Verdict::Deny);
}

#[test]
fn bad_evidence_that_no_enforced_rule_speaks_of_denies() {
    let mut facts = facts();
    facts.history.evidence = Evidence::bad("history", "ledger", EvidenceStatus::Error, "the table did not answer");
    let cites = |effect, mode| Finding {
        evidence: vec!["history".into()],
        mode,
        ..Finding::new("change.evidence", effect, "m")
    };
    let unjudged = of(&facts, Vec::new());
    assert_eq!(unjudged.verdict, Verdict::Deny);
    let finding = &unjudged.findings[0];
    assert!(finding.message.contains("the table did not answer"), "{}", finding.message);
    assert_eq!(finding.kind, FindingKind::UnjudgedEvidence);
    assert!(finding.remediation.as_ref().unwrap().contains("restore the source"), "{finding:?}");
    assert_eq!(of(&facts, vec![cites(Effect::Warn, Mode::Enforce)]).verdict, Verdict::Deny);
    assert_eq!(of(&facts, vec![cites(Effect::Deny, Mode::Shadow)]).verdict, Verdict::Deny);
    assert_eq!(of(&facts, vec![cites(Effect::RequireApproval, Mode::Enforce)]).verdict, Verdict::Pending);
    facts.history.evidence.required = false;
    let advisory = of(&facts, Vec::new());
    assert_eq!(advisory.verdict, Verdict::Allow);
    assert_eq!(advisory.findings[0].effect, Effect::Warn);
}

#[test]
fn shadow_changes_nothing_but_the_record() {
    let facts = facts();
    let shadow = Finding { mode: Mode::Shadow, ..Finding::new("change.new", Effect::Deny, "would deny") };
    let decision = of(&facts, vec![shadow]);
    assert_eq!(decision.verdict, Verdict::Allow);
    assert_eq!(decision.findings.len(), 1);
}

#[test]
fn the_summary_counts_warnings_that_count() {
    let warn = |rule: &str| Finding::new(rule, Effect::Warn, "w");
    let shadow = |finding| Finding { mode: Mode::Shadow, ..finding };
    let of = |findings| of(&facts(), findings).summary;
    let waits = Finding { approval: None, ..Finding::new("change.c", Effect::RequireApproval, "m") };
    let unheard = of(vec![shadow(warn("change.a")), shadow(waits)]);
    assert!(unheard.ends_with("3 rules judged, none holds it up"), "{unheard}");
    let heard = of(vec![warn("change.a"), warn("change.b"), shadow(warn("change.c"))]);
    assert!(heard.ends_with("4 rules judged, none holds it up, 2 warnings"), "{heard}");
}

#[test]
fn an_allow_ends_where_the_next_freeze_begins() {
    let mut facts = facts();
    assert_eq!(of(&facts, Vec::new()).valid_until, facts.evaluated_at + Duration::minutes(15));
    let starts_at = facts.evaluated_at + Duration::minutes(4);
    facts.freezes.next = Some(FreezeWindow {
        name: "f".into(),
        reason: "r".into(),
        owner: "o".into(),
        starts_at,
        ends_at: starts_at + Duration::days(1),
    });
    assert_eq!(of(&facts, Vec::new()).valid_until, starts_at);
    facts.settings.thresholds.clear();
    assert_eq!(
        of(&facts, Vec::new()).valid_until,
        facts.evaluated_at,
        "without a setting an answer is good for now only"
    );
}

#[test]
fn asking_again_makes_sense_when_the_last_known_obstacle_ends() {
    let at = |minute| Some(Utc.with_ymd_and_hms(2026, 11, 21, 10, minute, 0).unwrap());
    let deny = |rule: &str, retry_at| Finding { retry_at, ..Finding::new(rule, Effect::Deny, "m") };
    assert_eq!(of(&facts(), vec![deny("a", at(5)), deny("b", at(30))]).retry_at, at(30));
    assert_eq!(of(&facts(), vec![deny("a", at(5)), deny("b", None)]).retry_at, None);
    // An approval may come at any time, so it puts nothing off.
    let awaiting = Finding::new("c", Effect::RequireApproval, "m");
    assert_eq!(of(&facts(), vec![deny("a", at(5)), awaiting.clone()]).retry_at, at(5));
    assert_eq!(of(&facts(), vec![awaiting]).retry_at, None);
}

#[test]
fn nobody_is_asked_to_come_back_in_a_freeze() {
    let at = |hour, minute| Utc.with_ymd_and_hms(2026, 11, 21, hour, minute, 0).unwrap();
    let mut facts = facts();
    facts.freezes.closed = vec![
        ClosedTime { starts_at: at(10, 30), ends_at: Some(at(16, 0)) },
        ClosedTime { starts_at: at(20, 0), ends_at: None },
    ];
    let deny = |retry_at| Finding { retry_at: Some(retry_at), ..Finding::new("a", Effect::Deny, "m") };
    let of_freeze = |retry_at| Finding { evidence: vec!["freezes".into()], ..deny(retry_at) };
    for (retry_at, expected) in [
        (at(10, 29), Some(at(10, 29))),
        (at(10, 30), Some(at(16, 0))),
        (at(15, 59), Some(at(16, 0))),
        (at(16, 0), Some(at(16, 0))),
        (at(21, 0), None),
    ] {
        let decision = of(&facts, vec![deny(retry_at)]);
        assert_eq!(decision.retry_at, expected, "{retry_at}");
        assert_eq!(decision.findings[0].retry_at, expected, "the finding says the same");
    }
    // A warning holds nothing up: it says what it said.
    let warned = of(&facts, vec![Finding { effect: Effect::Warn, ..deny(at(11, 0)) }]);
    assert_eq!(warned.findings[0].retry_at, Some(at(11, 0)));
    // A fix may pass a freeze with an approval: only the freeze itself waits for its end.
    facts.change.purpose = Purpose::Fix;
    assert_eq!(of(&facts, vec![deny(at(11, 0))]).retry_at, Some(at(11, 0)));
    assert_eq!(of(&facts, vec![of_freeze(at(11, 0))]).retry_at, Some(at(16, 0)));
}

#[test]
fn the_summary_says_what_holds_it_up() {
    let decision = of(
        &facts(),
        vec![
            Finding::new("change.z", Effect::Warn, "w"),
            Finding::new("change.b", Effect::RequireApproval, "needs approval"),
            Finding::new("change.a", Effect::Deny, "burn rate 16.2 exceeds 14.4"),
        ],
    );
    let expected = "pay in production may not change now: burn rate 16.2 exceeds 14.4 (and one more finding)";
    assert_eq!(decision.summary, expected);
    let allowed = of(&facts(), vec![Finding::new("change.z", Effect::Warn, "w")]);
    assert_eq!(allowed.summary, "pay in production may change: 2 rules judged, none holds it up, one warns");
}

#[test]
fn a_budget_of_which_nothing_is_known_never_passes_in_silence() {
    let budget = crate::budget::example::budget("");
    let none = crate::budget::Unknown {
        terms: None,
        source: "ledger".into(),
        status: EvidenceStatus::NoData,
        reason: "no bill was fetched yet".into(),
    };
    let mut judging = crate::budget::example::judging("2026-11-21T09:00:00Z");
    let mut decided = |required: bool| {
        judging.required = required;
        let budgets = vec![crate::budget::budget_fact(&budget, &Err(none.clone()), &judging)];
        let spend = ChangeSpend { budgets_declared: 1, budgets, fits: Vec::new() };
        of(&ChangeFacts { spend: Some(spend), ..facts() }, Vec::new())
    };
    assert_eq!(decided(true).verdict, Verdict::Deny);
    let told = decided(false);
    assert_eq!(told.verdict, Verdict::Allow);
    let evidence: Vec<&String> = told.findings.iter().flat_map(|finding| &finding.evidence).collect();
    assert_eq!(evidence, ["budget/b/forecast", "budget/b"]);
}

#[test]
fn facts_from_before_there_were_budgets_are_written_as_they_were_read() {
    let written = serde_json::to_value(facts()).unwrap();
    assert!(written.get("spend").is_none(), "their digest stays what it was");
    assert_eq!(serde_json::from_value::<ChangeFacts>(written).unwrap(), facts());
}
