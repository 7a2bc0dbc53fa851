//! `data/canaries/SERVICE.yaml`: how the canaries of a service are judged, and where their numbers come from.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::Deserialize;
use serde_saphyr::{Location, Spanned};

use super::{
    Catalogue, indicators,
    layout::{Claim, claim},
};
use crate::{
    canary::{
        CanaryConfig, CanaryLimits, CanaryMetric, CanaryMetricSource, CanaryPlan, CanarySource, Direction,
        MOST_DIMENSIONS, Tolerance,
    },
    data::{DataError, from_yaml},
    slo::{
        Metric, Source,
        openslo::{Purpose, Reader, WrittenMetricSource, WrittenSource, read_others},
    },
};

/// More metrics than this hide one another.
const MOST_METRICS: usize = 30;
/// What is judged by minutes is not judged for longer.
const LONGEST_SECONDS: u64 = 86_400;
/// The practice's: with fewer events, rates are noise.
const MIN_EVENTS: u64 = 100;
/// Kayenta's: <https://github.com/spinnaker/kayenta>, `NetflixACAJudge`.
const TOLERANCE: Tolerance = Tolerance::MedianPpm(250_000);
/// A tenth of a per cent of the events: all that an objective of 99.9 % lets go wrong.
const SHARE_TOLERANCE_PPM: u32 = 1_000;
const MOST_METRIC_DIMENSIONS: usize = 30;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    dimensions: Spanned<Vec<Spanned<String>>>,
    metrics: Spanned<Vec<Spanned<Entry>>>,
    #[serde(default)]
    group_weights: BTreeMap<String, u32>,
    confidence_ppm: Option<u32>,
    pass_score_ppm: Option<u32>,
    marginal_score_ppm: Option<u32>,
    max_no_data_ppm: Option<u32>,
    min_datapoints: Option<u32>,
    min_datapoints_share_ppm: Option<u32>,
    observation_seconds: Option<u64>,
    give_up_seconds: Option<Spanned<u64>>,
    ask_again_seconds: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Spanned<String>,
    group: Option<String>,
    direction: Option<Direction>,
    weight: Option<u32>,
    min_events: Option<u64>,
    tolerance: Option<Tolerance>,
    share: Option<bool>,
    share_tolerance_ppm: Option<u32>,
    at_most: Option<Spanned<String>>,
    at_least: Option<Spanned<String>>,
    #[serde(default)]
    critical: bool,
    #[serde(rename = "metricSource")]
    source: Spanned<WrittenMetricSource>,
    events: Option<Spanned<WrittenSource>>,
}

impl Catalogue {
    /// Reads what has metric sources and is no objective: canaries, and the indicators of Keptn gates.
    pub(super) fn add_sources(&mut self, files: &BTreeMap<String, String>) -> Vec<DataError> {
        let texts = || files.iter().map(|(file, text)| (file.as_str(), text.as_str()));
        let slo_files = texts().filter(|(file, _)| file.starts_with("data/slos/"));
        let others = texts().filter(|(file, _)| file.starts_with("data/canaries/") || indicators::is_file(file));
        let others: Vec<(&str, &str)> = others.collect();
        let mut missing = self.gates_without_indicators(files);
        if others.is_empty() {
            return missing;
        }
        let (mut errors, mut warnings) = read_others(slo_files, others, |reader, file, text| {
            if indicators::is_file(file) {
                self.add_indicators(reader, files, (file, text));
            } else {
                self.add_canary(reader, file, text);
            }
        });
        errors.append(&mut missing);
        errors.sort();
        self.warnings.append(&mut warnings);
        errors
    }

    fn add_canary(&mut self, reader: &mut Reader<'_>, file: &str, text: &str) {
        // What is no such file is refused where files are claimed.
        let Ok(Claim::Canary(service)) = claim(file) else { return };
        match from_yaml::<Document>(file, text) {
            Err(error) => reader.errors.push(error),
            Ok(document) => {
                if let Some(canary) = canary(reader, service, text, document) {
                    self.canaries.insert(service.to_owned(), canary);
                }
            }
        }
    }
}

