//! Forecasts and anomalies.

use serde_json::{Value, json};
use tollgate_aws::billing::{BudgetSpend, Wanted, spend_of};
use tollgate_core::{
    budget::{Budget, ForecastReading},
    evidence::EvidenceStatus,
};

use crate::double::{answer_of, billing, budget, fetch, forecasts, now, page, refusal, scope, wanted};

const OURS: &str = "111122223333";

fn cost(body: &Value) -> (u16, Value) {
    let keys: &[&str] = if body["GroupBy"].is_array() { &[OURS, "owner$money"] } else { &[] };
    page(&[answer_of("2026-11-20", true, &[(keys, "10", "USD")])], None)
}

fn of_account() -> Budget {
    budget("b", scope(&[OURS], &[], &[], &[]))
}

async fn spend(wanted: Wanted, more: impl Fn(&str, &Value) -> (u16, Value) + Send + Sync + 'static) -> BudgetSpend {
    let (billing, _) = billing(move |action, body, _| match action {
        "GetCostAndUsage" => cost(body),
        _ => more(action, body),
    })
    .await;
    spend_of(&fetch(&billing, &[of_account()], &wanted).await, &of_account(), now()).unwrap()
}

fn with_forecast() -> Wanted {
    Wanted { forecasts: forecasts(&["b"]), ..wanted() }
}

