use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{Bounds, PeriodKind};
use crate::{
    Timestamp,
    slo::{
        CalendarUnit::{self, Day, Month, Quarter, Week, Year},
        Period,
    },
};

const DAY: u64 = 86_400;

fn local(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn utc(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn bounds(first: NaiveDateTime, unit: CalendarUnit, count: u32, zone: Tz, time: Timestamp) -> Option<Bounds> {
    // A datum ends a second after it begins, or later.
    Period::Calendar { starts: first, unit, count, time_zone: zone }.bounds(time + TimeDelta::seconds(1))
}

fn at(first: &str, unit: CalendarUnit, zone: Tz, time: &str) -> Bounds {
    bounds(local(first), unit, 1, zone, utc(time)).unwrap()
}

#[test]
fn months_are_as_long_as_they_are() {
    for (now, start, end, days) in [
        ("2026-11-21T10:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", 30),
        ("2026-02-14T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", 28),
        ("2028-02-29T23:59:59Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z", 29),
        ("2028-03-01T00:00:00Z", "2028-03-01T00:00:00Z", "2028-04-01T00:00:00Z", 31),
    ] {
        let month = at("2020-01-01T00:00:00", Month, Tz::UTC, now);
        assert_eq!((month.starts_at, month.ends_at), (utc(start), utc(end)));
        assert_eq!(month.seconds(), days * DAY);
    }
}

#[test]
fn quarters_and_years_follow() {
    let quarter = at("2020-01-01T00:00:00", Quarter, Tz::UTC, "2026-11-21T10:00:00Z");
    assert_eq!((quarter.starts_at, quarter.seconds()), (utc("2026-10-01T00:00:00Z"), 92 * DAY));
    let leap = at("2020-01-01T00:00:00", Year, Tz::UTC, "2028-12-31T23:59:59Z");
    assert_eq!((leap.ends_at, leap.seconds()), (utc("2029-01-01T00:00:00Z"), 366 * DAY));
    let two = bounds(local("2020-01-01T00:00:00"), Year, 2, Tz::UTC, utc("2021-12-31T23:59:59Z")).unwrap();
    assert_eq!(two.seconds(), 731 * DAY);
}

/// Europe/Berlin goes forward on 2026-03-29 and back on 2026-10-25.
#[test]
fn clocks_that_change_change_the_length() {
    let berlin = Tz::Europe__Berlin;
    for (unit, now, hours) in [
        (Day, "2026-03-29T12:00:00Z", 23),
        (Day, "2026-10-25T12:00:00Z", 25),
        (Week, "2026-03-27T12:00:00Z", 7 * 24 - 1),
        (Month, "2026-03-27T12:00:00Z", 31 * 24 - 1),
        (Month, "2026-10-27T12:00:00Z", 31 * 24 + 1),
        (Month, "2026-11-27T12:00:00Z", 30 * 24),
    ] {
        // A Monday, and the first of a month.
        let first = if matches!(unit, Day | Week) { "2026-01-05T00:00:00" } else { "2026-01-01T00:00:00" };
        assert_eq!(at(first, unit, berlin, now).seconds(), hours * 3600, "{unit:?} {now}");
    }
    let month = at("2026-01-01T00:00:00", Month, berlin, "2026-03-31T22:00:00Z");
    assert_eq!(month.starts_at, utc("2026-03-31T22:00:00Z"));
}

#[test]
fn a_start_that_clocks_skip_or_repeat_is_the_first_there_is() {
    let berlin = Tz::Europe__Berlin;
    let skipped = at("2026-03-28T02:30:00", Day, berlin, "2026-03-29T12:00:00Z");
    assert_eq!(skipped.starts_at, utc("2026-03-29T01:00:00Z"));
    let repeated = at("2026-10-24T02:30:00", Day, berlin, "2026-10-25T12:00:00Z");
    assert_eq!(repeated.starts_at, utc("2026-10-25T00:30:00Z"));
    // Samoa had no 30 December 2011.
    let samoa = at("2011-12-29T00:00:00", Day, Tz::Pacific__Apia, "2011-12-30T11:00:00Z");
    assert_eq!((samoa.starts_at, samoa.seconds()), (utc("2011-12-30T10:00:00Z"), DAY));
}

#[test]
fn month_ends_do_not_drift() {
    for (now, start, end) in [
        ("2026-02-10T00:00:00Z", "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z"),
        ("2026-03-10T00:00:00Z", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"),
        ("2028-03-10T00:00:00Z", "2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z"),
        ("2026-04-30T00:00:00Z", "2026-04-30T00:00:00Z", "2026-05-31T00:00:00Z"),
    ] {
        let month = at("2026-01-31T00:00:00", Month, Tz::UTC, now);
        assert_eq!((month.starts_at, month.ends_at), (utc(start), utc(end)));
    }
}

#[test]
fn elapsed_is_rounded_down_and_stays_inside() {
    let month = at("2026-11-01T00:00:00", Month, Tz::UTC, "2026-11-21T00:00:00Z");
    assert_eq!(month.elapsed_ppm(utc("2026-11-21T00:00:00Z")), 666_666);
    assert_eq!(month.elapsed_ppm(month.starts_at), 0);
    assert_eq!(month.elapsed_ppm(utc("2026-10-01T00:00:00Z")), 0);
    assert_eq!(month.elapsed_ppm(utc("2027-01-01T00:00:00Z")), 1_000_000);
}

#[test]
fn periods_reach_back_before_the_first() {
    let month = at("2026-11-01T00:00:00", Month, Tz::UTC, "2026-09-30T23:59:59Z");
    assert_eq!((month.starts_at, month.seconds()), (utc("2026-09-01T00:00:00Z"), 30 * DAY));
    let week = at("2026-11-02T00:00:00", Week, Tz::UTC, "2026-11-01T23:59:59Z");
    assert_eq!(week.starts_at, utc("2026-10-26T00:00:00Z"));
}

#[test]
fn the_datum_that_ends_a_period_is_in_it() {
    let month = Period::Calendar { starts: local("2026-01-01T00:00:00"), unit: Month, count: 1, time_zone: Tz::UTC };
    let last = month.fact(utc("2026-12-01T00:00:00Z")).unwrap();
    assert_eq!((last.starts_at, last.elapsed_ppm), (utc("2026-11-01T00:00:00Z"), 1_000_000));
    let first = month.fact(utc("2026-12-01T00:01:00Z")).unwrap();
    assert_eq!((first.starts_at, first.elapsed_ppm), (utc("2026-12-01T00:00:00Z"), 22));
    assert_eq!(first.kind, PeriodKind::Calendar);
}

#[test]
fn a_rolling_period_ends_with_the_data() {
    let end = utc("2026-03-29T12:00:00Z");
    let week = Period::Rolling { seconds: 7 * DAY }.fact(end).unwrap();
    assert_eq!((week.starts_at, week.ends_at), (utc("2026-03-22T12:00:00Z"), end));
    assert_eq!((week.kind, week.elapsed_ppm), (PeriodKind::Rolling, 1_000_000));
    assert_eq!(Period::Rolling { seconds: u64::MAX }.bounds(end), None);
}

#[test]
fn a_period_without_length_or_past_the_calendar_is_none() {
    let first = local("2026-11-01T00:00:00");
    let now = utc("2026-11-21T00:00:00Z");
    for (unit, count) in [(Day, 0), (Month, 0), (Year, u32::MAX), (Week, u32::MAX)] {
        assert_eq!(bounds(first, unit, count, Tz::UTC, now), None);
    }
}

fn unit() -> impl Strategy<Value = CalendarUnit> {
    prop::sample::select(&[Day, Week, Month, Quarter, Year][..])
}

proptest! {
    /// Every instant is in exactly one period, and the next begins where it ends.
    #[test]
    fn periods_follow_one_another(
        unit in unit(), count in 1..15_u32, zone in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]), hours in 0..200_000_i64,
        minute in 0..525_600_i64,
    ) {
        let first = local("2010-01-01T00:00:00") + TimeDelta::minutes(minute);
        let now = utc("2004-01-03T00:00:00Z") + TimeDelta::hours(hours);
        let holding = bounds(first, unit, count, zone, now).unwrap();
        prop_assert!(holding.starts_at <= now && now < holding.ends_at);
        prop_assert_eq!(bounds(first, unit, count, zone, holding.starts_at), Some(holding));
        prop_assert_eq!(bounds(first, unit, count, zone, holding.ends_at - TimeDelta::seconds(1)), Some(holding));
        let next = bounds(first, unit, count, zone, holding.ends_at).unwrap();
        prop_assert_eq!(next.starts_at, holding.ends_at);
    }
}
