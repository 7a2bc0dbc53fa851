//! From metrics to a score, and from a score to what the comparison says.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::{BigRational, Ratio};
use num_traits::{ToPrimitive, Zero};
use serde::{Deserialize, Serialize};

use super::{
    CanaryConfig, CanaryEventsFact, CanaryFact, CanaryLimitsFact, CanaryMetricFact, Cause, Class, GroupScore,
    MetricSamples,
    metric::{judge, millionths},
    plan::CanaryPlan,
};
use crate::{
    Timestamp,
    evidence::{Evidence, EvidenceStatus},
};

const MILLION: u32 = 1_000_000;

/// What a comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CanaryVerdict {
    /// The canary is not worse.
    Pass,
    /// Some of it is worse; people must say whether that is acceptable.
    Marginal,
    /// Too little is known yet.
    Inconclusive,
    /// It is worse, or too little was ever known.
    Fail,
}

/// What was observed of a canary.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// The service that is rolled out.
    pub service: String,
    /// How long the canary has run.
    pub seconds: u64,
    /// Where the datapoints came from: `cloudwatch:eu-central-1`.
    pub source: String,
    /// The end of the newest datapoint; of the metric and side where it is the oldest.
    pub as_of: Option<Timestamp>,
    /// The datapoints of each metric, by its name; one that is missing here has no data.
    pub metrics: BTreeMap<String, MetricSamples>,
}

/// Compares a canary with its baseline.
///
/// What could be judged and is too bad fails at once. Nothing passes before the observation is over. What is missing is
/// waited for until it is given up; from then on the score alone counts, in which what is missing does not pass.
pub fn canary_fact(plan: &CanaryPlan, observed: &Observed) -> CanaryFact {
    let config = plan.config();
    let metrics: Vec<CanaryMetricFact> =
        config.metrics.iter().map(|metric| judge(plan, metric, observed.metrics.get(&metric.name))).collect();
    let missing = metrics.iter().filter(|metric| metric.class == Class::NoData).count();
    let no_data_ppm = rounded_down(&Ratio::new(BigInt::from(missing), BigInt::from(metrics.len())));
    let groups = groups(plan, &metrics, |_| true);
    let is_critical = |of: &dyn Fn(Class) -> bool| metrics.iter().any(|metric| metric.critical && of(metric.class));
    // As in Kayenta: the score of the whole is 0.
    let failed = is_critical(&|class| matches!(class, Class::High | Class::Low));
    let score_ppm = score(&groups).filter(|_| !failed).map_or(0, |score| rounded_down(&score));
    let judged = score(&self::groups(plan, &metrics, |metric| metric.class != Class::NoData));
    let judged_score_ppm = match judged.and_then(|score| millionths(&score, |parts| parts.ceil())?.to_u32()) {
        Some(_) if failed => Some(0),
        judged => judged,
    };
    let too_little = no_data_ppm >= config.max_no_data_ppm || is_critical(&|class| class == Class::NoData);
    let waiting = observed.seconds < config.give_up_seconds;
    let verdict = if failed || judged_score_ppm.is_some_and(|score| score < config.marginal_score_ppm) {
        CanaryVerdict::Fail
    } else if observed.seconds < config.observation_seconds {
        CanaryVerdict::Inconclusive
    } else if too_little || score_ppm < config.marginal_score_ppm {
        if waiting { CanaryVerdict::Inconclusive } else { CanaryVerdict::Fail }
    } else if score_ppm < config.pass_score_ppm {
        CanaryVerdict::Marginal
    } else {
        CanaryVerdict::Pass
    };
    let to_run = config.observation_seconds.saturating_sub(observed.seconds);
    let ask_again = if to_run > 0 { to_run } else { config.ask_again_seconds };
    let mut reasons: Vec<String> = metrics.iter().filter_map(reason).collect();
    if to_run > 0 {
        reasons.push(format!(
            "it has run for {} s, at least {} s are needed",
            observed.seconds, config.observation_seconds
        ));
    }
    CanaryFact {
        // A score that passes has what is missing held against it already.
        evidence: Evidence { required: verdict != CanaryVerdict::Pass, ..evidence(observed, &metrics, missing) },
        service: observed.service.clone(),
        verdict,
        reasons,
        score_ppm,
        judged_score_ppm,
        pass_score_ppm: config.pass_score_ppm,
        marginal_score_ppm: config.marginal_score_ppm,
        no_data_ppm,
        max_no_data_ppm: config.max_no_data_ppm,
        confidence_ppm: config.confidence_ppm,
        observed_seconds: observed.seconds,
        observation_seconds: config.observation_seconds,
        give_up_seconds: config.give_up_seconds,
        ask_again_seconds: (verdict == CanaryVerdict::Inconclusive).then_some(ask_again),
        groups: groups
            .into_iter()
            .map(|(name, group)| GroupScore {
                name: name.to_owned(),
                weight: group.weight,
                score_ppm: rounded_down(&group.share()),
            })
            .collect(),
        metrics,
    }
}

