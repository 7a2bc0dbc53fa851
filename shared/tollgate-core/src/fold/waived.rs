//! Waivers and modes in a decision.

use chrono::Duration;

use super::{
    covering::covers,
    tests::{approval, facts, of, waiver},
};
use crate::{
    Timestamp,
    approval::ApprovalRequirement,
    decision::Verdict,
    finding::{Effect, Finding, Mode, Subject},
    waiver::Waiver,
};

fn at(seconds: i64) -> Timestamp {
    facts().evaluated_at + Duration::seconds(seconds)
}

fn finding(effect: Effect) -> Finding {
    Finding::new("change.freeze", effect, "frozen")
}

#[test]
fn of_several_waivers_the_one_that_lasts_longest_counts() {
    let mut facts = facts();
    for order in [[60, 300], [300, 60]] {
        facts.waivers =
            order.map(|seconds| Waiver { id: format!("w-{seconds}"), ..waiver("change.freeze", at(seconds)) }).into();
        let decision = of(&facts, vec![finding(Effect::Deny)]);
        assert_eq!((decision.verdict, decision.valid_until), (Verdict::Allow, at(300)));
        assert_eq!(decision.findings[0].waiver.as_ref().unwrap().id, "w-300");
    }
}

#[test]
fn a_waiver_that_nothing_needs_shortens_nothing() {
    let mut facts = facts();
    facts.waivers = vec![waiver("change.freeze", at(60))];
    facts.approvals = vec![approval("b", "money")];
    let approved = Finding { approval: Some(ApprovalRequirement::default()), ..finding(Effect::RequireApproval) };
    let shadow = Finding { mode: Mode::Shadow, ..finding(Effect::Deny) };
    for unneeded in [finding(Effect::Warn), approved, shadow] {
        let decision = of(&facts, vec![unneeded]);
        assert_eq!((decision.verdict, decision.valid_until), (Verdict::Allow, at(900)), "{decision:?}");
    }
}

#[test]
fn a_waiver_holds_from_its_beginning() {
    let mut facts = facts();
    for (starts_at, expected) in [(0, Verdict::Allow), (1, Verdict::Deny)] {
        facts.waivers = vec![Waiver { starts_at: Some(at(starts_at)), ..waiver("change.freeze", at(60)) }];
        assert_eq!(of(&facts, vec![finding(Effect::Deny)]).verdict, expected);
    }
}

#[test]
fn a_waiver_for_one_thing_lifts_no_finding_about_another() {
    let facts = facts();
    let none = waiver("change.freeze", at(60));
    let freeze = |name: &str| Finding { about: Some(Subject::Freeze(name.into())), ..finding(Effect::Deny) };
    let cites = |ids: &[&str]| Finding { evidence: ids.iter().map(|&id| id.into()).collect(), ..finding(Effect::Deny) };
    let of_freeze = Waiver { freeze: Some("year-end".into()), ..none.clone() };
    let of_objective = Waiver { objective: Some("pay/fast".into()), ..none.clone() };
    let of_budget = Waiver { budget: Some("pay".into()), ..none.clone() };
    for (waiver, finding, holds) in [
        (&of_freeze, freeze("year-end"), true),
        (&of_freeze, freeze("friday"), false),
        (&of_freeze, finding(Effect::Deny), false),
        (&of_objective, cites(&["slo/pay/fast"]), true),
        (&of_objective, cites(&["slo/pay/fast", "slo/pay/right"]), false),
        (&of_objective, cites(&["history"]), false),
        (&of_budget, cites(&["budget/pay", "budget/pay/forecast"]), true),
        (&of_budget, cites(&["budget/payments"]), false),
        (&Waiver { change: Some("pay/1".into()), ..none.clone() }, finding(Effect::Deny), true),
        (&Waiver { change: Some("pay/2".into()), ..none.clone() }, finding(Effect::Deny), false),
        (&none, freeze("friday"), true),
    ] {
        assert_eq!(covers(waiver, &finding, &facts.frame()), holds, "{waiver:?} {finding:?}");
    }
}

#[test]
fn a_finding_says_which_settings_changed_its_mode() {
    let mut facts = facts();
    facts.settings.modes.insert("change.freeze".into(), Mode::Shadow);
    facts.settings.modes_set_by.insert("change.freeze".into(), "data/settings/organisation.yaml".into());
    let decision = of(&facts, vec![finding(Effect::Deny)]);
    assert_eq!(decision.verdict, Verdict::Allow);
    assert_eq!(decision.findings[0].mode_set_by.as_deref(), Some("data/settings/organisation.yaml"));
    let own = of(&facts, vec![Finding { mode: Mode::Shadow, ..finding(Effect::Deny) }]);
    assert_eq!(own.findings[0].mode_set_by, None);
}
