//! How fast CloudWatch may be asked.

use std::{sync::Mutex, time::Duration};

use tokio::time::Instant;

/// What CloudWatch answers in a second in one account and region without throttling:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html>. Both can be raised by AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Calls of `GetMetricData`.
    pub calls_per_second: u64,
    /// Datapoints that these calls ask for, of calls that begin more than three hours ago, as all of ours do.
    pub datapoints_per_second: u64,
}

impl Default for Quota {
    fn default() -> Self {
        Self { calls_per_second: 50, datapoints_per_second: 396_000 }
    }
}

impl Quota {
    /// The time that a call for so many datapoints takes of it.
    fn share(&self, datapoints: usize) -> Duration {
        const NANOS: u128 = 1_000_000_000;
        let share = |count: u128, quota: u64| (count * NANOS).div_ceil(u128::from(quota.max(1)));
        let nanos = share(1, self.calls_per_second).max(share(datapoints as u128, self.datapoints_per_second));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// The calls of a fifth of a second may go out at once: a decision never waits, unless a sweep keeps the quota busy.
const AT_ONCE: Duration = Duration::from_millis(200);

/// Lets calls of one account and region through as its quota allows.
#[derive(Debug)]
pub(crate) struct Pace {
    quota: Quota,
    /// When the quota is whole again.
    whole_at: Mutex<Option<Instant>>,
}

impl Pace {
    pub(crate) fn new(quota: Quota) -> Self {
        Self { quota, whole_at: Mutex::new(None) }
    }

    /// When the next call, for so many datapoints, may go out. The quota is taken with the answer.
    pub(crate) fn next(&self, now: Instant, datapoints: usize) -> Instant {
        let mut whole_at = self.whole_at.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let from = whole_at.map_or(now, |at| at.max(now));
        *whole_at = from.checked_add(self.quota.share(datapoints)).or(*whole_at);
        from.checked_sub(AT_ONCE).map_or(now, |at| at.max(now))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::{Pace, Quota};

    fn waits(pace: &Pace, now: Instant, calls: usize, datapoints: usize) -> Vec<Duration> {
        (0..calls).map(|_| pace.next(now, datapoints) - now).collect()
    }

    #[test]
    fn small_calls_go_out_by_their_number() {
        let (pace, now) = (Pace::new(Quota::default()), Instant::now());
        let waits = waits(&pace, now, 61, 100);
        // Ten at once and one more, then one each 20 ms.
        assert!(waits[..11].iter().all(Duration::is_zero));
        assert_eq!((waits[11], waits[60]), (Duration::from_millis(20), Duration::from_secs(1)));
    }

    #[test]
    fn full_calls_go_out_by_their_datapoints() {
        let (pace, now) = (Pace::new(Quota::default()), Instant::now());
        let waits = waits(&pace, now, 145, 100_800);
        assert!(waits[0].is_zero());
        // 144 calls of 100,800 datapoints at 396,000 a second, less what may go out at once.
        let last = waits[144].as_secs_f64();
        assert!((last - (144.0 * 100_800.0 / 396_000.0 - 0.2)).abs() < 1e-6, "{last}");
    }

    #[test]
    fn a_quota_that_rested_is_whole_and_no_more() {
        let (pace, now) = (Pace::new(Quota::default()), Instant::now());
        waits(&pace, now, 30, 100);
        let later = now + Duration::from_secs(60);
        assert_eq!(waits(&pace, later, 12, 100)[10..], [Duration::ZERO, Duration::from_millis(20)]);
    }
}
