//! How long a metric's own datapoints are: those of one that is published every five minutes are 300 seconds.

use serde::{Deserialize, Serialize};

use super::plan::common_multiple;

const MINUTE_SECONDS: u64 = 60;
const DAY_SECONDS: u64 = 86_400;

/// The length of a metric's datapoints: full minutes, of which a day has a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Resolution {
    minutes: u16,
}

impl Resolution {
    /// What a metric has of which nothing else is said.
    pub const MINUTE: Self = Self { minutes: 1 };
    pub(super) const FIVE_MINUTES: Self = Self { minutes: 5 };
    pub(super) const HOUR: Self = Self { minutes: 60 };

    /// None unless it is full minutes of which a day has a whole number.
    pub fn from_seconds(seconds: u64) -> Option<Self> {
        let fits = seconds > 0 && seconds.is_multiple_of(MINUTE_SECONDS) && DAY_SECONDS.is_multiple_of(seconds);
        let minutes = u16::try_from(seconds.div_euclid(MINUTE_SECONDS)).ok().filter(|_| fits)?;
        Some(Self { minutes })
    }

    /// The length, in seconds.
    pub fn seconds(self) -> u64 {
        u64::from(self.minutes) * MINUTE_SECONDS
    }

    /// Is it a minute?
    pub fn is_minute(&self) -> bool {
        *self == Self::MINUTE
    }

    /// The shortest that is made of whole ones of both. A day has a whole number of it, as it has of both.
    pub(super) fn common(self, other: Self) -> Self {
        let minutes = common_multiple(self.minutes.into(), other.minutes.into());
        Self { minutes: u16::try_from(minutes).unwrap_or(u16::MAX) }
    }

    /// A length of time, rounded up to whole datapoints.
    pub(super) fn whole(self, seconds: u64) -> u64 {
        seconds.checked_next_multiple_of(self.seconds()).unwrap_or(seconds)
    }
}

impl Default for Resolution {
    fn default() -> Self {
        Self::MINUTE
    }
}

impl TryFrom<u64> for Resolution {
    type Error = String;

    fn try_from(seconds: u64) -> Result<Self, Self::Error> {
        let reason = || format!("datapoints of {seconds} s are not full minutes of which a day has a whole number");
        Self::from_seconds(seconds).ok_or_else(reason)
    }
}

impl From<Resolution> for u64 {
    fn from(resolution: Resolution) -> Self {
        resolution.seconds()
    }
}

#[cfg(test)]
mod tests {
    use super::Resolution;

    #[test]
    fn datapoints_fill_a_day() {
        for seconds in [60, 120, 300, 900, 3600, 86_400] {
            assert_eq!(Resolution::from_seconds(seconds).map(Resolution::seconds), Some(seconds));
        }
        for seconds in [0, 1, 30, 90, 420, 172_800, u64::MAX] {
            assert_eq!(Resolution::from_seconds(seconds), None, "{seconds}");
        }
    }

    #[test]
    fn times_are_rounded_up_to_whole_datapoints() {
        let hour = Resolution::from_seconds(3600).unwrap();
        assert_eq!([300, 3600, 3601].map(|seconds| hour.whole(seconds)), [3600, 3600, 7200]);
        assert_eq!(Resolution::MINUTE.whole(300), 300);
    }
}
