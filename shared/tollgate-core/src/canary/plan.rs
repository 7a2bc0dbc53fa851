//! How a canary is judged: configuration, and the same once it is known to make sense.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{limits::CanaryLimits, normal::Significance};

const MILLION: u32 = 1_000_000;
const HEAVIEST: u32 = 1_000_000;

/// How a canary is judged. Shares and scores are in parts per million of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CanaryConfig {
    /// What is compared.
    pub metrics: Vec<CanaryMetric>,
    /// What each group counts for, relative to the others; all count the same when empty.
    #[serde(default)]
    pub group_weights: BTreeMap<String, u32>,
    /// How sure a difference must be: 900000, 950000, 980000, 990000 or 999000.
    pub confidence_ppm: u32,
    /// The score from which the canary passes.
    pub pass_score_ppm: u32,
    /// The score from which it is marginal; below, it fails.
    pub marginal_score_ppm: u32,
    /// The share of metrics without data at which the canary fails.
    pub max_no_data_ppm: u32,
    /// The fewest datapoints on either side to judge a metric by.
    pub min_datapoints: u32,
    /// The smallest share of the datapoints asked for that must have come.
    pub min_datapoints_share_ppm: u32,
    /// How long the canary must run before it can pass.
    pub observation_seconds: u64,
    /// How long to wait for what is missing; then it counts against the canary for good.
    pub give_up_seconds: u64,
    /// When to ask again for what is missing.
    pub ask_again_seconds: u64,
}

impl CanaryConfig {
    /// What is judged by where nothing else is said: scores, confidence and share without data are those of Kayenta and
    /// its documentation (<https://spinnaker.io/docs/guides/user/canary/>), the observation is the practice's 15 to 30
    /// minutes.
    pub fn of(metrics: Vec<CanaryMetric>) -> Self {
        Self {
            metrics,
            group_weights: BTreeMap::new(),
            confidence_ppm: 980_000,
            pass_score_ppm: 950_000,
            marginal_score_ppm: 750_000,
            max_no_data_ppm: 500_000,
            min_datapoints: 10,
            min_datapoints_share_ppm: 900_000,
            observation_seconds: 900,
            give_up_seconds: 1800,
            ask_again_seconds: 60,
        }
    }
}

/// A metric that is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CanaryMetric {
    /// Its name, unique in the configuration.
    pub name: String,
    /// The group that it counts in.
    pub group: String,
    /// Which difference is bad.
    pub direction: Direction,
    /// What it counts for within its group, relative to the others.
    pub weight: u32,
    /// The fewest events on either side to judge it by.
    pub min_events: u64,
    /// The largest effect that is tolerated, however sure it is.
    pub tolerance: Tolerance,
    /// Of a share of counts: the largest difference of the shares of all events that is tolerated, however sure it is,
    /// in parts per million of the events.
    pub share_tolerance_ppm: u32,
    /// What the canary must never be above or below, whatever the baseline does.
    #[serde(default)]
    pub limits: CanaryLimits,
    /// Does all fail with it? Then nothing passes without its data.
    #[serde(default)]
    pub critical: bool,
}

/// Which difference between canary and baseline is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// An increase is bad: latency, errors.
    Increase,
    /// A decrease is bad: throughput, cache hits.
    Decrease,
    /// Both are.
    Either,
}

/// The largest effect that is tolerated, by one of two measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tolerance {
    /// The rank-biserial correlation, from 0 (both sides alike) to 1000000 (every datapoint of one side is above every
    /// one of the other), in parts per million.
    RankBiserialPpm(u32),
    /// The difference of the medians over the baseline's, in parts per million.
    MedianPpm(u32),
}

/// A configuration that makes sense: metrics with different names, weights that mean something, thresholds in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanaryPlan {
    config: CanaryConfig,
    significance: Significance,
    /// How sure a difference in the newest minutes must be. They are looked at anew each minute, so chance has many
    /// tries.
    newest_significance: Significance,
}

/// The highest confidence that is tabulated, for [`CanaryPlan::newest_significance`].
const NEWEST_CONFIDENCE_PPM: u32 = 999_000;

