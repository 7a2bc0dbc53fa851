//! Gates, and recordings of what either reads.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{MetricDataResult, StatusCode};
use tollgate_aws::{Recording, Telemetry};
use tollgate_core::{
    canary::CanaryVerdict,
    evidence::EvidenceStatus,
    keptn::KeptnResult,
    slo::{Metric, Plan, Quality, Snapshot, TierSeries},
};

use crate::answering::*;

#[tokio::test]
async fn a_gate_takes_one_datapoint_of_each_metric() {
    let rule = answering(|input, query| {
        // Beside it the newest minutes, which tell whether the metric is silent.
        let seconds = input.end_time().unwrap().secs() - input.start_time().unwrap().secs();
        assert!([(900, 900), (60, 600)].contains(&(query.period, seconds)));
        Some(result(input, query, healthy))
    });
    let fact = keptn(&rule).await;
    assert_eq!((fact.result, fact.evidence.status), (KeptnResult::Pass, EvidenceStatus::Ok), "{fact:?}");
    assert_eq!((rule.num_calls(), fact.evidence.api_requests, fact.evidence.api_cost_usd_micros), (2, 2, 40));
    let values: Vec<_> = fact.objectives.iter().map(|objective| objective.value.as_deref()).collect();
    assert_eq!(values, [Some("1"), Some("1900")]);
}

#[tokio::test]
async fn a_gate_whose_metrics_have_fallen_silent_is_inconclusive() {
    let rule = answering(|input, query| {
        let silent = MetricDataResult::builder().id(&query.id).status_code(StatusCode::Complete).build();
        Some(if query.period == 60 { silent } else { result(input, query, healthy) })
    });
    let fact = keptn(&rule).await;
    assert_eq!(fact.result, KeptnResult::Inconclusive, "{fact:?}");
    assert!(format!("{fact:?}").contains("no datapoint for 600 s up to the end of the window"));
}

/// Counts by minutes as a recording has them: eleven in a hundred requests fail when it is bad.
fn recording(good: f64) -> Telemetry {
    let plan = Plan::ending(NOW - 162, 3 * 86_400);
    let series = |name: &str, value: f64| {
        let metric = Metric {
            dimensions: [("Service".to_owned(), "search-api".to_owned())].into(),
            region: Some("eu-central-1".into()),
            ..Metric::new("Tollgate/Demo", name, "Sum")
        };
        let tiers = plan.tiers().iter();
        let tiers =
            tiers.map(|tier| TierSeries::from_points(tier, tier.starts().map(|at| (at, value)), Quality::Complete));
        (metric, tiers.collect())
    };
    let series = [series("RequestCount", 100.0), series("GoodRequestCount", good)].into();
    let snapshot = Snapshot { plan: plan.clone(), series, measures: BTreeMap::new() };
    Telemetry::Recorded(Box::new(Recording::new(now(), snapshot)), "demo.json".to_owned())
}

#[tokio::test]
async fn a_recording_gives_what_it_has_and_says_what_it_has_not() {
    let catalogue = catalogue();
    let (gate, slis) = (&catalogue.keptn["search-api"], &catalogue.keptn_slis["search-api"]);
    for (good, result, value) in [(99.0, KeptnResult::Pass, "1"), (89.0, KeptnResult::Fail, "11")] {
        let fact = recording(good).keptn(gate, slis, &[], now(), soon()).await;
        assert_eq!((fact.result, fact.objectives[0].value.as_deref()), (result, Some(value)));
        assert_eq!(fact.objectives[1].value.as_deref(), Some("1500"));
        assert_eq!(fact.evidence.source, "recorded:demo.json");
    }
    let fact = recording(99.0).canary(&catalogue.canaries["payments-api"], &question(), now(), soon()).await;
    assert_eq!((fact.verdict, fact.evidence.status), (CanaryVerdict::Inconclusive, EvidenceStatus::NoData));
    assert_eq!(fact.evidence.reason.as_deref(), Some("the recording has none of its metrics"));
    let later = now() + chrono::TimeDelta::hours(1);
    let fact = recording(99.0).keptn(gate, slis, &[], later, soon()).await;
    assert_eq!((fact.result, fact.evidence.status), (KeptnResult::Inconclusive, EvidenceStatus::Error));
}
