//! Between which bounds spend will be: by how much the same model was wrong before, and by how much it must be.

use chrono::{Datelike as _, NaiveDate};

use super::{
    model::{Model, ONE_PPB, Recent, ratio_ppb, root_ppb, times, together_ppb},
    rate::days,
};

/// So many errors, in tenths: with them the interval holds nine outcomes of ten, as the backtest in `infra/bench` measures.
const ERRORS_TENTHS: i128 = 24;
/// What was forecast before is held against so many days at most, every so many days of the last six weeks.
const TRIED_DAYS: usize = 14;
const TRIED_EACH: usize = 4;
const TRIED_BACK: usize = 42;
/// A level is not tried before it has settled.
const SETTLED_DAYS: i64 = 7;
/// A model of fewer days is not tried, and is off by a quarter at least.
const LEAST_TRIED: usize = 28;
/// What began less than eight weeks ago may still be growing.
const YOUNG_DAYS: usize = 56;
/// A trend may be off by so many tenths of what it adds.
const TREND_TENTHS: i128 = 3;
/// A recurring charge varies by a twentieth at least.
const CHARGE_VARIES: i128 = 20;

/// How far from the forecast spend can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Width {
    /// Below it, in billionths.
    pub(super) below: i128,
    /// Above it, in billionths.
    pub(super) above: i128,
}

impl Width {
    /// Of the days from the first to before the end.
    pub(super) fn of(model: &Model, least_weeks: u32, first: NaiveDate, end: NaiveDate) -> Self {
        let sum = |of: &dyn Fn(NaiveDate) -> i128| days(first, end).map(of).fold(0_i128, i128::saturating_add);
        let rates = sum(&|day| model.rate(day));
        let trend = (rates - sum(&|day| model.flat_rate(day))).abs();
        let tried = times(rates, tried_error_ppb(model, least_weeks, first, end));
        let young = if model.days < LEAST_TRIED { rates / 4 } else { 0 };
        let usual = statistical(model, rates, first, end).max(tried).max(trend * TREND_TENTHS / 10).max(young);
        let varied = days(first, end).flat_map(|day| model.charges(day));
        let varied = varied.map(|charge| charge.varies.max(charge.amount / CHARGE_VARIES)).sum::<i128>();
        let half = usual + varied + growing(model, rates, first, end);
        let others = model.others.iter().map(|level| sum(&|day| model.at(day, *level)) - rates);
        let (mut below, mut above) = (half, half);
        for other in others {
            (below, above) = (below.max(-other), above.max(other));
        }
        let again = |day: NaiveDate| days(first, end).any(|coming| coming.day() == day.day());
        above += model.once.iter().filter(|(day, _)| again(*day)).map(|(_, amount)| *amount).sum::<i128>();
        Self { below, above }
    }
}

/// What differs from day to day, what the level and what the growth may be off by.
fn statistical(model: &Model, rates: i128, first: NaiveDate, end: NaiveDate) -> i128 {
    let level = model.level();
    let count = i128::from((end - first).num_days().max(0));
    let of_days = root_ppb((count + count * count / level.days) * ONE_PPB);
    let noise = times(times(level.amount, model.noise_ppb), of_days);
    let behind = if level.growth_ppb == 0 { level.days } else { 0 };
    let growth = times(rates, level.growth_error_ppb) * (count.min(level.seen_days) + behind) / 2;
    together_ppb(noise, growth) * ERRORS_TENTHS / 10
}

/// What began lately and grew may go on growing, whatever is carried on of it.
fn growing(model: &Model, rates: i128, first: NaiveDate, end: NaiveDate) -> i128 {
    if model.days >= YOUNG_DAYS {
        return 0;
    }
    let count = i128::from((end - first).num_days().max(0));
    let grown = model.level().seen_week_ppb.abs() / 7 * count / 2;
    times(rates, grown.min(ONE_PPB)) / 2
}

/// The error that four of five forecasts of the last weeks had at most, over what they were of. What is recurring or odd is
/// left out, and so is what was forecast before the level changed and settled: it is known now.
fn tried_error_ppb(model: &Model, least_weeks: u32, first: NaiveDate, end: NaiveDate) -> i128 {
    let ahead = usize::try_from((end - first).num_days()).unwrap_or(0).min(TRIED_DAYS);
    if ahead == 0 {
        return 0;
    }
    let cuts = (ahead..=TRIED_BACK).step_by(TRIED_EACH).filter(|back| model.days >= back + LEAST_TRIED);
    let error = |back: usize| {
        let (before, after) = model.plain.split_at_checked(model.plain.len().checked_sub(back)?)?;
        let (cut, _) = after.first()?;
        if model.changed_on.is_some_and(|changed| (*cut - changed).num_days() < SETTLED_DAYS) {
            return None;
        }
        let tried = Model::of(Recent::of(before)?, least_weeks);
        let after = after.get(..ahead)?;
        let expected = after.iter().map(|(day, _)| tried.rate(*day)).sum::<i128>();
        let came = after.iter().map(|(_, amount)| *amount).sum::<i128>();
        (expected > 0).then(|| ratio_ppb((came - expected).abs(), expected))
    };
    let mut errors: Vec<i128> = cuts.filter_map(error).collect();
    errors.sort_unstable();
    let most = errors.len().saturating_sub(1);
    errors.get((errors.len() * 4 / 5).min(most)).copied().unwrap_or(0)
}
