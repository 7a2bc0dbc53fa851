use crate::{
    evidence::EvidenceStatus,
    slo::{
        BudgetUnit, Budgeting, Comparison, Expression, Indicator, Input, Metric, Period, Plan, RawKind, Reach, Slo,
        Snapshot, Source, Traffic,
        sample::{END, NOW, judged, measured, metric, plan, reason, requests, slo, snapshot},
    },
};

fn threshold(comparison: Comparison, value: &str) -> Slo {
    let source = Source::Metric(Metric::new("Demo", "Value", "p99"));
    Slo {
        indicator: Indicator::Threshold { source, comparison, value: value.parse().unwrap(), absent_is_idle: false },
        ..weekly()
    }
}

/// A period that CloudWatch keeps the minutes of.
fn weekly() -> Slo {
    Slo { period: Period::Rolling { seconds: 7 * 86_400 }, ..slo() }
}

fn minutes() -> Plan {
    Plan::at_with(NOW, [7 * 86_400], Reach::of_lengths([60]))
}

#[test]
fn a_value_is_good_at_its_limit_where_the_limit_is_good() {
    let data = measured(&minutes(), |_| Some(0.1));
    for (comparison, bad) in
        [(Comparison::Lte, false), (Comparison::Gte, false), (Comparison::Lt, true), (Comparison::Gt, true)]
    {
        let fact = judged(&threshold(comparison, "0.1"), &data);
        assert_eq!(fact.windows["1h"].good, Some(if bad { 0 } else { 60 }), "{comparison:?}");
        assert_eq!((fact.windows["1h"].total, fact.evidence.status), (Some(60), EvidenceStatus::Ok));
    }
    // A datapoint counts for as many minutes as it is long.
    let month = judged(&threshold(Comparison::Lte, "0.5"), &data).budget.unwrap();
    assert_eq!((month.total, month.bad), (7 * 1440, 0));
    let slow = measured(&minutes(), |start| Some(if start == END - 60 { 0.7 } else { 0.1 }));
    let fact = judged(&threshold(Comparison::Lte, "0.5"), &slow);
    assert_eq!((fact.windows["5m"].good, fact.windows["5m"].total), (Some(4), Some(5)));
    assert_eq!(fact.budgeting.event, BudgetUnit::Minutes);
    let silent = judged(&threshold(Comparison::Lte, "0.5"), &measured(&minutes(), |_| None));
    assert_eq!((silent.evidence.status, silent.traffic), (EvidenceStatus::NoData, Traffic::Unknown));
}

#[test]
fn datapoints_that_are_longer_say_nothing_of_a_value() {
    let monthly = Slo { period: slo().period, ..threshold(Comparison::Lte, "0.5") };
    let fact = judged(&monthly, &measured(&plan(), |_| Some(0.1)));
    assert_eq!((fact.evidence.status, fact.budget.clone()), (EvidenceStatus::Error, None));
    assert!(reason(&fact).contains("datapoints of 300 s in the period"), "{}", reason(&fact));
    let slice_target = crate::slo::SliceTarget::from_ppb(1_000_000_000).unwrap();
    let sliced = Slo { budgeting: Budgeting::Timeslices { slice_seconds: 300, slice_target }, ..monthly };
    let fact = judged(&sliced, &measured(&plan(), |_| Some(0.1)));
    // Of 30 days, the last six hours are by minutes, from 04:05 to 10:08.
    let slices = fact.budget.unwrap().slices.unwrap();
    assert_eq!((slices.good, slices.total - slices.unknown), (73, 73));
    assert_eq!(fact.evidence.status, EvidenceStatus::Partial);
}

