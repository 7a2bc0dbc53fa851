//! The values of a gate's SLIs, from what came of their metrics.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    evidence::EvidenceStatus,
    keptn::{KeptnResult, keptn_result, parse},
    slo::{Expression, Input, Quality, Rational, TierSeries, rational},
};

const NOW: i64 = 1_795_255_842;

fn gate() -> KeptnGate {
    let text = "spec_version: '1.0'\nobjectives:\n- {sli: speed, pass: [{criteria: ['<=0.3']}]}\n\
                - {sli: errors, key_sli: true, pass: [{criteria: ['<=1']}]}\ntotal_score: {pass: 90%, warning: 75%}";
    parse("slo.yaml", text).unwrap()
}

fn metric(name: &str, statistic: &str) -> Metric {
    Metric::new("N", name, statistic)
}

fn slis() -> KeptnSlis {
    let input = |name, absent_is_zero| Input { metric: metric(name, "Sum"), absent_is_zero };
    let inputs = BTreeMap::from([("bad".to_owned(), input("Bad", true)), ("all".to_owned(), input("All", false))]);
    let errors = Source::Expression(Expression::parse("100 * bad / all", inputs).unwrap());
    KeptnSlis {
        service: "pay".into(),
        window_seconds: 900,
        indicators: [("speed".to_owned(), metric("Latency", "p95").into()), ("errors".to_owned(), errors)].into(),
    }
}

fn sampled(values: &[(&str, f64, Quality)]) -> Sampled {
    let tier = slis().tier(Timestamp::from_timestamp(NOW, 0).unwrap());
    let of = |metric: &&Metric| {
        let found = values.iter().filter(|(name, ..)| *name == metric.name);
        let quality = found.clone().next().map_or(Quality::Complete, |(_, _, quality)| quality.clone());
        let points = found.map(|(_, value, _)| (tier.start, *value));
        ((*metric).clone(), TierSeries::from_points(&tier, points, quality))
    };
    Sampled { tier, series: slis().metrics(&gate()).iter().map(of).collect() }
}

fn judged(values: &[(&str, f64, Quality)]) -> crate::keptn::KeptnFact {
    keptn_result(&gate(), &slis().values(&gate(), &sampled(values), "test".into()), &[])
}

const OK: Quality = Quality::Complete;

/// 10:10:42 less the lag is 10:08:42: one datapoint up to 10:08.
#[test]
fn one_datapoint_covers_the_time_that_is_evaluated() {
    let tier = slis().tier(Timestamp::from_timestamp(NOW, 0).unwrap());
    assert_eq!((tier.period_seconds, tier.start, tier.end, tier.datapoints()), (900, NOW - 1062, NOW - 162, 1));
    assert_eq!(slis().metrics(&gate()).len(), 3);
}

/// The value on the boundary: 3 of 300 is 1 %, and 0.1 + 0.2 is not 0.3.
#[test]
fn values_are_exact_at_the_boundary() {
    let fact = judged(&[("Latency", 0.3, OK), ("Bad", 3.0, OK), ("All", 300.0, OK)]);
    assert_eq!((fact.result, fact.score_ppm, fact.evidence.status), (KeptnResult::Pass, 1_000_000, EvidenceStatus::Ok));
    let texts: Vec<_> = fact.objectives.iter().map(|objective| objective.value.as_deref()).collect();
    assert_eq!(texts, [Some("0.3"), Some("1")]);
    assert_eq!(fact.evidence.as_of.map(|at| at.timestamp()), Some(NOW - 162));
    assert_eq!(judged(&[("Latency", 0.1 + 0.2, OK), ("Bad", 3.0, OK), ("All", 300.0, OK)]).result, KeptnResult::Fail);
    assert_eq!(judged(&[("Latency", 0.3, OK), ("Bad", 4.0, OK), ("All", 300.0, OK)]).result, KeptnResult::Fail);
}

