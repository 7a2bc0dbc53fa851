//! The least time that a sweep can take.

#![allow(clippy::float_arithmetic, reason = "a benchmark's figures are for people")]

use std::time::Duration;

use tollgate_aws::{CALLS_AT_ONCE, Quota};
use tollgate_core::slo::{Plan, Reach};

use crate::cloudwatch::CALL;

/// How many datapoints fit into a call.
const DATAPOINTS_PER_CALL: u64 = 100_800;
const MONTH: u64 = 30 * 86_400;

/// What is asked for over 30 days: all of it, or no day that is over and kept.
pub fn plan(now: i64, is_kept: bool) -> Plan {
    let all = Plan::at_with(now, [MONTH], Reach::of_lengths([300]));
    // The day that the period begins in is needed in parts.
    let first = (all.end() - MONTH.cast_signed()).div_euclid(86_400) * 86_400 + 86_400;
    if is_kept { all.without(&(first..all.kept_until())) } else { all }
}

/// What has to be read of so many metrics.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Calls, if each is full.
    pub calls: u64,
    /// Datapoints.
    pub datapoints: u64,
}

impl Reading {
    /// Of so many metrics, by a plan.
    pub fn of(metrics: u64, plan: &Plan) -> Self {
        let tiers: Vec<u64> = plan.tiers().iter().map(|tier| tier.datapoints() as u64).collect();
        Self {
            calls: tiers.iter().map(|datapoints| metrics.div_ceil(DATAPOINTS_PER_CALL / datapoints)).sum(),
            datapoints: tiers.iter().map(|datapoints| metrics * datapoints).sum(),
        }
    }

    /// The least time that it takes, by the time of a call, how many may be under way at once, and the pace that is allowed.
    pub fn least_time(self, quota: Quota) -> Duration {
        let rounds = u32::try_from(self.calls.div_ceil(CALLS_AT_ONCE as u64)).unwrap_or(u32::MAX);
        let (calls, datapoints) =
            (paced(self.calls, quota.calls_per_second), paced(self.datapoints, quota.datapoints_per_second));
        CALL.saturating_mul(rounds).max(calls).max(datapoints)
    }
}

/// The least time for so many at a pace, a fifth of a second of which may go at once.
fn paced(count: u64, per_second: u64) -> Duration {
    Duration::from_secs_f64(count as f64 / per_second as f64).saturating_sub(Duration::from_millis(200))
}
