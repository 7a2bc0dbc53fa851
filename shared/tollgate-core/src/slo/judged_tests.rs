use std::sync::Arc;

use proptest::prelude::*;

use crate::{
    Timestamp,
    evidence::EvidenceStatus,
    slo::{
        Background, BudgetUnit, Counted, DailyAggregate, Indicator, ObjectiveDays, Period, Quality, Ratio, Reach, Slo,
        Snapshot, Target, Traffic,
        plan::Plan,
        sample::{
            DAY, END, NOW, judged, judging, maintenance, metric, monthly, plan, reason, requests, sliced, slo, snapshot,
        },
        slo_fact_with,
    },
};

/// All is bad in these minutes before the end of the data.
fn outage(minutes: i64) -> Snapshot {
    requests(&plan(), |minute| minute >= END - minutes * 60)
}

#[test]
fn a_calm_service_has_all_of_its_budget() {
    let fact = judged(&slo(), &outage(0));
    assert_eq!((fact.evidence.status, fact.traffic), (EvidenceStatus::Ok, Traffic::Events));
    // 99.9 % of 30 days leaves 43.2 minutes, and burns at most a thousand times too fast.
    assert_eq!((fact.allowance_ms, fact.max_burn_rate_micro), (2_592_000, 1_000_000_000));
    let month = Slo { target: Target::from_decimal("99.95", 100).unwrap(), ..slo() };
    assert_eq!(judged(&month, &outage(0)).allowance_ms, 1_296_000);
    let factors: Vec<_> = fact.pairs.iter().map(|pair| (pair.factor_micro, pair.exceeded)).collect();
    let no = Some(false);
    assert_eq!(factors, [(14_400_000, no), (6_000_000, no), (3_000_000, no), (1_000_000, no)]);
    assert!(fact.depletion.iter().all(|end| end.inside_period == Some(false) && end.exhausted_at.is_none()));
    let hour = &fact.windows["1h"];
    assert_eq!((hour.burn_rate_low_micro, hour.burn_rate_micro), (Some(0), Some(0)));
    // z² / (3600 + z²) of a thousand.
    assert_eq!(hour.burn_rate_high_micro, Some(1_065_935));
    assert_eq!((fact.period.ends_at.timestamp(), fact.period.elapsed_ppm), (END, 1_000_000));
    assert_eq!(fact.period.starts_at.timestamp(), END - 30 * DAY);
}

#[test]
fn an_outage_pages_and_says_when_the_budget_ends() {
    let fact = judged(&slo(), &outage(10));
    let exceeded: Vec<_> =
        fact.pairs.iter().filter(|pair| pair.exceeded == Some(true)).map(|pair| &pair.name).collect();
    assert_eq!(exceeded, ["page_fast", "page_slow", "ticket_fast", "ticket_slow"]);
    let hour = &fact.windows["1h"];
    // Ten minutes of sixty, at a thousandth: 166.666… times too fast, over a 720th of the period.
    assert_eq!((hour.burn_rate_micro, hour.consumed_ppm), (Some(166_666_667), Some(231_481)));
    assert_eq!(fact.pairs[0].consumed_ppm, Some(231_481));
    // What is left lasts 30 days × (1 - 600 / 2592.48) / 166.666….
    let end = &fact.depletion[0];
    assert_eq!((end.window.as_str(), end.seconds_to_exhaustion, end.inside_period), ("1h", Some(11_952), Some(true)));
    assert_eq!(end.exhausted_at.map(|at| at.timestamp()), Some(END + 11_952));
}