/// None when anything is wrong, of which the reader then knows.
fn canary(reader: &mut Reader<'_>, service: &str, text: &str, document: Document) -> Option<CanarySource> {
    let before = reader.errors.len();
    let dimensions = dimensions(reader, &document.dimensions);
    let entries = document.metrics;
    if entries.value.len() > MOST_METRICS {
        let message = format!("{} metrics: write at most {MOST_METRICS}, those that tell", entries.value.len());
        reader.complain(&entries.defined, message);
    }
    if let Some(long) = document.give_up_seconds.as_ref().filter(|seconds| seconds.value > LONGEST_SECONDS) {
        let message = format!("`give_up_seconds` is {}: write at most {LONGEST_SECONDS}, a day", long.value);
        reader.complain(&long.defined, message);
    }
    let mut judged = Vec::new();
    let mut metrics = BTreeMap::new();
    for Spanned { value: entry, defined, .. } in entries.value {
        let metric = CanaryMetric {
            group: entry.group.clone().unwrap_or_else(|| entry.name.value.clone()),
            name: entry.name.value.clone(),
            direction: entry.direction.unwrap_or(Direction::Either),
            weight: entry.weight.unwrap_or(1),
            min_events: entry.min_events.unwrap_or(MIN_EVENTS),
            tolerance: entry.tolerance.unwrap_or(TOLERANCE),
            share_tolerance_ppm: entry.share_tolerance_ppm.unwrap_or(SHARE_TOLERANCE_PPM),
            limits: CanaryLimits {
                at_most_micro: micro(reader, "at_most", entry.at_most.as_ref()),
                at_least_micro: micro(reader, "at_least", entry.at_least.as_ref()),
            },
            critical: entry.critical,
        };
        if let Some(source) = source(reader, &metric, entry, &defined, &dimensions) {
            metrics.insert(metric.name.clone(), source);
        }
        judged.push(metric);
    }
    let standard = CanaryConfig::of(Vec::new());
    let config = CanaryConfig {
        metrics: judged,
        group_weights: document.group_weights,
        confidence_ppm: document.confidence_ppm.unwrap_or(standard.confidence_ppm),
        pass_score_ppm: document.pass_score_ppm.unwrap_or(standard.pass_score_ppm),
        marginal_score_ppm: document.marginal_score_ppm.unwrap_or(standard.marginal_score_ppm),
        max_no_data_ppm: document.max_no_data_ppm.unwrap_or(standard.max_no_data_ppm),
        min_datapoints: document.min_datapoints.unwrap_or(standard.min_datapoints),
        min_datapoints_share_ppm: document.min_datapoints_share_ppm.unwrap_or(standard.min_datapoints_share_ppm),
        observation_seconds: document.observation_seconds.unwrap_or(standard.observation_seconds),
        give_up_seconds: document.give_up_seconds.map_or(standard.give_up_seconds, |seconds| seconds.value),
        ask_again_seconds: document.ask_again_seconds.unwrap_or(standard.ask_again_seconds),
    };
    match CanaryPlan::new(config) {
        Ok(plan) if reader.errors.len() == before => {
            Some(CanarySource { service: service.to_owned(), plan, dimensions, metrics })
        }
        Ok(_) => None,
        Err(messages) => {
            let file = reader.file.to_owned();
            let located = |message: String| DataError::new(&file, line_of_subject(text, &message), message);
            reader.errors.extend(messages.into_iter().map(located));
            None
        }
    }
}

/// A limit in millionths of the metric's unit, exactly; none where there is none, or it is refused.
fn micro(reader: &mut Reader<'_>, field: &str, limit: Option<&Spanned<String>>) -> Option<i64> {
    let limit = limit?;
    let micro =
        Decimal::from_str_exact(&limit.value).ok().and_then(|limit| limit.checked_mul(Decimal::from(1_000_000)));
    match micro.filter(|micro| micro.fract().is_zero()).and_then(|micro| micro.to_i64()) {
        Some(micro) => Some(micro),
        None => {
            let message =
                format!("`{field}: {}` is not a number of at most 6 decimals: write for example `0.5`", limit.value);
            reader.refuse(&limit.defined, message)
        }
    }
}

fn dimensions(reader: &mut Reader<'_>, written: &Spanned<Vec<Spanned<String>>>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if !(1..=MOST_DIMENSIONS).contains(&written.value.len()) {
        let message = format!(
            "{} `dimensions`: write 1 to {MOST_DIMENSIONS}, the names by which canary and baseline differ, such as `Version`",
            written.value.len()
        );
        reader.complain(&written.defined, message);
    }
    for name in &written.value {
        let length = name.value.chars().count();
        if !(1..=255).contains(&length) || !name.value.chars().all(|letter| letter.is_ascii_graphic() || letter == ' ')
        {
            let message = "the name of a dimension has 1 to 255 visible ASCII characters: write one such as `Version`";
            reader.complain(&name.defined, message);
        } else if !names.insert(name.value.clone()) {
            reader.complain(&name.defined, format!("the dimension `{}` is there twice: remove one", name.value));
        }
    }
    names
}

