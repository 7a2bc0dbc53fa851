//! When the bill is fetched, and what is counted as paid.

use tollgate_core::Timestamp;

use super::{Account, Limits, Renewing};
use crate::bill::kept::Current;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Fetched at ten, in the span from eight to sixteen.
fn account(is_whole: bool) -> Account {
    let fetched_at = at("2026-11-21T10:00:00Z");
    let current = Current { snapshot: "sha256:0".to_owned(), slices: 1, fetched_at, is_whole };
    Account { current: Some(current), day: Some(fetched_at.date_naive()), paid: 7, ..Account::default() }
}

#[test]
fn a_bill_is_fetched_once_in_a_span_and_sooner_for_an_alert_or_a_part_that_is_missing() {
    let limits = Limits { refresh_seconds: 28_800, least_age_seconds: 3600, paid_a_day_at_most: 200 };
    for (now, is_whole, is_wanted, is_young, is_served) in [
        ("2026-11-21T15:59:59Z", true, false, false, true),
        ("2026-11-21T16:00:00Z", true, false, false, false),
        ("2026-11-21T10:59:59Z", true, false, true, true),
        ("2026-11-21T10:59:59Z", true, true, true, false),
        ("2026-11-21T11:00:00Z", true, true, false, false),
        ("2026-11-21T11:00:00Z", false, false, false, false),
        // Fetched in times to come, by a clock that was wrong.
        ("2026-11-20T10:00:00Z", true, false, false, false),
    ] {
        let mut account = account(is_whole);
        account.wanted_since = is_wanted.then(|| at("2026-11-21T10:30:00Z"));
        let (current, now) = (account.current.clone().unwrap(), at(now));
        assert_eq!(limits.is_young(&current, now), is_young, "{now} {is_whole} {is_wanted}");
        assert_eq!(limits.is_served(&account, &current, now), is_served, "{now} {is_whole} {is_wanted}");
    }
}

fn renewing(by: &str, reserved: u64) -> Renewing {
    let since = at("2026-11-21T11:00:00Z");
    Renewing { by: by.to_owned(), since, until: at("2026-11-21T11:05:00Z"), reserved }
}

#[test]
fn what_is_wanted_while_it_is_fetched_is_still_wanted_and_what_was_paid_counts() {
    let fetch = renewing("a", 12);
    for (since, is_wanted) in [("2026-11-21T10:30:00Z", false), ("2026-11-21T11:01:00Z", true)] {
        let mut account = Account { paid: 19, renewing: Some(fetch.clone()), ..account(true) };
        account.wanted_since = Some(at(since));
        let current = account.current.clone().unwrap();
        assert_eq!(account.settle(&fetch, 15, Ok(current)), "fetched");
        assert_eq!((account.wanted_since.is_some(), account.paid), (is_wanted, 22), "{since}");
    }
}

#[test]
fn an_attempt_that_is_made_again_takes_its_place_and_a_lost_meter_counts_a_whole_run() {
    let today = at("2026-11-21T11:00:00Z").date_naive();
    let killed = Account { paid: 19, renewing: Some(renewing("a", 12)), ..account(true) };
    assert_eq!((killed.paid_on(today, "a", 50), killed.paid_on(today, "b", 50)), (7, 19));
    let lost = Account { is_lost: true, ..Account::default() };
    assert_eq!(lost.paid_on(today, "a", 50), 50);
}

#[test]
fn the_meter_is_of_a_day_and_says_which_ceiling_is_reached() {
    let limits = Limits { refresh_seconds: 1, least_age_seconds: 0, paid_a_day_at_most: 200 };
    let (today, tomorrow) = (at("2026-11-21T23:00:00Z"), at("2026-11-22T00:00:00Z"));
    assert_eq!(account(true).paid_on(today.date_naive(), "a", 50), 7);
    assert_eq!(account(true).paid_on(tomorrow.date_naive(), "a", 50), 0);
    assert!(limits.refusal(50, 200).contains("the ceiling of 200 paid requests a day is reached (200 were paid for)"));
    assert!(limits.refusal(0, 0).contains("`billing.paid_requests_at_most` lets nothing be paid for"));
}
