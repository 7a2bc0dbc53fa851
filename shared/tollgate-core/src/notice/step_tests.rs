//! What people are told, and when.

use chrono::TimeDelta;

use super::{Level, Maintenance, NoticeConfig, NoticeKind, Observation, Report, State, Step, step};
use crate::{
    Timestamp,
    finding::{Effect, Finding},
};

pub(super) const CONFIG: NoticeConfig = NoticeConfig { hold_evaluations: 2, hold_seconds: 900, cooldown_seconds: 3600 };

pub(super) fn at(minute: i64) -> Timestamp {
    "2026-03-29T00:00:00Z".parse::<Timestamp>().unwrap() + TimeDelta::minutes(minute)
}

pub(super) fn report(minute: i64, levels: &[(&str, Level)]) -> Report {
    let observation = |(subject, level): &(&str, Level)| Observation {
        subject: (*subject).to_owned(),
        level: *level,
        findings: vec![Finding::new("slo.burn_rate", Effect::Deny, "burn rate 16.2 exceeds 14.4")],
        budget_remaining_ppm: Some(-12_345),
        burn_rate_micro: Some(16_200_000),
        is_unseen: false,
        calm_since: Some(at(minute)),
        maintenance: None,
        clears_when: Some("the burn rate over 5 min is below 14.4".to_owned()),
        size: None,
        headline: None,
    };
    Report {
        service: "payments-api".into(),
        environment: "production".into(),
        evaluated_at: at(minute),
        decision_id: format!("decision at {minute}"),
        owner: Some("payments".into()),
        contact: Some("#payments".into()),
        runbook: Some("https://runbooks.example.com/payments-api".into()),
        maintenance: None,
        period: None,
        observations: levels.iter().map(observation).collect(),
    }
}

/// A service that is evaluated time and again.
#[derive(Default)]
pub(super) struct Watch {
    pub(super) state: Option<State>,
}

impl Watch {
    pub(super) fn step(&mut self, report: &Report) -> Step {
        let step = step(self.state.take(), report, &CONFIG);
        self.state = Some(step.state.clone());
        step
    }

    pub(super) fn see(&mut self, minute: i64, levels: &[(&str, Level)]) -> Option<NoticeKind> {
        self.step(&report(minute, levels)).notice.map(|notice| notice.kind)
    }
}

pub(super) const A: &str = "slo/availability";
pub(super) const B: &str = "slo/latency";

#[test]
fn a_page_goes_out_at_once_and_once_and_its_end_when_it_has_held() {
    let mut watch = Watch::default();
    assert_eq!(watch.see(0, &[(A, Level::Ok)]), None);
    assert_eq!(watch.see(5, &[(A, Level::Page)]), Some(NoticeKind::Page));
    assert_eq!(watch.see(10, &[(A, Level::Page)]), None);
    // The cooldown is an hour from minute 5; by then the recovery has held for long.
    for minute in [20, 40, 60] {
        assert_eq!(watch.see(minute, &[(A, Level::Ok)]), None);
    }
    assert_eq!(watch.see(65, &[(A, Level::Ok)]), Some(NoticeKind::Resolved));
    assert_eq!(watch.see(70, &[(A, Level::Ok)]), None);
    // Bad news waits for no cooldown.
    assert_eq!(watch.see(71, &[(A, Level::Page)]), Some(NoticeKind::Page));
}

#[test]
fn a_recovery_must_hold_for_both_time_and_evaluations() {
    for (recovers, resolved) in [(&[100_i64, 114][..], false), (&[115], false), (&[100, 115], true)] {
        let mut watch = Watch::default();
        watch.see(0, &[(A, Level::Page)]);
        let told: Vec<_> = recovers.iter().filter_map(|minute| watch.see(*minute, &[(A, Level::Ok)])).collect();
        assert_eq!(told == [NoticeKind::Resolved], resolved, "{recovers:?}: {told:?}");
    }
}

#[test]
fn a_ticket_becomes_a_page_at_once_and_a_page_a_ticket_when_it_has_held() {
    let mut watch = Watch::default();
    assert_eq!(watch.see(0, &[(A, Level::Ticket)]), Some(NoticeKind::Ticket));
    assert_eq!(watch.see(1, &[(A, Level::Page)]), Some(NoticeKind::Page));
    assert_eq!(watch.see(30, &[(A, Level::Ticket)]), None);
    assert_eq!(watch.see(61, &[(A, Level::Ticket)]), Some(NoticeKind::Ticket));
    assert_eq!(watch.see(62, &[(A, Level::Page)]), Some(NoticeKind::Page));
}

