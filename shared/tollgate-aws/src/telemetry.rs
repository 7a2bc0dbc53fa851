//! Two sources of telemetry, one way of judging it.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use aws_config::SdkConfig;
use futures_util::{
    StreamExt as _,
    future::join,
    stream::{self, BoxStream},
};
use tokio::time::Instant;
use tollgate_core::{
    Timestamp,
    evidence::EvidenceStatus,
    slo::{Background, Indicator, Judging, Limits, Reported, Slo, SloFact},
};

use crate::{
    cloudwatch::{CloudWatch, Fetch, longest_call},
    config::sdk_config,
    gathered::Gathered,
    recorded::{Recording, RecordingError},
    signals::Reports,
};

/// Where telemetry comes from, as configuration says it: `cloudwatch`, or `recorded:PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TelemetrySource {
    /// CloudWatch, or what stands at `AWS_ENDPOINT_URL`.
    CloudWatch,
    /// A file that `tollgate record` wrote.
    Recorded(PathBuf),
}

/// The text names no source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no source of telemetry: write `cloudwatch`, or `recorded:` and the path of a recording")]
pub struct SourceError(String);

impl FromStr for TelemetrySource {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix("recorded:") {
            Some(path) if !path.is_empty() => Ok(Self::Recorded(path.into())),
            None if text == "cloudwatch" => Ok(Self::CloudWatch),
            _ => Err(SourceError(text.to_owned())),
        }
    }
}

impl fmt::Display for TelemetrySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CloudWatch => formatter.write_str("cloudwatch"),
            Self::Recorded(path) => write!(formatter, "recorded:{}", path.display()),
        }
    }
}

/// A source of telemetry.
#[derive(Debug, Clone)]
pub enum Telemetry {
    /// CloudWatch.
    CloudWatch(CloudWatch),
    /// A recording, and the name of its file.
    Recorded(Box<Recording>, String),
}

impl Telemetry {
    /// Opens a source; CloudWatch with [`sdk_config`].
    ///
    /// # Errors
    /// When a recording is not there or not whole.
    pub async fn open(source: &TelemetrySource) -> Result<Self, RecordingError> {
        match source {
            TelemetrySource::CloudWatch => Ok(Self::cloudwatch(&sdk_config().await)),
            TelemetrySource::Recorded(path) => Self::recorded(path),
        }
    }

    /// CloudWatch, with a configuration that is shared.
    pub fn cloudwatch(config: &SdkConfig) -> Self {
        Self::CloudWatch(CloudWatch::new(config))
    }