/// What is read for a metric, and for the count of its events.
fn source(
    reader: &mut Reader<'_>,
    metric: &CanaryMetric,
    entry: Entry,
    at: &Location,
    dimensions: &BTreeSet<String>,
) -> Option<CanaryMetricSource> {
    let name = &metric.name;
    let share = entry.share;
    let written = entry.source;
    let place = written.defined;
    let written = Spanned::new(WrittenSource { metric_source: written.value }, written.referenced, place);
    let (value, _) = reader.source(&written, Purpose::Sample)?;
    apart(reader, &place, &value, dimensions)?;
    if value.metric().is_some_and(|value| value.counts()) {
        let message = format!(
            "`{name}` compares counts, which differ by the share of the traffic that either side has: divide it by the \
             requests with an `expression`"
        );
        reader.warn(&place, message);
        if entry.events.is_none() && metric.min_events > 0 {
            let message = format!(
                "the events of `{name}` are what it counts itself, so of errors there are too few to judge by as long as \
                 none happens: write `events` with the metric that counts all requests"
            );
            reader.warn(&place, message);
        }
    }
    let events = match (entry.events, &value) {
        (Some(events), _) => {
            let (source, _) = reader.source(&events, Purpose::Count)?;
            apart(reader, &events.defined, &source, dimensions)?;
            Some(source)
        }
        (None, _) if metric.min_events == 0 => None,
        (None, Source::Metric(value)) => {
            let statistic = if value.counts() { value.statistic.clone() } else { "SampleCount".to_owned() };
            Some(Source::Metric(Metric { statistic, ..value.clone() }))
        }
        (None, Source::Expression(_)) => {
            let message = format!(
                "nothing counts the events of `{name}`: write `events` with the metric that does, or `min_events: 0`"
            );
            return reader.refuse(at, message);
        }
    };
    let is_share = is_share(&value, events.as_ref());
    if share == Some(true) && !is_share {
        let message = format!("`{name}` is not known to be a share: write {SHARE_FORM}");
        return reader.refuse(at, message);
    }
    let counts = value.metrics().into_iter().all(|metric| metric.counts());
    if share.is_none() && !is_share && counts && value.metric().is_none() {
        let message = format!(
            "only the minutes of `{name}` are compared and not its events: write {SHARE_FORM}, or `share: false` where \
             it is none"
        );
        reader.warn(&place, message);
    }
    Some(CanaryMetricSource { value, events, share: is_share && share != Some(false) })
}

const SHARE_FORM: &str = "`bad / all` or `1 - good / all`, of sums of counts, with what `events` counts as the divisor";

fn is_share(value: &Source, events: Option<&Source>) -> bool {
    match value {
        Source::Metric(_) => false,
        Source::Expression(expression) => expression.is_share(events.and_then(Source::metric)),
    }
}

/// Holds a source against the dimensions that the question adds.
fn apart(reader: &mut Reader<'_>, at: &Location, source: &Source, dimensions: &BTreeSet<String>) -> Option<()> {
    for metric in source.metrics() {
        if !metric.resolution.is_minute() {
            return reader.refuse(at, "a canary is compared minute by minute: remove `Period`");
        }
        if let Some(both) = metric.dimensions.keys().find(|name| dimensions.contains(*name)) {
            let message =
                format!("`{both}` is one of the `dimensions`, whose values the question gives: remove it here");
            return reader.refuse(at, message);
        }
        let count = metric.dimensions.len() + dimensions.len();
        if count > MOST_METRIC_DIMENSIONS {
            let message =
                format!("{count} dimensions with `dimensions`: a metric has at most {MOST_METRIC_DIMENSIONS}");
            return reader.refuse(at, message);
        }
    }
    Some(())
}

/// The first line that has what the message names first.
fn line_of_subject(text: &str, message: &str) -> Option<u64> {
    let subject = message.split('`').nth(1).filter(|subject| !subject.is_empty())?;
    (1..).zip(text.lines()).find(|(_, line)| line.contains(subject)).map(|(number, _)| number)
}
