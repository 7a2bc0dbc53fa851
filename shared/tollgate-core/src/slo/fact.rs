//! From counts to what is known of an objective.

use std::collections::BTreeMap;

use super::{
    SloFact, WindowFact,
    arithmetic::Events,
    history::{Bucket, History, Sum},
    indicator::{Counted, Indicator},
    objective::{Budgeting, Slo, Target},
    period::Period,
    plan::{Plan, WINDOWS},
    series::{Snapshot, rfc3339},
    source::Metric,
};
use crate::{
    Timestamp,
    evidence::{Evidence, EvidenceStatus},
};

/// How counts are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judging {
    /// The time to judge by.
    pub now: Timestamp,
    /// How old the newest datapoint may be.
    pub max_age_seconds: u64,
    /// Must a decision rest on it?
    pub required: bool,
    /// Where the counts came from: `cloudwatch:eu-central-1`.
    pub source: String,
}

/// The fact of an objective about which nothing is known, and why.
pub fn unknown_fact(slo: &Slo, judging: &Judging, status: EvidenceStatus, reason: impl Into<String>) -> SloFact {
    SloFact {
        evidence: Evidence {
            required: judging.required,
            window_seconds: Some(slo.period.longest_seconds()),
            ..Evidence::bad(slo.evidence_id(), judging.source.clone(), status, reason)
        },
        service: slo.service.clone(),
        name: slo.name.clone(),
        target_ppb: slo.target.ppb(),
        period_seconds: slo.period.longest_seconds(),
        windows: WINDOWS
            .map(|(name, seconds)| {
                let unknown = WindowFact {
                    seconds,
                    good: None,
                    total: None,
                    burn_rate_micro: None,
                    datapoints_expected: 0,
                    datapoints_received: 0,
                };
                (name.to_owned(), unknown)
            })
            .into(),
        budget: None,
        burning_since: None,
    }
}

/// An objective on the ratio of events of two metrics over a rolling period.
pub(super) struct EventRatio<'a> {
    slo: &'a Slo,
    pub(super) period_seconds: u64,
    target: Target,
    pub(super) counted: Counted,
    pub(super) metric: &'a Metric,
    pub(super) total: &'a Metric,
}

impl<'a> EventRatio<'a> {
    fn of(slo: &'a Slo) -> Option<Self> {
        let (Period::Rolling { seconds }, Budgeting::Occurrences, Indicator::Ratio(ratio)) =
            (slo.period, slo.budgeting, &slo.indicator)
        else {
            return None;
        };
        let (metric, total) = ratio.metric.metric().zip(ratio.total.metric())?;
        let plain = slo.exclusions.is_empty();
        plain.then_some(Self {
            slo,
            period_seconds: seconds,
            target: slo.target,
            counted: ratio.counted,
            metric,
            total,
        })
    }
}

/// What a snapshot says of an objective.
///
/// Evidence that is `ok` has every window and the budget: a rule that compares them never meets null unwarned.
///
/// A datapoint of the total without one beside it counts as all bad, unless the SLO says that a missing one is zero;
/// good events without a total are left out, bad ones are counted. Good and bad can exceed the total by what one minute
/// holds, since requests end in another minute than they begin; by more, and the two do not belong together.
pub fn slo_fact(slo: &Slo, snapshot: &Snapshot, judging: &Judging) -> SloFact {
    let plan = &snapshot.plan;
    let Some(ratio) = EventRatio::of(slo) else {
        let reason = "objectives of this kind are not judged yet";
        return unknown_fact(slo, judging, EvidenceStatus::Error, reason);
    };
    if plan.end() > judging.now.timestamp() {
        let reason = format!("the data reaches to {}, past the time to judge by", rfc3339(plan.end()));
        return unknown_fact(slo, judging, EvidenceStatus::Error, reason);
    }
    let [counted, total] = [ratio.metric, ratio.total].map(|metric| snapshot.series.get(metric));
    let (Some(counted), Some(total)) = (counted, total) else {
        let absent = if total.is_none() { ratio.total } else { ratio.metric };
        return unknown_fact(
            slo,
            judging,
            EvidenceStatus::Error,
            format!("nothing was fetched or recorded of `{absent}`"),
        );
    };
    let Some(history) = History::of(&ratio, plan, counted, total) else {
        let reason = format!("the data reaches back {} s, less than the period", plan.history_seconds());
        return unknown_fact(slo, judging, EvidenceStatus::Error, reason);
    };
    history.fact(&ratio, plan, judging)
}