#[test]
fn one_bad_request_of_five_is_compatible_with_little() {
    let few = |start: i64, seconds| if (END - 300..END).contains(&start) { Some(seconds / 60) } else { Some(0) };
    let total = |start, seconds| few(start, seconds).map(i64::unsigned_abs);
    let good = |start, seconds| total(start, seconds).map(|count| count - u64::from(start == END - 300));
    let fact = judged(&slo(), &snapshot(&plan(), good, total));
    let five = &fact.windows["5m"];
    assert_eq!((five.good, five.total, five.burn_rate_micro), (Some(4), Some(5), Some(200_000_000)));
    // Wilson, 1 of 5: 0.0362 to 0.6245.
    assert_eq!(five.burn_rate_low_micro.map(|low| low / 100_000), Some(362));
    assert_eq!(five.burn_rate_high_micro.map(|high| high / 100_000), Some(6244));
}

#[test]
fn no_traffic_and_no_data_are_told_apart() {
    let none = judged(&slo(), &snapshot(&plan(), |_, _| Some(0), |_, _| Some(0)));
    assert_eq!((none.traffic, none.windows["5m"].traffic), (Traffic::None, Traffic::None));
    assert_eq!(none.windows["5m"].burn_rate_high_micro, Some(1_000_000_000));
    let absent = judged(&slo(), &snapshot(&plan(), |_, _| None, |_, _| None));
    assert_eq!((absent.traffic, absent.windows["5m"].traffic), (Traffic::Unknown, Traffic::Unknown));
    assert_eq!(absent.evidence.status, EvidenceStatus::NoData);
    assert!(absent.pairs.iter().all(|pair| pair.exceeded.is_none()));
    assert!(absent.depletion.iter().all(|end| end.inside_period.is_none()));
}

#[test]
fn a_calendar_month_counts_from_its_first() {
    let utc = monthly(slo(), chrono_tz::Tz::UTC);
    // An outage at the end of October, and one of a minute on the first of November.
    let first = 1_793_491_200;
    let data = requests(&plan(), |minute| minute < first && minute >= first - 3600 || minute == first);
    let fact = judged(&utc, &data);
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{}", reason(&fact));
    assert_eq!((fact.period_seconds, fact.period.starts_at.timestamp()), (30 * 86_400, first));
    let budget = fact.budget.as_ref().unwrap();
    assert_eq!((budget.total, budget.bad), ((END - first).unsigned_abs(), 60));
    // 20 days, 10 hours and 8 minutes of 30 days.
    assert_eq!(fact.period.elapsed_ppm, 680_740);
    // In Berlin it began an hour earlier.
    let berlin = judged(&monthly(slo(), chrono_tz::Tz::Europe__Berlin), &data);
    assert_eq!(berlin.period.starts_at.timestamp(), first - 3600);
    assert_eq!(berlin.budget.unwrap().bad, 3660);
}

#[test]
fn the_slices_of_a_calendar_month_are_known_beforehand() {
    let hourly = monthly(sliced(3600), chrono_tz::Tz::UTC);
    let fact = judged(&hourly, &outage(90));
    let budget = fact.budget.as_ref().unwrap();
    // 30 days of hours, of which 8:38 to 10:08 spoils three: two whole ones would not.
    assert_eq!((budget.total, budget.bad), (720, 3));
    assert_eq!(budget.slices.as_ref().unwrap().total, 20 * 24 + 11);
    assert_eq!((fact.budgeting.unit, fact.budgeting.event), (BudgetUnit::Slices, BudgetUnit::Events));
    assert_eq!(fact.windows["1h"].slices.as_ref().unwrap().good, 0);
    assert_eq!(fact.windows["1h"].total, Some(3600));
    // The data ends with a whole minute: the next is the first that is to come.
    assert_eq!(judged(&monthly(sliced(60), chrono_tz::Tz::UTC), &outage(0)).budget.unwrap().total, 30 * 1440);
}