#[test]
fn what_is_not_known_gets_a_ticket_and_never_ends_a_page() {
    let mut watch = Watch::default();
    assert_eq!(watch.see(0, &[(A, Level::Unknown)]), None, "one gap is no news");
    assert_eq!(watch.see(1, &[(A, Level::Unknown)]), Some(NoticeKind::Ticket));
    assert_eq!(watch.see(2, &[(A, Level::Page)]), Some(NoticeKind::Page));
    for minute in (10..500).step_by(10) {
        assert_eq!(watch.see(minute, &[(A, Level::Unknown)]), None, "{minute}");
    }
    assert_eq!(watch.state.as_ref().map(State::announced), Some(Level::Page));
    // A ticket that nothing is known of any more is other news, once it has held.
    let mut watch = Watch::default();
    assert_eq!(watch.see(0, &[(A, Level::Ticket)]), Some(NoticeKind::Ticket));
    assert_eq!(watch.see(45, &[(A, Level::Unknown)]), None);
    assert_eq!(watch.see(60, &[(A, Level::Unknown)]), Some(NoticeKind::Ticket));
}

#[test]
fn silence_ends_no_page() {
    let mut watch = Watch::default();
    assert_eq!(watch.see(0, &[(A, Level::Page)]), Some(NoticeKind::Page));
    for minute in (10..500).step_by(10) {
        let mut idle = report(minute, &[(A, Level::Ok)]);
        idle.observations[0].is_unseen = true;
        assert_eq!(watch.step(&idle).notice, None, "{minute}");
    }
    assert_eq!(watch.state.as_ref().map(State::announced), Some(Level::Page));
    assert_eq!(watch.see(500, &[(A, Level::Ok)]), None);
    assert_eq!(watch.see(515, &[(A, Level::Ok)]), Some(NoticeKind::Resolved));
}

#[test]
fn the_objectives_of_a_service_share_a_notice() {
    let mut watch = Watch::default();
    let both = watch.step(&report(0, &[(B, Level::Ticket), (A, Level::Page)])).notice.unwrap();
    assert_eq!(both.kind, NoticeKind::Page);
    let levels: Vec<_> = both.changes.iter().map(|change| (change.subject.as_str(), change.to)).collect();
    assert_eq!(levels, [(A, Level::Page), (B, Level::Ticket)]);
    // One of them is well: nothing that people would do changes, so they are told with the next news.
    assert_eq!(watch.see(80, &[(A, Level::Page), (B, Level::Ok)]), None);
    assert_eq!(watch.see(100, &[(A, Level::Page), (B, Level::Ok)]), None);
    assert_eq!(watch.see(110, &[(A, Level::Ok), (B, Level::Ok)]), None);
    let end = watch.step(&report(130, &[(A, Level::Ok), (B, Level::Ok)])).notice.unwrap();
    assert_eq!((end.kind, end.changes.len(), end.open.len()), (NoticeKind::Resolved, 2, 0));
    assert_eq!(end.incident_id, both.incident_id);
    assert_ne!(end.id, both.id);
}

#[test]
fn news_of_one_objective_names_what_else_is_open() {
    let mut watch = Watch::default();
    watch.see(0, &[(A, Level::Page), (B, Level::Ok)]);
    let second = watch.step(&report(1, &[(A, Level::Page), (B, Level::Ticket)])).notice.unwrap();
    assert_eq!(second.kind, NoticeKind::Ticket);
    assert_eq!(second.open.iter().map(|open| open.subject.as_str()).collect::<Vec<_>>(), [A]);
}

#[test]
fn maintenance_withholds_and_records_and_what_still_stands_goes_out_afterwards() {
    let during = |minute, level| Report {
        maintenance: Some(Maintenance { name: "database move".into(), reason: "new hardware".into() }),
        ..report(minute, &[(A, level)])
    };
    let mut watch = Watch::default();
    watch.see(0, &[(A, Level::Ok)]);
    let withheld = watch.step(&during(5, Level::Page));
    assert_eq!(withheld.notice, None);
    assert!(withheld.keep);
    let [suppression] = withheld.suppressed.as_slice() else { panic!("{:?}", withheld.suppressed) };
    assert_eq!((suppression.subject.as_str(), suppression.level, suppression.at), (A, Level::Page, at(5)));
    assert_eq!(suppression.maintenance, "database move");
    assert_eq!(suppression.reason, "new hardware");
    // Said once, and remembered.
    let again = watch.step(&during(10, Level::Page));
    assert_eq!((again.notice, again.suppressed.len(), again.state.suppressions.len()), (None, 0, 1));
    assert_eq!(watch.see(15, &[(A, Level::Page)]), Some(NoticeKind::Page));

    let mut watch = Watch::default();
    watch.step(&during(5, Level::Page));
    // It is over before the maintenance is: nobody was told, so there is nothing to take back.
    watch.step(&during(10, Level::Ok));
    assert_eq!(watch.see(100, &[(A, Level::Ok)]), None);
    assert_eq!(watch.state.map(|state| state.suppressions.len()), Some(1));
}

