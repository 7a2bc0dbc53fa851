//! The least time that a sweep can take.

#![allow(clippy::float_arithmetic, reason = "a benchmark's figures are for people")]

use std::time::Duration;

use tollgate_aws::{CALLS_AT_ONCE, Quota};

use crate::cloudwatch::CALL;

/// The datapoints of 30 days, by tier, and how many of them fit into a call.
const TIERS: [u64; 3] = [363, 793, 648];
const DATAPOINTS_PER_CALL: u64 = 100_800;

/// What has to be read of so many metrics over 30 days.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Calls, if each is full.
    pub calls: u64,
    /// Datapoints.
    pub datapoints: u64,
}

impl Reading {
    /// Of so many metrics.
    pub fn of(metrics: u64) -> Self {
        Self {
            calls: TIERS.iter().map(|datapoints| metrics.div_ceil(DATAPOINTS_PER_CALL / datapoints)).sum(),
            datapoints: TIERS.iter().map(|datapoints| metrics * datapoints).sum(),
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