#[test]
fn slices_shorter_than_the_datapoints_need_what_is_stored() {
    let minutely = sliced(60);
    let data = requests(&plan(), |_| false);
    let fact = judged(&minutely, &data);
    assert_eq!(fact.evidence.status, EvidenceStatus::Partial);
    assert!(reason(&fact).contains("29 days 18 h of 30 days 8 min of the period are not known"), "{}", reason(&fact));
    assert!(reason(&fact).contains("if all failed in that time; 30 days have no aggregate"), "{}", reason(&fact));
    let budget = fact.budget.as_ref().unwrap();
    assert_eq!((budget.consumed_ppm, budget.is_undecided, budget.known_remaining_ppm()), (0, true, None));
    assert_eq!(fact.windows["1h"].burn_rate_micro, Some(0));
    assert_eq!(fact.windows["1d"].slices.as_ref().unwrap().unknown, 1443 - 363);
    // What each day's data came to while it was there.
    let days = (1..=30).map(|ago| {
        let end = END - END.rem_euclid(DAY) - (ago - 1) * DAY;
        let then = Plan::ending_with(end + 600, 3 * DAY, Reach::of_lengths([60]));
        let day = Timestamp::from_timestamp(end - DAY, 0).unwrap().date_naive();
        DailyAggregate::of(&minutely, &requests(&then, |minute| minute == end - 60), day).unwrap()
    });
    let days: Vec<_> = days.collect();
    let kept =
        |days: &[DailyAggregate]| Background { days: vec![ObjectiveDays::new(&minutely, days.to_vec()).unwrap()] };
    let background = kept(&days);
    let today = Plan::ending_with(END, 30 * DAY, Reach { minutes_seconds: 3 * DAY, ..Reach::default() });
    let data = requests(&today, |minute| minute >= END - 3 * DAY && (minute + 60) % DAY == 0);
    let fact = slo_fact_with(&minutely, &data, &judging(), &background);
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{}", reason(&fact));
    let slices = fact.budget.as_ref().unwrap().slices.clone().unwrap();
    // The first day counts whole; the last ten hours are today's. Three days have their data still.
    assert_eq!((slices.total, slices.good, slices.unknown), (30 * 1440 + 608, 30 * 1440 + 608 - 30, 0));
    assert_eq!((slices.days_stored, slices.days_missing), (28, 0));
    // One lost day is unknown, and said.
    let lost = kept(&days[..29]);
    let fact = slo_fact_with(&minutely, &data, &judging(), &lost);
    assert_eq!(fact.evidence.status, EvidenceStatus::Partial);
    assert!(reason(&fact).contains("; one day has no aggregate"), "{}", reason(&fact));
    // What was judged otherwise, or by nobody knows what, says nothing.
    let stored = |slo: &Slo, days: &Background| {
        slo_fact_with(slo, &data, &judging(), days).budget.unwrap().slices.unwrap().days_stored
    };
    let promised = Slo { target: Target::from_decimal("99.99", 100).unwrap(), ..minutely.clone() };
    assert_eq!((stored(&minutely, &lost), stored(&promised, &lost)), (27, 27));
    let Indicator::Ratio(ratio) = minutely.indicator.clone() else { panic!("a ratio") };
    let ratio = Ratio { counted: Counted::Bad { absent_is_zero: true }, ..ratio };
    let other = Slo { indicator: Indicator::Ratio(ratio), ..minutely.clone() };
    assert_eq!(stored(&other, &lost), 0);
    assert_eq!(stored(&Slo { name: "latency".into(), ..minutely.clone() }, &lost), 0);
    let mut old = lost;
    old.days[0].schema = "tollgate.slo_day/v1".into();
    assert_eq!(stored(&minutely, &old), 0);
}

#[test]
fn a_day_is_not_summed_up_before_it_is_whole() {
    let today = Timestamp::from_timestamp(NOW, 0).unwrap().date_naive();
    let of = |slo: &Slo, snapshot: &Snapshot, day| DailyAggregate::of(slo, snapshot, day).unwrap_err();
    let data = requests(&plan(), |_| false);
    assert!(of(&sliced(3600), &data, today).contains("is not over"));
    assert!(
        of(&slo(), &data, today - chrono::Days::new(5))
            .contains("no datapoints of five minutes, or as short as a slice, for all of")
    );
    assert!(of(&sliced(3600), &data, today - chrono::Days::new(70)).contains("does not reach back"));
    let mut failed = data;
    failed.series.get_mut(&metric("Total")).unwrap()[1].quality = Quality::Partial("PartialData".into());
    assert!(of(&sliced(3600), &failed, today - chrono::Days::new(1)).contains("not whole"));
}

