use std::sync::Arc;

use crate::{
    evidence::EvidenceStatus,
    slo::{
        BudgetUnit, Comparison, Composite, CompositeMethod, Indicator, Metric, Part, Period, Plan, Reach, Slo, SloFact,
        Snapshot, Source, Traffic, coverage,
        sample::{END, NOW, judging, maintenance, measured, requests, slo},
        slo_fact, unknown_fact,
    },
};

/// A minute in ten is too slow.
fn latency() -> Slo {
    let source = Source::Metric(Metric::new("Demo", "Value", "p99"));
    let indicator = Indicator::Threshold {
        source,
        comparison: Comparison::Lte,
        value: "0.5".parse().unwrap(),
        absent_is_idle: false,
    };
    Slo { name: "latency".into(), indicator, period: Period::Rolling { seconds: 3 * 86_400 }, ..slo() }
}

fn of(method: CompositeMethod) -> Slo {
    let part = |slo, weight: &str| Part { slo: Arc::new(slo), weight: weight.parse().unwrap() };
    let parts = vec![part(slo(), "3"), part(latency(), "0.5")];
    let period = Period::Rolling { seconds: 7 * 86_400 };
    Slo { name: "journey".into(), indicator: Indicator::Composite(Composite { method, parts }), period, ..slo() }
}

/// Two weeks by minutes, as a value needs them, and more.
fn plan() -> Plan {
    Plan::at_with(NOW, [30 * 86_400], Reach::of_lengths([60]))
}

/// One minute in a hundred fails in the last hours, and one in ten is slow.
fn data() -> Snapshot {
    let slow = measured(&plan(), |start| Some(if start % 600 == 0 { 0.7 } else { 0.1 }));
    Snapshot { measures: slow.measures, ..requests(&plan(), |minute| minute % 6000 == 0) }
}

fn judged(slo: &Slo, data: &Snapshot) -> SloFact {
    slo_fact(slo, data, &judging())
}

#[test]
fn a_weighted_mean_is_taken_of_the_shares() {
    let fact = judged(&of(CompositeMethod::Weighted), &data());
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{:?}", fact.evidence.reason);
    let two = &fact.windows["2h"];
    let [one, other] = [slo(), latency()].map(|part| judged(&part, &data()).windows["2h"].clone());
    let share = |window: &crate::slo::WindowFact| (window.total.unwrap() - window.good.unwrap(), window.total.unwrap());
    assert_eq!((share(&one), share(&other)), ((60, 7200), (12, 120)));
    // (3 × 1/120 + 0.5 × 1/10) / 3.5 = 0.0214285…, of a thousandth.
    assert_eq!(two.burn_rate_micro, Some(21_428_572));
    assert_eq!((two.good, two.burn_rate_high_micro, two.traffic), (None, None, Traffic::Events));
    assert_eq!(fact.budgeting.unit, BudgetUnit::PartsPerBillion);
    assert_eq!(fact.pairs[0].exceeded, Some(fact.windows["5m"].burn_rate_micro > Some(13_440_000)));
}

#[test]
fn a_window_says_how_few_events_make_its_burn_rate() {
    for (method, burn_rates) in [
        // 3 × 1/120 and 0.5 × 1/10 of 3.5, each of a thousandth.
        (CompositeMethod::Weighted, [7_142_858, 14_285_715]),
        (CompositeMethod::WorstOf, [8_333_334, 100_000_000]),
    ] {
        let fact = judged(&of(method), &data());
        let made_of = fact.windows["2h"].made_of.clone().unwrap();
        let found: Vec<_> = made_of.parts.iter().map(|part| (part.event, part.total, part.burn_rate_micro)).collect();
        assert_eq!(made_of.method, method);
        assert_eq!(
            found,
            [(BudgetUnit::Events, Some(7200), burn_rates[0]), (BudgetUnit::Minutes, Some(120), burn_rates[1]),]
        );
        assert!(fact.windows["2h"].burn_rate_micro.unwrap() <= burn_rates.iter().sum());
    }
    assert_eq!(judged(&slo(), &data()).windows["2h"].made_of, None);
}

#[test]
fn the_worst_is_the_worst_in_each_window() {
    let fact = judged(&of(CompositeMethod::WorstOf), &data());
    assert_eq!(fact.windows["2h"].burn_rate_micro, Some(100_000_000));
    let weeks = Slo { period: Period::Rolling { seconds: 14 * 86_400 }, ..of(CompositeMethod::WorstOf) };
    // Its parts are judged over its own period.
    assert_eq!(judged(&weeks, &data()).period_seconds, 14 * 86_400);
    assert_eq!(judged(&weeks, &data()).evidence.status, EvidenceStatus::Ok);
}

