//! The clock that facts are judged at.

use std::str::FromStr;

use chrono::{SubsecRound as _, Utc};
use tollgate_core::Timestamp;

/// Which clock to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockConfig {
    /// The system's.
    System,
    /// The time at which the telemetry was recorded.
    Recorded,
    /// One time for ever.
    Fixed(Timestamp),
}

/// Why a text is no clock.
#[derive(Debug, thiserror::Error)]
#[error("should be `system`, `recorded` or a time such as `2026-11-21T09:00:00Z`")]
pub struct ClockError;

impl FromStr for ClockConfig {
    type Err = ClockError;

    fn from_str(text: &str) -> Result<Self, ClockError> {
        match text {
            "system" => Ok(Self::System),
            "recorded" => Ok(Self::Recorded),
            time => time.parse().map(Self::Fixed).map_err(|_| ClockError),
        }
    }
}

/// Tells the time to judge by.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Option<Timestamp>);

/// Why a clock cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClockRefusal {
    /// A decision in AWS must be judged now.
    #[error(
        "`TOLLGATE_CLOCK` must be `system` in AWS: a clock that stands still would let expired waivers and freezes hold"
    )]
    StandsStill,
    /// There is no recording.
    #[error("`TOLLGATE_CLOCK=recorded` needs `TOLLGATE_TELEMETRY=recorded:PATH`, or `TOLLGATE_BILLING=recorded:PATH`")]
    NothingRecorded,
}

impl Clock {
    /// Sets the clock up.
    ///
    /// # Errors
    /// When a clock that stands still is asked for in AWS, or the time of a recording where there is none.
    pub fn new(config: ClockConfig, recorded_at: Option<Timestamp>, in_aws: bool) -> Result<Self, ClockRefusal> {
        match config {
            ClockConfig::System => Ok(Self(None)),
            _ if in_aws => Err(ClockRefusal::StandsStill),
            ClockConfig::Recorded => recorded_at.map(|at| Self(Some(at))).ok_or(ClockRefusal::NothingRecorded),
            ClockConfig::Fixed(at) => Ok(Self(Some(at))),
        }
    }

    /// The time, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        self.0.unwrap_or_else(|| Utc::now().trunc_subsecs(3))
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, ClockConfig};

    #[test]
    fn a_clock_that_stands_still_is_refused_in_aws() {
        let fixed: ClockConfig = "2026-11-21T09:00:00Z".parse().unwrap();
        assert_eq!(Clock::new(fixed, None, false).unwrap().now().to_rfc3339(), "2026-11-21T09:00:00+00:00");
        assert!(Clock::new(fixed, None, true).is_err());
        assert!(Clock::new(ClockConfig::Recorded, None, false).is_err());
        assert!(Clock::new(ClockConfig::System, None, true).is_ok());
        assert!("yesterday".parse::<ClockConfig>().is_err());
    }
}