#[test]
fn what_is_wholly_excluded_is_a_state_of_its_own_where_its_data_came() {
    let now = Arc::new(maintenance("2026-11-21T10:00", "2026-11-21T10:30", None));
    let excluding = Slo { exclusions: vec![Arc::clone(&now)], ..slo() };
    let fact = judged(&excluding, &outage(0));
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{:?}", fact.evidence.reason);
    assert_eq!((fact.windows["5m"].total, fact.windows["5m"].burn_rate_micro), (None, None));
    assert_eq!(fact.windows["5m"].traffic, Traffic::Excluded);
    assert_eq!(fact.windows["1h"].traffic, Traffic::Events);
    assert_eq!(fact.maintenance, Vec::from_iter(now.at(Timestamp::from_timestamp(END, 0).unwrap())));
    // The data came: it is not too old.
    assert_eq!(fact.evidence.as_of.map(|at| at.timestamp()), Some(END));
    // Without data, maintenance explains nothing.
    let silent = snapshot(
        &plan(),
        |start, seconds| (start < END - 900).then_some(seconds.unsigned_abs()),
        |start, seconds| (start < END - 900).then_some(seconds.unsigned_abs()),
    );
    let fact = judged(&excluding, &silent);
    assert_eq!(fact.evidence.status, EvidenceStatus::Stale);
    assert_eq!(fact.windows["5m"].traffic, Traffic::Unknown);
}

