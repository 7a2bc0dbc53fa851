//! What telemetry is held to, as a service's settings say it.

use super::fact::Judging;
use crate::settings::Settings;

/// The shares of the error budget from which on more is held up, as the settings name them.
const BUDGET_STEPS: [&str; 4] = ["budget_warn_ppm", "budget_risky_ppm", "budget_approval_ppm", "budget_exhausted_ppm"];
/// Nothing is left.
const ALL_PPM: u64 = 1_000_000;

/// What telemetry is held to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limits {
    /// How old the newest datapoint may be.
    pub max_age_seconds: u64,
    /// The shares of the error budget from which on more is held up, in parts per million.
    pub budget_steps_ppm: Vec<u64>,
}

impl Limits {
    /// Those of a service. A limit that is not set lets nothing pass: everything is too old. An exhausted budget is always
    /// one of the steps.
    pub fn of(settings: &Settings) -> Self {
        let step = |name: &&str| settings.integer("slo", name).and_then(|ppm| u64::try_from(ppm).ok());
        let budget_steps_ppm = BUDGET_STEPS.iter().filter_map(step).chain([ALL_PPM]).collect();
        Self { max_age_seconds: settings.seconds("slo", "max_age_seconds"), budget_steps_ppm }
    }
}

impl Judging {
    /// The same, held to other limits.
    pub fn set(&mut self, limits: &Limits) {
        self.max_age_seconds = limits.max_age_seconds;
        self.budget_steps_ppm.clone_from(&limits.budget_steps_ppm);
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;
    use crate::{settings::Settings, slo::sample::judging};

    #[test]
    fn what_is_not_set_lets_nothing_pass() {
        let limits = Limits::of(&Settings::default());
        assert_eq!(limits, Limits { max_age_seconds: 0, budget_steps_ppm: vec![1_000_000] });
        let mut held = judging();
        held.set(&limits);
        assert_eq!((held.max_age_seconds, held.budget_steps_ppm), (0, vec![1_000_000]));
    }
}