    /// A recording.
    ///
    /// # Errors
    /// When it is not there or not whole.
    pub fn recorded(path: &Path) -> Result<Self, RecordingError> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok(Self::Recorded(Box::new(Recording::open(path)?), name))
    }

    /// When a recording was made: the time to judge it by. None for a live source.
    pub fn recorded_at(&self) -> Option<Timestamp> {
        match self {
            Self::CloudWatch(_) => None,
            Self::Recorded(recording, _) => Some(recording.recorded_at),
        }
    }

    /// What came for the objectives (each with: must a decision rest on it?), in their order. Whatever goes wrong is in
    /// the evidence of those that it concerns. What a request cost is in the first of those that it was for.
    pub async fn read<'a>(
        &'a self,
        slos: &[(&'a Slo, bool)],
        now: Timestamp,
        deadline: Instant,
        limits: &Limits,
    ) -> Vec<Gathered<'a>> {
        let judging = |required, source| judging(now, limits, required, source);
        match self {
            Self::CloudWatch(cloudwatch) => {
                let slos_only = || slos.iter().map(|(slo, _)| *slo);
                let fetched = cloudwatch.fetch_each(slos_only(), now, deadline);
                let (fetched, reports) = join(fetched, cloudwatch.reports(slos_only().collect(), now, deadline)).await;
                let found = slos.iter().zip(fetched);
                found
                    .map(|((slo, required), fetch)| {
                        let report = reported(slo, &reports);
                        Gathered::live(slo, fetch, report, judging(*required, cloudwatch.source(slo)))
                    })
                    .collect()
            }
            Self::Recorded(recording, name) => {
                let found = slos.iter();
                found
                    .map(|(slo, required)| Gathered::recorded(slo, recording, judging(*required, recorded(name))))
                    .collect()
            }
        }
    }

    /// What is known of the objectives: [`read`](Self::read), judged without stored days.
    pub async fn gather(
        &self,
        slos: &[(&Slo, bool)],
        now: Timestamp,
        deadline: Instant,
        limits: &Limits,
    ) -> Vec<SloFact> {
        let background = Background::default();
        self.read(slos, now, deadline, limits).await.iter().map(|found| found.fact(&background)).collect()
    }

    /// Reads the objectives of many services, and hands on what `judge` makes of each service's, in their order, as soon
    /// as it is there. Series are let go as they are judged. What `kept` has of the days of an objective is not asked for
    /// again; `judge` sets what each is held to.
    ///
    /// Calls go on only while the stream is polled: what takes long with a service is to be done beside it (`buffered`).
    /// A call that fails, or takes longer than 30 seconds, is evidence about the objectives that it was for. At the
    /// deadline the stream ends, and it may be dropped at any time: the services that it has not handed on are to be
    /// read another time, from the first of them.
    pub fn sweep<'a, G, T>(
        &'a self,
        services: impl IntoIterator<Item = (G, Vec<(&'a Slo, bool)>), IntoIter: 'a + Send>,
        now: Timestamp,
        deadline: Instant,
        kept: impl Fn(&Slo) -> Background + Send + 'a,
        mut judge: impl FnMut(&G, Vec<Gathered<'_>>) -> T + Send + 'a,
    ) -> BoxStream<'a, (G, T)>
    where
        G: Send + 'a,
        T: Send + 'a,
    {
        let limits = Limits { max_age_seconds: 0, budget_steps_ppm: Vec::new() };
        let judging = move |required, source| judging(now, &limits, required, source);
        match self {
            Self::CloudWatch(cloudwatch) => {
                let services: Vec<_> = services.into_iter().collect();
                let slos: Vec<&Slo> = services.iter().flat_map(|(_, slos)| slos).map(|(slo, _)| *slo).collect();
                let sweep = async move {
                    let reports = cloudwatch.reports(slos, now, Instant::now() + longest_call(deadline)).await;
                    let groups = services.into_iter().map(|(group, slos)| {
                        let wanted = slos.iter().map(|(slo, _)| *slo).collect();
                        ((group, slos), wanted)
                    });
                    let judge = move |(group, slos): &(G, Vec<(&'a Slo, bool)>), fetched: Vec<Fetch>| {
                        let found = slos.iter().zip(fetched).map(|((slo, required), fetch)| {
                            let report = reported(slo, &reports);
                            Gathered::live(slo, fetch, report, judging(*required, cloudwatch.source(slo)))
                        });
                        judge(group, found.collect())
                    };
                    cloudwatch.sweep(groups, now, deadline, kept, judge).map(|((group, _), judged)| (group, judged))
                };
                stream::once(sweep).flatten().boxed()
            }
            Self::Recorded(recording, name) => stream::iter(services.into_iter().map(move |(group, slos)| {
                let found = slos.iter();
                let found =
                    found.map(|(slo, required)| Gathered::recorded(slo, recording, judging(*required, recorded(name))));
                let judged = judge(&group, found.collect());
                (group, judged)
            }))
            .boxed(),
        }
    }
}

/// The report of an objective that Application Signals judges.
fn reported(slo: &Slo, reports: &Reports) -> Option<Reported> {
    let Indicator::ApplicationSignals(signals) = &slo.indicator else {
        return None;
    };
    let unasked = || Err((EvidenceStatus::Error, "its report was not asked for".to_owned()));
    Some(reports.get(signals).cloned().unwrap_or_else(unasked))
}

fn judging(now: Timestamp, limits: &Limits, required: bool, source: String) -> Judging {
    let Limits { max_age_seconds, budget_steps_ppm } = limits.clone();
    Judging { now, max_age_seconds, required, source, budget_steps_ppm }
}

fn recorded(name: &str) -> String {
    format!("recorded:{name}")
}

#[cfg(test)]
mod tests {
    use super::TelemetrySource;

    #[test]
    fn a_source_is_named_or_refused() {
        for text in ["cloudwatch", "recorded:demo/telemetry.json"] {
            assert_eq!(text.parse::<TelemetrySource>().unwrap().to_string(), text);
        }
        for text in ["", "CloudWatch", "recorded:", "prometheus", "recorded"] {
            let error = text.parse::<TelemetrySource>().unwrap_err().to_string();
            assert!(error.contains("write `cloudwatch`, or `recorded:`"), "{error}");
        }
    }
}
