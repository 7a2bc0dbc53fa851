//! Datapoints of a share of counts that did not come: is what came enough to say that the canary is worse, whatever they were?

use super::{
    CanaryCounts, CanaryMetric, Class, MetricSamples, Samples,
    events::{CanaryEventsFact, compared},
    plan::CanaryPlan,
};

/// How the events compare where the canary fails whatever the lost minutes had: all of their events, or none, on either side,
/// in the traffic of those that came. None where those decide, or too little came to know its traffic.
pub(super) fn fails_anyway(
    plan: &CanaryPlan,
    metric: &CanaryMetric,
    samples: &MetricSamples,
) -> Option<CanaryEventsFact> {
    let (baseline, canary) = (known(plan, metric, &samples.baseline)?, known(plan, metric, &samples.canary)?);
    let seconds = samples.canary.counted?.seconds;
    let by = |baseline, canary| compared(metric, plan.significance(), (seconds, baseline, canary));
    let found = by(baseline, canary);
    let possible = completed(&samples.baseline, baseline)
        .into_iter()
        .flat_map(|baseline| completed(&samples.canary, canary).map(|canary| by(baseline, canary).class));
    let is_sure = found.class != Class::Pass && possible.into_iter().all(|class| class == found.class);
    is_sure.then_some(found)
}

/// The events of the minutes that came, where those are enough for a side without gaps.
fn known(plan: &CanaryPlan, metric: &CanaryMetric, samples: &Samples) -> Option<CanaryCounts> {
    let counts = samples.counted?.all;
    let least = usize::try_from(plan.config().min_datapoints).ok()?;
    let is_enough = samples.failure.is_none()
        && samples.values.iter().flatten().count() >= least
        && counts.events > 0
        && counts.events >= metric.min_events;
    is_enough.then_some(counts)
}

/// The counts with those of the minutes that did not come: none marked, or all.
fn completed(samples: &Samples, counts: CanaryCounts) -> [CanaryCounts; 2] {
    let came = samples.values.iter().flatten().count().max(1) as u64;
    let lost = (samples.values.len() as u64).saturating_sub(came);
    let lost = counts.events.saturating_mul(lost).div_ceil(came);
    let events = counts.events.saturating_add(lost);
    [0, lost].map(|marked| CanaryCounts { marked: counts.marked.saturating_add(marked), events })
}
