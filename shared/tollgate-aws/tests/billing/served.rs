//! What a thousand requests cost: the bill joined with CloudWatch's counts.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_cloudwatch::{
    Client,
    operation::get_metric_data::GetMetricDataOutput,
    types::{MetricDataResult, StatusCode},
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use aws_smithy_types::DateTime;
use tokio::time::Instant;
use tollgate_aws::{
    CloudWatch, Telemetry,
    billing::{Snapshot, Wanted, count_requests, join, look},
};
use tollgate_core::{
    budget::{Budget, SpendJudging},
    catalogue::Catalogue,
};

use crate::double::{answer_of, billing, budget, day, fetch, now, page, scope, wanted};

const AVAILABILITY: &str = "payments-api/availability";

fn catalogue(requests: &[&str]) -> Catalogue {
    let source = |name: &str| {
        format!("{{metricSource: {{type: CloudWatch, spec: {{Namespace: Shop, MetricName: {name}, Stat: Sum}}}}}}")
    };
    let slo = format!(
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: availability}}\nspec:\n  service: payments-api\n  \
         indicator: {{metadata: {{name: i}}, spec: {{ratioMetric: {{counter: true, good: {}, total: {}}}}}}}\n  \
         timeWindow: [{{duration: 30d, isRolling: true}}]\n  budgetingMethod: Occurrences\n  objectives: [{{target: 0.999}}]\n",
        source("Good"),
        source("Requests"),
    );
    let service = "name: payments-api\ntier: tier_1\nowner: money\nenvironments: [production]\n";
    let defaults = include_str!("../../../../policies/data/settings/defaults.yaml");
    let files = [
        ("data/services/payments-api.yaml", service),
        ("data/teams/money.yaml", "name: money\n"),
        // The settings name them.
        ("data/teams/finops.yaml", "name: finops\n"),
        ("data/teams/incident-commanders.yaml", "name: incident-commanders\n"),
        ("data/slos/payments-api.yaml", slo.as_str()),
        ("data/settings/defaults.yaml", defaults),
    ];
    let files: BTreeMap<String, String> =
        files.into_iter().map(|(file, text)| (file.to_owned(), text.to_owned())).collect();
    let mut catalogue = Catalogue::read(&files).unwrap();
    catalogue.budgets = vec![everything(requests)];
    catalogue
}

fn everything(requests: &[&str]) -> Budget {
    let requests = requests.iter().map(ToString::to_string).collect();
    Budget { requests, ..budget("all", scope(&[], &[], &[], &[])) }
}

/// 100,000 requests a day, and half of that in the week before the 20th, the first day that the bill does not have whole.
fn counting() -> Rule {
    mock!(Client::get_metric_data).then_compute_output(|input| {
        let [query] = input.metric_data_queries() else { panic!("one metric is asked for once: {input:?}") };
        let statistic = query.metric_stat().unwrap();
        assert_eq!(statistic.metric().unwrap().metric_name(), Some("Requests"));
        assert_eq!(statistic.period(), Some(86_400));
        let times = (input.start_time().unwrap().secs()..input.end_time().unwrap().secs()).step_by(86_400);
        let times: Vec<DateTime> = times.map(DateTime::from_secs).collect();
        let week = day("2026-11-13").and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp();
        let count = |time: &DateTime| if time.secs() < week { 100_000.0 } else { 50_000.0 };
        let result = MetricDataResult::builder()
            .id(query.id().unwrap())
            .status_code(StatusCode::Complete)
            .set_values(Some(times.iter().map(count).collect()))
            .set_timestamps(Some(times))
            .build();
        GetMetricDataOutput::builder().metric_data_results(result).build()
    })
}

/// 150 dollars on each day.
async fn bill() -> Snapshot {
    let group: &[&str] = &["111122223333", "owner$money"];
    let answer = move |_: &str, body: &serde_json::Value, _: usize| {
        let limit = |name: &str| day(body["TimePeriod"][name].as_str().unwrap());
        let days = limit("Start").iter_days().take_while(|of| *of < limit("End"));
        let is_grouped = body["GroupBy"].as_array().is_some_and(|keys| !keys.is_empty());
        let keys = if is_grouped { group } else { &[] };
        page(&days.map(|of| answer_of(&of.to_string(), true, &[(keys, "150", "USD")])).collect::<Vec<_>>(), None)
    };
    let (billing, _) = billing(answer).await;
    fetch(&billing, &[everything(&[])], &Wanted { history_days: 84, ..wanted() }).await
}

async fn counted(catalogue: &Catalogue, rule: &Rule) -> Snapshot {
    let client = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [rule]);
    let telemetry = Telemetry::CloudWatch(CloudWatch::from_client(&client));
    let mut snapshot = bill().await;
    let deadline = Instant::now() + Duration::from_secs(5);
    count_requests(&mut snapshot, (&telemetry, catalogue), None, now(), deadline).await;
    snapshot
}

fn judging() -> SpendJudging {
    SpendJudging {
        now: now(),
        required: true,
        max_age_seconds: 43_200,
        max_lag_days: 2,
        reconciliation_ppm: 10_000,
        min_weeks: 4,
        history_days: 84,
    }
}

#[tokio::test]
async fn what_a_thousand_requests_cost_is_told_with_one_query() {
    let catalogue = catalogue(&[AVAILABILITY]);
    let before = bill().await;
    let snapshot = counted(&catalogue, &counting()).await;
    assert_eq!(snapshot.requests, before.requests + 1);
    assert_eq!(snapshot.price_usd_micros, before.price_usd_micros + 10);
    assert_eq!(snapshot.paid_requests, before.paid_requests, "those are of Cost Explorer");
    let looked = look(Ok(&snapshot), &catalogue.budgets[0], &judging());
    assert!(looked.gaps.iter().all(|gap| !gap.id.ends_with("/requests")), "{:?}", looked.gaps);
    assert!(looked.fact.evidence.is_ok(), "{:?}", looked.fact.evidence);
    let unit_cost = looked.fact.unit_cost.unwrap();
    assert_eq!((unit_cost.requests, unit_cost.requests_before), (350_000, 2_800_000));
    assert_eq!(unit_cost.per_thousand_micros, Some(3_000_000));
    assert_eq!(unit_cost.per_thousand_before_micros, Some(1_500_000));
    let slices = snapshot.slices(256 * 1024).unwrap().iter().collect();
    assert!(join(slices).unwrap() == snapshot, "it is kept with the bill");
}

#[tokio::test]
async fn requests_that_cannot_be_counted_are_a_gap_and_cost_nothing_else() {
    let silent = mock!(Client::get_metric_data).then_compute_output(|_| GetMetricDataOutput::builder().build());
    for (name, rule, reason) in [
        (AVAILABILITY, silent, "requests were not counted"),
        ("payments-api/gone", counting(), "there is no objective `payments-api/gone`"),
    ] {
        let catalogue = catalogue(&[name]);
        let snapshot = counted(&catalogue, &rule).await;
        let looked = look(Ok(&snapshot), &catalogue.budgets[0], &judging());
        let gap = looked.gaps.iter().find(|gap| gap.id == "budget/all/requests").unwrap();
        assert!(gap.reason.as_deref().unwrap().contains(reason), "{gap:?}");
        assert!(!gap.required && looked.fact.evidence.is_ok(), "{:?}", looked.fact.evidence);
        assert_eq!(looked.fact.unit_cost, None);
        assert!(snapshot.is_whole(), "the bill need not be paid for again");
    }
}
