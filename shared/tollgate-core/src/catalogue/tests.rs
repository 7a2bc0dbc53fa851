#[path = "objectives_tests.rs"]
mod objectives;
#[path = "sources_tests.rs"]
mod sources;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Catalogue, Freeze, reading::assembled};
use crate::{
    Timestamp,
    closed::open_from,
    data::DataError,
    evidence::Evidence,
    facts::{FreezeFact, FreezeWindow},
};

pub(super) const DEFAULTS: (&str, &str) = (
    "data/settings/defaults.yaml",
    "\
thresholds:
  slo: {max_age_seconds: {value: 600, tighter: lower, meaning: m}}
  change:
    history_window_seconds: {value: 86400, tighter: fixed, meaning: m}
    approval_max_age_seconds: {value: 86400, tighter: lower, meaning: m}
  cost:
    spend_max_age_seconds: {value: 43200, tighter: lower, meaning: m}
    spend_max_lag_days: {value: 2, tighter: lower, meaning: m}
    weekday_min_weeks: {value: 4, tighter: higher, meaning: m}
  decision:
    allow_valid_seconds: {value: 900, tighter: lower, meaning: m}
    deny_valid_seconds: {value: 60, tighter: lower, meaning: m}
    pending_valid_seconds: {value: 60, tighter: lower, meaning: m}
",
);
pub(super) const SERVICE: (&str, &str) = (
    "data/services/pay.yaml",
    "name: pay\ntier: tier_1\nowner: money\nenvironments: [production]\ndependencies: [db]\n",
);
pub(super) const TEAM: (&str, &str) = ("data/teams/money.yaml", "name: money\nmembers: ['github:7']\n");

fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    [DEFAULTS].iter().chain(files).map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
}

/// Files that are each in order, whatever becomes of the names in them.
fn read(of: &[(&str, &str)]) -> Result<Catalogue, Vec<String>> {
    let (catalogue, errors, _) = assembled(&files(of), None);
    if errors.is_empty() { Ok(catalogue) } else { Err(errors.iter().map(DataError::by_line).collect()) }
}

/// The names that lead nowhere.
fn dangling(of: &[(&str, &str)]) -> Vec<String> {
    let (_, _, dangling) = assembled(&files(of), None);
    dangling.iter().map(DataError::by_line).collect()
}