impl History {
    fn fact(&self, ratio: &EventRatio<'_>, plan: &Plan, judging: &Judging) -> SloFact {
        let kind = ratio.counted;
        let mut gaps = self.gaps.lines();
        let mut events_since = |start: i64, name: &str| match self.sum(start, kind) {
            Sum::Known(events) => Some(events),
            Sum::Unknown => {
                gaps.push(format!("no datapoint over {name}"));
                None
            }
            Sum::Impossible { counted, total } => {
                let (metric, all) = (ratio.metric, ratio.total);
                gaps.push(format!("`{metric}` counts {counted} events over {name} and `{all}` only {total}"));
                None
            }
        };
        let start = |seconds| plan.window_start(seconds).unwrap_or(i64::MIN);
        let period_start = start(ratio.period_seconds);
        let budget = events_since(period_start, "the period").map(|events| events.budget(ratio.target));
        let windows: BTreeMap<_, _> = WINDOWS
            .into_iter()
            .map(|(name, seconds)| {
                let events = events_since(start(seconds), name);
                (name.to_owned(), self.window(seconds, start(seconds), events, ratio))
            })
            .collect();
        let as_of = self.buckets.iter().find(|bucket| bucket.total.is_some()).map(|bucket| bucket.end);
        gaps.extend(self.late(ratio, judging));
        let (status, reason) = self.status(ratio, judging, period_start, as_of, &gaps);
        let (expected, received) = self.datapoints(period_start, kind);
        SloFact {
            evidence: Evidence {
                status,
                reason,
                as_of: as_of.and_then(|seconds| Timestamp::from_timestamp(seconds, 0)),
                datapoints_expected: expected,
                datapoints_received: received,
                ..unknown_fact(ratio.slo, judging, status, "").evidence
            },
            windows,
            budget,
            burning_since: self.burning_since(kind, ratio.target),
            ..unknown_fact(ratio.slo, judging, status, "")
        }
    }

    fn window(&self, seconds: u64, start: i64, events: Option<Events>, ratio: &EventRatio<'_>) -> WindowFact {
        let (datapoints_expected, datapoints_received) = self.datapoints(start, ratio.counted);
        WindowFact {
            seconds,
            good: events.map(Events::good),
            total: events.map(Events::total),
            burn_rate_micro: events.map(|events| events.burn_rate_micro(ratio.target)),
            datapoints_expected,
            datapoints_received,
        }
    }

    /// The worst that is to be said, and all reasons of that kind.
    fn status(
        &self,
        ratio: &EventRatio<'_>,
        judging: &Judging,
        period_start: i64,
        as_of: Option<i64>,
        gaps: &[String],
    ) -> (EvidenceStatus, Option<String>) {
        let failures = self.failures.lines();
        if !failures.is_empty() {
            return (EvidenceStatus::Error, Some(failures.join("; ")));
        }
        let none_of = |side: fn(&Bucket) -> Option<u64>| self.since(period_start).all(|bucket| side(bucket).is_none());
        let absent = if none_of(|bucket| bucket.total) {
            Some(ratio.total)
        } else if none_of(|bucket| bucket.counted) && ratio.counted != (Counted::Bad { absent_is_zero: true }) {
            Some(ratio.metric)
        } else {
            None
        };
        if let Some(metric) = absent {
            let reason =
                format!("`{metric}` has no datapoint in the whole period: check its name, dimensions and region");
            return (EvidenceStatus::NoData, Some(reason));
        }
        let age = judging.now.timestamp() - as_of.unwrap_or(i64::MIN / 2);
        if u64::try_from(age).is_ok_and(|age| age > judging.max_age_seconds) {
            let limit = judging.max_age_seconds;
            let reason =
                format!("the newest datapoint of `{}` is {age} s old, at most {limit} s are allowed", ratio.total);
            return (EvidenceStatus::Stale, Some(reason));
        }
        if gaps.is_empty() { (EvidenceStatus::Ok, None) } else { (EvidenceStatus::Partial, Some(gaps.join("; "))) }
    }

    /// Says when the total has events for which the other metric has had nothing for too long.
    fn late(&self, ratio: &EventRatio<'_>, judging: &Judging) -> Option<String> {
        let absent_is_zero = Counted::Bad { absent_is_zero: true };
        let newest = self.buckets.iter().find(|bucket| bucket.counted.is_some()).map(|bucket| bucket.end)?;
        let age = u64::try_from(judging.now.timestamp() - newest).ok()?;
        let events = self.since(newest).any(|bucket| bucket.total.is_some_and(|total| total > 0));
        (events && age > judging.max_age_seconds && ratio.counted != absent_is_zero).then(|| {
            format!(
                "`{}` has no datapoint since {} while `{}` counts events: they are taken as bad",
                ratio.metric,
                rfc3339(newest),
                ratio.total
            )
        })
    }
}

#[cfg(test)]
#[path = "fact_tests.rs"]
mod tests;
