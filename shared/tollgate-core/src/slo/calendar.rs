//! Calendar periods: they begin and end at a time of day in a time zone, so their lengths differ.

use chrono::{Days, LocalResult, Months, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::Timestamp;

/// The length of a calendar period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many days; a week is seven. Across a change of the clocks a day has 23 or 25 hours.
    Days(u32),
    /// So many months; a quarter is three, a year twelve. One that would begin on a day that its month does not have
    /// begins on the month's last day.
    Months(u32),
}

/// The calendar period that holds a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// When it begins.
    pub starts_at: Timestamp,
    /// When the next begins.
    pub ends_at: Timestamp,
}

impl Bounds {
    /// Its length.
    pub fn seconds(&self) -> u64 {
        u64::try_from((self.ends_at - self.starts_at).num_seconds()).unwrap_or(0)
    }

    /// The share of it that is over at a time, in parts per million, rounded down.
    pub fn elapsed_ppm(&self, at: Timestamp) -> u64 {
        let elapsed = u128::try_from((at - self.starts_at).num_seconds()).unwrap_or(0);
        let share = (elapsed * 1_000_000).checked_div(u128::from(self.seconds())).unwrap_or(0);
        u64::try_from(share.min(1_000_000)).unwrap_or(0)
    }
}

/// The period that holds `now`, where the first begins at `first` in the time zone, and each follows the one before.
/// Every start is counted from the first, so that a period from the 31st goes back to the 31st after a shorter month.
/// None before the first period, and past the calendar.
pub fn bounds(first: NaiveDateTime, step: Step, zone: Tz, now: Timestamp) -> Option<Bounds> {
    let start = |index: u32| instant(nth(first, step, index)?, zone);
    if now < start(0)? {
        return None;
    }
    // At most so many have begun: no day is shorter than 23 hours, no month than 28 days.
    let days = u64::try_from((now - start(0)?).num_days()).ok()?;
    let mut index = match step {
        Step::Days(0) | Step::Months(0) => return None,
        Step::Days(count) => days.saturating_add(1) / u64::from(count),
        Step::Months(count) => days / 28 / u64::from(count),
    };
    index = index.saturating_add(1);
    let mut ends_at = None;
    loop {
        let starts_at = start(u32::try_from(index).ok()?);
        match (starts_at, ends_at) {
            (Some(starts_at), Some(ends_at)) if starts_at <= now => return Some(Bounds { starts_at, ends_at }),
            (starts_at, _) => ends_at = starts_at,
        }
        index = index.checked_sub(1)?;
    }
}

fn nth(first: NaiveDateTime, step: Step, index: u32) -> Option<NaiveDateTime> {
    match step {
        Step::Days(count) => first.checked_add_days(Days::new(u64::from(count).checked_mul(u64::from(index))?)),
        Step::Months(count) => first.checked_add_months(Months::new(count.checked_mul(index)?)),
    }
}

