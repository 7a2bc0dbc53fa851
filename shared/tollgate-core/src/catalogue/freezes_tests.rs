//! Freezes and maintenance as they are written, and when they hold.

use chrono::{DateTime, TimeDelta, Utc};

use super::{ASKED, Catalogue, SERVICE, assembled, files, read};
use crate::{
    Timestamp,
    catalogue::Freeze,
    closed::open_from,
    data::DataError,
    evidence::Evidence,
    facts::{FreezeFact, FreezeWindow},
};

fn freeze(entry: &str) -> Result<Freeze, String> {
    let text = format!("freezes:\n  - {{name: f, owner: o, reason: r, {entry}}}\n");
    read(&[("data/calendars/c.yaml", &text)])
        .map(|catalogue| catalogue.freezes[0].clone())
        .map_err(|errors| errors.concat())
}
pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The window that holds at a time, and the next one.
fn around(freeze: &Freeze, at: Timestamp) -> (Option<FreezeWindow>, Option<FreezeWindow>) {
    let catalogue = Catalogue { freezes: vec![freeze.clone()], ..Catalogue::default() };
    let fact = catalogue.freezes_at(&ASKED, at, Evidence::ok("freezes", "catalogue", None));
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

/// What all freezes of a calendar say of a service in production at a time.
fn frozen(calendar: &str, at: Timestamp) -> FreezeFact {
    let catalogue = read(&[("data/calendars/f.yaml", calendar)]).unwrap();
    catalogue.freezes_at(&ASKED, at, Evidence::ok("freezes", "catalogue", None))
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

/// What is waived is not in the way: what is beside it is.
#[test]
fn a_freeze_that_is_waived_is_no_obstacle_while_its_waiver_lasts() {
    let calendar = "freezes:
- {name: long, owner: o, reason: r, time_zone: UTC, starts: 2026-11-27T09:00, ends: 2026-11-27T18:00}
- {name: short, owner: o, reason: r, time_zone: UTC, starts: 2026-11-27T09:00, ends: 2026-11-27T11:00}
";
    let now = at("2026-11-27T10:00:00Z");
    let open = |waiver: &str| {
        let entry = format!(
            "waivers:\n- {{id: w, rule: change.freeze, freeze: long, service: pay, owner: o, reason: r, {waiver}}}\n"
        );
        let catalogue = read(&[SERVICE, ("data/calendars/f.yaml", calendar), ("data/waivers/w.yaml", &entry)]).unwrap();
        let fact = catalogue.freezes_at(&ASKED, now, Evidence::ok("freezes", "catalogue", None));
        assert_eq!(fact.active.len(), 2, "the waiver is for the finding: both hold");
        open_from(&fact.closed, now).unwrap().format("%H:%M").to_string()
    };
    for (waiver, expected) in [
        ("starts_at: 2026-11-27T09:00:00Z, expires_at: 2026-11-27T18:00:00Z", "11:00"),
        ("starts_at: 2026-11-27T12:00:00Z, expires_at: 2026-11-27T18:00:00Z", "12:00"),
        ("starts_at: 2026-11-27T09:00:00Z, expires_at: 2026-11-27T11:00:30Z", "18:00"),
        ("change: pay/1, starts_at: 2026-11-27T09:00:00Z, expires_at: 2026-11-27T18:00:00Z", "11:00"),
        ("change: pay/2, starts_at: 2026-11-27T09:00:00Z, expires_at: 2026-11-27T18:00:00Z", "18:00"),
        ("environments: [staging], starts_at: 2026-11-27T09:00:00Z, expires_at: 2026-11-27T18:00:00Z", "18:00"),
    ] {
        assert_eq!(open(waiver), expected, "{waiver}");
    }
}

/// RFC 5545 leaves undefined what recurs where the start is no time of the rule.
#[test]
fn a_freeze_starts_at_a_time_of_its_rule() {
    let hours = "time_zone: Europe/Berlin, starts: 2026-11-20T16:00, ends: 2026-11-20T20:00";
    for (rule, shown) in [
        ("FREQ=WEEKLY;BYDAY=MO", "`starts: 2026-11-23T16:00:00` and `ends: 2026-11-23T20:00:00`, a Monday"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "`starts: 2026-12-01T16:00:00`"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "`starts: 2026-11-27T16:00:00`"),
        ("FREQ=YEARLY;BYMONTH=12", "`starts: 2026-12-20T16:00:00`"),
        ("FREQ=DAILY;BYHOUR=9", "`starts: 2026-11-21T09:00:00`"),
    ] {
        let error = freeze(&format!("{hours}, rrule: '{rule}'")).unwrap_err();
        let said = error.contains(shown) && error.contains("`starts: 2026-11-20T16:00:00`, a Friday, is no time of");
        assert!(said, "{rule}: {error}");
    }
    for rule in ["FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=MONTHLY;BYDAY=3FR", "FREQ=DAILY;COUNT=3"] {
        let read = freeze(&format!("{hours}, rrule: '{rule}'")).unwrap();
        assert!(around(&read, at("2026-11-20T15:00:00Z")).0.is_some(), "{rule}");
    }
}

#[test]
fn what_is_wrong_with_a_freeze_or_maintenance_is_said_at_its_field() {
    let entry = "- name: f\n  owner: o\n  reason: r\n  services: [pay]\n  time_zone: UTC\n  starts: 2026-11-20T16:00\n  ends: 2026-11-20T20:00\n  rrule: FREQ=WEEKLY\n";
    for (right, wrong, place) in [
        ("reason: r", "reason: ' '", "4:11"),
        ("name: f", "name: ''", "2:9"),
        ("UTC", "UCT+1", "6:14"),
        ("starts: 2026", "starts: 1026", "7:11"),
        ("starts: 2026-11-20", "starts: 20.11.2026", "7:11"),
        ("ends: 2026-11-20", "ends: 2026-11-19", "8:9"),
        ("ends: 2026-11-20T20", "ends: 2026-11-20T25", "8:9"),
        ("FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO", "7:11"),
        ("FREQ=WEEKLY", "FREQ=HOURLY", "9:10"),
        ("FREQ=WEEKLY", "FREQ=WEEKLY;COUNT=0", "9:10"),
    ] {
        for (file, field) in [("data/calendars/c.yaml", "freezes"), ("data/maintenance/m.yaml", "maintenance")] {
            let text = format!("{field}:\n{}", entry.replacen(right, wrong, 1));
            let (_, errors, _) = assembled(&files(&[SERVICE, (file, &text)]), None);
            let places: Vec<_> = errors.iter().map(DataError::place).collect();
            assert_eq!(places, [format!("{file}:{place}")], "{wrong}: {errors:?}");
        }
    }
}
