//! Every service, one after the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_sdk_cloudwatch::{
    Client,
    operation::get_metric_data::GetMetricDataOutput,
    types::{MetricDataResult, StatusCode},
};
use aws_smithy_mocks::{Rule, RuleMode, mock_client};
use futures_util::StreamExt;
use tokio::time::Instant;
use tollgate_aws::{CloudWatch, Gathered, Quota, Telemetry};
use tollgate_core::{
    Timestamp,
    slo::{Background, Budgeting, DailyAggregate, ObjectiveDays, SliceTarget, Slo, SloFact},
};

use crate::answering::{NOW, answering, limits, page, reason, slo, with_status};

fn client(rule: &Rule) -> Client {
    mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [rule])
}

/// So much that a test waits for nothing.
const QUOTA: Quota = Quota { calls_per_second: 1_000_000, datapoints_per_second: 1 << 40 };

fn telemetry(rule: &Rule) -> Telemetry {
    Telemetry::CloudWatch(CloudWatch::from_client(&client(rule)).with_quota(QUOTA))
}

fn objectives(services: usize) -> Vec<Slo> {
    (0..services).map(|number| slo(&format!("service-{number:04}"))).collect()
}

type Swept = Vec<(String, Vec<SloFact>)>;

async fn sweep_first(telemetry: &Telemetry, slos: &[Slo], at_most: usize, limit: Duration) -> Swept {
    let services = slos.iter().map(|slo| (slo.service.clone(), vec![(slo, true)]));
    let now = Timestamp::from_timestamp(NOW, 0).unwrap();
    telemetry
        .sweep(
            services,
            now,
            Instant::now() + limit,
            |_| Background::default(),
            |_, mut found| {
                found.iter_mut().for_each(|found| found.judging.set(&limits()));
                found.iter().map(|found| found.fact(&Background::default())).collect::<Vec<_>>()
            },
        )
        .take(at_most)
        .collect()
        .await
}

async fn sweep(telemetry: &Telemetry, slos: &[Slo]) -> Swept {
    sweep_first(telemetry, slos, usize::MAX, Duration::from_secs(60)).await
}

#[tokio::test]
async fn services_come_in_their_order_by_full_calls() {
    let rule = answering(|_, results| page(results));
    let slos = objectives(100);
    let swept = sweep(&telemetry(&rule), &slos).await;
    let names: Vec<_> = swept.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, slos.iter().map(|slo| slo.service.as_str()).collect::<Vec<_>>());
    assert!(swept.iter().flat_map(|(_, facts)| facts).all(|fact| fact.evidence.is_ok()));
    // 200 metrics of 363 and 8569 datapoints, in calls of 100,800; minutes wait for no more than eight of the others.
    let (minutes, five_minutes) = (rule.num_calls() - 200_usize.div_ceil(11), 200_usize.div_ceil(11));
    assert!((200_usize.div_ceil(277)..=five_minutes.div_ceil(8) + 1).contains(&minutes), "{minutes}");
    let paid: u64 = swept.iter().flat_map(|(_, facts)| facts).map(|fact| fact.evidence.api_cost_usd_micros).sum();
    assert_eq!(paid, 200 * 2 * 10);
}

#[tokio::test]
async fn a_sweep_says_what_a_decision_says() {
    let rule = answering(|_, results| page(results));
    let (telemetry, slos) = (telemetry(&rule), objectives(3));
    let now = Timestamp::from_timestamp(NOW, 0).unwrap();
    for (slo, (_, swept)) in slos.iter().zip(sweep(&telemetry, &slos).await) {
        let asked = telemetry.gather(&[(slo, true)], now, Instant::now() + Duration::from_secs(5), &limits()).await;
        let free = |fact: &SloFact| {
            let mut fact = fact.clone();
            (fact.evidence.api_requests, fact.evidence.api_cost_usd_micros) = (0, 0);
            fact
        };
        assert_eq!(free(&swept[0]), free(&asked[0]));
    }
}

#[tokio::test]
async fn it_stops_where_it_is_stopped_and_goes_on_from_there() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let rule = answering(move |_, results| {
        counted.fetch_add(1, Ordering::Relaxed);
        page(results)
    });
    let (telemetry, slos) = (telemetry(&rule), objectives(300));
    let first = sweep_first(&telemetry, &slos, 7, Duration::from_secs(60)).await;
    assert_eq!(first.len(), 7);
    // The rest was not asked for: calls at once, and a few that were full meanwhile.
    assert!(calls.load(Ordering::Relaxed) <= 24, "{calls:?}");
    let next = &first.last().unwrap().0;
    let rest: Vec<Slo> = slos.iter().filter(|slo| slo.service > *next).cloned().collect();
    let rest = sweep(&telemetry, &rest).await;
    let all: BTreeSet<_> = first.iter().chain(&rest).map(|(name, _)| name).collect();
    assert_eq!((all.len(), first.len() + rest.len()), (300, 300));
}

