//! Answers that came, and what is odd in them.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_cloudwatch::{
    operation::get_metric_data::GetMetricDataOutput,
    types::{MessageData, MetricDataQuery, MetricDataResult, StatusCode},
};
use aws_smithy_types::DateTime;
use tollgate_core::evidence::EvidenceStatus;

use crate::answering::{answering, gather, gather_all, is_by_five_minutes, page, reason, with_status};

#[tokio::test]
async fn a_complete_answer_takes_one_call_a_tier() {
    let rule = answering(|_, results| page(results));
    let fact = gather(&rule).await;
    assert_eq!((fact.evidence.status, rule.num_calls()), (EvidenceStatus::Ok, 2), "{:?}", fact.evidence);
    assert_eq!((fact.evidence.api_requests, fact.evidence.api_cost_usd_micros), (2, 40));
    assert_eq!(fact.evidence.source, "cloudwatch:us-east-1");
    assert_eq!(fact.evidence.datapoints_received, fact.evidence.datapoints_expected);
    assert_eq!(fact.windows["1h"].burn_rate_micro, Some(1_000_000));
    assert_eq!(fact.budget.unwrap().remaining_ppm, 0);
}

#[tokio::test]
async fn services_share_calls_and_a_shared_metric_is_asked_once() {
    let rule = answering(|_, results| page(results));
    let facts = gather_all(&rule, &["payments-api", "ledger", "payments-api", "mail"]).await;
    assert_eq!(rule.num_calls(), 2);
    let paid: Vec<_> =
        facts.iter().map(|fact| (fact.evidence.api_requests, fact.evidence.api_cost_usd_micros)).collect();
    assert_eq!(paid, [(2, 2 * 6 * 10), (0, 0), (0, 0), (0, 0)]);
    assert_eq!(
        facts.iter().map(|fact| fact.service.as_str()).collect::<Vec<_>>(),
        ["payments-api", "ledger", "payments-api", "mail"]
    );
}

