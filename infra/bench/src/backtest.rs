//! Forecasts held against what came: series of which the rest of the month is known, as budgets see them, beside three plain
//! ways to forecast. All of it whole numbers and fixed seeds, so that a result is the same everywhere.

mod daily;
mod family;
mod forecasts;
mod score;

#[cfg(test)]
mod tests;

pub use daily::{Noise, Series};
pub use family::{FAMILIES, Family};
pub use forecasts::{Forecasts, Interval};
pub use score::{Score, score};

/// Days of the month at which a forecast is asked for: so many are known.
pub const DAYS: [u32; 3] = [5, 10, 20];
/// No more of an error than this share above the best plain way, in percent.
pub const WORSE_PERCENT: i64 = 10;
/// An error below this is noise, in parts per million of what came.
pub const NOISE_FLOOR_PPM: i64 = 1_000;
/// The interval holds at least this share of the outcomes, in percent.
pub const HELD_PERCENT: usize = 80;
