use super::tests::{facts, judged, run};
use crate::{
    decision::Verdict,
    finding::{Effect, ExpectedRule, Finding, FindingKind, Mode, RuleRun},
    waiver::Waiver,
};

fn expected(effect: Effect, mode: Mode) -> Vec<ExpectedRule> {
    vec![ExpectedRule { rule: "change.freeze".into(), effect, mode }]
}

fn missing(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.kind == FindingKind::RuleMissing).collect()
}

#[test]
fn a_rule_that_is_gone_weaker_or_in_shadow_denies_and_is_named() {
    let freeze = |effect, mode| RuleRun { effect, mode, ..run("change.freeze") };
    for (runs, words) in [
        (vec![], "rule `change.freeze` is gone, and is expected to deny"),
        (vec![freeze(Effect::Warn, Mode::Enforce)], "can only warn, and is expected to deny"),
        (vec![freeze(Effect::RequireApproval, Mode::Enforce)], "can only ask for approval, and is expected to deny"),
        (vec![freeze(Effect::Deny, Mode::Shadow)], "is in shadow, and is expected to deny"),
    ] {
        let decision = judged(&facts(), runs, expected(Effect::Deny, Mode::Enforce));
        let found = missing(&decision.findings);
        assert_eq!((decision.verdict, found.len()), (Verdict::Deny, 1), "{words}");
        assert!(found[0].message.contains(words), "{}", found[0].message);
        assert!(found[0].remediation.as_ref().unwrap().contains("cargo tollgate policies expect"));
        assert_eq!(found[0].observed["rule"], "change.freeze");
        assert_eq!((&found[0].threshold["effect"], &found[0].threshold["mode"]), (&"deny".into(), &"enforce".into()));
    }
    let weaker = judged(&facts(), vec![freeze(Effect::Warn, Mode::Enforce)], expected(Effect::Deny, Mode::Enforce));
    let observed = &missing(&weaker.findings)[0].observed;
    assert_eq!((&observed["effect"], &observed["mode"]), (&"warn".into(), &"enforce".into()));
    let there = vec![freeze(Effect::Deny, Mode::Enforce)];
    assert_eq!(judged(&facts(), there, expected(Effect::Deny, Mode::Enforce)).verdict, Verdict::Allow);
}

#[test]
fn no_waiver_lifts_it() {
    let mut facts = facts();
    let end = facts.evaluated_at + chrono::Duration::days(1);
    facts.waivers = vec![
        Waiver { rule: "tollgate.rule_missing".into(), ..super::tests::waiver("change.freeze", end) },
        super::tests::waiver("change.freeze", end),
    ];
    assert_eq!(judged(&facts, vec![], expected(Effect::Deny, Mode::Enforce)).verdict, Verdict::Deny);
}

#[test]
fn settings_for_all_that_put_it_into_shadow_deny_and_those_of_a_team_are_named() {
    for (file, verdict) in [
        ("data/settings/defaults.yaml", Verdict::Deny),
        ("data/settings/organisation.yaml", Verdict::Deny),
        ("data/settings/organisation.yml", Verdict::Deny),
        ("data/settings/teams/money.yaml", Verdict::Allow),
        ("data/settings/services/pay.yaml", Verdict::Allow),
    ] {
        let mut facts = facts();
        facts.settings.modes.insert("change.freeze".into(), Mode::Shadow);
        facts.settings.modes_set_by.insert("change.freeze".into(), file.into());
        let decision = judged(&facts, vec![run("change.freeze")], expected(Effect::Deny, Mode::Enforce));
        let found = missing(&decision.findings);
        assert_eq!((decision.verdict, found.len()), (verdict, 1), "{file}");
        assert!(found[0].message.contains(&format!("(set by `{file}`)")), "{}", found[0].message);
    }
}

#[test]
fn a_rule_that_was_expected_in_shadow_changes_no_verdict_and_is_named() {
    let decision = judged(&facts(), vec![], expected(Effect::Deny, Mode::Shadow));
    assert_eq!((decision.verdict, missing(&decision.findings).len()), (Verdict::Allow, 1));
}

#[test]
fn rules_that_could_only_warn_or_came_to_no_end_do_not_vouch() {
    let only = |run: RuleRun| super::tests::decided(&facts(), vec![run], Vec::new(), Vec::new());
    for run in [
        RuleRun { effect: Effect::Warn, ..run("change.service") },
        RuleRun { mode: Mode::Shadow, ..run("change.service") },
        RuleRun { judged: false, ..run("change.service") },
    ] {
        let decision = only(run.clone());
        assert_eq!(decision.findings[0].kind, FindingKind::NoRuleRan, "{run:?}");
        assert_eq!(decision.verdict, Verdict::Deny, "{run:?}");
    }
    let approval = RuleRun { effect: Effect::RequireApproval, ..run("change.service") };
    assert_eq!(only(approval).verdict, Verdict::Allow);
}
