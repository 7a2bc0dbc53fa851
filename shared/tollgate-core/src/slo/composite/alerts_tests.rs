//! How fast the budget of several objectives burns, and what their alerts make of it.

use crate::evidence::EvidenceStatus;
use crate::slo::{
    Budgeting, BurnAlert, Comparison, CompositeMethod, Slo, Target,
    composite::several_sample::{Lost, MINUTE, any_of, bad_if, by_minutes, composite, data, judged},
    sample::{END, reason},
};

/// The budget of the whole burns as fast as the one that burns fastest, by its own target.
#[test]
fn occurrences_burn_at_the_worst_rate() {
    let events = |name: &str, ppb| Slo {
        budgeting: Budgeting::Occurrences,
        target: Target::from_ppb(ppb).unwrap(),
        ..by_minutes(name)
    };
    let (strict, lax) = (events("A", 999_000_000), events("B", 990_000_000));
    let every = |minutes: i64| move |at: i64| bad_if((END - at) / MINUTE % minutes == 1);
    let (rare, often) = (every(1000), every(20));
    let both = data(&[("A", &rare), ("B", &often)]);
    let burn = |slo: &Slo| judged(slo, &both).windows["3d"].burn_rate_micro.unwrap();
    let whole = |weights: [&'static str; 2]| {
        let parts = [strict.clone(), lax.clone()].into_iter().zip(weights);
        composite(CompositeMethod::WorstBurnRate, parts)
    };
    // 5 bad minutes of 4320, of a thousandth; a twentieth, of a hundredth.
    assert_eq!((burn(&strict), burn(&lax)), (1_157_408, 5_000_000));
    assert_eq!(burn(&whole(["1", "1"])), 5_000_000);
    assert_eq!(burn(&whole(["1", "0.5"])), 2_500_000);
    assert_eq!(burn(&whole(["1", "0.1"])), 1_157_408);
    // No faster than if all were bad.
    assert_eq!(burn(&whole(["1", "1000"])), 1_000_000_000);
    let fact = judged(&whole(["1", "1"]), &both);
    assert_eq!(fact.evidence.status, EvidenceStatus::Ok, "{}", reason(&fact));
    let parts: Vec<u64> =
        fact.windows["3d"].made_of.as_ref().unwrap().parts.iter().map(|part| part.burn_rate_micro).collect();
    assert_eq!(parts, [1_157_408, 5_000_000]);
}

/// Two that lack a twentieth each lack a tenth together.
#[test]
fn ratios_of_slices_lack_what_all_of_them_lack() {
    let ratios = |name: &str| Slo { budgeting: Budgeting::RatioTimeslices { slice_seconds: 60 }, ..by_minutes(name) };
    let often = |at: i64| bad_if((END - at) / MINUTE % 20 == 1);
    let both = data(&[("A", &often), ("B", &often)]);
    let whole = |weight| composite(CompositeMethod::SumOfBad, [(ratios("A"), "1"), (ratios("B"), weight)]);
    let burn = |slo: &Slo| judged(slo, &both).windows["3d"].burn_rate_micro;
    assert_eq!((burn(&ratios("A")), burn(&whole("1"))), (Some(5_000_000), Some(10_000_000)));
    assert_eq!((burn(&whole("2")), burn(&whole("100"))), (Some(15_000_000), Some(100_000_000)));
}

fn with_alert(slo: Slo, after_seconds: u64) -> Slo {
    let alert = BurnAlert {
        policy: "fast".into(),
        condition: "burns".into(),
        severity: "page".into(),
        comparison: Comparison::Gte,
        threshold: 50.into(),
        lookback_seconds: 600,
        after_seconds,
        when_breaching: true,
        description: None,
        when_resolved: false,
        when_no_data: false,
        targets: Vec::new(),
    };
    Slo { alerts: vec![alert], ..slo }
}

/// Five minutes of each, one after the other: all of the ten, of a hundredth.
#[test]
fn an_alert_of_several_holds_by_what_they_come_to() {
    let a = |at: i64| bad_if((END - 600..END - 300).contains(&at));
    let b = |at: i64| bad_if((END - 300..END).contains(&at));
    let both = data(&[("A", &a), ("B", &b)]);
    let alert = |slo: Slo, after| judged(&with_alert(slo, after), &both).alerts[0].clone();
    let union = || any_of([by_minutes("A"), by_minutes("B")]);
    assert_eq!((alert(union(), 0).holds, alert(union(), 0).burn_rate_micro), (Some(true), Some(100_000_000)));
    assert_eq!((alert(union(), 300).holds, alert(union(), 360).holds), (Some(true), Some(false)));
    let worst = || composite(CompositeMethod::WorstOf, ["A", "B"].map(|name| (by_minutes(name), "1")));
    assert_eq!((alert(worst(), 0).holds, alert(worst(), 0).burn_rate_micro), (Some(true), Some(50_000_000)));
    let lost = data(&[("A", &a), ("B", &|_| Lost)]);
    assert_eq!(judged(&with_alert(union(), 0), &lost).alerts[0].holds, None);
    let gone = data(&[("A", &a)]);
    assert_eq!(judged(&with_alert(union(), 0), &gone).alerts[0].holds, None);
}
