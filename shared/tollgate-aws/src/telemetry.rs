//! Two sources of telemetry, one way of judging it.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use aws_config::SdkConfig;
use tokio::time::Instant;
use tollgate_core::{
    Timestamp,
    slo::{Judging, Slo, SloFact, Snapshot, slo_fact},
};

use crate::{
    cloudwatch::{CloudWatch, Receipt},
    config::sdk_config,
    recorded::{Recording, RecordingError},
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

    /// What is known of the objectives (each with: must a decision rest on it?), in their order. Whatever goes wrong is
    /// in the evidence of those that it concerns. What a request cost is in the first of the facts that it was for.
    pub async fn gather(
        &self,
        slos: &[(&Slo, bool)],
        now: Timestamp,
        deadline: Instant,
        max_age_seconds: u64,
    ) -> Vec<SloFact> {
        let facts = self.gather_with(slos, now, deadline, max_age_seconds, |_, _, _| ()).await;
        facts.into_iter().map(|(fact, ())| fact).collect()
    }

    /// The same, each with what else is to be known of it and is no part of the fact.
    pub async fn gather_with<T>(
        &self,
        slos: &[(&Slo, bool)],
        now: Timestamp,
        deadline: Instant,
        max_age_seconds: u64,
        besides: impl Fn(&Slo, &Snapshot, &Judging) -> T,
    ) -> Vec<(SloFact, T)> {
        let judged = |slo: &Slo, snapshot: &Snapshot, judging: &Judging| {
            (slo_fact(slo, snapshot, judging), besides(slo, snapshot, judging))
        };
        let judging = |required, source| Judging { now, max_age_seconds, required, source };
        match self {
            Self::CloudWatch(cloudwatch) => {
                let wanted: Vec<_> = slos.iter().map(|(slo, _)| *slo).collect();
                let fetch = cloudwatch.fetch(&wanted, now, deadline).await;
                let facts = slos.iter().map(|(slo, required)| {
                    let source = cloudwatch.source(slo);
                    judged(slo, &fetch.snapshot, &judging(*required, source))
                });
                charge(facts.collect(), &wanted, fetch.receipts)
            }
            Self::Recorded(recording, name) => {
                let fact = |(slo, required): &(&Slo, bool)| {
                    judged(slo, &recording.snapshot, &judging(*required, format!("recorded:{name}")))
                };
                slos.iter().map(fact).collect()
            }
        }
    }
}

fn charge<T>(mut facts: Vec<(SloFact, T)>, slos: &[&Slo], mut receipts: Vec<Receipt>) -> Vec<(SloFact, T)> {
    for ((fact, _), slo) in facts.iter_mut().zip(slos) {
        let own = |receipt: &Receipt| slo.metrics().iter().any(|metric| receipt.metrics.contains(*metric));
        for receipt in receipts.extract_if(.., |receipt| own(receipt)) {
            fact.evidence.api_requests += receipt.requests;
            fact.evidence.api_cost_usd_micros += receipt.cost_usd_micros;
        }
    }
    facts
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