/// The instant of a local time: the first of two where clocks go back, the first after the gap where they go forward.
fn instant(local: NaiveDateTime, zone: Tz) -> Option<Timestamp> {
    // The longest gap there was is a day, when Samoa crossed the date line; gaps end at full minutes.
    (0..=24 * 60).find_map(|minutes| {
        let later = local.checked_add_signed(TimeDelta::try_minutes(minutes)?)?;
        match zone.from_local_datetime(&later) {
            LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => Some(time.to_utc()),
            LocalResult::None => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDateTime, TimeDelta};
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::{Bounds, Step, bounds};
    use crate::Timestamp;

    const DAY: u64 = 86_400;

    fn local(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn utc(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn at(first: &str, step: Step, zone: Tz, now: &str) -> Bounds {
        bounds(local(first), step, zone, utc(now)).unwrap()
    }

    #[test]
    fn months_are_as_long_as_they_are() {
        for (now, start, end, days) in [
            ("2026-11-21T10:00:00Z", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", 30),
            ("2026-02-14T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", 28),
            ("2028-02-29T23:59:59Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z", 29),
            ("2028-03-01T00:00:00Z", "2028-03-01T00:00:00Z", "2028-04-01T00:00:00Z", 31),
        ] {
            let month = at("2020-01-01T00:00:00", Step::Months(1), Tz::UTC, now);
            assert_eq!((month.starts_at, month.ends_at), (utc(start), utc(end)));
            assert_eq!(month.seconds(), days * DAY);
        }
    }

    #[test]
    fn quarters_and_years_follow() {
        let quarter = at("2020-01-01T00:00:00", Step::Months(3), Tz::UTC, "2026-11-21T10:00:00Z");
        assert_eq!((quarter.starts_at, quarter.seconds()), (utc("2026-10-01T00:00:00Z"), 92 * DAY));
        let leap = at("2020-01-01T00:00:00", Step::Months(12), Tz::UTC, "2028-12-31T23:59:59Z");
        assert_eq!((leap.ends_at, leap.seconds()), (utc("2029-01-01T00:00:00Z"), 366 * DAY));
        let two = at("2020-01-01T00:00:00", Step::Months(24), Tz::UTC, "2021-12-31T23:59:59Z");
        assert_eq!(two.seconds(), 731 * DAY);
    }

    /// Europe/Berlin goes forward on 2026-03-29 and back on 2026-10-25.
    #[test]
    fn clocks_that_change_change_the_length() {
        let berlin = Tz::Europe__Berlin;
        for (step, now, hours) in [
            (Step::Days(1), "2026-03-29T12:00:00Z", 23),
            (Step::Days(1), "2026-10-25T12:00:00Z", 25),
            (Step::Days(7), "2026-03-27T12:00:00Z", 7 * 24 - 1),
            (Step::Months(1), "2026-03-27T12:00:00Z", 31 * 24 - 1),
            (Step::Months(1), "2026-10-27T12:00:00Z", 31 * 24 + 1),
            (Step::Months(1), "2026-11-27T12:00:00Z", 30 * 24),
        ] {
            // A Monday, and the first of a month.
            let first = if matches!(step, Step::Days(_)) { "2026-01-05T00:00:00" } else { "2026-01-01T00:00:00" };
            assert_eq!(at(first, step, berlin, now).seconds(), hours * 3600, "{step:?} {now}");
        }
        let month = at("2026-01-01T00:00:00", Step::Months(1), berlin, "2026-03-31T22:00:00Z");
        assert_eq!(month.starts_at, utc("2026-03-31T22:00:00Z"));
    }

    #[test]
    fn a_start_that_clocks_skip_or_repeat_is_the_first_there_is() {
        let berlin = Tz::Europe__Berlin;
        let skipped = at("2026-03-28T02:30:00", Step::Days(1), berlin, "2026-03-29T12:00:00Z");
        assert_eq!(skipped.starts_at, utc("2026-03-29T01:00:00Z"));
        let repeated = at("2026-10-24T02:30:00", Step::Days(1), berlin, "2026-10-25T12:00:00Z");
        assert_eq!(repeated.starts_at, utc("2026-10-25T00:30:00Z"));
        // Samoa had no 30 December 2011.
        let samoa = at("2011-12-29T00:00:00", Step::Days(1), Tz::Pacific__Apia, "2011-12-30T11:00:00Z");
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
            let month = at("2026-01-31T00:00:00", Step::Months(1), Tz::UTC, now);
            assert_eq!((month.starts_at, month.ends_at), (utc(start), utc(end)));
        }
    }

    #[test]
    fn elapsed_is_rounded_down_and_stays_inside() {
        let month = at("2026-11-01T00:00:00", Step::Months(1), Tz::UTC, "2026-11-21T00:00:00Z");
        assert_eq!(month.elapsed_ppm(utc("2026-11-21T00:00:00Z")), 666_666);
        assert_eq!(month.elapsed_ppm(month.starts_at), 0);
        assert_eq!(month.elapsed_ppm(utc("2026-10-01T00:00:00Z")), 0);
        assert_eq!(month.elapsed_ppm(utc("2027-01-01T00:00:00Z")), 1_000_000);
    }

    #[test]
    fn there_is_no_period_before_the_first_nor_one_without_length() {
        let first = local("2026-11-01T00:00:00");
        assert_eq!(bounds(first, Step::Months(1), Tz::UTC, utc("2026-10-31T23:59:59Z")), None);
        for step in [Step::Days(0), Step::Months(0)] {
            assert_eq!(bounds(first, step, Tz::UTC, utc("2026-11-21T00:00:00Z")), None);
        }
        assert_eq!(bounds(first, Step::Months(u32::MAX), Tz::UTC, utc("2026-11-21T00:00:00Z")), None);
        assert_eq!(bounds(first, Step::Days(u32::MAX), Tz::UTC, utc("2026-11-21T00:00:00Z")), None);
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![(1..400_u32).prop_map(Step::Days), (1..25_u32).prop_map(Step::Months)]
    }

    proptest! {
        /// Every instant is in exactly one period, and the next begins where it ends.
        #[test]
        fn periods_follow_one_another(
            step in step(), zone in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]), hours in 0..200_000_i64,
            minute in 0..525_600_i64,
        ) {
            let first = local("2010-01-01T00:00:00") + TimeDelta::minutes(minute);
            let now = utc("2011-01-03T00:00:00Z") + TimeDelta::hours(hours);
            let holding = bounds(first, step, zone, now).unwrap();
            prop_assert!(holding.starts_at <= now && now < holding.ends_at);
            prop_assert_eq!(bounds(first, step, zone, holding.starts_at), Some(holding));
            prop_assert_eq!(bounds(first, step, zone, holding.ends_at - TimeDelta::seconds(1)), Some(holding));
            let next = bounds(first, step, zone, holding.ends_at).unwrap();
            prop_assert_eq!(next.starts_at, holding.ends_at);
        }
    }
}
