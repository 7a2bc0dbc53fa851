//! Telemetry of pretended services, put into CloudWatch through the real SDK.

use std::{fs, path::Path, time::Duration};

use anyhow::Context as _;
use aws_sdk_cloudwatch::{
    Client,
    config::{BehaviorVersion, Config, Credentials, Region},
    types::{Dimension, MetricDatum},
};
use aws_smithy_types::DateTime;
use chrono::{DateTime as Time, SecondsFormat, Utc};

const DATUMS_PER_CALL: usize = 1000;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What a service goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Requests in a minute.
    pub requests_per_minute: u64,
    /// How many of a million requests fail.
    pub bad_ppm: u64,
    /// What is going on now, if anything.
    pub incident: Option<Incident>,
    /// For how long nothing has been reported, in seconds.
    pub silent_seconds: i64,
    /// How many days back it is known.
    pub days: i64,
}

/// Failures of late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incident {
    /// How long ago it began.
    pub seconds: i64,
    /// How many of a million requests fail since.
    pub bad_ppm: u64,
}

impl Traffic {
    /// Six hundred requests a minute, of which one in ten thousand fails.
    pub const HEALTHY: Self =
        Self { requests_per_minute: 600, bad_ppm: 100, incident: None, silent_seconds: 0, days: 14 };
    /// Running, and nobody asks anything of it.
    pub const IDLE: Self = Self { requests_per_minute: 0, ..Self::HEALTHY };

    /// Healthy until some time ago; since then it spends the budget of 99.9 % that many times too fast.
    pub fn burning(factor: u64, seconds: i64) -> Self {
        Self { incident: Some(Incident { seconds, bad_ppm: factor * 1000 }), ..Self::HEALTHY }
    }

    /// Healthy until some time ago, and silent since.
    pub fn silent(seconds: i64) -> Self {
        Self { silent_seconds: seconds, ..Self::HEALTHY }
    }

    /// Good requests and all of them, from one time to another, in seconds since 1970 at full minutes.
    pub fn counts(&self, start: i64, end: i64, now: i64) -> (u64, u64) {
        let total = |from: i64, to: i64| u64::try_from((to - from).max(0) / MINUTE).unwrap() * self.requests_per_minute;
        // What fails is counted from a fixed time on, so that counts of any length add up.
        let until = |time: i64| {
            let epoch = now.div_euclid(DAY) * DAY - 60 * DAY;
            let began = self.incident.map_or(i64::MAX, |incident| (now - incident.seconds).div_euclid(MINUTE) * MINUTE);
            let calm = total(epoch, time.min(began)) * self.bad_ppm;
            (calm + self.incident.map_or(0, |incident| total(began, time) * incident.bad_ppm)) / 1_000_000
        };
        let total = total(start, end);
        (total - (until(end) - until(start)), total)
    }
}

/// Puts as much of a month of `RequestCount` and `GoodRequestCount` with the dimension `Service` into CloudWatch as it
/// takes (two weeks), and an hour of what is to come, so that what reads it an hour from now still finds it fresh.
pub async fn publish(
    endpoint: &str,
    region: &str,
    namespace: &str,
    service: &str,
    traffic: &Traffic,
    now: Time<Utc>,
) -> anyhow::Result<()> {
    let client = client(endpoint, region);
    let data = datums(service, traffic, now.timestamp());
    for chunk in data.chunks(DATUMS_PER_CALL) {
        let put = client.put_metric_data().namespace(namespace).set_metric_data(Some(chunk.to_vec()));
        put.send().await.with_context(|| format!("publishing telemetry of `{service}` to {endpoint}"))?;
    }
    Ok(())
}

/// One side of a canary.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    /// Its name, the value of the dimension `Version`.
    pub name: &'static str,
    /// Requests in a minute.
    pub requests_per_minute: u64,
    /// How many of them fail.
    pub bad_per_minute: u64,
    /// How long they take.
    pub latency_ms: u64,
}

/// Puts half an hour of a version's `RequestCount`, `GoodRequestCount` and `Latency` into CloudWatch.
pub async fn publish_version(
    endpoint: &str,
    region: &str,
    namespace: &str,
    service: &str,
    version: Version,
    now: Time<Utc>,
) -> anyhow::Result<()> {
    let end = now.timestamp().div_euclid(MINUTE) * MINUTE;
    let data = (end - HOUR / 2..end).step_by(60).flat_map(|minute| {
        // Every minute is a little different, as it is.
        let more = u64::try_from(minute / MINUTE).unwrap_or(0) * 7 % 5;
        let requests = version.requests_per_minute + more;
        let good = requests - version.bad_per_minute - more % 2;
        let latency = version.latency_ms + more;
        // Of the latency there is a value for each request.
        [("RequestCount", requests, 1), ("GoodRequestCount", good, 1), ("Latency", latency, requests)].map(
            |(name, value, times)| {
                MetricDatum::builder()
                    .metric_name(name)
                    .dimensions(Dimension::builder().name("Service").value(service).build())
                    .dimensions(Dimension::builder().name("Version").value(version.name).build())
                    .timestamp(DateTime::from_secs(minute))
                    .values(value as f64)
                    .counts(times as f64)
                    .build()
            },
        )
    });
    let put = client(endpoint, region).put_metric_data().namespace(namespace).set_metric_data(Some(data.collect()));
    put.send().await.with_context(|| format!("publishing version `{}` to {endpoint}", version.name))?;
    Ok(())
}