#[test]
fn an_unknown_part_makes_the_whole_unknown() {
    for method in [CompositeMethod::Weighted, CompositeMethod::WorstOf] {
        let silent = Snapshot { measures: measured(&plan(), |_| None).measures, ..data() };
        let fact = judged(&of(method), &silent);
        assert_eq!(fact.evidence.status, EvidenceStatus::NoData);
        assert!(fact.evidence.reason.as_deref().unwrap().contains("`slo/payments-api/latency`: `Demo/Value`"));
        assert!(fact.budget.is_none() && fact.windows.values().all(|window| window.burn_rate_micro.is_none()));
        assert_eq!(fact.traffic, Traffic::Unknown);
        let lost = Snapshot { measures: [].into(), ..data() };
        assert_eq!(judged(&of(method), &lost).evidence.status, EvidenceStatus::Error);
    }
    // One that is not sure of its weights is not known.
    let nothing = |mut slo: Slo| {
        let Indicator::Composite(composite) = &mut slo.indicator else { panic!("a composite") };
        composite.parts.iter_mut().for_each(|part| part.weight = 0.into());
        slo
    };
    assert_eq!(judged(&nothing(of(CompositeMethod::Weighted)), &data()).evidence.status, EvidenceStatus::Error);
    let Indicator::Composite(mut empty) = of(CompositeMethod::Weighted).indicator else { panic!("a composite") };
    empty.parts.clear();
    let empty = Slo { indicator: Indicator::Composite(empty), ..slo() };
    assert_eq!(judged(&empty, &data()).evidence.status, EvidenceStatus::Error);
}

/// From the file that ships: what either service has written or lost counts in one budget, which binds both.
#[test]
fn services_spend_one_budget_together() {
    let read = crate::slo::read([
        ("settlement-export.yaml", include_str!("../../../../policies/data/slos/settlement-export.yaml")),
        ("sources.yaml", include_str!("../../../../policies/data/slos/sources.yaml")),
        ("alerts.yaml", include_str!("../../../../policies/data/slos/alerts.yaml")),
    ]);
    let slos = read.unwrap().slos;
    let shared = slos.iter().find(|slo| slo.name == "bookings").unwrap();
    assert_eq!(
        (shared.service.as_str(), &shared.shared_with[..]),
        ("settlement-export", &["card-payment".to_owned()][..])
    );
    // A booking a second in each service; one of them loses all of its own for ten minutes.
    let counts = |written_by_card_payment: i64| {
        let calm = requests(&plan(), |_| false);
        let failing = requests(&plan(), |minute| minute >= END - written_by_card_payment * 60);
        let of = |metric: &&Metric| {
            let from = if metric.dimensions["Service"] == "card-payment" { &failing } else { &calm };
            let name = if metric.name == "BookingsWritten" { "Good" } else { "Total" };
            ((*metric).clone(), from.series[&crate::slo::sample::metric(name)].clone())
        };
        Snapshot { plan: plan(), series: shared.metrics().iter().map(of).collect(), measures: [].into() }
    };
    let fact = judged(shared, &counts(10));
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{:?}", fact.evidence.reason);
    let hour = &fact.windows["1h"];
    assert_eq!((hour.good, hour.total), (Some(6600), Some(7200)));
    // A twelfth of a budget of a thousandth.
    assert_eq!(hour.burn_rate_micro, Some(83_333_334));
    assert_eq!(fact.budget.as_ref().unwrap().bad, 600);
    assert_eq!(judged(shared, &counts(0)).budget.unwrap().bad, 0);
    // Not knowing of one is not knowing of both.
    let mut half = counts(0);
    half.series.retain(|metric, _| metric.dimensions["Service"] != "card-payment" || metric.name == "BookingsWritten");
    assert_eq!(judged(shared, &half).evidence.status, EvidenceStatus::Error);
}

#[test]
fn coverage_counts_services_with_an_objective_that_is_known() {
    let known = [judged(&slo(), &requests(&plan(), |_| false))];
    let unknown = [unknown_fact(&slo(), &judging(), EvidenceStatus::NoData, "absent")];
    let fact = coverage([("c", &known[..]), ("b", &unknown[..]), ("a", &[])]);
    assert_eq!((fact.services, fact.with_objective, fact.covered), (3, 2, 1));
    assert_eq!((fact.covered_ppm, fact.uncovered), (Some(333_333), vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(coverage([("c", &known[..]), ("d", &known[..]), ("a", &[])]).covered_ppm, Some(666_666));
    assert_eq!(coverage([]).covered_ppm, None);
}

#[test]
fn maintenance_of_a_part_is_maintenance_of_the_whole() {
    let exclusion = Arc::new(maintenance("2026-11-21T10:00", "2026-11-21T10:30", None));
    let part = |slo, weight: &str| Part { slo: Arc::new(slo), weight: weight.parse().unwrap() };
    let parts = vec![part(Slo { exclusions: vec![exclusion], ..slo() }, "3"), part(latency(), "0.5")];
    let indicator = Indicator::Composite(Composite { method: CompositeMethod::Weighted, parts });
    let fact = judged(&Slo { indicator, ..of(CompositeMethod::Weighted) }, &data());
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{:?}", fact.evidence.reason);
    assert_eq!((fact.windows["5m"].traffic, fact.windows["5m"].burn_rate_micro), (Traffic::Excluded, None));
    assert!(fact.windows["1h"].burn_rate_micro.is_some());
    assert_eq!(fact.maintenance.len(), 1);
}