#[tokio::test]
async fn one_metric_that_fails_is_one_services_failure() {
    let rule = answering(|input, results| {
        let answered = results.iter().zip(input.metric_data_queries()).map(|(result, query)| {
            let service = query.metric_stat().unwrap().metric().unwrap().dimensions()[0].value();
            let failed = service == Some("service-0050");
            with_status(result, if failed { StatusCode::Forbidden } else { StatusCode::Complete })
        });
        page(answered.collect())
    });
    let swept = sweep(&telemetry(&rule), &objectives(100)).await;
    let bad: Vec<_> = swept.iter().filter(|(_, facts)| !facts[0].evidence.is_ok()).collect();
    assert_eq!(bad.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["service-0050"]);
    assert!(reason(&bad[0].1[0]).contains("Forbidden"));
}

#[tokio::test]
async fn slices_of_a_minute_make_only_their_own_fetch_long() {
    let spans = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&spans);
    let rule = answering(move |input, results| {
        let metric = input.metric_data_queries()[0].metric_stat().unwrap();
        if metric.period() == Some(60) {
            let days = (input.end_time().unwrap().secs() - input.start_time().unwrap().secs()) / 86_400;
            seen.lock().unwrap().push((input.metric_data_queries().len(), days));
        }
        page(results)
    });
    let mut slos = objectives(3);
    let slice_target = SliceTarget::from_ppb(990_000_000).unwrap();
    slos[1].budgeting = Budgeting::Timeslices { slice_seconds: 60, slice_target };
    let swept = sweep(&telemetry(&rule), &slos).await;
    assert!(swept[0].1[0].evidence.is_ok() && swept[2].1[0].evidence.is_ok());
    let mut spans = spans.lock().unwrap().clone();
    spans.sort_unstable();
    // The two others by six hours of minutes, this one by fourteen days.
    assert_eq!(spans, [(2, 14), (4, 0)]);
}

#[tokio::test]
async fn a_metric_of_several_services_is_asked_for_once() {
    let rule = answering(|_, results| page(results));
    let mut slos = objectives(40);
    for slo in &mut slos {
        slo.indicator = crate::answering::slo("shared").indicator;
    }
    let swept = sweep(&telemetry(&rule), &slos).await;
    let paid: Vec<_> = swept.iter().map(|(_, facts)| facts[0].evidence.api_cost_usd_micros).collect();
    assert_eq!((paid[0], paid.iter().sum::<u64>(), rule.num_calls()), (40, 40, 2));
    assert!(swept.iter().all(|(_, facts)| facts[0].budget.as_ref().is_some_and(|budget| budget.total > 0)));
}

#[tokio::test]
async fn a_service_without_objectives_holds_up_nothing() {
    let rule = answering(|_, results| page(results));
    let (telemetry, slos) = (telemetry(&rule), objectives(2));
    let services = [("a", vec![]), ("b", vec![(&slos[0], true)]), ("c", vec![]), ("d", vec![(&slos[1], false)])];
    let now = Timestamp::from_timestamp(NOW, 0).unwrap();
    let counts: Vec<_> = telemetry
        .sweep(
            services,
            now,
            Instant::now() + Duration::from_secs(60),
            |_| Background::default(),
            |_, found| found.len(),
        )
        .collect()
        .await;
    assert_eq!(counts, [("a", 0), ("b", 1), ("c", 0), ("d", 1)]);
}

/// CloudWatch of one region takes connections and never answers.
#[tokio::test]
async fn silence_is_evidence_at_half_time_and_the_end_at_the_deadline() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = tollgate_aws::sdk_config()
        .await
        .into_builder()
        .endpoint_url(format!("http://{}", listener.local_addr().unwrap()))
        .region(aws_sdk_cloudwatch::config::Region::new("eu-central-1"))
        .credentials_provider(aws_sdk_cloudwatch::config::SharedCredentialsProvider::new(
            aws_sdk_cloudwatch::config::Credentials::new("test", "test", None, None, "test"),
        ))
        .build();
    let telemetry = Telemetry::CloudWatch(CloudWatch::new(&config).with_quota(QUOTA));
    let began = Instant::now();
    // More than the first calls hold.
    let swept = sweep_first(&telemetry, &objectives(2000), usize::MAX, Duration::from_secs(2)).await;
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(!swept.is_empty() && swept.len() < 2000, "{}", swept.len());
    for (name, facts) in &swept {
        assert!(reason(&facts[0]).contains("did not answer before the deadline"), "{name}: {}", reason(&facts[0]));
    }
}