impl CanaryPlan {
    /// Takes a configuration that makes sense.
    ///
    /// # Errors
    /// Everything that is wrong with it, and what to write instead.
    pub fn new(config: CanaryConfig) -> Result<Self, Vec<String>> {
        let mut errors = Vec::new();
        let mut hold = |holds: bool, message: String| {
            if !holds {
                errors.push(message);
            }
        };
        let significance = Significance::of(config.confidence_ppm);
        let known = "write 900000, 950000, 980000, 990000 or 999000";
        hold(significance.is_some(), format!("`confidence_ppm` is {}: {known}", config.confidence_ppm));
        hold(!config.metrics.is_empty(), "no `metrics`: a canary without any would always pass".to_owned());
        let shares = [
            ("pass_score_ppm", config.pass_score_ppm),
            ("marginal_score_ppm", config.marginal_score_ppm),
            ("max_no_data_ppm", config.max_no_data_ppm),
            ("min_datapoints_share_ppm", config.min_datapoints_share_ppm),
        ];
        for (name, share) in shares {
            hold((1..=MILLION).contains(&share), format!("`{name}` is {share}: write 1 to 1000000"));
        }
        let (pass, marginal) = (config.pass_score_ppm, config.marginal_score_ppm);
        hold(marginal <= pass, format!("`marginal_score_ppm` {marginal} is above `pass_score_ppm` {pass}"));
        hold(config.min_datapoints > 0, "`min_datapoints` is 0: write at least 1".to_owned());
        hold(config.ask_again_seconds > 0, "`ask_again_seconds` is 0: write at least 1".to_owned());
        let (observation, give_up) = (config.observation_seconds, config.give_up_seconds);
        let shorter = format!("`give_up_seconds` {give_up} is less than `observation_seconds` {observation}");
        hold(observation <= give_up, shorter);
        let soon =
            format!("`observation_seconds` {observation} would pass it before anything is seen: write at least 60");
        hold(observation >= 60, soon);
        let mut names = BTreeSet::new();
        for metric in &config.metrics {
            let name = &metric.name;
            hold(names.insert(name), format!("there are two metrics `{name}`: give one another name"));
            let weight = metric.weight;
            let bounds = format!("the weight of `{name}` is {weight}: write 1 to {HEAVIEST}");
            hold((1..=HEAVIEST).contains(&weight), bounds);
            let reach = format!("`rank_biserial_ppm` of `{name}` tolerates every effect: write less than {MILLION}");
            hold(!matches!(metric.tolerance, Tolerance::RankBiserialPpm(MILLION..)), reach);
            let reach = format!("`share_tolerance_ppm` of `{name}` tolerates every effect: write less than {MILLION}");
            hold(metric.share_tolerance_ppm < MILLION, reach);
            let limits = format!("`at_least` of `{name}` is above its `at_most`: nothing is within both");
            hold(metric.limits.possible(), limits);
        }
        let groups: BTreeSet<_> = config.metrics.iter().map(|metric| &metric.group).collect();
        for (group, weight) in &config.group_weights {
            let bounds = format!("the weight of group `{group}` is {weight}: write 1 to {HEAVIEST}");
            hold((1..=HEAVIEST).contains(weight), bounds);
            hold(groups.contains(group), format!("group `{group}` has a weight and no metric: remove it"));
        }
        for group in groups {
            let weighted = config.group_weights.is_empty() || config.group_weights.contains_key(group);
            hold(weighted, format!("group `{group}` has no weight, while others have one: add it to `group_weights`"));
        }
        match (significance, Significance::of(NEWEST_CONFIDENCE_PPM)) {
            (Some(significance), Some(newest_significance)) if errors.is_empty() => {
                Ok(Self { config, significance, newest_significance })
            }
            _ => Err(errors),
        }
    }

    /// What it was made of.
    pub fn config(&self) -> &CanaryConfig {
        &self.config
    }

    pub(super) fn significance(&self) -> Significance {
        self.significance
    }

    pub(super) fn newest_significance(&self) -> Significance {
        self.newest_significance
    }

    /// What a group counts for.
    pub(super) fn group_weight(&self, group: &str) -> u32 {
        self.config.group_weights.get(group).copied().unwrap_or(1)
    }
}
