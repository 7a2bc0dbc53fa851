//! Where data begins and ends: minutes that are late, days that are kept, and datapoints that are longer.

use super::{
    Background, Comparison, Counted, DailyAggregate, Indicator, Judging, Metric, ObjectiveDays, Period, Plan, Ratio,
    Reach, Slo,
    sample::{DAY, END, NOW, judging, measured, reason, requests, slo, snapshot},
    slo_fact, slo_fact_with,
};
use crate::{Timestamp, evidence::EvidenceStatus};

#[test]
fn an_objective_that_begins_now_has_no_datapoint() {
    let since = Timestamp::from_timestamp(END, 0);
    let fact = slo_fact(&Slo { since, ..slo() }, &requests(&Plan::at(NOW, [86_400]), |_| false), &judging());
    assert_eq!((fact.evidence.status, reason(&fact)), (EvidenceStatus::Partial, "no datapoint over the period"));
}

#[test]
fn minutes_that_are_late_move_the_period_and_lose_none_of_it() {
    let exact = Plan::at(NOW, [30 * 86_400]);
    let came = |start: i64, seconds: i64| (start < END - 1800).then_some(seconds.unsigned_abs());
    let patient = Judging { max_age_seconds: 3600, ..judging() };
    let fact = slo_fact(&slo(), &snapshot(&exact, came, came), &patient);
    assert_eq!((fact.evidence.status, fact.late_seconds), (EvidenceStatus::Ok, 1800), "{}", reason(&fact));
}

/// Hours that end where the oldest window begins are no part of what a value is judged by.
#[test]
fn longer_datapoints_before_the_oldest_window_are_not_looked_at() {
    let end = END - END.rem_euclid(3600);
    let plan = Plan::ending_with(end, 62 * DAY, Reach { minutes_seconds: 3 * DAY, ..Reach::default() });
    let source = Metric::new("Demo", "Value", "p99").into();
    let (comparison, value) = (Comparison::Lt, "1".parse().unwrap());
    let latency = Slo {
        indicator: Indicator::Threshold { source, comparison, value, absent_is_idle: false },
        period: Period::Rolling { seconds: 86_400 },
        ..slo()
    };
    let judging = Judging { now: Timestamp::from_timestamp(end + 120, 0).unwrap(), ..judging() };
    let fact = slo_fact(&latency, &measured(&plan, |_| Some(0.5)), &judging);
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{}", reason(&fact));
}

/// What is declared to be zero where it is absent is so only if it ever came, now or in days that are kept.
#[test]
fn days_that_are_kept_show_that_a_metric_came() {
    let end = END - END.rem_euclid(DAY);
    let then = Plan::ending_with(end + 600, 3 * DAY, Reach::of_lengths([60]));
    let yesterday = Timestamp::from_timestamp(end - DAY, 0).unwrap().date_naive();
    let declared = |counted, absent_total_is_zero| {
        let Indicator::Ratio(ratio) = slo().indicator else { panic!("a ratio") };
        let ratio = Ratio { counted, absent_total_is_zero, ..ratio };
        Slo { period: Period::Rolling { seconds: 86_400 }, indicator: Indicator::Ratio(ratio), ..slo() }
    };
    let hour = |slo: &Slo, kept: [u64; 2], total: Option<u64>| {
        let day = DailyAggregate::of(slo, &snapshot(&then, |_, _| Some(kept[0]), |_, _| Some(kept[1])), yesterday);
        let days = vec![ObjectiveDays::new(slo, vec![day.unwrap()]).unwrap()];
        let data = snapshot(&Plan::at(NOW, [86_400]), |_, _| None, |_, _| total);
        slo_fact_with(slo, &data, &judging(), &Background { days }).windows["1h"].burn_rate_micro
    };
    let silent = declared(Counted::Bad { absent_is_zero: true }, true);
    assert_eq!((hour(&silent, [0, 5], None), hour(&silent, [0, 0], None)), (Some(0), None));
    // Of good ones none came: they are all bad, if it is known that there is such a metric.
    let good = declared(Counted::Good, false);
    assert_eq!((hour(&good, [5, 5], Some(5)), hour(&good, [0, 5], Some(5))), (Some(1_000_000_000), None));
}

/// A sweep leaves out days that are kept: what it says is the same, and a day that is neither is not known.
#[test]
fn days_that_are_not_asked_for_are_as_they_were_kept() {
    let bad = |minute: i64| minute.rem_euclid(DAY) == 3600;
    let whole = Plan::at_with(NOW, [30 * 86_400], Reach::of([&slo()]));
    let first = END - END.rem_euclid(DAY) - 20 * DAY;
    let less = whole.without(&(first..first + 10 * DAY));
    assert!(less.tiers().iter().map(|tier| tier.datapoints()).sum::<usize>() < 7000);
    let day = |index: i64| {
        let date = Timestamp::from_timestamp(first + index * DAY, 0).unwrap().date_naive();
        DailyAggregate::of(&slo(), &requests(&whole, bad), date).unwrap()
    };
    let kept = |days| Background { days: vec![ObjectiveDays::new(&slo(), (0..days).map(day).collect()).unwrap()] };
    let of = |plan: &Plan, days| slo_fact_with(&slo(), &requests(plan, bad), &judging(), &kept(days));
    assert_eq!(of(&less, 10).budget, of(&whole, 0).budget);
    let lost = of(&less, 9);
    let budget = lost.budget.as_ref().unwrap();
    assert_eq!((lost.evidence.status, budget.is_undecided), (EvidenceStatus::Partial, true), "{}", reason(&lost));
    assert_eq!(budget.known.unwrap().unknown_seconds, 86_400);
    // A day of thirty, all bad, is 33 times a thousandth.
    assert!(budget.consumed_at_most_ppm.unwrap() > 33_000_000, "{budget:?}");
}