#[test]
fn what_is_missing_is_told_and_never_passes() {
    let fails = || Quality::Failed("CloudWatch answered `Forbidden`".into());
    let part = || Quality::Partial("CloudWatch answered `PartialData`".into());
    let speed = ("Latency", 0.2, OK);
    let all = ("All", 300.0, OK);
    for (values, status, reason) in [
        (
            vec![speed.clone(), all.clone(), ("Bad", 0.0, fails())],
            EvidenceStatus::Partial,
            "`N/Bad`: CloudWatch answered `Forbidden`",
        ),
        (vec![speed.clone(), all.clone(), ("Bad", 1.0, part())], EvidenceStatus::Partial, "PartialData"),
        (vec![speed.clone()], EvidenceStatus::Partial, "`errors` (`all` has no datapoint)"),
        (vec![speed.clone(), ("All", 0.0, OK)], EvidenceStatus::Partial, "`errors` (it divides by zero)"),
        (vec![speed, ("All", f64::NAN, OK)], EvidenceStatus::Partial, "is not a number"),
        (vec![("All", 1.0, fails()), ("Latency", 1.0, fails())], EvidenceStatus::Error, "could not be read"),
        (vec![], EvidenceStatus::NoData, "`speed` (`N/Latency` has no datapoint)"),
    ] {
        let fact = judged(&values);
        assert_eq!((fact.result, fact.evidence.status), (KeptnResult::Inconclusive, status), "{fact:?}");
        assert!(fact.evidence.reason.as_deref().unwrap().contains(reason), "{reason}: {:?}", fact.evidence.reason);
    }
    // Nothing bad was counted, and its source says that nothing is missing.
    assert_eq!(judged(&[("Latency", 0.2, OK), all]).result, KeptnResult::Pass);
    let none = slis().no_values(&gate(), "recorded:x".into(), "it has none of them");
    let fact = keptn_result(&gate(), &none, &[]);
    assert_eq!((fact.result, fact.evidence.status), (KeptnResult::Inconclusive, EvidenceStatus::NoData));
    assert!(fact.evidence.reason.unwrap().contains("it has none of them"));
}

#[test]
fn fractions_become_as_many_decimals_as_fit() {
    let text =
        |numerator, denominator| nearest_decimal(Rational::new(numerator, denominator)).map(|found| found.to_string());
    assert_eq!(text(1, 8).as_deref(), Some("0.125"));
    assert_eq!(text(1, 3).as_deref(), Some("0.3333333333333333333333333333"));
    assert_eq!(text(-200, 3).as_deref(), Some("-66.666666666666666666666666666"));
    assert_eq!(text(0, 1).as_deref(), Some("0"));
    assert_eq!(text(79_228_162_514_264_337_593_543_950_335, 1).as_deref(), Some("79228162514264337593543950335"));
    assert_eq!(text(79_228_162_514_264_337_593_543_950_336, 1), None);
    assert_eq!(text(i128::MAX, 1), None);
}

proptest! {
    #[test]
    fn decimals_stay_what_they_are(mantissa in -10_i64.pow(15)..10_i64.pow(15), scale in 0..12_u32) {
        let decimal = Decimal::new(mantissa, scale);
        prop_assert_eq!(nearest_decimal(rational(decimal)), Some(decimal.normalize()));
    }

    /// Whatever a fraction becomes, it compares with the nearest limits as the fraction does.
    #[test]
    fn fractions_compare_as_they_are(numerator in -1_000_000_000..1_000_000_000_i128, denominator in 1..1_000_000_000_i128) {
        let exact = Rational::new(numerator, denominator);
        let cut = rational(nearest_decimal(exact).unwrap());
        let thousandths = (exact * 1000).round().to_integer();
        for near in thousandths - 1..=thousandths + 1 {
            let limit = Rational::new(near, 1000);
            prop_assert_eq!(cut.cmp(&limit), exact.cmp(&limit));
        }
    }
}
