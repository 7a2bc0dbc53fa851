//! How far forecasts were off, by family and day.

use super::{HELD_PERCENT, NOISE_FLOOR_PPM, WORSE_PERCENT, daily::Series, forecasts::Forecasts};

/// Mean absolute errors over what came, in parts per million.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// How many series there were whose forecast is known.
    pub known: usize,
    /// And how many whose is not.
    pub unknown: usize,
    /// Of budgets.
    pub ours_ppm: i64,
    /// Of what was spent, for each day to come once more.
    pub linear_ppm: i64,
    /// Of the month before.
    pub last_month_ppm: i64,
    /// Of the last seven days.
    pub last_seven_days_ppm: i64,
    /// How many outcomes the interval held.
    pub held: usize,
    /// How wide it was over what came, in parts per million.
    pub width_ppm: i64,
}

impl Score {
    /// The least error of the plain ways.
    pub fn best_ppm(&self) -> i64 {
        self.linear_ppm.min(self.last_month_ppm).min(self.last_seven_days_ppm)
    }

    /// Is it no worse than the best plain way by more than a tenth, beyond noise?
    pub fn is_near(&self) -> bool {
        let most = self.best_ppm() * (100 + WORSE_PERCENT) / 100;
        self.ours_ppm <= most.max(NOISE_FLOOR_PPM)
    }

    /// Does the interval hold what it is to hold?
    pub fn holds(&self) -> bool {
        self.held * 100 >= self.known * HELD_PERCENT
    }
}

/// The score of some series.
///
/// # Errors
/// When the budget cannot be read.
pub fn score(all: impl IntoIterator<Item = Series>) -> anyhow::Result<Score> {
    let mut sums = [0_i64; 5];
    let (mut known, mut unknown, mut held) = (0, 0, 0);
    for series in all {
        let came = series.sum(series.first, series.end());
        let forecasts = Forecasts::of(&series)?;
        let Some(ours) = forecasts.ours else {
            unknown += 1;
            continue;
        };
        let off = |forecast: i64| ppm((forecast - came).abs(), came);
        let errors = [
            off(ours.mean),
            off(forecasts.linear),
            off(forecasts.last_month),
            off(forecasts.last_seven_days),
            ppm(ours.high - ours.low, came),
        ];
        sums.iter_mut().zip(errors).for_each(|(sum, error)| *sum += error);
        known += 1;
        held += usize::from((ours.low..=ours.high).contains(&came));
    }
    let count = i64::try_from(known).unwrap_or(0);
    let [ours_ppm, linear_ppm, last_month_ppm, last_seven_days_ppm, width_ppm] =
        sums.map(|sum| sum.checked_div(count).unwrap_or(0));
    Ok(Score { known, unknown, ours_ppm, linear_ppm, last_month_ppm, last_seven_days_ppm, held, width_ppm })
}

fn ppm(part: i64, whole: i64) -> i64 {
    let share = (i128::from(part) * 1_000_000).checked_div(i128::from(whole)).unwrap_or(0);
    i64::try_from(share).unwrap_or(i64::MAX)
}