#[tokio::test]
async fn a_forecast_is_asked_for_where_it_is_wanted_for_the_rest_of_the_period() {
    let found = spend(with_forecast(), |action, body| {
        assert_eq!(action, "GetCostForecast");
        assert_eq!(body["TimePeriod"], json!({"Start": "2026-11-21", "End": "2026-12-01"}));
        assert_eq!((&body["Metric"], &body["PredictionIntervalLevel"]), (&json!("UNBLENDED_COST"), &json!(80)));
        let filter = json!({"And": [
            {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": [OURS]}},
            {"Not": {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Credit", "Refund"]}}},
        ]});
        assert_eq!(body["Filter"], filter);
        let month = json!({"MeanValue": "100.1", "PredictionIntervalLowerBound": "90", "PredictionIntervalUpperBound": "120.5"});
        (200, json!({"Total": {"Amount": "100.1", "Unit": "USD"}, "ForecastResultsByTime": [month]}))
    })
    .await;
    let ForecastReading::Given(given) = found.reading.forecast else { panic!("{:?}", found.reading.forecast) };
    assert_eq!((given.mean.to_string(), given.low.unwrap().to_string()), ("100.1".to_owned(), "90".to_owned()));
    assert_eq!((given.high.unwrap().to_string(), given.end_day.to_string()), ("120.5".into(), "2026-12-01".into()));
}

#[tokio::test]
async fn a_forecast_that_aws_cannot_make_is_unknown_and_not_zero() {
    let odd: Vec<((u16, Value), EvidenceStatus, &str)> = vec![
        (refusal("DataUnavailableException"), EvidenceStatus::NoData, "DataUnavailable"),
        (refusal("AccessDeniedException"), EvidenceStatus::Error, "(allow `ce:GetCostForecast`)"),
        ((200, json!({})), EvidenceStatus::Error, "no total"),
        ((200, json!({"Total": {"Unit": "USD"}})), EvidenceStatus::Error, "no amount"),
        ((200, json!({"Total": {"Amount": "much", "Unit": "USD"}})), EvidenceStatus::Error, "`much`"),
    ];
    for (answer, status, part) in odd {
        let found = spend(with_forecast(), move |_, _| answer.clone()).await;
        let ForecastReading::Unknown(found_status, reason) = found.reading.forecast else { panic!("{part}") };
        assert!(found_status == status && reason.contains(part), "{found_status:?} {reason}");
        assert_eq!(found.gaps[0].part, "forecast");
    }
}

#[tokio::test]
async fn none_is_asked_for_where_it_is_not_wanted_or_aws_cannot_filter_it() {
    let by_service = budget("b", scope(&[], &["payments-api"], &[], &[]));
    for (wanted, budget) in [(wanted(), of_account()), (with_forecast(), by_service)] {
        let (billing, asked) = billing(|_, body, _| cost(body)).await;
        fetch(&billing, &[budget], &wanted).await;
        assert!(asked.lock().unwrap().iter().all(|request| request.action == "GetCostAndUsage"));
    }
}

fn anomaly(id: &str, account: Option<&str>, more: &Value) -> Value {
    let mut anomaly = json!({
        "AnomalyId": id, "MonitorArn": "arn:aws:ce::1:anomalymonitor/m", "AnomalyStartDate": "2026-11-18",
        "DimensionValue": "Amazon Elastic Compute Cloud - Compute", "AnomalyScore": {"MaxScore": 0.5, "CurrentScore": 0.5},
        "Impact": {"MaxImpact": 50.5, "TotalImpact": 101.1, "TotalImpactPercentage": 33.3},
        "RootCauses": [{"Service": "EC2", "LinkedAccount": account}],
    });
    anomaly.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    anomaly
}

#[tokio::test]
async fn open_anomalies_of_the_scope_are_found_on_all_pages() {
    let found = spend(Wanted { anomalies: true, ..wanted() }, |_, body| {
        assert_eq!(body["DateInterval"], json!({"StartDate": "2026-08-23", "EndDate": "2026-11-21"}));
        let none = json!({});
        let page = match body["NextPageToken"].is_string() {
            false => vec![
                anomaly("ours", Some(OURS), &none),
                anomaly("theirs", Some("999999999999"), &none),
                anomaly("over", Some(OURS), &json!({"AnomalyEndDate": "2026-11-18"})),
            ],
            true => vec![
                anomaly(
                    "anyone's",
                    None,
                    &json!({"AnomalyEndDate": "2026-11-19", "Impact": {"MaxImpact": 1, "TotalImpact": 0.1}}),
                ),
                anomaly("explained", Some(OURS), &json!({"Feedback": "PLANNED_ACTIVITY"})),
            ],
        };
        let token = (!body["NextPageToken"].is_string()).then_some("two");
        (200, json!({"Anomalies": page, "NextPageToken": token}))
    })
    .await;
    let told: Vec<_> =
        found.reading.anomalies.iter().map(|open| (open.id.as_str(), open.impact_micros, open.impact_ppm)).collect();
    assert_eq!(told, [("ours", 101_100_000, Some(333_000)), ("anyone's", 100_000, None)]);
    assert!(found.gaps.is_empty());
}

#[tokio::test]
async fn anomalies_that_do_not_come_are_said_to_be_missing() {
    let answer = refusal("AccessDeniedException");
    let found = spend(Wanted { anomalies: true, ..wanted() }, move |_, _| answer.clone()).await;
    assert_eq!((found.gaps.len(), found.gaps[0].part), (1, "anomalies"));
    assert_eq!(found.gaps[0].gap.status, EvidenceStatus::Error);
}

#[tokio::test]
async fn one_odd_anomaly_leaves_the_others_standing_and_is_said_to_be_unreadable() {
    for (odd, why) in [
        (json!({"AnomalyStartDate": "soon"}), "does not say when it began"),
        (json!({"AnomalyStartDate": null, "AnomalyEndDate": ""}), "does not say when it began"),
        (json!({"AnomalyEndDate": "later"}), "ends on no day"),
        (json!({"Impact": {"MaxImpact": 1, "TotalImpact": "NaN"}}), "has an impact that is no amount"),
    ] {
        let page = json!({"Anomalies": [
            anomaly("odd", Some(OURS), &odd),
            anomaly("theirs", Some("999999999999"), &odd),
            anomaly("ours", Some(OURS), &json!({"AnomalyEndDate": ""})),
        ]});
        let found = spend(Wanted { anomalies: true, ..wanted() }, move |_, _| (200, page.clone())).await;
        let read: Vec<_> = found.reading.anomalies.iter().map(|open| open.id.as_str()).collect();
        assert_eq!(read, ["ours"], "{odd}");
        let unreadable: Vec<_> = found.reading.unreadable.iter().map(|odd| odd.record.as_str()).collect();
        assert_eq!(unreadable, ["odd"], "what is of another account does not concern it");
        assert!(found.reading.unreadable[0].reason.contains(why), "{:?}", found.reading.unreadable);
    }
}
