//! Waivers and modes in a decision.

use chrono::Duration;

use super::{
    covering::covers,
    tests::{approval, facts, of, waiver},
};
use crate::{
    Timestamp,
    approval::ApprovalRequirement,
    catalogue::tests::ASKED,
    closed::closed_times,
    decision::Verdict,
    facts::{FREEZES, FreezeWindow},
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
        assert_eq!(covers(waiver, &finding, &facts.frame(), facts.evaluated_at), holds, "{waiver:?} {finding:?}");
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

fn window(name: &str, starts_at: i64, ends_at: i64) -> FreezeWindow {
    FreezeWindow {
        name: name.into(),
        reason: "stock-taking".into(),
        owner: "shops".into(),
        starts_at: at(starts_at),
        ends_at: at(ends_at),
    }
}

/// A waiver for a freeze, from one time to another.
fn lifts(freeze: &str, starts_at: i64, expires_at: i64) -> Waiver {
    let id = format!("{freeze}-{starts_at}");
    Waiver {
        id,
        freeze: Some(freeze.into()),
        starts_at: Some(at(starts_at)),
        ..waiver("change.freeze", at(expires_at))
    }
}

fn frozen(window: &FreezeWindow) -> Finding {
    Finding {
        about: Some(Subject::Freeze(window.name.clone())),
        evidence: vec![FREEZES.into()],
        retry_at: Some(window.ends_at),
        ..finding(Effect::Deny)
    }
}

#[test]
fn an_allow_lasts_as_long_as_nothing_holds_it_up_as_far_as_calendars_know() {
    let (now, soon) = (window("inventory", -60, 600), window("inventory", 120, 3600));
    for (why, active, upcoming, waivers, expected) in [
        ("nothing is near", None, None, vec![], 900),
        ("a freeze begins", None, Some(&soon), vec![], 120),
        ("it is waived while the answer holds", None, Some(&soon), vec![lifts("inventory", 0, 3600)], 900),
        ("it is waived until then", None, Some(&soon), vec![lifts("inventory", 0, 120)], 120),
        ("it is waived for a part of it", None, Some(&soon), vec![lifts("inventory", 0, 240)], 240),
        ("another one is waived", None, Some(&soon), vec![lifts("audit", 0, 3600)], 120),
        (
            "the waiver is of another gate",
            None,
            Some(&soon),
            vec![Waiver { rule: "slo.x".into(), ..lifts("inventory", 0, 3600) }],
            120,
        ),
        ("the waiver ends in the freeze", Some(&now), None, vec![lifts("inventory", -60, 240)], 240),
        (
            "another follows on the waiver",
            Some(&now),
            None,
            vec![lifts("inventory", -60, 240), lifts("inventory", 240, 500)],
            500,
        ),
        ("the freeze ends before the waiver", Some(&now), None, vec![lifts("inventory", -60, 700)], 900),
        ("it begins again", Some(&now), Some(&window("inventory", 800, 850)), vec![lifts("inventory", -60, 700)], 800),
    ] {
        let mut facts = facts();
        facts.freezes.active.extend(active.cloned());
        facts.freezes.upcoming.extend(upcoming.cloned());
        facts.freezes.next = upcoming.cloned();
        facts.waivers = waivers;
        let decision = of(&facts, active.map(frozen).into_iter().collect());
        assert_eq!((decision.verdict, decision.valid_until), (Verdict::Allow, at(expected)), "{why}");
    }
}

/// Nothing in the facts speaks of the freeze that is waived, so the end of it is not known.
#[test]
fn a_waiver_of_what_is_not_known_to_end_shortens() {
    let mut facts = facts();
    facts.waivers = vec![lifts("inventory", -60, 240)];
    assert_eq!(of(&facts, vec![frozen(&window("inventory", -60, 100))]).valid_until, at(240));
}

#[test]
fn asking_again_makes_sense_when_a_waiver_begins() {
    let held = window("inventory", -60, 3600);
    for (waivers, expected) in [
        (vec![], 3600),
        (vec![lifts("inventory", 600, 1200)], 600),
        (vec![lifts("inventory", 900, 1200), lifts("inventory", 600, 700)], 600),
        (vec![lifts("audit", 600, 1200)], 3600),
        (vec![lifts("inventory", 5000, 6000)], 3600),
    ] {
        let mut facts = facts();
        facts.freezes.active = vec![held.clone()];
        let closed = held.held(&waivers, &ASKED);
        facts.freezes.closed = closed_times(closed, facts.evaluated_at, at(90_000));
        facts.waivers = waivers;
        let decision = of(&facts, vec![frozen(&held)]);
        assert_eq!((decision.verdict, decision.retry_at), (Verdict::Deny, Some(at(expected))));
    }
}