#[test]
fn an_objective_that_is_retired_is_resolved_and_forgotten() {
    let mut watch = Watch::default();
    watch.see(0, &[(A, Level::Page), (B, Level::Ok)]);
    assert_eq!(watch.see(70, &[(B, Level::Ok)]), None);
    assert_eq!(watch.see(90, &[(B, Level::Ok)]), Some(NoticeKind::Resolved));
    assert_eq!(watch.state.unwrap().subjects.keys().collect::<Vec<_>>(), [B]);
}

#[test]
fn a_report_that_says_nothing_changes_nothing() {
    let mut watch = Watch::default();
    watch.see(0, &[(A, Level::Page)]);
    let before = watch.state.clone();
    for minute in [60, 120, 180] {
        assert_eq!(watch.see(minute, &[]), None);
    }
    assert_eq!(watch.state, before);
    assert_eq!(watch.see(0, &[(A, Level::Ok)]), None);
    assert_eq!(watch.state, before);
}

#[test]
fn nothing_is_kept_while_all_is_well() {
    let mut watch = Watch::default();
    assert!(!watch.step(&report(0, &[(A, Level::Ok), (B, Level::Ok)])).keep);
    assert!(!watch.step(&report(5, &[(A, Level::Ok)])).keep);
    assert!(watch.step(&report(10, &[(A, Level::Page)])).keep);
    assert!(watch.step(&report(15, &[(A, Level::Ok)])).keep);
}

#[test]
fn of_two_observations_of_one_subject_the_weightier_counts() {
    let mut watch = Watch::default();
    assert_eq!(watch.see(0, &[(A, Level::Page), (A, Level::Ok)]), Some(NoticeKind::Page));
    let mut watch = Watch::default();
    assert_eq!(watch.see(0, &[(A, Level::Ok), (A, Level::Page)]), Some(NoticeKind::Page));
}

#[test]
fn a_notice_says_all_that_a_person_needs() {
    let mut watch = Watch::default();
    let notice = watch.step(&report(0, &[(A, Level::Page)])).notice.unwrap();
    assert_eq!(
        notice.summary,
        "payments-api in production: slo/availability needs a page: burn rate 16.2 exceeds 14.4"
    );
    insta::assert_snapshot!(notice.text(), @r"
    PAGE: payments-api in production: slo/availability needs a page: burn rate 16.2 exceeds 14.4

    slo/availability: page, was ok, since 2026-03-29T00:00:00Z
      slo.burn_rate: burn rate 16.2 exceeds 14.4
      budget left: -1.2 %
      burn rate: 16.2x
      clears when: the burn rate over 5 min is below 14.4

    owner: payments
    contact: #payments
    runbook: https://runbooks.example.com/payments-api
    decision: decision at 0
    notice: sha256:e552bda1ca1b216d375c5b6d3c329ade14e4faa7d45967a693257ca7458e8d2c
    ");
}

#[test]
fn hostile_texts_cannot_break_out_of_their_line_or_fill_the_notice() {
    let mut hostile = report(0, &[(A, Level::Page)]);
    let long = format!("first\nRESOLVED: all is well\u{1b}[2J{}", "\"".repeat(10_000));
    hostile.owner = Some(long.clone());
    hostile.service.clone_from(&long);
    let finding = Finding {
        remediation: Some(long.clone()),
        runbook: Some(long.clone()),
        ..Finding::new(long.clone(), Effect::Deny, long.clone())
    };
    let observation =
        Observation { findings: vec![finding; 5], clears_when: Some(long.clone()), ..hostile.observations.remove(0) };
    let many = (0..30).map(|n| Observation { subject: format!("{n} {long}"), ..observation.clone() });
    hostile.observations = many.collect();
    let notice = step(None, &hostile, &CONFIG).notice.unwrap();
    assert!(notice.text().lines().all(|line| !line.starts_with("RESOLVED") && !line.contains('\u{1b}')));
    let bytes = serde_json::to_vec(&notice).unwrap().len();
    assert!(bytes < 200 * 1024, "{bytes}");
    assert_eq!((notice.changes.len(), notice.changes[0].reasons.len()), (10, 3));
}

#[test]
fn maintenance_of_one_objective_withholds_what_is_about_it_and_nothing_else() {
    let mut watch = Watch::default();
    let mut seen = report(0, &[(A, Level::Page), (B, Level::Page)]);
    seen.observations[0].maintenance = Some(Maintenance { name: "shared queue".into(), reason: "resize".into() });
    let step = watch.step(&seen);
    let told: Vec<_> = step.notice.unwrap().changes.into_iter().map(|change| change.subject).collect();
    assert_eq!(told, [B]);
    let withheld: Vec<_> = step.suppressed.iter().map(|one| (one.subject.as_str(), one.maintenance.as_str())).collect();
    assert_eq!(withheld, [(A, "shared queue")]);
    // What still stands when it is over goes out.
    assert_eq!(watch.see(5, &[(A, Level::Page), (B, Level::Page)]), Some(NoticeKind::Page));
}