#[tokio::test]
async fn many_services_stay_inside_the_limits_of_a_call() {
    let rule = answering(|input, results| {
        let datapoints: usize = results.iter().map(|result| result.values().len()).sum();
        assert!(input.metric_data_queries().len() <= 500 && datapoints <= 100_800, "{datapoints}");
        page(results)
    });
    let names: Vec<_> = (0..200).map(|number| format!("service-{number}")).collect();
    let facts = gather_all(&rule, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert!(facts.iter().all(|fact| fact.evidence.is_ok()));
    // 400 metrics of 363 and 8569 datapoints.
    assert_eq!(rule.num_calls(), 400_usize.div_ceil(277) + 400_usize.div_ceil(11));
    assert_eq!(facts.iter().map(|fact| fact.evidence.api_cost_usd_micros).sum::<u64>(), 400 * 2 * 10);
}

#[tokio::test]
async fn pages_are_followed() {
    let rule = answering(|input, results| {
        let second = input.next_token() == Some("more");
        let halves = results.iter().map(|result| {
            let middle = result.values().len() / 2;
            let range = if second { middle..result.values().len() } else { 0..middle };
            MetricDataResult::builder()
                .set_id(result.id().map(Into::into))
                .status_code(if second { StatusCode::Complete } else { StatusCode::PartialData })
                .set_timestamps(Some(result.timestamps()[range.clone()].to_vec()))
                .set_values(Some(result.values()[range].to_vec()))
                .build()
        });
        let token = (!second).then(|| "more".to_owned());
        GetMetricDataOutput::builder().set_metric_data_results(Some(halves.collect())).set_next_token(token).build()
    });
    let fact = gather(&rule).await;
    assert_eq!((fact.evidence.status, rule.num_calls()), (EvidenceStatus::Ok, 4), "{:?}", fact.evidence);
    assert_eq!((fact.evidence.api_requests, fact.evidence.api_cost_usd_micros), (4, 80));
    assert_eq!(fact.evidence.datapoints_received, fact.evidence.datapoints_expected);
    assert_eq!(fact.windows["5m"].total, Some(5000));
}

#[tokio::test]
async fn pages_without_end_are_an_error() {
    let rule = answering(|_, results| {
        GetMetricDataOutput::builder().set_metric_data_results(Some(results)).next_token("again").build()
    });
    let fact = gather(&rule).await;
    assert_eq!(fact.evidence.status, EvidenceStatus::Error);
    assert!(reason(&fact).contains("more than 20 pages"), "{}", reason(&fact));
}

#[tokio::test]
async fn partial_data_is_partial() {
    let rule = answering(|input, results| {
        let status = if is_by_five_minutes(input) { StatusCode::PartialData } else { StatusCode::Complete };
        page(results.iter().map(|result| with_status(result, status.clone())).collect())
    });
    let fact = gather(&rule).await;
    assert_eq!(fact.evidence.status, EvidenceStatus::Partial);
    assert!(reason(&fact).contains("by 300 s: CloudWatch answered `PartialData`"), "{}", reason(&fact));
}

/// Is it the good events of this service that a query asks for?
fn is_good_of(query: &MetricDataQuery, service: &str) -> bool {
    let metric = query.metric_stat().unwrap().metric().unwrap();
    metric.metric_name() == Some("Good") && metric.dimensions()[0].value() == Some(service)
}

#[tokio::test]
async fn a_metric_that_fails_takes_only_its_own_objective() {
    // What CloudWatch itself failed at is asked for again, alone, three times; what it forbids is not.
    for (status, requests) in [(StatusCode::InternalError, 2 * (1 + 3)), (StatusCode::Forbidden, 2)] {
        let shown = status.to_string();
        let rule = answering(move |input, results| {
            let queries = input.metric_data_queries();
            let answered = results.iter().zip(queries).map(|(result, query)| {
                let failed = is_good_of(query, "payments-api");
                with_status(result, if failed { status.clone() } else { StatusCode::Complete })
            });
            page(answered.collect())
        });
        let facts = gather_all(&rule, &["ledger", "payments-api"]).await;
        assert_eq!(facts[0].evidence.status, EvidenceStatus::Ok);
        assert_eq!(facts[1].evidence.status, EvidenceStatus::Error);
        assert!(reason(&facts[1]).contains(&shown), "{}", reason(&facts[1]));
        assert!(facts[1].windows.values().all(|window| window.good.is_none()));
        assert_eq!((rule.num_calls(), facts[0].evidence.api_requests as usize), (requests, requests));
        assert_eq!(facts[0].evidence.api_cost_usd_micros as usize, 10 * (2 * 4 + (requests - 2)));
    }
}

#[tokio::test]
async fn what_cloudwatch_fails_at_once_is_asked_for_again() {
    let failed = AtomicUsize::new(0);
    let rule = answering(move |input, results| {
        let one = input.metric_data_queries().len() == 1;
        let answered = results.iter().zip(input.metric_data_queries()).map(|(result, query)| {
            let fails = !one && is_good_of(query, "payments-api") && failed.fetch_add(1, Ordering::Relaxed) < 2;
            with_status(result, if fails { StatusCode::InternalError } else { StatusCode::Complete })
        });
        page(answered.collect())
    });
    let facts = gather_all(&rule, &["ledger", "payments-api"]).await;
    assert!(facts.iter().all(|fact| fact.evidence.is_ok()), "{}", reason(&facts[1]));
    assert_eq!(facts[1].windows["1h"].burn_rate_micro, Some(1_000_000));
    assert_eq!(rule.num_calls(), 4);
}

#[tokio::test]
async fn an_unknown_status_and_none_are_partial() {
    for status in [Some(StatusCode::from("Approximately")), None] {
        let rule = answering(move |_, results| {
            let odd = |result: &MetricDataResult| {
                MetricDataResult::builder()
                    .set_id(result.id().map(Into::into))
                    .set_status_code(status.clone())
                    .set_timestamps(Some(result.timestamps().to_vec()))
                    .set_values(Some(result.values().to_vec()))
                    .build()
            };
            page(results.iter().map(odd).collect())
        });
        assert_eq!(gather(&rule).await.evidence.status, EvidenceStatus::Partial);
    }
}

#[tokio::test]
async fn messages_are_read_at_both_levels() {
    let message = || MessageData::builder().code("MaxMetricsExceeded").value("too much was asked").build();
    let above = answering(move |_, results| {
        GetMetricDataOutput::builder().set_metric_data_results(Some(results)).messages(message()).build()
    });
    let beside = answering(move |_, results| {
        let told = |result: &MetricDataResult| {
            MetricDataResult::builder()
                .set_id(result.id().map(Into::into))
                .status_code(StatusCode::Complete)
                .set_timestamps(Some(result.timestamps().to_vec()))
                .set_values(Some(result.values().to_vec()))
                .messages(message())
                .build()
        };
        page(results.iter().map(told).collect())
    });
    for rule in [above, beside] {
        let fact = gather(&rule).await;
        assert_eq!(fact.evidence.status, EvidenceStatus::Partial);
        assert!(reason(&fact).contains("MaxMetricsExceeded: too much was asked"), "{}", reason(&fact));
    }
}

#[tokio::test]
async fn an_empty_answer_is_no_data_and_an_absent_one_an_error() {
    let empty = answering(|_, results| {
        let without = |result: &MetricDataResult| {
            MetricDataResult::builder().set_id(result.id().map(Into::into)).status_code(StatusCode::Complete).build()
        };
        page(results.iter().map(without).collect())
    });
    assert_eq!(gather(&empty).await.evidence.status, EvidenceStatus::NoData);
    let absent = answering(|_, _| GetMetricDataOutput::builder().build());
    let fact = gather(&absent).await;
    assert_eq!(fact.evidence.status, EvidenceStatus::Error);
    assert!(reason(&fact).contains("does not mention it"), "{}", reason(&fact));
    let other = answering(|_, mut results| {
        results[0] = MetricDataResult::builder().id("m77").status_code(StatusCode::Complete).build();
        results.push(MetricDataResult::builder().id("nonsense").status_code(StatusCode::Complete).build());
        page(results)
    });
    assert_eq!(gather(&other).await.evidence.status, EvidenceStatus::Error);
}

#[tokio::test]
async fn values_that_are_no_counts_are_an_error_and_misplaced_ones_are_told() {
    let odd = |point: (i64, f64)| {
        answering(move |input, results| {
            let first = &results[0];
            let (mut times, mut values) = (first.timestamps().to_vec(), first.values().to_vec());
            times.push(DateTime::from_secs(input.start_time().unwrap().secs() + point.0));
            values.push(point.1);
            let result = MetricDataResult::builder()
                .set_id(first.id().map(Into::into))
                .status_code(StatusCode::Complete)
                .set_timestamps(Some(times))
                .set_values(Some(values));
            page([result.build()].into_iter().chain(results.into_iter().skip(1)).collect())
        })
    };
    for (offset, value, expected) in [
        (0, f64::NAN, EvidenceStatus::Error),
        (0, -5.0, EvidenceStatus::Error),
        (0, 999.5, EvidenceStatus::Error),
        (0, f64::INFINITY, EvidenceStatus::Error),
        (0, 998.0, EvidenceStatus::Partial),
        (30, 999.0, EvidenceStatus::Partial),
        (0, 999.0, EvidenceStatus::Ok),
        (-3600, -5.0, EvidenceStatus::Ok),
    ] {
        let fact = gather(&odd((offset, value))).await;
        assert_eq!(fact.evidence.status, expected, "{offset} {value}: {}", reason(&fact));
    }
    let torn = answering(|_, results| {
        let first = &results[0];
        let result = MetricDataResult::builder()
            .set_id(first.id().map(Into::into))
            .status_code(StatusCode::Complete)
            .set_timestamps(Some(first.timestamps().to_vec()))
            .values(999.0);
        page([result.build()].into_iter().chain(results.into_iter().skip(1)).collect())
    });
    assert_eq!(gather(&torn).await.evidence.status, EvidenceStatus::Partial);
}