#[test]
fn maintenance_that_is_over_is_told_as_long_as_it_touches_the_newest_window() {
    for (ends, is_told) in [("2026-11-21T10:05", true), ("2026-11-21T09:50", false)] {
        let over = maintenance("2026-11-21T09:40", ends, None);
        let fact = judged(&Slo { exclusions: vec![Arc::new(over)], ..slo() }, &outage(0));
        assert_eq!(fact.evidence.status, EvidenceStatus::Ok);
        assert_eq!(fact.maintenance.len(), usize::from(is_told), "{ends}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// The parts of a period, each by burn rate × length / period, sum to what is consumed of it: here by days.
    #[test]
    fn what_windows_consume_adds_up(bad in proptest::collection::vec(0..1440_i64, 3)) {
        let day = |minute: i64| usize::try_from((END - 1 - minute) / DAY).unwrap();
        let is_bad = |minute: i64| bad.get(day(minute)).is_some_and(|bad| (END - 60 - minute) % DAY < bad * 60);
        let week = Slo { period: Period::Rolling { seconds: 7 * 86_400 }, ..slo() };
        let whole = Plan::ending_with(END, 7 * DAY, Reach::of_lengths([60]));
        let fact = judged(&week, &requests(&whole, is_bad));
        let minutes: i64 = bad.iter().sum();
        prop_assert_eq!(fact.budget.as_ref().unwrap().bad, 60 * minutes.unsigned_abs());
        prop_assert_eq!(fact.windows["3d"].consumed_ppm, Some(fact.budget.unwrap().consumed_ppm));
    }

    /// Whatever is excluded: where the data came, a window is judged, or is said to be excluded, by maintenance that is named.
    #[test]
    fn what_is_excluded_is_never_judged_and_always_named(started in 0..80_u32, hours in 1..160_i64) {
        let starts = Timestamp::from_timestamp(END - i64::from(started) * 3600, 0).unwrap();
        let ends = starts + chrono::TimeDelta::hours(hours);
        let local = |time: Timestamp| time.format("%Y-%m-%dT%H:%M").to_string();
        let exclusion = Arc::new(maintenance(&local(starts), &local(ends), None));
        for objective in [slo(), sliced(300)] {
            let fact = judged(&Slo { exclusions: vec![exclusion.clone()], ..objective }, &outage(0));
            if started >= 1 && hours > i64::from(started) {
                prop_assert_eq!(fact.windows["5m"].traffic, Traffic::Excluded);
            }
            for window in fact.windows.values() {
                prop_assert_eq!(window.burn_rate_micro.is_some(), window.traffic != Traffic::Excluded);
            }
            let has_excluded = fact.windows.values().any(|window| window.traffic == Traffic::Excluded);
            prop_assert!(!has_excluded || !fact.maintenance.is_empty());
        }
    }

    #[test]
    fn maintenance_of_everything_is_never_good(week in 0..52_u32, slice in prop::sample::select(&[0, 300, 3600][..])) {
        let daily = maintenance("2026-01-01T00:00", "2026-01-02T00:00", Some("FREQ=DAILY"));
        let objective = if slice == 0 { slo() } else { sliced(slice) };
        let objective = Slo { exclusions: vec![Arc::new(daily)], ..objective };
        let data = requests(&plan(), |minute| minute % 7 == i64::from(week) % 7);
        let fact = judged(&objective, &data);
        prop_assert_eq!(fact.evidence.status, EvidenceStatus::Partial);
        prop_assert!(reason(&fact).contains("everything is excluded over the period"), "{}", reason(&fact));
        prop_assert!(fact.budget.is_none() && fact.windows.values().all(|window| window.burn_rate_micro.is_none()));
        prop_assert_eq!(fact.traffic, Traffic::Unknown);
    }

    #[test]
    fn scaling_traffic_changes_no_fact_but_counts(factor in 2..1000_u64, bad in 0..500_i64) {
        let scaled = |factor: u64| {
            let data = snapshot(
                &plan(),
                |start, seconds| Some(factor * (seconds.unsigned_abs() - u64::from(start % bad.max(1) == 0))),
                |_, seconds| Some(factor * seconds.unsigned_abs()),
            );
            judged(&slo(), &data)
        };
        let (one, many) = (scaled(1), scaled(factor));
        for (name, window) in &one.windows {
            prop_assert_eq!(window.burn_rate_micro, many.windows[name].burn_rate_micro);
            prop_assert!(many.windows[name].burn_rate_high_micro <= window.burn_rate_high_micro);
        }
        prop_assert_eq!((&one.pairs, &one.depletion), (&many.pairs, &many.depletion));
        prop_assert_eq!(one.burning_since, many.burning_since);
    }
}

#[test]
fn a_period_longer_than_the_data_is_an_error() {
    let quarter = Slo { period: Period::Rolling { seconds: 90 * 86_400 }, ..slo() };
    assert_eq!(judged(&quarter, &outage(0)).evidence.status, EvidenceStatus::Error);
    let never = Slo { period: Period::Rolling { seconds: u64::MAX }, ..slo() };
    assert_eq!(judged(&never, &outage(0)).evidence.status, EvidenceStatus::Error);
}

/// What a short period allows is spent faster by its nature: a pair with a factor below 1 would find fault with it.
#[test]
fn a_short_period_pages_no_healthy_service() {
    for (days, factors) in [
        (30, &[14_400_000, 6_000_000, 3_000_000, 1_000_000][..]),
        (28, &[13_440_000, 5_600_000, 2_800_000, 933_333]),
        (7, &[13_440_000, 3_500_000, 1_400_000, 980_000]),
        (1, &[1_920_000]),
    ] {
        let slo = Slo { period: Period::Rolling { seconds: days * 86_400 }, ..slo() };
        let fact = judged(&slo, &outage(0));
        let found: Vec<_> = fact.pairs.iter().map(|pair| pair.factor_micro).collect();
        assert_eq!(found, factors, "{days} days");
    }
}
