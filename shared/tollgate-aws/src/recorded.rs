//! Recorded telemetry: a fetch as a file, read back into the same value.

use std::{collections::BTreeMap, fs, io::Read, path::Path};

use chrono::SubsecRound;
use serde::{Deserialize, Serialize};
use tollgate_core::{
    Timestamp,
    slo::{Datum, Measure, Metric, Plan, Quality, Reach, Snapshot, Tier, TierSeries},
};

/// The version of the file format.
pub const TELEMETRY_SCHEMA: &str = "tollgate.telemetry/v1";

const LARGEST_BYTES: u64 = 64 << 20;

/// Telemetry as it was at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// When it was recorded; what judges it sets its clock to this.
    pub recorded_at: Timestamp,
    /// What was recorded.
    pub snapshot: Snapshot,
}

/// Why a file is no recording.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It cannot be read.
    #[error("the recording `{path}` cannot be read: {source}; write one with `tollgate record`")]
    Unreadable {
        /// Where it should be.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is not what `tollgate record` writes.
    #[error("the recording `{path}` is not as `tollgate record` writes it: {reason}; record it again")]
    Malformed {
        /// Where it is.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    recorded_at: Timestamp,
    end: Timestamp,
    history_seconds: i64,
    /// How far back finer datapoints reach, where they reach further than the windows need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reach: Option<FileReach>,
    series: Vec<FileSeries<u64>>,
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    measures: Vec<FileSeries<Measure>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileReach {
    minutes_seconds: i64,
    five_minutes_seconds: i64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSeries<T> {
    metric: Metric,
    tiers: Vec<FileTier<T>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTier<T> {
    period_seconds: i64,
    start: Timestamp,
    status: Status,
    reason: Option<String>,
    values: Vec<Option<T>>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Complete,
    Partial,
    Failed,
}

impl Recording {
    /// What was fetched at that time.
    pub fn new(recorded_at: Timestamp, snapshot: Snapshot) -> Self {
        Self { recorded_at: recorded_at.trunc_subsecs(0), snapshot }
    }

    /// The file's text.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which no fetch brings about.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let Snapshot { plan, series, measures } = &self.snapshot;
        let Reach { minutes_seconds, five_minutes_seconds } = plan.reach();
        let reach = FileReach { minutes_seconds, five_minutes_seconds };
        serde_json::to_string(&File {
            schema: TELEMETRY_SCHEMA.to_owned(),
            recorded_at: self.recorded_at,
            end: timestamp(plan.end()),
            history_seconds: plan.history_seconds(),
            reach: (plan.reach() != Reach::default()).then_some(reach),
            series: written(plan, series),
            measures: written(plan, measures),
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it is not there, larger than 64 MiB, or not what [`to_json`](Self::to_json) writes.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let shown = || path.display().to_string();
        let mut text = String::new();
        fs::File::open(path)
            .and_then(|file| file.take(LARGEST_BYTES + 1).read_to_string(&mut text))
            .map_err(|source| RecordingError::Unreadable { path: shown(), source })?;
        let malformed = |reason| RecordingError::Malformed { path: shown(), reason };
        if text.len() as u64 > LARGEST_BYTES {
            return Err(malformed("it is larger than 64 MiB".to_owned()));
        }
        Self::from_json(&text).map_err(malformed)
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// What is wrong with it: the datapoints must fill the very tiers that a fetch has, so that none counts twice.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if file.schema != TELEMETRY_SCHEMA {
            return Err(format!("its `schema` is `{}`, not `{TELEMETRY_SCHEMA}`", file.schema));
        }
        let reach = file.reach.map_or_else(Reach::default, |reach| Reach {
            minutes_seconds: reach.minutes_seconds,
            five_minutes_seconds: reach.five_minutes_seconds,
        });
        let plan = Plan::ending_with(file.end.timestamp(), file.history_seconds, reach);
        if timestamp(plan.end()) != file.end || plan.history_seconds() != file.history_seconds {
            return Err("its `end` is not a full minute, or its `history_seconds` not 3 to 455 days".to_owned());
        }
        if plan.reach() != reach {
            return Err("its `reach` is not 6 hours to 14 days by minutes and 3 to 62 days by five minutes".to_owned());
        }
        if file.end > file.recorded_at {
            return Err(format!("it ends at {}, after it was recorded", file.end));
        }
        let (series, measures) = (read(&plan, file.series)?, read(&plan, file.measures)?);
        Ok(Self { recorded_at: file.recorded_at, snapshot: Snapshot { plan, series, measures } })
    }
}

fn written<T: Datum>(plan: &Plan, series: &BTreeMap<Metric, Vec<TierSeries<T>>>) -> Vec<FileSeries<T>> {
    let tier = |(tier, series): (&Tier, &TierSeries<T>)| FileTier {
        period_seconds: tier.period_seconds,
        start: timestamp(tier.start),
        status: match series.quality {
            Quality::Complete => Status::Complete,
            Quality::Partial(_) => Status::Partial,
            Quality::Failed(_) => Status::Failed,
        },
        reason: Some(series.quality.reason().to_owned()).filter(|reason| !reason.is_empty()),
        values: series.values.clone(),
    };
    let of = |(metric, tiers): (&Metric, &Vec<TierSeries<T>>)| FileSeries {
        metric: metric.clone(),
        tiers: plan.by(metric.resolution).tiers().iter().zip(tiers).map(tier).collect(),
    };
    series.iter().map(of).collect()
}

fn read<T>(plan: &Plan, written: Vec<FileSeries<T>>) -> Result<BTreeMap<Metric, Vec<TierSeries<T>>>, String> {
    let mut series = BTreeMap::new();
    for FileSeries { metric, tiers } in written {
        let name = metric.to_string();
        let plan = plan.by(metric.resolution);
        if tiers.len() != plan.tiers().len() {
            return Err(format!("`{name}` has {} tiers, not {}", tiers.len(), plan.tiers().len()));
        }
        let tiers = plan.tiers().iter().zip(tiers).map(|(tier, found)| found.check(tier));
        let tiers = tiers.collect::<Result<Vec<_>, _>>().map_err(|reason| format!("`{name}`: {reason}"))?;
        if series.insert(metric, tiers).is_some() {
            return Err(format!("`{name}` comes twice"));
        }
    }
    Ok(series)
}

impl<T> FileTier<T> {
    fn check(self, tier: &Tier) -> Result<TierSeries<T>, String> {
        let same = (self.period_seconds, self.start, self.values.len())
            == (tier.period_seconds, timestamp(tier.start), tier.datapoints());
        if !same {
            return Err(format!(
                "expected {} values by {} s from {}, found {} by {} s from {}",
                tier.datapoints(),
                tier.period_seconds,
                timestamp(tier.start),
                self.values.len(),
                self.period_seconds,
                self.start
            ));
        }
        let reason = self.reason.unwrap_or_else(|| "no reason was recorded".to_owned());
        let quality = match self.status {
            Status::Complete => Quality::Complete,
            Status::Partial => Quality::Partial(reason),
            Status::Failed => Quality::Failed(reason),
        };
        Ok(TierSeries { values: self.values, quality })
    }
}

fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(seconds, 0).unwrap_or(Timestamp::MIN_UTC)
}

#[cfg(test)]
mod tests;
