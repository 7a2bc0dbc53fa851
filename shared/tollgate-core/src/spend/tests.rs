use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use num_rational::BigRational;
use proptest::prelude::*;

use super::{
    BilledAmount, DailySpend, GroupedSpend, Outlook, Reconciliation, RunAwayFact, SpendError, Spread, Weighting,
    is_untagged, run_aways, unit_cost,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn usd(text: &str) -> BilledAmount {
    BilledAmount::read(text).unwrap()
}

/// Days that follow one another and end before 1 November 2026.
fn before_november(amounts: &[&str]) -> DailySpend {
    let mut daily = DailySpend::new("USD").unwrap();
    let mut date = day("2026-11-01");
    for amount in amounts.iter().rev() {
        date = date.pred_opt().unwrap();
        daily.add(date, amount, "USD", false).unwrap();
    }
    daily
}

#[test]
fn a_day_that_comes_twice_or_in_another_currency_is_an_error() {
    let mut daily = DailySpend::new("USD").unwrap();
    daily.add(day("2026-11-01"), "5.5", "USD", true).unwrap();
    assert_eq!(daily.add(day("2026-11-01"), "5.5", "USD", true), Err(SpendError::DayTwice(day("2026-11-01"))));
    let euros = daily.add(day("2026-11-02"), "5.5", "EUR", true).unwrap_err();
    assert_eq!(euros.to_string(), "an amount in EUR cannot be added to one in USD: ask for one currency at a time");
    assert!(matches!(daily.add(day("2026-11-02"), "5.5", "N/A", true), Err(SpendError::NotCurrency(_))));
    assert!(matches!(daily.add(day("2026-11-02"), "5,5", "USD", true), Err(SpendError::Money(_))));
    assert!(matches!(DailySpend::new("usd"), Err(SpendError::NotCurrency(_))));
    assert_eq!(daily.sum(day("2026-11-01"), day("2026-12-01")), Ok(usd("5.5")));
    assert_eq!(daily.missing(day("2026-11-01"), day("2026-11-04")), 2);
    assert_eq!(daily.sum(day("2026-12-01"), day("2026-11-01")), Ok(BilledAmount::ZERO), "from the end to the start");
}

#[test]
fn groups_add_up_over_pages_and_the_untagged_one_is_told_by_its_name() {
    let mut grouped = GroupedSpend::new("USD").unwrap();
    let mut add =
        |owner: &str, date: &str, amount: &str| grouped.add(&[owner.to_owned()], day(date), amount, "USD", false);
    add("owner$payments", "2026-11-01", "10.0000001").unwrap();
    add("owner$", "2026-11-01", "4").unwrap();
    add("owner$payments", "2026-11-02", "20").unwrap();
    assert_eq!(add("owner$", "2026-11-01", "4"), Err(SpendError::DayTwice(day("2026-11-01"))));
    let (first, end) = (day("2026-11-01"), day("2026-12-01"));
    assert_eq!(grouped.sum(first, end, |keys| keys.iter().any(|key| is_untagged(key))), Ok(usd("4")));
    let totals = grouped.totals(first, end).unwrap();
    assert_eq!(
        totals,
        [(&["owner$".to_owned()][..], usd("4")), (&["owner$payments".to_owned()][..], usd("30.0000001"))]
    );
    assert!(is_untagged("owner$") && !is_untagged("owner$a$") && !is_untagged("Amazon S3"));
}

#[test]
fn a_difference_between_groups_and_total_is_an_amount_and_a_share() {
    let held = |grouped: &str, total: &str| {
        let held = Reconciliation::of(usd(grouped), usd(total)).unwrap();
        (held.difference_micros, held.difference_ppm)
    };
    assert_eq!(held("100", "100"), (0, Some(0)));
    assert_eq!(held("99.5", "100"), (500_000, Some(5000)));
    assert_eq!(held("100.5", "100"), (-500_000, Some(5000)));
    assert_eq!(held("99.9999999", "100"), (0, Some(1)), "too small to be a millionth, and a difference all the same");
    assert_eq!(held("1", "0"), (-1_000_000, None));
    assert_eq!(held("0", "0"), (0, Some(0)));
    assert_eq!(held("-49", "-50"), (-1_000_000, Some(20_000)));
}

fn held(amounts: &[&str]) -> Option<RunAwayFact> {
    run_aways(&before_november(amounts), day("2026-11-01")).pop()
}

/// 13 to 17 around 15: the median deviation is 1, so 25 is 0.6745 × 10 above.
#[test]
fn a_day_far_above_the_median_has_a_high_score() {
    let mut days = vec!["13", "14", "14", "14", "15", "15", "15", "15", "15", "16", "16", "16", "17", "14", "16"];
    days.push("25");
    let fact = held(&days).unwrap();
    assert_eq!((fact.median_micros, fact.excess_micros, fact.days), (15_000_000, 10_000_000, 15));
    assert_eq!((fact.score_micro, fact.spread), (Some(6_745_000), Spread::MedianDeviation));
    assert_eq!(fact.day, day("2026-10-31"));
    days.pop();
    days.push("5");
    assert_eq!(held(&days).unwrap().score_micro, Some(-6_745_000), "far below is no running away");
}

/// The median deviation of days of which most cost the same is 0. The mean one of one 17 and fourteen 10 is 7/15.
#[test]
fn where_most_days_cost_the_same_the_mean_deviation_stands_in() {
    let mut days = vec!["10"; 14];
    days.push("17");
    days.push("20");
    let fact = held(&days).unwrap();
    // 10 / (1.253314 × 7/15) is 17.09752…
    assert_eq!((fact.spread, fact.score_micro), (Spread::MeanDeviation, Some(17_097_529)));
    let mut same = vec!["10"; 14];
    same.push("10.01");
    let fact = held(&same).unwrap();
    assert_eq!((fact.spread, fact.score_micro, fact.excess_micros), (Spread::None, None, 10_000));
}

#[test]
fn fewer_than_two_weeks_or_a_gap_tell_nothing_of_what_is_usual() {
    assert_eq!(held(&["10"; 14]), None, "thirteen before it");
    assert!(held(&["10"; 15]).is_some());
    assert_eq!(held(&["10"; 40]).unwrap().days, 28);
    let gap = before_november(&["10"; 40]);
    assert_eq!(run_aways(&gap, day("2026-11-02")), [], "the newest day is missing");
    assert_eq!(run_aways(&gap, day("2020-01-01")), []);
}

/// What a day that is not over has cost is the least that it will have: far already is far.
#[test]
fn a_day_that_is_not_over_can_have_run_away_already() {
    let mut daily = before_november(&["14", "15", "16"].repeat(10));
    daily.add(day("2026-11-01"), "400", "USD", true).unwrap();
    daily.add(day("2026-11-02"), "3", "USD", true).unwrap();
    let end = day("2026-11-01");
    let facts = run_aways(&daily, end);
    let told: Vec<_> = facts.iter().map(|fact| (fact.day.to_string(), fact.is_whole, fact.days)).collect();
    assert_eq!(told, [("2026-11-01".to_owned(), false, 28), ("2026-10-31".to_owned(), true, 28)]);
    // 0.6745 × 385 over a median deviation of 1.
    assert_eq!((facts[0].excess_micros, facts[0].score_micro), (385_000_000, Some(259_682_500)));
    let mut both = before_november(&["14", "15", "16"].repeat(10));
    both.add(day("2026-11-01"), "400", "USD", true).unwrap();
    both.add(day("2026-11-02"), "90", "USD", true).unwrap();
    assert_eq!(run_aways(&both, end).first().unwrap().day, day("2026-11-02"), "the newest comes first");
}

/// 1,000 a day and 8,100 on the 1st of each month, from August to before a day; with another amount on the last one.
fn with_a_fee(end: &str, last: Option<&str>) -> DailySpend {
    let mut daily = DailySpend::new("USD").unwrap();
    let end = day(end);
    for date in day("2026-08-20").iter_days().take_while(|date| *date < end) {
        let usual = if date.day() == 1 { "9100" } else { "1000" };
        let amount = last.filter(|_| date.succ_opt() == Some(end)).unwrap_or(usual);
        daily.add(date, amount, "USD", false).unwrap();
    }
    daily
}

#[test]
fn a_charge_of_each_month_is_no_running_away_and_more_than_it_is() {
    for end in ["2026-11-02", "2026-11-03", "2026-11-04"] {
        let facts = run_aways(&with_a_fee(end, None), day(end));
        assert_eq!(facts.iter().map(|fact| fact.excess_micros).max(), Some(0), "{end}: {facts:?}");
    }
    let fee = run_aways(&with_a_fee("2026-11-02", None), day("2026-11-02")).remove(0);
    assert_eq!((fee.amount_micros, fee.recurring_micros), (9_100_000_000, 8_100_000_000));
    // As soon as the 1st has a part of it, and on a day that it does not belong to.
    let early = run_aways(&with_a_fee("2026-11-02", Some("4000")), day("2026-11-01"));
    assert_eq!(early.iter().map(|fact| fact.excess_micros).max(), Some(0), "{early:?}");
    let more = run_aways(&with_a_fee("2026-11-02", Some("21000")), day("2026-11-02")).remove(0);
    assert_eq!((more.excess_micros, more.spread), (11_900_000_000, Spread::None));
    let other = run_aways(&with_a_fee("2026-11-06", Some("9100")), day("2026-11-06")).remove(0);
    assert_eq!((other.excess_micros, other.recurring_micros), (8_100_000_000, 0));
}

#[test]
fn a_charge_that_was_seen_once_is_not_expected() {
    let amounts: Vec<String> = (0..40).map(|index| if index == 9 { "9100" } else { "1000" }.to_owned()).collect();
    let mut texts: Vec<&str> = amounts.iter().map(String::as_str).collect();
    texts.push("9100");
    assert_eq!(held(&texts).unwrap().recurring_micros, 0);
}

#[test]
fn a_thousand_requests_cost_what_the_week_cost() {
    let mut amounts = vec!["10"; 28];
    amounts.extend(["15"; 7]);
    let daily = before_november(&amounts);
    let end = day("2026-11-01");
    let mut requests: BTreeMap<NaiveDate, u64> =
        daily.between(NaiveDate::MIN, end).map(|(date, _)| (date, 1_000_000)).collect();
    let fact = unit_cost(&daily, &requests, end).unwrap();
    assert_eq!((fact.requests, fact.requests_before), (7_000_000, 28_000_000));
    assert_eq!((fact.per_thousand_micros, fact.per_thousand_before_micros), (Some(15_000), Some(10_000)));
    assert_eq!(fact.increase_ppm, Some(500_000));
    requests.remove(&day("2026-10-10"));
    let young = unit_cost(&daily, &requests, end).unwrap();
    assert_eq!((young.per_thousand_micros, young.per_thousand_before_micros), (Some(15_000), None));
    assert_eq!(young.increase_ppm, None);
    for date in requests.values_mut() {
        *date = 0;
    }
    let idle = unit_cost(&daily, &requests, end).unwrap();
    assert_eq!((idle.requests, idle.per_thousand_micros), (0, None), "nobody asked: no unit, and no division by it");
    requests.remove(&day("2026-10-31"));
    assert_eq!(unit_cost(&daily, &requests, end), None);
}

#[test]
fn weekdays_weigh_only_with_enough_whole_weeks_that_cost_something() {
    let weighting = |amounts: &[&str]| Outlook::of(&before_november(amounts), day("2026-11-01"), 4).weighting();
    let office = |weeks: usize| ["5", "5", "5", "5", "5", "1", "1"].repeat(weeks);
    assert_eq!(weighting(&office(4)[1..]), Weighting::Days);
    assert_eq!(weighting(&office(4)), Weighting::Weekdays);
    assert_eq!(weighting(&["1"; 28]), Weighting::Days, "weekdays that are alike");
    assert_eq!(weighting(&["0"; 28]), Weighting::Days, "nothing to weigh by");
    // A credit that outweighs one Saturday says nothing of Saturdays.
    let mut credits = vec!["1"; 27];
    credits.push("-50");
    assert_eq!(weighting(&credits), Weighting::Days);
}

fn daily() -> impl Strategy<Value = DailySpend> {
    proptest::collection::vec(0_u32..1_000_000, 15..80).prop_map(|cents| {
        let texts: Vec<String> = cents.iter().map(|cents| format!("{cents}e-2")).collect();
        before_november(&texts.iter().map(String::as_str).collect::<Vec<_>>())
    })
}

proptest! {
    /// Whatever days weigh, the parts of a period weigh what it does, and whole weeks weigh the same but for charges that recur
    /// on a day of the month.
    #[test]
    fn weights_add_up(daily in daily(), first in 0_i64..400, cut in 0_i64..90, length in 0_i64..90) {
        let outlook = Outlook::of(&daily, day("2026-11-01"), 4);
        let start = day("2026-01-01") + chrono::Duration::days(first);
        let (middle, end) = (start + chrono::Duration::days(cut), start + chrono::Duration::days(cut + length));
        prop_assert_eq!(outlook.weight(start, middle) + outlook.weight(middle, end), outlook.weight(start, end));
        let week = |from: NaiveDate| outlook.weight(from, from + chrono::Duration::days(7));
        let model = outlook.model().filter(|_| outlook.weighting() != Weighting::Days);
        let recurring = |from: NaiveDate| {
            let charges = model.map_or(0, |model| from.iter_days().take(7).map(|day| model.recurring_on(day)).sum::<i128>());
            BigRational::from_integer(charges.into())
        };
        prop_assert_eq!(week(start) - recurring(start), week(middle) - recurring(middle));
        let rates = start.iter_days().take(7).map(|date| (date.weekday(), outlook.rate(date)));
        prop_assert!(rates.into_iter().all(|(_, rate)| rate.is_some_and(|rate| rate >= super::whole_of(0))));
    }

    /// The score does not depend on the unit of money, and more spend has a higher one.
    #[test]
    fn a_score_has_no_unit(cents in proptest::collection::vec(1_u32..10_000, 16..30), factor in 2_u32..50) {
        let score = |factor: u32, more: u32| {
            let last = cents.len() - 1;
            let texts: Vec<String> =
                cents.iter().enumerate().map(|(index, cents)| format!("{}e-2", (cents + if index == last { more } else { 0 }) * factor)).collect();
            held(&texts.iter().map(String::as_str).collect::<Vec<_>>()).unwrap().score_micro
        };
        prop_assert_eq!(score(1, 0), score(factor, 0));
        prop_assert!(score(1, 0) <= score(1, 1));
    }

    /// What is written to the ledger and read again is the same.
    #[test]
    fn a_series_is_kept_exactly(daily in daily()) {
        let text = serde_json::to_string(&daily).unwrap();
        prop_assert_eq!(serde_json::from_str::<DailySpend>(&text).unwrap(), daily);
    }
}