fn client(endpoint: &str, region: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new(region.to_owned()))
        .credentials_provider(Credentials::new("test", "test", None, None, "emulator"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .timeout_config(
            aws_smithy_types::timeout::TimeoutConfig::builder().operation_timeout(Duration::from_secs(60)).build(),
        );
    Client::from_conf(config.build())
}

/// When what is published begins, in seconds since 1970.
fn oldest(days: i64, now: i64) -> i64 {
    (now - days * DAY).div_euclid(HOUR) * HOUR + HOUR
}

/// Has the objectives below a folder of policies say that they are measured since what is published of so many days begins:
/// the emulator takes no more than two weeks, and what is missing of a month would not be known.
///
/// # Errors
/// When they cannot be read or written.
pub fn rejuvenate(policies: &Path, days: i64, now: Time<Utc>) -> anyhow::Result<()> {
    let since = Time::from_timestamp(oldest(days, now.timestamp()), 0).context("the time is one")?;
    let since = format!("tollgate.dev/since: '{}'", since.to_rfc3339_opts(SecondsFormat::Secs, true));
    for entry in fs::read_dir(policies.join("data/slos"))? {
        let path = entry?.path();
        let documents: Vec<String> =
            fs::read_to_string(&path)?.split("---\n").map(|text| young(text, &since)).collect();
        fs::write(&path, documents.join("---\n"))?;
    }
    Ok(())
}

fn young(document: &str, since: &str) -> String {
    let (annotated, bare) = ("\n  annotations:\n", "\nmetadata:\n");
    match document {
        text if !text.contains("\nkind: SLO\n") => text.to_owned(),
        text if text.contains(annotated) => text.replacen(annotated, &format!("{annotated}    {since}\n"), 1),
        text => text.replacen(bare, &format!("{bare}  annotations: {{{since}}}\n"), 1),
    }
}

/// One datum a minute for the last hours, and one for five minutes before: an hour's would not show that the rest is known.
fn datums(service: &str, traffic: &Traffic, now: i64) -> Vec<MetricDatum> {
    let down = |time: i64, period: i64| time.div_euclid(period) * period;
    let end = down(now - traffic.silent_seconds, MINUTE) + if traffic.silent_seconds == 0 { HOUR } else { 0 };
    let fine = down(now - 7 * HOUR, 5 * MINUTE);
    [(oldest(traffic.days, now), fine, 5 * MINUTE), (fine, i64::MAX, MINUTE)]
        .into_iter()
        .flat_map(|(start, until, period)| {
            (0..)
                .map(move |index| start + index * period)
                .take_while(move |start| *start < until.min(end))
                .map(move |start| (start, period))
        })
        .flat_map(|(start, period)| {
            let (good, total) = traffic.counts(start, start + period, now);
            [("GoodRequestCount", good), ("RequestCount", total)].map(|(name, count)| {
                MetricDatum::builder()
                    .metric_name(name)
                    .dimensions(Dimension::builder().name("Service").value(service).build())
                    .timestamp(DateTime::from_secs(start))
                    .value(count as f64)
                    .build()
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{HOUR, MINUTE, Traffic, datums};

    const NOW: i64 = 1_795_255_842;

    #[test]
    fn an_hour_is_the_sum_of_its_minutes() {
        let start = NOW.div_euclid(HOUR) * HOUR - HOUR;
        for traffic in [Traffic::HEALTHY, Traffic::IDLE, Traffic::burning(20, 3000)] {
            let minutes =
                (0..60).map(|index| traffic.counts(start + index * MINUTE, start + (index + 1) * MINUTE, NOW));
            let sum = minutes.fold((0, 0), |sum, (good, total)| (sum.0 + good, sum.1 + total));
            assert_eq!(sum, traffic.counts(start, start + HOUR, NOW));
        }
    }

    #[test]
    fn a_service_burns_as_fast_as_it_is_told_to() {
        let end = NOW.div_euclid(MINUTE) * MINUTE;
        let (good, total) = Traffic::burning(20, 2 * HOUR).counts(end - HOUR, end, NOW);
        assert_eq!((total, total - good), (36_000, 36_000 * 20 / 1000));
        let (good, total) = Traffic::burning(20, 2 * HOUR).counts(end - 200 * HOUR, end - 100 * HOUR, NOW);
        assert_eq!(total - good, total / 10_000);
    }

    #[test]
    fn a_silent_service_says_nothing_of_late_and_others_an_hour_ahead() {
        let newest = |traffic| datums("a", &traffic, NOW).iter().map(|datum| datum.timestamp().unwrap().secs()).max();
        assert!(newest(Traffic::silent(1800)).unwrap() < NOW - 1800);
        assert!(newest(Traffic::HEALTHY).unwrap() > NOW + HOUR - 2 * MINUTE);
    }
}
