use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;

use super::{BilledAmount, DailySpend, Outlook, SpendError, run_aways};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn usd(text: &str) -> BilledAmount {
    BilledAmount::read(text).unwrap()
}

/// January and a part of February 2028, and a day of March.
fn known() -> DailySpend {
    let mut daily = DailySpend::new("USD").unwrap();
    daily.add_stretch(day("2028-01-01"), day("2028-02-01"), "310.5", "USD", false).unwrap();
    daily.add_stretch(day("2028-02-10"), day("2028-03-01"), "40", "USD", true).unwrap();
    daily.add(day("2028-03-01"), "7", "USD", true).unwrap();
    daily
}

#[test]
fn a_month_counts_where_all_of_it_is_asked_for() {
    let daily = known();
    for (first, end, sum, estimated, missing) in [
        ("2028-01-01", "2028-04-01", "357.5", "47", 9 + 30),
        ("2028-01-01", "2028-02-01", "310.5", "0", 0),
        ("2028-02-10", "2028-03-02", "47", "47", 0),
        // Nobody knows what the other days of January cost.
        ("2028-01-02", "2028-02-01", "0", "0", 30),
        ("2028-01-01", "2028-01-31", "0", "0", 30),
        ("2028-01-15", "2028-01-16", "0", "0", 1),
        ("2028-02-01", "2028-03-01", "40", "40", 9),
        ("2028-04-01", "2028-01-01", "0", "0", 0),
    ] {
        let (first, end) = (day(first), day(end));
        assert_eq!(daily.sum(first, end), Ok(usd(sum)), "{first} {end}");
        assert_eq!(daily.exact_sum(first, end), usd(sum).exact_micros(), "{first} {end}");
        assert_eq!(daily.estimated(first, end), Ok(usd(estimated)), "{first} {end}");
        assert_eq!(daily.missing(first, end), missing, "{first} {end}");
    }
}

#[test]
fn a_month_is_no_day() {
    let daily = known();
    let days: Vec<_> = daily.between(NaiveDate::MIN, NaiveDate::MAX).collect();
    assert_eq!(days.len(), 1);
    assert_eq!(daily.on(day("2028-01-01")), None);
    assert_eq!(daily.newest(day("2028-03-01"), 28), []);
    assert_eq!(run_aways(&daily, day("2028-03-02")), []);
    assert_eq!(Outlook::of(&daily, day("2028-03-02"), 1).rate(day("2028-03-02")), None);
}

#[test]
fn no_day_counts_twice() {
    let mut daily = known();
    for (first, end, twice) in [
        ("2028-01-01", "2028-02-01", "2028-01-01"),
        ("2028-01-31", "2028-02-02", "2028-01-31"),
        ("2028-02-05", "2028-02-11", "2028-02-10"),
        ("2027-12-01", "2028-03-01", "2028-01-01"),
        ("2028-03-01", "2028-04-01", "2028-03-01"),
    ] {
        let error = daily.add_stretch(day(first), day(end), "1", "USD", false);
        assert_eq!(error, Err(SpendError::DayTwice(day(twice))), "{first} {end}");
    }
    assert_eq!(daily.add(day("2028-02-29"), "1", "USD", false), Err(SpendError::DayTwice(day("2028-02-29"))));
    assert_eq!(daily.add(day("2028-02-09"), "1", "USD", false), Ok(()));
    let backwards = daily.add_stretch(day("2028-06-01"), day("2028-06-01"), "1", "USD", false);
    assert_eq!(backwards, Err(SpendError::NoDays(day("2028-06-01"), day("2028-06-01"))));
    let euros = daily.add_stretch(day("2028-05-01"), day("2028-06-01"), "1", "EUR", false);
    assert!(matches!(euros, Err(SpendError::Currencies { .. })));
}

#[test]
fn what_was_kept_without_months_is_still_read() {
    let kept = r#"{"currency":"USD","days":{"2028-03-01":{"amount":"7","estimated":true}}}"#;
    let read: DailySpend = serde_json::from_str(kept).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), kept);
    let text = serde_json::to_string(&known()).unwrap();
    assert_eq!(serde_json::from_str::<DailySpend>(&text).unwrap(), known());
}

proptest! {
    /// Wherever a bill changes from months to days, sums of ranges that begin with a month are the same.
    #[test]
    fn months_add_up_as_their_days_do(
        cents in proptest::collection::vec(-1000_i32..100_000, 366), month in 2_u32..12, first in 1_u32..12, last in 1_u32..365
    ) {
        let start = day("2028-01-01");
        let of = |date: NaiveDate| format!("{}e-2", cents[usize::try_from((date - start).num_days()).unwrap()]);
        let mut daily = DailySpend::new("USD").unwrap();
        for date in start.iter_days().take_while(|date| date.year() == 2028) {
            daily.add(date, &of(date), "USD", date.month() > 10).unwrap();
        }
        let mut monthly = DailySpend::new("USD").unwrap();
        for number in 1..month {
            let of_month = start.with_month(number).unwrap();
            let end = start.with_month(number + 1).unwrap();
            let sum = daily.sum(of_month, end).unwrap().to_string();
            monthly.add_stretch(of_month, end, &sum, "USD", number > 10).unwrap();
        }
        for (date, spend) in daily.between(start.with_month(month).unwrap(), NaiveDate::MAX) {
            monthly.add(date, &spend.amount.to_string(), "USD", spend.estimated).unwrap();
        }
        let first = start.with_month(first).unwrap();
        let end = (start + chrono::Days::new(last.into())).max(start.with_month(month).unwrap());
        prop_assert_eq!(monthly.sum(first, end), daily.sum(first, end));
        prop_assert_eq!(monthly.estimated(first, end), daily.estimated(first, end));
        prop_assert_eq!(monthly.missing(first, end), 0);
    }
}