/// A canary of which nothing can be known, and why: there is nothing to judge it by, or it is told apart in a way that
/// the service's canaries are not.
pub fn unknown_canary(service: &str, reason: &str) -> CanaryFact {
    let CanaryConfig {
        pass_score_ppm,
        marginal_score_ppm,
        max_no_data_ppm,
        confidence_ppm,
        observation_seconds,
        give_up_seconds,
        ask_again_seconds,
        ..
    } = CanaryConfig::of(Vec::new());
    CanaryFact {
        evidence: Evidence::bad(format!("canary/{service}"), "catalogue", EvidenceStatus::NoData, reason),
        service: service.to_owned(),
        verdict: CanaryVerdict::Inconclusive,
        reasons: vec![reason.to_owned()],
        score_ppm: 0,
        judged_score_ppm: None,
        pass_score_ppm,
        marginal_score_ppm,
        no_data_ppm: MILLION,
        max_no_data_ppm,
        confidence_ppm,
        observed_seconds: 0,
        observation_seconds,
        give_up_seconds,
        ask_again_seconds: Some(ask_again_seconds),
        groups: Vec::new(),
        metrics: Vec::new(),
    }
}

/// What is to be said of a metric that does not pass.
fn reason(metric: &CanaryMetricFact) -> Option<String> {
    let name = match metric.critical {
        true => format!("`{}`, which is critical,", metric.name),
        false => format!("`{}`", metric.name),
    };
    let broken = metric.limits.as_ref().and_then(CanaryLimitsFact::broken);
    match (metric.class, broken, &metric.reason) {
        (Class::Pass, ..) => None,
        (_, Some(broken), _) => Some(format!("{name} {broken}")),
        (Class::High, None, _) => Some(format!("{name} is higher than in the baseline{}", compared(metric))),
        (Class::Low, None, _) => Some(format!("{name} is lower than in the baseline{}", compared(metric))),
        (Class::NoData, None, Some(reason)) if metric.critical => Some(format!("{name} could not be judged: {reason}")),
        (Class::NoData, None, Some(reason)) => Some(format!("{name}: {reason}")),
        (Class::NoData, None, None) => Some(format!("{name} could not be judged")),
    }
}

/// Which comparison says so.
fn compared(metric: &CanaryMetricFact) -> String {
    let by = |events: &Option<CanaryEventsFact>, time| {
        events.as_ref().filter(|events| events.class == metric.class).map(|events| events.told(time))
    };
    by(&metric.newest_events, "the last")
        .or_else(|| by(&metric.all_events, "all"))
        .map_or_else(|| ", minute by minute".to_owned(), |told| format!(": it was {told}"))
}

#[derive(Debug, Clone, Copy, Default)]
struct Group {
    weight: u32,
    passing: u64,
    whole: u64,
}

impl Group {
    fn share(self) -> BigRational {
        Ratio::new(BigInt::from(self.passing), BigInt::from(self.whole.max(1)))
    }
}

/// The groups of those metrics that count.
fn groups<'a>(
    plan: &CanaryPlan,
    metrics: &'a [CanaryMetricFact],
    counts: impl Fn(&CanaryMetricFact) -> bool,
) -> BTreeMap<&'a str, Group> {
    let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
    for metric in metrics.iter().filter(|metric| counts(metric)) {
        let group = groups.entry(&metric.group).or_default();
        group.weight = plan.group_weight(&metric.group);
        group.whole += u64::from(metric.weight);
        if metric.class == Class::Pass {
            group.passing += u64::from(metric.weight);
        }
    }
    groups
}

/// The mean of the groups' shares by their weights; none without groups.
fn score(groups: &BTreeMap<&str, Group>) -> Option<BigRational> {
    let whole: u64 = groups.values().map(|group| u64::from(group.weight)).sum();
    let passing: BigRational = groups
        .values()
        .map(|group| group.share() * BigInt::from(group.weight))
        .fold(BigRational::zero(), |sum, share| sum + share);
    (whole > 0).then(|| passing / BigInt::from(whole))
}

/// A share of the whole, in parts per million.
fn rounded_down(share: &BigRational) -> u32 {
    millionths(share, |parts| parts.floor()).and_then(|parts| parts.to_u32()).unwrap_or(0).min(MILLION)
}

fn evidence(observed: &Observed, metrics: &[CanaryMetricFact], missing: usize) -> Evidence {
    let id = format!("canary/{}", observed.service);
    let sides = || metrics.iter().flat_map(|metric| [&metric.baseline, &metric.canary]);
    let reasons: Vec<_> = metrics.iter().filter(|metric| metric.class == Class::NoData).filter_map(reason).collect();
    let base = if missing == 0 {
        Evidence::ok(id, observed.source.clone(), None)
    } else {
        let none = missing == metrics.len();
        let failed = metrics.iter().any(|metric| metric.cause == Some(Cause::Unreliable));
        let status = match (none, failed) {
            (true, true) => EvidenceStatus::Error,
            (true, false) => EvidenceStatus::NoData,
            (false, _) => EvidenceStatus::Partial,
        };
        Evidence::bad(id, observed.source.clone(), status, reasons.join("; "))
    };
    Evidence {
        as_of: observed.as_of,
        window_seconds: Some(observed.seconds),
        datapoints_expected: sides().map(|side| side.datapoints_expected).sum(),
        datapoints_received: sides().map(|side| side.datapoints_received).sum(),
        ..base
    }
}