#[tokio::test]
async fn a_call_that_is_refused_is_the_failure_of_its_services_only() {
    let first = AtomicUsize::new(0);
    let rule = answering(move |_, results| {
        // One page that says nothing of what was asked for.
        if first.fetch_add(1, Ordering::Relaxed) == 0 {
            let other = MetricDataResult::builder().id("m9999").status_code(StatusCode::Complete).build();
            return GetMetricDataOutput::builder().metric_data_results(other).build();
        }
        page(results)
    });
    let swept = sweep(&telemetry(&rule), &objectives(200)).await;
    let bad = swept.iter().filter(|(_, facts)| !facts[0].evidence.is_ok()).count();
    assert!(bad > 0 && bad <= 139 && swept.len() == 200, "{bad}");
}

/// What is kept of the days that are over, as the gate keeps it.
fn kept_of(found: &Gathered<'_>) -> Background {
    let today = Timestamp::from_timestamp(NOW, 0).unwrap().date_naive();
    let days = (1..=30).map(|back| today - chrono::Days::new(back));
    let known = days.filter_map(|day| DailyAggregate::of(found.slo, &found.snapshot, day).ok());
    Background { days: vec![ObjectiveDays::new(found.slo, known.collect()).unwrap()] }
}

/// What is final is not asked for again: a sweep that has the days asks for less than by hours, and says the same.
#[tokio::test]
async fn days_that_are_kept_are_not_asked_for_again() {
    let asked = Arc::new(Mutex::new((0, 0)));
    let seen = Arc::clone(&asked);
    let rule = answering(move |input, results| {
        let mut seen = seen.lock().unwrap();
        seen.0 += input.metric_data_queries().len();
        seen.1 += results.iter().map(|result| result.values().len()).sum::<usize>();
        // An hour of ten days ago is lost, and one of the day that the period begins in was bad.
        let lost = NOW - 10 * 86_400..NOW - 10 * 86_400 + 3600;
        let bad = NOW - 30 * 86_400 + 7200..NOW - 30 * 86_400 + 10_800;
        page(results.iter().map(|result| changed(result, &lost, &bad)).collect())
    });
    let (telemetry, slos) = (telemetry(&rule), objectives(3));
    let now = Timestamp::from_timestamp(NOW, 0).unwrap();
    let sweep = async |kept: BTreeMap<String, Background>| {
        let services = slos.iter().map(|slo| (slo.service.clone(), vec![(slo, true)]));
        let of = |slo: &Slo| kept.get(&slo.service).cloned().unwrap_or_default();
        let until = Instant::now() + Duration::from_secs(60);
        let judged = telemetry.sweep(services, now, until, of, |service, mut found| {
            found[0].judging.set(&limits());
            let mut fact = found[0].fact(&kept.get(service).cloned().unwrap_or_default());
            (fact.evidence.api_requests, fact.evidence.api_cost_usd_micros) = (0, 0);
            (fact.evidence.datapoints_expected, fact.evidence.datapoints_received) = (0, 0);
            (fact, kept_of(&found[0]))
        });
        judged.collect::<Vec<_>>().await
    };
    let first = sweep(BTreeMap::new()).await;
    let all = std::mem::take(&mut *asked.lock().unwrap());
    assert_eq!(all, (6 * 2, 6 * (363 + 8569)));
    let kept = first.iter().map(|(service, (_, kept))| (service.clone(), kept.clone())).collect();
    let again = sweep(kept).await;
    let (queries, datapoints) = *asked.lock().unwrap();
    // Three tiers, of which hours made 1804 datapoints: now those of five minutes are the newest days and the oldest.
    assert_eq!((queries, datapoints), (6 * 3, 6 * (363 + 3 * 288 + 50 + 167)));
    assert!(datapoints < 6 * 1804);
    for ((_, (before, _)), (_, (after, _))) in first.iter().zip(&again) {
        assert_eq!(before, after);
        let budget = after.budget.as_ref().unwrap();
        assert_eq!(budget.known.unwrap().unknown_seconds, 3600);
        assert!(budget.consumed_at_most_ppm.unwrap() > budget.consumed_ppm);
    }
}

fn changed(result: &MetricDataResult, lost: &Range<i64>, bad: &Range<i64>) -> MetricDataResult {
    let points = result.timestamps().iter().zip(result.values());
    let is_good = result.values().first() == Some(&999.0);
    let (times, values): (Vec<_>, Vec<f64>) = points
        .filter(|(time, _)| !lost.contains(&time.secs()))
        .map(|(time, value)| (*time, if is_good && bad.contains(&time.secs()) { 0.0 } else { *value }))
        .unzip();
    MetricDataResult::builder()
        .set_id(result.id().map(Into::into))
        .status_code(StatusCode::Complete)
        .set_timestamps(Some(times))
        .set_values(Some(values))
        .build()
}