fn freeze(entry: &str) -> Result<Freeze, String> {
    let text = format!("freezes:\n  - {{name: f, owner: o, reason: r, {entry}}}\n");
    read(&[("data/calendars/c.yaml", &text)])
        .map(|catalogue| catalogue.freezes[0].clone())
        .map_err(|errors| errors.concat())
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn a_service_its_team_and_its_members_are_found() {
    let catalogue = read(&[SERVICE, TEAM]).unwrap();
    assert_eq!(catalogue.services["pay"].owner, "money");
    assert_eq!(catalogue.groups_of("GitHub:7"), ["money"]);
    assert!(catalogue.groups_of("github:8").is_empty());
}

#[test]
fn what_gates_read_themselves_must_be_declared() {
    let errors = read(&[(DEFAULTS.0, "thresholds: {slo: {x: {value: 1, tighter: lower, meaning: m}}}")]).unwrap_err();
    for needed in
        ["slo.max_age_seconds", "cost.spend_max_age_seconds", "cost.spend_max_lag_days", "cost.weekday_min_weeks"]
    {
        let expected = format!("`thresholds.{needed}` must be declared, as a whole number");
        assert!(errors.iter().any(|error| error.contains(&expected)), "{needed}: {errors:?}");
    }
}

#[test]
fn names_that_lead_nowhere_are_listed() {
    assert_eq!(
        dangling(&[SERVICE]),
        [
            "data/services/pay.yaml:3: owner `money` has no file in `data/teams`: write one, or name another",
            "data/services/pay.yaml:5: dependency `db` has no file in `data/services`: write one, or name another",
        ]
    );
    let silent = read(&[SERVICE]).unwrap().without_objectives();
    assert_eq!(
        silent[0].to_string(),
        "data/services/pay.yaml: `pay` has no objective in `data/slos`: its changes are denied"
    );
}

#[test]
fn what_is_not_well_formed_is_refused_with_its_place() {
    for (file, text, expected) in [
        ("data/services/pay.yaml", "name: pya", "data/services/pay.yaml"),
        ("data/services/x.yaml", SERVICE.1, "the file should be `pay.yaml`"),
        ("data/services/pay.yaml", "name: pay\ntier: tier_9\nowner: o\nenvironments: []", "data/services/pay.yaml:2"),
        ("data/service/pay.yaml", SERVICE.1, "`service` is not read by anything"),
        (
            "data/waivers/w.yaml",
            "waivers: [{id: w, rule: change.freeze, service: pay, owner: o, reason: r, starts_at: x}]",
            "expires_at",
        ),
        ("data/callers.yaml", "callers: [{principal: '*', may_assert_approvals: true}]", "callers that nobody knows"),
        (
            "data/callers.yaml",
            "callers: [{principal: anonymous, may_assert_approvals: true}]",
            "callers that nobody knows",
        ),
        ("data/callers.yaml", "callers: [{principal: 'a*', may_assert_approvals: true}]", "callers that nobody knows"),
        ("data/callers.yaml", "callers: [{principal: '*', may_report_outcomes: true}]", "callers that nobody knows"),
    ] {
        let errors = read(&[(file, text)]).unwrap_err();
        assert!(errors.iter().any(|error| error.contains(expected)), "{expected}: {errors:?}");
    }
}

#[test]
fn only_named_callers_may_assert_approvals() {
    let callers = "callers:\n- {principal: 'arn:aws:sts::111122223333:assumed-role/ci-*/*', may_assert_approvals: true}\n- {principal: local}\n";
    let catalogue = read(&[("data/callers.yaml", callers)]).unwrap();
    assert!(catalogue.may_assert_approvals("arn:aws:sts::111122223333:assumed-role/ci-deploy/run-5"));
    assert!(!catalogue.may_assert_approvals("arn:aws:sts::444455556666:assumed-role/ci-deploy/run-5"));
    assert!(!catalogue.may_assert_approvals("local"));
    assert!(!read(&[]).unwrap().may_assert_approvals("direct"), "without the file nobody may");
}

#[test]
fn only_named_callers_may_report_what_came_of_the_changes_of_others() {
    let callers = "callers:\n- {principal: 'arn:aws:sts::111122223333:assumed-role/watch/*', may_report_outcomes: true}\n- {principal: ci, may_assert_approvals: true}\n";
    let catalogue = read(&[("data/callers.yaml", callers)]).unwrap();
    assert!(catalogue.may_report_outcomes("arn:aws:sts::111122223333:assumed-role/watch/w"));
    assert!(!catalogue.may_assert_approvals("arn:aws:sts::111122223333:assumed-role/watch/w"));
    assert!(!catalogue.may_report_outcomes("ci") && !catalogue.may_report_outcomes("anonymous"));
    assert!(!read(&[]).unwrap().may_report_outcomes("local"), "without the file nobody may");
}

/// The window that holds at a time, and the next one.
fn around(freeze: &Freeze, at: Timestamp) -> (Option<FreezeWindow>, Option<FreezeWindow>) {
    let catalogue = Catalogue { freezes: vec![freeze.clone()], ..Catalogue::default() };
    let fact = catalogue.freezes_at("pay", "production", at, Evidence::ok("freezes", "catalogue", None));
    (fact.active.into_iter().next(), fact.next)
}

#[test]
fn a_freeze_holds_from_its_start_to_before_its_end() {
    let freeze = freeze("time_zone: Europe/Berlin, starts: 2026-12-18T18:00, ends: 2027-01-04T08:00").unwrap();
    let (active, next) = around(&freeze, at("2026-12-18T16:59:59Z"));
    assert_eq!((active, next.unwrap().starts_at), (None, at("2026-12-18T17:00:00Z")));
    assert_eq!(around(&freeze, at("2026-12-18T17:00:00Z")).0.unwrap().ends_at, at("2027-01-04T07:00:00Z"));
    assert!(around(&freeze, at("2027-01-04T06:59:59Z")).0.is_some());
    assert_eq!(around(&freeze, at("2027-01-04T07:00:00Z")), (None, None));
}

#[test]
fn a_recurring_freeze_keeps_its_local_hours_when_the_clocks_change() {
    let freeze = freeze(
        "time_zone: Europe/Berlin, starts: 2026-10-02T16:00, ends: 2026-10-02T23:00, rrule: 'FREQ=WEEKLY;BYDAY=FR'",
    )
    .unwrap();
    // Summer time ends on 25 October 2026: 16:00 is 14:00 UTC before and 15:00 UTC after.
    assert!(around(&freeze, at("2026-10-23T14:00:00Z")).0.is_some());
    assert!(around(&freeze, at("2026-10-30T14:59:59Z")).0.is_none());
    assert_eq!(around(&freeze, at("2026-10-30T15:00:00Z")).0.unwrap().ends_at, at("2026-10-30T22:00:00Z"));
    assert_eq!(around(&freeze, at("2026-10-30T15:00:00Z")).1.unwrap().starts_at, at("2026-11-06T15:00:00Z"));
}

#[test]
fn hours_that_the_clocks_repeat_or_leave_out_belong_to_the_freeze() {
    let autumn = freeze("time_zone: Europe/Berlin, starts: 2026-10-25T02:30, ends: 2026-10-25T02:45").unwrap();
    let window = around(&autumn, at("2026-10-25T00:30:00Z")).0.unwrap();
    assert_eq!((window.starts_at, window.ends_at), (at("2026-10-25T00:30:00Z"), at("2026-10-25T01:45:00Z")));
    let spring = freeze("time_zone: Europe/Berlin, starts: 2027-03-28T02:30, ends: 2027-03-28T04:00").unwrap();
    assert!(around(&spring, at("2027-03-28T01:30:00Z")).0.is_some());
}

/// In these zones the clocks go from 23:59 to 01:00: <https://www.iana.org/time-zones>, release 2025b.
#[test]
fn a_recurring_freeze_begins_with_a_day_that_has_no_midnight() {
    for (zone, starts, at_gap) in [
        ("America/Santiago", "2026-08-30T00:00", "2026-09-06T04:00:00Z"),
        ("Asia/Beirut", "2026-03-22T00:00", "2026-03-28T22:00:00Z"),
        ("Africa/Cairo", "2026-04-17T00:00", "2026-04-23T22:00:00Z"),
    ] {
        let ends = starts.replace("T00:00", "T20:00");
        for rule in ["FREQ=WEEKLY", "FREQ=DAILY;INTERVAL=7", "FREQ=DAILY;UNTIL=20261231T000000Z"] {
            let entry = format!("time_zone: {zone}, starts: {starts}, ends: {ends}, rrule: '{rule}'");
            let freeze = freeze(&entry).unwrap();
            let begins = at(at_gap);
            let active = around(&freeze, begins).0.unwrap_or_else(|| panic!("{zone}, {rule}: no freeze at {begins}"));
            // The window still ends at 20:00 on the clock on the wall, so it is an hour shorter.
            assert_eq!((active.starts_at, active.ends_at - active.starts_at), (begins, TimeDelta::hours(19)), "{zone}");
            let before = around(&freeze, begins - TimeDelta::seconds(1));
            assert_eq!((before.0, before.1.unwrap().starts_at), (None, begins), "{zone}, {rule}");
        }
    }
}

#[test]
fn a_freeze_that_starts_inside_of_left_out_time_begins_at_the_first_instant_behind_it() {
    let freeze = freeze("time_zone: Europe/Berlin, starts: 2027-03-28T02:45, ends: 2027-03-28T06:00").unwrap();
    assert_eq!(around(&freeze, at("2027-03-28T01:00:00Z")).0.unwrap().starts_at, at("2027-03-28T01:00:00Z"));
    assert_eq!(around(&freeze, at("2027-03-28T00:59:59Z")).0, None);
}

/// Midnight in Berlin at the end of the year is 23:00 UTC.
#[test]
fn the_last_freeze_is_the_one_at_its_end_in_utc() {
    let rule = |until: &str| {
        let times = "time_zone: Europe/Berlin, starts: 2026-12-01T00:00, ends: 2026-12-01T06:00";
        freeze(&format!("{times}, rrule: 'FREQ=DAILY;UNTIL={until}'")).unwrap()
    };
    assert!(around(&rule("20261231T230000Z"), at("2026-12-31T23:00:00Z")).0.is_some());
    assert!(around(&rule("20261231T225959Z"), at("2026-12-31T23:00:00Z")).0.is_none());
}

#[test]
fn a_freeze_names_whom_it_concerns() {
    let freeze = freeze(
        "time_zone: UTC, starts: 2026-01-01T00:00, ends: 2026-01-02T00:00, services: [pay], environments: [production]",
    )
    .unwrap();
    assert!(freeze.concerns("pay", "production"));
    assert!(!freeze.concerns("pay", "staging") && !freeze.concerns("search", "production"));
}

#[test]
fn freezes_that_cannot_be_followed_are_refused() {
    for (entry, expected) in [
        ("time_zone: Berlin, starts: 2026-01-01T00:00, ends: 2026-01-02T00:00", "IANA name"),
        ("time_zone: Europe/Berln, starts: 2026-01-01T00:00, ends: 2026-01-02T00:00", "did you mean `Europe/Berlin`?"),
        ("time_zone: UTC, starts: Friday, ends: 2026-01-02T00:00", "`starts: Friday`"),
        ("time_zone: UTC, starts: 2026-01-02T00:00, ends: 2026-01-01T00:00", "must end after it starts"),
        ("time_zone: UTC, starts: 2026-01-01T00:00, ends: 2027-01-01T00:00", "within 92 days"),
        ("time_zone: UTC, starts: 2026-01-01T00:00, ends: 2026-01-01T01:00, rrule: FREQ=SOMETIMES", "RFC 5545"),
        (
            "time_zone: UTC, starts: 2026-01-01T00:00, ends: 2026-01-01T01:00, rrule: FREQ=SECONDLY",
            "recurs within a day",
        ),
        (
            "time_zone: UTC, starts: 2026-01-01T00:00, ends: 2026-01-01T01:00, rrule: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "never recurs",
        ),
        ("time_zone: UTC, starts: +262142-12-31T00:00, ends: +262142-12-31T23:00", "years must be 2000 to 2999"),
        ("time_zone: UTC, starts: 0001-01-01T00:00, ends: 0001-01-02T00:00, rrule: FREQ=DAILY", "years must be"),
    ] {
        let error = freeze(entry).unwrap_err();
        assert!(error.contains(expected) && error.starts_with("data/calendars/c.yaml:2: "), "{expected}: {error}");
    }
}

#[test]
fn a_keptn_gate_is_found_by_its_service() {
    let gate = "spec_version: '1.0'\nobjectives: [{sli: a, pass: [{criteria: ['<1']}]}]\ntotal_score: {pass: 90%}";
    let slis = "indicators: {a: {metricSource: {type: CloudWatch, spec: {Namespace: N, MetricName: M, Stat: p95}}}}";
    let catalogue = read(&[SERVICE, TEAM, ("data/keptn/pay.yaml", gate), ("data/keptn/pay.sli.yaml", slis)]).unwrap();
    assert_eq!(catalogue.keptn["pay"].pass_score_ppm, 900_000);
    assert_eq!(catalogue.keptn_slis["pay"].window_seconds, 900);
    let stray = dangling(&[("data/keptn/gone.yaml", gate), ("data/keptn/gone.sli.yaml", slis)]);
    assert!(stray.iter().any(|error| error.contains("`gone` has no file in `data/services`")), "{stray:?}");
    let errors = read(&[("data/keptn/pay/slo.yaml", gate)]).unwrap_err();
    assert!(errors[0].contains("named after its service"), "{errors:?}");
    assert!(read(&[("data/keptn/pay.yaml", "spec_version: '1.0'")]).is_err());
}

/// What all freezes of a calendar say of a service in production at a time.
fn frozen(calendar: &str, at: Timestamp) -> FreezeFact {
    let catalogue = read(&[("data/calendars/f.yaml", calendar)]).unwrap();
    catalogue.freezes_at("pay", "production", at, Evidence::ok("freezes", "catalogue", None))
}

const EVENING_AND_WEEKEND: &str = "freezes:
- {name: evening, owner: o, reason: r, time_zone: Europe/Berlin, starts: 2026-01-02T16:00, ends: ENDS, rrule: 'FREQ=WEEKLY;BYDAY=FR'}
- {name: weekend, owner: o, reason: r, time_zone: Europe/Berlin, starts: 2026-01-03T00:00, ends: 2026-01-05T06:00, rrule: 'FREQ=WEEKLY;BYDAY=SA'}
";

#[test]
fn freezes_that_follow_one_another_are_one_obstacle() {
    for ends in ["2026-01-02T23:59", "2026-01-02T23:59:59", "2026-01-03T00:00", "2026-01-03T08:00"] {
        let calendar = EVENING_AND_WEEKEND.replace("ENDS", ends);
        // Friday, 18:00 UTC: it ends on Monday at 06:00 in Berlin.
        let fact = frozen(&calendar, at("2026-11-27T18:00:00Z"));
        assert_eq!(open_from(&fact.closed, at("2026-11-27T18:00:00Z")), Some(at("2026-11-30T05:00:00Z")), "{ends}");
        // In no second between the two does anything go through.
        for second in ["2026-11-27T22:58:59Z", "2026-11-27T22:59:30Z", "2026-11-27T22:59:59Z", "2026-11-27T23:00:00Z"] {
            let fact = frozen(&calendar, at(second));
            assert!(!fact.active.is_empty(), "{ends} at {second}");
            assert!(fact.active.iter().all(|window| window.ends_at > at(second)));
        }
        assert!(frozen(&calendar, at("2026-11-30T05:00:00Z")).active.is_empty(), "{ends}: the end is exclusive");
    }
    let hour_between = EVENING_AND_WEEKEND.replace("ENDS", "2026-01-02T23:00");
    let fact = frozen(&hour_between, at("2026-11-27T18:00:00Z"));
    assert_eq!(open_from(&fact.closed, at("2026-11-27T18:00:00Z")), Some(at("2026-11-27T22:00:00Z")));
    assert!(frozen(&hour_between, at("2026-11-27T22:00:00Z")).active.is_empty());
}

#[test]
fn the_next_window_of_each_freeze_is_known() {
    let fact = frozen(&EVENING_AND_WEEKEND.replace("ENDS", "2026-01-02T23:59:59"), at("2026-11-27T10:00:00Z"));
    let upcoming: Vec<_> = fact.upcoming.iter().map(|window| (window.name.as_str(), window.starts_at)).collect();
    assert_eq!(upcoming, [("evening", at("2026-11-27T15:00:00Z")), ("weekend", at("2026-11-27T23:00:00Z"))]);
    assert_eq!(fact.next.as_ref(), fact.upcoming.first());
}

#[test]
fn a_freeze_without_a_gap_has_no_known_end() {
    let daily = "freezes:\n- {name: f, owner: o, reason: r, time_zone: UTC, starts: 2026-01-01T00:00, ends: 2026-01-01T23:59, rrule: 'FREQ=DAILY'}\n";
    let now = at("2026-11-27T10:00:00Z");
    let fact = frozen(daily, now);
    assert_eq!((fact.active.len(), fact.closed.len(), open_from(&fact.closed, now)), (1, 1, None));
}

#[test]
fn maintenance_that_follows_on_maintenance_is_one() {
    let windows = "maintenance:
- {name: a, owner: o, reason: r, services: [pay], time_zone: UTC, starts: 2026-11-27T22:00, ends: 2026-11-27T23:59:59}
- {name: b, owner: o, reason: r, services: [pay], time_zone: UTC, starts: 2026-11-28T00:00, ends: 2026-11-28T02:00}
";
    let catalogue = read(&[("data/maintenance/m.yaml", windows)]).unwrap();
    let now = at("2026-11-27T23:00:00Z");
    let closed = catalogue.maintenance_times("pay", "production", now);
    assert_eq!((closed.len(), open_from(&closed, now)), (1, Some(at("2026-11-28T02:00:00Z"))));
}