#[test]
fn a_ratio_that_comes_as_one_is_taken_exactly() {
    let raw = |kind| {
        let source = Source::Metric(Metric::new("Demo", "Value", "p99"));
        Slo { indicator: Indicator::Raw { kind, source, absent_is_idle: false }, ..weekly() }
    };
    for (kind, value) in [(RawKind::Success, 0.998), (RawKind::Failure, 0.002)] {
        let fact = judged(&raw(kind), &measured(&minutes(), |_| Some(value)));
        assert_eq!(fact.windows["1h"].burn_rate_micro, Some(2_000_000), "{kind:?}");
        assert_eq!(fact.budget.as_ref().unwrap().consumed_ppm, 2_000_000);
    }
    for (value, kind) in [(1.001, RawKind::Success), (-0.1, RawKind::Failure), (99.9, RawKind::Success)] {
        let fact = judged(&raw(kind), &measured(&minutes(), |_| Some(value)));
        assert_eq!(fact.evidence.status, EvidenceStatus::Error);
        assert!(reason(&fact).contains("is not a share between 0 and 1"), "{}", reason(&fact));
    }
}

#[test]
fn a_formula_is_counted_where_all_of_it_is_known() {
    let formula = |text: &str, names: &[&str]| {
        let input = |name: &&str| ((*name).to_owned(), Input { metric: metric(name), absent_is_zero: true });
        Source::Expression(Expression::parse(text, names.iter().map(input).collect()).unwrap())
    };
    let with_total = |total: Source| {
        let Indicator::Ratio(ratio) = slo().indicator else { panic!("a ratio") };
        Slo { indicator: Indicator::Ratio(crate::slo::Ratio { total, ..ratio }), ..slo() }
    };
    let data = requests(&plan(), |minute| minute >= END - 60);
    let doubled = judged(&with_total(formula("Total + Good - Good", &["Total", "Good"])), &data);
    assert_eq!((doubled.evidence.status, doubled.windows["5m"].good), (EvidenceStatus::Ok, Some(240)));
    let halves = judged(&with_total(formula("Total / 7", &["Total"])), &data);
    assert!(reason(&halves).contains("is not a count of events"), "{}", reason(&halves));
    let absent = judged(&with_total(formula("Total + Other", &["Total", "Other"])), &data);
    assert_eq!(reason(&absent), "nothing was fetched or recorded of `Demo/Other`");
    // Zeros do not stand in for a metric that never came.
    let silent = snapshot(&plan(), |_, _| None, |_, _| None);
    let silent = judged(&with_total(formula("Total + Good", &["Total", "Good"])), &silent);
    assert_eq!(silent.evidence.status, EvidenceStatus::NoData);
}

#[test]
fn the_mean_of_slices_weighs_a_quiet_hour_like_a_busy_one() {
    let by_ratio = Slo { budgeting: Budgeting::RatioTimeslices { slice_seconds: 300 }, ..slo() };
    // One busy slice without error, one quiet one that fails by half.
    let busy = |start: i64| if (END - 480..END - 180).contains(&start) { 100 } else { 1 };
    let total = |start, seconds: i64| Some(busy(start) * seconds.unsigned_abs());
    let good = |start: i64, seconds: i64| {
        let bad = if start >= END - 180 { seconds.unsigned_abs() / 2 } else { 0 };
        Some(busy(start) * seconds.unsigned_abs() - bad)
    };
    let fact = judged(&by_ratio, &snapshot(&plan(), good, total));
    // 10:00 to 10:05 and what there is of 10:05 to 10:10.
    let five = &fact.windows["5m"];
    assert_eq!(five.slices.as_ref().unwrap().total, 2);
    assert_eq!(five.burn_rate_micro, Some(250_000_000));
}

#[test]
fn counts_that_are_read_as_measures_are_counts_still() {
    let tiers = |value: f64| {
        let data = measured(&minutes(), |_| Some(value));
        data.measures.into_values().next().unwrap()
    };
    let data = |good, total| Snapshot {
        measures: [(metric("Good"), tiers(good)), (metric("Total"), tiers(total))].into(),
        plan: minutes(),
        series: [].into(),
    };
    let fact = judged(&weekly(), &data(59.0, 60.0));
    assert_eq!((fact.windows["1h"].good, fact.windows["1h"].total), (Some(59 * 60), Some(3600)));
    for wrong in [59.5, -1.0] {
        assert!(reason(&judged(&weekly(), &data(wrong, 60.0))).contains("is not a count of events"));
    }
}
